"""Whether a value looks like a secret, for readers that have a telling name beside it.

Entropy alone calls hashes, image digests and pod names secrets, so it is asked only after a name has told of one.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable

MARK = "[redacted]"
LEAST_ENTROPY = 3.0
"""Bits a character: 16 random hexadecimal digits have about 3.3, words of that length 2.5 to 3.3."""
LONGEST_WORD = 15

_NUMBER = re.compile(
    r"[-+]?[\d_,]{0,24}(?:\.\d{0,24})?(?:e[-+]?\d{1,3})?"
    r"(?:%|[num\u00b5]?s|m|h|d|w|y|[kmgtp]i?b?(?:/s)?|b|bytes|bits?|x|k|px|c|rpm|rps|qps|tok(?:ens)?|min|sec|hours?|days?)?",
    re.IGNORECASE,
)
_DURATION = re.compile(r"\d[\d.]{0,12}[hmsdnu\u00b5][\d.hmsdnu\u00b5]{0,20}")
_TIME = re.compile(r"\d{4}-\d\d-\d\d(?:[T ][\d:.,Z+-]{0,40})?|\d{1,2}:\d\d(?::\d\d)?")
_ADDRESS = re.compile(
    r"\d{1,3}(?:\.\d{1,3}){3}(?:[:/]\d{1,5})?|0x[0-9a-fA-F]{1,16}|v?\d{1,4}(?:\.\d{1,6}){1,12}(?:[-+][\w.]{1,24})?|v\d{1,3}(?:alpha|beta|rc)\d{0,3}"
)
_SEGMENT = re.compile(
    r"[a-z]{1,24}\d{0,4}|[A-Z][a-z]{1,24}\d{0,2}|v?\d{1,6}[a-z]?|\d[A-Za-z][a-z]{2,24}|[bcdfghjklmnpqrstvwxz2456789]{5,10}|[A-Z]{1,16}\d{0,2}"
)
_SHARE = re.compile(r"\d{1,9}/\d{1,9}|\d{1,3}-\d{1,3}")
_OBJECT = re.compile(r"[A-Za-z_$][\w$.]{0,200}[.$][\w$]{1,64}@[0-9a-f]{4,8}")
_SEPARATOR = re.compile(r"[-./_:@| ]")
_METHOD = re.compile(
    r"(?i)(?:argon|pbkdf|oauth|base|sha|utf|x?chacha|blake|ed|nist|fips|iso|rfc|aes|rsa|pkcs#?|md|hs|rs|es|ps)-?\d[\w.-]{0,8}(?:-[\w.-]{1,16})?\Z"
)
_MARKUP = re.compile(r"&(?:[lr][sd]quo|amp|[lg]t|quot|apos|nbsp|hellip|[mn]dash)(?:;|\Z)|</")
_CAMEL = re.compile(r"[A-Za-z]{2,60}\d{0,2}")
_TEST = re.compile(r"(?:[A-Za-z]{1,16}_)?[Tt]ests?(?:[A-Z_./:-]|\Z)|[\w.-]{1,64}/[\w./-]{1,200}\.\w{1,5}\Z")
_JOINED = re.compile(r"[A-Za-z0-9]{1,64}[-_!#+*@$][A-Za-z0-9_!#+*@$-]{1,64}")
_GENERATED = re.compile(r"[\w+/~%=-]{20,4096}", re.ASCII)
_RUN = re.compile(r"[a-z0-9]{32,512}|[A-Z0-9]{32,512}")
_PART = re.compile(r"[A-Z]{2,6}(?![a-z])|[A-Z]?[a-z]{1,24}|[A-Z]")
_VOWEL = re.compile(r"[aeiouyAEIOUY]")
_PLACEHOLDER = re.compile(
    r"(?i)(?:https?|wss?|ldaps?)://|\s{1,4}\{\{|[\"']?\$(?:\Z|[({]|\w{1,64}(?:\Z|[/;&])|[a-z_]\w{0,64}[.:-][a-z_][\w.:-]{0,96}\Z)|\*{1,64}\Z|\*{3}|(?-i:%[A-Z_]{2,32}%)|%[sdvq]\b|@\w{1,64}[(@]|\[redacted|<|\{|/(?:var|etc|run|home|opt|tmp|usr|mnt|dev|app|root|data|secrets?|srv|proc|v1|api)\b"
    r"|\.{1,2}/|xxxx|\.\.|\u2026|\u2022|\u25cf|~(?:\Z|/)|[|>][+-]?\Z|enc[\[(]|\?{1,3}(?:\Z|[,;)])|\[[a-z_ -]{3,24}\]\Z|\((?:sensitive|known after|hidden|redacted|not set|unset|none|empty)\b|(?:your|my|example|change|replace|insert|dummy|fake|todo)[-_ ]?"
    r"(?:me|password|secret|token|key|api|here|this|with|value)|file:|arn:|projects/|keychain:|sha256:|env:"
)
_WORDS = frozenset(
    """a access active admin all allowed an and any api app are as at auth authentication authorization available basic
    be bearer been blank bool boolean but by bytes cached can cannot changed check client cluster config configmap
    configured connection contains context could created credentials current data database deadline default deleted
    denied deployed describe did disabled does done eof empty enabled enc encrypted env environment error exists expired
    expiring external failed false field file filtered for forbidden format found from generated get granted has hash have header
    hidden id identifier if ignored in incorrect inline input internal invalid is issued it key kubernetes length
    limited list loaded local locked malformed manual masked mismatch missing mounted must name namespace needed never
    new nil no none not null object of off ok old on opaque optional or owner permission pending policy present
    previous primary private provided public read ready received redacted reference references refresh refreshed refused
    rejected renewed required reset resource retrying revoked role root rotated rotation sealed secondary secret see
    service session set short should skipped stale stored string success succeeded system tampered test text that the
    this timeout to token tokens too true type unable unauthorized unchanged undefined unexpected unknown unset unused
    update updated use used user using valid validated value vault verified verify via was weak were will with workload
    write wrong yes str bytes int varchar char secretstr securestring strings stringarray stringtostring ints optional password passwd pwd passphrase""".split()  # noqa: SIM905 # readable
)


def has(text: str, words: Iterable[str]) -> bool:
    """Whether one of the words is in the text: a loop, as it runs for every line and a generator takes twice as long."""
    for word in words:  # noqa: SIM110
        if word in text:
            return True
    return False


def entropy(text: str) -> float:
    """Shannon entropy in bits a character."""
    length = len(text)
    return -sum(count / length * math.log2(count / length) for count in Counter(text).values()) if text else 0.0


def is_placeholder(value: str) -> bool:
    """A variable, a template, a path or stars, in place of a secret."""
    return _PLACEHOLDER.match(value) is not None


def is_number(value: str) -> bool:
    """A number with or without a unit, a share, a duration, a time, a version, an address, or an object's identity."""
    return any(fit.fullmatch(value) for fit in (_NUMBER, _DURATION, _TIME, _ADDRESS, _SHARE, _OBJECT))


