// What hexaops may do by itself: the switch that stops everything, the policy for what it detects, and its breaker.
import { html, useState } from "../../lib/html.js";
import { call, post } from "../../lib/api.js";
import { inside, may } from "../../lib/session-state.js";
import { useResource } from "../../lib/resource.js";
import { ago, moment, words } from "../../lib/format.js";
import { Failed, Shown } from "../../parts/states.js";
import { Badge } from "../../parts/badge.js";

const MODES = {
  off: ["idle", "Nothing becomes of what is detected."],
  suggest: ["good", "What is detected opens an incident with its diagnosis; changes wait for a person."],
  act: ["good", "What is detected is remediated without a person, where its class is listed here."],
};

export default function Automation() {
  return html`<h1>Automation</h1><section><h2>Kill switch</h2><${Switch} /></section><section><h2>Policy for detections</h2><${Policy} /></section>`;
}

function Switch() {
  const automation = useResource(inside("/aiops/automation"));
  const [reason, setReason] = useState("");
  const [error, setError] = useState(null);
  const put = async (enabled) => {
    setError(null);
    await call("PUT", inside("/aiops/automation"), { enabled, reason: reason.trim() || null }).catch(setError);
    automation.reload();
  };
  return html`<${Shown} resource=${automation} what="the switch">${(data) => {
    const own = data.workspaces[0] ?? { enabled: true };
    const on = data.enabled && own.enabled;
    return html`<p role="status"><${Badge} status=${on ? "active" : "failed"} label=${on ? "On" : "Off"} /> ${on
        ? "Changes that are confirmed, and remediations that the policy allows, are carried out."
        : html`Nothing is changed in this workspace${data.enabled ? "" : ", because automation is off everywhere"}. <span class="faint">${own.reason ?? data.reason} ${own.changed_by && `(${own.changed_by}, ${ago(own.changed_at)})`}</span>`}</p>
      ${may("manage_workspace")
        ? html`<div class="buttons"><input aria-label="Reason" placeholder="Reason, for the audit log" maxlength="512" value=${reason} onInput=${(event) => setReason(event.target.value)} />
          <button type="button" onClick=${() => put(!own.enabled)}>${own.enabled ? "Switch automation off" : "Switch automation on"}</button></div>`
        : html`<p class="faint">An administrator of the workspace can switch it.</p>`}
      ${error && html`<${Failed} error=${error} />`}`;
  }}<//>`;
}

function Policy() {
  const policy = useResource(inside("/aiops/autopilot"), { topics: ["actions", "incidents"] });
  const [error, setError] = useState(null);
  const reset = async () => {
    setError(null);
    await post(inside("/aiops/autopilot/reset")).catch(setError);
    policy.reload();
  };
  return html`<${Shown} resource=${policy} what="the policy">${(data) => {
    const [level, meaning] = MODES[data.mode];
    return html`<dl class="facts"><dt>Mode</dt><dd><${Badge} level=${level} label=${words(data.mode)} /> ${meaning}</dd>
        <dt>Classes</dt><dd>${data.classes.length ? data.classes.map(words).join(", ") : html`<span class="faint">none may be remediated without a person</span>`}</dd>
        <dt>Breaker</dt><dd>${data.tripped ? html`<${Badge} status="failed" label="Tripped" /> ${moment(data.tripped_at)}: ${data.reason}` : html`<${Badge} status="ok" label="Closed" /> <span class="faint">It trips when remediations do not help, and stops them until a person resets it.</span>`}</dd></dl>
      ${data.tripped && may("manage_workspace") && html`<button type="button" onClick=${reset}>Reset the breaker</button>`}
      ${error && html`<${Failed} error=${error} />`}
      <p class="faint">The policy is set by the operator of the service: see <a href="/docs/task-heal-by-itself">how to let it heal by itself, safely</a>.</p>`;
  }}<//>`;
}
