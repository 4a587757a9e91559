// Addresses: `#/<workspace>/<screen>/<more>?<query>`. What stands behind the `#` is not sent to any server.
import { signal } from "./html.js";
import { workspaceId } from "./session-state.js";

export const route = signal(parse(location.hash));

function parse(hash) {
  const [path, query = ""] = hash.replace(/^#\/?/, "").split("?");
  const [workspace = "", screen = "", ...rest] = path.split("/").map(decode);
  return { workspace, screen: screen || "overview", rest: rest.filter(Boolean), query: new URLSearchParams(query) };
}

function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function link(screen, rest = [], query = {}) {
  const path = [workspaceId.value ?? "", screen, ...[rest].flat()].map(encodeURIComponent).join("/");
  const values = Object.entries(query).filter(([, value]) => value !== "" && value !== undefined && value !== null);
  const tail = new URLSearchParams(values).toString();
  return `#/${path}${tail && `?${tail}`}`;
}

export const go = (...place) => {
  location.hash = link(...place);
};

/** Change the query of this screen without a new entry in the history. */
export function setQuery(values) {
  const { screen, rest, query } = route.value;
  const wanted = link(screen, rest, { ...Object.fromEntries(query), ...values });
  if (wanted === location.hash) return;
  history.replaceState(null, "", wanted);
  route.value = parse(location.hash);
}

/** After the address was replaced, which no event tells of. */
export const reread = () => {
  route.value = parse(location.hash);
};

addEventListener("hashchange", reread);
