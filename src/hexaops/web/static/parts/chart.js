// The course of measurements over time, drawn by uPlot, which is loaded with the first chart.
import { html, useEffect, useRef, useState } from "../lib/html.js";
import { clock, inUnit } from "../lib/format.js";
import { theme } from "../lib/theme.js";

const HEIGHT = 150;
let loaded;

/** The library and its style sheet, once: no other screen waits for them. */
function load() {
  if (loaded) return loaded;
  document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: new URL("../vendor/uplot.css", import.meta.url) }));
  return (loaded = import("../vendor/uplot.js"));
}

/** A token's colour as a canvas takes it: a property that depends on the theme is resolved only where it is used. */
function colour(name) {
  const probe = document.body.appendChild(document.createElement("i"));
  probe.style.color = `var(${name})`;
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

/** Series are those of GET …/metrics; all of one unit. */
export function Chart({ title, series }) {
  const frame = useRef(null);
  const [library, setLibrary] = useState(null);
  const known = series.filter((one) => one.values.some((value) => value !== null));
  useEffect(() => {
    load().then((module) => setLibrary(() => module.default));
  }, []);
  useEffect(() => {
    if (!library || !known.length) return undefined;
    const place = frame.current;
    const plot = new library(options(title, known, place.clientWidth), data(known), place);
    const watch = new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height: HEIGHT }));
    watch.observe(place);
    return () => {
      watch.disconnect();
      plot.destroy();
    };
  }, [library, JSON.stringify(known.map((one) => [one.start, one.values.at(-1), one.values.length])), theme.value]);
  const last = known.map((one) => valueOf(one, known)).join(", ");
  return html`<figure class="chart"><figcaption>${title} <span class="faint">${known.length > 1
      ? known.map((one, place) => html`<span style=${{ color: `var(${tokenOf(place)})` }} aria-hidden="true">■</span> ${valueOf(one, known)} `)
      : last || (series[0]?.reason ?? "nothing was measured")}</span></figcaption>
    ${known.length > 0 && html`<div ref=${frame} role="img" aria-label=${`${title}: ${last} now`}></div>`}</figure>`;
}

const names = { cpu: "CPU", memory: "Memory", request_rate: "Requests", latency_p95: "p95", latency_p50: "p50", error_rate: "Errors" };

const tokenOf = (place) => `--series-${(place % 5) + 1}`;
const valueOf = (one, known) => `${known.length > 1 ? `${names[one.signal] ?? one.signal} ` : ""}${inUnit(one.values.findLast((value) => value !== null), one.unit)}`;

function data(series) {
  const [first] = series;
  const start = Date.parse(first.start) / 1000;
  return [first.values.map((_, place) => start + place * first.step_seconds), ...series.map((one) => one.values)];
}

function options(title, series, width) {
  const line = { stroke: colour("--faint"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false }, font: "11px system-ui" };
  return {
    width, height: HEIGHT, legend: { show: false }, cursor: { y: false, drag: { x: false } }, scales: { y: { range: (_, low, high) => [0, high > 0 ? high * 1.1 : 1] } },
    axes: [{ ...line, size: 26, values: (_, ticks) => ticks.map((tick) => clock(tick * 1000, { seconds: false })) }, { ...line, size: 64, values: (_, ticks) => ticks.map((tick) => inUnit(tick, series[0].unit.replace("requests", ""))) }],
    series: [{}, ...series.map((one, place) => ({ label: names[one.signal] ?? one.signal, stroke: colour(tokenOf(place)), width: 2, spanGaps: false }))],
  };
}
