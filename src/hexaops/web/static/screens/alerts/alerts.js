// Alerts: what fires now, every rule with what its measurements say, and new rules. Each change is a plan first.
import { html, useState } from "../../lib/html.js";
import { inside, may } from "../../lib/session-state.js";
import { link } from "../../lib/router.js";
import { useResource } from "../../lib/resource.js";
import { ago, inUnit, words } from "../../lib/format.js";
import { Empty, Shown } from "../../parts/states.js";
import { Badge } from "../../parts/badge.js";
import { Table } from "../../parts/table.js";
import { usePlan } from "../../parts/plan.js";

const METRICS = ["cpu_percent", "memory_percent", "cpu_cores", "memory_bytes", "cpu_throttled", "volume_usage", "error_rate", "latency_p95", "request_rate", "ready_replicas", "restarts"];
const SEVERITIES = ["low", "medium", "high", "critical"];
const RANK = Object.fromEntries([...SEVERITIES].reverse().map((name, place) => [name, place]));
const SILENCE = "2h";

export default function Alerts() {
  const alerts = useResource(may("read_alerts") ? inside("/aiops/alerts") : null, { topics: ["actions", "incidents"], every: 15_000 });
  const plan = usePlan();
  return html`<h1>Alerts</h1><${Shown} resource=${alerts} what="the alerts" permission="read_alerts">${(data) => html`${plan.view}
    <section><h2>Open</h2>${data.alerts.length
      ? html`<${Table} caption="Open alerts" columns=${openColumns(plan.open)} rows=${data.alerts} rowKey=${(one) => one.alert_id} sortBy="severity" />`
      : html`<p class="faint">${data.rules.length ? "Nothing fires: every rule is within its bound, or has not been beyond it for long enough." : "Nothing fires, because there are no rules yet."}</p>`}</section>
    <section><h2>Rules</h2>${data.rules.length
      ? html`<${Table} caption="Rules" columns=${ruleColumns(plan.open)} rows=${data.rules} rowKey=${(one) => one.rule_id} sortBy="name" />`
      : html`<${Empty} kind="alerts" />`}
      ${may("create_alerts") && html`<${NewRule} onPlan=${plan.open} />`}</section>`}<//>`;
}

const openColumns = (open) => [
  { key: "title", title: "Alert", sort: (one) => one.title, cell: (one) => html`<span class="strong">${one.title}</span>` },
  { key: "severity", title: "Severity", sort: (one) => RANK[one.severity], cell: (one) => html`<${Badge} status=${one.severity} />` },
  { key: "status", title: "Status", sort: (one) => one.status, cell: (one) => html`<${Badge} status=${one.status} />${one.acknowledged_by && html` <span class="faint">by ${one.acknowledged_by}</span>`}` },
  { key: "since", title: "Since", sort: (one) => one.started_at, cell: (one) => ago(one.started_at) },
  ...(may("acknowledge_alerts") ? [{ key: "do", title: "", cell: (one) => html`<div class="buttons">
    ${one.status === "firing" && html`<button type="button" onClick=${() => open("acknowledge_alert", { alert_id: one.alert_id })}>Acknowledge…</button>`}
    <button type="button" onClick=${() => open("silence_alert", { alert_id: one.rule_id, duration: SILENCE })}>Silence for ${SILENCE}…</button></div>` }] : []),
];

const ruleColumns = (open) => [
  { key: "name", title: "Rule", sort: (one) => one.name, cell: (one) => html`<span class="strong">${one.name}</span> <a href=${link("applications", one.application.id)}>${one.application.name}</a>` },
  { key: "state", title: "Now", sort: (one) => one.state, cell: (one) => html`<${Badge} status=${one.state} /> <span class="faint">${one.value === null ? one.reasons.value : inUnit(one.value, one.unit)}</span>` },
  { key: "bound", title: "Fires", cell: (one) => `${one.comparison} ${inUnit(one.threshold, one.unit)} for ${one.duration}` },
  { key: "severity", title: "Severity", sort: (one) => RANK[one.severity], cell: (one) => html`<${Badge} status=${one.severity} />` },
  { key: "silenced", title: "Silenced", hide: "narrow", cell: (one) => (one.silenced_until ? html`until ${new Date(one.silenced_until).toLocaleString("en-GB")} ${may("acknowledge_alerts") && html`<button type="button" onClick=${() => open("silence_alert", { alert_id: one.rule_id, duration: null })}>End…</button>`}` : "–") },
];

function NewRule({ onPlan }) {
  const { data } = useResource(inside("/applications?limit=500"), { all: "applications" });
  const [wanted, setWanted] = useState({ application_id: "", metric: "cpu_percent", comparison: "above", threshold: 90, duration: "5m", severity: "medium" });
  const set = (name) => (event) => setWanted({ ...wanted, [name]: event.target.value });
  const choice = (name, label, options) => html`<select aria-label=${label} value=${wanted[name]} onChange=${set(name)}>${options.map(([value, title]) => html`<option value=${value}>${title}</option>`)}</select>`;
  const submit = (event) => {
    event.preventDefault();
    onPlan("create_alert", { ...wanted, threshold: Number(wanted.threshold) });
  };
  return html`<form class="buttons" aria-label="New rule" onSubmit=${submit}>
    ${choice("application_id", "Application", [["", "Application…"], ...(data?.applications ?? []).map((one) => [one.id, one.name])])}
    ${choice("metric", "Metric", METRICS.map((one) => [one, words(one)]))}
    ${choice("comparison", "Comparison", [["above", "above"], ["below", "below"]])}
    <input type="number" aria-label="Threshold" min="0" step="any" required value=${wanted.threshold} onInput=${set("threshold")} />
    for <input aria-label="Duration" pattern="[0-9]+[smhd]" size="5" required value=${wanted.duration} onInput=${set("duration")} />
    ${choice("severity", "Severity", SEVERITIES.map((one) => [one, words(one)]))}
    <button disabled=${!wanted.application_id}>Add rule…</button></form>`;
}
