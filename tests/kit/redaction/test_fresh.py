"""Recall and false alarms on samples that were written without reading the rules."""

from __future__ import annotations

import random
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

from hexaops.kit.redaction import redact
from tests.kit.redaction import fresh, fresh_benign

EACH, LINES, SOURCE_LINES = 4, 4_000, 8_000
LEAST_RECALL, MOST_ALTERED = 0.99, 0.001


def missed(redaction: Callable[[str], str]) -> list[str]:
    """The samples of whose secrets something is left."""
    rng, found = random.Random(29), []
    for template in (template for template in fresh.SAMPLES for _ in range(EACH)):
        text, secrets = fresh.sample(template, rng)
        shown = redaction(text)
        if any(secret in shown or secret[-8:] in shown or secret[2:12] in shown for secret in secrets):
            found.append(template)
    return found


def test_fresh_secrets_are_found() -> None:
    assert len(set(fresh.SAMPLES)) >= 250
    assert len(missed(redact)) <= (1 - LEAST_RECALL) * EACH * len(fresh.SAMPLES), missed(redact)


def test_a_reader_that_is_off_is_found() -> None:
    """The seeded bug: texts with an address are passed over."""
    assert len(missed(lambda text: text if "://" in text else redact(text))) > EACH * len(fresh.SAMPLES) * 0.1


def test_fresh_lines_of_programs_stay() -> None:
    rng = random.Random(30)
    lines = [fresh_benign.line(rng) for _ in range(LINES)]
    assert [line for line in lines if redact(line) != line][: int(MOST_ALTERED * LINES)] == []


def _standard_library() -> list[str]:
    root = Path(sysconfig.get_path("stdlib"))
    lines = [line for path in sorted(root.glob("*.py")) for line in path.read_text(errors="replace").splitlines()]
    return [line for line in lines if line.strip()]


def test_source_code_stays() -> None:
    """Python's own library: real lines that nobody wrote for this."""
    lines = random.Random(2).sample(_standard_library(), SOURCE_LINES)
    assert sum(redact(line) != line for line in lines) <= MOST_ALTERED * SOURCE_LINES


@pytest.mark.long
def test_all_source_code_stays() -> None:
    lines = _standard_library()
    assert sum(redact(line) != line for line in lines) <= MOST_ALTERED * len(lines)


@pytest.mark.parametrize(
    "text",
    [
        "GET /chat?x=1 session=sess_4kq9x2mzt7wv8n3p5r6y ok",
        "Set-Cookie: theme=x9Kq2mZt7; Path=/a9Kq2mZt7/b8; Domain=a9k2m7.example.net; Max-Age=3600",
        "Cookie: n=a9Kq2; count=123456789; state=refreshed; pod=checkout-worker-2",
        "sha256 digest user 4f1a:9b2c4d6e8f@sha256:9b2c4d6e8f1a3b5c",
        "https://x.example.net/a?secret=8080",
        "Authorization: Digest realm=api, qop=auth, algorithm=SHA256",
    ],
)
def test_what_only_looks_like_one_stays(text: str) -> None:
    assert redact(text) == text
