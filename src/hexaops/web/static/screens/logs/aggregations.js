// Counts over all hits of a query: over time, by level and component, and what the messages have in common.
import { html, useRef, useState } from "../../lib/html.js";
import { clock, minute, number, plural } from "../../lib/format.js";

const WIDTH = 1000;
const HEIGHT = 60;
const MOST = 12;

/** Bars over time; dragging over them, or pressing one, narrows the query to that time. */
export function Timeline({ buckets, onPick }) {
  const frame = useRef(null);
  const [brush, setBrush] = useState(null);
  if (buckets.length < 2) return null;
  const top = Math.max(...buckets.map((one) => one.count), 1);
  const width = WIDTH / buckets.length;
  const step = Date.parse(buckets[1].timestamp) - Date.parse(buckets[0].timestamp);
  const place = (event) => {
    const { left, width: all } = frame.current.getBoundingClientRect();
    return Math.min(buckets.length - 1, Math.max(0, Math.floor(((event.clientX - left) / all) * buckets.length)));
  };
  const finish = () => {
    if (!brush) return;
    const [from, to] = [Math.min(...brush), Math.max(...brush)];
    setBrush(null);
    onPick(buckets[from].timestamp, new Date(Date.parse(buckets[to].timestamp) + step).toISOString());
  };
  return html`<figure class="timeline-chart"><svg ref=${frame} viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label=${`Lines over time, ${plural(top, "line")} at most in one of ${buckets.length} parts`}
      onPointerDown=${(event) => { event.currentTarget.setPointerCapture(event.pointerId); setBrush([place(event), place(event)]); }}
      onPointerMove=${(event) => brush && setBrush([brush[0], place(event)])} onPointerUp=${finish}>
      ${brush && html`<rect class="brush" x=${Math.min(...brush) * width} width=${(Math.abs(brush[1] - brush[0]) + 1) * width} height=${HEIGHT} />`}
      ${buckets.map((one, at) => html`<rect class="column" x=${at * width + 1} width=${Math.max(1, width - 2)} y=${HEIGHT - (one.count / top) * HEIGHT} height=${(one.count / top) * HEIGHT}><title>${`${clock(one.timestamp)}: ${plural(one.count, "line")}`}</title></rect>`)}</svg>
    <figcaption><span>${minute(buckets[0].timestamp)}</span><span class="faint">drag to narrow</span><span>${minute(new Date(Date.parse(buckets.at(-1).timestamp) + step))}</span></figcaption></figure>`;
}

export function Facet({ title, counts, onPick }) {
  const rows = Object.entries(counts).sort((a, b) => b[1] - a[1]);
  if (!rows.length) return null;
  return html`<section><h2>${title}</h2><ul class="list facet">${rows.slice(0, MOST).map(([name, count]) => html`<li><button type="button" onClick=${() => onPick(name)}><span>${name}</span><span class="faint">${number(count)}</span></button></li>`)}</ul></section>`;
}

export function Patterns({ patterns, reason }) {
  if (!patterns?.length) return reason ? html`<p class="faint">No patterns: ${reason}</p>` : null;
  return html`<section><h2>Patterns</h2><ul class="list">${patterns.slice(0, MOST).map((one) => html`<li><code class="pattern">${one.pattern}</code><br /><span class="faint">×${number(one.frequency)}, ${clock(one.first_seen)} to ${clock(one.last_seen)}</span></li>`)}</ul></section>`;
}
