"""`python -m tests.kit.redaction.measure`: recall of secrets, other lines altered, lines a second."""

from __future__ import annotations

import random
import sys
import sysconfig
import time
from collections.abc import Sequence
from pathlib import Path

from hexaops.kit.redaction import redact
from hexaops.kit.redaction.batches import redact_all
from tests.kit.redaction import benign, fresh, fresh_benign, test_corpus, test_fresh

LEAST_RECALL, MOST_ALTERED, LEAST_RATE = 0.99, 0.001, 5_000
NAMES = ("log lines", "source", "only secrets")
LINES, BATCH, ONE_SECRET_IN = 20_000, 500, 50


def measure() -> bool:
    """Print the figures; whether all bars were met."""
    rng = random.Random(41)
    samples = len(fresh.SAMPLES) * test_fresh.EACH
    recalls = (test_corpus.recall(redact)[0], 1 - len(test_fresh.missed(redact)) / samples)
    code = [line for path in Path(sysconfig.get_path("stdlib")).glob("*.py") for line in path.read_text().splitlines()]
    plain = [fresh_benign.line(rng) if number % 2 else benign.line(rng) for number in range(LINES)]
    shares = [_altered(lines) for lines in (plain, code)]
    logs = [fresh.sample(rng.choice(fresh.SAMPLES), rng)[0] if rng.randrange(ONE_SECRET_IN) == 0 else x for x in plain]
    secrets = [fresh.sample(rng.choice(fresh.SAMPLES), rng)[0] for _ in range(LINES // 4)]
    rates = [rate for lines in (logs, code, secrets) for rate in _rates(lines)]
    report = [
        f"recall: corpus {recalls[0]:.2%}, fresh {recalls[1]:.2%} of {samples}",
        f"altered: {shares[0]:.3%} of {len(plain)} log lines, {shares[1]:.3%} of {len(code)} of Python's library",
    ]
    for name, one, batch in zip(NAMES, rates[::2], rates[1::2], strict=True):
        report.append(f"lines a CPU-second, {name}: one by one {one:,.0f}, in batches of {BATCH} {batch:,.0f}")
    print("\n".join(report))  # noqa: T201 # the command's result
    return min(recalls) >= LEAST_RECALL and max(shares) <= MOST_ALTERED and min(rates) >= LEAST_RATE


def _altered(lines: Sequence[str]) -> float:
    return sum(redact(line) != line for line in lines) / len(lines)


def _rates(lines: Sequence[str]) -> tuple[float, float]:
    """Lines a CPU-second, alone and in batches."""
    began = time.process_time()
    for line in lines:
        redact(line)
    alone, began = time.process_time() - began, time.process_time()
    for at in range(0, len(lines), BATCH):
        redact_all(lines[at : at + BATCH])
    return len(lines) / alone, len(lines) / (time.process_time() - began)


if __name__ == "__main__":
    sys.exit(not measure())
