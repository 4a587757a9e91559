// A button that asks first: what will happen, why (where a reason is kept), then it happens.
import { html, useRef, useState } from "../lib/html.js";
import { minute } from "../lib/format.js";
import { Failed } from "./states.js";

/** `act(reason)` may throw: the dialog then stays open and says why. */
export function Confirmed({ label, title, children, act, reason, disabled }) {
  const dialog = useRef(null);
  const [state, setState] = useState({ why: "" });
  const open = () => {
    setState({ why: "" });
    dialog.current.showModal();
  };
  const submit = async (event) => {
    event.preventDefault();
    setState((old) => ({ ...old, busy: true, error: null }));
    try {
      await act(state.why.trim() || null);
      dialog.current?.close();
    } catch (error) {
      setState((old) => ({ ...old, error }));
    }
    setState((old) => ({ ...old, busy: false }));
  };
  return html`<button type="button" disabled=${disabled} onClick=${open}>${label}</button>
    <dialog ref=${dialog} aria-label=${title}><form class="confirm" onSubmit=${submit}><h2>${title}</h2><div>${children}</div>
      ${reason && html`<label>Reason <input maxlength="512" autocomplete="off" placeholder="Shown to others, and in the audit log" value=${state.why} onInput=${(event) => setState({ ...state, why: event.target.value })} /></label>`}
      ${state.error && html`<${Failed} error=${state.error} />`}
      <div class="buttons"><button class="primary" disabled=${state.busy}>${label}</button><button type="button" onClick=${() => dialog.current.close()}>Keep as it is</button></div></form></dialog>`;
}

/** Who changed something last, and why. */
export const ChangedBy = ({ by, at, why, none }) =>
  html`<span class="faint">${by ? html`${who(by)}, <time datetime=${at} title=${at}>${minute(at)}</time>${why && html`: <q>${why}</q>`}` : none}</span>`;

const who = (principal) => principal.replace(/^(user|service|system):/, "");
