// A list that pages by cursor: the first page is kept up to date, further ones are added below it on request.
import { html, useState } from "../lib/html.js";
import { get, query } from "../lib/api.js";
import { useResource } from "../lib/resource.js";
import { Failed, Shown } from "./states.js";

/** `children(rows)` shows the rows; `pick(data)` finds them in an answer. */
export function Pages({ path, filters = {}, topics = [], every = 0, what, permission, pick = (data) => data, children }) {
  const first = useResource(path && `${path}${query(filters)}`, { topics, every });
  const [more, setMore] = useState({ key: "", rows: [], cursor: undefined });
  const key = JSON.stringify([path, filters]);
  const added = more.key === key ? more : { rows: [], cursor: undefined };
  const pagination = first.pagination ?? first.data?.pagination;
  const cursor = added.cursor === undefined ? pagination?.next_cursor : added.cursor;
  const next = async () => {
    try {
      const answer = await get(`${path}${query({ ...filters, cursor })}`);
      setMore({ key, rows: [...added.rows, ...pick(answer.data)], cursor: (answer.pagination ?? answer.data.pagination)?.next_cursor ?? null });
    } catch (error) {
      setMore({ ...added, key, error });
    }
  };
  return html`<${Shown} resource=${first} what=${what} permission=${permission}>${(data) => html`
    ${children([...pick(data), ...added.rows])}
    ${added.error && html`<${Failed} error=${added.error} />`}
    ${cursor && html`<button type="button" class="more" onClick=${next}>Show older</button>`}`}<//>`;
}
