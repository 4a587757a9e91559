// Every screen: its title, its icon, the permission without which it is not listed, and where it is loaded from.
export const SCREENS = {
  overview: { title: "Overview", icon: "M4 13h6V4H4zm0 7h6v-4H4zm10 0h6v-9h-6zm0-16v4h6V4z", load: () => import("./overview/overview.js") },
  applications: { title: "Applications", icon: "M4 4h7v7H4zm9 0h7v7h-7zm-9 9h7v7H4zm9 0h7v7h-7z", load: () => import("./applications/applications.js") },
  chat: { title: "Chat", icon: "M4 4h16v12H9l-5 4z", load: () => import("./chat/chat.js") },
  incidents: { title: "Incidents", icon: "M12 3 1.5 21h21zm-1 7h2v5h-2zm0 6.5h2v2h-2z", permission: "read_alerts", load: () => import("./incidents/incidents.js") },
  alerts: { title: "Alerts", icon: "M12 2a6 6 0 0 0-6 6v5l-2 3h16l-2-3V8a6 6 0 0 0-6-6zm-2.500 16a2.500 2.500 0 0 0 5 0z", permission: "read_alerts", load: () => import("./alerts/alerts.js") },
  changes: { title: "Changes", icon: "M4 7h11V3l6 6-6 6v-4H4zm16 10H9v4l-6-6 2-2 4 2h11z", permission: "read_actions", load: () => import("./changes/changes.js") },
  insights: { title: "Insights", icon: "M9 21h6v-2H9zM12 2a7 7 0 0 0-4 12.7V17h8v-2.3A7 7 0 0 0 12 2z", permission: "generate_insights", load: () => import("./insights/insights.js") },
  logs: { title: "Logs", icon: "M4 5h16v2H4zm0 4h10v2H4zm0 4h16v2H4zm0 4h10v2H4z", permission: "read_logs", load: () => import("./logs/logs.js") },
  nodes: { title: "Nodes", icon: "M3 4h18v7H3zm3 2.5v2h2v-2zM3 13h18v7H3zm3 2.5v2h2v-2z", load: () => import("./nodes/nodes.js") },
  workspace: { title: "Workspace", icon: "M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8zm8 0a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM1 20c0-4 3.500-6.500 8-6.500s8 2.500 8 6.500zm17 0h5c0-3.500-2-5.800-5.500-6 1 1.500 1 3 .500 6z", load: () => import("./workspace/workspace.js") },
  automation: { title: "Automation", icon: "M13 2 4 14h6l-1 8 9-12h-6z", load: () => import("./automation/automation.js") },
  audit: { title: "Audit", icon: "M6 2h9l5 5v15H6zm8 1.500V8h4.500zM9 12h8v1.500H9zm0 4h8v1.500H9z", permission: "read_audit", load: () => import("./audit/audit.js") },
  settings: { title: "Settings", icon: "M4 6h9a3 3 0 0 0 6 0h1V4h-1a3 3 0 0 0-6 0H4zm0 14h1a3 3 0 0 0 6 0h9v-2h-9a3 3 0 0 0-6 0H4zm0-7h5v-2H4zm9 0h7v-2h-7z", permission: "manage_webhooks", load: () => import("./settings/settings.js") },
};
