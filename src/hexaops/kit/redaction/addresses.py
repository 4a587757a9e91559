"""Credentials within addresses: user information, query parameters, and paths that are secrets themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hexaops.kit.redaction.forms import UUID, Form, Span, places_of, values
from hexaops.kit.redaction.looks import has, is_generated, is_name, is_number, is_placeholder, is_random, is_word

_USERINFO = re.compile(
    r"(?i)[a-z][a-z0-9+.:-]{1,32}:(?://|\\/\\/)(?:(?P<user>[^\s/@:\"'<>]{0,256}?)(?::|%3a)(?P<password>[^\s/\"'<>]{1,512})"
    r"|(?P<alone>[^\s/@:\"'<>]{16,512}):?)@"
)
BEFORE_AT = re.compile(r"[:/][^\s/@\"']{0,800}@")
"""Something is stated before the `@`: all forms above have it, addresses of mail do not."""
_DSN = re.compile(
    r"(?<![\w/.:@-])(?P<user>[\w.+-]{1,64})[:/](?P<password>[^\s:@/\"'(),<>]{3,256})@(?P<host>//[\w.-]{1,253}|(?:tcp|unix|udp)\([^\s)]{1,253}\)"
    r"|[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}(?P<port>:\d{2,5}|/)?)"
)
_ORACLE = re.compile(r"(?i)(?:thin|oci8?):[\w$#-]{1,64}/(?P<password>[^\s@/\"']{3,256})@")
_PARAMETER = re.compile(
    r"(?i)(?:[?&#;]|%26|%3f|&amp;|\\u0026)(?P<name>sig|signature|x-amz-(?:signature|credential|security-token)|x-goog-(?:signature|credential)"
    r"|x-oss-(?:signature|security-token|credential)|awsaccesskeyid|googleaccessid|ossaccesskeyid|q-signature|q-ak|key-pair-id|policy|se?curity-?token"
    r"|(?:[a-z_-]{0,32})?(?:token|secret|passw(?:or)?d|pwd|pass(?:hash)?|apikey|api[_-]key|access[_-]key|auth|jwt|key)|code|sign|hmac|hash|ticket|otp|sid|st|t|state|hdnts|hdnea"
    r"|session(?:[_-]?id)?|samlresponse|samlrequest|assertion|client_assertion|oauth_[a-z]{1,20}|state_token|nonce|appid|subscription-key|license|share|invite|cred(?:ential)?s?)"
    r"(?:=|%3d)(?P<value>[^\s&\"'#<>;]{4,8192})"
)
_FIRST = re.compile(
    r"(?i)(?<![\w.-])(?P<name>saml(?:response|request|art)|client_assertion|assertion|code_verifier|device_code|oauth_verifier|authenticity_token"
    r"|login_challenge|logout_challenge|consent_challenge|state|code)(?:=|%3d)(?P<value>[^\s&\"'#<>;]{16,8192})"
)
"""The first parameter of a form has no sign before it."""
_FIRST_WORDS = (
    "samlre",
    "samlart",
    "assertion",
    "verifier",
    "device_code",
    "authenticity",
    "challenge",
    "state",
    "code",
)
_PARAMETER_SIGNS = ("?", "&", "#", ";", "%26", "%3f", "\\u0026")
"""One of them, in lower case, stands before every parameter."""
_ASSIGNS = ("=", "%3d")
"""One of them stands before its value."""
_USER_AND_P = re.compile(r"(?i)[?&]u(?:ser|sername)?=[^\s&]{0,128}&p=(?P<value>[^\s&\"'<>;]{3,1024})")
_CHOSEN = re.compile(r"(?i)pass|pwd|secret")
_HOOK = re.compile(
    r"(?i)(?:hooks\.slack\.com/(?:services|workflows|triggers)|discord(?:app)?\.com/api(?:/v\d{1,2})?/webhooks"
    r"|webhook\.office\.com/webhookb?2?|outlook\.office(?:365)?\.com/webhook|hooks\.zapier\.com/hooks/(?:catch|standard)"
    r"|maker\.ifttt\.com/(?:trigger/[\w-]{1,64}/(?:json/)?with/key|use)|events\.(?:eu\.)?pagerduty\.com/(?:integration|generic|x-ere)"
    r"|api\.telegram\.org(?:/file)?|open\.(?:feishu\.cn|larksuite\.com)/open-apis/bot/v2/hook|webexapis\.com/v1/webhooks/incoming"
    r"|hook\.(?:[a-z0-9]{1,8}\.)?(?:make|integromat)\.com|hc-ping\.com(?:/ping)?|webhook\.site|hooks\.airtable\.com/workflows"
    r"|alert\.victorops\.com/integrations/generic/\d{1,12}/alert|api\.opsgenie\.com/v\d/\w{1,20}|in\.logtail\.com|m\.pipedream\.net"
    r"|honeybadger\.io/v1/check_in|cronitor\.(?:io|link)(?:/p)?|nosnch\.in|betteruptime\.com/api/v1/\w{1,20}|uptime\.betterstack\.com/api/v1/\w{1,20}"
    r"|infura\.io/(?:ws/)?v\d|(?:alchemy|alchemyapi)\.(?:com|io)/v\d|quiknode\.pro|rpc\.ankr\.com/\w{1,32}|nodereal\.io/v\d|blastapi\.io"
    r"|packagecloud\.io/priv|conda\.anaconda\.(?:org|cloud)/t|myget\.org/f/[\w-]{1,64}/auth|fury\.io|dl\.cloudsmith\.io"
    r"|squadcast\.com/v\d/incidents/\w{1,32}|logs\.datadoghq\.(?:com|eu)/v\d/input|webhook\.logentries\.com/noformat/logs"
    r"|//\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}/api(?=/[\w-]{40}/(?:lights|groups|sensors|config|scenes))"
    r"|flow\.microsoft\.com|chat\.googleapis\.com/v1/spaces|logs-\d{1,3}\.loggly\.com/(?:inputs|bulk)|mailhook\.\w{1,20}\.\w{1,8}|connect\.pabbly\.com/workflow/sendwebhookdata"
    r"|/(?:hooks?|webhooks?2?|webhook-test|push|incoming|incoming-webhook|bot|invite|reset(?:[_-]password)?|password[_-]reset|verify|magic(?:-link)?|capability|unsubscribe|set-password|activate|confirm))"
    r"(?P<path>(?:/[\w@.:%~+=-]{1,512}){1,8})"
)
_hooks = places_of(_HOOK)
HOOK_WORDS = (
    "hook", "push", "/bot", "invite", "reset", "verify", "magic", "capability", "unsubscribe", "set-password", "activate",
    "confirm", "incoming", "ifttt.", "pagerduty.", "telegram.", "hc-ping.", "victorops.", "opsgenie.", "logtail.",
    "pipedream.", "honeybadger.", "cronitor.", "nosnch.", "betteruptime.", "betterstack.", "flow.microsoft.", "chat.google", "loggly.",
    "infura.", "alchemy", "quiknode.", "ankr.", "nodereal.", "blastapi.", "packagecloud.", "anaconda.", "myget.", "fury.io", "cloudsmith.",
    "sumologic.", "squadcast.", "datadoghq.", "logentries.", "/api/",
)  # fmt: skip
"""One of them, in lower case, is in every ASCII text that has such an address."""
_REVISIONS = frozenset({"commit", "commits", "tree", "blob", "blame", "raw", "compare", "archive", "pull", "actions"})
"""After these stands a revision of a repository whose name is like that of a hook."""
_SEGMENT = re.compile(r"[^/]{1,512}")
_UUID = re.compile(UUID, re.IGNORECASE)
_RECEIVER = re.compile(r"(?i)sumologic\.com/receiver/v\d/http/(?P<value>[\w+/=%-]{24,512})")
_BOT = re.compile(r"(?i)/bot(?P<value>\d{6,12}:[\w-]{20,64})")
_NO_USERS = frozenset(
    [
        "mailto",
        "email",
        "mail",
        "user",
        "from",
        "to",
        "by",
        "owner",
        "author",
        "cc",
        "bcc",
        "sip",
        "xmpp",
        "acct",
        "contact",
        "sender",
        "login",
        "account",
    ]
)  # readable


def _parameters(text: str, _lower: str) -> Iterator[Span]:
    for found in _PARAMETER.finditer(text):
        if _is_held(found["name"].lower(), found["value"]):
            yield found.span("value")


def _first(text: str, _lower: str) -> Iterator[Span]:
    for found in _FIRST.finditer(text):
        if is_random(found["value"]) and (
            found["name"].lower() not in {"state", "code"} or is_generated(found["value"])
        ):
            yield found.span("value")


def may_have_parameter(lower: str) -> bool:
    """Whether a text, in lower case, has the signs around an address's parameter."""
    if not has(lower, _ASSIGNS):
        return False
    return has(lower, _PARAMETER_SIGNS) or (has(lower, _FIRST_WORDS) and _FIRST.search(lower) is not None)


