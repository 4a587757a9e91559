// What a screen reads: data, error and loading of one path, read again when something it shows has changed.
import { useEffect, useState, useCallback, useRef } from "./html.js";
import { get, call } from "./api.js";
import { revisions } from "./live.js";

/** `topics` are those of lib/live.js; `every` (milliseconds) is for what no event tells of; `all` names a list whose further pages are read too. */
export function useResource(path, { topics = [], every = 0, body, all } = {}) {
  const [state, setState] = useState({ path, data: null, error: null, loading: true });
  const revision = topics.map((topic) => revisions[topic].value).join();
  const running = useRef(null);
  const key = JSON.stringify([path, body]);
  const load = useCallback(async () => {
    if (!path) return;
    if (running.current?.key === key) {
      running.current.again = true; // what is being read is read to its end: else much change would mean no answer at all
      return;
    }
    running.current?.stop.abort();
    const mine = (running.current = { key, stop: new AbortController(), again: true });
    const { signal } = mine.stop;
    while (mine.again && !signal.aborted) {
      mine.again = false;
      try {
        const answer = body ? await call("POST", path, body, { signal }) : all ? await whole(path, all, signal) : await get(path, { signal });
        if (!signal.aborted) setState({ path, ...answer, error: null, loading: false });
      } catch (error) {
        if (!signal.aborted) setState((old) => ({ path, data: old.path === path ? old.data : null, error, loading: false }));
      }
    }
    if (running.current === mine) running.current = null;
  }, [key]);
  useEffect(() => {
    load();
    if (!every) return undefined;
    const timer = setInterval(() => document.hidden || load(), every);
    return () => clearInterval(timer);
  }, [load, every, revision]);
  useEffect(() => () => running.current?.stop.abort(), []);
  const current = state.path === path ? state : { path, data: null, error: null, loading: true };
  return { ...current, reload: load };
}

async function whole(path, list, signal) {
  const answer = await get(path, { signal });
  for (let cursor = answer.data.pagination.next_cursor; cursor; ) {
    const { data } = await get(`${path}&cursor=${encodeURIComponent(cursor)}`, { signal });
    answer.data[list].push(...data[list]);
    cursor = data.pagination.next_cursor;
  }
  return answer;
}
