"""The runnable examples of the documentation: what a page shows, and whether running it printed that.

An example is a fenced block whose language is followed by `run` (`sh run`, `python run`); `fails` beside it says that
it must not succeed. A `json answer` or `text answer` block after it is what it prints: objects may have more keys than
are shown and lists more items, a number stands for any number, and `…` within a text for any text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

FENCE = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<body>.*?)^```$", re.DOTALL | re.MULTILINE)
RUN = "run"
ANSWER = "answer"
FAILS = "fails"


@dataclass(frozen=True)
class Example:
    """One example of a page, and what the page says that it prints."""

    language: str
    code: str
    fails: bool = False
    answer_kind: str = ""
    answer: str = ""


def examples_of(page: str) -> list[Example]:
    """The runnable examples of a page's text, in order."""
    found = list[Example]()
    open_example = False
    for block in FENCE.finditer(page):
        words = block["info"].split()
        if RUN in words[1:]:
            found.append(Example(words[0], block["body"], fails=FAILS in words))
        elif ANSWER in words[1:]:
            assert open_example, f"an answer without its example: {block['body'][:80]!r}"
            last = found.pop()
            found.append(Example(last.language, last.code, last.fails, words[0], block["body"]))
        open_example = RUN in words[1:]
    return found


def problems_of(example: Example, printed: str) -> list[str]:
    """What is shown and was not printed."""
    if example.answer_kind == "json":
        return list(_unlike(json.loads(example.answer), json.loads(printed), "answer"))
    lines = [line for line in example.answer.splitlines() if line.strip()]
    return [f"not printed: {line}" for line in lines if not _pattern(line.strip()).search(printed)]


def _unlike(shown: Any, given: Any, path: str) -> Iterator[str]:
    if isinstance(shown, dict) and isinstance(given, dict):
        for key, value in shown.items():
            if key in given:
                yield from _unlike(value, given[key], f"{path}.{key}")
            else:
                yield f"{path}.{key} is missing"
    elif isinstance(shown, list) and isinstance(given, list):
        for place, value in enumerate(shown):
            if all(list(_unlike(value, one, "")) for one in given):
                yield f"{path}[{place}]: no item is like it"
    elif not _same(shown, given):
        yield f"{path} is {json.dumps(given)[:120]}, not {json.dumps(shown)}"


def _same(shown: Any, given: Any) -> bool:
    if isinstance(shown, bool) or shown is None:
        return shown is given
    if isinstance(shown, int | float):
        return isinstance(given, int | float) and not isinstance(given, bool)
    return isinstance(shown, str) and isinstance(given, str) and bool(_pattern(shown).fullmatch(given))


def _pattern(text: str) -> re.Pattern[str]:
    """`…` stands for any text, and a run of blanks for any other one."""
    parts = (r"\s+".join(re.escape(word) for word in re.split(r"\s+", part)) for part in text.split("…"))
    return re.compile(".*".join(parts), re.DOTALL)
