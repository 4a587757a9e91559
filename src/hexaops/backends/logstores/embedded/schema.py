"""The index of a partition: which fields it has, and how a line becomes a document.

`order` is the microsecond within the day << 27 | the line's number in the block log, by which it is read: one field
that sorts, cuts ranges and pages without ties (a date field would keep whole seconds only). Words are cut by
`words.separated` before they are indexed, so that the index and the reference evaluator agree on what a word is.
Exact values share the field `keys`, each behind its name: a field of its own takes a byte of every line. A key takes
0.7 microseconds of its line, so the usual level has none: the column of levels tells it. Words of levels and components
are not indexed: those that have a word are looked up when it is asked for (`labels`).
"""

from __future__ import annotations

import shutil
from enum import Enum, auto
from functools import lru_cache
from pathlib import Path

import msgspec
import tantivy

from hexaops.backends.logstores.lines import Level

TIE_BITS = 27
MOST_LINES = (1 << TIE_BITS) - 2048
"""Lines of one partition; the numbers above would be rounded up to the next microsecond as the engine's floats."""
DAY_US = 86_400_000_000
_WORDS = "words"
USUAL: Level = "info"
"""The level of most lines."""
RAISED: frozenset[Level] = frozenset({"warning", "error"})
"""The levels that are asked for together: one list is read in two thirds of the time of two that are joined."""
_META = "meta.json"
_LOCATION = "location"
"""Where a line was in the log, in indexes of older versions: it is not filled any more, and nothing reads it. It stays
as they number their fields, so that the same queries serve both.
"""
CODE_WORDS = "code="
"""The key of an error code's words."""
LONGEST_KEY = 8192
"""Characters of a field's value that are indexed: tantivy drops terms beyond 65,530 bytes."""


class Keys(Enum):
    """Which keys of a workspace and a level the lines of an index have, by the version that made it."""

    APART = auto()
    """One for each."""
    BOTH = auto()
    """One for each, and one for both together."""
    FEW = auto()
    """One for the workspace, and one for both together unless the level is the usual one."""
    RAISED = auto()
    """As few, and one for the workspace and the raised levels together."""
    JOINED = auto()
    """The same ones as one text with a blank between them: each value of a field takes time of its own."""


WITH_RAISED = frozenset({Keys.RAISED, Keys.JOINED})


@lru_cache(maxsize=1)
def schema() -> tantivy.Schema:
    """The fields, as their numbers and kinds are in every version."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("message", tokenizer_name=_WORDS, index_option="position")
    builder.add_text_field("keys", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("component", tokenizer_name="raw", index_option="basic", fast=True)
    for name in ("order", _LOCATION, "level", "template"):
        builder.add_unsigned_field(name, fast=True)
    return builder.build()


def open_index(folder: Path) -> tantivy.Index:
    """The index in a folder, made when there is none; raises ValueError when it is damaged."""
    if not folder.exists():
        _create(folder)
    index = tantivy.Index.open(str(folder))
    index.register_tokenizer(_WORDS, tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
    index.config_reader("manual")
    return index


def _create(folder: Path) -> None:
    """An empty index without the lengths of fields, three bytes of a line, which only ranking reads: the builder of the
    schema has no option for it. Its keys are cut at white space.
    """
    fresh = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    tantivy.Index(schema(), path=str(fresh))
    meta = msgspec.json.decode((fresh / _META).read_bytes())
    for field in meta["schema"]:
        indexing = field["options"].get("indexing", {})
        indexing["fieldnorms"] = False
        if field["name"] == "keys":
            indexing["tokenizer"] = _WORDS
    (fresh / _META).write_bytes(msgspec.json.encode(meta))
    (fresh / Keys.JOINED.name.lower()).touch()
    fresh.rename(folder)


def keys_of(folder: Path) -> Keys:
    """Which keys the lines of an index have."""
    for keys in (Keys.JOINED, Keys.RAISED, Keys.FEW):
        if (folder / keys.name.lower()).exists():
            return keys
    return Keys.BOTH if (folder / "level-keys").exists() else Keys.APART


def level_key(workspace_id: str, level: str) -> str:
    """Finds a workspace's lines of a level by one short list instead of by two long ones."""
    return f"in={workspace_id}/{level}"


def raised_key(workspace_id: str) -> str:
    """Finds a workspace's lines of the raised levels."""
    return level_key(workspace_id, "raised")


_ESCAPE = "\x1f"
_ESCAPES = {ord(sign): f"{_ESCAPE}{number}" for number, sign in enumerate((_ESCAPE, " ", "\t", "\n", "\r", "\f"))}


def term_of(key: str, own: Keys) -> str:
    """The key as the index has it: where a blank ends a key, none is within it."""
    return key.translate(_ESCAPES) if own is Keys.JOINED and not key.isalnum() else key
