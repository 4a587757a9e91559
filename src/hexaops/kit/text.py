"""Text that others wrote (names, messages, reasons of a cluster) made fit to be shown: never trusted, always capped.

Two steps, in this order: `plain` takes out what a terminal or a reader could be deceived with, and secrets; `markdown`
escapes what a renderer could act on (emphasis, links, images, HTML, tables). Text that needs neither is unchanged.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from hexaops.kit.redaction import redact

_ESCAPES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor
    r"|\x1b[\]PX^_].*?(?:\x07|\x1b\\|$)"  # OSC (links, titles) and the other string controls
    r"|\x1b[ -/]*[0-~]"
    r"|\x9b[0-?]*[ -/]*[@-~]",
    re.DOTALL,
)
_BREAK = re.compile(r"[:@]|(?<=www)\.", re.IGNORECASE)
_SPACES = re.compile(r"\s+")
_MARKDOWN = re.compile(
    r"([\\`*\[\]<>|&]"  # escapes, code, emphasis, links, HTML, tables, entities
    r"|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])"  # emphasis; within a word it is only a character
    r"|~(?=~)|(?<=~)~"  # strike-through
    r"|^[#+=-])"  # headings, lists, rules
)
_SCHEME = re.compile(
    r"(?i)\b(?:https?|ftp|mailto|javascript|vbscript|data|file|xmpp|tel|sms):(?://)?"
    r"|\b(?:ssh|smb|vscode|slack|zoommtg|steam|intent|ms-[a-z]{2,20})://|\bwww\.|(?<=\w)@(?=\w)"
)
_RELATIVE = re.compile(r"(?<![\w:/])//(?=\w)")
"""An address without its scheme, which takes that of the page."""
_DOMAIN = re.compile(
    r"(?i)(?<=\w)\.(?=(?:com|net|org|info|biz|xyz|top|online|site|shop|club|live|link|click|ru|cn|co|me|tk|cc|gd|ly"
    r"|app|dev|ai|icu|vip|cloud|page|website|store|tech|space|fun|world|work|zip|mov|pw|ws|su|cf|ga|gq|ml|to|tv|us|uk|eu|de"
    r"|fr|it|nl|es|ch|at|in|br|ua|ir|vn|xn--[a-z0-9-]{2,60}|\u0440\u0444|\u4e2d\u56fd)"
    r"(?![\w-]))"
)
"""The last dot of names that renderers make links of without a scheme; not of file names, images and API groups."""
_INVISIBLE = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
"""Unicode categories without a glyph: controls, format characters (bidi, zero width, tags), private and unassigned."""
_VARIATION = {*map(chr, range(0xFE00, 0xFE10)), *map(chr, range(0xE0100, 0xE01F0))}
ELLIPSIS = "…"
NAME_LENGTH = 64


def plain(text: str, limit: int, *, own: bool = False) -> str:
    """One line of at most `limit` visible characters: no controls, escapes, bidi, zero-width or tag characters.

    Secrets are redacted by pattern, unless the text is our `own`, which may have to show one.
    """
    return _plain_name(text, limit, own) if len(text) <= NAME_LENGTH else _plain(text, limit, own)


def told(text: str) -> str:
    """What a user wrote (a name, a description), fit to be stored: no escapes, invisible characters or secrets."""
    if not (text.isascii() and text.isprintable()):
        lines = without_escapes(text).replace("\r\n", "\n")
        text = "".join(sign for sign in lines if sign in "\n\t" or unicodedata.category(sign) not in _INVISIBLE)
    return redact(text)


def visible(text: str) -> str:
    """The name as it is; raises ValueError for one with characters that are not seen, such as those that turn text."""
    if any(unicodedata.category(sign) in _INVISIBLE for sign in text):
        message = "may not hold control, direction or other invisible characters"
        raise ValueError(message)
    return text


def without_escapes(text: str) -> str:
    """The text without a terminal's escape sequences."""
    return _ESCAPES.sub("", text)


def _plain(text: str, limit: int, own: bool) -> str:
    rough = text[: limit * 8 + 256]
    if not rough.isascii() or not rough.isprintable():
        rough = without_escapes(rough)
        rough = _SPACES.sub(" ", rough)
        rough = "".join(c for c in rough if unicodedata.category(c) not in _INVISIBLE and c not in _VARIATION)
    rough = rough.strip() if own else redact(rough.strip())
    return rough if len(rough) <= limit else rough[: limit - 1].rstrip() + ELLIPSIS


_plain_name = lru_cache(maxsize=4096)(_plain)
"""Short texts are mostly names, which every answer shows again."""


def markdown(text: str, limit: int) -> str:
    """`plain`, with everything escaped that Markdown acts on; an address is broken so that nothing links it."""
    safe = plain(text, limit)
    if safe.isalnum():
        return safe
    safe = _SCHEME.sub(lambda found: _BREAK.sub(r" \g<0>", found[0]), safe)
    safe = _MARKDOWN.sub(r"\\\1", _RELATIVE.sub("/ /", safe))
    return _DOMAIN.sub(r"\\.", safe)
