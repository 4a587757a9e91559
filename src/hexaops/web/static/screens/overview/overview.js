// The workspace at one glance: what needs attention first, then how it is doing, then what happened.
import { html, signal, useState } from "../../lib/html.js";
import { post } from "../../lib/api.js";
import { useResource } from "../../lib/resource.js";
import { inside, may, workspace, workspaceId } from "../../lib/session-state.js";
import { link } from "../../lib/router.js";
import { ago, number, plural, quantity, words } from "../../lib/format.js";
import { Shown, Failed, Freshness, Empty } from "../../parts/states.js";
import { Badge } from "../../parts/badge.js";
import { Meter } from "../../parts/meter.js";
import { Finding } from "../../parts/finding.js";
import { usePlan } from "../../parts/plan.js";

const MOST_FINDINGS = 5;
/** What a Deployment's pod has after the name of its application. */
const POD = /-[0-9a-f]{7,10}-[a-z0-9]{5}$/;

export default function Overview() {
  const overview = useResource(inside("/overview"), { topics: ["applications", "actions"], every: 30_000 });
  const diagnosis = useResource(inside("/aiops/diagnosis"), { topics: ["applications"], every: 15_000 });
  const incidents = useResource(may("read_alerts") ? inside("/aiops/incidents?limit=5") : null, { topics: ["incidents"] });
  const plan = usePlan();
  return html`<h1>${workspace.value.name}</h1>
    <${Shown} resource=${overview} what="the workspace">${(data) => html`
      <${Freshness} freshness=${data.freshness} />
      <${Tiles} data=${data} />
      <div class="columns">
        <section class="wide"><h2>Needs attention</h2>${plan.view}
          <${Shown} resource=${diagnosis} what="the diagnosis">${(found) => html`<${Attention} findings=${found.findings} onPlan=${plan.open} />`}<//>
        </section>
        <div>
          <section><h2>Open incidents</h2>${incidents.data && html`<${Incidents} incidents=${incidents.data.filter((one) => one.status !== "resolved")} />`}</section>
          ${may("generate_insights") && html`<section><h2>Insights and cost</h2><${Worth} /></section>`}
          <section><h2>Resources in use</h2><${Resources} usage=${data.resource_usage} /></section>
          <section><h2>What happened</h2><${Activity} items=${data.recent_activity} /></section>
        </div>
      </div>`}<//>`;
}

function Tiles({ data }) {
  const { applications, projects } = data.summary;
  const { overall_score: score, availability } = data.health_metrics;
  const tiles = [
    [number(score), "health score of 100", score >= 90 ? "good" : score >= 70 ? "warn" : "bad", "docs/formulas.md says how it is computed"],
    [`${number(applications.running)}/${number(applications.total)}`, "applications running", applications.failed ? "bad" : applications.running < applications.total ? "warn" : "good", "", link("applications")],
    [number(applications.degraded), "degraded", applications.degraded ? "warn" : "good", "", link("applications", [], { status: "degraded" })],
    [availability === null ? "–" : `${number(availability)}%`, "replicas ready", availability === null || availability >= 99 ? "good" : "warn"],
    [number(projects.active), projects.active === 1 ? "project" : "projects", "idle"],
  ];
  return html`<ul class="tiles">${tiles.map(([value, label, level, title, place]) => html`<li class="tile ${level}" title=${title}><strong>${value}</strong> <span>${place ? html`<a href=${place}>${label}</a>` : label}</span></li>`)}</ul>`;
}

function Attention({ findings, onPlan }) {
  const serious = findings.filter((one) => ["critical", "high", "medium"].includes(one.severity));
  const low = findings.length - serious.length;
  if (!serious.length) return html`<${Empty} kind="attention" />`;
  return html`${serious.slice(0, MOST_FINDINGS).map((finding) => html`<${Finding} key=${`${finding.rule}${finding.namespace}${finding.name}`} finding=${finding} linked onPlan=${may("execute_actions") ? onPlan : null} />`)}
    ${(serious.length > MOST_FINDINGS || low > 0) && html`<p class="faint">${serious.length > MOST_FINDINGS ? `${plural(serious.length - MOST_FINDINGS, "more finding")} and ` : ""}${plural(low, "finding")} of low severity: ask <a href=${link("chat", [], { q: "What is wrong with my apps?" })}>what is wrong</a>.</p>`}`;
}

const Incidents = ({ incidents }) =>
  incidents.length
    ? html`<ul class="list">${incidents.map((one) => html`<li><${Badge} status=${one.severity} /> <a href=${link("incidents", one.incident_id)}>${one.title}</a> <span class="faint">${ago(one.opened_at)}</span></li>`)}</ul>`
    : html`<p class="faint">None. Incidents open by alerts and by the incidents API.</p>`;

/** What was drawn last in this tab, by workspace. */
const drawn = signal({});

/** Drawn when asked for: each drawing is announced to the webhooks that subscribe to insights. */
function Worth() {
  const [state, setState] = useState({});
  const found = drawn.value[workspaceId.value];
  const draw = async () => {
    setState({ busy: true });
    try {
      const { data } = await post(inside("/aiops/insights"), { time_range: "24h" });
      drawn.value = { ...drawn.value, [data.workspace_id]: data };
      setState({});
    } catch (error) {
      setState({ error });
    }
  };
  const { potential_monthly_savings: savings, high_priority: high } = found?.summary ?? {};
  return html`<div aria-live="polite">${found
      ? html`<dl class="facts"><dt>Insights</dt><dd><a href=${link("insights")}>${plural(found.insights.length, "insight")}</a>, ${high} of high priority</dd>
        <dt>Cost</dt><dd>${savings === null ? html`<span class="faint">savings are not known: ${found.reasons["summary.potential_monthly_savings"]}</span>` : `$${number(savings)} a month could be saved`}</dd>
        <dt>Drawn</dt><dd class="faint">${ago(found.generated_at)}</dd></dl>`
      : html`<p class="faint">Risks, waste and savings of the last day.</p>`}${state.error && html`<${Failed} error=${state.error} />`}</div>
    <button type="button" disabled=${state.busy} onClick=${draw}>${state.busy ? "Looking…" : found ? "Look again" : "Look for insights"}</button>`;
}

function Resources({ usage }) {
  const rows = [["CPU", usage.cpu], ["Memory", usage.memory], ["Storage", usage.storage]];
  return html`<dl class="facts">${rows.map(([name, one]) => html`<dt>${name}</dt><dd><${Meter} value=${one.percentage} label=${one.of && `of ${one.of}`} />
    <span class="faint">${quantity(one.used)}${one.total && ` of ${quantity(one.total)}`}${name === "CPU" && " cores"}</span></dd>`)}
    <dt>Pods</dt><dd>${usage.pods.running} running${usage.pods.pending > 0 && `, ${usage.pods.pending} pending`}${usage.pods.failed > 0 && `, ${usage.pods.failed} failed`}</dd></dl>`;
}

const Activity = ({ items }) =>
  items.length
    ? html`<ol class="list activity">${items.slice(0, 8).map((one) => html`<li><time datetime=${one.timestamp} class="faint">${ago(one.timestamp)}</time> <a class="strong" href=${link("applications", [], { q: one.resource.replace(POD, "") })}>${one.resource}</a> ${words(one.action).toLowerCase()}<br /><span class="faint clip">${one.details}</span></li>`)}</ol>`
    : html`<p class="faint">Nothing in the last 24 hours.</p>`;
