// A change that runs or has run: its steps live, its result, and undo where the service knows how.
import { html, useState, useEffect } from "../lib/html.js";
import { text, nextStep } from "../lib/text.js";
import { get, post } from "../lib/api.js";
import { inside, may } from "../lib/session-state.js";
import { touch } from "../lib/live.js";
import { clock, words } from "../lib/format.js";
import { useFocus } from "../lib/focus.js";
import { Badge } from "./badge.js";
import { Failed } from "./states.js";
import { Plan, opened } from "./plan.js";

const ENDED = ["completed", "failed", "cancelled"];
const POLL_MS = 1_000;
const SIGNS = { completed: "✓", in_progress: "…", failed: "✕", cancelled: "✕", skipped: "–", pending: "○" };

export function Action({ id, first = null, focus }) {
  const card = useFocus(focus);
  const [action, error] = useAction(id, first);
  const [undo, setUndo] = useState({});
  if (error && !action) return html`<${Failed} error=${error} />`;
  if (!action) return html`<p class="faint">Reading the change…</p>`;
  const ended = ENDED.includes(action.status);
  const ask = async (verb) => {
    setUndo({ busy: true });
    try {
      const answer = await post(inside(`/aiops/actions/${id}/${verb}`), {});
      touch("actions", "applications");
      setUndo(verb === "rollback" ? opened(answer.data) : {});
    } catch (refusal) {
      setUndo({ error: refusal });
    }
  };
  return html`<section class="card action" aria-label="Change" tabindex="-1" ref=${card}>
    <header><span class="kind">Change</span><h3>${action.description}</h3><span role="status"><${Badge} status=${action.status} /></span></header>
    <ol class="steps">${action.steps.map((step) => html`<li class=${step.status}>
      <span class="sign" aria-hidden="true">${SIGNS[step.status] ?? "○"}</span>
      <span>${words(step.step)} <span class="hidden">${words(step.status)}</span></span>
      <span class="faint">${step.duration ?? (step.elapsed && `${step.elapsed} so far`) ?? `about ${step.estimated_duration}`}${step.waiting_for && ` · waiting for ${step.waiting_for}`}</span>
    </li>`)}</ol>
    ${action.result && html`<p>${action.result.message}${action.result.rolled_back && " It was undone."}${action.duration && html` <span class="faint">in ${action.duration}</span>`}</p>`}
    <p class="faint">By ${action.requested_by} at ${clock(action.started_at)}</p>
    ${may("execute_actions") && !undo.plan && !undo.action && html`<footer>${ended
      ? html`<button type="button" disabled=${undo.busy} onClick=${() => ask("rollback")}>${text.plan.undo}</button>`
      : html`<button type="button" disabled=${undo.busy} onClick=${() => ask("cancel")}>${text.plan.cancel}</button>`}</footer>`}
    ${undo.error && html`<p class="notice" role="alert">${undo.error.message}. <span class="faint">${nextStep(undo.error)}</span></p>`}
    ${undo.plan && html`<${Plan} plan=${undo.plan} confirm=${confirmUndo(id)} onDismiss=${() => setUndo({})} focus />`}
    ${undo.action && html`<${Action} id=${undo.action.action_id} first=${undo.action} focus />`}
  </section>`;
}

const confirmUndo = (id) => (plan) =>
  post(inside(`/aiops/actions/${id}/rollback`), { parameters: { confirmation: true, plan_id: plan.plan_id, plan_hash: plan.plan_hash } });

function useAction(id, first) {
  const [state, setState] = useState([first, null]);
  useEffect(() => {
    let timer = 0;
    let gone = false;
    const read = async () => {
      try {
        const { data } = await get(inside(`/aiops/actions/${id}`));
        if (gone) return;
        setState([data, null]);
        if (!ENDED.includes(data.status)) timer = setTimeout(read, POLL_MS);
        else touch("applications", "actions");
      } catch (error) {
        if (gone) return;
        setState(([old]) => [old, error]);
        timer = setTimeout(read, 5 * POLL_MS);
      }
    };
    read();
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [id]);
  return state;
}
