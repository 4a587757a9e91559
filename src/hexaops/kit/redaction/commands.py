"""Commands and code that take a secret by its position: no name stands beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hexaops.kit.redaction.looks import has, is_name, is_number, is_placeholder, is_random, is_word
from hexaops.kit.redaction.names import is_telling

Span = tuple[int, int]

NEEDLES = ("rabbitmqctl", "openssl", "net use", "asplaintext")
"""Words of those forms that have none of the others' words, in lower case."""
_VALUE = r"[\"']?(?P<value>[^\s\"']{3,1024})"
_FORMS: tuple[tuple[tuple[str, ...], re.Pattern[str]], ...] = (
    (
        ("--user", "--proxy-user"),
        re.compile(r"--(?:proxy-)?user[ =][\"']?[^\s:\"'/]{1,128}:(?P<value>[^\s\"']{3,256})"),
    ),
    (("rabbitmqctl",), re.compile(rf"\b(?:add_user|change_password|authenticate_user)\s+\S{{1,128}}\s+{_VALUE}")),
    (
        ("htpasswd",),
        re.compile(
            rf"\bhtpasswd\s(?:-\w{{1,8}}\s){{0,3}}-\w{{0,4}}b\w{{0,4}}\s(?:[^\s-]\S{{0,255}}\s)?\S{{1,128}}\s{_VALUE}"
        ),
    ),
    (("openssl",), re.compile(rf"\bopenssl\s[^\n|;]{{0,200}}?\s-[kK]\s{_VALUE}")),
    (("net use",), re.compile(rf"\bnet use\s[^\n]{{0,256}}?/user:\S{{1,128}}\s{_VALUE}")),
    (("asplaintext",), re.compile(r"(?i)-AsPlainText\s[\"'](?P<value>[^\"'\n]{3,256})")),
    (("asplaintext",), re.compile(r"(?i)-SecureString\s(?:-String\s)?[\"'](?P<value>[^\"'\n]{3,256})")),
    (("munity",), re.compile(rf"(?i)\bsnmp-server\scommunity\s{_VALUE}")),
    (
        ("--password-stdin", "--with-token", "passwd", "sudo -s", "--pass"),
        re.compile(
            rf"\becho\s(?:-n\s)?{_VALUE}[\"']?\s?\|[^\n|]{{0,200}}(?:--password-stdin|--with-token|passwd|sudo -S|--pass\w)"
        ),
    ),
)
"""Words, in lower case, one of which is in every text of the form."""
_BASIC = re.compile(
    r"(?i)auth(?:entication)?\s?=?\s?\(\s?(?P<sign>[\"'])[^\"'\n]{1,128}(?P=sign)\s?,\s?(?:Some\()?(?P<close>[\"'])(?P<value>[^\"'\n]{3,256})(?P=close)"
)
_CREDENTIALS = re.compile(
    r"(?i)credentials?(?:\s(?:are|is))?:?\s(?P<user>[\w.@-]{1,64})\s?/\s?(?P<value>[^\s/,;]{6,256})(?=[\s,;.]|\Z)"
)
_ATTRIBUTE = re.compile(
    r"<[\w:.-]{1,64}\s[^<>]{0,128}?\b(?:name|key|id)=[\"'](?P<name>[\w.-]{1,128})[\"'][^<>]{0,128}>\s{0,8}(?P<value>[^<>]{1,4096}?)\s{0,8}</"
)
_TERRAFORM = re.compile(
    r"\bvariable\s\"(?P<name>[\w-]{1,64})\"\s\{[^{}]{0,400}?\bdefault\s{0,8}=\s{0,8}\"(?P<value>[^\"\n]{1,4096})\""
)


def find(text: str, lower: str) -> Iterator[Span]:
    """Where such secrets stand."""
    for words, pattern in _FORMS:
        if has(lower, words) or not text.isascii():
            yield from (one.span("value") for one in pattern.finditer(text) if _may_be(one["value"]))
    if "auth" in lower and "(" in text:
        yield from (one.span("value") for one in _BASIC.finditer(text) if _may_be(one["value"]))
    if "credential" in lower and "/" in text:
        yield from (one.span("value") for one in _CREDENTIALS.finditer(text) if is_random(one["value"]))
    for pattern, sign in ((_ATTRIBUTE, "</"), (_TERRAFORM, "variable")):
        if sign in text:
            for found in pattern.finditer(text):
                if is_telling(found["name"]) and _may_be(found["value"]):
                    yield found.span("value")


def _may_be(value: str) -> bool:
    if is_placeholder(value) or is_word(value) or is_number(value):
        return False
    return not (is_name(value) and value.islower() and len(value) < 5)
