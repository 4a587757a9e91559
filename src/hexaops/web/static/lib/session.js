// Signing in and out. A one-time code comes behind the `#`, is exchanged at once, and leaves the address bar; so does the
// code of what went wrong at the identity provider.
import { batch } from "./html.js";
import { get, call } from "./api.js";
import { reread } from "./router.js";
import { session, workspaces, workspaceId, problem } from "./session-state.js";

const CODE = "#sign-in=";
const PROBLEM = /^#sign-in-problem=([A-Z_]{1,40})\/([\w.:-]{1,64})$/;
const LAST = "hexaops.workspace";

export async function start() {
  if (location.hash.startsWith(CODE)) {
    const code = location.hash.slice(CODE.length);
    history.replaceState(null, "", location.pathname);
    reread();
    await signIn(`Code ${code}`).catch(() => {});
  }
  const [found, code, request] = PROBLEM.exec(location.hash) ?? [];
  if (found) {
    problem.value = { code, request };
    history.replaceState(null, "", location.pathname);
    reread();
  }
  await load();
}

/** Throws ApiError when the credentials are refused. */
export async function signIn(authorization) {
  await call("POST", "/session", undefined, { headers: { Authorization: authorization } });
}

/** Where users sign in at their identity provider, and come back to where they are; "" where they cannot. */
export function providerSignIn() {
  const address = document.querySelector("meta[name=sign-in]").content;
  const place = location.hash.startsWith("#/") ? location.hash.slice(1) : "";
  return address && `${address}${place && `?next=${encodeURIComponent(place)}`}`;
}

/** Here, and at the identity provider where the session was opened there: else the next sign-in would ask nothing. */
export async function signOut() {
  const outside = providerSignIn() && !session.value.user_id.startsWith("local:");
  await call("DELETE", "/session").catch(() => {});
  session.value = null;
  if (outside) location.assign("/sign-out");
}

export async function load() {
  try {
    const [who, list] = await Promise.all([get("/session"), get("/workspaces")]);
    batch(() => {
      workspaces.value = list.data;
      choose(workspaceId.value ?? localStorage.getItem(LAST));
      session.value = who.data;
    });
  } catch (error) {
    session.value = error.status === 401 ? null : { error };
  }
}

export function choose(id) {
  const found = workspaces.value.find((one) => one.id === id) ?? workspaces.value[0];
  workspaceId.value = found?.id ?? null;
  if (found) localStorage.setItem(LAST, found.id);
}
