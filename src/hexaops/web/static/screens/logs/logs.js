// Log lines: a query with its errors marked, a timeline, facets and patterns over all hits, and a live tail.
import { html, useEffect, useState } from "../../lib/html.js";
import { send, events, call, query } from "../../lib/api.js";
import { inside, may } from "../../lib/session-state.js";
import { route, setQuery } from "../../lib/router.js";
import { useResource } from "../../lib/resource.js";
import { number, plural } from "../../lib/format.js";
import { Failed, Forbidden, Shown } from "../../parts/states.js";
import { LogLines } from "../../parts/log-lines.js";
import { Timeline, Facet, Patterns } from "./aggregations.js";
import { learn } from "./completion.js";
import { QueryBox } from "./query-box.js";

const RANGES = { "15m": 900, "1h": 3_600, "6h": 21_600, "24h": 86_400, "7d": 604_800 };
const LEVELS = ["debug", "info", "warning", "error", "unknown"];
const MOST_FOLLOWED = 500;
const GATHER_MS = 250;

export default function Logs() {
  if (!may("read_logs")) return html`<h1>Logs</h1><${Forbidden} permission="read_logs" />`;
  const asked = route.value.query;
  const wanted = { q: asked.get("q") ?? "", range: asked.get("range") ?? "1h", component: asked.get("component") ?? "", level: asked.get("level") ?? "", from: asked.get("from") ?? "", to: asked.get("to") ?? "" };
  const [following, setFollowing] = useState(false);
  const [typed, setTyped] = useState(wanted.q);
  const [known, setKnown] = useState({ level: Object.fromEntries(LEVELS.map((level) => [level, null])) });
  const [problem, setProblem] = useState(null);
  const heard = { onAnswer: (data) => { setProblem(null); setKnown((old) => learn(old, data)); }, onProblem: (error) => setProblem({ error, text: wanted.q }) };
  const [round, setRound] = useState(0);
  const submit = (event) => {
    event.preventDefault();
    setQuery({ q: typed });
    setRound(round + 1);
  };
  return html`<h1>Logs</h1>
    <form class="filters" role="search" aria-label="Log query" onSubmit=${submit}>
      <${QueryBox} text=${typed} onText=${setTyped} known=${known} problem=${problem} />
      <select aria-label="Time range" value=${wanted.range} onChange=${(event) => setQuery({ range: event.target.value, from: "", to: "" })}>${Object.keys(RANGES).map((one) => html`<option value=${one}>Last ${one}</option>`)}</select>
      <select aria-label="Level" value=${wanted.level} onChange=${(event) => setQuery({ level: event.target.value })}><option value="">Level: any</option>${LEVELS.map((one) => html`<option>${one}</option>`)}</select>
      <button class="primary">Search</button>
      <button type="button" aria-pressed=${following} onClick=${() => setFollowing(!following)}>${following ? "Stop following" : "Follow"}</button>
    </form>
    ${(wanted.component || wanted.from) && html`<div class="chips">
      ${wanted.component && html`<button type="button" onClick=${() => setQuery({ component: "" })}>Component ${wanted.component} ✕</button>`}
      ${wanted.from && html`<button type="button" onClick=${() => setQuery({ from: "", to: "" })}>Only ${new Date(wanted.from).toLocaleString("en-GB")} to ${new Date(wanted.to).toLocaleTimeString("en-GB")} ✕</button>`}</div>`}
    ${following ? html`<${Tail} wanted=${wanted} ...${heard} />` : html`<${Found} wanted=${wanted} round=${round} ...${heard} />`}`;
}

function bodyOf({ q, range, component, level, from, to }, round) {
  const end = to ? Date.parse(to) : Math.ceil(Date.now() / 1_000) * 1_000;
  const start = from ? Date.parse(from) : end - RANGES[range] * 1_000;
  return { round, query: { text: q, time_range: { start: new Date(start).toISOString(), end: new Date(end).toISOString() }, filters: { components: component ? [component] : [], log_level: level ? [level] : [] } }, options: { limit: 200, highlight: true } };
}

