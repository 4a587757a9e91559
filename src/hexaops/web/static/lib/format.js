// Numbers and times for people. What is unknown is a dash, never a zero.
import { signal } from "./html.js";

export const DASH = "–";

export const percent = (value) => (value === null || value === undefined ? DASH : `${Math.round(value)}%`);

export const number = (value) =>
  value === null || value === undefined ? DASH : value.toLocaleString("en", { maximumFractionDigits: value < 10 ? 2 : 0 });

export function bytes(value) {
  if (value === null || value === undefined) return DASH;
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = value > 0 ? Math.min(units.length - 1, Math.floor(Math.log2(value) / 10)) : 0;
  return `${(value / 1024 ** power).toLocaleString("en", { maximumFractionDigits: power ? 1 : 0 })} ${units[power]}`;
}

export function inUnit(value, unit) {
  if (value === null || value === undefined) return DASH;
  if (unit === "bytes") return bytes(value);
  if (unit === "bytes/s") return `${bytes(value)}/s`;
  if (unit === "percent") return `${value.toFixed(value < 10 ? 1 : 0)}%`;
  if (unit === "ms") return `${Math.round(value)} ms`;
  return unit === "count" ? number(value) : `${number(value)} ${unit}`;
}

const UNITS = [[86_400, "d"], [3_600, "h"], [60, "min"], [1, "s"]];

export function span(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const [size, unit] = UNITS.find(([each]) => whole >= each) ?? [1, "s"];
  return `${Math.floor(whole / size)} ${unit}`;
}

const TICK_MS = 10_000;
/** What shows how long ago something was is drawn again as time goes on. */
const now = signal(0);
setInterval(() => document.hidden || (now.value += 1), TICK_MS);

export const ago = (time) => (now.value, time ? `${span((Date.now() - Date.parse(time)) / 1000)} ago` : DASH);

export const clock = (time, { seconds = true } = {}) =>
  time
    ? new Date(time).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", ...(seconds ? { second: "2-digit" } : {}) })
    : DASH;

export const moment = (time) =>
  time
    ? new Date(time).toLocaleString("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" })
    : DASH;

/** For the ends of a longer time, where the day matters. */
export const minute = (time) => new Date(time).toLocaleString("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

/** `restart_failing_pods` → `Restart failing pods`. */
export function words(name) {
  if (name === "rollback_revision") return "Roll back";
  const spaced = String(name ?? "").replaceAll("_", " ").replace(/\bcpu\b/, "CPU");
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

export const plural = (count, one, many = `${one}s`) => `${number(count)} ${count === 1 ? one : many}`;

const POWERS = { Ki: 1, Mi: 2, Gi: 3, Ti: 4 };

/** A Kubernetes quantity of bytes in a unit that can be read: `23003255Ki` → `21.9 GiB`. Others stay as they are. */
export function quantity(text) {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(Ki|Mi|Gi|Ti)$/.exec(text ?? "") ?? [];
  return amount ? bytes(Number(amount) * 1024 ** POWERS[unit]) : (text ?? DASH);
}
