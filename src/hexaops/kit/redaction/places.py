"""Further secrets that stand without a name beside them: in forms, files, code, consoles and sentences, each by its place."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

from hexaops.kit.redaction.forms import Find, Form, Span, values
from hexaops.kit.redaction.looks import has, is_generated, is_mixed, is_number, is_random, is_secret
from hexaops.kit.redaction.names import is_telling

NEEDLES = (
    "sudo -s", "add-mask", "sp_addlogin", "tacacs", "radius-server", "openvpn static", "sasl plain", "form-data", "aad3b435b51404ee",
    '"sk"', " sk=", ",sk=", "new value", '"auth"', "setvariable", "s3('", "s3cluster(",
)  # fmt: skip
"""Words of those forms that have none of the others' words, in lower case."""
_MAY_HOLD = re.compile(
    r"(?<![\w/.:-])(?:admin|root):(?=[^\s:/]{0,24}\d)[^\s:/]{8}|\]:\d{2,5}\s{1,16}[^\s:]{1,128}:\S{3}|\bu(?:sr)?: ?\S{1,64}[\s,;]{1,3}p(?:wd?)?: ?\S"
)


def may_hold(lower: str) -> bool:
    """Whether a user's name and password may stand in a text in lower case that has no sure word."""
    if has(lower, ("admin:", "root:", "]:", "u:", "usr:")) and _MAY_HOLD.search(lower) is not None:
        return True
    return has(lower, _KEYED) and (_BARE_KEY.search(lower) or _KEY_OF_FILE.search(lower)) is not None


_KEYED = ('key":', 'key\\":', "key':", "key=", "key =", "key: ")
_BARE_KEY = re.compile(
    r"(?i)(?<![\w.-])key\\{0,3}[\"']?\s{0,2}[:=]\s{0,2}\\{0,3}[\"']?(?P<value>[\w+/-]{42,44}={1,2}|[\w+/-]{64,88}={1,2})(?![\w+/=-])"
)
"""A key that nothing qualifies, with what machines make; ids, hashes and names of objects have no padding."""
_KEY_OF_FILE = re.compile(r"(?im)^\s{0,8}key\s?=\s?[\"']?(?P<value>[\w+/-]{20,128}={0,2})[\"']?\s{0,4}$")
"""In a file of its own sections."""
_PUBLIC = re.compile(r"AAAA[BCE][23]NzaC|MI[IGH]")


def _is_bytes(value: str) -> bool:
    """Base64 of bytes: etcd and queues print keys so that are readable text, and public keys tell what they are."""
    if not is_generated(value) or _PUBLIC.match(value):
        return False
    plain = value.replace("-", "+").replace("_", "/").rstrip("=")
    decoded = base64.b64decode(plain + "=" * (-len(plain) % 4)) if len(plain) % 4 != 1 else b"\xff"
    return not all(32 <= byte < 127 for byte in decoded[:24])


def _keys_of_files(text: str, _lower: str) -> Iterator[Span]:
    for found in _KEY_OF_FILE.finditer(text) if "\n" in text else ():
        if _is_bytes(found["value"]):
            yield found.span("value")


def is_chosen(value: str) -> bool:
    """What looks random, or has digits as passwords have."""
    return (
        is_random(value)
        or is_mixed(value)
        or (len(value) >= 8 and sum(sign.isdigit() for sign in value) >= 2 and not is_number(value))
    )


def _named(pattern: re.Pattern[str]) -> Find:
    """Finds values beside which the pattern has a telling name."""

    def find(text: str, _lower: str) -> Iterator[Span]:
        for found in pattern.finditer(text):
            if is_telling(found["name"]) and is_secret(found["value"]):
                yield found.span("value")

    return find


