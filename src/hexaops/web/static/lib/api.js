// The public API, as any client calls it. Errors are thrown as ApiError, with what the service said.
import { session } from "./session-state.js";

export class ApiError extends Error {
  constructor(status, body) {
    const error = body?.error ?? {};
    super(error.message ?? `The service answered with status ${status}`);
    this.status = status;
    this.code = error.code ?? (status ? `HTTP_${status}` : "NETWORK");
    this.details = error.details ?? {};
    this.requestId = body?.request_id ?? null;
  }
}

const API = "/api/v1";
const INTERNAL = "/internal/v1/";

/** The raw response of a path below the public API, or of a whole path of the internal one; the header proves to the service that this page sent the call, and not a page elsewhere. */
export async function send(method, path, body, { signal, headers } = {}) {
  let response;
  const isInternal = path.startsWith(INTERNAL);
  try {
    response = await fetch(isInternal ? path : API + path, {
      method,
      signal,
      credentials: "same-origin",
      headers: {
        "X-Hexaops-Console": "1",
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...(method === "POST" ? { "Idempotency-Key": crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}` } : {}),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(0, { error: { code: "NETWORK", message: "The service cannot be reached" } });
  }
  if (!response.ok) {
    const problem = new ApiError(response.status, await response.json().catch(() => null));
    if (response.status === 401 && !isInternal) session.value = null; // the internal API knows no sessions
    throw problem;
  }
  return response;
}

/** The JSON of an answer: {data, pagination}. */
export async function call(method, path, body, options) {
  const response = await send(method, path, body, options);
  return response.status === 204 ? null : response.json();
}

export const get = (path, options) => call("GET", path, undefined, options);
export const post = (path, body = {}, options) => call("POST", path, body, options);

/** Query string of the values that are set; lists repeat their name. */
export function query(values) {
  const found = new URLSearchParams();
  for (const [name, value] of Object.entries(values))
    for (const one of [value].flat()) if (one !== undefined && one !== null && one !== "") found.append(name, one);
  const text = found.toString();
  return text && `?${text}`;
}

/** Server-sent events of a response, as {event, id, data}, until it ends. */
export async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      rest += value;
      const blocks = rest.split("\n\n");
      rest = blocks.pop();
      for (const block of blocks) {
        const fields = { event: "message", data: "" };
        for (const line of block.split("\n")) {
          const at = line.indexOf(": ");
          if (at > 0) fields[line.slice(0, at)] = line.slice(at + 2);
        }
        if (fields.data) yield { event: fields.event, id: fields.id, data: JSON.parse(fields.data) };
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
