"""Every page of a capability has examples that can be pasted, and they print what the page shows."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hexaops.client import Client
from testenv.harness.service import until
from tests.contract.conftest import SETTINGS
from tests.contract.serving import Served, serving
from tests.docs.examples import Example, examples_of, problems_of

FOLDER = Path(__file__).parents[2] / "docs"
WITHOUT_EXAMPLES = {
    "console": "is used in a browser; its tests are in tests/web",
    "contract": "describes the tests that hold the service to its API documents",
    "errors": "lists codes",
    "figures": "lists measurements, each with its command",
    "formulas": "lists formulas",
    "hardening": "needs a cluster of one's own",
    "index": "links to the other pages",
    "intents": "lists what can be asked, each example being a test",
    "safety": "lists rules, each with its test",
    "settings": "lists settings",
    "simulator": "is about a program of its own",
    "task-heal-by-itself": "is a walk in which a person decides",
    "testing": "is about this repository's tests",
    "transcript": "is written by a program that asks and checks every question",
}
"""Pages that have nothing to run, and why."""
PAGES = sorted(path.stem for path in FOLDER.glob("*.md") if path.stem not in WITHOUT_EXAMPLES)
LIMIT_SECONDS = 60.0


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The embedded default, in quick time."""
    with serving(tmp_path_factory.mktemp("docs") / "home", "--speed", "10", settings=SETTINGS) as service:
        with Client.from_home(service.home) as client:
            until(lambda: client.list_incidents().data)  # what fails in the default world is detected after the start
        yield service


@pytest.fixture(scope="module")
def shell(served: Served, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What a reader's shell holds after `eval "$(hexaops env)"`; its curl fails where the service refuses."""
    folder = tmp_path_factory.mktemp("shell")
    (folder / ".curlrc").write_text("fail-with-body\n")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HEXAOPS_")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    kept |= {"HOME": str(folder), "CURL_HOME": str(folder), "HEXAOPS_HOME": str(served.home), "PATH": path}
    exported = _bash("hexaops env", kept).stdout
    printed = _bash(f"{exported}\nenv -0", kept).stdout
    return dict(line.split("=", 1) for line in printed.split("\0") if "=" in line)


def _bash(code: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", code], env=environment, cwd=environment["HOME"], capture_output=True,
        text=True, timeout=LIMIT_SECONDS, check=False,
    )  # fmt: skip


def _python(code: str, name: str) -> str:
    run: Callable[..., Any] = exec
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        run(compile(code, name, "exec"), {"__name__": "__main__"})
    return printed.getvalue()


@pytest.mark.parametrize("page", PAGES)
def test_examples_of_a_page_do_what_it_shows(
    page: str, served: Served, shell: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEXAOPS_HOME", str(served.home))
    examples = examples_of((FOLDER / f"{page}.md").read_text(encoding="utf-8"))
    assert examples, "a page of a capability has an example that runs"
    for number, example in enumerate(examples):
        name = f"docs/{page}.md, example {number + 1}"
        if example.language == "python":
            printed = _python(example.code, name)
            assert printed.strip(), f"{name} shows nothing"
        else:
            done = _bash(example.code, shell)
            assert (done.returncode != 0) == example.fails, f"{name}: {done.returncode} {done.stdout} {done.stderr}"
            printed = done.stdout
        assert problems_of(example, printed) == [], f"{name} printed {printed[:2000]}"


def test_pages_without_examples_exist() -> None:
    assert [page for page in WITHOUT_EXAMPLES if not (FOLDER / f"{page}.md").is_file()] == []


def _answered(shown: object, given: object) -> list[str]:
    return problems_of(Example("sh", "", answer_kind="json", answer=json.dumps(shown)), json.dumps(given))


def test_an_answer_may_hold_more_than_is_shown() -> None:
    assert (
        _answered({"a": [{"n": 1, "id": "x-…"}]}, {"a": [{"n": 2.5, "id": "y-1"}, {"n": 3, "id": "x-1"}], "b": None})
        == []
    )


@pytest.mark.parametrize(
    ("shown", "given"),
    [
        ({"a": 1}, {"b": 1}), ({"a": 1}, {"a": "1"}), ({"a": "x"}, {"a": "xy"}), ({"a": [1]}, {"a": []}),
        ({"a": None}, {"a": 1}), ({"a": True}, {"a": 1}), ({"a": 1}, {"a": True}), ({"a": {}}, {"a": []}),
    ],
)  # fmt: skip
def test_an_answer_that_is_not_as_shown_is_told(shown: object, given: object) -> None:
    assert _answered(shown, given)


def test_text_is_compared_line_by_line() -> None:
    example = Example("sh", "", answer_kind="text", answer="web-app  healthy …/3\ngone\n")
    assert problems_of(example, "Name\nweb-app   healthy    3/3\n") == ["not printed: gone"]


def test_blocks_are_taken_with_their_answers() -> None:
    page = "```sh run\na\n```\n\n```json answer\n{}\n```\n\n```sh\nnot this\n```\n\n```sh run fails\nb\n```\n"
    assert examples_of(page) == [
        Example("sh", "a\n", answer_kind="json", answer="{}\n"),
        Example("sh", "b\n", fails=True),
    ]
