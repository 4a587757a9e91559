"""Names and values: `KEY=value`, JSON, YAML, XML, code, flags of commands, and sentences that state a secret."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from hexaops.kit.redaction.forms import Find, Form, Span
from hexaops.kit.redaction.looks import (
    MARK,
    is_generated,
    is_method,
    is_mixed,
    is_name,
    is_number,
    is_odd,
    is_placeholder,
    is_plain_word,
    is_random,
    is_secret,
    is_test,
    is_word,
    without_markup,
)
from hexaops.kit.redaction.names import (
    KEYWORD,
    PASSWORD,
    has_telling,
    holds,
    is_chosen,
    is_some_key,
    is_telling,
    keyword_starts,
)

LONGEST_VALUE = 4096
_QUOTED = (
    rf"\\{{1,3}}\"(?P<escaped>[^\"]{{1,{LONGEST_VALUE}}})\"?|\"(?P<double>(?:\\\"(?=[^\s\",:;)}}\]\\])|[^\"]){{1,{LONGEST_VALUE}}})\"?"
    rf"|\\{{0,3}}'(?P<single>(?:''|[^']){{1,{LONGEST_VALUE}}})'?"
    rf"|`(?P<tick>[^`]{{1,{LONGEST_VALUE}}})`?"
)
_PAIR = re.compile(
    rf"(?P<key>{KEYWORD})(?P<rest>[\w.-]{{0,24}})(?P<close>\\{{0,3}}(?:[\"'\])]{{0,2}}|&quot;|&#34;|%22|\\u0022))"
    r"(?P<sign>(?:[ ]\d{1,2})?\s{0,3}(?::[ ]?[&'\w<>?\[\] ]{1,24}[ ]=(?=[ ]?[\"'])|(?:string[ ])?=(?=[ ]\")|=>|->|:=|={1,2}|\uff1a|::?|%3[ad]|\|(?![\s|])|\t|[,(](?=\s{0,24}[\"'])|(?:\|\||\?\?)=?(?=[ ]?[\"']))(?:[ \t]{0,12}\n\s{0,12}-[ ]|\s{0,3}|[ \t]{0,60})"
    r"(?:[&!][\w-]{1,32}\s{1,2})?(?:[|>][+-]?\s{1,12})?(?:\[\s{0,2}(?=[\"']|[\w+/=.-]{16}))?(?:n(?=')|string\(\d{1,5}\)\s|\"\"(?=\"[^\"])|''(?='[^']))?(?:&quot;|&#34;|%22|\\u0022)?"
    r"(?:\{\s{0,4}\\{0,3}[\"'](?:value|key|data|plaintext)\\{0,3}[\"']\s{0,2}:\s{0,2}(?=\\{0,3}[\"']))?)"
    rf"(?:{_QUOTED}|(?P<bare>(?!=|~\s)(?:[^\s,;&\"'`<>()\[\]{{}}]|&(?!amp;|quot;|lt;|gt;)){{1,{LONGEST_VALUE}}}))"
)
_ELEMENT = re.compile(
    rf"<(?P<open>[\w:.-]{{1,64}})(?:\s[^<>]{{0,200}})?>\s{{0,8}}(?:<!\[cdata\[)?(?P<bare>[^<>]{{1,{LONGEST_VALUE}}}?)(?:\]\]>)?</"
)
_NAMED = re.compile(
    rf"\b(?:name|key|id|property)[\"']?\s{{0,2}}[=:]\s{{0,2}}[\"']?(?P<open>[\w.-]{{1,64}})[\"']?"
    rf"[,;]?\s{{0,16}}[\"']?value[\"']?\s{{0,2}}[=:]\s{{0,2}}(?:{_QUOTED}|(?P<bare>[^\s,;<>}}]{{1,{LONGEST_VALUE}}}))"
)
_FLAG = re.compile(
    rf"(?P<flag>-(?<![\w-]-)-?(?P<open>[a-z-]{{1,40}}))(?:[ ]{{1,2}}|\n[ ]{{0,16}}(?:-[ ])?)(?:{_QUOTED}|(?P<bare>(?:[^\s\"'`(<-]|-(?=[\w-]{{24}}))[^\s\"'`]{{0,{LONGEST_VALUE}}}))"
)
_SAID = re.compile(
    rf"(?P<key>{KEYWORD})(?:[ ](?:for|of|from|to|by)[ ][\w@.'\"/-]{{1,64}}(?:[ ][\w@.'\"/-]{{1,64}}){{0,2}}?)?"
    r"(?:[ ]\([^()\n]{1,24}\))?:?[ ](?P<verb>(?:(?:is|was|equals|became|has[ ]been|set|created|generated|issued|changed|reset|rotated|now|being|with|provided|supplied|received"
    r"|value|used|of|to|as):?[ ]){0,4})[\[(]?"
    rf"(?:{_QUOTED}|(?P<bare>[^\s,;\"'<>()\[\]{{}}]{{4,{LONGEST_VALUE}}}))"
)
_REPLACED = re.compile(
    rf"(?:{KEYWORD})[ ](?:\w{{1,16}}[ ])?from[ ](?P<old>\S{{1,256}})[ ]to[ ](?:{_QUOTED}|(?P<bare>[^\s,;\"'<>()]{{4,1024}}))"
)
REPLACES = re.compile(rf"(?:{KEYWORD})[ ](?:\w{{1,16}}[ ])?from[ ]")
_GOES_ON = re.compile("[ ][A-Za-z]")
_COMMAND = re.compile(
    r"(?i)\b(?:mysql|mysqldump|mysqladmin|mariadb|sshpass|redis-cli|docker|podman|helm|ldapsearch|ldapadd|az|curl|wget|http"
    r"|mongo(?:sh|dump)?|smbclient|htpasswd|sqlcmd|rabbitmqctl|rabbitmqadmin|skopeo|crane|oras|buildah|svn|lftp|ncftp|vault"
    r"|psql|cqlsh|influx|twine|beeline|rdesktop|oc|ncftpput|mosquitto_pub|mosquitto_sub|unrar|rar|smbget|rpcclient|nexec|kubectl|zip|unzip|7z|openssl|gpg|expect|isql|bcp|clickhouse-client|snmpwalk|snmpget|ipmitool|nomad|govc|vsce|ovsx)\b"
)
_SURE = re.compile(
    r"(?i)\b(?:sshpass|mysql\w{0,10}|mariadb|redis-cli|ldap\w{1,10}|sqlcmd|bcp|isql|rabbitmqadmin|ipmitool|smbclient|rdesktop|twine|beeline|ncftpput)\b"
    r"|\b(?:docker|podman|helm|az|skopeo|buildah|crane|oras|nerdctl|registry|oc)\b[^\n]{0,200}?\blogin\b"
)
"""Commands whose one-letter flag is a password and nothing else."""
_PORTS = re.compile(r"[\d.:/a-z-]{0,64}\d{1,5}:\d{1,5}(?:/\w{3})?")
_SHORT = re.compile(
    r"(?<![\w-])-(?P<flag>pass(?:in|out)?|[apwPUu])[ ]?(?P<value>[^\s\"'-][^\s\"']{2,255}|\"[^\"]{3,255}\"|'[^']{3,255}')"
)
_CREATED = re.compile(
    r"(?i)\b(?:identified[ ](?:with[ ]\S{1,64}[ ])?(?:by|as)|with[ ](?:encrypted[ ])?password|password|passwd|auth|login[ ]\S{1,64}[ ]password|password[ ]for[ ][^\s=]{1,128}[ ]?=)"
    r"(?:[ ]|(?<==))(?:password[ ])?(?:'(?P<single>[^']{1,255})'|\"(?P<double>[^\"]{1,255})\")"
)
_LITERAL = re.compile(r"--from-literal[= ][\"']?(?P<key>[\w.-]{1,253})=(?P<bare>[^\s\"']{1,4096})")
_SETTING = re.compile(
    r"(?i)(?:^|[\n;])\s{0,8}(?:requirepass|masterauth|rocommunity|rwcommunity|community|auth|set[ ]password|wpa_passphrase|(?:env[ ])?[\w.-]{0,64}(?:passw(?:or)?d|pw)"
    r"|aws_secret_access_key|aws configure set \w{1,40})[ ]{1,4}(?P<bare>[^\s\"']{4,1024})[ \t]{0,4}(?=$|[\n;])"
)


def _pairs(text: str, lower: str) -> Iterator[Span]:
    if not has_telling(lower):
        return
    at, starts = 0, keyword_starts(lower)
    for start in starts:
        if start < at or not (found := _PAIR.match(lower, start)):
            continue
        held = _holds(found, text)
        if held:
            yield _value(found)
        at = _value(found)[1] if held else found.end("key")  # of `auth.password=x` the second word tells
    yield from _flags(text, lower)
    yield from _statements(text, lower, starts)


_ACTS = re.compile(
    r"(?:export|import|list|delete|show|get|ask|no|skip|require|allow|disable|edit|print|verify|check|update)-"
)
"""Flags that say what is done with secrets rather than give one: `--export-secret-keys`."""


_OPTIONS = re.compile(r"(?:type|id|source|src|name|target|env)=")
"""Which secret is meant, and where it goes: `docker build --secret id=npmrc,src=.npmrc`."""


_CONTAINERS = re.compile(r"\b(?:docker|podman|buildah|nerdctl)\b")
"""Commands to which `--secret` names one that they hold already."""


def _flags(text: str, lower: str) -> Iterator[Span]:
    for found in _FLAG.finditer(lower):
        value = _shown(found, text)
        if found["open"] == "secret" and (_OPTIONS.match(value) or _CONTAINERS.search(lower)):
            continue
        if not is_telling(found["open"]) or value.isupper() or is_word(value) or is_placeholder(value):
            continue
        if is_random(value) or not _ACTS.match(found["open"]):
            yield _value(found)


def _stated(pattern: re.Pattern[str]) -> Find:
    """Finds what commands and configuration state without a name."""

    def find(text: str, lower: str) -> Iterator[Span]:
        for found in pattern.finditer(text):
            value = _shown(found, text)
            if not (
                value.startswith("--")
                or is_placeholder(value)
                or is_word(value)
                or (
                    pattern is _SETTING and without_markup(value).rstrip(".,:").isalpha() and "requirepass" not in lower
                )
            ):
                yield _value(found)

    return find


def _short_flags(text: str, _lower: str) -> Iterator[Span]:
    """Flags of one letter, after the commands that take a password so."""
    given = [*_SHORT.finditer(text)]
    if not given or not _COMMAND.search(text):
        return
    sure = _SURE.search(text) is not None
    for found in given:
        value, flag = found["value"].strip("\"'"), found["flag"]
        if value.startswith("`"):
            continue  # a document's word for it
        start = found.start("value") + (found["value"][0] in "\"'")
        if value.startswith("pass:"):
            value, start = value[5:], start + 5
        if flag in "uU" and _RUNS_AS.search(text):
            continue
        if flag in "uU":
            yield from _user(value, start, ":" if flag == "u" else "%")
        elif _is_given(value, flag, sure) and not (flag == "p" and found[0][2] == " " and _MYSQL.search(text)):
            yield start, start + len(value)


_RUNS_AS = re.compile(r"\b(?:docker|podman|nerdctl)\s(?:[a-z]{1,16}\s)?(?:run|exec|create)\b")
"""Commands whose `-u` is a user and a group."""


def _user(value: str, start: int, sign: str) -> Iterator[Span]:
    user, _, password = value.partition(sign)
    if len(user) >= 16 and is_random(user):
        yield start, start + len(user)
    if user and password and not is_placeholder(password) and "//" not in value:
        yield start + len(user) + 1, start + len(value)


def _is_given(value: str, flag: str, sure: bool) -> bool:
    if not is_secret(value) or _PORTS.fullmatch(value):
        return False
    if _OTHER.match(value):
        return False  # `-p service.type=LoadBalancer`
    return sure or "pass" in flag or _is_chosen(value)


_MYSQL = re.compile(r"(?i)\b(?:mysql|mariadb)")
"""Their `-p` asks for a password unless it follows at once: the next word is the database."""


def _is_chosen(value: str) -> bool:
    """After a flag of one letter, which means many things: only what is no name."""
    return is_random(value) or (len(value) >= 6 and not is_name(value) and ":" not in value and "/" not in value)


def _elements(pattern: re.Pattern[str]) -> Find:
    """Finds values whose name stands in an element or a field beside them."""

    def find(text: str, lower: str) -> Iterator[Span]:
        for found in pattern.finditer(lower):
            value = _shown(found, text)
            if is_telling(found["open"]) and value.strip() and is_secret(value):
                yield _value(found)

    return find


def _replacements(text: str, lower: str) -> Iterator[Span]:
    for found in _REPLACED.finditer(lower):
        for start, end in (found.span("old"), _value(found)):
            if is_random(text[start:end].strip("\"'`")):
                yield start, end


def _statements(text: str, lower: str, starts: Sequence[int]) -> Iterator[Span]:
    at = 0
    for begin in starts:
        if begin < at or not (found := _SAID.match(lower, begin)):
            continue
        value, name = _shown(found, text), found["key"]
        start, end = _value(found)
        at = found.end("key")  # of `auth token x` the second word tells
        if (
            name == "pass"
            or (found["bare"] and is_plain_word(value.rstrip(".!?:")))
            or not holds(_before(found), name, "")
            or (_OTHER if found["bare"] else _AFTER_QUOTE).match(value)
        ):
            continue
        stripped = value.rstrip(".!?:")
        if is_test(stripped) or (found["tick"] is not None and (" " in value or _OTHER.match(value))):
            continue  # a file, or code
        strong = PASSWORD.search(name) is not None
        if (is_random(stripped) or (found["bare"] is None and is_mixed(stripped))) and not _is_object(
            stripped, name, _before(found)
        ):
            yield start, start + len(stripped)
        elif found["bare"] is None and strong and found["verb"]:
            if is_secret(value):
                yield start, end
        elif strong and text[:start].endswith(": ") and is_odd(stripped):
            yield start, end
        elif strong and found["verb"] and _STATES.search(found["verb"]) and _tells(stripped):
            yield start, start + len(stripped)


_OTHER = re.compile(r"-|(?!sha\d{1,3}=)[A-Za-z_][\w./-]{0,80}=[^=]")
"""A flag, or the next name with its value, which is judged by its own name."""
_STATES = re.compile(r"\b(?:is|to|was|equals)\b")


_NEXT_PARAMETER = re.compile(r"&[\w.-]{1,64}=")
"""Whatever else follows an ampersand is part of a password."""


def _tells(value: str) -> bool:
    """Whether the last word of "the password is …" may be one: with a digit or a sign in it."""
    digits = sum(character.isdigit() for character in value)
    return len(value) >= 6 and digits >= 2 and is_secret(value)


_KEY_ID = re.compile(r"(?:rsa|[ed]?dsa|ed25519|elg|signing|gpg|pgp|ssh|public) $")
_GENERATED_NAME = re.compile(r"[a-z]{3,24}(?:-[a-z0-9]{1,10}){1,8}")
_HEX = re.compile(r"(?:0x)?[0-9A-Fa-f]{8,64}")


def _is_object(value: str, name: str, before: str) -> bool:
    """Kubernetes and code call objects by path: `Secret shop/db-credentials`, `key tls.crt`."""
    if name == "secret" and _GENERATED_NAME.fullmatch(value):
        return True
    if name.lower() == "key" and _KEY_ID.search(before) and _HEX.fullmatch(value):
        return True
    if name.lower() == "key" and (len(value) < 16 or (value.count("-") == 4 and not before.endswith("api "))):
        return True
    return "/" in value and name.lower() in {"secret", "token", "key"} and value.islower() and "=" not in value


def _holds(found: re.Match[str], text: str) -> bool:
    before, value = _before(found), _shown(found, text)
    if "=" in found["sign"] and found["key"] != "key":
        before = before.rpartition(" ")[2]  # in "no token=x" the first word is not the name's
    if is_placeholder(value) or value.startswith(MARK):
        return False
    if not holds(before, found["key"], found["rest"]):
        return found["key"] == "key" and is_some_key(before, found["rest"]) and is_generated(value)
    return not _is_other(found, before, value) and _may_hold(found, before, value, text)


def _is_other(found: re.Match[str], before: str, value: str) -> bool:
    """Whether what stands after the name and its sign is something else than its value."""
    if value.lower() == found["key"] or _CHECKSUM.match(found.string) or _CACHED.search(before):
        return True
    if found["key"] == "secret" and _OPTIONS.match(value):
        return True
    if found["key"] == "pwd" and _DIRECTORY.match(value):
        return True
    if found["bare"] is None:
        return _AFTER_QUOTE.match(value) is not None or _opens(found, value) or _is_name_of_key(found, value)
    if ":" in found["sign"] and (
        _REFERS.search(found["sign"]) or _is_reference(found, before, value) or _OTHER.match(value)
    ):
        return True
    return _is_default(found, value) or _is_name_of_key(found, value) or _is_code(found, value)


def _may_hold(found: re.Match[str], before: str, value: str, text: str) -> bool:
    """Whether the value looks like one of a secret of this name."""
    name = before[-24:] + found["key"] + found["rest"]
    quoted = found["bare"] is None
    bare = value.rstrip(".!")
    if is_word(bare) or (is_number(bare) and not _is_digits(bare, found)):
        return False
    if _CALLED.match(found["sign"]):
        several = sum(sign.isdigit() for sign in value) >= 2
        return is_random(value) or (several and not (is_number(value) or is_method(value)))
    if not is_chosen(name):
        made = is_mixed(value) and found["key"].startswith("secret")
        return made or is_random(value) or (quoted and len(value) >= 8 and not is_name(value))
    if _is_machine_made(found["key"]):
        return is_random(value) or is_mixed(value) or (len(value) >= 6 and not is_name(value))
    if found["key"] == "pass" and found["sign"].startswith(":") and not quoted and before[-1:] not in {"_", "-"}:
        return is_random(value) and not is_test(value)  # "PASS: checkout_test"
    return not _is_sentence(found, text, quoted)


def _is_name_of_key(found: re.Match[str], value: str) -> bool:
    """The key under which a Secret has it: `adminPasswordKey: postgres-password`."""
    of_key = found["rest"].endswith("key")
    return of_key and is_name(value) and (is_telling(value) or PASSWORD.search(found["key"]) is not None)


def _is_default(found: re.Match[str], value: str) -> bool:
    """What a shell says or takes where a variable is unset: `${PASSWORD:?required}`, `${PASSWORD:+set}`."""
    return found["sign"] == ":" and value[:1] in {"?", "+"} and _EXPANDED.search(_before(found)) is not None


def _opens(found: re.Match[str], value: str) -> bool:
    """A quote that closes a text which ends with the name: `read -p "Password: " reply`."""
    if found["double"] is None and found["single"] is None:
        return False
    return value[:1].isspace() and found.string[found.end() - 1] not in {'"', "'"}


_REFERS = re.compile(r"!(?:ref|getatt|sub|env|secret|importvalue|reference|file|include)\b")
_DIRECTORY = re.compile(r"(?i)[/~]|[a-z]:[/\\]")
_CACHED = re.compile(r"\bkey=[\w.-]{0,24}$")
_EXPANDED = re.compile(r"\$\{\w{0,32}$")
_CHECKSUM = re.compile(r"(?:md5|sha\d{1,3}|rmd160)\s?\(")
_AFTER_QUOTE = re.compile(r"[,)+]\s|\s[+)]|\)")
"""The quote closes a text that ends with the name: `print("token " + token)`."""
_VARIABLE = re.compile(r"[A-Za-z_][\w.]{0,120}")
_CALLED = re.compile(r"\s{0,3}[,(]")


def _is_code(found: re.Match[str], value: str) -> bool:
    """A function or a table of a program, or its variable: `os.Getenv("DB_PASSWORD")`, `self.password`."""
    value = value.replace("?.", ".").removeprefix("&")
    if not is_name(value):
        return False
    if found.string[found.end() : found.end() + 1] in {"(", "[", "{"}:
        camel = not (value.islower() or value.istitle())
        return camel or "." in value or "_" in value or " " in found["sign"]
    joined = "." in value or "_" in value
    return value.startswith("self.") or (joined and _VARIABLE.fullmatch(value) is not None and is_telling(value))


def _before(found: re.Match[str]) -> str:
    return found.string[max(0, found.start() - 32) : found.start()]


def _is_machine_made(key: str) -> bool:
    return PASSWORD.search(key) is None


def _is_digits(value: str, found: re.Match[str]) -> bool:
    """A password of digits only: after `password=` itself, and not after a colon in a sentence."""
    exact = PASSWORD.fullmatch(found["key"]) is not None and not found["rest"]
    return exact and value.isdigit() and len(value) >= 4 and ("=" in found["sign"] or found["bare"] is None)


def _is_reference(found: re.Match[str], before: str, value: str) -> bool:
    """An image and its tag such as `shop/token-service:1.4`, a place in a file, a word of a grammar."""
    if found["sign"] != ":":
        return False
    if before[-1:] == ":" and before[-13:-1].isdigit():
        return True  # the name of a secret in AWS
    if before[-2:] in {"/", " /"}:
        return False  # a flag
    joined = bool(found["rest"]) or before[-1:].isalnum() or before[-1:] in ("-", "/", ".")
    return "@sha256:" in value or (joined and not is_random(value))


def _is_sentence(found: re.Match[str], text: str, quoted: bool) -> bool:
    """`password: must contain a digit`: a plain word that more words follow."""
    if quoted or "=" in found["sign"]:
        return False
    return _value(found)[1] < len(text) and found["bare"].isalpha() and _GOES_ON.match(text, found.end()) is not None


def _shown(found: re.Match[str], text: str) -> str:
    start, end = _value(found)
    return text[start:end]


def _value(found: re.Match[str]) -> Span:
    for group in ("double", "escaped", "single", "tick", "bare"):
        if group in found.re.groupindex and found[group] is not None:
            start, end = found.span(group)
            while group != "bare" and found.string[end - 1] == "\\":  # at the latest the quote before it ends this
                end -= 1
            if group == "bare" and (following := _NEXT_PARAMETER.search(found.string, start, end)):
                end = following.start()
            return start, end
    return found.span()


FORMS = (
    Form((), _pairs),
    Form((" from ",), _replacements, (" to ",)),
    Form(("<",), _elements(_ELEMENT)),
    Form(("value",), _elements(_NAMED)),
    Form(("identified", "pass", "auth"), _stated(_CREATED), ("'", '"')),
    Form(("--from-literal",), _stated(_LITERAL)),
    Form(("pass", "auth", "community", "aws", "pw"), _stated(_SETTING)),
    Form(("-a", "-p", "-w", "-u"), _short_flags),
)
"""Names and values."""
