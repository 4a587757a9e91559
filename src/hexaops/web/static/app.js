// The frame: who is signed in, where one is, and the screen that belongs there. Screens are loaded when first opened.
import { html, render, useEffect, useState } from "./lib/html.js";
import { start, load } from "./lib/session.js";
import { session, workspace, workspaceId, workspaces } from "./lib/session-state.js";
import { choose } from "./lib/session.js";
import { route, link } from "./lib/router.js";
import { Failed, Loading, Empty } from "./parts/states.js";
import { Top, Side, Help } from "./parts/frame.js";
import { SignIn } from "./screens/sign-in/sign-in.js";
import { SCREENS } from "./screens/screens.js";
import "./lib/theme.js";

const loaded = {};

function Screen() {
  const { screen, rest } = route.value;
  const wanted = SCREENS[screen];
  const [, turn] = useState(0);
  const [error, setError] = useState(null);
  useEffect(() => {
    document.title = `${wanted?.title ?? "Not found"} · hexaops`;
    document.getElementById("main")?.focus({ preventScroll: true });
    scrollTo(0, 0);
    if (!wanted || loaded[screen]) return;
    wanted.load().then((module) => {
      loaded[screen] = module.default;
      turn((count) => count + 1);
    }, setError);
  }, [screen, rest.join("/")]);
  if (error) return html`<${Failed} error=${error} retry=${() => location.reload()} />`;
  if (!wanted) return html`<div class="state empty"><strong>There is no such page</strong><p><a href=${link("overview")}>Go to the overview</a></p></div>`;
  const Found = loaded[screen];
  return Found ? html`<${Found} key=${`${workspaceId.value}/${screen}/${rest.join("/")}`} rest=${rest} />` : html`<${Loading} />`;
}

function App() {
  const { workspace: asked } = route.value;
  useEffect(() => {
    if (asked && asked !== workspaceId.value && workspaces.value.some((one) => one.id === asked)) choose(asked);
  }, [asked, workspaces.value]);
  if (session.value === undefined) return html`<${Loading} />`;
  if (session.value === null) return html`<${SignIn} />`;
  if (session.value.error) return html`<main class="lone"><${Failed} error=${session.value.error} retry=${() => location.reload()} /></main>`;
  const known = !asked || workspaces.value.some((one) => one.id === asked);
  return html`<a class="skip" href="#main" onClick=${(event) => { event.preventDefault(); document.getElementById("main").focus(); }}>Skip to content</a>
    <${Top} /><${Side} />
    <main id="main" tabindex="-1">${!workspace.value
      ? html`<${Empty} kind="workspaces"><p>Your user id is <code>${session.value.user_id}</code>.</p><p><button type="button" onClick=${load}>Try again</button></p><//>`
      : known ? html`<${Screen} />` : html`<div class="state empty"><strong>There is no such workspace, or you are not a member of it</strong><p><a href=${link("overview")}>Go to ${workspace.value.name}</a></p></div>`}</main>
    <${Help} />`;
}

render(html`<${App} />`, document.getElementById("app"));
start();
