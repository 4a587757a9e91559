// One application: what is wrong with it, what can be done, its course, its pods, what was reported and said.
import { html, useState } from "../../lib/html.js";
import { useResource } from "../../lib/resource.js";
import { inside, may } from "../../lib/session-state.js";
import { link } from "../../lib/router.js";
import { query } from "../../lib/api.js";
import { ago, plural, quantity } from "../../lib/format.js";
import { Shown, Freshness, Empty } from "../../parts/states.js";
import { Badge } from "../../parts/badge.js";
import { Meter } from "../../parts/meter.js";
import { Table } from "../../parts/table.js";
import { Finding } from "../../parts/finding.js";
import { Chart } from "../../parts/chart.js";
import { LogLines } from "../../parts/log-lines.js";
import { usePlan } from "../../parts/plan.js";

export function Details({ id }) {
  const application = useResource(inside(`/applications/${encodeURIComponent(id)}`), { topics: ["applications"], every: 30_000 });
  return html`<nav class="crumbs" aria-label="Place"><a href=${link("applications")}>Applications</a></nav>
    <${Shown} resource=${application} what="the application">${(data) => html`<${Shape} application=${data} />`}<//>`;
}

function Shape({ application }) {
  const plan = usePlan();
  return html`<header class="title"><h1>${application.name}</h1><${Badge} status=${application.status} />
      ${application.status_reason !== application.status && html`<span class="faint">${application.status_reason}</span>`}</header>
    <p class="faint">${application.kind} in ${application.project} · ${application.images.join(", ")} · created ${ago(application.created_at)}</p>
    <${Freshness} freshness=${application.freshness} />
    <${Buttons} application=${application} onPlan=${plan.open} />${plan.view}
    <div class="columns">
      <div class="wide">
        <section><h2>What is wrong</h2><${Findings} application=${application} onPlan=${plan.open} /></section>
        <section><h2>Pods</h2><${Pods} application=${application} /></section>
        <section><h2>Log lines <a class="aside" href=${link("logs", [], { component: application.name })}>all logs</a></h2><${Logs} name=${application.name} /></section>
      </div>
      <div>
        <section><h2>Now</h2><${Now} application=${application} /></section>
        <section><h2>Last hour</h2><${Charts} id=${application.id} /></section>
        <section><h2>Warnings</h2><${Events} events=${application.events} /></section>
        <section><h2>Changes <a class="aside" href=${link("changes")}>all changes</a></h2><${Changes} id=${application.id} /></section>
      </div>
    </div>`;
}

function Buttons({ application, onPlan }) {
  const [replicas, setReplicas] = useState(application.desired_replicas);
  const named = { application_id: application.id };
  const ask = html`<a class="button" href=${link("chat", [], { q: `Why is ${application.name} ${application.status === "healthy" ? "slow" : application.status}?` })}>Ask about it</a>`;
  if (!may("execute_actions")) return html`<div class="buttons">${ask}</div>`;
  const scale = (event) => {
    event.preventDefault();
    onPlan("scale_application", { ...named, replicas: Number(replicas) });
  };
  return html`<div class="buttons">${ask}
    <button type="button" onClick=${() => onPlan("restart_application", named)}>Restart…</button>
    ${application.kind !== "DaemonSet" && html`<form class="scale" onSubmit=${scale}><label for="replicas">Replicas</label>
      <input id="replicas" type="number" min="0" max="1000" value=${replicas} onInput=${(event) => setReplicas(event.target.value)} />
      <button disabled=${Number(replicas) === application.desired_replicas}>Scale…</button></form>`}
    ${application.desired_replicas > 0
      ? html`<button type="button" onClick=${() => onPlan("stop_application", named)}>Stop…</button>`
      : html`<button type="button" class="primary" onClick=${() => onPlan("start_application", named)}>Start…</button>`}
    <button type="button" title="To the pod template of the revision before" onClick=${() => onPlan("rollback_revision", named)}>Roll back…</button>
    <span class="faint">Each shows a plan first.</span></div>`;
}

function Findings({ application, onPlan }) {
  const path = inside(`/aiops/diagnosis${query({ application: application.id })}`);
  const diagnosis = useResource(path, { topics: ["applications"], every: 15_000 });
  return html`<${Shown} resource=${diagnosis} what="the diagnosis">${({ findings }) =>
    findings.length
      ? findings.map((one) => html`<${Finding} key=${one.rule + one.name} finding=${one} onPlan=${may("execute_actions") ? onPlan : null} />`)
      : html`<${Empty} kind=${application.status === "healthy" ? "findings" : "cause"} />`}<//>`;
}

