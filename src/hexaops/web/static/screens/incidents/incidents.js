// Incidents, and one with its diagnosis, its remediation and its timeline.
import { html } from "../../lib/html.js";
import { inside, may } from "../../lib/session-state.js";
import { link, route, setQuery } from "../../lib/router.js";
import { useResource } from "../../lib/resource.js";
import { ago, moment, plural, words } from "../../lib/format.js";
import { Empty, Shown } from "../../parts/states.js";
import { Badge } from "../../parts/badge.js";
import { Table } from "../../parts/table.js";
import { Pages } from "../../parts/pages.js";
import { Finding } from "../../parts/finding.js";
import { usePlan } from "../../parts/plan.js";

const STATUSES = ["open", "acknowledged", "escalated", "remediating", "resolved"];

export default function Incidents({ rest }) {
  return rest.length ? html`<${One} id=${rest[0]} />` : html`<${All} />`;
}

function All() {
  const status = route.value.query.get("status") ?? "";
  return html`<h1>Incidents</h1>
    <div class="filters"><select aria-label="Status" value=${status} onChange=${(event) => setQuery({ status: event.target.value })}>
      <option value="">Status: any</option>${STATUSES.map((one) => html`<option value=${one}>${words(one)}</option>`)}</select></div>
    <${Pages} path=${inside("/aiops/incidents")} filters=${{ limit: 50, status }} topics=${["incidents"]} permission="read_alerts" what="the incidents">${(rows) =>
      rows.length ? html`<${Table} caption="Incidents" columns=${COLUMNS} rows=${rows} rowKey=${(one) => one.incident_id} />` : html`<${Empty} kind="incidents" />`}<//>`;
}

const COLUMNS = [
  { key: "title", title: "Incident", sort: (one) => one.title, cell: (one) => html`<a class="strong" href=${link("incidents", one.incident_id)}>${one.title}</a>` },
  { key: "severity", title: "Severity", sort: (one) => ["critical", "high", "medium", "low"].indexOf(one.severity), cell: (one) => html`<${Badge} status=${one.severity} />` },
  { key: "status", title: "Status", sort: (one) => one.status, cell: (one) => html`<${Badge} status=${one.status} />` },
  { key: "reports", title: "Reports", numeric: true, hide: "narrow", sort: (one) => one.reports, cell: (one) => one.reports },
  { key: "opened", title: "Opened", sort: (one) => one.opened_at, cell: (one) => html`<time datetime=${one.opened_at} title=${moment(one.opened_at)}>${ago(one.opened_at)}</time>` },
  { key: "updated", title: "Updated", hide: "narrow", sort: (one) => one.updated_at, cell: (one) => ago(one.updated_at) },
];

function One({ id }) {
  const incident = useResource(inside(`/aiops/incidents/${encodeURIComponent(id)}`), { topics: ["incidents", "actions"] });
  const plan = usePlan();
  return html`<nav class="crumbs" aria-label="Place"><a href=${link("incidents")}>Incidents</a></nav>
    <${Shown} resource=${incident} what="the incident" permission="read_alerts">${(data) => html`
      <header class="title"><h1>${data.title}</h1><${Badge} status=${data.severity} /><span role="status"><${Badge} status=${data.status} /></span></header>
      <p class="faint">Opened ${ago(data.opened_at)} by ${data.source} · ${plural(data.reports, "report")}${data.reopened > 0 && ` · reopened ${data.reopened} times`}${data.resolved_at && ` · resolved ${ago(data.resolved_at)}`}</p>
      <div class="columns"><div class="wide">
        ${plan.view}
        ${data.status !== "resolved" && html`<section><h2>What is wrong now</h2><${Now} ids=${data.affected_applications} onPlan=${may("execute_actions") ? plan.open : null} /></section>`}
        ${data.diagnosis.length > 0 && html`<section><h2>When it was opened</h2>${data.diagnosis.map((one) => html`<${Recorded} finding=${one} />`)}</section>`}
        ${(data.status !== "resolved" || data.remediation_steps.length > 0) && html`<section><h2>Remediation</h2><${Remediation} incident=${data} onPlan=${plan.open} /></section>`}
      </div><div>
        <section><h2>Affected</h2><${Affected} ids=${data.affected_applications} /></section>
        ${data.symptoms.length > 0 && html`<section><h2>Symptoms</h2><ul class="list">${data.symptoms.map((one) => html`<li>${one}</li>`)}</ul></section>`}
        <section><h2>Timeline</h2><ol class="list timeline">${data.timeline.map((one) => html`<li><time class="faint" datetime=${one.timestamp}>${moment(one.timestamp)}</time> <span class="source">${words(one.kind)}</span> <span class="faint">${one.actor}</span><br />${one.text.replace(/^\w+_\w+(?=:)/, words)}</li>`)}</ol></section>
      </div></div>`}<//>`;
}

function Now({ ids, onPlan }) {
  const diagnosis = useResource(inside("/aiops/diagnosis"), { topics: ["applications"], every: 10_000 }); // causes show up in logs and events, too
  return html`<${Shown} resource=${diagnosis} what="the diagnosis">${({ findings }) => {
    const found = findings.filter((one) => ids.includes(one.application_id));
    return found.length ? found.map((one) => html`<${Finding} key=${one.rule + one.name} finding=${one} onPlan=${onPlan} />`) : html`<${Empty} kind="cause" />`;
  }}<//>`;
}

function Affected({ ids }) {
  const { data } = useResource(may("read_applications") ? inside("/applications?limit=500") : null, { topics: ["applications"], all: "applications" });
  const known = Object.fromEntries((data?.applications ?? []).map((one) => [one.id, one]));
  return html`<ul class="list">${ids.map((id) => html`<li><a href=${link("applications", id)}>${known[id]?.name ?? id}</a> ${known[id] && html`<${Badge} status=${known[id].status} /> <span class="faint">${known[id].replicas} ready</span>`}</li>`)}</ul>`;
}

/** A finding as the incident keeps it: without its evidence, which has gone on changing since. */
const Recorded = ({ finding }) => html`<${Finding} finding=${{ evidence: [], fix: null, remedy: null, name: finding.name ?? finding.subject?.name ?? finding.subject ?? "", ...finding }} />`;

function Remediation({ incident, onPlan }) {
  if (!incident.remediation_steps.length) return html`<p class="faint">None has been started. Plan what is offered above. What may be mended without asking is set in <a href=${link("automation")}>Automation</a>.</p>`;
  return html`<ol class="steps">${incident.remediation_steps.map((step) => html`<li class=${step.status}>
    <${Badge} status=${step.status} /> <span>${words(step.step)}</span> <span class="faint">${step.duration ?? (step.estimated_duration && `about ${step.estimated_duration}`)}${step.reason && ` · ${step.reason}`}</span>
    ${may("execute_actions") && step.confirm?.map((one) => html`<button type="button" class="primary" onClick=${() => onPlan(one.action, one.parameters)}>Plan: ${words(one.action)}</button>`)}</li>`)}</ol>`;
}
