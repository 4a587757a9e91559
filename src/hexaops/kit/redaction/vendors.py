"""Secrets that identify themselves: tokens whose issuer gives them a form, by gitleaks' rules (MIT, `gitleaks.LICENSE`).

`python -m tools.secret_rules` writes `gitleaks.json`. A rule is compiled when its keyword is first seen in a text that
holds something long enough to be a token: most lines cost one search.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import msgspec
from ahocorasick_rs import AhoCorasick

from hexaops.kit.redaction.forms import UUID
from hexaops.kit.redaction.issued import ISSUED
from hexaops.kit.redaction.looks import entropy, is_name, is_random

RULES = Path(__file__).parent / "gitleaks.json"

DOT = "."
"""The only word of the one form that has none: a long run of letters and digits stands before it."""
DOTTED_RUN = 24
FORMS: tuple[tuple[str, str], ...] = (
    ("eyj", r"eyJ[\w-]{8,2048}\.[\w-]{4,4096}(?:\.[\w-]{0,1024}){0,3}"),  # JWT and JWE, cut ones too
    ("akia asia abia acca", r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}"),
    ("ghp_ gho_ ghu_ ghs_ ghr_", r"gh[pousr]_[A-Za-z0-9]{20,255}"),
    ("github_pat_", r"github_pat_\w{20,255}"),
    (
        "glpat- gldt- glrt- glft- glcbt- glptt- glsoat- glimt- glagent- gloas- glffct- glwt-",
        r"gl(?:pat|dt|rt|ft|cbt|ptt|soat|imt|agent|oas|ffct|wt)-[\w.-]{20,300}",
    ),
    ("xox", r"xox[abceoprsd](?:\.xox[bp])?-[\w.%/+=-]{10,512}"),
    ("xapp-", r"xapp-\d-[\w-]{10,255}"),
    ("aiza", r"AIza[\w-]{35}"),
    ("ya29.", r"ya29\.[\w-]{20,1024}"),
    ("1//0", r"1//0[\w-]{30,255}"),
    ("gocspx-", r"GOCSPX-[\w-]{20,64}"),
    ("sk_live_ sk_test_ sk_prod_ rk_live_ rk_test_ rk_prod_", r"(?:sk|rk)_(?:live|test|prod)_\w{10,255}"),
    ("whsec_", r"whsec_[A-Za-z0-9+/=]{16,255}"),
    ("hexaops_sa_", r"hexaops_sa_[0-9a-z_]{20,120}"),
    ("hvs. hvb. hvr.", r"hv[sbr]\.[\w-]{24,512}"),
    ("base64:", r"base64:[A-Za-z0-9+/]{43}="),
    ("vault:v", r"vault:v\d{1,3}:[\w+/=]{24,512}"),
    ("atatt3", r"ATATT3\w[\w=-]{20,300}"),
    ("atbb", r"ATBB[A-Za-z0-9]{24,64}"),
    ("sg.", r"SG\.[\w-]{16,32}\.[\w-]{16,64}"),
    ("sk0 sk1 sk2 sk3 sk4 sk5 sk6 sk7 sk8 sk9 ska skb skc skd ske skf", r"SK[0-9a-f]{32}"),
    ("key-", r"key-[0-9a-f]{32}"),
    ("-us", r"[0-9a-f]{32}-us\d{1,2}"),
    (":aa", r"\d{8,10}:AA[\w-]{32,35}"),
    ("eaa", r"EAA[A-Za-z0-9]{40,512}"),
    (DOT, r"[MNO][A-Za-z\d]{23,27}\.[\w-]{6}\.[\w-]{27,40}"),  # a chat bot's token
    ("amzn.mws.", r"amzn\.mws\.[0-9a-f-]{36}"),
    ("secret_", r"secret_[A-Za-z0-9]{43}"),
    ("ntn_", r"ntn_[A-Za-z0-9]{40,60}"),
    ("pmak-", r"PMAK-[0-9a-f]{24}-[0-9a-f]{34}"),
    ("sha256~", r"sha256~[\w-]{43}"),
    ("::", r"(?:oc|k10|K10)[0-9a-f]{32,128}::[\w:]{10,128}"),
    ("tok-", r"tok-[\w-]{24,64}"),
    ("age-secret-key-", r"AGE-SECRET-KEY-1[A-Z0-9]{50,64}"),
    ("nrak- nrii- nrjs-", r"NR(?:AK|II|JS)-[\w-]{19,64}"),
    ("bearer.authorization.k8s.io.", r"base64url\.bearer\.authorization\.k8s\.io\.[\w-]{16,8192}"),
    ("ltai", r"LTAI[A-Za-z0-9]{12,24}"),
    ("akid", r"AKID[A-Za-z0-9]{32}"),
    ("$", r"\$(?:2[abxy]|5|6|y|7|apr1|1|argon2(?:id|i|d))\$[\w./$=,+-]{16,256}"),
    ("sha}", r"\{S?SHA\}[\w+/=]{20,128}"),
    ("sha256} sha512}", r"\{S?SHA(?:256|512)\}[\w+/=]{20,128}"),
    ("scram-sha-", r"SCRAM-SHA-(?:1|256|512)\$\d{1,7}:[\w+/=$:]{20,256}"),
    ("pbkdf2", r"pbkdf2[_:$-]\w{0,10}\$\d{1,8}\$[\w+/=$-]{10,256}"),
    ("ocid1.credential.", r"ocid1\.credential\.[\w.-]{20,200}"),
    ("dp.", r"dp\.(?:pt|st|ct|sa|scim|audit)\.[\w.-]{30,80}"),
    ("dt0", r"dt0[a-z]\d{2}\.[A-Z0-9]{24}\.[A-Z0-9]{64}"),
    ("eyjhdxrocyi6", r"eyJhdXRocyI6[\w+/=-]{8,8192}"),
    ("zxlk", r"ZXlK[\w+/=-]{30,8192}"),
    (
        "v1.local. v2.local. v3.local. v4.local. v1.public. v2.public. v3.public. v4.public.",
        r"v[1-4]\.(?:local|public)\.[\w-]{20,4096}(?:\.[\w-]{0,1024})?",  # PASETO
    ),
    ("swmtkn-", r"SWMTKN-\d-[a-z0-9]{20,64}-[a-z0-9]{16,64}"),
    ("access_token$", r"access_token\$(?:production|sandbox)\$[0-9a-z]{16}\$[0-9a-f]{32}"),
    ("rzp_live_ rzp_test_", r"rzp_(?:live|test)_[A-Za-z0-9]{12,32}"),
    ("sq0", r"sq0[a-z]{3}-[\w-]{20,64}"),
    ("secret_", r"(?:seti|pi|cs|src|sb)_\w{0,64}secret_[\w-]{10,128}"),
    ("squ_ sqp_ sqa_", r"sq[upa]_[0-9a-f]{40}"),
    ("bbdc-", r"BBDC-[A-Za-z0-9+/]{30,64}"),
    ("atctt3", r"ATCTT3\w[\w=-]{20,300}"),
    ("ccipat_", r"CCIPAT_\w{20,128}"),
    ("bkua_ bkaj_ bkct_", r"bk(?:ua|aj|ct)_[0-9a-f]{40}"),
    ("hcaik_ hcxik_ hcxlk_ hcalk_", r"hc[ax][il]k_[0-9a-z]{50,70}"),
    ("aqvn", r"AQVN[\w-]{35,40}"),
    ("t1.", r"t1\.[A-Za-z0-9_-]{20,400}\.[\w-]{60,128}={0,2}"),
    ("y0_ y1_ y2_ y3_", r"y[0-3]_[\w-]{50,64}"),
    ("mfa.", r"mfa\.[\w-]{80,100}"),
    ("aqe", r"AQE[A-Za-z0-9+/]{50,160}={0,2}-[\w+/]{20,64}={0,2}-\S{8,32}"),
    (
        "access-production- access-sandbox- access-development-",
        r"access-(?:production|sandbox|development)-[0-9a-f-]{36}",
    ),
    (":apa91b", r"[\w-]{4,16}:APA91b[\w-]{60,200}"),
    ("dg9r", r"dG9rO?[A-Za-z0-9+/]{50,80}={0,2}"),
    ("1/0 1/1 1/2 1/3 1/4 1/5 1/6 1/7 1/8 1/9", r"1/\d{10,20}:[0-9a-f]{32}"),
    ("cfpat-", r"CFPAT-[\w-]{40,64}"),
    ("sl.", r"sl\.(?:u\.)?[\w-]{60,2048}"),
    ("atta", r"ATTA[0-9a-f]{60,80}"),
    ("nral", r"[0-9a-f]{30,40}(?:FFFF)?NRAL"),
    ("eyjrijoi", r"eyJrIjoi[\w+/=-]{30,400}"),
    ("sk-or-v", r"sk-or-v\d-[0-9a-f]{64}"),
    ("oy2", r"oy2[a-z0-9]{43}"),
    ("prv", r"[xyztuv]prv[1-9A-HJ-NP-Za-km-z]{100,112}"),
    ("ac0 ac1 ac2 ac3 ac4 ac5 ac6 ac7 ac8 ac9 aca acb acc acd ace acf", r"AC[0-9a-f]{32}:[0-9a-f]{32}"),
    ("sdk- mob-", rf"(?:sdk|mob)-{UUID}"),
    ("$ansible_vault", r"\$ANSIBLE_VAULT;[\d.]{3,8};AES256[0-9a-fn\s\\]{40,16384}"),
    ("00d", r"00D[A-Za-z0-9]{9,15}![\w.]{40,200}"),
    ("tgp_v", r"tgp_v\d_[\w-]{40,64}"),
    ("sntrys_", r"sntrys_[\w+/=.-]{40,400}"),
    ("sk_", rf"sk_(?:sbox_)?{UUID}"),
    ("aq", r"AQ[A-Za-z0-9+/]{36}=="),  # a key of Ceph
    *ISSUED,
)
"""Forms that gitleaks lacks or bounds too tightly for lines that were cut, and hashes of passwords, each behind words
one of which, in lower case, is in everything of that form."""
_BEGINNINGS = """sk gsk xai r8 fw nvapi dckr_pat dckr_oat npm pypi hf figd nfp tskey rpa sbp re phc phx lsv2 pcsk cfut cfat vcp tfp
    md ntn rnd dop doo pul tk key live test pat sntrys sntryu lin shpat shpss glc glsa api ops napi tvly jina csk apify_api
    dbtc dbtu xau figo figu pnu pnb rdme esecret fury apk bkat nsct unkey""".split()  # noqa: SIM905 # readable
AMBIGUOUS = re.compile(rf"(?<![A-Za-z0-9_-])(?:{'|'.join(_BEGINNINGS)})[_-][\w-]{{20,512}}")
"""Beginnings that words have too: what follows must look random."""
_BEGINNING_WORDS = frozenset(f"{begin}{sign}" for begin in _BEGINNINGS for sign in "_-")


class _Rule(msgspec.Struct, frozen=True):
    id: str
    pattern: str
    keywords: list[str]
    entropy: float = 0.0
    group: int = 0
    """The group that holds the secret; 0: the first that matched something."""
    allowed: list[str] = []


@cache
def rules() -> tuple[_Rule, ...]:
    """gitleaks' rules as they were translated."""
    return tuple(msgspec.json.decode(RULES.read_bytes(), type=list[_Rule]))


