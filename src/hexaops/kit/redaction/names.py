"""Names that tell of a secret: of fields, variables, flags, headers and parameters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

KEYWORDS = (
    *"""password passwort passwd passphrase passcode passkey passwrd pasword passw pass pwd storepass keypass secret token
    credential credentials key_material key-material keymaterial key connectionstring connection_string connection-string bindpw
    bind_pw bind-pw requirepass masterauth psk otp otpauth mnemonic jwt sessionid session-id sessid connect.sid _session
    signature authcode auth xsrf csrf pswd pword psw pw dbpw rootpw adminpw userpw mypw tkn dockerconfigjson dockercfg pepper
    tok secr skey honeycomb-team auth_salt nonce_salt logged_in_salt secure_auth_salt
    sshpass userpass usrpass authpass loginpass dbpass smtppass mailpass rootpass adminpass ftppass proxypass sudopass
    becomepass ldappass bindpass
    kennwort contrasena contrase\u00f1a motdepasse mot_de_passe mot-de-passe mdp senha haslo has\u0142o parola heslo losenord
    l\u00f6senord wachtwoord salasana sifre \u015fifre jelszo jelsz\u00f3 adgangskode clave chave jeton geheim geheimnis schlussel
    schluessel schl\u00fcssel codeword palavra-passe \u03ba\u03c9\u03b4\u03b9\u03ba\u03cc\u03c2 \u043f\u0430\u0440\u043e\u043b\u044c \u0442\u043e\u043a\u0435\u043d
    \u043a\u043b\u044e\u0447 \u5bc6\u7801 \u5bc6\u78bc \u30d1\u30b9\u30ef\u30fc\u30c9 \ube44\ubc00\ubc88\ud638 \u0e23\u0e2b\u0e31\u0e2a\u0e1c\u0e48\u0e32\u0e19
    \u092a\u093e\u0938\u0935\u0930\u094d\u0921 \u05e1\u05d9\u05e1\u05de\u05d4""".split(),  # noqa: SIM905 # readable
    *(f"{sign}{word}" for sign in "_-" for word in ("pat", "bearer", "cred", "creds", "salt", "sas", "licence", "license")),
    "mot de passe", "palavra passe", "m\u1eadt kh\u1ea9u", "kata sandi", "\u0643\u0644\u0645\u0629 \u0627\u0644\u0645\u0631\u0648\u0631",
)  # fmt: skip
"""Words that tell of a secret, in lower case."""


def _joined(words: Iterable[str]) -> str:
    """A pattern of all words that tries no letter twice; of two at the same place the longer."""
    by_letter: dict[str, list[str]] = {}
    for word in words:
        by_letter.setdefault(word[:1], []).append(word[1:])
    ends = by_letter.pop("", None) is not None
    branches = [re.escape(letter) + _joined(rest) for letter, rest in by_letter.items()]
    if not branches:
        return ""
    joined = f"(?:{'|'.join(branches)})"
    return f"{joined}?" if ends else joined


KEYWORD = _joined(KEYWORDS)
_WHOLE = frozenset(
    """pass auth otp otpauth psk jwt key _session csrf xsrf passw psw pw dbpw rootpw adminpw userpw mypw tkn mdp senha haslo
    pepper tok secr skey parola heslo sifre clave chave jeton geheim codeword""".split()  # noqa: SIM905 # readable
)
"""Parts of ordinary words too: nothing may follow them, and before them stands no letter (`bypass`, `author`)."""
_ENDS = frozenset(word for word in KEYWORDS if word[0] in "_-" and word != "_session")
"""Ends of names only: `_pat` is part of `_path`."""
_QUALIFIERS = tuple(
    """api access private signing encryption auth account shared master subscription license storage integration consumer
    service app application function functions deploy webhook tls ssh hmac cipher session admin server routing write ingest
    ingestion instrumentation host sas client keystore root unseal recovery wallet genie project bot bucket management primary secondary
    data user team org merchant publishable secret secret. aes des rsa crypt fernet jwt stripe openai anthropic sendgrid mailgun
    twilio google gcp azure aws sentry datadog newrelic github gitlab slack pagerduty algolia pusher firebase fcm supabase cohere
    mistral groq deepl cloudflare fastly heroku vercel netlify mapbox mixpanel segment amplitude launchdarkly intercom zendesk
    hubspot shopify paypal plaid adyen razorpay square isakmp pre-shared preshared wrapped validation decryption readonly read-only
    read_only authorization authentication setup registration enrollment enrolment gotify product device agent collector sdk environment
    sensitive sensitive.props customer""".split()  # noqa: SIM905 # readable
)
"""What makes a key a secret one; cache keys, primary keys of tables and public keys are none."""
PASSWORD = re.compile(
    r"(?i)passw(?:or)?d|passwort|passphrase|passcode|pwd|(?<![a-z])pass\b|[a-z]{2,8}pass\b|bind[_-]?pw|requirepass|masterauth|psk|mnemonic"
    r"|passkey|passwrd|pasword|passw\b|pswd|pword|psw|(?<![a-z])(?:db|root|admin|user|my)?pw(?![a-z])|kennwort|contrase|passe|mdp|senha"
    r"|has(?:l|\u0142)o|\u043f\u0430\u0440\u043e\u043b\u044c|\u5bc6|\u30d1\u30b9|\ube44\ubc00|parola|heslo|senord|wachtwoord|salasana|ifre|jelsz|adgangskode|clave|codeword"
    r"|palavra|\u03ba\u03c9\u03b4|\u0e23\u0e2b|m\u1ead|kata sandi|\u092a\u093e|\u05e1\u05d9\u05e1|\u0643\u0644\u0645"
)
"""What people choose: any value may be one. Other secrets are made by machines and look random."""
_STRONG = re.compile(
    r"(?i)(?:client|secret|api|access|private|signing|encryption|shared|account|master)[_-]?(?:secret|key)"
)
_KEY = re.compile(KEYWORD)
_ANY = re.compile(f"(?={KEYWORD})")
_JOINTS = frozenset("_-.")
_ORDINARY_KEY = re.compile(
    r"(?:object|row|sort|range|hash|group|lock|s3|blob|message|kafka|record|redis|memcached?|lookup|search|dedup\w{0,10}|event"
    r"|alert|metric|label|annotation|config|feature|flag|etag|file|image|unique|composite|correlation|trace|request|build|job"
    r"|shard|topic|queue|map|dict|index|ref|translation|i18n|issue|jira|project|react|widget|locale|host|gpg|pgp|ssh|apt|rpm|websocket)[_.-]$"
)
"""What stands before `key` where the value is an id, a digest or a place."""
_CAMEL = re.compile(r"([a-z0-9])([A-Z])")
_BEFORE = 32
"""Signs before a keyword that are looked at."""
ABOUT = (
    "name", "ref", "keyref", "path", "file", "dir", "class", "review", "expir", "type", "ttl", "count", "length",
    "policy", "id", "uri", "url", "provider", "version", "source", "mount", "store", "volume", "request", "limit",
    "enabled", "required", "valid", "status", "state", "attempt", "used", "usage", "bucket", "budget", "rate", "index",
    "mode", "field", "label", "format", "algorithm", "size", "bits", "rotat", "issue", "audience", "scope", "endpoint",
    "host", "stdin", "from-stdin", "prompt", "manager", "smanager", "controller", "namespace", "time", "date", "age", "per", "num", "max", "min", "change", "reset",
    "create", "update", "check", "hint", "kind", "owner", "engine", "backend", "cache", "s3", "lifetime", "renew",
    "revoke", "alias", "iz", "mtime", "signin", "user-group", "user-header", "group", "header", "route", "response", "server", "method", "encryption", "fingerprint", "checksum", "digest",
)  # fmt: skip
"""Beginnings of what follows a keyword in names that speak about a secret without holding it: secretName, tokenPath."""
_SOURCE = re.compile(
    r"[\w-]{0,24}\.(?:py|go|jsx?|tsx?|rb|rs|java|kt|cs?|cpp|hh?|php|swift|sh|ya?ml|toml|md|html?|css|sql|vue|tf|log)(?![\w-])"
)
"""A file whose name begins with a keyword, a place in which follows: `token.go:12`."""
_NOT_HELD = re.compile(
    r"(?:checksum|fingerprint|thumbprint)[\w/.-]{0,32}$|existing[_-]?secret[_-]?$|(?:next|prev|page|paging|pagination|continue|continuation|cancel(?:lation)?|sync|cursor|lexer|parser|current"
    r"|prompt|completion|input|output|unexpected|public|primary|idempotency|cache|partition|foreign|missing|without"
    r"|(?<![a-z])(?:last|max|min|num|total|sort|object|row|map|dict|host|no|has|is|needs?|per))[_ -]?$"
)
"""The short ones end other words too: `admin` password."""


def speaks_about(rest: str) -> bool:
    """Whether the end of a name, after its keyword, says that the value is about a secret only."""
    if not rest:
        return False
    word = rest.lstrip("_-.").lower()
    if word.startswith(ABOUT) or word == "s" or word.endswith(("name", "path", "file", "ref", "count", "seconds")):
        return True
    return "." in rest and _SOURCE.match(rest) is not None


def _is_qualified(before: str) -> bool:
    before = before.removesuffix("\n")
    return before.endswith(_QUALIFIERS) or (before[-1:] in {"_", " ", "-", "."} and before[:-1].endswith(_QUALIFIERS))


def is_some_key(before: str, rest: str) -> bool:
    """Whether a name that ends in `_key` or `-key` may be a secret's, though nothing in it says so: the value must."""
    if before[-1:] not in _JOINTS or rest[:1].isalpha() or speaks_about(rest):
        return False
    return not is_not_held(before) and _ORDINARY_KEY.search(before) is None


