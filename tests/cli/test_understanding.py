"""`hexaops understand` offline: what a message means, read against a file of names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hexaops.cli.commands import app

NAMES = {
    "projects": ["shop"],
    "applications": [{"name": "web-app", "project": "shop", "kind": "Deployment"}, "worker-app", "background-worker"],
    "nodes": ["worker-1"],
}


def _understood(tmp_path: Path, *messages: str) -> list[dict[str, object]]:
    names = tmp_path / "names.json"
    names.write_text(json.dumps(NAMES))
    result = CliRunner().invoke(
        app, ["--json", "understand", "--names", str(names)], input="\n".join(messages), catch_exceptions=False
    )
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.output.splitlines()]


def test_a_change_is_shown_with_its_numbers(tmp_path: Path) -> None:
    [told] = _understood(tmp_path, "scale web-app from 3 to 5")
    assert told["intent"] == "scale_application"
    assert told["would_change"] is True
    assert told["asks"] is None
    assert told["numbers"] == [
        {"text": "3", "value": 3.0, "role": "from"},
        {"text": "5", "value": 5.0, "role": "absolute"},
    ]
    assert told["entities"] == [{"kind": "application", "name": "web-app", "project": "shop"}]


def test_what_would_be_asked_is_shown(tmp_path: Path) -> None:
    [told] = _understood(tmp_path, "restart the worker")
    assert told["would_change"] is False
    assert told["asks"] == {
        "kind": "choose_entity",
        "missing": None,
        "options": ["worker-app", "background-worker"],
    }


def test_messages_of_a_session_follow_each_other(tmp_path: Path) -> None:
    lines = [json.dumps({"text": text, "session": "a"}) for text in ("scale web-app to 6", "no, to 5")]
    _, second = _understood(tmp_path, *lines)
    assert second["values"] == {"replicas": 5}
    [alone] = _understood(tmp_path, "no, to 5")
    assert alone["would_change"] is False


@pytest.mark.parametrize("content", ["[1]", "{", '{"projects": 1}'])
def test_a_file_that_holds_no_names_is_refused(tmp_path: Path, content: str) -> None:
    names = tmp_path / "names.json"
    names.write_text(content)
    result = CliRunner().invoke(app, ["understand", "--names", str(names)], input="hi")
    assert result.exception is not None
    assert str(names) in str(result.exception)
