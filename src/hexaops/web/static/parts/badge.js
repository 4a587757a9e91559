// A status as a word with a sign, so that colour is never the only thing that tells it.
import { html } from "../lib/html.js";
import { words } from "../lib/format.js";

const TONES = {
  good: ["healthy", "ready", "completed", "resolved", "active", "ok", "running", "succeeded", "delivered"],
  warn: ["degraded", "medium", "pending", "awaiting_confirmation", "acknowledged", "remediating", "escalated", "warning", "warn", "in_progress", "executing", "scaling", "updating", "refused"],
  bad: ["failed", "failing", "unhealthy", "critical", "high", "open", "not_ready", "error", "fatal", "firing"],
};
const SIGNS = { good: "●", warn: "▲", bad: "■", idle: "○" };

export const tone = (status) => Object.keys(TONES).find((name) => TONES[name].includes(status)) ?? "idle";

/** `level` is one of the tones, where the status alone does not tell it. */
export const Badge = ({ status, label, level = tone(status) }) => html`<span class="badge ${level}"><span aria-hidden="true">${SIGNS[level]}</span> ${label ?? words(status)}</span>`;
