"""Secrets that identify themselves: tokens whose issuer gives them a form, by gitleaks' rules (MIT, `gitleaks.LICENSE`).

`python -m tools.secret_rules` writes `gitleaks.json`. A rule is compiled when its keyword is first seen in a text that
holds something long enough to be a token: most lines cost one search.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from hexaops.kit.redaction.looks import entropy, is_random

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
    ("xox", r"xox[abeoprsd](?:\.xox[bp])?-[\w.%/+=-]{10,512}"),
    ("xapp-", r"xapp-\d-[\w-]{10,255}"),
    ("aiza", r"AIza[\w-]{35}"),
    ("ya29.", r"ya29\.[\w-]{20,1024}"),
    ("1//0", r"1//0[\w-]{30,255}"),
    ("gocspx-", r"GOCSPX-[\w-]{20,64}"),
    ("sk_live_ sk_test_ sk_prod_ rk_live_ rk_test_ rk_prod_", r"(?:sk|rk)_(?:live|test|prod)_\w{10,255}"),
    ("whsec_", r"whsec_[A-Za-z0-9+/=]{16,255}"),
    ("hexaops_sa_", r"hexaops_sa_[0-9a-z_]{20,120}"),
    ("hvs. hvb. hvr.", r"hv[sbr]\.[\w-]{24,512}"),
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
)
"""Forms that gitleaks lacks or bounds too tightly for lines that were cut, and hashes of passwords, each behind words
one of which, in lower case, is in everything of that form."""
OWN = re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(form for _, form in FORMS)})")
_BEGINNINGS = """sk gsk xai r8 fw nvapi dckr_pat dckr_oat npm pypi hf figd nfp tskey rpa sbp re phc phx lsv2 pcsk cfut cfat vcp tfp
    ntn rnd dop doo pul tk key live test pat sntrys sntryu lin shpat shpss glc glsa api ops""".split()  # noqa: SIM905 # readable
AMBIGUOUS = re.compile(rf"(?<![A-Za-z0-9_-])(?:{'|'.join(_BEGINNINGS)})[_-][\w-]{{20,512}}")
"""Beginnings that words have too: what follows must look random."""


class _Rule(msgspec.Struct, frozen=True):
    id: str
    pattern: str
    keywords: list[str]
    entropy: float = 0.0
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
    return frozenset({*own, *(f"{begin}{sign}" for begin in _BEGINNINGS for sign in "_-")})


def keywords() -> Collection[str]:
    """What a text holds one of, in lower case, if a rule of gitleaks' finds something in it."""
    return _by_keyword().keys()


def find(text: str, lower: str, known: Collection[str] | None = None) -> Iterator[tuple[int, int]]:
    """Where secrets stand; spans may overlap. `lower` is the text in lower case, `known` its keywords."""
    if known is None or not own_words().isdisjoint(known):
        yield from _own(text)
    wanted: dict[str, _Rule] = {}
    by_keyword = _by_keyword()
    for keyword in (word for word in by_keyword if word in lower) if known is None else known:
        wanted.update((rule.id, rule) for rule in by_keyword.get(keyword, ()))
    for rule in wanted.values():
        for found in compiled(rule.pattern).finditer(text):
            yield from _secret(rule, found)


def _own(text: str) -> Iterator[tuple[int, int]]:
    for found in OWN.finditer(text):
        yield found.span()
    for found in AMBIGUOUS.finditer(text):
        rest = re.split("[_-]", found[0], maxsplit=1)[1]
        if is_random(rest) and not ("-" in rest and rest.islower()):  # objects are named so
            yield found.span()


def _secret(rule: _Rule, found: re.Match[Any]) -> Iterator[tuple[int, int]]:
    group = next((number for number in range(1, found.re.groups + 1) if found[number]), 0)
    secret = found[group]
    if rule.entropy and entropy(secret) < rule.entropy:
        return
    if not any(compiled(allowed).search(secret) for allowed in rule.allowed):
        yield found.span(group)
