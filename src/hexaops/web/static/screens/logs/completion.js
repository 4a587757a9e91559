// What a log query can be continued with: fields, and the values of them that the lines found so far have.
export const FIELDS = {
  level: "how serious the line is",
  component: "application or service",
  pod: "pod that wrote it",
  error_code: "code or reason of an error",
  trace_id: "trace that it belongs to",
  message: "words of the message only",
};

const MOST = 8;
const MOST_KNOWN = 500;
const BARE = String.raw`[^\s()":]*`;
const BEFORE = new RegExp(String.raw`(?:^|[\s(])(?:([A-Za-z_][\w.]*):)?(${BARE})$`);
const AFTER = new RegExp(`^${BARE}`);

/** {from, to, options}: each option replaces the text between them. `known`: field → value → lines that have it. */
export function complete(text, at, known) {
  const before = text.slice(0, at);
  const [, field, part = ""] = BEFORE.exec(before) ?? [];
  const quoted = (before.match(/"/g) ?? []).length % 2 === 1;
  const from = at - part.length;
  const to = at + AFTER.exec(text.slice(at))[0].length;
  if (quoted || !BEFORE.test(before)) return { from: at, to: at, options: [] };
  return { from, to, options: field ? values(known[field] ?? {}, part, text.slice(to)) : fields(part) };
}

const fields = (part) =>
  Object.entries(FIELDS)
    .filter(([name]) => name.startsWith(part.toLowerCase()))
    .map(([name, hint]) => ({ label: `${name}:`, hint, insert: `${name}:` }));

function values(counts, part, after) {
  const wanted = part.toLowerCase();
  const starts = (value) => value.toLowerCase().startsWith(wanted);
  return Object.entries(counts)
    .filter(([value]) => value !== part && value.toLowerCase().includes(wanted))
    .sort(([a, x], [b, y]) => starts(b) - starts(a) || y - x || a.localeCompare(b))
    .slice(0, MOST)
    .map(([value, count]) => ({ label: value, count, insert: written(value) + (/^\s/.test(after) ? "" : " ") }));
}

/** As the language has it: in quotes where a sign or a word would mean something else. */
const written = (value) => (/[\s():*]|^(AND|OR|NOT)$/.test(value) ? `"${value}"` : value);

/** What is known, with what an answer adds. Counts are of that answer: over all hits, or of the lines that it shows. */
export function learn(known, { aggregations, logs }) {
  const [pod, error_code, trace_id] = Array.from({ length: 3 }, () => Object.create(null)); // keys are others' text
  const shown = { pod, error_code, trace_id };
  for (const line of logs)
    for (const [field, value] of Object.entries({ pod: line.pod, error_code: line.metadata?.error_code, trace_id: line.trace_id }))
      if (typeof value === "string" && value) shown[field][value] = (shown[field][value] ?? 0) + 1;
  const found = { ...shown, level: aggregations?.by_level ?? {}, component: aggregations?.by_component ?? {} };
  return Object.fromEntries(Object.entries(found).map(([field, counts]) => [field, merged(known[field] ?? {}, counts)]));
}

/** A value with a quotation mark cannot be written in a query at all. */
const merged = (old, counts) =>
  Object.fromEntries([...Object.entries(counts), ...Object.keys(old).filter((value) => !(value in counts)).map((value) => [value, null])]
    .filter(([value]) => value && !value.includes('"')).slice(0, MOST_KNOWN));
