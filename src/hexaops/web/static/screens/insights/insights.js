// What is worth knowing: trouble, cost, security and use, each with what it is told from and what to do.
import { html } from "../../lib/html.js";
import { inside, may } from "../../lib/session-state.js";
import { link, route, setQuery } from "../../lib/router.js";
import { useResource } from "../../lib/resource.js";
import { moment, number, plural, words } from "../../lib/format.js";
import { Empty, Shown } from "../../parts/states.js";
import { Badge } from "../../parts/badge.js";
import { usePlan } from "../../parts/plan.js";

const AREAS = ["performance", "cost_optimization", "security", "reliability"];
const RANGES = ["1h", "24h", "7d", "30d"];
const MOST_NAMED = 6;

export default function Insights() {
  const area = route.value.query.get("area") ?? "";
  const range = route.value.query.get("range") ?? "24h";
  const body = { time_range: range, ...(AREAS.includes(area) ? { focus_areas: [area] } : {}) };
  const insights = useResource(may("generate_insights") ? inside("/aiops/insights") : null, { body, topics: ["insights"] });
  const plan = usePlan();
  return html`<header class="title"><h1>Insights</h1><button type="button" onClick=${insights.reload}>Generate again</button></header>
    <div class="filters">
      <select aria-label="Area" value=${area} onChange=${(event) => setQuery({ area: event.target.value })}><option value="">Area: all</option>${AREAS.map((one) => html`<option value=${one}>${words(one)}</option>`)}</select>
      <select aria-label="Time range" value=${range} onChange=${(event) => setQuery({ range: event.target.value })}>${RANGES.map((one) => html`<option value=${one}>Last ${one}</option>`)}</select>
    </div>${plan.view}
    <${Shown} resource=${insights} what="the insights" permission="generate_insights">${(data) => html`
      <${Summary} summary=${data.summary} reasons=${data.reasons} />
      <${Missing} missing=${data.missing} />
      ${data.insights.length ? data.insights.map((one, place) => html`<${Insight} key=${place} insight=${one} onPlan=${may("execute_actions") ? plan.open : null} />`) : html`<${Empty} kind="insights" />`}
      <p class="faint">Generated ${moment(data.generated_at)}</p>`}<//>`;
}

function Summary({ summary, reasons }) {
  const savings = summary.potential_monthly_savings;
  return html`<ul class="tiles">
    <li class="tile ${summary.high_priority ? "bad" : "good"}"><strong>${summary.high_priority}</strong> <span>of high priority</span></li>
    <li class="tile ${summary.medium_priority ? "warn" : "good"}"><strong>${summary.medium_priority}</strong> <span>of medium priority</span></li>
    <li class="tile"><strong>${summary.low_priority}</strong> <span>of low priority</span></li>
    <li class="tile" title=${reasons["summary.potential_monthly_savings"]}><strong>${savings === null ? "–" : `$${number(savings)}`}</strong> <span>savings a month${savings === null ? ": not known" : ""}</span></li></ul>`;
}

function Insight({ insight, onPlan }) {
  const named = insight.affected_resources;
  return html`<article class="card"><header><${Badge} status=${insight.severity} /> <h3>${insight.title}</h3><span class="source">${words(insight.category)}</span></header>
    <p>${insight.description}</p>
    ${named.length > 0 && html`<p>${named.slice(0, MOST_NAMED).map((one, place) => html`${place > 0 && ", "}<a href=${link("applications", one.id)}>${one.name}</a>`)}${named.length > MOST_NAMED && html` <span class="faint">and ${plural(named.length - MOST_NAMED, "other")}</span>`}</p>`}
    ${insight.recommendations.map((one) => html`<p class="advice"><strong>${one.action ? words(one.action) : "By hand"}:</strong> ${one.description} <span class="faint">${[one.estimated_impact, one.estimated_savings && `saves ${one.estimated_savings}`].filter(Boolean).join(" · ")}</span>
      ${onPlan && one.parameters && html`<br /><button type="button" class="primary" onClick=${() => onPlan(one.action, one.parameters)}>Plan: ${words(one.action)}</button>`}</p>`)}
    ${insight.evidence.length > 0 && html`<details class="evidence"><summary>Evidence (${insight.evidence.length})</summary><ul>${insight.evidence.map((one) => html`<li><span class="source">${one.source}</span> ${one.object} <q>${String(one.value)}</q> ${one.unit}</li>`)}</ul></details>`}</article>`;
}

function Missing({ missing }) {
  const kinds = Object.entries(missing);
  return kinds.length > 0 && html`<details><summary>${plural(kinds.length, "kind")} of objects not read</summary><ul>${kinds.map(([kind, why]) => html`<li>${kind}: ${why}</li>`)}</ul></details>`;
}
