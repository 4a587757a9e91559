// What every screen has around it: the question box, the workspace, the list of screens, and the keys.
import { html, useEffect, useRef, useState } from "../lib/html.js";
import { text } from "../lib/text.js";
import { session, workspace, workspaces, workspaceId, may } from "../lib/session-state.js";
import { choose, signOut } from "../lib/session.js";
import { route, link, go } from "../lib/router.js";
import { SCREEN_KEYS, helpOpen } from "../lib/keys.js";
import { connected } from "../lib/live.js";
import { theme, THEMES } from "../lib/theme.js";
import { SCREENS } from "../screens/screens.js";
import { words } from "../lib/format.js";

export function Top() {
  const [question, setQuestion] = useState("");
  const ask = (event) => {
    event.preventDefault();
    if (!question.trim()) return;
    go("chat", [], { q: question.trim(), at: Date.now() });
    setQuestion("");
  };
  const move = (event) => {
    choose(event.target.value);
    go(route.value.screen);
  };
  return html`<header class="top">
    <button type="button" class="menu" aria-label="Screens" onClick=${() => document.body.classList.toggle("menu-open")}>☰</button>
    <a class="brand" href=${link("overview")}><${Mark} /><span>${text.product}</span></a>
    <form class="ask" role="search" onSubmit=${ask}>
      <label class="hidden" for="ask">${text.ask}</label>
      <input id="ask" autocomplete="off" maxlength="4000" placeholder=${text.askShort} value=${question} onInput=${(event) => setQuestion(event.target.value)} />
      <kbd aria-hidden="true">/</kbd>
    </form>
    <label class="hidden" for="workspace">Workspace</label>
    <select id="workspace" value=${workspaceId.value} onChange=${move}>${workspaces.value.map((one) => html`<option value=${one.id}>${one.name}</option>`)}</select>
    <${Connection} />
    <${Account} />
  </header>`;
}

const Connection = () => connected.value === false && html`<span class="badge warn" role="status" title="Events do not arrive; trying again. What is shown may be old.">▲ Reconnecting</span>`;

function Account() {
  const menu = useRef(null);
  useEffect(() => {
    const close = (event) => menu.current?.open && !menu.current.contains(event.target) && (menu.current.open = false);
    addEventListener("click", close);
    return () => removeEventListener("click", close);
  }, []);
  return html`<details class="account" ref=${menu}><summary aria-label="Account and theme"><span aria-hidden="true">${session.value.user_id.replace("local:", "").slice(0, 1).toUpperCase()}</span></summary>
    <div class="popup">
      <p><strong>${session.value.user_id}</strong><br /><span class="faint">${workspace.value?.role} of ${workspace.value?.name}</span></p>
      <fieldset><legend>Theme</legend>${THEMES.map((name) => html`<label><input type="radio" name="theme" checked=${theme.value === name} onChange=${() => { theme.value = name; }} /> ${words(name)}</label>`)}</fieldset>
      <button type="button" onClick=${() => { helpOpen.value = true; }}>Keyboard shortcuts</button>
      <button type="button" onClick=${signOut}>Sign out</button>
    </div></details>`;
}

const BOOK = "M4 3h7a2 2 0 0 1 1 .300A2 2 0 0 1 13 3h7v16h-7l-1 1-1-1H4zm2 2v12h5V5zm7 0v12h5V5z";
const keyOf = (screen) => Object.keys(SCREEN_KEYS).find((key) => SCREEN_KEYS[key] === screen);

export function Side() {
  useEffect(() => document.body.classList.remove("menu-open"), [route.value]);
  return html`<nav class="side" aria-label="Screens"><ul>${Object.entries(SCREENS)
    .filter(([, screen]) => !screen.permission || may(screen.permission))
    .map(([name, screen]) => html`<li><a href=${link(name)} aria-current=${route.value.screen === name ? "page" : undefined} title=${`g ${keyOf(name)}`}>
      <svg viewBox="0 0 24 24" aria-hidden="true"><path d=${screen.icon} /></svg>${screen.title}</a></li>`)}
    <li><a href="/docs/"><svg viewBox="0 0 24 24" aria-hidden="true"><path d=${BOOK} /></svg>Documentation</a></li></ul></nav>`;
}

export function Help() {
  const dialog = useRef(null);
  useEffect(() => {
    if (helpOpen.value) dialog.current.showModal();
    else dialog.current.close();
  }, [helpOpen.value]);
  const rows = [["/", "Ask a question"], ...Object.entries(SCREEN_KEYS).filter(([, name]) => SCREENS[name]).map(([key, name]) => [`g ${key}`, SCREENS[name].title]), ["?", "This list"], ["Esc", "Leave a field, close a window"]];
  return html`<dialog ref=${dialog} aria-labelledby="keys" onClose=${() => { helpOpen.value = false; }}>
    <h2 id="keys">Keyboard shortcuts</h2>
    <dl class="keys">${rows.map(([keys, meaning]) => html`<div><dt>${keys.split(" ").map((key) => html`<kbd>${key}</kbd> `)}</dt><dd>${meaning}</dd></div>`)}</dl>
    <button type="button" onClick=${() => { helpOpen.value = false; }}>Close</button>
  </dialog>`;
}

export const Mark = () => html`<svg class="mark" viewBox="0 0 32 32" aria-hidden="true"><path class="hex" d="M16 1.5 28.6 8.7v14.6L16 30.5 3.4 23.3V8.7z"/><path class="h" d="M10 9v14M22 9v14M10 16h12"/></svg>`;
