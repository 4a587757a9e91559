"""Secrets among the arguments of tools, and of the constructors of clients, each by its own grammar."""

from __future__ import annotations

import re

from hexaops.kit.redaction.forms import UUID, Form, values
from hexaops.kit.redaction.looks import has, is_generated, is_random, is_secret
from hexaops.kit.redaction.places import is_chosen

NEEDLES = (
    "radtest", "nsupdate", "hdbuserstore", ".logon", "composer config", "client('", 'client("', "config('", 'config("', "credential('",
    'credential("', "realtime(", "-sign:", "kinit",
)  # fmt: skip
"""Words of those forms that have none of the others' words, in lower case."""
AMBIGUOUS = (" using ", "-k ", "-k=")
_DASHED_K = re.compile(r"(?<![\w-])-k[ =][\"']?[\w-]{24}")
_CONNECTS = re.compile(r"\bconnect (?:to \S{1,64} )?user ")


def may_hold(lower: str) -> bool:
    """Whether such an argument may stand in a text in lower case that has no sure word."""
    if has(lower, AMBIGUOUS[1:]) and _DASHED_K.search(lower):
        return True
    return AMBIGUOUS[0] in lower and _CONNECTS.search(lower) is not None


_UUID = re.compile(UUID)
_VALUE = r"[\"']?(?P<value>[^\s\"';]{3,512})"
_SECRETS = (
    (
        ("radtest",),
        re.compile(
            r"\bradtest\s(?:-\w\s\S{1,16}\s){0,3}\S{1,64}\s(?P<value>\S{3,128})\s\S{1,128}\s\d{1,5}\s(?P<other>\S{3,128})"
        ),
    ),
    (
        ("nsupdate", "dig "),
        re.compile(
            r"\b(?:nsupdate|dig)\s[^\n|;]{0,100}?-y\s(?:[\w-]{1,32}:)?[\w.-]{1,64}:(?P<value>[\w+/]{16,128}={0,2})"
        ),
    ),
    (
        ("hdbuserstore",),
        re.compile(rf"(?i)\bhdbuserstore\s(?:-\w\s)?set\s\S{{1,64}}\s\S{{1,253}}\s\S{{1,64}}\s{_VALUE}"),
    ),
    ((".logon",), re.compile(r"(?i)\.logon\s[\w.-]{1,128}/[\w.-]{1,64}\s?,\s?(?P<value>[^\s;]{3,128})")),
    (
        ("composer config",),
        re.compile(
            rf"\bcomposer\sconfig\s[^\n]{{0,60}}?(?:http-basic\.\S{{1,253}}\s\S{{1,128}}|(?:github-oauth|gitlab-token|gitlab-oauth|bearer)\.\S{{1,253}})\s{_VALUE}"
        ),
    ),
    (
        ("kinit", "secret", "ssh-add", "pass insert"),
        re.compile(
            r"\b(?:echo|printf(?:\s[\"']?%s\\?n?[\"']?)?)\s(?:-n\s)?[\"']?(?P<value>[^\s\"'`$-][^\s\"']{3,1023})[\"']?\s?\|[^\n|]{0,60}?\b(?:kinit|ssh-add|pass insert"
            r"|secrets?\s(?:create|set|put|add|versions add))\b"
        ),
    ),
)
_CHOSEN = (
    (
        (" using ",),
        re.compile(rf"(?i)\bconnect\s(?:to\s\S{{1,64}}\s)?user\s\S{{1,64}}\susing\s{_VALUE}"),
    ),
)
_GIVEN = (
    (
        (" publish ", " push ", " upload ", " login "),
        re.compile(r"\b(?:publish|push|upload|login)\s[^\n|;]{0,200}?\s-[kp][ =][\"']?(?P<value>[\w.+/=-]{24,512})"),
    ),
    (("-k ", "-k="), re.compile(r"(?<![\w-])-k[ =][\"']?(?P<value>[\w-]{24,256})(?![\w./])")),
    (
        ("client(", "config(", "credential(", "realtime("),
        re.compile(
            r"\w(?:Client|Config|Credential|Realtime)\(\s?(?:\w{1,24}\s?=\s?)?[\"'](?P<value>[\w.:+/=-]{32,512})[\"']"
        ),
    ),
    (
        ("realtime(",),
        re.compile(r"\.Realtime\(\s?[\"'](?P<value>[\w.-]{8,64}:[\w-]{32,128})[\"']"),
    ),
    (("-sign:", '-sign"'), re.compile(r"(?i)-sign[\"']?:\s?[\"']?(?P<value>[\w+/]{24,128}={0,2})")),
)


def _is_key(value: str) -> bool:
    """What machines make: random signs, digits of one kind, or a UUID."""
    return _UUID.fullmatch(value) is not None or is_generated(value) or (":" in value and is_random(value))


FORMS = (
    *(Form(words, values(pattern, is_secret)) for words, pattern in _SECRETS),
    *(Form(words, values(pattern, is_chosen)) for words, pattern in _CHOSEN),
    *(Form(words, values(pattern, _is_key)) for words, pattern in _GIVEN),
)
"""Secrets by their place among arguments of tools."""
