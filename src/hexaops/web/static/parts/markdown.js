// Answers are Markdown. Its tokens become elements one by one; no HTML is made on the way, so none can be smuggled in:
// what looks like a tag in a log line stays the text that it is, and nothing that came from a cluster becomes a link.
import { html } from "../lib/html.js";
import { lexer } from "../vendor/marked.js";

export const Markdown = ({ text }) => html`<div class="markdown">${blocks(lexer(text ?? ""))}</div>`;

const BLOCKS = {
  heading: (token) => html`<p class="heading"><strong>${inline(token.tokens)}</strong></p>`,
  paragraph: (token) => html`<p>${inline(token.tokens)}</p>`,
  text: (token) => html`${token.tokens ? inline(token.tokens) : plain(token.text)}`,
  list: (token) => (token.ordered ? html`<ol start=${token.start}>${items(token)}</ol>` : html`<ul>${items(token)}</ul>`),
  blockquote: (token) => html`<blockquote>${blocks(token.tokens)}</blockquote>`,
  code: (token) => html`<pre tabindex="0"><code>${token.text}</code></pre>`,
  hr: () => html`<hr />`,
  table: (token) => html`<div class="table-frame"><table><thead><tr>${token.header.map((cell) => html`<th>${inline(cell.tokens)}</th>`)}</tr></thead>
    <tbody>${token.rows.map((row) => html`<tr>${row.map((cell) => html`<td>${inline(cell.tokens)}</td>`)}</tr>`)}</tbody></table></div>`,
  space: () => null,
  def: () => null,
};

const INLINE = {
  strong: (token) => html`<strong>${inline(token.tokens)}</strong>`,
  em: (token) => html`<em>${inline(token.tokens)}</em>`,
  del: (token) => html`<del>${inline(token.tokens)}</del>`,
  codespan: (token) => html`<code>${plain(token.text)}</code>`,
  br: () => html`<br />`,
  escape: (token) => plain(token.text),
  text: (token) => (token.tokens ? inline(token.tokens) : plain(token.text)),
};

const blocks = (tokens) => tokens.map((token) => (BLOCKS[token.type] ?? raw)(token));
const inline = (tokens) => (tokens ?? []).map((token) => (INLINE[token.type] ?? raw)(token));
const items = (list) => list.items.map((item) => html`<li>${blocks(item.tokens)}</li>`);

/** HTML, links, images and whatever a later version adds: as they were written. */
const raw = (token) => token.raw;

/** Some of marked's tokens hold `&amp;` for `&`. */
const NAMED = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'" };
const plain = (text) => text.replace(/&(?:amp|lt|gt|quot|#39);/g, (name) => NAMED[name]);
