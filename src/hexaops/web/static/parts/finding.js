// A finding of the diagnosis: what, why, what shows it, and what may help.
import { html, useState } from "../lib/html.js";
import { link } from "../lib/router.js";
import { words } from "../lib/format.js";
import { Badge } from "./badge.js";

export function Finding({ finding, onPlan, linked = false }) {
  const { remedy, fix } = finding;
  return html`<article class="card finding">
    <header><${Badge} status=${finding.severity} /> <h3>${linked && finding.application_id
      ? html`<a href=${link("applications", finding.application_id)}>${finding.name}</a>`
      : finding.name}: ${finding.finding}</h3></header>
    <p>${finding.cause}</p>
    ${finding.evidence.length > 0 && html`<details class="evidence"><summary>Evidence (${finding.evidence.length})${finding.confidence_basis && html` <span class="faint">· ${finding.confidence_basis}</span>`}</summary>
      <ul>${finding.evidence.map((one) => html`<li><span class="source">${one.source}</span> ${one.kind} ${one.namespace}/${one.name} <q>${one.text}</q></li>`)}</ul>
    </details>`}
    ${fix && html`<p class="advice"><strong>What would fix it:</strong> ${fix.summary}${fix.changes.map((one) => html`<br /><code>${one.path}</code> from <code>${String(one.from)}</code>${one.to !== null && html` to <code>${String(one.to)}</code>`}`)}</p>`}
    ${!remedy && onPlan && html`<${Size} finding=${finding} onPlan=${onPlan} />`}
    ${remedy && remedy.why !== fix?.summary && html`<p class="advice"><strong>What may help:</strong> ${remedy.why}</p>`}
    ${remedy && onPlan && html`<button type="button" class="primary" onClick=${() => onPlan(remedy.action, remedy.parameters)}>Plan: ${words(remedy.action)}</button>`}
  </article>`;
}

const SIZE = /\.containers\[\d+\]\.resources\.(requests|limits)\.(cpu|memory)$/;

/** Where the fix is another size, and only the reader knows which. */
function Size({ finding, onPlan }) {
  const change = finding.application_id && finding.fix?.changes.find((one) => SIZE.test(one.path));
  const [size, setSize] = useState(change?.from ?? "");
  if (!change) return null;
  const [, kind, resource] = SIZE.exec(change.path);
  const submit = (event) => {
    event.preventDefault();
    onPlan("update_configuration", { application_id: finding.application_id, [kind]: { [resource]: size.trim() } });
  };
  return html`<form class="buttons" onSubmit=${submit}><label>${words(resource)} ${kind.slice(0, -1)} <input size="8" required maxlength="20" value=${size} onInput=${(event) => setSize(event.target.value)} /></label>
    <button class="primary" disabled=${!size.trim() || size.trim() === change.from}>Plan: Update configuration</button></form>`;
}