function Pods({ application }) {
  const problem = Object.fromEntries(application.problems.map((one) => [one.pod, one.detail]));
  const columns = [
    { key: "name", title: "Pod", sort: (pod) => pod.name, cell: (pod) => html`<span class="strong">${pod.name}</span>${problem[pod.name] && html`<br /><span class="faint">${problem[pod.name]}</span>`}` },
    { key: "state", title: "State", sort: (pod) => pod.ready, cell: (pod) => html`<${Badge} status=${pod.ready ? "ready" : pod.reason ? "failing" : "pending"} label=${pod.ready ? "Ready" : pod.reason || pod.phase} />` },
    { key: "restarts", title: "Restarts", numeric: true, sort: (pod) => pod.restarts, cell: (pod) => pod.restarts },
    { key: "node", title: "Node", sort: (pod) => pod.node, cell: (pod) => pod.node || "–" },
    { key: "age", title: "Created", sort: (pod) => pod.created_at, cell: (pod) => html`<time>${ago(pod.created_at)}</time>` },
  ];
  return html`<${Table} caption="Pods" columns=${columns} rows=${application.pods} rowKey=${(pod) => pod.name} sortBy="state" empty="pods" />`;
}

function Now({ application }) {
  const { cpu, memory } = application.usage;
  const names = [["Services", application.services], ["Ingresses", application.ingresses], ["Autoscalers", application.autoscalers], ["Disruption budgets", application.disruption_budgets], ["Volume claims", application.volume_claims]];
  return html`<dl class="facts"><dt>Replicas</dt><dd>${application.ready_replicas} of ${plural(application.desired_replicas, "replica")} ready</dd>
    ${[["CPU", cpu], ["Memory", memory]].map(([title, one]) => html`<dt>${title}</dt><dd><${Meter} value=${one.percent} label=${one.of && `of the ${one.of}`} /> <span class="faint under">${one.used ? `${quantity(one.used)}${title === "CPU" ? " cores" : ""}` : one.reason}${one.of && ` · of the ${one.of}`}</span></dd>`)}
    ${names.filter(([, list]) => list.length).map(([title, list]) => html`<dt>${title}</dt><dd>${list.map((one) => one.name ?? one).join(", ")}</dd>`)}</dl>`;
}

const SHOWN = [["CPU", ["cpu"]], ["Memory", ["memory"]], ["Requests", ["request_rate"]], ["Latency", ["latency_p95", "latency_p50"]]];

function Charts({ id }) {
  const path = may("read_metrics") ? inside(`/metrics${query({ signal: SHOWN.flatMap(([, signals]) => signals), application: id, points: 60 })}`) : null;
  const metrics = useResource(path, { every: 30_000 });
  return html`<${Shown} resource=${metrics} what="the measurements" permission="read_metrics">${({ series }) => SHOWN.map(([title, signals]) =>
    html`<${Chart} key=${title} title=${title} series=${series.filter((one) => signals.includes(one.signal))} />`)}<//>`;
}

const Events = ({ events }) =>
  events.length
    ? html`<ul class="list">${events.slice(0, 10).map((one) => html`<li><strong>${one.reason}</strong> <span class="faint">×${one.count}, ${ago(one.last_seen)}</span><br /><span class="clip">${one.message}</span></li>`)}</ul>`
    : html`<p class="faint">No warnings in the last 24 hours.</p>`;

/** Of the workspace's newest fifty. */
function Changes({ id }) {
  const actions = useResource(may("read_actions") ? inside("/aiops/actions?limit=50") : null, { topics: ["actions"] });
  return html`<${Shown} resource=${actions} what="the changes" permission="read_actions">${(all) => {
    const own = all.filter((one) => one.application_id === id);
    return own.length
      ? html`<ul class="list">${own.map((one) => html`<li><${Badge} status=${one.status} /> <a href=${link("changes", one.action_id)}>${one.description}</a> <span class="faint">${ago(one.started_at)}</span></li>`)}</ul>`
      : html`<p class="faint">None of late.</p>`;
  }}<//>`;
}

function Logs({ name }) {
  const body = { query: { filters: { components: [name] } }, options: { limit: 15, aggregate: false } };
  const lines = useResource(may("read_logs") ? inside("/aiops/logs/query") : null, { body, every: 15_000 });
  return html`<${Shown} resource=${lines} what="the logs" permission="read_logs">${({ logs }) => html`<${LogLines} lines=${logs} />`}<//>`;
}
