// All applications in one table, or one of them.
import { html, signal, useEffect } from "../../lib/html.js";
import { useResource } from "../../lib/resource.js";
import { inside, may } from "../../lib/session-state.js";
import { route, link, setQuery } from "../../lib/router.js";
import { get, query } from "../../lib/api.js";
import { plural } from "../../lib/format.js";
import { Shown, Freshness, Empty } from "../../parts/states.js";
import { Badge, tone } from "../../parts/badge.js";
import { Meter, Sparkline } from "../../parts/meter.js";
import { Table } from "../../parts/table.js";
import { Details } from "./details.js";

const ORDER = { bad: 0, warn: 1, idle: 2, good: 3 };

export default function Applications({ rest }) {
  return rest.length ? html`<${Details} id=${rest.join("/")} />` : html`<${All} />`;
}

function All() {
  const list = useResource(inside("/applications?limit=500"), { topics: ["applications"], every: 30_000, all: "applications" });
  return html`<h1>Applications</h1><${Shown} resource=${list} what="the applications">${(data) => html`<${Freshness} freshness=${data.freshness} /><${Listed} applications=${data.applications} />`}<//>`;
}

function Listed({ applications }) {
  const wanted = route.value.query;
  const [words, status, project] = ["q", "status", "project"].map((name) => wanted.get(name) ?? "");
  if (!applications.length) return html`<${Empty} kind="applications" />`;
  const unique = (key) => [...new Set(applications.map((one) => one[key]))].sort();
  const rows = applications.filter((one) =>
    (!status || one.status === status) && (!project || one.project === project) &&
    `${one.project}/${one.name} ${one.image}`.toLowerCase().includes(words.toLowerCase()));
  return html`<form class="filters" role="search" aria-label="Filter" onSubmit=${(event) => event.preventDefault()}>
      <input type="search" aria-label="Filter by name or image" placeholder="Filter by name or image" value=${words} onInput=${(event) => setQuery({ q: event.target.value })} />
      <${Choice} label="Status" value=${status} options=${unique("status")} onPick=${(value) => setQuery({ status: value })} />
      <${Choice} label="Project" value=${project} options=${unique("project")} onPick=${(value) => setQuery({ project: value })} />
      <span class="faint" role="status">${plural(rows.length, "application")}</span>
    </form>
    <${Table} caption="Applications" rows=${rows} rowKey=${(one) => one.id} sortBy="status" columns=${COLUMNS} />`;
}

const Choice = ({ label, value, options, onPick }) => html`<select aria-label=${label} value=${value} onChange=${(event) => onPick(event.target.value)}>
  <option value="">${label}: any</option>${options.map((one) => html`<option value=${one}>${one}</option>`)}</select>`;

const COLUMNS = [
  { key: "name", title: "Name", sort: (one) => one.name, cell: (one) => html`<a class="strong" href=${link("applications", one.id)}>${one.name}</a> <span class="faint under">${one.project}</span>` },
  { key: "status", title: "Status", sort: (one) => ORDER[tone(one.status)], cell: (one) => html`<${Badge} status=${one.status} /> <span class="faint under">${one.status_reason === one.status ? "" : one.status_reason}</span>` },
  { key: "replicas", title: "Ready", numeric: true, sort: (one) => one.ready_replicas - one.desired_replicas, cell: (one) => one.replicas },
  { key: "cpu", title: "CPU", sort: (one) => one.cpu_usage, cell: (one) => html`<${Meter} value=${one.cpu_usage} label="of the limits, else of the requests" />` },
  { key: "hour", title: "CPU, last hour", hide: "narrow", cell: (one) => html`<${Course} application=${one} />` },
  { key: "memory", title: "Memory", sort: (one) => one.memory_usage, cell: (one) => html`<${Meter} value=${one.memory_usage} label="of the limits, else of the requests" />` },
  { key: "restarts", title: "Restarts", numeric: true, hide: "narrow", sort: (one) => one.restarts, cell: (one) => one.restarts },
  { key: "image", title: "Image", hide: "narrow", sort: (one) => one.image, cell: (one) => html`<span class="faint clip">${one.image}</span>` },
];

const FRESH_MS = 60_000;
const GATHER_MS = 50;
const MOST_ASKED = 100;
/** By application, each a signal of its own: what arrives draws the rows that it is for, and no others. */
const courses = {};
const asked = {};
const wanted = new Set();
let timer = 0;

/** CPU of the last hour. What the rows on the screen ask for in the same moment is one call. */
function Course({ application: { id, name } }) {
  useEffect(() => {
    if (!may("read_metrics") || Date.now() - (asked[id] ?? 0) < FRESH_MS) return;
    asked[id] = Date.now();
    wanted.add(id);
    timer ||= setTimeout(read, GATHER_MS);
  });
  return html`<${Sparkline} values=${(courses[id] ??= signal(null)).value} label=${`CPU of ${name} in the last hour`} />`;
}

async function read() {
  const application = [...wanted].slice(0, MOST_ASKED);
  for (const id of application) wanted.delete(id);
  timer = wanted.size && setTimeout(read, GATHER_MS);
  const answer = await get(inside(`/metrics${query({ signal: "cpu", application, points: 30 })}`)).catch(() => null); // asked again in a minute
  for (const one of answer?.data.series ?? []) (courses[one.application_id] ??= signal(null)).value = one.values;
}
