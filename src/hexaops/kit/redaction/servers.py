"""Secrets in servers' and devices' own files, which give them a place on the line and no name."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

from hexaops.kit.redaction.forms import Form, Span, values
from hexaops.kit.redaction.looks import has, is_generated, is_random, is_secret
from hexaops.kit.redaction.names import is_telling
from hexaops.kit.redaction.places import is_chosen

NEEDLES = (
    ': eap "', ': xauth "', ': ntlm "', ': pin "', " enc ", "{plain", "{clear", "{crypt", "{ssha", "{smd5", "{blf-", "{md5", "{argon",
    "{pbkdf2", "{scram", "{ntlm", "{lanman", "{cram-", "bitlocker", "recovery key", "ksm ", "wif:", "wif ", "wif=", "eyj", '\"subscription', "subscription=",
)  # fmt: skip
"""Words of those forms that have none of the others' words, in lower case."""
AMBIGUOUS = (" *", "\t*", "smtp.", "mail.", "relay.")
_LINE_OF_CHAP = re.compile(
    r"(?m)^\s{0,4}\"?[\w.@\\-]{1,64}\"?[ \t]{1,8}(?:\*|\"?[\w.-]{1,64}\"?)[ \t]{1,8}\"?(?P<value>[^\s\"]{6,128})\"?[ \t]{1,8}\*[ \t]{0,4}$"
)
_LINE_OF_MAIL = re.compile(
    r"(?m)^\s{0,8}\[?(?:smtp|mail|relay)\d{0,2}\.[\w.-]{1,253}\]?(?::\d{2,5})?\s{1,16}[\w.@+-]{1,128}:(?P<value>\S{6,256})$"
)


def may_hold(lower: str) -> bool:
    """Whether a line of such a file may stand in a text in lower case that has no sure word."""
    starred = "*\n" in lower or lower.rstrip().endswith("*")
    if starred and has(lower, AMBIGUOUS[:2]) and _LINE_OF_CHAP.search(lower):
        return True
    return has(lower, AMBIGUOUS[2:]) and _LINE_OF_MAIL.search(lower) is not None


_SECRETS = (
    (("authtok",), re.compile(r"(?i)authtok\s{0,2}[:=]\s{0,2}[\"']?(?P<value>[^\s\"']{3,512})")),
    (
        (": psk", ": eap", ": xauth", ": ntlm", ": pin"),
        re.compile(r"(?i):\s{1,4}(?:psk|eap|xauth|ntlm|pin)\s{1,4}\"(?P<value>[^\"\n]{3,256})\""),
    ),
    ((" enc ",), re.compile(r"(?i)\bset\s[\w-]{1,40}\senc\s\"?(?P<value>[\w+/=]{8,1024})")),
    (
        ("set passw", "set psk", "set pre-shared", "set passph"),
        re.compile(
            r"(?im)^\s{0,8}set\s(?:passwd|psksecret|passphrase|pre-shared-key|wpa-psk)\s(?!enc\s)\"?(?P<value>[^\s\"]{6,256})"
        ),
    ),
    (
        (
            "{plain",
            "{clear",
            "{crypt",
            "{ssha",
            "{smd5",
            "{blf-",
            "{md5",
            "{argon",
            "{pbkdf2",
            "{scram",
            "{ntlm",
            "{lanman",
            "{cram-",
        ),
        re.compile(
            r"\{(?:PLAIN|CLEARTEXT|CLEAR|CRYPT|SSHA\d{0,3}|SMD5|BLF-CRYPT|MD5(?:-CRYPT)?|ARGON2ID?|PBKDF2|SCRAM-SHA-\d{1,3}|NTLM|LANMAN|CRAM-MD5)(?:\.[\w]{1,8})?\}"
            r"(?P<value>[^\s:\"'<>,;]{3,512})"
        ),
    ),
    (
        ("rootpw",),
        re.compile(r"(?m)\brootpw\s(?:--[a-z-]{2,16}\s){0,3}[\"']?(?P<value>[^\s\"'-][^\s\"']{2,512})"),
    ),
    (
        ("auth-pass",),
        re.compile(
            r"(?i)\bsentinel\s(?:set\s\S{1,64}\s)?auth-pass\s(?:\S{1,64}\s(?=\S))?[\"']?(?P<value>[^\s\"']{3,512})"
        ),
    ),
    (
        ("password>", "passphrase>"),
        re.compile(r"(?i)(?:password|passphrase)>\s{0,8}\{(?P<value>[\w+/]{22,1024}={1,2})\}"),
    ),
    (("recovery", "bitlocker"), re.compile(r"(?<![\d-])(?P<value>\d{6}(?:-\d{6}){7})(?![\d-])")),
    (
        ("password",),
        re.compile(
            r"(?i)\bapp(?:lication)?[ _-](?:specific[ _-])?passwords?[\"']?\s?(?:is|:|=)?\s?[\"']?(?P<value>[a-z0-9]{4}(?: [a-z0-9]{4}){3,5})(?![\w-])"
        ),
    ),
    (("-u ", "user"), re.compile(r"\"[\w.@-]{1,64}:(?P<value>[A-Za-z0-9]{4}(?: [A-Za-z0-9]{4}){5})\"")),
    (
        ("credentials",),
        re.compile(
            r"\"[\w.@-]{1,64}\\{0,3}\"\s?:\s?\\{0,3}\"(?P<value>[\w+/]{42,88}={1,2} [\w+/]{20,88}={1,2})\\{0,3}\""
        ),
    ),
    (("ksm ",), re.compile(r"\b(?:US|EU|AU|CA|JP|GOV):(?P<value>[\w-]{43})(?![\w-])")),
    (
        ("wif:", "wif ", "wif=", "privkey", "private key", "private_key"),
        re.compile(
            r"(?<![A-Za-z0-9])(?P<value>[KL][1-9A-HJ-NP-Za-km-z]{51}|5[HJK][1-9A-HJ-NP-Za-km-z]{49})(?![A-Za-z0-9])"
        ),
    ),
    (
        ('"subscription', "subscription=", "subscription ="),
        re.compile(r"\bsubscription[\"']?\s?[:=]\s?[\"'](?P<value>[0-9a-f]{32})[\"']"),
    ),
)
_JSON = re.compile(r"(?<![A-Za-z0-9._-])(?P<value>eyJ[\w+/-]{40,16384}={0,2})(?![\w.+/-])")
_NAME = re.compile(rb"\"([\w.-]{1,64})\"\s{0,4}:")


def _encoded(text: str, _lower: str) -> Iterator[Span]:
    """An object in base64 that names a secret: a tool's whole configuration in one variable."""
    for found in _JSON.finditer(text):
        plain = found["value"].rstrip("=").replace("-", "+").replace("_", "/")
        decoded = base64.b64decode(plain[: len(plain) // 4 * 4])
        if any(is_telling(name.decode()) for name in _NAME.findall(decoded)):
            yield found.span("value")


def _is_placed(value: str) -> bool:
    return is_random(value) or is_chosen(value) or is_generated(value)


FORMS = (
    *(Form(words, values(pattern, is_secret)) for words, pattern in _SECRETS),
    Form(AMBIGUOUS[:2], values(_LINE_OF_CHAP, _is_placed)),
    Form(AMBIGUOUS[2:], values(_LINE_OF_MAIL, _is_placed)),
    Form(("eyj",), _encoded),
)
"""Secrets by their place in a file."""
