// Every sentence that several screens share, and what to do about each kind of error.
export const text = {
  product: "hexaops",
  ask: "Ask about your platform, or say what to change",
  askHint: "Press / to ask",
  signedOut: "Sign in",
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
    webhooks: ["No webhooks", "Add one to be told of incidents, changes and insights."],
    members: ["No members", "Add one by user id to let somebody else in."],
    alerts: ["No alerts", "Create a rule to be told when a measurement crosses a bound."],
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

/** Error code → what the reader can do about it. */
const NEXT = {
  UNAUTHENTICATED: "Sign in again.",
  INSUFFICIENT_AI_PERMISSIONS: "Ask an administrator of this workspace for a role that includes it.",
  WORKSPACE_NOT_FOUND: "Choose another workspace at the top, or ask its administrator to add you.",
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
