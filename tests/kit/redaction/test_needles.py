"""A text that is passed over by its words holds nothing that closer reading would find."""

from __future__ import annotations

import random

from hexaops.kit.redaction import addresses, arguments, headers, pairs, places
from hexaops.kit.redaction.forms import Reader
from hexaops.kit.redaction.looks import has
from hexaops.kit.redaction.needles import AMBIGUOUS, is_worded
from tests.kit.redaction.benign import line
from tests.kit.redaction.kinds import KINDS

RNG_SEED = 7
PARTS = (
    *AMBIGUOUS, "api", "client", "ed", "id", "=", ":", " ", '"', "'", "x8Kd92ksQQz1", "hunter2", "/", "?", "&", " -p",
    "from", "to", "login", " / ", "state", "code", "salt", "pat", "root/", " -u ", "u: ", "p: ", "root:",
    "is", "was", "\n", "_", "-", ".", "user", "$", "<", ">", "value", "name", ",", "postgres",
    "localhost:5432", "4f2df5c2f9724972a0f7", "s3", "sha1:", "docker login", "password", "hooks.slack.com/services/",
)  # fmt: skip


def test_passed_over_is_only_what_nothing_is_found_in() -> None:
    rng = random.Random(RNG_SEED)
    texts = [kind.make(rng)[0] for kind in KINDS for _ in range(3)] + [line(rng) for _ in range(300)]
    texts += ["".join(rng.choices(PARTS, k=rng.randrange(2, 14))) for _ in range(6000)]
    passed_over, read = 0, Reader([*addresses.FORMS, *headers.FORMS, *pairs.FORMS, *arguments.FORMS, *places.FORMS])
    for text in texts:
        lower = text.lower()
        if not (text.isascii() and has(lower, AMBIGUOUS)) or is_worded(lower):
            continue
        passed_over += 1
        assert not [*read.find(text, lower)], text
    assert passed_over > 500


def test_words_with_another_meaning_are_passed_over() -> None:
    benign = (
        "cache hit key=user:7",
        "health check passed",
        "kube-probe/1.29",
        "mail to=a@b.com",
        "s3://media/9edcf3d4306446d1",
    )
    assert not any(map(is_worded, benign))
    secret = ("api_key=x", "pass: x", "psql -p x", "postgres://a:b@c", "https://hooks.slack.com/services/x")
    assert all(map(is_worded, secret))
