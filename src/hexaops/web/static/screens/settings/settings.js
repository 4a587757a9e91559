// Webhooks: who is told of what happens, and whether the messages arrive.
import { html, useState } from "../../lib/html.js";
import { call, post } from "../../lib/api.js";
import { inside, may } from "../../lib/session-state.js";
import { useResource } from "../../lib/resource.js";
import { ago, moment } from "../../lib/format.js";
import { Empty, Failed, Forbidden, Shown } from "../../parts/states.js";
import { Badge } from "../../parts/badge.js";
import { Table } from "../../parts/table.js";
import { Accounts } from "./accounts.js";
import { Channels } from "./channels.js";

export default function Settings() {
  return html`<h1>Settings</h1>${may("manage_webhooks")
    ? html`<section><h2>Webhooks</h2><${Webhooks} /></section><section><h2>Deliveries</h2><${Deliveries} /></section>
      <section><h2>Notification channels</h2><${Channels} /></section>`
    : html`<section><h2>Webhooks and notification channels</h2><${Forbidden} permission="manage_webhooks" /></section>`}
    <section><h2>Service accounts</h2><${Accounts} /></section>
    <p class="faint">Every route is described in the <a href="/docs/api">documentation</a>.</p>`;
}

function Webhooks() {
  const webhooks = useResource(inside("/aiops/webhooks"));
  const [said, setSaid] = useState({});
  const act = async (run) => {
    setSaid({});
    try {
      setSaid((await run()) ?? {});
    } catch (error) {
      setSaid({ error });
    }
    webhooks.reload();
  };
  const add = (url) => act(async () => ({ secret: (await post(inside("/aiops/webhooks"), { url })).data.secret }));
  const test = (id) => act(async () => ({ tested: (await post(inside(`/aiops/webhooks/${id}/test`))).data }));
  return html`<div aria-live="polite">${said.error && html`<${Failed} error=${said.error} />`}
      ${said.secret && html`<p class="notice">The signing secret, shown only now: <code>${said.secret}</code></p>`}
      ${said.tested && html`<p class="notice">The receiver answered ${said.tested.status_code ?? said.tested.last_status_code ?? said.tested.error ?? "nothing"}.</p>`}</div>
    <${Shown} resource=${webhooks} what="the webhooks">${(data) =>
      data.webhooks.length ? html`<${Table} caption="Webhooks" columns=${columns(act, test)} rows=${data.webhooks} rowKey=${(one) => one.id} sortBy="url" />` : html`<${Empty} kind="webhooks" />`}<//>
    <${Add} onAdd=${add} />`;
}

const path = (one) => inside(`/aiops/webhooks/${one.id}`);

const columns = (act, test) => [
  { key: "url", title: "Target", sort: (one) => one.url, cell: (one) => html`<span class="strong">${one.url}</span> <span class="faint">${one.description}</span>` },
  { key: "events", title: "Events", cell: (one) => one.events.join(", ") },
  { key: "state", title: "State", sort: (one) => one.enabled, cell: (one) => html`<${Badge} status=${one.enabled ? (one.failing_since ? "degraded" : "active") : "stopped"} label=${one.enabled ? (one.failing_since ? `Failing since ${moment(one.failing_since)}` : "Active") : "Disabled"} /> <span class="faint">${one.disabled_reason}</span>` },
  { key: "do", title: "", cell: (one) => html`<div class="buttons"><button type="button" onClick=${() => test(one.id)}>Test</button>
    <button type="button" onClick=${() => act(() => call("PATCH", path(one), { enabled: !one.enabled }).then(() => ({})))}>${one.enabled ? "Disable" : "Enable"}</button>
    <button type="button" onClick=${() => act(() => call("DELETE", path(one)))}>Delete</button></div>` },
];

function Add({ onAdd }) {
  const [url, setUrl] = useState("");
  const submit = (event) => {
    event.preventDefault();
    onAdd(url.trim());
    setUrl("");
  };
  return html`<form class="buttons" onSubmit=${submit}><input type="url" aria-label="URL" placeholder="Address that receives the events" required maxlength="2048" value=${url} onInput=${(event) => setUrl(event.target.value)} /><button disabled=${!url.trim()}>Add webhook</button></form>`;
}

function Deliveries() {
  const deliveries = useResource(inside("/aiops/webhooks/deliveries?limit=20"), { topics: ["actions", "incidents"] });
  const rows = [
    { key: "event", title: "Event", cell: (one) => one.event },
    { key: "status", title: "Status", cell: (one) => html`<${Badge} status=${one.status} />` },
    { key: "attempts", title: "Attempts", numeric: true, cell: (one) => one.attempts },
    { key: "answer", title: "Last answer", cell: (one) => one.last_status_code ?? one.last_error ?? "–" },
    { key: "when", title: "Created", cell: (one) => ago(one.created_at) },
  ];
  return html`<${Shown} resource=${deliveries} what="the deliveries">${(data) => data.deliveries.length
    ? html`<${Table} caption="Deliveries" columns=${rows} rows=${data.deliveries} rowKey=${(one) => one.id} />`
    : html`<p class="faint">Nothing has been sent yet.</p>`}<//>`;
}
