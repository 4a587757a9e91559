// A table that sorts, filters and shows its rows a hundred at a time; on a narrow screen each row is a card.
import { html, useMemo, useState } from "../lib/html.js";
import { Empty } from "./states.js";
import { plural } from "../lib/format.js";

const PAGE = 100;

/** Columns: {key, title, cell(row), sort(row), numeric, hide: "narrow"}. */
export function Table({ columns, rows, rowKey, caption, sortBy, descending = false, empty = "filtered" }) {
  const [order, setOrder] = useState({ key: sortBy, descending });
  const [shown, setShown] = useState(PAGE);
  const sorted = useMemo(() => {
    const column = columns.find((one) => one.key === order.key);
    if (!column?.sort) return rows;
    const sign = order.descending ? -1 : 1;
    return [...rows].sort((a, b) => sign * compare(column.sort(a), column.sort(b)));
  }, [rows, order.key, order.descending]);
  if (!rows.length) return html`<${Empty} kind=${empty} />`;
  const turn = (key) => setOrder((old) => ({ key, descending: old.key === key && !old.descending }));
  return html`<div class="table-frame"><table>
    <caption class="hidden">${caption}</caption>
    <thead><tr>${columns.map((column) => {
      const here = order.key === column.key;
      return html`<th scope="col" class=${classes(column)} aria-sort=${here ? (order.descending ? "descending" : "ascending") : undefined}>
        ${column.sort
          ? html`<button type="button" class="sort" onClick=${() => turn(column.key)}>${column.title}<span aria-hidden="true">${here ? (order.descending ? " ↓" : " ↑") : ""}</span></button>`
          : column.title}</th>`;
    })}</tr></thead>
    <tbody>${sorted.slice(0, shown).map((row) => html`<tr key=${rowKey(row)}>${columns.map(
      (column) => html`<td class=${classes(column)} data-title=${column.title}>${column.cell(row)}</td>`)}</tr>`)}</tbody>
  </table></div>
  ${sorted.length > shown && html`<button type="button" class="more" onClick=${() => setShown(shown + PAGE)}>Show ${Math.min(PAGE, sorted.length - shown)} more of ${plural(sorted.length, "row")}</button>`}`;
}

const classes = (column) => [column.numeric && "numeric", column.hide && `hide-${column.hide}`].filter(Boolean).join(" ") || undefined;

function compare(a, b) {
  if (a === b) return 0;
  if (a === null || a === undefined) return 1;
  if (b === null || b === undefined) return -1;
  return a < b ? -1 : 1;
}
