// The conversation: questions answered from live evidence, changes as plans to confirm.
import { html, useEffect, useRef, useState } from "../../lib/html.js";
import { send, events, get } from "../../lib/api.js";
import { inside } from "../../lib/session-state.js";
import { route, link, go, setQuery } from "../../lib/router.js";
import { useResource } from "../../lib/resource.js";
import { text } from "../../lib/text.js";
import { Failed } from "../../parts/states.js";
import { Answer } from "./answer.js";

export default function Chat({ rest }) {
  const [turns, setTurns] = useState([]);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(null);
  const conversation = useRef(rest[0] ?? null);
  const list = useRef(null);
  const asked = route.value.query.get("q");

  const say = async (message) => {
    if (busy || !message.trim()) return;
    setBusy(true);
    setTurns((old) => [...old, { role: "user", content: message }, { role: "assistant", content: "", stage: "understanding" }]);
    const change = (values) => setTurns((old) => [...old.slice(0, -1), { ...old.at(-1), ...(typeof values === "function" ? values(old.at(-1)) : values) }]);
    try {
      await answer(message, conversation, change);
    } catch (error) {
      change({ error, stage: null });
    }
    setBusy(false);
  };

  useEffect(() => {
    if (rest[0]) get(inside(`/aiops/sessions/${rest[0]}/history?limit=50`)).then(({ data }) => setTurns(data.messages.map(earlier)), setProblem);
  }, []);
  useEffect(() => {
    if (!asked) return;
    setQuery({ q: "", at: "" });
    say(asked);
  }, [asked, route.value.query.get("at")]);
  useEffect(() => list.current?.querySelector(".user:nth-last-child(-n + 2)")?.scrollIntoView(), [turns.length, turns.at(-1)?.content, turns.at(-1)?.attachments]);

  return html`<header class="title"><h1>Chat</h1><${Sessions} current=${rest[0]} />
      <button type="button" onClick=${() => (rest[0] ? go("chat") : ((conversation.current = null), setTurns([])))}>New conversation</button></header>
    ${problem && html`<${Failed} error=${problem} />`}
    <div class="turns" role="log" aria-label="Conversation" ref=${list}>${turns.length
      ? turns.map((turn, place) => (turn.role === "user" ? html`<div class="turn user" key=${place}><p>${turn.content}</p></div>` : html`<${Answer} key=${place} turn=${turn} onSay=${say} />`))
      : html`<${Welcome} onSay=${say} />`}</div>
    <${Composer} busy=${busy} onSay=${say} />`;
}

/** Streams one answer; `change` alters the last turn. */
async function answer(message, conversation, change) {
  const body = { message, ...(conversation.current ? { session_id: conversation.current } : {}) };
  const response = await send("POST", inside("/aiops/chat"), body, { headers: { Accept: "text/event-stream" } });
  for await (const { event, data } of events(response)) {
    if (event === "status") change({ stage: data.stage });
    if (event === "delta") change((old) => ({ content: old.content + data.content }));
    if (event === "error") change({ stage: null, error: { message: data.error.message, code: data.error.code, status: 500, details: {} } });
    if (event === "final") {
      const { data: said } = data;
      conversation.current = said.session_id;
      const { content, metadata } = said.response;
      change({ stage: null, content, evidence: said.evidence, citations: said.citations, attachments: said.attachments, suggestions: metadata.suggestions });
    }
  }
}

const earlier = (message) => ({ role: message.role, content: message.content, evidence: message.evidence, attachments: message.attachments ?? [], suggestions: [] });

function Welcome({ onSay }) {
  const [title, next] = text.chat.empty;
  return html`<div class="state empty"><strong>${title}</strong><p>${next}</p>
    <div class="chips">${text.chat.starters.map((one) => html`<button type="button" onClick=${() => onSay(one)}>${one}</button>`)}</div></div>`;
}

function Composer({ busy, onSay }) {
  const [message, setMessage] = useState("");
  const submit = (event) => {
    event.preventDefault();
    onSay(message);
    if (!busy) setMessage("");
  };
  const onKey = (event) => event.key === "Enter" && !event.shiftKey && !event.isComposing && submit(event);
  return html`<form class="composer" onSubmit=${submit}>
    <label class="hidden" for="message">Message</label>
    <textarea id="message" rows="2" maxlength="4000" placeholder=${text.ask} value=${message} onInput=${(event) => setMessage(event.target.value)} onKeyDown=${onKey}></textarea>
    <button class="primary" disabled=${busy || !message.trim()}>${busy ? "Answering…" : "Send"}</button></form>`;
}

function Sessions({ current }) {
  const { data } = useResource(inside("/aiops/sessions?limit=20"));
  if (!data?.length) return null;
  return html`<select aria-label="Earlier conversations" value=${current ?? ""} onChange=${(event) => { location.hash = event.target.value ? link("chat", event.target.value) : link("chat"); }}>
    <option value="">Earlier conversations</option>${data.map((one) => html`<option value=${one.session_id}>${one.name}</option>`)}</select>`;
}
