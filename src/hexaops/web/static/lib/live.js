// What changes in the workspace: one stream (GET …/aiops/events) for all tabs of a browser, since a browser opens only a
// few connections to a service. The tab that holds the lock reads the stream and tells the others. Screens name topics;
// a topic's revision grows when something of it has changed.
import { effect, signal } from "./html.js";
import { send, events } from "./api.js";
import { session, workspaceId } from "./session-state.js";

const TOPIC = { application: "applications", action: "actions", incident: "incidents", insight: "insights" };
export const TOPICS = Object.values(TOPIC);
export const revisions = Object.fromEntries(TOPICS.map((topic) => [topic, signal(0)]));
/** What is read anew when the stream begins or the tab is looked at again; insights are dear, and only read when they have changed. */
const CHEAP = TOPICS.filter((topic) => topic !== "insights");
const missed = new Set();
/** Whether the stream is open; null before the first attempt. */
export const connected = signal(null);

const GATHER_MS = 250;
const RETRY_MS = 3_000;
const channel = new BroadcastChannel("hexaops.events");
const pending = new Set();
let timer = 0;

/** Several changes within a moment are one reason to read again. */
export function touch(...topics) {
  for (const topic of topics) pending.add(topic);
  timer ||= setTimeout(() => {
    timer = 0;
    for (const topic of pending) revisions[topic].value += 1;
    pending.clear();
  }, GATHER_MS);
}

function tell(message) {
  channel.postMessage(message);
  hear(message);
}

function hear({ workspace, open, kind }) {
  if (workspace !== workspaceId.value) return;
  if (open !== undefined) connected.value = open;
  if (!kind) return;
  const topics = TOPIC[kind] ? [TOPIC[kind]] : kind === "begin" ? CHEAP : TOPICS;
  if (document.hidden) for (const topic of topics) missed.add(topic);
  else touch(...topics);
}

channel.onmessage = ({ data }) => hear(data);

/** Reads the stream of a workspace until `signal` aborts, going on where a break left off. */
async function read(workspace, signal) {
  let last = null;
  while (!signal.aborted) {
    try {
      const headers = { Accept: "text/event-stream", ...(last ? { "Last-Event-ID": last } : {}) };
      const response = await send("GET", `/workspaces/${workspace}/aiops/events`, undefined, { signal, headers });
      tell({ workspace, open: true });
      for await (const { id, event } of events(response)) {
        tell({ workspace, kind: event === "reset" && !last ? "begin" : event });
        last = id ?? last;
      }
    } catch (error) {
      if (signal.aborted) return;
      tell({ workspace, open: false });
      if (error.status === 403 || error.status === 404) return;
      await new Promise((done) => setTimeout(done, RETRY_MS));
    }
  }
}

function follow(workspace) {
  const stop = new AbortController();
  const { signal } = stop;
  // Web Locks need a secure context; without them each tab reads for itself.
  if (navigator.locks) navigator.locks.request(`hexaops.events.${workspace}`, { signal }, () => read(workspace, signal)).catch(() => {});
  else read(workspace, signal);
  return () => stop.abort();
}

effect(() => (session.value?.user_id && workspaceId.value ? follow(workspaceId.value) : undefined));
addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  touch(...CHEAP, ...missed);
  missed.clear();
});
