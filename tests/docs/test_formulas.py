"""Every figure that an answer gives is defined in docs/formulas.md, and nothing that no answer gives."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

import hexaops.features
from hexaops.responses import View

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "formulas.md").read_text()
FIGURE = re.compile(
    r"score|confidence|severity|estimate|savings|percent|efficiency|deviation|novelty|probability|monthly_cost|"
    r"_rate$|^(?:availability|rate|impact|trend)$|days_until"
)
TABLE = PAGE.partition("## Where each figure of an answer is defined")[2]


def _views(base: type[View] = View) -> Iterator[type[View]]:
    for one in base.__subclasses__():
        yield one
        yield from _views(one)


def _figures() -> set[str]:
    for module in pkgutil.walk_packages(hexaops.features.__path__, "hexaops.features."):
        if module.name.endswith("views"):
            importlib.import_module(module.name)
    ours = (one for one in _views() if one.__module__.startswith("hexaops."))
    return {field.name for one in ours for field in msgspec.structs.fields(one) if FIGURE.search(field.name)}


def test_every_figure_of_an_answer_is_defined() -> None:
    listed = {
        name
        for line in TABLE.splitlines()
        if line.startswith("| `")
        for name in re.findall(r"`(\w+)`", line.split("|")[1])
    }
    assert listed == _figures()


def test_every_module_that_is_named_exists() -> None:
    folder = ROOT / "src" / "hexaops"
    named = [
        one
        for heading in re.findall(r"^## .*\((.*)\)$", PAGE, re.MULTILINE)
        for one in re.findall(r"`([^`]+)`", heading)
    ]
    assert named
    for one in named:
        path = one.partition(".")[0] if not one.endswith((".py", "/")) else one
        candidates = [path, path + ".py"] if path == one else [path + ".py"]
        places = [folder / base / name for base in ("analysis", "features", ".") for name in candidates]
        assert any(place.exists() for place in places), one
