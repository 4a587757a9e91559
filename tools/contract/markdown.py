"""Splits a document into its headings with the code blocks and lists under each."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

_HEADING = re.compile(r"(#{1,6})\s+(.*\S)")
_FENCE = re.compile(r"```(\w*)\s*")
_LABEL = re.compile(r"(?:\*\*(?P<bold>[^*]+?):?\*\*|(?P<plain>[A-Z][^:]*):)\s*")
_ITEM = re.compile(r"- (.*\S)")


@dataclass(frozen=True)
class Block:
    """One fenced block, with the label line before it (`Response`) or an empty one."""

    label: str
    language: str
    text: str

    def parsed(self) -> Any:
        """The block read as JSON."""
        return json.loads(self.text)


@dataclass
class Section:
    """One heading, its chain of parents, and what stands directly under it."""

    path: tuple[str, ...]
    blocks: list[Block] = field(default_factory=list)
    lists: dict[str, list[str]] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The heading's own words."""
        return self.path[-1]

    def block(self, label: str, *, language: str = "json") -> Block | None:
        """The block under that label, if there is one."""
        return next((b for b in self.blocks if b.label == label and b.language == language), None)


def sections(text: str) -> list[Section]:
    """The document's sections in order."""
    found: list[Section] = []
    trail: list[tuple[int, str]] = []
    lines = iter(text.splitlines())
    label = ""
    for line in lines:
        if heading := _HEADING.fullmatch(line):
            depth = len(heading[1])
            trail = [(d, title) for d, title in trail if d < depth] + [(depth, heading[2])]
            found.append(Section(tuple(title for _, title in trail)))
            label = ""
        elif not found:
            continue
        elif fence := _FENCE.fullmatch(line):
            found[-1].blocks.append(Block(label, fence[1], _fenced(lines)))
            label = ""
        elif named := _LABEL.fullmatch(line):
            label = named["bold"] or named["plain"]
        elif item := _ITEM.fullmatch(line):
            found[-1].lists.setdefault(label, []).append(item[1])
    return found


def _fenced(lines: Any) -> str:
    body: list[str] = []
    for line in lines:
        if line.startswith("```"):
            break
        body.append(line)
    return "\n".join(body)
