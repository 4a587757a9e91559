"""Names that tell of a secret: of fields, variables, flags, headers and parameters."""

from __future__ import annotations

import re
from functools import lru_cache

KEYWORD = (
    r"password|passwort|passwd|passphrase|passcode|pass|pwd|storepass|keypass|secret|token|credentials?|key|connection[_-]?string|bind[_-]?pw"
    r"|requirepass|masterauth|psk|otp(?:auth)?|mnemonic|jwt|sessionid|session-id|sessid|connect\.sid|_session|signature"
    r"|authcode|auth|xsrf|csrf"
)
"""In lower case, each alternative beginning with a letter of its own, so that a search passes quickly over other text."""
_WHOLE = frozenset({"pass", "auth", "otp", "otpauth", "psk", "jwt", "key", "_session", "csrf", "xsrf"})
"""Parts of ordinary words too: nothing may follow them, and before them stands no letter (`bypass`, `author`)."""
_QUALIFIERS = tuple(
    """api access private signing encryption auth account shared master subscription license storage integration consumer
    service app application function functions deploy webhook tls ssh hmac cipher session admin server routing write ingest
    ingestion instrumentation host sas client keystore root unseal recovery wallet genie project bot bucket management primary secondary
    data user team org merchant publishable secret secret.""".split()  # noqa: SIM905 # readable
)
"""What makes a key a secret one; cache keys, primary keys of tables and public keys are none."""
PASSWORD = re.compile(
    r"(?i)passw(?:or)?d|passwort|passphrase|passcode|pwd|(?<![a-z])pass\b|(?:store|key)pass|bind[_-]?pw|requirepass|masterauth|psk|mnemonic"
)
"""What people choose: any value may be one. Other secrets are made by machines and look random."""
_STRONG = re.compile(
    r"(?i)(?:client|secret|api|access|private|signing|encryption|shared|account|master)[_-]?(?:secret|key)"
)
_KEY = re.compile(KEYWORD)
_CAMEL = re.compile(r"([a-z0-9])([A-Z])")
_BEFORE = 32
"""Signs before a keyword that are looked at."""
ABOUT = (
    "name", "ref", "keyref", "path", "file", "dir", "class", "review", "expir", "type", "ttl", "count", "length",
    "policy", "id", "uri", "url", "provider", "version", "source", "mount", "store", "volume", "request", "limit",
    "enabled", "required", "valid", "status", "state", "attempt", "used", "usage", "bucket", "budget", "rate", "index",
    "mode", "field", "label", "format", "algorithm", "size", "bits", "rotat", "issue", "audience", "scope", "endpoint",
    "host", "manager", "smanager", "controller", "namespace", "time", "date", "age", "per", "num", "max", "min", "change", "reset",
    "create", "update", "check", "hint", "kind", "owner", "engine", "backend", "cache", "s3", "lifetime", "renew",
    "revoke", "alias", "fingerprint", "checksum", "digest",
)  # fmt: skip
"""Beginnings of what follows a keyword in names that speak about a secret without holding it: secretName, tokenPath."""
_NOT_HELD = re.compile(
    r"(?:next|prev|page|paging|pagination|continue|continuation|cancel(?:lation)?|sync|cursor|lexer|parser|current"
    r"|prompt|completion|input|output|unexpected|public|primary|idempotency|cache|partition|foreign|missing|without"
    r"|(?<![a-z])(?:last|max|min|num|total|sort|object|row|map|dict|host|no|has|is|needs?|per))[_ -]?$"
)
"""The short ones end other words too: `admin` password."""


def speaks_about(rest: str) -> bool:
    """Whether the end of a name, after its keyword, says that the value is about a secret only."""
    word = rest.lstrip("_-.").lower()
    return word.startswith(ABOUT) or word == "s" or word.endswith(("name", "path", "file", "ref", "count", "seconds"))


def _is_qualified(before: str) -> bool:
    before = before.removesuffix("\n")
    return before.endswith(_QUALIFIERS) or (before[-1:] in {"_", " ", "-"} and before[:-1].endswith(_QUALIFIERS))


def has_telling(lower: str) -> bool:
    """Whether a text, in lower case, may name a secret anywhere: most that have a keyword have it within another word."""
    for found in _KEY.finditer(lower):
        key, (start, end) = found[0], found.span()
        if key == "key":
            if _is_qualified(lower[max(0, start - _BEFORE) : start]) and not lower[end : end + 1].isalpha():
                return True
        elif key not in _WHOLE or not (lower[start - 1 : start].isalpha() or lower[end : end + 1].isalnum()):
            return True
    return False


def is_not_held(before: str) -> bool:
    """Whether the beginning of a name says that the thing is no secret: nextToken, is_password."""
    return _NOT_HELD.search(before) is not None


def holds(before: str, key: str, rest: str) -> bool:
    """Whether a name of these three parts, all in lower case, is one of a secret."""
    if speaks_about(rest) or is_not_held(before):
        return False
    if key == "key":
        return _is_qualified(before) and not rest[:1].isalpha()
    if key in _WHOLE:
        return not (before[-1:].isalpha() or rest[:1].isalnum())
    return True


@lru_cache(maxsize=4096)
def is_telling(key: str) -> bool:
    """Whether a field of this name holds a secret."""
    if len(key) > 128:
        return False
    name = _CAMEL.sub(r"\1_\2", key).lower()
    return any(holds(name[: found.start()], found[0], name[found.end() :]) for found in _KEY.finditer(name))


def is_chosen(name: str) -> bool:
    """Whether a person may have chosen the value, so that it need not look random."""
    return PASSWORD.search(name) is not None or _STRONG.search(name) is not None
