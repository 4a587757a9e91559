// Notification channels: where people are told. An address is a secret: it is sent once and never shown again.
import { html, useState } from "../../lib/html.js";
import { call, post } from "../../lib/api.js";
import { inside } from "../../lib/session-state.js";
import { useResource } from "../../lib/resource.js";
import { Empty, Failed, Shown } from "../../parts/states.js";
import { Table } from "../../parts/table.js";

const PATH = "/aiops/notification-channels";
const KINDS = { slack: ["Slack or Mattermost", "URL of the incoming webhook"], email: ["Email", "on-call@example.com"], webhook: ["Other webhook", "URL that takes the notice as JSON"] };

export function Channels() {
  const channels = useResource(inside(`${PATH}?limit=200`));
  const [said, setSaid] = useState({});
  /** What went wrong is shown above the table; tells whether it went well. */
  const act = async (run) => {
    setSaid({});
    try {
      setSaid((await run()) ?? {});
      return true;
    } catch (error) {
      setSaid({ error });
      return false;
    } finally {
      channels.reload();
    }
  };
  return html`<div aria-live="polite">${said.error && html`<${Failed} error=${said.error} />`}
      ${said.tested && html`<p class="notice">${said.tested.delivered ? `${said.name} took the test message in ${said.tested.duration_ms} ms.` : `${said.name} did not take the test message: ${said.tested.error}.`}</p>`}</div>
    <${Shown} resource=${channels} what="the notification channels">${({ channels: own, configured }) => {
      const rows = [...own, ...configured];
      return rows.length ? html`<${Table} caption="Notification channels" columns=${columns(act)} rows=${rows} rowKey=${(one) => one.id ?? one.name} sortBy="name" />` : html`<${Empty} kind="channels" />`;
    }}<//>
    <${Add} onAdd=${(body) => act(() => post(inside(PATH), body).then(() => ({})))} />`;
}

const path = (one) => inside(`${PATH}/${one.id}`);

const columns = (act) => [
  { key: "name", title: "Channel", sort: (one) => one.name, cell: (one) => html`<span class="strong">${one.name}</span>` },
  { key: "kind", title: "Kind", sort: (one) => one.kind, cell: (one) => KINDS[one.kind]?.[0] ?? one.kind },
  { key: "host", title: "Address", cell: (one) => one.target_host ?? html`<span class="faint">in the service's settings</span>` },
  { key: "told", title: "Told of", cell: (one) => (one.on_escalation ? "every escalated incident" : html`<span class="faint">what names it</span>`) },
  { key: "do", title: "", cell: (one) => one.id && html`<${Buttons} one=${one} act=${act} />` },
];

function Buttons({ one, act }) {
  const [asked, setAsked] = useState(false);
  const test = () => act(async () => ({ name: one.name, tested: (await post(`${path(one)}/test`)).data }));
  const turn = () => act(() => call("PATCH", path(one), { on_escalation: !one.on_escalation }).then(() => ({})));
  const remove = () => (asked ? act(() => call("DELETE", path(one))) : setAsked(true));
  return html`<div class="buttons"><button type="button" aria-label=${`Test ${one.name}`} onClick=${test}>Test</button>
    <button type="button" aria-label=${`${one.on_escalation ? "No escalations" : "Escalations"} to ${one.name}`} onClick=${turn}>${one.on_escalation ? "No escalations" : "Send escalations"}</button>
    <button type="button" aria-label=${`${asked ? "Remove now" : "Remove"}: ${one.name}`} onClick=${remove} onBlur=${() => setAsked(false)}>${asked ? "Remove now" : "Remove"}</button></div>`;
}

const BLANK = { name: "", kind: "slack", target: "", on_escalation: true };

function Add({ onAdd }) {
  const [made, setMade] = useState(BLANK);
  const set = (values) => setMade({ ...made, ...values });
  const submit = async (event) => {
    event.preventDefault();
    if (await onAdd({ ...made, name: made.name.trim(), target: made.target.trim() })) setMade(BLANK);
  };
  return html`<form class="buttons" aria-label="New notification channel" onSubmit=${submit}>
    <input aria-label="Name of the channel" placeholder="Name, such as ops" required maxlength="64" autocomplete="off" value=${made.name} onInput=${(event) => set({ name: event.target.value })} />
    <select aria-label="Kind of the channel" value=${made.kind} onChange=${(event) => set({ kind: event.target.value })}>${Object.entries(KINDS).map(([kind, [name]]) => html`<option value=${kind}>${name}</option>`)}</select>
    <input aria-label="Address of the channel" placeholder=${KINDS[made.kind][1]} required maxlength="2048" autocomplete="off" spellcheck="false" value=${made.target} onInput=${(event) => set({ target: event.target.value })} />
    <label class="check"><input type="checkbox" checked=${made.on_escalation} onChange=${() => set({ on_escalation: !made.on_escalation })} /> Every escalated incident</label>
    <button disabled=${!made.name.trim() || !made.target.trim()}>Add channel</button></form>`;
}
