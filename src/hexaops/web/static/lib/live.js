// What changes in the workspace. Screens name topics; a topic's revision grows when something of it has changed.
import { signal } from "./html.js";

export const TOPICS = ["applications", "actions", "incidents"];
export const revisions = Object.fromEntries(TOPICS.map((topic) => [topic, signal(0)]));

export function touch(...topics) {
  for (const topic of topics) revisions[topic].value += 1;
}

setInterval(() => document.hidden || touch(...TOPICS), 5_000);