_MAIL = re.compile(r"[\w.+-]{1,64}%40[\w-]{1,64}(?:\.[\w-]{2,64}){1,4}")


def _users(text: str, _lower: str) -> Iterator[Span]:
    for found in _USERINFO.finditer(text):
        if found["alone"] is not None:
            if _MAIL.fullmatch(found["alone"]):
                continue  # an account's name
            if is_random(found["alone"]) or not is_name(found["alone"]):
                yield found.span("alone")
        elif not is_placeholder(found["password"]):
            if len(found["user"]) >= 20 and is_random(found["user"]):
                yield found.span("user")
            yield found.span("password")
    for found in _ORACLE.finditer(text):
        yield found.span("password")
    for found in _DSN.finditer(text):
        password, host = found["password"], found["host"]
        if host.isdigit():
            continue  # a line of a class: `Manager$Listener@486`
        driver = "(" in host or host.startswith("//")
        if (
            (not driver and found["user"].lower() in _NO_USERS)
            or re.match(r"(?i)sha\d|v?\d+\.", password + host)
            or "sha256" in host
        ):
            continue
        if driver or is_random(password) or (found["port"] and not is_name(password) and not is_number(password)):
            yield found.span("password")


def _is_held(name: str, value: str) -> bool:
    if is_placeholder(value) or is_word(value):
        return False
    if name == "passhash" or (_CHOSEN.search(name) and not is_number(value)):
        return True
    if name in {
        "policy",
        "hash",
        "nonce",
        "code",
        "state",
        "state_token",
        "appid",
        "share",
        "invite",
        "key",
        "st",
        "sid",
    }:
        return len(value) >= 16 and is_random(value)
    if name == "t":
        return is_generated(value)
    return is_random(value) and not value.startswith("sess_")


def _paths(text: str, lower: str) -> Iterator[Span]:
    for found in _hooks(text, lower):
        known = "." in found[0][: found.start("path") - found.start()]
        before = ""
        for segment in _SEGMENT.finditer(text, *found.span("path")):
            value = segment[0].rstrip(".,:")
            if before not in _REVISIONS and _is_key(value, known):
                yield segment.start(), segment.start() + len(value)
            before = value


def _is_key(value: str, known: bool) -> bool:
    if _UUID.search(value):
        return True
    if len(value) < (5 if known else 16):
        return False
    if known:
        return (
            is_random(value)
            or (value.isdigit() and len(value) >= 15)
            or (value.isalnum() and not value.isalpha() and not value.isdigit() and not is_name(value))
        )
    return is_random(value)


FORMS = (
    Form(("/bot",), values(_BOT)),
    Form(("sumologic.",), values(_RECEIVER)),
    Form(("@",), _users),
    Form(_PARAMETER_SIGNS, _parameters, _ASSIGNS),
    Form(_FIRST_WORDS, _first, _ASSIGNS),
    Form(("&p=",), values(_USER_AND_P)),
    Form(HOOK_WORDS, _paths, ("/",)),
)
"""Credentials of addresses."""
