"""Mines templates as messages arrive, for each workspace on its own, in bounded memory.

What varies by its form is masked first (`masking`). What is left may still vary: a position whose neighbours are always
the same and that showed `WORDS_VARY` plain words, or `NAMES_VARY` words that look like names, is a variable, and the
templates that differ there only become one. Numbers that were given out keep their meaning: those of the merged
templates lead to the general one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from hexaops.analysis.logs.masking import WILDCARD, Masks, Reading, blanked, quick_key, read, template_of
from hexaops.backends.logstores.templates import Template

WORDS_VARY = 6
NAMES_VARY = 3
MOST_TEMPLATES = 5000
"""Of one workspace; what comes later has the wildcard alone as its template."""
MOST_QUICK_KEYS = 50_000
MOST_TEXTS = 5_000
"""Of one workspace: whole messages, but for what varies."""

Key = tuple[str, ...]


@dataclass
class _Known:
    """A template as it was made; `general` is the one that took it in."""

    number: int
    workspace_id: str
    key: Key
    text: str
    spans: tuple[tuple[tuple[int, int], ...], ...]
    learned: tuple[int, ...] = ()
    general: _Known | None = None


@dataclass
class _Workspace:
    """What is known of one workspace's messages."""

    texts: dict[bytes, int] = field(default_factory=dict)
    quick: dict[Key, int] = field(default_factory=dict)
    by_key: dict[Key, _Known] = field(default_factory=dict)
    seen: dict[int, set[str]] = field(default_factory=dict)
    """Hash of a key with a gap → the words that were seen in the gap."""
    varying: set[int] = field(default_factory=set)
    """Hashes of the gaps that are variables."""


class TemplateMiner:
    """Used by one thread at a time; `find` may be called by others."""

    def __init__(self) -> None:
        self._masks = Masks()
        self._workspaces: dict[str, _Workspace] = {}
        self._numbers: dict[int, _Known] = {}
        self._next = 1

    def assign(self, workspace_id: str, message: str) -> int:
        """The number of the message's template."""
        return self.assign_all([workspace_id], [message])[0]

    def assign_all(self, workspace_ids: Sequence[str], messages: Sequence[str]) -> list[int]:
        """The number of each message's template."""
        texts = blanked(messages)
        if texts is None:
            return [self._find(*one) for one in zip(workspace_ids, messages, strict=True)]
        numbers, workspaces = [], self._workspaces
        for workspace_id, message, text in zip(workspace_ids, messages, texts, strict=True):
            workspace = workspaces.get(workspace_id)
            number = workspace.texts.get(text) if workspace is not None else None
            if number is None:
                number = self._find(workspace_id, message)
                known = workspaces[workspace_id].texts
                if len(known) >= MOST_TEXTS:
                    known.clear()
                known[text] = number
            numbers.append(number)
        return numbers

    def find(self, number: int) -> Template | None:
        """The template as it is now."""
        known = self._numbers.get(number)
        if known is None:
            return None
        general = _most_general(known)
        return Template(number, known.workspace_id, general.text, general.learned)

    def canonical(self, number: int) -> int:
        """The number of the template that a number's template became."""
        return _most_general(self._numbers[number]).number

    def restore(self, template: Template) -> None:
        """Take up a template of an earlier process."""
        message = template.text.replace(WILDCARD, "0")
        reading = read(message)
        workspace = self._workspaces.setdefault(template.workspace_id, _Workspace())
        known = _Known(template.number, template.workspace_id, reading.key, template.text, (), template.learned)
        same = workspace.by_key.setdefault(reading.key, known)
        if same is not known:
            known.general = same
        self._numbers[template.number] = known
        self._next = max(self._next, template.number + 1)
        for position in template.learned:
            workspace.varying.add(_gap(reading.key, position))

    def _find(self, workspace_id: str, message: str) -> int:
        workspace = self._workspaces.setdefault(workspace_id, _Workspace())
        quick = quick_key(message, self._masks)
        number = workspace.quick.get(quick)
        if number is None:
            number = self._learn(workspace_id, workspace, message)
            if len(workspace.quick) >= MOST_QUICK_KEYS:
                workspace.quick.clear()
            workspace.quick[quick] = number
        return number

    def _learn(self, workspace_id: str, workspace: _Workspace, message: str) -> int:
        reading = read(message)
        if len(workspace.by_key) >= MOST_TEMPLATES and reading.key not in workspace.by_key:
            reading = Reading((WILDCARD,), (((0, len(message)),),))
        key, learned = self._generalised(workspace, reading.key)
        known = workspace.by_key.get(key)
        if known is None:
            text = template_of(message, Reading(key, reading.spans))
            known = _Known(self._next, workspace_id, key, text, reading.spans, learned)
            workspace.by_key[key] = self._numbers[known.number] = known
            self._next += 1
        for other in self._covered(workspace, key, learned):
            other.general = known
        return known.number

    def _generalised(self, workspace: _Workspace, key: Key) -> tuple[Key, tuple[int, ...]]:
        """The key with a wildcard wherever other words were seen often enough."""
        learned: list[int] = []
        position = 0
        while position < len(key):
            if key[position] != WILDCARD and self._varies(workspace, key, position):
                key = (*key[:position], WILDCARD, *key[position + 1 :])
                learned.append(position)
                position = 0
            else:
                position += 1
        return key, tuple(sorted(learned))

    def _varies(self, workspace: _Workspace, key: Key, position: int) -> bool:
        gap, word = _gap(key, position), key[position]
        if gap in workspace.varying:
            return True
        seen = workspace.seen.setdefault(gap, set())
        seen.add(word)
        plain = word.isalpha()
        constant = any(token != WILDCARD for number, token in enumerate(key) if number != position)
        if not constant or (plain and position == 0) or len(seen) < (WORDS_VARY if plain else NAMES_VARY):
            return False
        workspace.varying.add(gap)
        return True

    def _covered(self, workspace: _Workspace, key: Key, learned: tuple[int, ...]) -> list[_Known]:
        """The templates that differ from this one only where it has learned that words vary."""
        found = []
        for position in learned:
            for word in workspace.seen.pop(_gap(key, position), ()):
                other = workspace.by_key.get((*key[:position], word, *key[position + 1 :]))
                if other is not None:
                    found.append(other)
        return found


def _gap(key: Key, position: int) -> int:
    return hash((position, key[:position], key[position + 1 :]))


def _most_general(known: _Known) -> _Known:
    while known.general is not None:
        known = known.general
    return known
