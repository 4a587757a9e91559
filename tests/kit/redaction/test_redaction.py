"""Secrets by their form: all are found, ordinary lines are left alone, no pattern backtracks without bounds."""

from __future__ import annotations

import random
import re
import string
from collections.abc import Iterator
from re import _constants as constants  # there is no public way to look into a pattern
from re import _parser as parser  # there is no public way to look into a pattern
from typing import Any

import pytest

from hexaops.kit import redaction
from hexaops.kit.redaction import (
    MARK,
    addresses,
    arguments,
    commands,
    files,
    headers,
    looks,
    names,
    pairs,
    places,
    redact,
    redact_fields,
    sentences,
    vendors,
)
from hexaops.kit.redaction.batches import redact_all
from hexaops.kit.text import markdown, plain

CANARY = "hunter2-C4n4ry"
JWT = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJlLWNhbmFyeQ"
PEM = f"-----BEGIN RSA PRIVATE KEY-----\n{'QUJD' * 20}\n-----END RSA PRIVATE KEY-----"
HOLDING = (
    f"password={CANARY}",
    f"PASSWORD = {CANARY}",
    f"DB_PASSWORD={CANARY} DB_HOST=db",
    f"password: {CANARY}",
    f"Password:{CANARY}",
    f'{{"password":"{CANARY}","user":"x"}}',
    f'{{"clientSecret": "{CANARY} with spaces"}}',
    f"{{'api_key': '{CANARY}'}}",
    f"secret_key: '{CANARY}'",
    f"AWS_SECRET_ACCESS_KEY={CANARY}",
    f"x-api-key: {CANARY}",
    f"login failed for token={CANARY}&user=x",
    f"accountKey={CANARY};EndpointSuffix=core",
    f"mysql --password {CANARY} -h db",
    f"run --db-password {CANARY}",
    f"pg_dump failed: postgresql://app:{CANARY}@db:5432/shop",
    f"amqp://guest:{CANARY}@mq",
    f"redis://:{CANARY}@cache:6379/0",
    f"https://{CANARY}{CANARY}@git.example/x.git",
    f"https://user:p@{CANARY}@host/",
    f"Authorization: Bearer {CANARY}",
    f"authorization: basic {CANARY}",
    f"jwt {JWT} refused".replace("c2lnbmF0dXJlLWNhbmFyeQ", "hunter2C4n4ry"),
    f"credentials={CANARY}",
    f"passphrase: {CANARY}",
    f'said password=\\"{CANARY}\\" twice',
    f"pwd={CANARY}",
)
FORMS = (
    JWT,
    "AKIAIOSFODNN7EXAMPLE",
    "ASIAIOSFODNN7EXAMPLE",
    "ghp_" + "a1B2" * 9,
    "glpat-" + "a1B2" * 5,
    "xoxb-1234567890-abcdef",
    "AIza" + "a1B2c" * 7,
    "sk_live_" + "a1B2" * 6,
    "whsec_" + "a1B2" * 8,
    "hexaops_sa_" + "a1b2c3d4e" * 3 + "_" + "0" * 48 + "_00000000",
    PEM,
    PEM[: len(PEM) // 2],
)
BENIGN = (
    "Back-off restarting failed container database-app in pod database-app-2_data(5f1c)",
    'MountVolume.SetUp failed for volume "db-secret" : secret "db-secret" not found',
    'MountVolume.SetUp failed for volume "kube-api-access-x7k2p" : failed to fetch token: context deadline exceeded',
    "couldn't find key password in Secret shop/db-credentials",
    'Error: secret "api-keys" not found',
    'Failed to pull image "shop/token-service:1.4.2": not found',
    "Pulling image ghcr.io/vault/secret-webhook:v2@sha256:0123456789abcdef",
    "https://registry.example:5000/app@sha256:0123456789abcdef0123456789abcdef",
    "token: expired",
    "password: required",
    "Password: incorrect.",
    "secretName: db-credentials",
    "secretKeyRef: password",
    "imagePullSecrets: regcred",
    "tokenPath=/var/run/secrets/token",
    "password_file=/etc/db/password",
    "tokenExpirationSeconds: 3607",
    "max_tokens=512 tokens: 17",
    "PASSWORD=$(DB_PASSWORD)",
    "Basic authentication failed",
    "Bearer authentication is required",
    "Readiness probe failed: HTTP probe failed with statuscode: 503",
    "0/4 nodes are available: 4 Insufficient memory.",
    "http://10.0.0.1:8080/healthz: connection refused",
    "Created pod: token-service-7d9f-abcde",
    "basic-auth-proxy scaled up to 3",
    "keyboard=qwerty monkey=banana",
    "the secret of the keys is a token of passwords",
    "desk-sk-light",
)


@pytest.mark.parametrize("line", HOLDING)
def test_what_follows_a_telling_key_is_blotted_out(line: str) -> None:
    shown = redact(f"before {line} after")
    assert MARK in shown
    for part in (CANARY, "hunter2", "C4n4ry"):
        assert part not in shown, shown
    assert shown.startswith("before ")


@pytest.mark.parametrize("secret", FORMS)
def test_what_tells_by_itself_is_blotted_out(secret: str) -> None:
    shown = redact(f"before {secret} after")
    assert secret not in shown
    assert secret[-12:] not in shown
    assert MARK in shown


@pytest.mark.parametrize("line", BENIGN)
def test_ordinary_lines_are_not_touched(line: str) -> None:
    assert redact(line) == line


def test_words_around_stay() -> None:
    assert redact("a password=x1 b token=y2k9x1, c") == f"a password={MARK} b token={MARK}, c"
    assert redact("postgresql://app:x1@db/shop down") == f"postgresql://app:{MARK}@db/shop down"


def test_quotations_are_blotted_out_before_they_are_cut() -> None:
    text = f"Error: pass\u200bword={CANARY} for postgresql://app:{CANARY}@db"
    for shown in (plain(text, 200), plain(text, 30), markdown(text, 200)):
        assert "hunter2" not in shown
        assert "C4n4ry" not in shown


def test_fields_are_known_by_their_names() -> None:
    env = [{"name": "DB_PASSWORD", "value": CANARY}, {"name": "MODE", "value": "fast"}]
    shown = redact_fields(
        {"env": env, "apiKey": CANARY, "token_id": "t1", "note": f"pwd={CANARY}", "tokens": [1, None]}
    )
    assert shown == {
        "env": [{"name": "DB_PASSWORD", "value": MARK}, {"name": "MODE", "value": "fast"}],
        "apiKey": MARK, "token_id": "t1", "note": f"pwd={MARK}", "tokens": [1, None],
    }  # fmt: skip


def test_redacting_again_changes_nothing() -> None:
    for line in (*HOLDING, *FORMS, *BENIGN):
        once = redact(line)
        assert redact(once) == once


MODULES = (redaction, addresses, arguments, commands, files, headers, looks, names, pairs, places, sentences, vendors)
PATTERNS = (
    {
        f"{module.__name__.rpartition('.')[2]}.{name}": value
        for module in MODULES
        for name, value in vars(module).items()
        if isinstance(value, re.Pattern)
    }
    | {f"commands.{number}": pattern for number, (_, pattern, *_also) in enumerate(commands._PATTERNS)}
    | {f"arguments.{number}": pattern for number, (_, pattern) in enumerate(arguments._PATTERNS)}
    | {
        f"places.{words[0]}": pattern
        for group in (places._NAMED, places._SECRETS, places._CHOSEN, places._GENERATED)
        for words, pattern in group
    }
    | {f"gitleaks.{rule.id}": vendors.compiled(rule.pattern) for rule in vendors.rules()}
)
CATEGORIES = {constants.CATEGORY_WORD: r"\w", constants.CATEGORY_DIGIT: r"\d", constants.CATEGORY_SPACE: r"\s",
              constants.CATEGORY_NOT_SPACE: r"\S"}  # fmt: skip
PIECES = (
    "eyJ-",
    "password",
    "password=",
    "://",
    "a://b:",
    "-----BEGIN PRIVATE KEY-----",
    "--",
    "token:'",
    "basic ",
    "\\",
)


def unsafe_repeats(pattern: re.Pattern[str]) -> list[str]:
    """Repetitions that may take more than linear time: unbounded ones, and those within another."""
    return [*_unsafe(parser.parse(pattern.pattern, pattern.flags), within=False)]


def _unsafe(node: Any, *, within: bool) -> Iterator[str]:
    if isinstance(node, parser.SubPattern):
        for operator, argument in node.data:
            repeats = operator in parser._REPEATCODES
            if repeats and argument[1] is parser.MAXREPEAT:
                yield f"unbounded: {argument[2]}"
            elif repeats and within and argument[0] != argument[1] and argument[1] > 1:
                yield f"nested: {argument[2]}"
            varies = repeats and argument[1] > 1 and argument[0] != argument[1] and not _delimited(argument[2])
            yield from _unsafe(argument, within=within or varies)
    elif isinstance(node, tuple | list):
        for one in node:
            yield from _unsafe(one, within=within)


def _delimited(group: Any) -> bool:
    """Whether each turn begins with a sign that nothing else in it can match, so that there is one way to match."""
    while group.data[0][0] is parser.SUBPATTERN:
        group = group.data[0][1][-1]
    operator, sign = group.data[0]
    return operator is parser.LITERAL and not any(_matches(one, sign) for one in group.data[1:])


def _matches(item: Any, sign: int) -> bool:
    operator, argument = item
    if operator in parser._REPEATCODES:
        return any(_matches(one, sign) for one in argument[2])
    if operator is parser.SUBPATTERN:
        return any(_matches(one, sign) for one in argument[-1])
    if operator is parser.BRANCH:
        return any(_matches(one, sign) for branch in argument[1] for one in branch)
    if operator is parser.IN:
        codes = [one for one in argument if one[0] is not parser.NEGATE]
        inside = any(_matches(one, sign) for one in codes)
        return inside if len(codes) == len(argument) else not inside
    if operator is parser.CATEGORY:
        return any(re.fullmatch(shorthand, chr(sign)) for code, shorthand in CATEGORIES.items() if code is argument)
    if operator is parser.RANGE:
        return bool(argument[0] <= sign <= argument[1])
    if operator is constants.NOT_LITERAL:
        return bool(argument != sign)
    return operator is not parser.LITERAL or argument == sign


@pytest.mark.parametrize("name", PATTERNS)
def test_every_repetition_is_bounded_and_none_is_nested(name: str) -> None:
    assert unsafe_repeats(PATTERNS[name]) == []


@pytest.mark.parametrize(
    ("pattern", "kinds"),
    [
        ("a.*b", ["unbounded"]),
        ("(?:a{1,9}b){2,9}", ["nested"]),
        ("a?b", []),
        ("(?:a{4}-){3}", []),
        ("(?:/a{1,4}){3}", []),
    ],
)
def test_an_unsafe_repetition_is_found(pattern: str, kinds: list[str]) -> None:
    assert [found.partition(":")[0] for found in unsafe_repeats(re.compile(pattern))] == kinds


@pytest.mark.parametrize("piece", PIECES)
def test_a_long_text_is_treated_as_a_short_one(piece: str) -> None:
    """Nothing of a long text is passed over: a secret at its end goes too."""
    shown = redact(f"{piece * (100_000 // len(piece))} then password={CANARY}")
    assert CANARY not in shown


def test_any_text_is_survived() -> None:
    rng = random.Random(11)
    letters = string.printable + "é\x00\u202e💥"
    pieces = [*HOLDING, *FORMS, *BENIGN]
    for _ in range(2000):
        noise = "".join(rng.choices(letters, k=rng.randrange(40)))
        redact(noise + rng.choice(pieces)[: rng.randrange(60)] + noise)


@pytest.mark.parametrize("rest", ["\u017f" * 30, "_" + "a" * 30, "=a" * 15, "UFJJVkFURSBLRVk=" + "\u00e9" * 20])
def test_what_only_begins_like_an_encoded_key_is_no_error(rest: str) -> None:
    text = f"data LS0tLS1CRUdJTi{rest} end"
    assert redact(text) == text
    assert redact_all([text] * 20) == [text] * 20
