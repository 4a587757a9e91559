"""Arguments that are secrets by their place: after a command that takes one, after a user's name, or as `name:password`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hexaops.kit.redaction.forms import Form, Span, values
from hexaops.kit.redaction.looks import has, is_generated, is_name, is_random, is_secret
from hexaops.kit.redaction.places import is_chosen

NEEDLES = (
    "unseal", "unwrap", "rekey", "generate-root", "keyring", "config set", "config:set", "config add", "config create", "swarm",
    "creds", "apikey", "bw unlock", "ssh-keygen", "net user", "/rp ", "-pw ",
)  # fmt: skip
"""Words of those forms that have none of the others' words, in lower case."""
_TAKES = re.compile(
    r"\b(?:(?:vault|bao) (?:operator (?:unseal|rekey|generate-root)|unwrap|login|token [a-z]{4,12})"
    r"|[a-z][\w-]{1,24} (?:api-?key (?:store|save|add|set)|auth|login|authtoken|unlock|auth:\w{1,16})"
    r"|(?:consul|nomad|serf) (?:operator gossip )?(?:keyring|keys)|docker swarm unlock"
    r"|[a-z][\w-]{1,24} (?:[a-z]{1,16} )?(?:config|secrets?|env|variables?|parameters?)[ :](?:set|add|put|create|store|add-authtoken)"
    r"|aws ssm put-parameter|aws secretsmanager [a-z]{3,6}-secret\S{0,16}|ansible-vault encrypt_string|secret-tool store"
    r"|security [a-z]{2,8}-[a-z-]{2,32}|zerotier-cli|wg set)(?= )"
)
"""Commands one of whose arguments may be a secret."""
_TAKING = (
    *(f"{name} {act}" for name in ("vault", "bao") for act in ("operator", "unwrap", "login", "token ")),
    *(f" {act}{sign}" for act in ("api-key", "apikey", "auth", "login", "authtoken", "unlock") for sign in " :"),
    *(f"{noun}{sign}{act}" for noun in ("config", "secret", "secrets", "env", "variable", "variables", "parameter", "parameters")
      for sign in " :" for act in ("set", "add", "put", "create", "store")),
    "consul ", "nomad ", "serf ", "docker swarm", "aws ssm", "aws secretsmanager", "encrypt_string", "secret-tool", "security ",
    "zerotier-cli", "wg set",
)  # fmt: skip
"""One of them is in every such command."""
_LINE = re.compile(r"(?:[^\n|;&]|&(?!&)){1,1024}")
_TOKEN = re.compile(r"[^\s\"']{12,1024}")
_NAMED = re.compile(r"-{0,2}[\w.-]{1,64}=(?=[^=])")
_SET = re.compile(r"[A-Z][A-Z0-9_]{1,64}=")
_GIVEN = re.compile(
    r"--?(?:value|secret-string|secret-value|plain-text|data|w)[ =](?:'(?P<single>[^'\n]{3,1024})'|\"(?P<double>[^\"\n]{3,1024})\"|(?P<bare>[^\s\"'-]\S{2,1023}))"
)


def _taken(text: str, _lower: str) -> Iterator[Span]:
    """What looks like a secret among the arguments of a command that takes one."""
    for command in _TAKES.finditer(text):
        line = _LINE.match(text, command.end())
        for token in _TOKEN.finditer(text, *line.span()) if line else ():
            named = _NAMED.match(token[0])
            value = token[0][named.end() :] if named else token[0]
            if "`" in value or _SET.fullmatch(value):
                continue  # prose, or a variable whose quoted value follows
            if is_generated(value) or (is_random(value) and not _PLACE.search(value)):
                yield token.end() - len(value), token.end()
        for given in _GIVEN.finditer(text, *line.span()) if line else ():
            group = given.lastgroup or "bare"
            if is_secret(given[group]):
                yield given.span(group)


