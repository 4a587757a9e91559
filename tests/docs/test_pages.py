"""The reference pages say what the code says, and the README names only commands that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hexaops.api import ROUTES
from hexaops.config import Settings
from tools.docs.errors import error_classes, load_all_modules
from tools.docs.pages import PAGES
from tools.docs.settings import meanings

ROOT = Path(__file__).parents[2]


def _read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_page_is_current(name: str) -> None:
    assert _read(f"docs/{name}") == PAGES[name](), "run `make docs`"


def test_every_setting_is_described() -> None:
    text = _read("docs/settings.md")
    assert [name for name in Settings.model_fields if f"`HEXAOPS_{name.upper()}`" not in text] == []
    assert [name for name in Settings.model_fields if not meanings().get(name)] == []


def test_every_error_code_is_described() -> None:
    load_all_modules()
    text = _read("docs/errors.md")
    assert [error.code for error in error_classes() if f"`{error.code}`" not in text] == []
    assert [error for error in error_classes() if not error.__doc__] == []


def test_every_route_is_described() -> None:
    text = _read("docs/api.md")
    assert [entry.path for entry in ROUTES if f"`{entry.method} {entry.path}`" not in text] == []
    assert [entry.path for entry in ROUTES if not entry.endpoint.__doc__] == []


def test_readme_names_make_targets_that_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", _read("Makefile"), re.MULTILINE))
    named = set(re.findall(r"(?:^|`|\s)make ([a-z][a-z-]*)", _read("README.md")))
    assert named <= targets
    assert {"run", "test", "check"} <= named


def test_readme_names_commands_that_exist() -> None:
    described = set(re.findall(r"^## hexaops ([a-z]+)", _read("docs/cli.md"), re.MULTILINE))
    named = set(re.findall(r"\bhexaops ([a-z]+)", "\n".join(re.findall(r"`([^`]+)`", _read("README.md")))))
    assert named <= described
