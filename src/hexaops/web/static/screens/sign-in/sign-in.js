// Sign in with a token; whoever runs the service has a link that does it at once.
import { html, useState } from "../../lib/html.js";
import { load, signIn } from "../../lib/session.js";
import { Mark } from "../../parts/frame.js";

export function SignIn() {
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
  return html`<main class="lone"><form class="card sign-in" onSubmit=${submit}>
    <h1><${Mark} /> Sign in to hexaops</h1>
    <p>Does the service run on this machine? <code>hexaops console</code> in a terminal prints a link that signs you in.</p>
    <label for="token">Or paste a user token</label>
    <input id="token" type="password" autocomplete="off" spellcheck="false" required value=${token} onInput=${(event) => setToken(event.target.value)} aria-describedby="token-hint" />
    <p id="token-hint" class="faint">From your identity provider. It is kept in a cookie that scripts cannot read, for twelve hours at most.</p>
    ${state.error && html`<p class="notice bad" role="alert">${state.error.status === 401 ? "The token is not accepted: it may be incomplete or expired. Get a new one, then try again." : state.error.message}</p>`}
    <button class="primary" disabled=${state.busy || !token.trim()}>Sign in</button>
  </form></main>`;
}
