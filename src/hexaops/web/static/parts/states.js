// What a screen shows while it has nothing to show: loading, empty, failed, forbidden, degraded. Each says the next step.
import { html } from "../lib/html.js";
import { text, nextStep } from "../lib/text.js";
import { may } from "../lib/session-state.js";

export const Loading = ({ what = "" }) => html`<div class="state loading" role="status"><span class="spinner"></span>${text.loading} ${what}…</div>`;

export function Empty({ kind, children }) {
  const [title, next] = text.nothing[kind];
  return html`<div class="state empty"><strong>${title}</strong><p>${next}</p>${children}</div>`;
}

export function Failed({ error, retry }) {
  const details = Object.entries(error.details ?? {}).filter(([, value]) => typeof value === "string");
  return html`<div class="state failed" role="alert">
    <strong>${error.message}</strong>
    <p>${nextStep(error)}</p>
    ${details.length > 0 && html`<ul>${details.map(([name, value]) => html`<li><code>${name}</code> ${value}</li>`)}</ul>`}
    <p class="faint">${error.code}${error.requestId && html` · request <code>${error.requestId}</code>`}</p>
    ${retry && html`<button type="button" onClick=${retry}>Try again</button>`}
  </div>`;
}

export const Forbidden = ({ permission }) => html`<div class="state empty">
  <strong>You cannot see this here</strong>
  <p>Your role in this workspace does not include <code>${permission}</code>. Ask an administrator of the workspace for a role that does.</p>
</div>`;

/** One of the states, or the children when there is data. */
export function Shown({ resource, what, permission, children }) {
  if (permission && !may(permission)) return html`<${Forbidden} permission=${permission} />`;
  if (resource.data) return html`${resource.error && html`<${Failed} error=${resource.error} retry=${resource.reload} />`}${children(resource.data)}`;
  if (resource.error) return html`<${Failed} error=${resource.error} retry=${resource.reload} />`;
  return html`<${Loading} what=${what} />`;
}

export function Freshness({ freshness }) {
  if (!freshness || freshness.current) return null;
  const parts = [...Object.entries(freshness.missing), ...Object.entries(freshness.stale)];
  return html`<div class="notice warn" role="status">
    <strong>${text.degraded}.</strong> ${parts.map(([kind, why]) => html`<span class="part">${kind}: ${why}</span>`)}
    <span> What is shown is the last that was read. Check the connection to the cluster.</span>
  </div>`;
}
