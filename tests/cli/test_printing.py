"""How plans, tables and answers look, without a service."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from rich.console import Console

from hexaops.cli.answers import print_answer, print_attachment, sparkline
from hexaops.cli.options import hoist
from hexaops.cli.output import cell, print_table, style_of, with_line_breaks
from hexaops.cli.plans import blast_radius, diff_lines, print_plan
from hexaops.cli.tables import Table
from hexaops.cli.times import relative

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
        "change  spec.replicas: 3 → 4",
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


def lines(width: int, columns: tuple[str, ...], *rows: tuple[str, ...], remark: bool = False) -> list[str]:
    table = Table(columns, rows, style_of, has_remark=remark)
    return [line.plain for line in table.lines(Console(width=width))]


def test_a_table_that_fits_is_as_wide_as_its_texts() -> None:
    assert lines(80, ("Name", "Ready"), ("web-app", "3/3")) == ["Name     Ready", "─" * 14, "web-app  3/3"]


def test_a_remark_that_does_not_fit_goes_below_its_row() -> None:
    printed = lines(24, ("Name", "Ready", "Why"), ("web-app", "2/3", "one pod keeps crashing"), ("api", "1/1", ""),
                    remark=True)  # fmt: skip
    assert printed == ["Name     Ready", "─" * 14, "web-app  2/3", "    one pod keeps", "    crashing", "api      1/1"]


def test_long_columns_wrap_between_words_and_long_words_end_in_an_ellipsis() -> None:
    printed = lines(30, ("Id", "Ready", "Message"), ("id-1", "yes", "back-off restarting container"),
                    ("id-2", "no", "database-app-65b5cf586f-8fwcm"))  # fmt: skip
    assert printed[2:] == ["id-1  yes    back-off", "             restarting", "             container",
                           "id-2  no     database-app-65b…"]  # fmt: skip
    assert max(map(len, printed)) <= 30


def test_a_row_that_cannot_be_narrowed_becomes_a_block_and_loses_nothing() -> None:
    row = ("action_1k1cjwg7pvpzm3jsbv4khprf6cy", "https://example.com/hooks/one", "delivered")
    printed = lines(40, ("Delivery", "URL", "Status"), row, row)
    assert printed[:4] == [f"Delivery  {row[0]}", f"URL       {row[1]}", "Status    delivered", ""]
    assert len(printed) == 7


def test_lines_of_an_answer_stay_apart() -> None:
    assert with_line_breaks("one\ntwo\n\n```\nraw\n```") == "one  \ntwo  \n\n```\nraw\n```"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2026-01-01T12:00:00Z", "just now"),
        ("2026-01-01T11:59:15Z", "45s ago"),
        ("2026-01-01T11:55:00Z", "5m ago"),
        ("2026-01-01T09:00:00Z", "3h ago"),
        ("2025-12-30T12:00:00Z", "2d ago"),
        ("2026-01-01T12:09:00Z", "in 9m"),
        ("never", "never"),
    ],
)
def test_times_are_relative(text: str, shown: str) -> None:
    assert relative(text, datetime(2026, 1, 1, 12, tzinfo=UTC)) == shown


def test_an_estimate_beside_a_warning_is_qualified(capsys: pytest.CaptureFixture[str]) -> None:
    print_plan({**PLAN, "estimated_duration": "21s"})
    assert "takes about     21s, if nothing below holds it up" in capsys.readouterr().out
    print_plan({**PLAN, "estimated_duration": "21s", "warnings": []})
    assert "takes about     21s\n" in capsys.readouterr().out


def test_calls_that_the_command_makes_itself_are_not_told(capsys: pytest.CaptureFixture[str]) -> None:
    text = "Restarting.\n\nConfirm it: send `POST …/aiops/actions` yourself.\n\nThat is all."
    print_answer({"response": {"content": text}})
    assert capsys.readouterr().out == "Restarting.\n\nThat is all.\n"


def test_suggestions_are_numbered_in_a_conversation(capsys: pytest.CaptureFixture[str]) -> None:
    suggestion = {"action": "query", "description": "Show the logs", "message": "show the logs"}
    data = {"response": {"content": "fine", "metadata": {"suggestions": [suggestion]}}}
    print_answer(data, numbered=True)
    assert "  /1 Show the logs\n" in capsys.readouterr().out
    print_answer(data)
    assert "  - Show the logs\n" in capsys.readouterr().out


def test_a_series_is_drawn_from_its_least_to_its_most() -> None:
    assert sparkline([1.0, 2.0, 3.0, 8.0]) == "▁▂▃█"
    assert sparkline([5.0, 5.0]) == "▁▁"
    assert not sparkline([])


def test_a_table_of_any_shape_is_printed_with_its_columns(capsys: pytest.CaptureFixture[str]) -> None:
    data = {"title": "timeline", "columns": ["time", "what"], "rows": [["now", "scaled"]], "total": 1}
    print_attachment({"type": "table", "data": data})
    assert [line.split() for line in capsys.readouterr().out.splitlines() if "now" in line] == [["now", "scaled"]]