def is_word(value: str) -> bool:
    """A word that tells what became of a secret."""
    return value.lower().strip(".!?,;:") in _WORDS


def is_plain_word(value: str) -> bool:
    """Small letters of ASCII only, as few as words have: such a value looks like no secret in any way."""
    return len(value) <= LONGEST_WORD and value.isascii() and value.isalpha() and value.islower()


def is_name(value: str) -> bool:
    """Words joined as names of objects, types and fields are, generated endings of Kubernetes included."""
    if len(value) > 253:
        return False
    if value.isalpha() and value.isascii():
        return (_CAMEL.fullmatch(value) is not None and _spoken(value)) or (
            len(value) <= LONGEST_WORD and _plain(value)
        )
    segments = [segment for segment in _SEPARATOR.split(value) if segment]
    return bool(segments) and all(_names(segment) for segment in segments) and any(_worded(s) for s in segments)


def _plain(value: str) -> bool:
    return value.islower() or value.isupper() or value.istitle()


def _names(segment: str) -> bool:
    if len(segment) <= LONGEST_WORD + 5 and _SEGMENT.fullmatch(segment):
        return True
    return _CAMEL.fullmatch(segment) is not None and _spoken(segment)


def _worded(segment: str) -> bool:
    return segment.strip("0123456789").isalpha() and len(segment) >= 2


def _spoken(value: str) -> bool:
    """Whether most of a camel-cased word is parts with a vowel and some length: `refreshToken`, unlike `aQxRtZ`."""
    parts = _PART.findall(value)
    if max(map(len, parts)) > LONGEST_WORD + 5:
        return False
    if len(value) >= 12 and len(value) < (4.2 if len(value) >= 16 else 3.5) * len(parts):
        return False
    spoken = sum(len(part) for part in parts if len(part) >= 3 and _VOWEL.search(part))
    return spoken * 5 >= len(value) * 3


def is_odd(value: str) -> bool:
    """Unlike a word, a name or a number: capitals within it, digits or signs."""
    plain = value.islower() or value.istitle() or value.isupper()
    return len(value) >= 6 and not (
        plain or is_name(value) or is_number(value) or is_word(value) or is_placeholder(value)
    )


def _core(value: str) -> str:
    """The value without the marks of a sentence and of Markdown around it, and without what HTML puts after it."""
    return without_markup(value).strip("\"'`.,;:!?()[]*")


def without_markup(value: str) -> str:
    """The value up to an element's end or an entity, with which a document goes on."""
    return _MARKUP.split(value, maxsplit=1)[0] if "&" in value or "<" in value else value


def is_method(value: str) -> bool:
    """A way to hash, encrypt or encode, or a standard for it."""
    return _METHOD.match(value) is not None


def is_random(value: str) -> bool:
    """Letters and digits mixed without the look of a name, a number or a word."""
    core = _core(value)
    if len(core) < 6 or is_word(core) or is_placeholder(core) or is_number(core) or is_name(core):
        return False
    digits = sum(character.isdigit() for character in core)
    letters = sum(character.isalpha() for character in core)
    if not letters:
        return False
    if not digits and not any(character in "!#^&*?~+=$%@" for character in core):
        return len(core) >= 16 and entropy(core) >= 3.3 and " " not in core
    return entropy(core) >= min(LEAST_ENTROPY, math.log2(len(core)) * 0.72)


def is_test(value: str) -> bool:
    """What is said to have passed: a test, or a file with tests."""
    return _TEST.match(value) is not None


def is_mixed(value: str) -> bool:
    """Capitals within small letters, with digits: what people make of words, and no name of an object has."""
    kinds = (str.islower, str.isupper, str.isdigit)
    return len(value) >= 8 and all(any(map(kind, value)) for kind in kinds) and _JOINED.fullmatch(value) is not None


def is_generated(value: str) -> bool:
    """A long value as machines make secrets: mixed letters and digits, or one run of them; no UUID, path or name."""
    core = _core(value)
    if not _GENERATED.fullmatch(core) or not is_random(core):
        return False
    kinds = (str.islower, str.isupper, str.isdigit)
    return all(any(map(kind, core)) for kind in kinds) or _RUN.fullmatch(core) is not None


def is_secret(value: str) -> bool:
    """Neither a variable nor a word about a secret nor a number."""
    return not (is_word(value) or is_placeholder(value) or is_number(value))
