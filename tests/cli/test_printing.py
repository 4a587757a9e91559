"""How plans, tables and answers look, without a service."""

from __future__ import annotations

import pytest

from hexaops.cli.answers import print_answer
from hexaops.cli.options import hoist
from hexaops.cli.output import cell, print_table
from hexaops.cli.plans import blast_radius, diff_lines, print_plan

PLAN = {
    "plan_id": "plan_1",
    "description": "Scaling 'web-app'",
    "expires_at": "2026-01-01T12:10:00Z",
    "target": {"kind": "Deployment", "namespace": "frontend", "name": "web-app"},
    "risk": "low",
    "changes": [{"path": "/spec/replicas", "from": 3, "to": 4}],
    "diff": " spec:\n-  replicas: 3\n+  replicas: 4",
    "blast_radius": {"pods_affected": 1, "replicas": {"from": 3, "to": 4}, "ingresses": [], "budgets": [{"name": "b"}]},
    "warnings": ["an autoscaler\x1b[31m may undo it"],
}


def test_a_plan_shows_what_would_change(capsys: pytest.CaptureFixture[str]) -> None:
    print_plan(PLAN)
    printed = capsys.readouterr().out
    for part in (
        "Plan plan_1: Scaling 'web-app'",
        "Deployment frontend/web-app",
        "change  /spec/replicas: 3 → 4",
        "+  replicas: 4",
        "pods affected: 1; replicas: 3 → 4; budgets: b",
        "! an autoscaler may undo it",
        "2026-01-01T12:10:00Z",
    ):
        assert part in printed
    assert "\x1b" not in printed


def test_long_differences_are_cut() -> None:
    assert diff_lines("\n".join(f"+  line {number}" for number in range(50)))[-1] == "… 10 more lines"
    assert diff_lines(None) == []
    assert blast_radius(None) is None


def test_cells_are_plain() -> None:
    assert cell(None) == "–"
    assert cell(True) == "yes"
    assert cell(["a", 1]) == "a, 1"
    assert cell({"a": 1}) == '{"a": 1}'
    assert cell("a\x1b]0;title\x07b\nc") == "ab c"


def test_tables_are_not_cut_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("Id", "Text"), [("x" * 60, "y" * 300)])
    printed = capsys.readouterr().out
    assert "x" * 60 in printed
    assert "y" * 300 in printed


def test_an_answers_text_cannot_move_the_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    print_answer({"response": {"content": "fine\x1b[2J\nreally"}, "attachments": [{"type": "note", "data": "x"}]})
    assert capsys.readouterr().out == "fine[2J\nreally\nnote  x\n"


@pytest.mark.parametrize(
    ("given", "read"),
    [
        (["apps", "--json"], ["--json", "apps"]),
        (["apps", "--home", "/h", "--url=u", "list"], ["--home", "/h", "--url=u", "apps", "list"]),
        (["serve", "--home", "/h"], ["serve", "--home", "/h"]),
        (["--home", "/h", "serve", "--home", "/i"], ["--home", "/h", "serve", "--home", "/i"]),
        (["ask", "--", "--json"], ["ask", "--", "--json"]),
        (["ask", "serve", "--json"], ["--json", "ask", "serve"]),
        (["apps", "--home"], ["--home", "apps"]),
    ],
)
def test_global_options_may_stand_anywhere(given: list[str], read: list[str]) -> None:
    assert hoist(given) == read
