"""Headers: authorization of every scheme, and cookies."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hexaops.kit.redaction.forms import Form, Span, values
from hexaops.kit.redaction.looks import is_name, is_number, is_placeholder, is_random, is_word

_AUTHORIZATION = re.compile(
    r"(?i)(?:proxy-)?(?:authorization|authenticate|auth-info)[\"'\]]{0,2}(?P<sign>\s{0,2}[:=]>?\s{0,2}|\s{1,2})[\[\"'(]{0,2}"
    r"(?P<scheme>[A-Za-z][\w-]{1,31}[ ]{1,2})?(?P<value>[^\s\"'\[\]{}<>()]{3,8192})"
)
_SCHEME = re.compile(
    r"(?i)(?<!:)\b(?P<scheme>bearer|basic|apikey|negotiate|ntlm|ssws|genie-?key|sharedkey(?:lite)?|splunk|token token=|aws4-hmac-sha256|aws)"
    r"[ :=\"']{1,3}(?P<value>[A-Za-z0-9._~+/=:-]{8,8192})"
)
_SCHEMES = (
    "bearer",
    "basic",
    "apikey",
    "negotiate",
    "ntlm",
    "ssws",
    "genie",
    "sharedkey",
    "splunk",
    "token token",
    "aws",
)
_AUTHORIZES = ("authoriz", "authentic", "auth-info")
_DIGEST = re.compile(
    r"(?i)\b(?:response|credential|signature|signed|mac|nonce|hawk|cnonce)=\"?(?P<value>[^\s,\"]{16,2048})"
)
_COOKIES = re.compile(r"(?i)\b(?:set-)?cookies?[\"'\]]{0,2}\s{0,2}[:=]>?\s{0,2}[\[\"'({]{0,2}(?P<all>[^\n\"']{3,8192})")
_COOKIE = re.compile(r"(?P<name>[\w!#$%&'*+.^`|~-]{1,128})=(?P<value>[^\s;,\"']{1,4096})")
_SESSIONS = re.compile(
    r"(?i)(?:session(?:[_-]?id|_?cookie)?|\b(?:phpsessid|connect\.sid|csrftoken"
    r"|xsrf-token|remember_(?:web_\w{1,64}|token)|__(?:secure|host)-[\w.-]{1,64}|\.aspnetcore\.[\w.-]{1,64}|cf_clearance"
    r"|wordpress_logged_in_\w{1,64}|_oauth2_proxy|auth_token|sid))=(?P<value>[\w.%+/=:~-]{16,4096})"
)
"""Most names only end so: `laravel_session`, `JSESSIONID`."""
SESSION_NAMES = (
    "session=", "sessionid=", "session_id=", "session-id=", "session_cookie=", "sessioncookie=", "sessid=", "sid=", "csrftoken", "xsrf-token",
    "remember_", "__secure-", "__host-", ".aspnetcore.", "cf_clearance", "wordpress_", "_oauth2_proxy", "auth_token",
)  # fmt: skip
"""One of them, in lower case, is in every ASCII text that has such a name with its value."""
_ASSIGNED = re.compile(r"(?!token=)[A-Za-z_][A-Za-z_.-]{0,40}=[^=]|[a-z_]{2,20}=\Z")
"""The next name with its value, after `token_type=bearer`: padding stands only at the end of a credential."""
_PARTED = frozenset({"digest", "hawk", "oauth", "mac", "signature", "aws4-hmac-sha256", "aws4-ecdsa-p256-sha256"})
"""Schemes whose credentials are a list of names and values."""
_ATTRIBUTES = frozenset({"path", "domain", "expires", "max-age", "samesite", "version", "comment", "priority"})
_UNSIGNED = frozenset({"lang", "locale", "theme", "tz", "timezone", "currency", "country", "consent", "region"})


_OWN_KEY = re.compile(
    r"(?i)\bx-(?!(?:cache|idempotency|surrogate|request|correlation|public|partition|routing|shard|object)-)[\w-]{2,40}-key[\"']?\s?[:=]\s?[\"']?(?P<value>[\w.~+/=-]{12,1024})"
)
"""A header of a service's own for a key."""


def _is_own(value: str) -> bool:
    return not (is_name(value) or is_number(value) or is_word(value) or is_placeholder(value))


def _schemes(text: str, _lower: str) -> Iterator[Span]:
    for found in _SCHEME.finditer(text):
        if _is_credential(found["value"]) and (found["scheme"].lower() != "aws" or ":" in found["value"]):
            yield found.span("value")


def _all_cookies(text: str, _lower: str) -> Iterator[Span]:
    for found in _COOKIES.finditer(text):
        yield from _cookies(found)


def _is_session(value: str) -> bool:
    return is_random(value) and not value.startswith("sess_")  # an id of ours


def _authorizations(text: str, _lower: str) -> Iterator[Span]:
    for found in _AUTHORIZATION.finditer(text):
        value = found["value"]
        if "=" in value and (found["scheme"] or "").strip().lower() in _PARTED:
            for part in _DIGEST.finditer(text, found.start("value"), found.start("value") + 8192):
                yield part.span("value")
        elif text[found.end("value") : found.end("value") + 1] == "(":
            continue  # a call
        elif _is_credential(value) and (found["sign"].strip() or any(map(str.isdigit, value))):
            yield found.span("value")


def _is_credential(value: str) -> bool:
    """`Basic authentication failed` is a sentence, `Basic dXNlcjpwYXNz` is not."""
    value = value.rstrip(".,:")
    if value.startswith(("realm=", "auth-", "authentication-")):
        return False
    if is_word(value) or is_number(value) or is_placeholder(value) or _ASSIGNED.match(value):
        return False
    mixed = not (value.islower() or value.istitle() or value.isupper())
    telling = any(character.isdigit() for character in value) or "=" in value or mixed
    return telling and (not is_name(value) or (mixed and len(value) >= 12 and "-" not in value))


def _cookies(found: re.Match[str]) -> Iterator[Span]:
    for cookie in _COOKIE.finditer(found.string, *found.span("all")):
        name, value = cookie["name"].lower(), cookie["value"]
        if name in _ATTRIBUTES or name in _UNSIGNED or value.startswith("sess_"):
            continue
        if len(value) >= 6 and not (is_number(value) or is_word(value) or is_name(value)):
            yield cookie.span("value")


FORMS = (
    Form(_AUTHORIZES, _authorizations),
    Form(_SCHEMES, _schemes),
    Form(("cookie",), _all_cookies),
    Form(("-key:", '-key"', "-key'", "-key="), values(_OWN_KEY, _is_own)),
    Form(SESSION_NAMES, values(_SESSIONS, _is_session)),
)
"""Credentials of headers."""
