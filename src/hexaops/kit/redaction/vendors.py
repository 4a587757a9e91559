"""Secrets that identify themselves: tokens whose issuer gives them a form, by gitleaks' rules (MIT, `gitleaks.LICENSE`).

`python -m tools.secret_rules` writes `gitleaks.json`. A rule is compiled when its keyword is first seen in a text that
holds something long enough to be a token: most lines cost one search.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from hexaops.kit.redaction.looks import entropy, is_random

RULES = Path(__file__).parent / "gitleaks.json"

OWN = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"eyJ[\w-]{8,2048}\.[\w-]{4,4096}(?:\.[\w-]{0,1024}){0,3}"  # JWT and JWE, cut ones too
    r"|(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}"
    r"|gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_\w{20,255}"
    r"|gl(?:pat|dt|rt|ft|cbt|ptt|soat|imt|agent|oas|ffct|wt)-[\w.-]{20,300}"
    r"|xox[abeoprsd](?:\.xox[bp])?-[\w.%/+=-]{10,512}|xapp-\d-[\w-]{10,255}"
    r"|AIza[\w-]{35}|ya29\.[\w-]{20,1024}|1//0[\w-]{30,255}|GOCSPX-[\w-]{20,64}"
    r"|(?:sk|rk)_(?:live|test|prod)_\w{10,255}"
    r"|whsec_[A-Za-z0-9+/=]{16,255}|hexaops_sa_[0-9a-z_]{20,120}"
    r"|hv[sbr]\.[\w-]{24,512}|vault:v\d{1,3}:[\w+/=]{24,512}"
    r"|ATATT3\w[\w=-]{20,300}|ATBB[A-Za-z0-9]{24,64}|SG\.[\w-]{16,32}\.[\w-]{16,64}|SK[0-9a-f]{32}"
    r"|key-[0-9a-f]{32}|[0-9a-f]{32}-us\d{1,2}|\d{8,10}:AA[\w-]{32,35}|EAA[A-Za-z0-9]{40,512}"
    r"|[MNO][A-Za-z\d]{23,27}\.[\w-]{6}\.[\w-]{27,40}"  # a chat bot's token
    r"|amzn\.mws\.[0-9a-f-]{36}|secret_[A-Za-z0-9]{43}|ntn_[A-Za-z0-9]{40,60}|PMAK-[0-9a-f]{24}-[0-9a-f]{34}"
    r"|sha256~[\w-]{43}|(?:oc|k10|K10)[0-9a-f]{32,128}::[\w:]{10,128}|tok-[\w-]{24,64}"
    r"|AGE-SECRET-KEY-1[A-Z0-9]{50,64}|LTAI[A-Za-z0-9]{12,24}|AKID[A-Za-z0-9]{32}"
    r"|\$(?:2[abxy]|5|6|y|7|apr1|1|argon2(?:id|i|d))\$[\w./$=,+-]{16,256}|\{S?SHA(?:256|512)?\}[\w+/=]{20,128}"
    r"|SCRAM-SHA-(?:1|256|512)\$\d{1,7}:[\w+/=$:]{20,256}|pbkdf2[_:$-]\w{0,10}\$\d{1,8}\$[\w+/=$-]{10,256}"
    r"|ocid1\.credential\.[\w.-]{20,200}|dp\.(?:pt|st|ct|sa|scim|audit)\.[\w.-]{30,80}|dt0[a-z]\d{2}\.[A-Z0-9]{24}\.[A-Z0-9]{64}"
    r"|eyJhdXRocyI6[\w+/=-]{8,8192}|ZXlK[\w+/=-]{30,8192}"
    r")"
)
"""Forms that gitleaks lacks or bounds too tightly for lines that were cut, and hashes of passwords."""
AMBIGUOUS = re.compile(
    r"(?<![A-Za-z0-9_-])(?:sk|gsk|xai|r8|fw|nvapi|dckr_pat|dckr_oat|npm|pypi|hf|figd|nfp|tskey|rpa|sbp|re|phc|phx|lsv2"
    r"|pcsk|cfut|cfat|vcp|tfp|ntn|rnd|dop|doo|pul|tk|key|live|test|pat|sntrys|sntryu|lin|shpat|shpss|glc|glsa|api|ops)"
    r"[_-][\w-]{20,512}"
)
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


def find(text: str, lower: str) -> Iterator[tuple[int, int]]:
    """Where secrets stand; spans may overlap. `lower` is the text in lower case."""
    for found in OWN.finditer(text):
        yield found.span()
    for found in AMBIGUOUS.finditer(text):
        rest = re.split("[_-]", found[0], maxsplit=1)[1]
        if is_random(rest) and not ("-" in rest and rest.islower()):  # objects are named so
            yield found.span()
    wanted: dict[str, _Rule] = {}
    for keyword, those in _by_keyword().items():
        if keyword in lower:
            wanted.update((rule.id, rule) for rule in those)
    for rule in wanted.values():
        for found in compiled(rule.pattern).finditer(text):
            yield from _secret(rule, found)


def _secret(rule: _Rule, found: re.Match[Any]) -> Iterator[tuple[int, int]]:
    group = next((number for number in range(1, found.re.groups + 1) if found[number]), 0)
    secret = found[group]
    if rule.entropy and entropy(secret) < rule.entropy:
        return
    if not any(compiled(allowed).search(secret) for allowed in rule.allowed):
        yield found.span(group)
