// One answer: its text as it arrives, its tables, its plans, what it is based on, and what to say next.
import { html } from "../../lib/html.js";
import { text } from "../../lib/text.js";
import { link } from "../../lib/router.js";
import { words } from "../../lib/format.js";
import { Markdown } from "../../parts/markdown.js";
import { Evidence } from "../../parts/evidence.js";
import { Failed } from "../../parts/states.js";
import { Plan } from "../../parts/plan.js";
import { Action } from "../../parts/action.js";
import { Badge } from "../../parts/badge.js";
import { Meter } from "../../parts/meter.js";
import { Table } from "../../parts/table.js";
import { Chart } from "../../parts/chart.js";
import { LogLines } from "../../parts/log-lines.js";

export function Answer({ turn, onSay }) {
  const attachments = turn.attachments ?? [];
  const planned = attachments.some((one) => one.type === "action_plan");
  return html`<article class="turn assistant">
    ${turn.stage && html`<p class="faint" role="status"><span class="spinner"></span> ${text.chat.thinking[turn.stage] ?? turn.stage}…</p>`}
    <${Markdown} text=${planned ? withoutHowTo(cited(turn)) : cited(turn)} />
    ${turn.error && html`<${Failed} error=${turn.error} />`}
    ${attachments.map((one, place) => html`<${Attachment} key=${place} attachment=${one} />`)}
    <${Evidence} items=${turn.evidence} />
    ${turn.suggestions?.length > 0 && html`<div class="chips">${turn.suggestions.map((one) => html`<button type="button" title=${one.description} onClick=${() => onSay(one.message)}>${one.message}</button>`)}</div>`}
  </article>`;
}

/** Behind each statement, the numbers of its evidence. */
function cited({ content, citations = [], evidence }) {
  const lines = content.split("\n");
  for (const { line, evidence: ids } of citations) if (/^[^|#]/.test(lines[line])) lines[line] += ` [${ids.map((id) => evidence.findIndex((one) => one.id === id) + 1).join(", ")}]`;
  return lines.join("\n");
}

/** The plan's card says how to confirm; the answer's last paragraph says it for callers of the API. */
const withoutHowTo = (content) => content.replace(/\n*Nothing has been changed\. To carry it out, confirm th[^\n]*$/, "");

const TABLES = { application_status_table: "applications", pod_table: "pods", node_table: "nodes", problem_table: "problems" };
const HIDDEN = new Set(["id", "application_id"]);
const SHARES = new Set(["cpu_usage", "memory_usage"]);

function Attachment({ attachment: { type, data } }) {
  if (type === "action_plan") return html`<${Plan} plan=${data} />`;
  if (type === "action_reference" && data.action_id) return html`<${Action} id=${data.action_id} />`;
  if (type === "dashboard") return html`<details class="attachment"><summary>${data.title} (JSON for Grafana)</summary><pre>${JSON.stringify(data.dashboard, null, 1)}</pre></details>`;
  if (type === "time_series") return html`<${Chart} title=${data.title} series=${courses(data)} />`;
  if (type === "log_excerpt") return html`<details class="attachment"><summary>Log lines (${data.logs.length} of ${data.total})</summary><${LogLines} lines=${data.logs} withComponent /></details>`;
  const rows = type === "table" ? data.rows.map((cells) => Object.fromEntries(cells.map((cell, place) => [data.columns[place], cell]))) : (data[TABLES[type]] ?? Object.values(data).find(Array.isArray));
  if (!rows?.length || typeof rows[0] !== "object") return null;
  const keys = Object.keys(rows[0]).filter((key) => !HIDDEN.has(key));
  const columns = keys.map((key) => ({ key, title: words(key), sort: (row) => row[key], cell: (row) => cell(key, row) }));
  return html`<details class="attachment" open=${rows.length <= 15}><summary>${data.title ?? words(type)} (${data.total ?? rows.length}${data.truncated ? ", cut" : ""})</summary>
    <${Table} caption=${words(type)} columns=${columns} rows=${rows} rowKey=${(row) => JSON.stringify(row)} /></details>`;
}

/** Points as a chart takes them: one value a step, null where nothing was measured. */
function courses({ series, start, step_seconds, unit }) {
  const count = 1 + Math.max(0, ...series.flatMap(({ points }) => points.map(([after]) => Math.round(after / step_seconds))));
  return series.map(({ name, points }) => {
    const values = Array(count).fill(null);
    for (const [after, value] of points) values[Math.round(after / step_seconds)] = value;
    return { signal: name, start, step_seconds, unit, values };
  });
}

function cell(key, row) {
  const value = row[key];
  if (key === "status") return html`<${Badge} status=${value} />`;
  if (SHARES.has(key)) return html`<${Meter} value=${value} />`;
  if (key === "name" && row.id?.startsWith("app-")) return html`<a href=${link("applications", row.id)}>${value}</a>`;
  if (key === "application" && row.application_id) return html`<a href=${link("applications", row.application_id)}>${value}</a>`;
  if (typeof value === "boolean") return value ? "yes" : "no";
  return Array.isArray(value) ? value.map((one) => (typeof one === "object" ? JSON.stringify(one) : one)).join(", ") : value === null || value === "" ? "–" : typeof value === "object" ? JSON.stringify(value) : String(value);
}