_PLACE = re.compile(r"[/:@.,]|^-")
"""Signs of addresses, versions and flags."""
_USER_AND_PASSWORD = re.compile(
    r"(?<![\w-])-{1,2}(?:u|U|l|user|username|login)[ =][\"']?[\w.@\\-]{1,128}[\"']?\s{1,4}(?:\\\n\s{0,16})?(?:-[pPw][ =]?|--?(?:p|pw|pass)[ =])"
    r"(?:'(?P<value>[^'\n]{3,256})'|\"(?P<other>[^\"\n]{3,256})\")"
)
_USER_AND_BARE = re.compile(
    r"(?<![\w-])-{1,2}(?:u|U|l|user|username|login)[ =][\"']?[\w.@\\-]{1,128}[\"']?\s{1,4}(?:\\\n\s{0,16})?(?:-[pPw][ =]?|--?(?:p|pw|pass)[ =])"
    r"(?P<value>[^\s\"'-]\S{2,255})"
)
_PASSWORD_AND_USER = re.compile(
    r"(?<![\w-])-(?:p|P|w|pw)[ ]?[\"']?(?P<value>[^\s\"'-][^\s\"']{5,255})[\"']?\s{1,4}-{1,2}(?:u|U|l|user|username)[ =]"
)
_PATTERNS: tuple[tuple[tuple[str, ...], re.Pattern[str]], ...] = (
    (("-p", "-w"), _USER_AND_PASSWORD),
    (
        ("auth", "cred", "userpwd", "basic"),
        re.compile(
            r"(?<![\w-])-{1,2}(?:[a-z]{2,10}-)?(?:auth|creds?|credentials?|userpwd|basic|basic-auth)[ =][\"']?[\w.@-]{1,64}:(?P<value>[^\s\"']{3,256})"
        ),
    ),
    (("ssh-keygen",), re.compile(r"\bssh-keygen\s[^\n|;]{0,200}?-[NP]\s?[\"']?(?P<value>[^\s\"'-][^\s\"']{2,255})")),
    (("zip",), re.compile(r"\b(?:un)?zip\s[^\n|;]{0,100}?-P\s?[\"']?(?P<value>[^\s\"'-][^\s\"']{2,255})")),
    (("7z",), re.compile(r"\b7z[ar]?\s[^\n|;]{0,100}?\s-p[\"']?(?P<value>[^\s\"'-][^\s\"']{2,255})")),
    (
        ("mysqladmin",),
        re.compile(r"\bmysqladmin\s[^\n|;]{0,200}?\spassword\s[\"']?(?P<value>[^\s\"'-][^\s\"']{2,255})"),
    ),
    (("net user",), re.compile(r"(?i)\bnet user\s[\w.-]{1,64}\s[\"']?(?P<value>[^\s\"'/*][^\s\"']{2,255})")),
    (("/rp ",), re.compile(r"(?i)\bschtasks\s[^\n]{0,400}?/rp\s[\"']?(?P<value>[^\s\"'/*][^\s\"']{2,255})")),
    (("-pw ",), re.compile(r"(?<![\w-])-pw\s[\"']?(?P<value>[^\s\"'-][^\s\"']{2,255})")),
    (
        ("random_password",),
        re.compile(r"random_password\b[^~]{0,2000}?\bresult\\?\"?\s{0,16}[:=]\s{0,4}\\?\"(?P<value>[^\"\\\n]{4,1024})"),
    ),
)
_OF_KEYS = re.compile(
    r"(?<![\w-])--?[a-z-]{0,40}(?:keys?|encrypt|gossip|sas|cookie|seed|salt|licen[sc]e|cert)[ =][\"']?(?P<value>[^\s\"']{16,1024})"
)
"""Flags whose value is a secret if it looks like one."""
_ASSIGNED_USER = re.compile(
    r"(?i)(?<![\w-])(?P<name>[\w.-]{0,40}(?:user|usr|auth|login|creds?|userpwd|account))[\"']?\s{0,2}=\s{0,2}[\"']?(?P<user>[\w.@+-]{1,64}):(?P<value>[^\s\"':/,;&]{6,256})(?![:/\w])"
)
_SLASH = re.compile(
    r"(?i)\b(?:log(?:ged|ging)?[ -]?in|sign[ -]?in|creds?|credentials?|accounts?|user(?:name)?|access|use|try|with|as|pass(?:word)?)\b[^\n/]{0,24}?"
    r"(?<![\w./@-])[\w.@-]{2,64}(?:[ ]/[ ]|(?<=admin)/|(?<=root)/)(?P<value>[^\s/,;\"')]{6,256})(?=[\s,;.\"')]|\Z)"
)

_MAY_HOLD = re.compile(r"user=[\"']?[\w.@+-]{1,64}:|(?: / |(?:admin|root)/)[^\s/]{6}")


def may_hold(lower: str) -> bool:
    """Whether a user's name and password may stand in a text in lower case that has no sure word."""
    if has(lower, ("user=", " / ", "admin/", "root/")) and _MAY_HOLD.search(lower) is not None:
        return True
    return has(lower, ("key ", "key=")) and _KEY_FLAG.search(lower) is not None


_KEY_FLAG = re.compile(r"(?<![\w-])--?[a-z-]{0,40}key[ =][\"']?[^\s\"']{16}")


def _is_argument(value: str) -> bool:
    """After a user's name: whatever is no port, place, plugin or option."""
    return is_secret(value) and not _OPTION.match(value)


_OPTION = re.compile(r"\d{1,5}[:/]|(?:\d{1,3}\.){3}\d{1,3}(?::|\Z)|[a-z]{2,16}:\w{0,16}\Z|/|https?:|~|\.")


def _bare(text: str, lower: str) -> Iterator[Span]:
    for found in _USER_AND_BARE.finditer(text):
        if _is_argument(found["value"]) and not (_MYSQL.search(lower) and " -p " in found[0]):
            yield found.span("value")
    for found in _PASSWORD_AND_USER.finditer(text):
        if is_chosen(found["value"]) and not _OPTION.match(found["value"]):
            yield found.span("value")


_MYSQL = re.compile(r"\b(?:mysql|mariadb)")
"""Their `-p` asks for a password unless it follows at once: the next word is the database."""


def _users(text: str, _lower: str) -> Iterator[Span]:
    """`USER=name:password`; names of objects are joined by colons too."""
    for found in _ASSIGNED_USER.finditer(text):
        if is_chosen(found["value"]) and not is_name(f"{found['user']}:{found['value']}"):
            yield found.span("value")


FORMS = (
    *(Form(words, values(pattern, is_secret)) for words, pattern in _PATTERNS),
    Form(
        ("key", "encrypt", "gossip", "cookie", "seed", "salt", "licen", "-sas", "cert"), values(_OF_KEYS, is_generated)
    ),
    Form(("-p", "-w"), _bare),
    Form(("user=", "usr=", "auth=", "login=", "cred", "userpwd=", "account=", "user =", "login ="), _users, (":",)),
    Form(
        ("login", "log in", "sign", "cred", "account", "user", "access", "admin/", "root/"),
        values(_SLASH, is_chosen),
        (" / ", "admin/", "root/"),
    ),
    Form(
        (
            *NEEDLES,
            "api-key",
            "apikey",
            "auth",
            "login",
            "secret",
            "token",
            "parameter",
            "encrypt",
            "security",
            "variable",
        ),
        _taken,
        _TAKING,
    ),
)
"""Secrets by their place among arguments."""
