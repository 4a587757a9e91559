// What hexaops may do by itself: the switch that stops everything, the policy for what it detects, and its breaker.
import { html } from "../../lib/html.js";
import { call, post } from "../../lib/api.js";
import { inside, may } from "../../lib/session-state.js";
import { useResource } from "../../lib/resource.js";
import { moment } from "../../lib/format.js";
import { Shown } from "../../parts/states.js";
import { Badge } from "../../parts/badge.js";
import { ChangedBy, Confirmed } from "../../parts/confirmed.js";
import { MODES, PolicyForm, classNames } from "./policy-form.js";

const ADMIN = "manage_workspace";

export default function Automation() {
  return html`<h1>Automation</h1><section><h2>Kill switch</h2><${Switch} /></section><section><h2>Policy for detections</h2><${Policy} /></section>
    ${!may(ADMIN) && html`<p class="notice">You can look, and not change: your role does not include <code>${ADMIN}</code>. An administrator of the workspace can change this, or give you the role.</p>`}`;
}

function Switch() {
  const automation = useResource(inside("/aiops/automation"));
  const put = async (enabled, reason) => {
    await call("PUT", inside("/aiops/automation"), { enabled, reason });
    automation.reload();
  };
  return html`<${Shown} resource=${automation} what="the switch">${(data) => {
    const own = data.workspaces[0] ?? { enabled: true };
    const on = data.enabled && own.enabled;
    const last = data.enabled ? own : data;
    return html`<p role="status"><${Badge} status=${on ? "active" : "failed"} label=${on ? "On" : "Off"} /> ${on
        ? "Changes that are confirmed, and remediations that the policy allows, are carried out."
        : `Nothing is changed in this workspace${data.enabled ? "" : ", because automation is off everywhere"}.`}</p>
      <dl class="facts"><dt>Changed last</dt><dd><${ChangedBy} by=${last.changed_by} at=${last.changed_at} why=${last.reason} none="It was never switched." /></dd></dl>
      ${may(ADMIN) && (own.enabled
        ? html`<${Confirmed} label="Switch automation off" title="Switch automation off?" reason act=${(reason) => put(false, reason)}><p>No change starts in this workspace, not even one that somebody confirms, and running ones write nothing more. Questions, alerts and insights go on.</p><//>`
        : html`<${Confirmed} label="Switch automation on" title="Switch automation on?" reason act=${(reason) => put(true, reason)}><p>Changes can be confirmed again, and the policy below acts again.</p><//>`)}`;
  }}<//>`;
}

function Policy() {
  const policy = useResource(inside("/aiops/autopilot"), { topics: ["actions", "incidents"] });
  const save = async (body) => {
    await call("PUT", inside("/aiops/autopilot"), body);
    policy.reload();
  };
  const reset = async () => {
    await post(inside("/aiops/autopilot/reset"));
    policy.reload();
  };
  return html`<${Shown} resource=${policy} what="the policy">${(data) => {
    const [level, title, meaning] = MODES[data.mode];
    return html`<dl class="facts"><dt>Mode</dt><dd><${Badge} level=${level} label=${title} /> ${meaning}</dd>
        <dt>Acts for</dt><dd>${data.classes.length ? classNames(data.classes) : html`<span class="faint">nothing without a person</span>`}</dd>
        <dt>Changed last</dt><dd><${ChangedBy} by=${data.changed_by} at=${data.changed_at} why=${data.change_reason} none="It was never changed." /></dd>
        <dt>Breaker</dt><dd>${data.tripped ? html`<${Badge} status="failed" label="Tripped" /> ${moment(data.tripped_at)}: ${data.reason}` : html`<${Badge} status="ok" label="Closed" /> <span class="faint">It trips when many applications fail at once, and then nothing is remediated until a person resets it.</span>`}</dd>
        ${data.reset_by && html`<dt>Reset last</dt><dd><${ChangedBy} by=${data.reset_by} at=${data.reset_at} /></dd>`}</dl>
      ${may(ADMIN) && html`${data.tripped && html`<p><${Confirmed} label="Reset the breaker" title="Reset the breaker?" act=${reset}><p>What is detected is remediated again, within the policy. Look for the common cause first: ${data.reason}.</p><//></p>`}
        <${PolicyForm} key=${`${data.mode}/${data.classes}`} policy=${data} onSave=${save} />`}
      <p class="faint">How many pods and which severity it may touch is set by the operator of the service: see <a href="/docs/task-heal-by-itself">how to let it heal by itself, safely</a>.</p>`;
  }}<//>`;
}
