// What a statement is based on.
import { html } from "../lib/html.js";
import { clock } from "../lib/format.js";

export function Evidence({ items }) {
  if (!items?.length) return null;
  return html`<details class="evidence"><summary>Evidence (${items.length})</summary>
    <ul>${items.map((item, place) => html`<li key=${item.id}>
      [${place + 1}] <span class="source">${item.source}</span> <span>${item.object ?? item.query}</span> <q>${String(item.value)}</q>${item.unit && html` <span class="faint">${item.unit}</span>`}
      ${item.measured_at && html` <time class="faint" datetime=${item.measured_at}>${clock(item.measured_at)}</time>`}
    </li>`)}</ul></details>`;
}
