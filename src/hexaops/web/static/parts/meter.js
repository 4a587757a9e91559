// Shares as bars, and the course of a value as a small line.
import { html } from "../lib/html.js";
import { percent } from "../lib/format.js";

export function Meter({ value, label }) {
  if (value === null || value === undefined) return html`<span class="meter none" title="not measured">–</span>`;
  const level = value >= 90 ? "bad" : value >= 75 ? "warn" : "good";
  return html`<span class="meter" title=${label}>
    <svg class="bar ${level}" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" height="6"/><rect class="fill" width=${Math.min(100, value)} height="6"/></svg>
    <span class="num">${percent(value)}</span>
  </span>`;
}

const WIDTH = 100;
const HEIGHT = 24;
const FEW = 6;

/** Gaps where nothing was measured stay gaps; a value between two gaps, and the newest one while there are few, is a dot. */
export function Sparkline({ values, label }) {
  const known = (values ?? []).filter((value) => value !== null);
  if (!known.length) return html`<span class="spark faint" title="no history yet">–</span>`;
  const top = Math.max(...known, 1e-9) * (known.length > 1 ? 1 : 2); // one value alone is neither high nor low
  const x = (place) => (2 + (place / Math.max(1, values.length - 1)) * (WIDTH - 4)).toFixed(1);
  const y = (value) => (HEIGHT - 2 - (value / top) * (HEIGHT - 4)).toFixed(1);
  const newest = known.length < FEW ? values.findLastIndex((value) => value !== null) : -1;
  let path = "";
  let dots = "";
  values.forEach((value, place) => {
    if (value === null) return;
    const point = `${x(place)} ${y(value)}`;
    const begins = (values[place - 1] ?? null) === null;
    path += `${begins ? "M" : "L"}${point}`;
    if (place === newest || (begins && (values[place + 1] ?? null) === null)) dots += `M${point}h0`;
  });
  return html`<svg class="spark" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label=${label}><path d=${path}/>${dots && html`<path class="dots" d=${dots}/>`}</svg>`;
}