@cache
def _by_keyword() -> dict[str, tuple[_Rule, ...]]:
    found: dict[str, list[_Rule]] = {}
    for rule in rules():
        for keyword in rule.keywords:
            found.setdefault(keyword.lower(), []).append(rule)
    return {keyword: tuple(those) for keyword, those in found.items()}


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """A rule's pattern, with RE2's meaning of `\\w` and `\\b`."""
    return re.compile(pattern, re.ASCII)


@cache
def own_words() -> frozenset[str]:
    """What a text holds one of, in lower case, if one of our own forms is in it."""
    own = (word for words, _ in FORMS for word in words.split())
    return _BEGINNING_WORDS.union(own)


def keywords() -> Collection[str]:
    """What a text holds one of, in lower case, if a rule of gitleaks' finds something in it."""
    return _by_keyword().keys()


def find(text: str, lower: str, known: Collection[str] | None = None) -> Iterator[tuple[int, int]]:
    """Where secrets stand; spans may overlap. `lower` is the text in lower case, `known` its keywords."""
    if known is None:
        words, automaton = _spotter()
        known = {words[number] for number, _, _ in automaton.find_matches_as_indexes(lower, overlapping=True)}
    if not known:
        return
    plan = _planned(frozenset(known))
    for form in plan.forms:
        for found in form.finditer(text):
            yield found.span()
    if plan.beginnings:
        yield from _begun(text)
    for rule, pattern in plan.rules:
        for found in pattern.finditer(text):
            yield from _secret(rule, found)


