// The query's text: completed while it is typed, by keyboard or pointer, and marked where it cannot be read.
import { html, useLayoutEffect, useRef, useState } from "../../lib/html.js";
import { plural } from "../../lib/format.js";
import { complete } from "./completion.js";

const CLOSED = { options: [] };

export function QueryBox({ text, onText, known, problem }) {
  const input = useRef(null);
  const cursor = useRef(null);
  const [list, setList] = useState(CLOSED);
  const [active, setActive] = useState(-1);
  const open = list.options.length > 0;
  const close = () => setList(CLOSED);
  const show = (value, at, asked) => {
    const found = complete(value, at, known);
    setList(asked || found.to > found.from || value[at - 1] === ":" ? found : CLOSED);
    setActive(-1);
  };
  const accept = ({ insert }) => {
    const value = text.slice(0, list.from) + insert + text.slice(list.to);
    cursor.current = list.from + insert.length;
    onText(value);
    show(value, cursor.current);
  };
  const move = (by) => setActive((active + by + list.options.length + (active < 0 && by < 0)) % list.options.length);
  const onKey = (event) => {
    const { key, target } = event;
    if (!open && (key === "ArrowDown" || (key === " " && event.ctrlKey))) show(target.value, target.selectionStart, true);
    else if (!open || event.isComposing) return;
    else if (key === "ArrowDown" || key === "ArrowUp") move(key === "ArrowDown" ? 1 : -1);
    else if ((key === "Enter" || key === "Tab") && active >= 0) accept(list.options[active]);
    else if (key === "Escape") {
      event.stopPropagation(); // closes the list; the next one leaves the field
      close();
    } else return;
    event.preventDefault();
  };
  useLayoutEffect(() => {
    if (cursor.current === null) return;
    input.current.setSelectionRange(cursor.current, cursor.current);
    cursor.current = null;
  }, [text]);
  const marks = problem && problem.text === text ? problem : null;
  useLayoutEffect(() => {
    if (!marks || document.activeElement !== input.current) return;
    const place = Array.from(text).slice(0, marks.error.details.position).join("").length;
    input.current.setSelectionRange(place, place);
  }, [marks?.error]);
  return html`<div class="query">
    <input ref=${input} type="search" aria-label="Query" placeholder="error AND (timeout OR refused) NOT debug" spellcheck="false" autocomplete="off" autocapitalize="none" maxlength="4096"
      role="combobox" aria-autocomplete="list" aria-expanded=${open} aria-controls="completions" aria-activedescendant=${open && active >= 0 ? `completion-${active}` : undefined}
      aria-invalid=${Boolean(marks)} aria-describedby=${marks ? "query-problem" : undefined}
      value=${text} onInput=${(event) => { onText(event.target.value); show(event.target.value, event.target.selectionStart); }} onKeyDown=${onKey} onBlur=${close} />
    <ul id="completions" role="listbox" aria-label="Completions" hidden=${!open}>${list.options.map((one, at) => html`<li key=${one.label} id=${`completion-${at}`} role="option" aria-selected=${at === active}
      onPointerDown=${(event) => { event.preventDefault(); accept(one); }}><code>${one.label}</code> <span class="faint">${one.hint ?? (one.count ? plural(one.count, "line") : "")}</span></li>`)}</ul>
    ${marks && html`<${Marked} ...${marks} />`}
  </div>`;
}

/** The query with the place where it cannot be read; positions count characters, not a string's pairs. */
function Marked({ error, text }) {
  const characters = Array.from(text);
  const at = Math.min(Number(error.details.position ?? characters.length), characters.length);
  return html`<div id="query-problem" class="notice bad" role="alert">
    <pre tabindex="0">${characters.slice(0, at).join("")}<mark>${characters[at] ?? " "}</mark>${characters.slice(at + 1).join("")}${"\n"}${" ".repeat(at)}^</pre>
    <p><strong>${error.message}</strong>${error.details.expected && html`<br />Expected: ${error.details.expected}.`}</p></div>`;
}
