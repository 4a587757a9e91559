// Log lines, as they were written: text, never markup. What a query matched is marked.
import { html } from "../lib/html.js";
import { clock } from "../lib/format.js";
import { Empty } from "./states.js";

const LEVEL = { error: "bad", fatal: "bad", critical: "bad", warn: "warn", warning: "warn" };

export const LogLines = ({ lines, withComponent = false }) =>
  lines.length
    ? html`<ol class="log" tabindex="0" aria-label="Log lines">${lines.map((line, place) => html`<li key=${line.key ?? `${line.timestamp}${line.pod}${place}`} class=${LEVEL[line.level.toLowerCase()] ?? ""}>
        <time datetime=${line.timestamp} title=${line.timestamp}>${clock(line.timestamp)}</time>
        <span class="level">${line.level}</span>
        ${withComponent && html`<span class="component" title=${line.pod}>${line.component}</span>`}
        <span class="message">${marked(line)}</span></li>`)}</ol>`
    : html`<${Empty} kind="logs" />`;

/** Spans count characters; a JavaScript string counts in pairs above U+FFFF. */
function marked({ message, highlight }) {
  if (!highlight?.length) return message;
  const characters = Array.from(message);
  const parts = [];
  let end = 0;
  for (const [from, to] of highlight) {
    parts.push(characters.slice(end, from).join(""), html`<mark>${characters.slice(from, to).join("")}</mark>`);
    end = to;
  }
  return [...parts, characters.slice(end).join("")];
}
