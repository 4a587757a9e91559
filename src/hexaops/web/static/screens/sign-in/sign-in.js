// Sign in at the identity provider where there is one, by a link of the service's own machine, or with a token.
import { html, useState } from "../../lib/html.js";
import { load, providerSignIn, signIn } from "../../lib/session.js";
import { problem } from "../../lib/session-state.js";
import { signInProblem } from "../../lib/text.js";
import { Mark } from "../../parts/frame.js";

export function SignIn() {
  const provider = providerSignIn();
  return html`<main class="lone"><div class="card sign-in">
    <h1><${Mark} /> Sign in to hexaops</h1>
    ${problem.value && html`<${Problem} ...${problem.value} />`}
    ${provider && html`<a class="button primary" href=${provider}>Sign in with your organisation</a>`}
    <p>Does the service run on this machine? <code>hexaops console</code> in a terminal prints a link that signs you in.</p>
    ${provider ? html`<details><summary>Use a token instead</summary><${Token} /></details>` : html`<${Token} />`}
  </div></main>`;
}

function Problem({ code, request }) {
  const [title, next] = signInProblem(code);
  return html`<div class="notice bad" role="alert"><strong>${title}</strong><p>${next}</p><p class="faint">${code} · request <code>${request}</code></p></div>`;
}

function Token() {
  const [token, setToken] = useState("");
  const [state, setState] = useState({});
  const submit = async (event) => {
    event.preventDefault();
    setState({ busy: true });
    try {
      await signIn(`Bearer ${token.trim()}`);
      await load();
    } catch (error) {
      setState({ error });
    }
  };
  return html`<form onSubmit=${submit}>
    <label for="token">Or paste a user token</label>
    <input id="token" type="password" autocomplete="off" spellcheck="false" required value=${token} onInput=${(event) => setToken(event.target.value)} aria-describedby="token-hint" />
    <p id="token-hint" class="faint">From your identity provider. It is kept in a cookie that scripts cannot read, for twelve hours at most.</p>
    ${state.error && html`<p class="notice bad" role="alert">${state.error.status === 401 ? "The token is not accepted: it may be incomplete or expired. Get a new one, then try again." : state.error.message}</p>`}
    <button class="primary" disabled=${state.busy || !token.trim()}>Sign in</button>
  </form>`;
}
