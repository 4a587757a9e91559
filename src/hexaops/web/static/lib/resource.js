// What a screen reads: data, error and loading of one path, read again when something it shows has changed.
import { useEffect, useState, useCallback, useRef } from "./html.js";
import { get, call } from "./api.js";
import { revisions } from "./live.js";

/** `topics` are those of lib/live.js; `every` (milliseconds) is for what no event tells of. */
export function useResource(path, { topics = [], every = 0, body } = {}) {
  const [state, setState] = useState({ path, data: null, error: null, loading: true });
  const revision = topics.map((topic) => revisions[topic].value).join();
  const running = useRef(null);
  const load = useCallback(async () => {
    if (!path) return;
    running.current?.abort();
    const abort = (running.current = new AbortController());
    try {
      const options = { signal: abort.signal };
      const answer = body ? await call("POST", path, body, options) : await get(path, options);
      if (!abort.signal.aborted) setState({ path, ...answer, error: null, loading: false });
    } catch (error) {
      if (error.name !== "AbortError") setState((old) => ({ path, data: old.path === path ? old.data : null, error, loading: false }));
    }
  }, [path, body && JSON.stringify(body)]);
  useEffect(() => {
    load();
    if (!every) return undefined;
    const timer = setInterval(() => document.hidden || load(), every);
    return () => clearInterval(timer);
  }, [load, every, revision]);
  useEffect(() => () => running.current?.abort(), []);
  const current = state.path === path ? state : { path, data: null, error: null, loading: true };
  return { ...current, reload: load };
}
