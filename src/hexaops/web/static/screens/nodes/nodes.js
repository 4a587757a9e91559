// The cluster's nodes: room, use, and what is wrong with them.
import { html } from "../../lib/html.js";
import { inside } from "../../lib/session-state.js";
import { useResource } from "../../lib/resource.js";
import { plural, quantity, words } from "../../lib/format.js";
import { Empty, Freshness, Shown } from "../../parts/states.js";
import { Badge } from "../../parts/badge.js";
import { Meter } from "../../parts/meter.js";
import { Table } from "../../parts/table.js";

export default function Nodes() {
  const nodes = useResource(inside("/nodes"), { every: 30_000 });
  return html`<h1>Nodes</h1><${Shown} resource=${nodes} what="the nodes">${(data) => html`<${Freshness} freshness=${data.freshness} />
    ${data.nodes.length ? html`<${Total} metrics=${data.cluster_metrics} count=${data.total_nodes} /><${Table} caption="Nodes" columns=${COLUMNS} rows=${data.nodes} rowKey=${(node) => node.name} sortBy="name" />` : html`<${Empty} kind="nodes" />`}`}<//>`;
}

function Total({ metrics, count }) {
  const { total_usage: usage, total_capacity: capacity } = metrics;
  return html`<p><${Badge} status=${metrics.health_status} /> ${plural(count, "node")} with ${capacity.cpu ?? "–"} cores and ${quantity(capacity.memory)} of memory.
    CPU <${Meter} value=${usage.cpu_percentage} /> Memory <${Meter} value=${usage.memory_percentage} /></p>`;
}

/** Conditions that are as they should not be: Ready must be True, all others False. */
const bad = (node) => node.conditions.filter((one) => (one.type === "Ready") !== (one.status === "True"));

const COLUMNS = [
  { key: "name", title: "Node", sort: (node) => node.name, cell: (node) => html`<span class="strong">${node.name}</span> <span class="faint">${words(node.role)}</span>` },
  { key: "status", title: "Status", sort: (node) => node.status, cell: (node) => html`<${Badge} status=${node.status} />${!node.schedulable && html` <${Badge} status="warning" label="Cordoned" />`}${bad(node).map((one) => html`<br /><span class="faint">${one.type}: ${one.status}</span>`)}` },
  { key: "cpu", title: "CPU", sort: (node) => node.usage.cpu_percentage, cell: (node) => html`<${Meter} value=${node.usage.cpu_percentage} label="of what pods can have" /> <span class="faint">of ${node.allocatable.cpu ?? "–"} cores</span>` },
  { key: "memory", title: "Memory", sort: (node) => node.usage.memory_percentage, cell: (node) => html`<${Meter} value=${node.usage.memory_percentage} label="of what pods can have" /> <span class="faint">of ${quantity(node.allocatable.memory)}</span>` },
  { key: "pods", title: "Pods", numeric: true, sort: (node) => node.usage.pod_count, cell: (node) => `${node.usage.pod_count ?? "–"} of ${node.allocatable.pods ?? "–"}` },
  { key: "taints", title: "Taints", hide: "narrow", cell: (node) => node.taints.map((one) => html`<code>${one.key}${one.value && `=${one.value}`}:${one.effect}</code> `) },
  { key: "version", title: "Version", hide: "narrow", sort: (node) => node.version, cell: (node) => node.version ?? "–" },
];
