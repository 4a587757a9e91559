"""The grounding pass: sentences whose numbers or names are not in the evidence are taken out, and counted.

A model may word an answer as it likes; what it may not do is add to it. A number holds only where a line of the
evidence has it, and in a sentence with names only where that line has one of them too. A line is what the embedded
engine said or measured, without what it quotes of others in “…”: a log line proves no number, it may be repeated as a
quotation only. Everything is compared as written: what is rounded or added up by the model is removed as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, field

from msgspec import Struct

_NUMBER = re.compile(r"(?<![\w.-])[-+]?\d[\d,]*(?:\.\d+)?(?:\s?%|/\d+(?:\.\d+)?)?")
_FOREIGN = re.compile(r"“([^”\n]*)”")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*[A-Za-z0-9]|[A-Za-z0-9]")
_QUOTED = re.compile(r"`([^`\n]+)`|“([^”\n]+)”")
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_PRONOUN = re.compile(r"(?i)^\W*(?:it|its|they|their|these|those|this|that|both|each|of these|of them)\b")
_LIST_MARK = re.compile(r"^(\s*(?:[-*+]|\d+[.)])\s+|\s*#+\s+|\s*>\s?)")
SPELLED = {
    "zero": 0, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "dozen": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
    "hundred": 100, "thousand": 1000, "twice": 2, "thrice": 3,
}  # fmt: skip
"""Numbers in words; "one" is a pronoun far more often."""
COMPOUNDS = frozenset(
    {
        "up-to-date", "out-of-memory", "read-only", "right-sizing", "right-size", "built-in", "long-running",
        "short-lived", "end-to-end", "real-time", "re-check", "re-run", "follow-up", "back-off", "roll-out",
        "roll-back", "scale-up", "scale-down", "scale-out", "well-known", "step-by-step", "side-by-side", "one-off",
        "on-call", "day-to-day", "high-level", "low-level", "self-healing", "cluster-wide", "workspace-wide",
        "pre-existing", "non-zero", "so-called", "in-place", "point-in-time", "time-out", "set-up", "and/or",
    }
)  # fmt: skip
"""Compounds of plain English, which are no names."""


class Grounded(Struct, frozen=True):
    """A text without what is not in the evidence."""

    text: str
    numbers: int
    """Sentences taken out for a number."""
    names: int
    """Sentences taken out for a name."""

    @property
    def removed(self) -> int:
        """All sentences taken out."""
        return self.numbers + self.names


@dataclass
class Grounds:
    """The evidence of one answer: lines, and the names that are known."""

    names: Set[str] = frozenset()
    """What exists in the workspace: applications, pods, nodes, projects; in lower case."""
    _lines: list[tuple[Set[str], Set[str]]] = field(default_factory=list)
    _words: set[str] = field(default_factory=set)
    _quotes: set[str] = field(default_factory=set)

    def add(self, text: str) -> None:
        """Take every line of a text as evidence. A table's row is a line."""
        for line in text.splitlines():
            self._quotes |= {*_FOREIGN.findall(line)}
            own = _FOREIGN.sub(" ", line)
            numbers = {*_numbers(own)}
            words = {*_words(own)}
            self._words |= words
            if numbers:
                self._lines.append((numbers, words))

    def holds(self, number: str, named: Set[str]) -> bool:
        """Whether a line has the number, and one of the names, if there are any."""
        return any(number in numbers and (not named or named & words) for numbers, words in self._lines)

    def without_quotes(self, sentence: str) -> str:
        """The sentence without what it quotes as the engine did."""
        return _FOREIGN.sub(lambda found: " " if found[1] in self._quotes else found[0], sentence)

    def knows(self, name: str) -> bool:
        """Whether the name is in the evidence or in the workspace."""
        return name in self._words or name in self.names


def ground(text: str, grounds: Grounds) -> Grounded:
    """The text without the sentences that say more than the evidence."""
    numbers = names = 0
    named: set[str] = set()
    kept: list[str] = []
    for line in text.splitlines():
        mark = _LIST_MARK.match(line)
        lead = mark[0] if mark else ""
        sentences = []
        for sentence in _sentences(line[len(lead) :]):
            said = grounds.without_quotes(sentence)
            own = {word for word in _words(said) if word in grounds.names}
            named = own or (named if _PRONOUN.match(said) else set())
            if any(not grounds.knows(name) for name in _names(said)):
                names += 1
            elif any(not grounds.holds(number, named) for number in _numbers(said)):
                numbers += 1
            else:
                sentences.append(sentence)
        if sentences or not line.strip():
            kept.append(lead + " ".join(sentences))
    return Grounded(re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip(), numbers, names)


def _sentences(line: str) -> list[str]:
    """A row of a table is one sentence: its cells belong together."""
    return [line] if line.lstrip().startswith("|") else _SENTENCE.split(line)


def _numbers(text: str) -> Iterator[str]:
    """Every number as it is compared: without thousands' commas, with its percent sign or its second half."""
    for found in _NUMBER.findall(text):
        yield _canonical(found.replace(",", "").replace(" ", ""))
    for word in re.findall(r"[A-Za-z]+", text.lower()):
        if word in SPELLED:
            yield str(SPELLED[word])


def _canonical(number: str) -> str:
    body, percent = (number[:-1], "%") if number.endswith("%") else (number, "")
    return "/".join(f"{float(part):g}" for part in body.split("/")) + percent


def _names(sentence: str) -> Iterator[str]:
    """What is written as a name: quoted, or a compound that is no English word."""
    for one, other in _QUOTED.findall(sentence):
        yield from (word for word in _words(one or other) if not _is_number(word))
    for word in _words(_QUOTED.sub(" ", sentence)):
        compound = "-" in word or "/" in word or "_" in word
        if compound and word not in COMPOUNDS and not _is_number(word.replace("/", "").replace("-", "")):
            yield word


def _words(text: str) -> Iterable[str]:
    return (word.strip("._/-").lower() for word in _WORD.findall(text.replace("\\", "")))


def _is_number(word: str) -> bool:
    return word.replace(".", "").replace("%", "").isdigit()
