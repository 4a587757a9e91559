// Signing in and out. A one-time code comes behind the `#`, is exchanged at once, and leaves the address bar.
import { batch } from "./html.js";
import { get, call } from "./api.js";
import { reread } from "./router.js";
import { session, workspaces, workspaceId } from "./session-state.js";

const CODE = "#sign-in=";
const LAST = "hexaops.workspace";

export async function start() {
  if (location.hash.startsWith(CODE)) {
    const code = location.hash.slice(CODE.length);
    history.replaceState(null, "", location.pathname);
    reread();
    await signIn(`Code ${code}`).catch(() => {});
  }
  await load();
}

/** Throws ApiError when the credentials are refused. */
export async function signIn(authorization) {
  await call("POST", "/session", undefined, { headers: { Authorization: authorization } });
}

export async function signOut() {
  await call("DELETE", "/session").catch(() => {});
  session.value = null;
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