const isOfTheText = (error) => error?.code === "INVALID_LOG_QUERY" && error.details.field === "query.text";

function Found({ wanted, round, onAnswer, onProblem }) {
  const [body, setBody] = useState(() => bodyOf(wanted, round));
  const key = JSON.stringify([wanted, round]);
  useEffect(() => setBody(bodyOf(wanted, round)), [key]);
  const { round: _, ...sent } = body;
  const answer = useResource(inside("/aiops/logs/query"), { body: sent });
  useEffect(() => {
    if (answer.error) isOfTheText(answer.error) && onProblem(answer.error);
    else if (answer.data) onAnswer(answer.data);
  }, [answer.data, answer.error]);
  const [older, setOlder] = useState({ lines: [] });
  const added = older.key === JSON.stringify(sent) ? older : { lines: [] };
  const next = async (cursor) => {
    const { data } = await call("POST", inside("/aiops/logs/query"), { ...sent, options: { ...sent.options, aggregate: false, cursor } });
    setOlder({ key: JSON.stringify(sent), lines: [...added.lines, ...data.logs], cursor: data.pagination.next_cursor });
  };
  if (isOfTheText(answer.error)) return html`<p class="faint">Correct the query where it is marked, then press Enter. Combine words with AND, OR, NOT and brackets; put a phrase in quotes.</p>`;
  return html`<${Shown} resource=${answer} what="the log lines">${(data) => {
    const cursor = added.cursor === undefined ? data.pagination.next_cursor : added.cursor;
    return html`<p class="faint" role="status">${plural(data.total_hits, "line")} in ${number(data.execution_time_ms)} ms${data.limits.length > 0 && ` · ${data.limits.join("; ")}`}</p>
      ${data.aggregations && html`<${Timeline} buckets=${data.aggregations.timeline} onPick=${(from, to) => setQuery({ from, to })} />`}
      <div class="columns logs"><div><${LogLines} lines=${[...data.logs, ...added.lines]} withComponent />${cursor && html`<button type="button" class="more" onClick=${() => next(cursor)}>Show older</button>`}</div>
        ${data.aggregations && html`<div><${Facet} title="Level" counts=${data.aggregations.by_level} onPick=${(level) => setQuery({ level })} />
          <${Facet} title="Component" counts=${data.aggregations.by_component} onPick=${(component) => setQuery({ component })} /><${Patterns} patterns=${data.patterns} reason=${data.reasons.patterns} /></div>`}</div>`;
  }}<//>`;
}

function Tail({ wanted, onProblem }) {
  const [lines, setLines] = useState([]);
  const [error, setError] = useState(null);
  useEffect(() => {
    const stop = new AbortController();
    let arrived = [];
    let count = 0;
    // Many lines of a moment are one change of the page, and a line keeps its key, so that only what is new is drawn.
    const timer = setInterval(() => {
      if (!arrived.length) return;
      const fresh = arrived.slice(-MOST_FOLLOWED).reverse();
      arrived = [];
      setLines((old) => [...fresh, ...old].slice(0, MOST_FOLLOWED));
    }, GATHER_MS);
    const path = inside(`/aiops/logs/tail${query({ text: wanted.q, log_level: wanted.level, components: wanted.component })}`);
    (async () => {
      const response = await send("GET", path, undefined, { signal: stop.signal, headers: { Accept: "text/event-stream" } });
      for await (const { event, data } of events(response)) if (event === "line") arrived.push({ ...data, key: (count += 1) });
    })().catch((problem) => {
      if (stop.signal.aborted) return;
      if (isOfTheText(problem)) onProblem(problem);
      setError(problem);
    });
    return () => {
      stop.abort();
      clearInterval(timer);
    };
  }, [JSON.stringify(wanted)]);
  if (error) return html`<${Failed} error=${error} />`;
  return html`<p class="faint" role="status"><span class="spinner"></span> Following: new lines appear at the top.</p>${lines.length > 0 && html`<${LogLines} lines=${lines} withComponent />`}`;
}