@cache
def _spotter() -> tuple[Sequence[str], AhoCorasick]:
    """All words with what finds them in one pass."""
    words = [*{*own_words(), *_by_keyword()}]
    return words, AhoCorasick(words)


class _Plan(msgspec.Struct, frozen=True):
    """What a text is searched for."""

    forms: tuple[re.Pattern[str], ...]
    beginnings: bool
    rules: tuple[tuple[_Rule, re.Pattern[str]], ...]


@lru_cache(maxsize=2048)
def _planned(known: frozenset[str]) -> _Plan:
    """Texts have few sets of words, and making a plan takes longer than following it."""
    forms, by_keyword = _forms(), _by_keyword()
    rules = {rule.id: rule for word in known for rule in by_keyword.get(word, ())}
    return _Plan(
        tuple({form: None for word in known for form in forms.get(word, ())}),
        not _BEGINNING_WORDS.isdisjoint(known),
        tuple((rule, compiled(rule.pattern)) for rule in rules.values()),
    )


@cache
def _forms() -> dict[str, tuple[re.Pattern[str], ...]]:
    """By word, our own forms that have it: all of them as one pattern take far longer than the few of a text."""
    found: dict[str, list[re.Pattern[str]]] = {}
    for words, form in FORMS:
        pattern = re.compile(rf"(?<![A-Za-z0-9])(?:{form})")
        for word in words.split():
            found.setdefault(word, []).append(pattern)
    return {word: tuple(forms) for word, forms in found.items()}


def _begun(text: str) -> Iterator[tuple[int, int]]:
    for found in AMBIGUOUS.finditer(text):
        rest = re.split("[_-]", found[0], maxsplit=1)[1]
        if (
            is_random(rest) and not ("-" in rest and rest.islower()) and not _is_spoken(found[0])
        ):  # objects are named so
            yield found.span()


def _is_spoken(value: str) -> bool:
    """Several parts of which most are words, as functions and tests are named: `test_rotation_2d_of_keys`."""
    first, *parts = (part for part in re.split("[_-]", value) if part)
    words = sum(len(part) >= 3 and part.isalpha() and is_name(part) for part in parts)
    return first in _SPOKEN and len(parts) >= 3 and 2 * words >= len(parts)


_SPOKEN = frozenset({"test", "live", "key"})
"""Beginnings of tokens that are words of names too."""


def _secret(rule: _Rule, found: re.Match[Any]) -> Iterator[tuple[int, int]]:
    group = rule.group or next((number for number in range(1, found.re.groups + 1) if found[number]), 0)
    secret = found[group]
    if rule.entropy and entropy(secret) < rule.entropy:
        return
    if not any(compiled(allowed).search(secret) for allowed in rule.allowed):
        yield found.span(group)
