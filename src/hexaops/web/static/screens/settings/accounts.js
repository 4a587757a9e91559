// Service accounts of the installation. They belong to the internal API, which takes no user's session: whoever manages them
// gives an account's own credentials, which stay in this module's memory and are gone with the page.
import { html, signal, useEffect, useState } from "../../lib/html.js";
import { call } from "../../lib/api.js";
import { workspace } from "../../lib/session-state.js";
import { ago, moment } from "../../lib/format.js";
import { Failed, Loading } from "../../parts/states.js";
import { Badge } from "../../parts/badge.js";
import { Table } from "../../parts/table.js";
import { NewAccount } from "./new-account.js";

const PATH = "/internal/v1/service-accounts";
const LIVE_TOKENS = 2;
const credentials = signal(null);

const ask = (method, path, body) =>
  call(method, PATH + path, body, { headers: { Authorization: `Bearer ${credentials.value.token}`, "X-Service-Account": credentials.value.id } });

export const Accounts = () => (credentials.value ? html`<${List} />` : html`<${Unlock} />`);

function Unlock() {
  const [id, setId] = useState("");
  const [token, setToken] = useState("");
  const submit = (event) => {
    event.preventDefault();
    credentials.value = { id: id.trim(), token: token.trim() };
  };
  return html`<p class="faint">They belong to the whole installation, not to a role in a workspace. To manage them, give the credentials of one with the scope <code>system:admin</code>; <code>credentials.json</code> in the service's home folder holds one. They are kept until you leave or reload this page, and nowhere else.</p>
    <form class="buttons" onSubmit=${submit}><input aria-label="Service account id" placeholder="Its id, such as sa-…" autocomplete="off" spellcheck="false" required maxlength="64" value=${id} onInput=${(event) => setId(event.target.value)} />
      <input type="password" aria-label="Service account token" placeholder="Its token" autocomplete="off" required maxlength="200" value=${token} onInput=${(event) => setToken(event.target.value)} /><button>Show service accounts</button></form>`;
}

function List() {
  const [state, setState] = useState({});
  const [issued, setIssued] = useState(null);
  const [error, setError] = useState(null);
  const load = () => ask("GET", "").then(({ data }) => setState({ data }), (problem) => setState((old) => ({ ...old, error: problem })));
  useEffect(() => {
    load();
    return () => { credentials.value = null; };
  }, []);
  /** Throws nothing: what went wrong is shown above the table. */
  const act = async (method, path, body) => {
    setError(null);
    try {
      const answer = await ask(method, path, body);
      if (answer?.data.token) setIssued(answer.data);
      await load();
      return true;
    } catch (problem) {
      setError(problem);
      return false;
    }
  };
  const forget = () => { credentials.value = null; };
  if (state.error) return html`<${Failed} error=${state.error} retry=${state.data && load} /><button type="button" onClick=${forget}>Use other credentials</button>`;
  if (!state.data) return html`<${Loading} what="the service accounts" />`;
  return html`<div aria-live="polite">${error && html`<${Failed} error=${error} />`}${issued && html`<${Issued} ...${issued} onDone=${() => setIssued(null)} />`}</div>
    <${Table} caption="Service accounts" columns=${columns(act)} rows=${state.data} rowKey=${(one) => one.id} sortBy="name" />
    <${NewAccount} workspace=${workspace.value} onCreate=${(body) => act("POST", "", body)} />
    <p><button type="button" onClick=${forget}>Forget the credentials</button></p>`;
}

const Issued = ({ service_account: account, token, onDone }) => html`<div class="notice issued"><p><strong>The token of ${account.name}, shown only now:</strong></p>
  <pre tabindex="0">X-Service-Account: ${account.id}${"\n"}Authorization: Bearer ${token.token}</pre>
  <button type="button" onClick=${onDone}>I have stored it</button></div>`;

const isLive = (token) => !token.revoked_at && !(token.expires_at && Date.parse(token.expires_at) <= Date.now());

const columns = (act) => [
  { key: "name", title: "Account", sort: (one) => one.name, cell: (one) => html`<span class="strong">${one.name}</span> <span class="faint">${one.id}${one.id === credentials.value?.id && ", in use here"}</span>` },
  { key: "scopes", title: "Scopes", cell: (one) => one.scopes.join(", ") },
  { key: "where", title: "Workspaces", cell: (one) => one.workspace_ids?.join(", ") ?? "all" },
  { key: "state", title: "State", sort: (one) => one.disabled, cell: (one) => html`<${Badge} status=${one.disabled ? "stopped" : "active"} label=${one.disabled ? "Disabled" : "Active"} />` },
  { key: "tokens", title: "Tokens", cell: (one) => html`<${Tokens} account=${one} act=${act} />` },
  { key: "do", title: "", cell: (one) => html`<div class="buttons"><button type="button" disabled=${one.tokens.filter(isLive).length >= LIVE_TOKENS} title="A second token to move to; then revoke the first" aria-label=${`New token of ${one.name}`} onClick=${() => act("POST", `/${one.id}/tokens`, {})}>New token</button>
    <button type="button" aria-label=${`${one.disabled ? "Enable" : "Disable"} ${one.name}`} onClick=${() => act("PATCH", `/${one.id}`, { disabled: !one.disabled })}>${one.disabled ? "Enable" : "Disable"}</button></div>` },
];

function Tokens({ account, act }) {
  const [asked, setAsked] = useState(null);
  const revoke = (id) => (asked === id ? act("DELETE", `/${account.id}/tokens/${id}`) : setAsked(id));
  const live = account.tokens.filter(isLive);
  if (!live.length) return html`<span class="faint">none is valid</span>`;
  return html`<ul class="list">${live.map((one) => html`<li key=${one.id}>Made ${moment(one.created_at)}, ${one.last_used_at ? `used ${ago(one.last_used_at)}` : "never used"}${one.expires_at && `, until ${moment(one.expires_at)}`}
    <button type="button" onClick=${() => revoke(one.id)} onBlur=${() => setAsked(null)}>${asked === one.id ? "Revoke now" : "Revoke"}</button></li>`)}</ul>`;
}
