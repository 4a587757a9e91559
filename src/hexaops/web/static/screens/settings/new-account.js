// A new service account: its name, what it may do, where, and how long its first token lasts.
import { html, useState } from "../../lib/html.js";

const SCOPES = {
  "workspace:read": "read workspaces, their overview, nodes and insights",
  "workspace:admin": "run operations on a workspace and scale its deployments",
  "application:read": "read applications' details and performance",
  "application:write": "scale, heal and back up applications",
  "logs:read": "query and follow logs",
  "logs:push:json": "push log lines as JSON lines",
  "logs:push:otlp": "push log records with OTLP/HTTP",
  "logs:push:loki": "push log lines with Loki's push API",
  "incident:read": "read incidents",
  "incident:write": "open, remediate and resolve incidents",
  "audit:read": "read the audit log",
  "system:read": "read the health of the system and the automation switch",
  "system:admin": "manage workspaces, members, service accounts and the automation switch",
};
const BLANK = { name: "", scopes: [], everywhere: false, days: "90" };

export function NewAccount({ workspace, onCreate }) {
  const [made, setMade] = useState(BLANK);
  const set = (values) => setMade({ ...made, ...values });
  const toggle = (scope) => set({ scopes: made.scopes.includes(scope) ? made.scopes.filter((one) => one !== scope) : [...made.scopes, scope] });
  const submit = async (event) => {
    event.preventDefault();
    const { name, scopes, everywhere, days } = made;
    const done = await onCreate({ name: name.trim(), scopes, workspace_ids: everywhere ? null : [workspace.id], expires_in_days: days ? Number(days) : null });
    if (done) setMade(BLANK);
  };
  return html`<details><summary>New service account</summary><form class="account-form" onSubmit=${submit}>
    <label>Name <input required maxlength="128" autocomplete="off" value=${made.name} onInput=${(event) => set({ name: event.target.value })} /></label>
    <fieldset><legend>Scopes</legend>${Object.entries(SCOPES).map(([scope, meaning]) => html`<label><input type="checkbox" checked=${made.scopes.includes(scope)} onChange=${() => toggle(scope)} /> <code>${scope}</code> <span class="faint">${meaning}</span></label>`)}</fieldset>
    <label>Workspaces <select value=${made.everywhere ? "all" : "one"} onChange=${(event) => set({ everywhere: event.target.value === "all" })}><option value="one">Only ${workspace.name}</option><option value="all">All</option></select></label>
    <label>Token valid for <input type="number" min="1" max="3650" step="1" aria-describedby="days-hint" value=${made.days} onInput=${(event) => set({ days: event.target.value })} /> <span id="days-hint" class="faint">days; empty: until it is revoked</span></label>
    <div class="buttons"><button class="primary" disabled=${!made.name.trim() || !made.scopes.length}>Create</button></div></form></details>`;
}
