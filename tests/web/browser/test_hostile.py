"""Text of others is shown as text: on no screen does a name, a log line or a message become markup or run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from tests.web.browser.conftest import Console
from tests.web.browser.test_screens import SCREENS

MARK = "hostile-mark"
SCRIPT = (
    f"<img src=x onerror=\"document.title='{MARK}'\"><script>document.title='{MARK}'</script>"
    "<a href='javascript:0'>x</a>"
)
MARKDOWN = (
    f"[click](javascript:document.title='{MARK}') ![x](https://example.invalid/x.png) **{MARK}** <b id={MARK}>b</b>"
)


def plant(console: Console) -> None:
    """Hostile text wherever others can put some."""
    served = console.served
    base = f"/api/v1/workspaces/{served.workspace_id}"
    with served.user() as user, served.account() as account:
        application = user.get(f"{base}/applications").json()["data"]["applications"][0]["id"]
        incident = {"title": SCRIPT, "affected_applications": [application], "symptoms": [MARKDOWN]}
        assert account.post("/internal/v1/incidents", json=incident).status_code < 300
        line: dict[str, Any] = {"level": "error", "message": f"{SCRIPT} {MARKDOWN}", "component": "api-service",
                "pod": SCRIPT[:60], "workspace_id": served.workspace_id, "trace_id": None, "metadata": {}}  # fmt: skip
        pushed = account.post("/internal/v1/logs/push", json=line)
        assert pushed.status_code == 200, pushed.text
        planted = (
            user.put(f"{base}/members/{'<b>x'}", json={"role": "viewer"}),
            user.post(f"{base}/aiops/webhooks", json={"url": "https://127.0.0.1:9999/x", "description": SCRIPT}),
            user.put(f"{base}/aiops/autopilot", json={"mode": "suggest", "reason": SCRIPT}),
            user.put(f"{base}/aiops/automation", json={"enabled": True, "reason": MARKDOWN}),
        )
        assert all(one.status_code < 300 for one in planted), [one.text for one in planted]


def test_hostile_text_is_inert_everywhere(sign_in: Callable[..., Console]) -> None:
    console = sign_in()
    plant(console)
    requested: list[str] = []
    console.page.on("request", lambda request: requested.append(request.url))
    with console.served.user() as user:
        incidents = user.get(f"/api/v1/workspaces/{console.served.workspace_id}/aiops/incidents").json()["data"]
    (incident,) = [one["incident_id"] for one in incidents if one["title"] == SCRIPT]
    shown = {f"incidents/{incident}": SCRIPT, "incidents": SCRIPT, "workspace": "<b>x", "settings": SCRIPT,
             "automation": SCRIPT, "logs?q=onerror&range=24h": "<script>"}  # fmt: skip
    for screen in (*SCREENS, *shown, "applications/api-service"):
        page = console.open(screen)
        expect(page.locator("main")).to_contain_text(shown.get(screen, ""))
        assert MARK not in page.title()
        assert page.locator(f"#{MARK}, img, main script, a[href^='javascript']").count() == 0, screen
    page = console.open("chat")
    for message in (SCRIPT, MARKDOWN, "show me the logs of api-service"):
        page.get_by_label("Message").fill(message)
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Send")).to_be_visible()
    assert MARK not in page.title()
    assert page.locator(f"#{MARK}, img, main script, a[href^='javascript']").count() == 0
    assert {url for url in requested if not url.startswith(console.served.base_url)} == set()


def test_the_browser_itself_would_refuse_markup(sign_in: Callable[..., Console]) -> None:
    console = sign_in()
    refused = console.page.evaluate(
        "() => { try { document.body.innerHTML = '<b>x</b>'; return false } catch (error) { return error.name } }"
    )
    assert refused == "TypeError"
    console.errors.clear()  # the browser reports what it refused


def test_markdown_is_text_and_structure_but_never_html(sign_in: Callable[..., Console]) -> None:
    console = sign_in()
    shown = console.page.evaluate(
        """async (text) => {
          const base = document.querySelector('script[type=module]').src.replace('app.js', '');
          const { Markdown } = await import(base + 'parts/markdown.js');
          const { html, render } = await import(base + 'lib/html.js');
          const place = document.createElement('div');
          render(html`<${Markdown} text=${text} />`, place);
          return [place.textContent, [...place.querySelectorAll('*')].map((one) => one.tagName.toLowerCase())];
        }""",
        f"# A *b*\\n\\n- one `c&d`\\n- {MARKDOWN}\\n\\n{SCRIPT}\\n\\n| a |\\n|---|\\n| <i>x</i> |".replace("\\n", "\n"),
    )
    text, tags = shown
    assert "onerror" in text
    assert "javascript:" in text
    assert "c&d" in text
    assert set(tags) <= {"div", "p", "strong", "em", "ul", "li", "code", "table", "thead", "tbody", "tr", "th", "td"}
