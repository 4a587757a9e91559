// Keyboard: `/` asks, `g` and a letter goes to a screen, `?` lists all. Silent while somebody types.
import { signal } from "./html.js";
import { go } from "./router.js";

export const SCREEN_KEYS = {
  o: "overview", a: "applications", c: "chat", i: "incidents", e: "alerts", h: "changes", s: "insights", l: "logs", n: "nodes",
  w: "workspace", m: "automation", u: "audit", t: "settings",
};
export const helpOpen = signal(false);

const WAIT_MS = 1_500;
let pressedG = 0;

const typing = (target) => target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") {
    helpOpen.value = false;
    if (typing(event.target)) event.target.blur();
    return;
  }
  if (typing(event.target)) return;
  const afterG = Date.now() - pressedG < WAIT_MS;
  pressedG = 0;
  if (afterG && SCREEN_KEYS[event.key]) go(SCREEN_KEYS[event.key]);
  else if (event.key === "g") pressedG = Date.now();
  else if (event.key === "/") document.getElementById("ask")?.focus();
  else if (event.key === "?") helpOpen.value = !helpOpen.value;
  else return;
  event.preventDefault();
}

addEventListener("keydown", onKey);
