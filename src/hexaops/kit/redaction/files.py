"""Secrets that stand in files: keys in PEM, registries' and clusters' configurations, manifests of Secrets, password files."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

from hexaops.kit.redaction.forms import Form, Span, values
from hexaops.kit.redaction.looks import entropy, has, is_placeholder, is_word

_PEM_BEGIN = re.compile(r"(?i)-{4,5}[ ]?BEGIN[ A-Z0-9_-]{0,60}PRIVATE KEY(?: BLOCK)?[ ]?-{4,5}")
_PEM_END = re.compile(r"(?i)-{4,5}[ ]?END[ A-Z0-9_-]{0,60}PRIVATE KEY(?: BLOCK)?[ ]?-{4,5}")
_PPK = re.compile(r"(?i)Private-(?:Lines: \d{1,4}\s|MAC: )(?P<value>[\w+/=\s]{16,8192}?)(?=Private-MAC|\Z)")
_KEY_BODY = re.compile(
    r"(?:MII[\w+/]{1,4}IBADANBgkqhkiG9w0B|MII[\w+/]{1,3}jB[A-Z]BgkqhkiG9w0BBQ|MII[BCEJ][\w+/]{1,3}[IA]BAA|MC4CAQAw|MHcCAQEE|MIGHAgEA|MIGkAgEB|b3BlbnNzaC1rZXktdjEA|lQ[HOPc][\w+/]{2})[\w+/=\\\s]{16,8192}"
)
_ENCODED = re.compile(r"LS0tLS1CRUdJTi[\w+/=-]{20,16384}")
_NOT_BASE64 = re.compile("[^A-Za-z0-9+/]")
"""Letters of other scripts, and signs that are cut out of their place: decoding fails on them."""
_REGISTRY = re.compile(
    r"\\{0,3}\"(?:auth|identitytoken|registrytoken)\\{0,3}\"\s{0,4}:\s{0,4}\\{0,3}\"(?P<value>[\w+/=.-]{4,8192})"
)
_NPMRC = re.compile(r"(?i)(?<![a-z0-9])_(?:auth(?:token)?|password)\s{0,2}=\s{0,2}\"?(?P<value>[^\s\"]{4,2048})")
_NETRC = re.compile(
    r"(?i)\b(?:machine\s{1,4}\S{1,253}\s{1,4}(?:login\s{1,4}\S{1,128}\s{1,4})?|default\s{1,4}login\s{1,4}\S{1,128}\s{1,4})password\s{1,4}(?P<value>\S{1,512})"
)
_PGPASS = re.compile(
    r"(?m)^\s{0,4}(?!\d{1,2}:\d\d:)[\w.*-]{1,253}:(?:\d{2,5}|\*):[\w*.-]{1,128}:[\w*.-]{1,128}:(?P<value>\S{3,512})$"
)
_QUOTED_PGPASS = re.compile(
    r"[\"'`][\w.*-]{1,253}:(?:543\d|6432|\*):[\w*.-]{1,128}:[\w*.-]{1,128}:(?P<value>[^\s\"'`\\]{3,512})(?=[\"'`\\])"
)
_PORTS = (":543", ":6432:", ":*:")
_AGES = re.compile(r"[0-9A-Fa-f]{0,5}(?::[0-9A-Fa-f]{0,5}){1,8}")
_HOME = re.compile(r":/[^\s:]{0,128}:/")
_SHADOW = re.compile(r"(?m)\b[\w.-]{1,64}:(?P<value>\$[\w-]{1,12}\$[^\s:]{8,512})")
_KUBERNETES = re.compile(
    r"(?i)\b(?:client-key-data|bearer[_-]?token|id-token|refresh-token|service-account-token)[\"']?\s{0,4}:\s{0,4}[\"']?(?P<value>[\w+/=.-]{8,16384})"
)
_SECRET_KIND = re.compile(r"(?i)\\{0,3}[\"']?\bkind\\{0,3}[\"']?\s{0,4}:\s{0,4}\\{0,3}[\"']?Secret\b")
_DATA = re.compile(
    r"(?i)\\{0,3}[\"']?\b(?:string)?data\\{0,3}[\"']?\s{0,4}:(?P<body>[^\n]{0,16384}(?:\n[ \t]{1,12}[^\n]{0,16384}){0,200})"
)
_ENTRY = re.compile(r"[\w.-]{1,253}\\{0,3}[\"']?\s{0,2}:\s{0,2}\\{0,3}[\"']?(?P<value>[^\s,\"'{}\\|]{1,16384})")
_JWK = re.compile(r"\"(?:d|p|q|dp|dq|qi|k)\"\s{0,2}:\s{0,2}\"(?P<value>[\w-]{16,8192})\"")
_WIREGUARD = re.compile(
    r"(?i)\b(?:PrivateKey|PresharedKey|private_key|pre_shared_key)\s{0,2}=\s{0,2}\"?(?P<value>[\w+/]{42,43}=)"
)
_LDIF = re.compile(r"(?i)\b(?:userPassword|unicodePwd|sambaNTPassword|olcRootPW)::?\s{1,2}(?P<value>\S{4,1024})")
_SEED = re.compile(
    r"(?i)\b(?:mnemonic|seed phrase|recovery phrase)[\"']?\s{0,2}(?:[:=]|is)\s{0,2}[\"']?(?P<value>[a-z]{3,8}(?: [a-z]{3,8}){11,23})"
)
_TOKENS = ("bearertoken", "bearer-token", "bearer_token", "id-token", "refresh-token", "service-account-token")
_VALUES: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (_REGISTRY, ('auth"', "auth\\", "identitytoken", "registrytoken")),
    (_NPMRC, ("_auth", "_password")),
    (_NETRC, ("password",)),
    (_SHADOW, (":$",)),
    (_KUBERNETES, ("client-key-data", *_TOKENS)),
    (_WIREGUARD, ("privatekey", "presharedkey", "private_key", "pre_shared_key")),
    (_LDIF, ("userpassword", "unicodepwd", "sambantpassword", "olcrootpw")),
    (_SEED, ("mnemonic", "phrase")),
    (_PPK, ("private-",)),
)
"""Each with words, in lower case, one of which is in every ASCII text that has some of it."""
_TRIGGERS = (
    "auth", "token", "password", ":$", "key", "private-", "pwd", "phrase", "mnemonic", "rootpw",
)  # fmt: skip
_KEY_BEGINNINGS = ("MII", "MC4C", "MHcC", "MIGH", "MIGk", "b3Bl", "lQH", "lQO", "lQP", "lQc")
NEEDLES = (*_TRIGGERS, *map(str.lower, _KEY_BEGINNINGS), "ls0t", "secret", '"kty"')
"""One of these, in lower case, is in every text that has something of a file, but a line of a password file."""


def _bodies(text: str, _lower: str) -> Iterator[Span]:
    for found in _KEY_BODY.finditer(text):
        if "CERTIFICATE" not in text and entropy(found[0][:64]) > 4:
            yield found.span()


def _encoded(text: str, _lower: str) -> Iterator[Span]:
    for found in _ENCODED.finditer(text):
        if _holds_key(found[0]):
            yield found.span()


def _manifests(text: str, _lower: str) -> Iterator[Span]:
    for data in _DATA.finditer(text) if _SECRET_KIND.search(text) else ():
        for found in _ENTRY.finditer(text, *data.span("body")):
            yield found.span("value")


def _is_stored(value: str) -> bool:
    return not is_placeholder(value) and not is_word(value)


def _is_password(value: str) -> bool:
    """What a line of four colons may end with, other than an address, a user's home or the days of a password's age."""
    return _is_stored(value) and not _AGES.fullmatch(value) and not _HOME.search(value)


def may_be_pgpass(text: str) -> bool:
    """Whether a text has a line of a file of PostgreSQL's passwords, which has no word of its own."""
    found = _PGPASS.search(text) if "\n" in text else _PGPASS.match(text)  # which does not try every place
    return found is not None or (has(text, _PORTS) and _QUOTED_PGPASS.search(text) is not None)


def _keys(text: str, _lower: str) -> Iterator[Span]:
    at = 0
    while begin := _PEM_BEGIN.search(text, at):
        end = _PEM_END.search(text, begin.end())
        at = end.end() if end else len(text)
        yield begin.start(), at


def _holds_key(encoded: str) -> bool:
    """Whether the beginning of a file in base64, of either alphabet, is a private key's."""
    start = _NOT_BASE64.sub("", encoded[:88].replace("-", "+").replace("_", "/"))
    return b"PRIVATE" in base64.b64decode(start[: len(start) // 4 * 4])


FORMS = (
    Form(("begin",), _keys),
    Form(tuple(map(str.lower, _KEY_BEGINNINGS)), _bodies),
    Form(("ls0tls1crudjti",), _encoded),
    *(Form(words, values(pattern, _is_stored)) for pattern, words in _VALUES),
    Form((":",), values(_PGPASS, _is_password)),
    Form(_PORTS, values(_QUOTED_PGPASS, _is_password)),
    Form(('"kty"',), values(_JWK, _is_stored)),
    Form(("secret",), _manifests),
)
"""Secrets of files."""
