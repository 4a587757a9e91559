"""Redacts secrets in untrusted text by pattern: values after telling keys, and formats that identify themselves.

For quotations of a cluster's events and messages, log lines and the audit log. Secrets that this service holds itself
are redacted by value (`hexaops.logs.Redactor`). Every repetition is bounded and none is nested: time is linear.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

MARK = "[redacted]"
LONGEST_VALUE = 1024

_KEYWORD = (
    r"passw(?:or)?d|passphrase|pwd|secret|token|credentials?|api[_-]?key|access[_-]?key|private[_-]?key"
    r"|signing[_-]?key|encryption[_-]?key|auth[_-]?key|account[_-]?key|connection[_-]?string"
)
_TRIGGER = re.compile(
    rf"(?i)(?:{_KEYWORD})|bearer|basic|eyJ|://|-----BEGIN|AKIA|ASIA|gh[pousr]_|github_pat_|glpat-|xox|AIza|sk[-_]|whsec_|hexaops_sa_"
)
"""Most text holds none of these and comes back as it is."""
_NEEDLES = (
    "passw", "passphrase", "pwd", "secret", "token", "credential", "key", "connection", "bearer", "basic", "eyj", "://",
    "-----begin", "akia", "asia", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "xox", "aiza", "sk-",
    "sk_", "whsec_", "hexaops_sa_",
)  # fmt: skip
"""One of these is in every ASCII text that `_TRIGGER` finds something in; looking for them takes a twentieth."""
_PAIR = re.compile(
    rf"(?i)(?P<before>[\w./-])?(?P<key>{_KEYWORD})(?P<rest>[\w.-]{{0,24}})(?P<close>[\"'])?"
    rf"(?P<sign>\s{{0,2}}(?:=|:)\s{{0,2}})"
    rf"(?:\\{{0,3}}\"(?P<double>[^\"]{{1,{LONGEST_VALUE}}})\"?|'(?P<single>[^']{{1,{LONGEST_VALUE}}})'?"
    rf"|(?P<bare>[^\s,;&\"'<>()\[\]{{}}]{{1,{LONGEST_VALUE}}}))"
)
_FLAG = re.compile(
    rf"(?i)(?P<flag>(?<![\w-])--?[a-z-]{{0,24}}(?:{_KEYWORD}))[ ]{{1,2}}"
    rf"(?P<value>[^\s\"'-][^\s\"']{{0,{LONGEST_VALUE}}})"
)
_SCHEME = re.compile(r"(?i)\b(?P<scheme>bearer|basic)[ ]{1,2}(?P<value>[A-Za-z0-9._~+/=-]{8,4096})")
_USERINFO = re.compile(
    r"(?i)(?P<begin>[a-z][a-z0-9+.]{1,15}://)(?:(?P<user>[^\s/@:\"']{0,128}):[^\s/\"']{1,256}|[^\s/@:\"']{16,256})@"
)
_FORMS = re.compile(
    r"\beyJ[\w-]{8,2048}\.[\w-]{4,4096}(?:\.[\w-]{0,1024})?"  # JWT
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"
    r"|\bgh[pousr]_[A-Za-z0-9]{20,255}"
    r"|\bgithub_pat_\w{20,255}"
    r"|\bglpat-[\w-]{20,64}"
    r"|\bxox[abeoprs]-[\w-]{10,255}"
    r"|\bAIza[\w-]{35}"
    r"|\bsk[-_](?:live_|test_|proj-|ant-)?[\w-]{20,255}"
    r"|\bwhsec_[A-Za-z0-9+/=]{16,255}"
    r"|\bhexaops_sa_[0-9a-z_]{20,120}"
)
_PEM_BEGIN = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----")
_PEM_END = re.compile(r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----")

_KEY = re.compile(rf"(?i)(?:{_KEYWORD})")
_ABOUT = (
    "name", "ref", "keyref", "path", "file", "dir", "class", "review", "expir", "type", "ttl", "count", "length",
    "policy", "id", "uri", "url", "provider", "version", "source", "mount", "store", "volume", "request", "limit", "s",
)  # fmt: skip
"""Ends of keys that speak about a secret without holding it: secretName, tokenPath, tokens."""
_WORDS = frozenset(
    """a an and are authentication be been but by can cannot changed configmap contains could does empty error exists
    expired failed false for format from has have in incorrect invalid is key length missing mismatch must mounted name
    nil no none not null object of off ok on optional policy provided reference references refused rejected required
    reset rotated secret set should the to token too true type unauthorized undefined unknown unset used valid value was
    will with wrong connection context deadline permission timeout unable unexpected""".split()  # noqa: SIM905 # readable
)
"""What may follow a telling key and a colon in a sentence, such as "token: expired"."""
_PLACEHOLDER = ("$", "*", MARK, "/var/", "/etc/", "/run/")


def redact(text: str) -> str:
    """The text with every secret that is known by its form replaced; other text unchanged."""
    if not _may_hold(text) or not _TRIGGER.search(text):
        return text
    text = _without_pem(text)
    text = _USERINFO.sub(_userinfo, text)
    text = _SCHEME.sub(_credentials, text)
    text = _FORMS.sub(MARK, text)
    text = _PAIR.sub(_pair, text)
    return _FLAG.sub(lambda found: f"{found['flag']} {MARK}", text)


def _may_hold(text: str) -> bool:
    if not text.isascii():
        return True
    lower = text.lower()
    for needle in _NEEDLES:  # noqa: SIM110 # `any` with a generator takes twice as long
        if needle in lower:
            return True
    return False


def redact_fields(value: Any, key: str = "") -> Any:
    """The same for every text within lists and mappings; what stands under a telling key goes altogether."""
    if isinstance(value, str):
        return MARK if value and is_telling(key) else redact(value)
    if isinstance(value, Mapping):
        named = value.get("name"), value.get("value")
        if isinstance(named[0], str) and isinstance(named[1], str) and is_telling(named[0]):
            value = {**value, "value": MARK}  # a container's environment
        return {name: redact_fields(one, str(name)) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [redact_fields(one, key) for one in value]
    return value


def is_telling(key: str) -> bool:
    """Whether a field of this name holds a secret."""
    found = _KEY.search(key)
    return found is not None and not _speaks_about(key[found.end() :])


def _without_pem(text: str) -> str:
    kept, at = [], 0
    while begin := _PEM_BEGIN.search(text, at):
        end = _PEM_END.search(text, begin.end())
        kept.append(text[at : begin.start()] + MARK)
        at = end.end() if end else len(text)
    return "".join(kept) + text[at:]


def _userinfo(found: re.Match[str]) -> str:
    user = found["user"]
    return f"{found['begin']}{MARK}@" if user is None else f"{found['begin']}{user}:{MARK}@"


def _credentials(found: re.Match[str]) -> str:
    """`Basic authentication failed` is a sentence, `Basic dXNlcjpwYXNz` is not."""
    value = found["value"]
    mixed = not value.islower() and not value.istitle() and not value.isupper()
    telling = any(character.isdigit() for character in value) or "=" in value or mixed
    return f"{found['scheme']} {MARK}" if telling else found[0]


def _pair(found: re.Match[str]) -> str:
    quoted = found["double"] or found["single"]
    value = quoted or found["bare"]
    if _speaks_about(found["rest"]) or value.startswith(_PLACEHOLDER):
        return found[0]
    if ":" in found["sign"] and not quoted:
        if found["close"] or value.lower().strip(".!") in _WORDS:
            return found[0]
        glued = found["sign"] == ":"
        if glued and (found["before"] or found["rest"]):
            return found[0]  # an image and its tag, such as shop/token-service:1.4
    shown = found[0]
    at = found.start("double" if found["double"] else "single" if found["single"] else "bare") - found.start()
    return shown[:at] + MARK + shown[at + len(value) :]


def _speaks_about(rest: str) -> bool:
    word = rest.lstrip("_-.").lower()
    return word.startswith(_ABOUT[:-1]) or word == "s" or word.endswith(("name", "path", "file", "ref"))
