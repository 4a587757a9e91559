// A table that sorts; a long one holds only the rows near the screen. On a narrow screen each row is a card.
import { html, useEffect, useLayoutEffect, useMemo, useRef, useState } from "../lib/html.js";
import { Empty } from "./states.js";

const LONG = 25;
/** Few, because a chunk that comes near is drawn in one task, and nothing else moves meanwhile. */
const CHUNK = 10;
const ROW_PX = 48;

/** Columns: {key, title, cell(row), sort(row), numeric, hide: "narrow"}. */
export function Table({ columns, rows, rowKey, caption, sortBy, descending = false, empty = "filtered" }) {
  const [order, setOrder] = useState({ key: sortBy, descending });
  const head = useRef(null);
  const sorted = useMemo(() => {
    const column = columns.find((one) => one.key === order.key);
    if (!column?.sort) return rows;
    const sign = order.descending ? -1 : 1;
    return [...rows].sort((a, b) => sign * compare(column.sort(a), column.sort(b)));
  }, [rows, order.key, order.descending]);
  const isLong = rows.length > LONG;
  useLayoutEffect(() => (isLong ? fixWidths(head.current) : undefined), [isLong]);
  if (!rows.length) return html`<${Empty} kind=${empty} />`;
  const turn = (key) => setOrder((old) => ({ key, descending: old.key === key && !old.descending }));
  const size = isLong ? CHUNK : LONG;
  const chunks = Array.from({ length: Math.ceil(sorted.length / size) }, (_, place) => sorted.slice(place * size, (place + 1) * size));
  return html`<div class="table-frame"><table aria-rowcount=${isLong ? rows.length + 1 : undefined}>
    <caption class="hidden">${caption}</caption>
    <thead ref=${head}><tr>${columns.map((column) => {
      const here = order.key === column.key;
      return html`<th scope="col" class=${classes(column)} aria-sort=${here ? (order.descending ? "descending" : "ascending") : undefined}>
        ${column.sort
          ? html`<button type="button" class="sort" onClick=${() => turn(column.key)}>${column.title}<span aria-hidden="true">${here ? (order.descending ? "↓" : "↑") : ""}</span></button>`
          : column.title}</th>`;
    })}</tr></thead>
    ${chunks.map((some, place) => html`<${Chunk} key=${place} rows=${some} columns=${columns} rowKey=${rowKey} isFirst=${place * size < LONG} />`)}
  </table></div>`;
}

/** Rows while they are near the screen, else the room that they took. */
function Chunk({ rows, columns, rowKey, isFirst }) {
  const frame = useRef(null);
  const height = useRef(rows.length * ROW_PX);
  const [isNear, setNear] = useState(isFirst);
  useEffect(() => {
    const watch = new IntersectionObserver((seen) => {
      const { isIntersecting, boundingClientRect } = seen.at(-1);
      if (!isIntersecting && boundingClientRect.height) height.current = boundingClientRect.height;
      setNear(isIntersecting);
    }, { rootMargin: "800px 0px" });
    watch.observe(frame.current);
    return () => watch.disconnect();
  }, []);
  return html`<tbody ref=${frame}>${isNear
    ? rows.map((row) => html`<tr key=${rowKey(row)}>${columns.map((column) => html`<td class=${classes(column)} data-title=${column.title}>${column.cell(row)}</td>`)}</tr>`)
    : html`<tr class="room" key="room"><td colspan=${columns.length} style=${{ height: `${height.current}px` }}></td></tr>`}</tbody>`;
}

/** Columns keep the widths of the first rows, or they would move with the rows that come and go. */
function fixWidths(head) {
  const table = head.parentElement;
  const cells = [...head.querySelectorAll("th")];
  const fix = () => {
    table.style.tableLayout = "";
    for (const cell of cells) cell.style.width = "";
    const widths = cells.map((cell) => cell.offsetWidth);
    cells.forEach((cell, place) => (cell.style.width = `${widths[place]}px`));
    table.style.tableLayout = "fixed";
  };
  fix();
  addEventListener("resize", fix);
  return () => {
    removeEventListener("resize", fix);
    table.style.tableLayout = "";
  };
}

const classes = (column) => [column.numeric && "numeric", column.hide && `hide-${column.hide}`].filter(Boolean).join(" ") || undefined;

function compare(a, b) {
  if (a === b) return 0;
  if (a === null || a === undefined) return 1;
  if (b === null || b === undefined) return -1;
  return a < b ? -1 : 1;
}
