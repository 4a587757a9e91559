"""Passwords that sentences tell, in English and two dozen other languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from hexaops.kit.english import is_english
from hexaops.kit.redaction.forms import Form, Span
from hexaops.kit.redaction.looks import (
    has,
    is_method,
    is_mixed,
    is_name,
    is_number,
    is_odd,
    is_placeholder,
    is_test,
    is_word,
    without_markup,
)

_TOLD = re.compile(
    r"(?P<foreign>(?<![a-z0-9])(?:kennwort|contrase(?:n|\u00f1)a|mot de passe|(?:mdp|senha|has(?:l|\u0142)o|parola|heslo|clave|chave|jeton)(?![a-z0-9])"
    r"|l(?:o|\u00f6)senord|wachtwoord|salasana|[s\u015f]ifre|jelsz|adgangskode|palavra-passe|kata sandi|geheim|schl(?:ue|\u00fc)ssel)|schl\u00fcssel|\u043f\u0430\u0440\u043e\u043b\u044c|\u5bc6[\u7801\u78bc]"
    r"|\u30d1\u30b9\u30ef\u30fc\u30c9|\ube44\ubc00\ubc88\ud638"
    r"|\u03ba\u03c9\u03b4\u03b9\u03ba\u03cc\u03c2|\u0e23\u0e2b\u0e31\u0e2a\u0e1c\u0e48\u0e32\u0e19|m\u1eadt kh\u1ea9u"
    r"|\u092a\u093e\u0938\u0935\u0930\u094d\u0921|\u05e1\u05d9\u05e1\u05de\u05d4|\u0643\u0644\u0645\u0629 \u0627\u0644\u0645\u0631\u0648\u0631|\u043a\u043b\u044e\u0447)|\b(?:passwor[dt]|passphrase|passwd|pwd|pw|pass)\b"
)
"""Words for a password in sentences of many languages."""
WORDS = (
    "pass", "pwd", "pw", "kennwort", "contrasena", "mdp", "senha", "haslo", "parola", "heslo", "clave", "chave", "jeton", "losenord",
    "wachtwoord", "salasana", "sifre", "jelsz", "adgangskode", "palavra-passe", "kata sandi", "geheim", "schluessel",
)  # fmt: skip
"""One of them is in every ASCII text that has such a word."""
_VERBS = frozenset("- 's is es ist est c'est \u00e8 \u00e9 \u00e4r er on je este to lautet was ser".split())  # noqa: SIM905 # readable
_NEXT = frozenset({"password", "passwort", "passphrase", "passwd"})
"""After these alone the next word may be it: `with password x`."""
_USER = re.compile(r"\b(?:user|login|account)\b[^\n]{0,60}\Z")
_TOKEN = re.compile(r"\S{1,256}")
_ASSIGNED = re.compile(r"[A-Za-z_][\w.-]{0,64}=")
_TOKENS = 9
"""So many words after the password's may stand before it."""


def _told(text: str, lower: str) -> Iterator[Span]:
    """A password that a sentence tells: in English and its relatives after a verb or a colon, else the first that looks so."""
    for found in _TOLD.finditer(lower):
        line_end = text.find("\n", found.end())
        before = "-" if _may_follow(found) else ""
        tokens = _TOKEN.finditer(text, found.end(), len(text) if line_end < 0 else line_end)
        for token in islice(tokens, _TOKENS):
            value = without_markup(token[0]).strip("\"'`,;()[]")
            ready = found["foreign"] or before.lower() in _VERBS or before.endswith(":")
            said = before.lower() in _SAY
            if said and _is_coined(bare := value.rstrip(".!")) and _ends(text, token.end(), found[0]):
                value = bare
            elif not (ready and (_is_told(value) or (said and _is_short(value)))):
                before = token[0]
                continue
            start = token.start() + token[0].index(value)
            yield start, start + len(value)
            break


def _may_follow(found: re.Match[str]) -> bool:
    """Whether the very next word may be the password: `with password x`, `user a and pass x`."""
    if found.string[found.end() : found.end() + 1] != " ":
        return False
    return found[0] in _NEXT or (found[0] == "pass" and _USER.search(found.string[: found.start()]) is not None)


def _is_told(value: str) -> bool:
    value = value.rstrip("+*")
    digits = sum(sign.isdigit() for sign in value)
    if len(value.encode("ascii", "ignore")) < 6 or has(value, ("://", '"')):
        return False
    if (
        is_placeholder(value)
        or is_number(value.rstrip(".!?:"))
        or is_word(value)
        or is_test(value)
        or _ASSIGNED.match(value)
    ):
        return False
    if is_method(value):
        return False
    return digits >= 2 or (len(value) >= 8 and (is_odd(value) or is_mixed(value)))


def _is_short(value: str) -> bool:
    """Directly after "is": a word with one digit in it, but for those that name a method."""
    return (
        len(value) >= 8
        and any(map(str.isdigit, value))
        and value.isalnum()
        and not (is_name(value) or value[0].isdigit() or is_method(value))
    )


def _is_coined(value: str) -> bool:
    """Small letters that are no English word, nor one that English makes of others: `horsebattery`, unlike `unhashed`;
    or a row of words without the small ones that a sentence joins them by.
    """
    parts = value.split("-")
    if len(value) < _LEAST_COINED or not all(part.isascii() and part.islower() and part.isalpha() for part in parts):
        return False
    if len(parts) > 1:
        return len(parts) >= _LEAST_PARTS and min(map(len, parts)) >= _LEAST_PART
    return not (_DERIVED.search(value) or is_english(value))


def _ends(text: str, end: int, word: str) -> bool:
    """Whether a sentence that says what a password is ends here or goes on about where it holds."""
    return word != "pass" and _END.match(text, end - (text[end - 1] in ".,;!)\"'")) is not None


_LEAST_COINED, _LEAST_PARTS, _LEAST_PART = 10, 3, 4
_DERIVED = re.compile(
    r"\A(?:un|non|pre|auto|mis)\w{5}|(?:ed|ing|[ai]ble|less|ful|ive|ous|ly|text|only|like|wise|proof|free|safe|ish|ment|tion|ity|ness|ary|ory)\Z"
)
_END = re.compile(
    r"[.,;!)\"']{0,3}(?:\Z|\s{1,4}(?:\Z|(?:on|for|in|at|and|but|please|thanks|btw|if|until|now|today|again|everywhere|there|here)\b)|\n)"
)
_SAY = frozenset({"is", "'s", "was"})
FORMS = (Form(WORDS, _told),)
"""The one form."""
