"""What a finding offers: a plan, a value to type, or a command; and what an answer of the chat draws."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from hexaops.web.files import ConsoleFiles
from tests.web.browser.conftest import Console

DRAW = """async ([base, path, name, props]) => {
  const module = await import(`${base}${path}`);
  const { h, render } = await import(`${base}lib/html.js`);
  const place = document.body.appendChild(document.createElement("div"));
  place.id = "drawn";
  window.planned = [];
  render(h(module[name], { ...props, onPlan: (...what) => window.planned.push(what) }), place);
}"""
QUOTA = {"kind": "ResourceQuota", "namespace": "backend", "name": "backend-quota"}
SERVICE = {"kind": "Service", "namespace": "backend", "name": "payment-service"}


@pytest.fixture
def console(sign_in: Callable[..., Console]) -> Console:
    return sign_in()


def draw(console: Console, path: str, name: str, **props: Any) -> None:
    base = f"/console/{ConsoleFiles().version}/"
    console.page.evaluate(DRAW, [base, path, name, props])


def finding(target: dict[str, str], path: str, was: str, wanted: str | None) -> dict[str, Any]:
    change = {"path": path, "from": was, "to": wanted}
    fix = {"action": "patch", "target": target, "summary": "Do it", "changes": [change]}
    return {
        **target,
        "finding": "broken",
        "cause": "why",
        "severity": "high",
        "evidence": [],
        "fix": fix,
        "remedy": None,
    }


def test_a_limit_of_a_quota_is_asked_for(console: Console) -> None:
    draw(console, "parts/finding.js", "Finding", finding=finding(QUOTA, "spec.hard", "pods=10", None))
    plan = console.page.locator("#drawn").get_by_role("button", name="Plan: Update quota")
    expect(plan).to_be_disabled()
    console.page.locator("#drawn").get_by_label("Quota of pods").fill("16")
    plan.click()
    asked = {"project": "backend", "name": "backend-quota", "hard": {"pods": "16"}}
    assert console.page.evaluate("window.planned") == [["update_quota", asked]]


def test_what_no_plan_does_is_said_with_its_command(console: Console) -> None:
    draw(console, "parts/finding.js", "Finding", finding=finding(SERVICE, "spec.selector.app", "payments", "payment"))
    drawn = console.page.locator("#drawn")
    expect(drawn).to_contain_text("Service payment-service: broken")
    expect(drawn.locator("pre")).to_have_text(
        'kubectl -n backend patch service payment-service --type merge -p \'{"spec":{"selector":{"app":"payment"}}}\''
    )


@pytest.mark.parametrize(
    ("path", "wanted"),
    [("spec.selector.app", "x'; reboot; '"), ("spec.selector.a'$(reboot)", "x"), ("spec.ports[0].port", "80")],
)
def test_no_command_is_made_of_what_a_shell_would_read(console: Console, path: str, wanted: str) -> None:
    draw(console, "parts/finding.js", "Finding", finding=finding(SERVICE, path, "old", wanted))
    drawn = console.page.locator("#drawn")
    expect(drawn).to_contain_text("it needs somebody with access to the cluster")
    expect(drawn.locator("pre")).to_have_count(0)


def test_an_answer_draws_its_series_and_its_tables(console: Console) -> None:
    lines = [
        {"name": name, "points": [[0, 1.0], [60, 2.0], [180, high]]} for name, high in (("web", 4.0), ("api", 3.0))
    ]
    series = {"title": "cpu of the largest 2", "unit": "cores", "start": "2026-01-01T00:00:00Z", "step_seconds": 60}
    table = {"title": "Use", "columns": ["name", "cores"], "rows": [["web", 4], ["api", None]], "total": 2}
    log = {
        "timestamp": "2026-01-01T00:00:00Z",
        "level": "error",
        "component": "web",
        "pod": "web-1",
        "message": "<b>no</b>",
    }
    attachments = [
        {"type": "time_series", "data": {**series, "series": lines}},
        {"type": "table", "data": {**table, "truncated": False}},
        {"type": "log_excerpt", "data": {"logs": [log], "total": 7}},
    ]
    draw(console, "screens/chat/answer.js", "Answer", turn={"content": "Here.", "attachments": attachments})
    drawn = console.page.locator("#drawn")
    expect(drawn.locator("figure")).to_contain_text("web 4 cores")
    expect(drawn.locator("figure canvas")).to_be_visible()
    expect(drawn.get_by_role("row").filter(has_text="api")).to_contain_text("–")
    drawn.get_by_text("Log lines (1 of 7)").click()
    expect(drawn.locator(".log .message")).to_have_text("<b>no</b>")


def test_each_statement_has_the_numbers_of_its_evidence(console: Console) -> None:
    items = [{"id": f"ev_{n}", "source": "kubernetes", "object": "Pod a/b", "value": n, "unit": None} for n in (1, 2)]
    turn = {
        "content": "**web** is well.\n- two pods\n\n[1]: https://elsewhere",
        "evidence": items,
        "citations": [
            {"line": 0, "evidence": ["ev_1", "ev_2"]},
            {"line": 1, "evidence": ["ev_2"]},
            {"line": 9, "evidence": ["ev_1"]},
        ],
    }  # fmt: skip
    draw(console, "screens/chat/answer.js", "Answer", turn=turn)
    drawn = console.page.locator("#drawn")
    expect(drawn.locator(".markdown p").first).to_have_text("web is well. [1, 2]")
    expect(drawn.locator(".markdown li")).to_have_text("two pods [2]")
    expect(drawn.locator("a")).to_have_count(0)
    expect(drawn.locator(".evidence li").nth(1)).to_contain_text("[2] kubernetes Pod a/b")
