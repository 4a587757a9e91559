// Every sentence that several screens share, and what to do about each kind of error.
export const text = {
  product: "hexaops",
  ask: "Ask about your platform, or say what to change",
  askShort: "Ask, or say what to change",
  nothing: {
    applications: ["No applications yet", "Deploy something into one of this workspace's namespaces and it appears here."],
    filtered: ["Nothing matches", "Clear the filter to see everything."],
    attention: ["Nothing needs attention", "Every application is healthy."],
    incidents: ["No incidents", "Incidents open from alerts and from POST /internal/v1/incidents. They will be listed here."],
    changes: ["No changes yet", "Ask for one in the chat, for example “restart web-app”. Nothing happens until you confirm the plan."],
    insights: ["No insights", "Nothing worth knowing was found in this time range. Try a longer one."],
    logs: ["No log lines match", "Widen the time range, or remove a word from the query."],
    events: ["No events", "Kubernetes has reported nothing in the last 24 hours."],
    nodes: ["No nodes", "The cluster has not reported any node. Check that it is connected."],
    audit: ["No audit events", "Everything that is asked, changed or refused in this workspace will be listed here."],
    pods: ["No pods", "The application is scaled to zero, or its pods cannot be created: see the findings."],
    findings: ["Nothing found wrong", "The diagnosis looked at its pods, events, logs and configuration."],
    cause: ["No cause found now", "It is looked for again every few seconds; a start has up to two minutes."],
    webhooks: ["No webhooks", "Add one to be told of incidents, changes and insights."],
    channels: ["No notification channels", "Add one to tell people of escalated incidents and finished backups."],
    members: ["No members", "Add one by user id to let somebody else in."],
    alerts: ["No rules", "Create a rule to be told when a measurement crosses a bound."],
    workspaces: ["No workspace", "Your user is not a member of any workspace. Ask an administrator to add you."],
  },
  loading: "Loading",
  chat: {
    empty: ["What do you want to know?", "Questions are answered from what the cluster says now. Changes are planned first, and made only when you confirm."],
    starters: ["What is wrong with my apps?", "What changed today?", "Which applications use the most memory?", "Are my nodes healthy?"],
    thinking: { understanding: "Reading the question", reading: "Reading the cluster", answering: "Writing the answer" },
  },
  plan: {
    unchanged: "Nothing has been changed yet.",
    confirm: "Confirm and run",
    dismiss: "Dismiss",
    expired: "This plan has expired. Plan it again to see what it would do now.",
    undo: "Undo",
    cancel: "Cancel and undo",
  },
  degraded: "Some data is missing or old",
};

/** Why a sign-in at the identity provider failed → what happened, and what to do. */
const PROBLEMS = {
  NEXT_INVALID: ["The link does not lead to a page of the console", "Sign in here, then open the page from the console."],
  TOO_MANY_ATTEMPTS: ["Too many sign-ins from your network", "Wait a minute, then try again."],
  ATTEMPT_UNKNOWN: ["This sign-in was not started in this browser", "Start again here. If it stays, allow cookies for this address and open the console by its usual address."],
  ATTEMPT_EXPIRED: ["The sign-in took more than ten minutes", "Start again."],
  ISSUER_UNREACHABLE: ["The identity provider does not answer", "Try again in a moment. If it stays, ask an administrator to check that the service reaches the provider."],
  ISSUER_UNSUITABLE: ["The identity provider is not set up as the service expects", "Ask an administrator to compare HEXAOPS_OIDC_ISSUER with the provider's discovery document; it must support PKCE with S256."],
  ISSUER_MIXED_UP: ["The answer came from another identity provider", "Start again here. If it stays, tell an administrator."],
  ACCESS_DENIED: ["The identity provider did not let you in", "Sign in with another user, or ask an administrator to assign you to this application there."],
  ISSUER_REFUSED: ["The identity provider refused the sign-in", "Start again. If it stays, give an administrator the request below: the service's log has the reason."],
  CODE_REFUSED: ["The sign-in was used already, or took too long", "Start again."],
  CLIENT_REFUSED: ["The identity provider does not know this console", "Ask an administrator to check the client id, its secret and its redirect address."],
  TOKEN_REFUSED: ["The identity provider's answer cannot be trusted", "Start again. If it stays, give an administrator the request below: the service's log has the reason."],
  CLOCK_SKEW: ["The clocks of the service and the identity provider differ", "Ask an administrator to synchronise them (NTP), then start again."],
};

export const signInProblem = (code) => PROBLEMS[code] ?? ["The sign-in failed", "Start again."];

/** Error code → what the reader can do about it. */
const NEXT = {
  UNAUTHENTICATED: "Sign in again.",
  INSUFFICIENT_AI_PERMISSIONS: "Ask an administrator of this workspace for a role that includes it.",
  WORKSPACE_NOT_FOUND: "Choose another workspace at the top, or ask its administrator to add you.",
  INVALID_SERVICE_ACCOUNT: "Check that the id and the token belong together, and that the token is not revoked.",
  INSUFFICIENT_INTERNAL_PERMISSIONS: "Use a service account with the scope system:admin.",
  SERVICE_ACCOUNT_BOUND: "Use a service account that is not bound to workspaces.",
  TOO_MANY_TOKENS: "Revoke one of its tokens first.",
  APPLICATION_NOT_FOUND: "It may have been deleted. Go back to the list of applications.",
  AI_RATE_LIMIT_EXCEEDED: "Wait a moment, then try again.",
  PLAN_STALE: "Plan it again: the object has changed since the plan was made.",
  PLAN_EXPIRED: "Plan it again: plans can be confirmed for ten minutes.",
  GUARDRAIL_REFUSED: "A safety rule refused it; nothing was changed.",
  ACTION_NOT_REVERSIBLE: "There is nothing to undo.",
  VALIDATION_FAILED: "Correct the field that is named, then try again.",
  INVALID_LOG_QUERY: "Correct the query at the marked place.",
  NETWORK: "Check that the service is running and reachable, then try again.",
};

export const nextStep = (error) =>
  NEXT[error.code] ??
  (error.status >= 500 ? "Try again in a moment. If it stays, look the request id up in the service's log." : "Check the request and try again.");
