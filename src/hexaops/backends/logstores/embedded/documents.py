"""Lines → documents of the index, as JSON that is put together from texts: field by field it takes twice as long.

What is the same for all lines of a component is made once. Words are letters and digits only, so they need no escapes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import msgspec

from hexaops.backends.logstores.embedded.schema import (
    CODE_WORDS,
    LONGEST_KEY,
    RAISED,
    TIE_BITS,
    USUAL,
    WITH_RAISED,
    Keys,
    level_key,
    raised_key,
    term_of,
)
from hexaops.backends.logstores.lines import LEVELS, Level, LogLine
from hexaops.backends.logstores.words import separated_all, words_of

MOST_COMPONENTS = 1024
MOST_CODES = 1024

_encode = msgspec.json.Encoder().encode
_is_plain = re.compile(r"[\w.-]+", re.ASCII).fullmatch
_LEVEL_NUMBERS = {level: number for number, level in enumerate(LEVELS)}


class _Parts(NamedTuple):
    """What the documents of a component's lines of one level have in common; its pods are too many to remember."""

    keys: str
    """All but those of the line itself, and what stands before them."""
    component: str
    level: str


class Documents:
    """Makes the documents of one index, whose version says which keys they have. Used by one thread."""

    def __init__(self, day_us: int, keys: Keys) -> None:
        self._day_us = day_us
        self._keys = keys
        self._open, self._between, self._close = ('"', " ", '"') if keys is Keys.JOINED else ('["', '","', '"]')
        self._parts_of = lru_cache(MOST_COMPONENTS)(self._make_parts)
        self._keys_of_code = lru_cache(MOST_CODES)(self._make_keys_of_code)

    def of(self, lines: Sequence[LogLine], templates: Iterable[int], first: int) -> Iterator[str]:
        """The documents of lines that are numbered from `first` on, each with the number of its template."""
        day_us, between, close, parts_of = self._day_us, self._between, self._close, self._parts_of
        texts = separated_all([line.message for line in lines])
        plain_pods = _is_plain("".join([line.pod for line in lines]))
        plain_ids = "".join([line.trace_id for line in lines if line.trace_id]).isalnum()
        for number, (line, text, template) in enumerate(zip(lines, texts, templates, strict=True), first):
            keys, component, level = parts_of(line.workspace_id, line.level, line.component)
            if pod := line.pod:
                keys = f"{keys}{between}pod={pod if plain_pods or _is_plain(pod) else self._inner(pod)}"
            if line.metadata and (code := line.error_code):
                keys += between + self._keys_of_code(code)
            if trace_id := line.trace_id:
                shown = trace_id if plain_ids or trace_id.isalnum() else self._inner(trace_id)
                keys = f"{keys}{between}trace_id={shown}"
            order = (line.time_us - day_us) << TIE_BITS | number
            yield f'{{"message":"{text}{keys}{close}{component}{order}{level}{template}}}'

    def _make_parts(self, workspace_id: str, level: Level, component: str) -> _Parts:
        keys = self._between.join(map(self._inner, self._keys_of_level(workspace_id, level)))
        return _Parts(
            f'","keys":{self._open}{keys}',
            f',"component":{_encode(component).decode()},"order":',
            f',"level":{_LEVEL_NUMBERS[level]},"template":',
        )

    def _keys_of_level(self, workspace_id: str, level: Level) -> Iterator[str]:
        own = self._keys
        yield f"workspace={workspace_id}"
        if own in {Keys.APART, Keys.BOTH}:
            yield f"level={level}"
            yield level_key(workspace_id, level)
        elif level != USUAL:
            yield level_key(workspace_id, level)
            if own in WITH_RAISED and level in RAISED:
                yield raised_key(workspace_id)

    def _make_keys_of_code(self, code: str) -> str:
        keys = f"error_code={code[:LONGEST_KEY]}", f"{CODE_WORDS}{' '.join(words_of(code))}"
        return self._between.join(map(self._inner, keys))

    def _inner(self, key: str) -> str:
        """A key as it stands within a text of JSON."""
        return _encode(term_of(key, self._keys)).decode()[1:-1]