@cache
def _automaton(*, longest: bool) -> AhoCorasick:
    """Finds keywords in a third of the time that the pattern takes: the longest ones, or all."""
    kind = MatchKind.LeftmostLongest if longest else MatchKind.Standard
    return AhoCorasick(KEYWORDS, matchkind=kind, implementation=Implementation.ContiguousNFA)


def _keywords(lower: str) -> Iterable[tuple[str, int, int]]:
    """The keywords one after the other, of two at one place the longer, with where they begin and end."""
    if lower.isascii():
        found = _automaton(longest=True).find_matches_as_indexes(lower)
        return [(KEYWORDS[number], start, end) for number, start, end in found]
    return ((found[0], *found.span()) for found in _KEY.finditer(lower))


def keyword_starts(lower: str) -> Sequence[int]:
    """Every place at which a keyword begins, in order."""
    if lower.isascii():
        found = _automaton(longest=False).find_matches_as_indexes(lower, overlapping=True)
        return sorted({start for _, start, _ in found})
    return [found.start() for found in _ANY.finditer(lower)]


def has_telling(lower: str) -> bool:
    """Whether a text, in lower case, may name a secret anywhere: most that have a keyword have it within another word."""
    for key, start, end in _keywords(lower):
        if key == "skey" and lower[start - 1 : start].isalpha():
            key, start = "key", start + 1  # noqa: PLW2901 # `accesskey`
        if key == "key":
            before = lower[max(0, start - _BEFORE) : start]
            if not lower[end : end + 1].isalpha() and (before[-1:] in _JOINTS or _is_qualified(before)):
                return True
        elif key in _ENDS:
            if not lower[end : end + 1].isalnum():
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
    if key == "skey" and before[-1:].isalpha():
        before, key = f"{before}s", "key"  # `accesskey`
    if key == "key":
        return _is_qualified(before) and not rest[:1].isalpha()
    if key in _ENDS:
        return not rest[:1].isalnum()
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
