// Every screen: its title, its icon, the permission without which it is not listed, and where it is loaded from.
export const SCREENS = {
  overview: { title: "Overview", icon: "M4 13h6V4H4zm0 7h6v-4H4zm10 0h6v-9h-6zm0-16v4h6V4z", load: () => import("./overview/overview.js") },
  applications: { title: "Applications", icon: "M4 5h16v4H4zm0 6h16v4H4zm0 6h16v2H4z", load: () => import("./applications/applications.js") },
  chat: { title: "Chat", icon: "M4 4h16v12H9l-5 4z", load: () => import("./chat/chat.js") },
};
