// What was changed, by whom, and what became of it; one of them with its steps.
import { html } from "../../lib/html.js";
import { inside } from "../../lib/session-state.js";
import { link } from "../../lib/router.js";
import { ago, moment, words } from "../../lib/format.js";
import { Empty } from "../../parts/states.js";
import { Badge } from "../../parts/badge.js";
import { Table } from "../../parts/table.js";
import { Pages } from "../../parts/pages.js";
import { Action } from "../../parts/action.js";

export default function Changes({ rest }) {
  if (rest.length) return html`<nav class="crumbs" aria-label="Place"><a href=${link("changes")}>Changes</a></nav><h1>Change</h1><${Action} id=${rest[0]} />`;
  return html`<h1>Changes</h1>
    <p class="faint">Everything that was changed through hexaops. Ask for a change in the <a href=${link("chat")}>chat</a> or on an application's page.</p>
    <${Pages} path=${inside("/aiops/actions")} filters=${{ limit: 50 }} topics=${["actions"]} permission="read_actions" what="the changes">${(rows) =>
      rows.length ? html`<${Table} caption="Changes" columns=${COLUMNS} rows=${rows} rowKey=${(one) => one.action_id} />` : html`<${Empty} kind="changes" />`}<//>`;
}

const COLUMNS = [
  { key: "what", title: "Change", sort: (one) => one.description, cell: (one) => html`<a class="strong" href=${link("changes", one.action_id)}>${one.description}</a>` },
  { key: "status", title: "Status", sort: (one) => one.status, cell: (one) => html`<${Badge} status=${one.status} />` },
  { key: "kind", title: "Kind", hide: "narrow", sort: (one) => one.action, cell: (one) => words(one.action) },
  { key: "who", title: "By", sort: (one) => one.requested_by, cell: (one) => one.requested_by },
  { key: "when", title: "Started", sort: (one) => one.started_at, cell: (one) => html`<time datetime=${one.started_at} title=${moment(one.started_at)}>${ago(one.started_at)}</time>` },
  { key: "took", title: "Took", hide: "narrow", cell: (one) => one.duration ?? "–" },
  { key: "result", title: "Result", hide: "narrow", cell: (one) => html`<span class="faint clip">${one.result?.message ?? one.error?.message ?? "–"}</span>` },
];
