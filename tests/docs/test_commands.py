"""Every `hexaops` command that the pages and the commands' own help show can be typed as it stands."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from hexaops.cli.commands import app
from hexaops.cli.options import hoist
from hexaops.config import read_config_file

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", "CHANGELOG.md", *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")))
LINE = re.compile(r"^(?:\$ )?(?:\.venv/bin/)?hexaops (?P<rest>.*)$")
INLINE = re.compile(r"`hexaops ([^`]+)`")
STOPS = frozenset({"|", "#", ">", "&&", "…"})


def commands_of(text: str) -> Iterator[str]:
    """The command lines of a page: those of its blocks of code, and those within sentences."""
    fenced = False
    for line in text.splitlines():
        if line.startswith("```"):
            fenced = not fenced
        elif fenced and (found := LINE.match(line)):
            yield found["rest"]
        elif not fenced:
            yield from INLINE.findall(line)


def problems_of(command: str) -> list[str]:
    """What cannot be typed so: a command that does not exist, or an option that it does not have."""
    words = shlex.split(command, comments=True)
    words = hoist(words[: next((n for n, word in enumerate(words) if word in STOPS), len(words))])
    here: Any = typer.main.get_command(app)
    known = _options(here)
    for word in words:
        if word.startswith("-") and word != "-":
            if word.partition("=")[0] not in known:
                return [f"hexaops {command}: no option {word}"]
        elif hasattr(here, "commands") and word in here.commands:
            here = here.commands[word]
            known |= _options(here)
        elif hasattr(here, "commands") and not here.invoke_without_command and re.fullmatch(r"[a-z-]+", word):
            return [f"hexaops {command}: no command {word}"]
    return []


def _options(command: Any) -> set[str]:
    return {name for parameter in command.params for name in parameter.opts} | {"--help", "-h"}


@pytest.mark.parametrize("page", PAGES)
def test_commands_of_a_page_exist(page: str) -> None:
    commands = list(commands_of((ROOT / page).read_text(encoding="utf-8")))
    assert [problem for command in commands for problem in problems_of(command)] == []


def test_the_check_finds_what_does_not_exist() -> None:
    assert problems_of("explode --all") == ["hexaops explode --all: no command explode"]
    assert problems_of("apps --colour") == ["hexaops apps --colour: no option --colour"]
    assert problems_of("cluster add prod --contxt x") == ["hexaops cluster add prod --contxt x: no option --contxt"]
    assert problems_of("ask 'restart web-app' --yes --json") == []


def test_the_clusters_file_of_the_page_is_one(tmp_path: Path) -> None:
    page = (ROOT / "docs/cluster.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(# clusters.yaml\n.*?)```", page, re.DOTALL)
    path = tmp_path / "clusters.yaml"
    path.write_text(example)
    found = read_config_file(path).clusters
    assert [one.id for one in found] == ["prod-eu", "staging", "here"]
    assert set(type(found[0]).model_fields) <= set(re.findall(r"`([a-z_]+)`", page))
