// A finding of the diagnosis: what, why, what shows it, and what may help.
import { html, useState } from "../lib/html.js";
import { link } from "../lib/router.js";
import { words } from "../lib/format.js";
import { Badge } from "./badge.js";

export function Finding({ finding, onPlan, linked = false }) {
  const { remedy, fix } = finding;
  const wanted = !remedy && asked(finding);
  return html`<article class="card finding">
    <header><${Badge} status=${finding.severity} /> <h3>${linked && finding.application_id
      ? html`<a href=${link("applications", finding.application_id)}>${finding.name}</a>`
      : finding.application_id ? finding.name : `${finding.kind ?? ""} ${finding.name}`}: ${finding.finding}</h3></header>
    <p>${finding.cause}</p>
    ${finding.evidence.length > 0 && html`<details class="evidence"><summary>Evidence (${finding.evidence.length})</summary>
      <ul>${finding.evidence.map((one) => html`<li><span class="source">${one.source}</span> ${one.kind} ${one.namespace}/${one.name} <q>${one.text}</q></li>`)}</ul>
      ${finding.confidence_basis && html`<p class="faint">How sure: ${finding.confidence_basis}</p>`}
    </details>`}
    ${fix && html`<p class="advice"><strong>What would fix it:</strong> ${fix.summary}${fix.changes.map((one) => html`<br /><code>${one.path}</code>${one.from !== null && html` is <code>${String(one.from)}</code>`}${one.to !== null && html`, should be <code>${String(one.to)}</code>`}`)}</p>`}
    ${onPlan && wanted && html`<${Ask} wanted=${wanted} onPlan=${onPlan} />`}
    ${remedy && remedy.why !== fix?.summary && html`<p class="advice"><strong>What may help:</strong> ${remedy.why}</p>`}
    ${remedy && onPlan && html`<button type="button" class="primary" onClick=${() => onPlan(remedy.action, remedy.parameters)}>Plan: ${words(remedy.action)}</button>`}
    ${onPlan && fix && !remedy && !wanted && html`<${Elsewhere} fix=${fix} />`}
  </article>`;
}

const SIZE = /\.containers\[\d+\]\.resources\.(requests|limits)\.(cpu|memory)$/;
const QUOTA = /^([\w./-]+)=(\w+)$/;

/** What only the reader knows: how large a container, or one limit of a quota, shall be. */
function asked({ application_id, fix }) {
  for (const { path, from } of fix?.changes ?? []) {
    const [, kind, resource] = SIZE.exec(path) ?? [];
    if (kind && application_id) return { label: `${words(resource)} ${kind.slice(0, -1)}`, from, action: "update_configuration", parameters: (value) => ({ application_id, [kind]: { [resource]: value } }) };
    const [, limit, most] = (path === "spec.hard" && QUOTA.exec(from)) || [];
    if (limit) return { label: `Quota of ${limit}`, from: most, action: "update_quota", parameters: (value) => ({ project: fix.target.namespace, name: fix.target.name, hard: { [limit]: value } }) };
  }
}

function Ask({ wanted: { label, from, action, parameters }, onPlan }) {
  const [typed, setTyped] = useState(from ?? "");
  const value = typed.trim();
  const submit = (event) => {
    event.preventDefault();
    onPlan(action, parameters(value));
  };
  return html`<form class="buttons" onSubmit=${submit}><label>${label} <input size="8" required maxlength="20" value=${typed} onInput=${(event) => setTyped(event.target.value)} /></label>
    <button class="primary" disabled=${!value || value === from}>Plan: ${words(action)}</button></form>`;
}

const PLAIN = /^[\w.:/-]+$/;

/** Where no kind of change does it: the command, if every part of it is safe to paste into a shell. */
function Elsewhere({ fix: { action, target, changes } }) {
  const patch = {};
  const known = action === "patch" && target.namespace && changes.length > 0 && changes.every(({ path, to }) => {
    const [first, second, ...rest] = path.split(".");
    const key = rest.join(".");
    if (![first, second, key, String(to), target.name, target.namespace].every((part) => PLAIN.test(part)) || to === null || (second !== "selector" && key.includes("."))) return false;
    ((patch[first] ??= {})[second] ??= {})[key] = to;
    return true;
  });
  return html`<div class="faint">No plan does this: it needs somebody with access to the cluster.${known && html`<pre class="diff">kubectl -n ${target.namespace} patch ${target.kind.toLowerCase()} ${target.name} --type merge -p '${JSON.stringify(patch)}'</pre>`}</div>`;
}
