// Who asked, changed or was refused what in this workspace.
import { html } from "../../lib/html.js";
import { inside, may } from "../../lib/session-state.js";
import { moment, words } from "../../lib/format.js";
import { Empty, Forbidden } from "../../parts/states.js";
import { Badge } from "../../parts/badge.js";
import { Table } from "../../parts/table.js";
import { Pages } from "../../parts/pages.js";

export default function Audit() {
  if (!may("read_audit")) return html`<h1>Audit</h1><${Forbidden} permission="read_audit" />`;
  return html`<h1>Audit</h1><${Pages} path=${inside("/aiops/audit")} filters=${{ limit: 50 }} what="the audit log">${(rows) =>
    rows.length ? html`<${Table} caption="Audit events" columns=${COLUMNS} rows=${rows} rowKey=${(one) => one.seq} />` : html`<${Empty} kind="audit" />`}<//>`;
}

/** A request's path without the part that every path of the workspace has. */
const short = (resource) => resource?.replace(/\/api\/v1\/workspaces\/[^/]+/, "…") ?? "–";

const COLUMNS = [
  { key: "seq", title: "No.", numeric: true, hide: "narrow", cell: (one) => one.seq },
  { key: "when", title: "When", cell: (one) => html`<time datetime=${one.timestamp}>${moment(one.timestamp)}</time>` },
  { key: "who", title: "Who", cell: (one) => html`${one.actor.id} <span class="faint">${one.actor.kind}</span>` },
  { key: "what", title: "What", cell: (one) => html`<span class="strong">${words(one.action.replaceAll(".", " "))}</span>` },
  { key: "outcome", title: "Outcome", cell: (one) => html`<${Badge} status=${one.outcome} />` },
  { key: "resource", title: "On", cell: (one) => html`<span class="clip">${short(one.resource)}</span>` },
  { key: "details", title: "Details", hide: "narrow", cell: (one) => html`<details><summary>Show</summary><pre tabindex="0">${JSON.stringify({ ...one.details, request_id: one.request_id, client_address: one.client_address }, null, 1)}</pre></details>` },
];
