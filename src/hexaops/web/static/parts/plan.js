// A plan: what exactly would change, what it touches, how risky it is, until when it holds. Confirming runs it.
import { html, useState, useEffect, useRef } from "../lib/html.js";
import { text } from "../lib/text.js";
import { post } from "../lib/api.js";
import { inside, may } from "../lib/session-state.js";
import { touch } from "../lib/live.js";
import { plural, span, words } from "../lib/format.js";
import { useFocus } from "../lib/focus.js";
import { Badge } from "./badge.js";
import { Failed } from "./states.js";
import { Action } from "./action.js";

const RISK = { low: "good", medium: "warn", high: "bad" };

/** `focus`: it takes the keyboard with it, where a button has just asked for it. */
export function Plan({ plan, confirm, onDismiss, focus }) {
  const [state, setState] = useState({});
  const card = useFocus(focus);
  const left = useSecondsLeft(plan.expires_at);
  if (state.action) return html`<${Action} id=${state.action.action_id} first=${state.action} focus />`;
  if (state.dismissed) return null;
  const run = async () => {
    setState({ busy: true });
    try {
      const answer = await (confirm ?? confirmPlan)(plan);
      touch("actions", "applications");
      setState({ action: answer.data });
    } catch (error) {
      setState({ error });
    }
  };
  return html`<section class="card plan" aria-label="Plan" tabindex="-1" ref=${card}>
    <header><span class="kind">Plan</span><h3>${plan.description}</h3><${Badge} level=${RISK[plan.risk] ?? "idle"} label=${`${words(plan.risk)} risk`} /></header>
    <p class="faint">${text.plan.unchanged} ${left > 0 ? html`You can confirm it for ${span(left)}.` : text.plan.expired}</p>
    ${plan.warnings.length > 0 && html`<ul class="notice warn">${plan.warnings.map((one) => html`<li>${typeof one === "string" ? one : one.message ?? JSON.stringify(one)}</li>`)}</ul>`}
    <dl class="facts">
      <dt>Target</dt><dd>${(plan.targets ?? [plan.target]).map((one) => html`<div>${one.kind} ${one.namespace}/${one.name}</div>`)}</dd>
      <dt>Affects</dt><dd>${affects(plan.blast_radius)}</dd>
      <dt>Takes</dt><dd>about ${plan.estimated_duration} <span class="faint">(${plan.estimate_basis})</span></dd>
      <dt>Steps</dt><dd>${plan.steps.map((one) => words(one.step)).join(" → ")}</dd>
    </dl>
    <details open><summary>Exact change</summary><${Diff} text=${plan.diff} /></details>
    ${state.error && html`<${Failed} error=${state.error} />`}
    <footer>
      ${may("execute_actions")
        ? html`<button type="button" class="primary" disabled=${state.busy || left <= 0} onClick=${run}>${state.busy ? "Starting…" : text.plan.confirm}</button>`
        : html`<span class="faint">Your role does not include execute_actions: an operator must confirm it.</span>`}
      <button type="button" onClick=${() => (onDismiss ? onDismiss() : setState({ dismissed: true }))}>${text.plan.dismiss}</button>
    </footer>
  </section>`;
}

/** As the documents say that a plan is confirmed. */
async function confirmPlan(plan) {
  const how = plan.confirm?.body ?? { action: plan.action, parameters: { ...plan.parameters, confirmation: true, plan_id: plan.plan_id, plan_hash: plan.plan_hash } };
  return post(inside("/aiops/actions"), how);
}

function affects(radius) {
  const pods = radius.pods_affected === 0 ? "no pods" : `${plural(radius.pods_affected, "pod")}; ${radius.ready_pods_down_at_most ? `at most ${plural(radius.ready_pods_down_at_most, "ready pod")} down at a time` : "no ready pod goes down"}`;
  const named = [["Services", radius.services], ["Ingresses", radius.ingresses], ["Budgets", radius.disruption_budgets]];
  return html`<div>${pods}</div>${named.filter(([, list]) => list?.length).map(([title, list]) => html`<div class="faint">${title}: ${list.map((one) => one.name ?? one).join(", ")}</div>`)}`;
}

export const Diff = ({ text: diff }) => html`<pre class="diff" tabindex="0">${String(diff ?? "").split("\n").map((line) => html`<span class=${kindOf(line)}>${line}\n</span>`)}</pre>`;

const kindOf = (line) => (/^(---|\+\+\+|@@)/.test(line) ? "place" : line.startsWith("+") ? "added" : line.startsWith("-") ? "removed" : "same");

function useSecondsLeft(time) {
  const left = () => (Date.parse(time) - Date.now()) / 1000;
  const [seconds, setSeconds] = useState(left);
  useEffect(() => {
    const timer = setInterval(() => setSeconds(left()), 1_000);
    return () => clearInterval(timer);
  }, [time]);
  return seconds;
}

/** Ask for the plan of an action, then show it: `open(action, parameters)` from a button anywhere. */
export function usePlan() {
  const [state, setState] = useState({});
  const opener = useRef(null);
  const open = async (action, parameters) => {
    opener.current = document.activeElement;
    setState({ busy: true });
    try {
      setState(opened((await post(inside("/aiops/actions"), { action, parameters })).data));
    } catch (error) {
      setState({ error });
    }
  };
  const place = useRef(null);
  const shown = state.plan?.plan_id ?? state.action?.action_id ?? state.error;
  useEffect(() => {
    if (shown) place.current?.scrollIntoView(); // the button may be far below
  }, [shown]);
  const dismiss = () => {
    setState({});
    opener.current?.focus();
  };
  const view = html`<div class="plan-place" aria-live="polite" ref=${place}>${state.busy && html`<p class="faint">Planning…</p>`}
    ${state.error && html`<${Failed} error=${state.error} />`}
    ${state.plan && html`<${Plan} key=${state.plan.plan_id} plan=${state.plan} onDismiss=${dismiss} focus />`}
    ${state.action && html`<${Action} key=${state.action.action_id} id=${state.action.action_id} first=${state.action} focus />`}</div>`;
  return { open, view, busy: state.busy };
}

export const opened = (answer) => (answer.plan ? { plan: answer.plan } : { action: answer });
