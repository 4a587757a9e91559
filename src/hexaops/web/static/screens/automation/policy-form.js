// The policy for what is detected: nothing, a suggestion, or a remediation for the classes that are named.
import { html, useState } from "../../lib/html.js";
import { Confirmed } from "../../parts/confirmed.js";

export const MODES = {
  off: ["idle", "Off", "Nothing becomes of what is detected."],
  suggest: ["good", "Suggest", "What is detected opens an incident with its diagnosis; changes wait for a person."],
  act: ["good", "Act", "What is detected is remediated without a person, where its class is named."],
};
const CLASSES = {
  failing_pods: ["Failing pods", "replaces pods that fail, within their disruption budgets"],
  bad_rollout: ["Bad rollout", "goes back to the revision that worked"],
};

export const classNames = (classes) => classes.map((one) => CLASSES[one]?.[0] ?? one).join(", ");

export function PolicyForm({ policy, onSave }) {
  const [mode, setMode] = useState(policy.mode);
  const [classes, setClasses] = useState(policy.classes);
  const toggle = (one) => setClasses(classes.includes(one) ? classes.filter((other) => other !== one) : [...classes, one]);
  const named = mode === "act" ? classes : policy.classes;
  const same = mode === policy.mode && String([...named].sort()) === String([...policy.classes].sort());
  const missing = mode === "act" && !classes.length;
  return html`<details><summary>Change the policy</summary><div class="account-form">
    <fieldset><legend>Mode</legend>${Object.entries(MODES).map(([one, [, title, meaning]]) => html`<label><input type="radio" name="mode" value=${one} checked=${mode === one} onChange=${() => setMode(one)} /> ${title} <span class="faint">${meaning}</span></label>`)}</fieldset>
    ${mode === "act" && html`<fieldset><legend>Acts for</legend>${Object.entries(CLASSES).map(([one, [title, meaning]]) => html`<label><input type="checkbox" checked=${classes.includes(one)} onChange=${() => toggle(one)} /> ${title} <span class="faint">${meaning}</span></label>`)}</fieldset>`}
    <div class="buttons"><${Confirmed} label="Save policy" title="Change the policy?" reason disabled=${same || missing} act=${(reason) => onSave({ mode, classes: named, reason })}>
      <p>${MODES[mode][2]}</p>${mode === "act" && html`<p>Without a person: ${classNames(classes)}.</p>`}<//>
      ${missing && html`<span class="faint">Name at least one class, or choose Suggest.</span>`}</div></div></details>`;
}
