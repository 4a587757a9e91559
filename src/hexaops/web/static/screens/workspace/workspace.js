// The workspace, and who belongs to it with which role.
import { html, useState } from "../../lib/html.js";
import { call } from "../../lib/api.js";
import { inside, may, session, workspace } from "../../lib/session-state.js";
import { useResource } from "../../lib/resource.js";
import { ago, moment } from "../../lib/format.js";
import { Failed, Shown } from "../../parts/states.js";
import { Badge } from "../../parts/badge.js";
import { Table } from "../../parts/table.js";

const ROLES = ["viewer", "operator", "admin"];
const MEANS = { viewer: "reads", operator: "also changes applications", admin: "also manages members and webhooks and reads the audit log" };

export default function WorkspaceScreen() {
  const { name, id, plan, status, created_at: created } = workspace.value;
  return html`<header class="title"><h1>${name}</h1><${Badge} status=${status} /></header>
    <dl class="facts"><dt>Id</dt><dd><code>${id}</code></dd><dt>Plan</dt><dd>${plan}</dd><dt>Created</dt><dd>${moment(created)}</dd>
      <dt>Your role</dt><dd>${workspace.value.role}: ${workspace.value.permissions.join(", ").replaceAll("_", " ")}</dd></dl>
    <section><h2>Members</h2><${Members} /></section>`;
}

function Members() {
  const members = useResource(inside("/members"));
  const [error, setError] = useState(null);
  const act = async (method, user, body) => {
    setError(null);
    await call(method, inside(`/members/${encodeURIComponent(user)}`), body).catch(setError);
    members.reload();
  };
  const columns = [
    { key: "user", title: "User", sort: (one) => one.user_id, cell: (one) => html`<span class="strong">${one.user_id}</span>${one.user_id === session.value.user_id && html` <span class="faint">you</span>`}` },
    { key: "role", title: "Role", sort: (one) => ROLES.indexOf(one.role), cell: (one) => may("manage_workspace")
      ? html`<select aria-label=${`Role of ${one.user_id}`} value=${one.role} onChange=${(event) => act("PUT", one.user_id, { role: event.target.value })}>${ROLES.map((role) => html`<option>${role}</option>`)}</select>`
      : one.role },
    { key: "added", title: "Added", sort: (one) => one.added_at, cell: (one) => ago(one.added_at) },
    ...(may("manage_workspace") ? [{ key: "remove", title: "", cell: (one) => html`<button type="button" aria-label=${`Remove ${one.user_id}`} onClick=${() => act("DELETE", one.user_id)}>Remove</button>` }] : []),
  ];
  return html`${error && html`<${Failed} error=${error} />`}
    <${Shown} resource=${members} what="the members">${(rows) => html`<${Table} caption="Members" columns=${columns} rows=${rows} rowKey=${(one) => one.user_id} sortBy="user" empty="members" />`}<//>
    ${may("manage_workspace") && html`<${Add} onAdd=${(user, role) => act("PUT", user, { role })} />`}
    <p class="faint">${ROLES.map((role) => `${role}: ${MEANS[role]}`).join(". ")}.</p>`;
}

function Add({ onAdd }) {
  const [user, setUser] = useState("");
  const [role, setRole] = useState("viewer");
  const submit = (event) => {
    event.preventDefault();
    onAdd(user.trim(), role);
    setUser("");
  };
  return html`<form class="buttons" onSubmit=${submit}>
    <input aria-label="User id" placeholder="User id (the subject of their token)" required maxlength="255" value=${user} onInput=${(event) => setUser(event.target.value)} />
    <select aria-label="Role" value=${role} onChange=${(event) => setRole(event.target.value)}>${ROLES.map((one) => html`<option>${one}</option>`)}</select>
    <button disabled=${!user.trim()}>Add member</button></form>`;
}
