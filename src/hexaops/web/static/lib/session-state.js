// Who is signed in, where: signals that everything else reads. No token is ever here: the cookie is the browser's.
import { signal, computed } from "./html.js";

/** undefined while it is being read, null when nobody is signed in. */
export const session = signal(undefined);
/** Why signing in at the identity provider failed: {code, request}. */
export const problem = signal(null);
export const workspaces = signal([]);
export const workspaceId = signal(null);
export const workspace = computed(() => workspaces.value.find((one) => one.id === workspaceId.value) ?? null);

export const may = (permission) => workspace.value?.permissions.includes(permission) ?? false;

/** The path of the current workspace in the API. */
export const inside = (path) => `/workspaces/${workspaceId.value}${path}`;
