"""Logs on the command line: searched, followed, coloured, as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hexaops.cli.client import OPENED, Api
from hexaops.cli.failures import CliError
from hexaops.cli.log_upkeep import keep_up
from hexaops.cli.logs import Wanted, follow_lines, moment, print_line, styled_line
from hexaops.cli.options import Options
from tests.cli.conftest import Run

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


def line(message: str, at: str = "2026-01-01T11:59:00Z", **more: Any) -> dict[str, Any]:
    """A line as the API shows it."""
    return {"timestamp": at, "level": "info", "component": "web-app", "pod": "web-app-1", "message": message, **more}


class Told(Api):
    """A service with stored lines and a stream, as told."""

    def __init__(self, stored: list[dict[str, Any]], stream: list[tuple[str, Any]], *, stopped: bool = True) -> None:
        super().__init__(Options(Path("/nowhere"), url="http://127.0.0.1:9", token="t", workspace="ws-1"))
        self._stored, self._stream_of, self._stopped = stored, stream, stopped

    def aiops(self, path: str) -> str:
        return path

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        return {"data": {"logs": self._stored, "path": path, "body": body}}

    def tail(self, path: str, **parameters: Any) -> Iterator[tuple[str, Any]]:
        assert (path, parameters["text"]) == ("/logs/tail", "error")
        yield OPENED, None
        yield from self._stream_of
        if self._stopped:
            raise KeyboardInterrupt


def test_following_shows_stored_lines_first_and_none_twice(capsys: pytest.CaptureFixture[str]) -> None:
    api = Told([line("second"), line("first")], [("line", line("second")), ("missed", {"lines": 7}),
               ("line", line("third"))])  # fmt: skip
    follow_lines(api, Wanted("error", [], []), NOW, 10, as_json=True)
    printed = capsys.readouterr()
    assert [json.loads(text)["message"] for text in printed.out.splitlines()] == ["first", "second", "third"]
    assert "7 lines were missed" in printed.err


def test_a_stream_that_ends_by_itself_is_an_error() -> None:
    with pytest.raises(CliError, match="ended the stream"):
        follow_lines(Told([], [], stopped=False), Wanted("error", [], []), NOW, 10, as_json=False)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("15m", "2026-01-01T11:45:00+00:00"),
        ("1d", "2025-12-31T12:00:00+00:00"),
        ("2026-01-01T10:00:00+02:00", "2026-01-01T08:00:00+00:00"),
    ],
)
def test_times_are_durations_or_moments(text: str, meant: str) -> None:
    assert moment(text, NOW).isoformat() == meant


@pytest.mark.parametrize("text", ["yesterday", "2026-01-01T10:00:00", "99999999d", ""])
def test_other_times_are_wrong_usage(text: str) -> None:
    with pytest.raises(CliError, match="Not a time"):
        moment(text, NOW)


def test_a_line_is_plain_in_a_pipe_and_cannot_disturb_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    print_line(line("a \x1b[2Jbad thing", highlight=[[6, 9]]))
    assert capsys.readouterr().out == "2026-01-01T11:59:00Z  info     web-app-1  a bad thing\n"


def test_levels_and_matches_are_styled() -> None:
    shown = styled_line(line("no route", level="error", highlight=[[3, 8]]), local_time=False)
    assert "\x1b[31merror  \x1b[0m" in shown
    assert "\x1b[31m\x1b[1mroute\x1b[0m" in shown


def test_logs_are_searched(hexaops: Run) -> None:
    found = hexaops("logs", "--app", "database-app", "--since", "2h", "-n", "5", "--json")
    assert found.code == 0, found.err
    assert {"items", "next_cursor", "total", "limits"} <= set(found.data)
    assert {one["component"] for one in found.data["items"]} <= {"database-app"}
    assert hexaops("logs", "no-line-has-this-word").err.startswith("No lines match.")
    assert hexaops("logs", "--patterns", "--json").code == 0
    assert hexaops("logs", "((").code == 1
    assert hexaops("logs", "--level", "loud").code == 1
    assert hexaops("logs", "--follow", "--until", "1m").code == 2


def test_a_home_without_a_log_store_is_told(tmp_path: Path) -> None:
    with pytest.raises(CliError, match="no log store"):
        keep_up(tmp_path, "verify", as_json=False)


def test_partitions_that_cannot_be_read_are_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "logs" / "2026-01-01_000").mkdir(parents=True)
    with pytest.raises(CliError, match="damaged"):
        keep_up(tmp_path, "verify", as_json=True)
    (found,) = json.loads(capsys.readouterr().out)["items"]
    assert (found["partition"], found["lines"], found["indexed"]) == ("2026-01-01_000", 0, None)
    keep_up(tmp_path, "repair", as_json=False)
    assert "Nothing is damaged" in capsys.readouterr().out