_NAMED = (
    (
        ("setvariable",),
        re.compile(r"task\.setvariable\s?variable=(?P<name>[\w.-]{1,128})[^\]\n]{0,128}\](?P<value>[^\s\"']{3,1024})"),
    ),
    (
        ("<value>",),
        re.compile(
            r"(?i)<\w{1,32}\s[^<>]{0,128}?\bname=[\"'](?P<name>[\w.-]{1,128})[\"'][^<>]{0,128}>\s{0,32}<value>(?P<value>[^<>]{3,4096})</value>"
        ),
    ),
    (
        ("form-data",),
        re.compile(
            r"(?i)form-data;\s?name=\\?\"(?P<name>[\w.\[\]-]{1,128})\\?\"[^\n\\]{0,200}(?:\r?\n|\\r\\n){2}(?P<value>[^\r\n\\]{3,4096})"
        ),
    ),
    (
        ("where",),
        re.compile(
            r"(?i)\bset\s[\w.\"`]{1,64}\s?=\s?'(?P<value>[^'\n]{6,4096})'\s{1,4}where\s[\w.\"`]{1,64}\s?=\s?'(?P<name>[\w.-]{1,128})'"
        ),
    ),
)
_SECRETS = (
    (('"auth"',), re.compile(r"(?i)\"auth\"\s(?:\"[^\"\n]{1,64}\"\s)?\"(?P<value>[^\"\n]{3,512})\"(?!\s\")")),
    (("requirepass", "masterauth"), re.compile(r"(?i)\"(?:requirepass|masterauth)\"\s\"(?P<value>[^\"\n]{1,512})\"")),
    (
        ("]:",),
        re.compile(
            r"(?m)^\s{0,8}(?:\S{1,64}:\s)?\[?[\w.-]{1,253}\]:\d{2,5}\s{1,16}[\w.@+-]{1,128}:(?P<value>\S{3,256})$"
        ),
    ),
    (
        ("sp_addlogin",),
        re.compile(
            r"(?i)\bsp_addlogin\s(?:@\w{1,32}\s?=\s?)?N?'[^']{1,128}',\s?(?:@\w{1,32}\s?=\s?)?N?'(?P<value>[^']{3,256})'"
        ),
    ),
    (
        ("tacacs", "radius"),
        re.compile(r"(?i)\b(?:tacacs|radius)\b[^\n]{0,80}?\skey\s(?:\d\s)?[\"']?(?P<value>[^\s\"']{4,256})"),
    ),
    (("config set ",), re.compile(r"(?i)\bconfig set (?:requirepass|masterauth)\s[\"']?(?P<value>[^\s\"']{3,512})")),
    (("wpa-psk",), re.compile(r"(?m)^\s{0,8}wpa-psk\s[\"']?(?P<value>[^\s\"']{8,64})")),
    (("add-mask",), re.compile(r"::add-mask::(?P<value>[^\s\"']{4,1024})")),
    (("openvpn static",), re.compile(r"-----BEGIN OpenVPN Static key V1-----(?P<value>[^-]{16,4096})")),
    (("aad3b435b51404ee",), re.compile(r"(?i)aad3b435b51404eeaad3b435b51404ee:(?P<value>[0-9a-f]{32})")),
    (
        ("signature",),
        re.compile(
            r"(?i)\bsignature[\w-]{0,8}[\"']?:\s?[\"']?(?:t=\d{8,12},)?(?:v\d|sha\d{1,3})=(?P<value>[\w+/]{27,128}={0,2})"
        ),
    ),
)
_CHOSEN = (
    (("new value",), re.compile(r"(?i)\bnew value(?:\sis)?:?\s(?P<value>\S{8,256})")),
    (("password",), re.compile(r"(?i)\bpassword\s[\w.@-]{1,64}\s=\s(?P<value>\S{6,256})")),
    (("vault",), re.compile(r"(?<![\w.])(?P<value>s\.(?=[A-Za-z]{0,23}\d)[A-Za-z0-9]{24})(?!\w)")),
    (("login ",), re.compile(r"(?m)^LOGIN\s\S{1,128}\s(?P<value>\S{4,256})$")),
    (
        ("admin:", "root:"),
        re.compile(r"(?i)(?<![\w/.:-])(?:admin|root):(?P<value>(?=[^\s:/]{0,64}\d)[^\s:/\"',;]{8,64})(?![:/\w])"),
    ),
    (
        ("p: ", "pw: ", "pwd: ", "p:", "pw:"),
        re.compile(r"(?i)\bu(?:sr)?:\s?\S{1,64}?[\s,;]{1,3}p(?:wd?)?:\s?(?P<value>[^\s,;]{6,256})"),
    ),
    (
        ("pass", "pw"),
        re.compile(
            r"(?i)(?<!\S)(?P<value>\S{8,128})\s(?:as|for|is|=)\s(?:the|your|my|its)\s(?:[\w-]{1,20}\s)?(?:pass(?:word|phrase|code)?|pw)\b"
        ),
    ),
    (("seed",), re.compile(r"\bseed[\"']?\s?[:=]\s?[\"']?(?P<value>[A-Z2-7]{16,64}|[0-9a-f]{32,128})\b")),
    (("<(echo",), re.compile(r"\bkey[^\n]{0,60}<\(echo\s(?:-n\s)?[\"']?(?P<value>[^\s\"')]{16,256})")),
)
_GENERATED = (
    (
        ('"sk"', "sk=", "sk:"),
        re.compile(
            r"\bak[\"']?\s?[:=]\s?[\"']?[\w-]{16,64}[\"']?[,;\s]{1,3}[\"']?sk[\"']?\s?[:=]\s?[\"']?(?P<value>[\w+/]{20,128}={0,2})"
        ),
    ),
    (("private-",), re.compile(r"/private-(?P<value>[0-9a-f]{20,64})\b")),
    (("sasl plain",), re.compile(r"(?i)\bsasl[ _-]plain\s(?P<value>[\w+/]{16,4096}={0,2})")),
    (
        ("s3('", "s3cluster("),
        re.compile(r"(?i)\bs3(?:cluster)?\(\s?'[^'\n]{1,512}',\s?'[^'\n]{1,128}',\s?'(?P<value>[\w+/]{32,128})'"),
    ),
)

FORMS = (
    *(Form(words, _named(pattern)) for words, pattern in _NAMED),
    *(Form(words, values(pattern, is_secret)) for words, pattern in _SECRETS),
    *(Form(words, values(pattern, is_chosen)) for words, pattern in _CHOSEN),
    *(Form(words, values(pattern, is_generated)) for words, pattern in _GENERATED),
    Form(_KEYED, values(_BARE_KEY, _is_bytes)),
    Form(("key=", "key ="), _keys_of_files),
)
"""Secrets by their place."""
