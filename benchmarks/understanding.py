"""How well and how fast messages are understood: `python -m benchmarks understanding [-- --failures]`.

Prints, for each part of the golden set (`testenv/golden/cases.py` says what was tuned on), accuracy,
changes understood where none was asked for, how confidence and truth agree (reliability table, expected calibration
error), and the CPU time of a message.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from itertools import pairwise

from hexaops.assistant.understanding import Intent, Inventory, KnownEntity, understand
from testenv.golden import cases as golden
from testenv.golden.cases import Half, Verdict

TITLE = "Understanding of messages: accuracy, unasked changes, calibration, CPU time"
PARTS: tuple[Half, ...] = ("development", "hard", "heldout", "blind")
FLOORS: dict[Half, float] = {"development": 0.98, "hard": 0.95, "heldout": 0.97, "blind": 0.91}
BINS = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 1.01)
ROUNDS = 5


def expected_calibration_error(verdicts: list[Verdict]) -> tuple[float, list[tuple[str, int, float, float]]]:
    """Mean gap of confidence and accuracy, weighted by bin; and the rows (bin, number, confidence, accuracy)."""
    rows: list[tuple[str, int, float, float]] = []
    error = 0.0
    for low, high in pairwise(BINS):
        held = [v for v in verdicts if low <= v.got.confidence < high]
        if not held:
            continue
        sure = sum(v.got.confidence for v in held) / len(held)
        right = sum(v.intent_right for v in held) / len(held)
        error += abs(sure - right) * len(held) / len(verdicts)
        rows.append((f"{low:.2f}-{min(high, 1.0):.2f}", len(held), sure, right))
    return error, rows


def report(half: Half, *, failures: bool) -> bool:
    """Accuracy and calibration of one part."""
    worlds = golden.load_worlds()
    verdicts = [golden.judge(case, worlds) for case in golden.load_cases(half)]
    count = len(verdicts)
    right = sum(v.intent_right for v in verdicts)
    exact = sum(v.intent_right and not v.wrong for v in verdicts)
    answered = [v for v in verdicts if v.got.intent is not Intent.UNCLEAR]
    unasked = sum(v.unasked_change for v in verdicts)
    print(f"\n{half}: {count} messages")
    print(f"  intent right                      {right / count:.3f}")
    print(f"  intent, entities and values right {exact / count:.3f}")
    print(f"  changes nobody asked for          {unasked} (true rate below {3 / count:.3f} at 95 %, if 0)")
    for tag in ("typo", "nonrequest", "oos", "dialogue"):
        tagged = [v for v in verdicts if tag in v.case.tags]
        if not tagged:
            continue
        print(f"  {tag:<12} {len(tagged):>4}  intent right {sum(v.intent_right for v in tagged) / len(tagged):.3f}")
    error, rows = expected_calibration_error(answered)
    of_answered = sum(v.intent_right for v in answered) / len(answered)
    print(f"  answered {len(answered) / count:.3f}, right of those {of_answered:.3f}")
    print(f"  expected calibration error of the answered {error:.3f}")
    for label, held, sure, accuracy in rows:
        print(f"    confidence {label}  n={held:<4} mean {sure:.3f}  right {accuracy:.3f}")
    if failures:
        for v in verdicts:
            if not v.intent_right or v.wrong:
                print(f"    {v.case.text!r}: wanted {'|'.join(v.case.intents)}, got {v.got.intent} {v.wrong}")
    return unasked == 0 and right / count >= FLOORS[half]


def report_requests() -> bool:
    """Requests in many wordings, and talk of changes that is no request."""
    world = golden.load_worlds()["docs"]
    talk = json.loads((golden.HERE / "talk_of_changes.json").read_text())
    wordings = json.loads((golden.HERE / "requests.json").read_text())
    taken = sum(_asks(text, world) for text in talk)
    understood = sum(understand(text, world).intent.value == intent for text, intent in wordings)
    print(f"\nrequests in other wordings understood: {understood} of {len(wordings)}")
    print(f"talk of changes taken for a request: {taken} of {len(talk)}")
    return taken == 0


def _asks(text: str, world: Inventory) -> bool:
    got = understand(text, world)
    return any(part.is_change_request for part in (got.parts or (got,)))


def report_speed() -> None:
    """CPU microseconds per message, with inventories of different sizes."""
    texts = [case.text for half in PARTS for case in golden.load_cases(half)]
    base = golden.load_worlds()["docs"]
    print(f"\nCPU time per message ({len(texts)} messages, best of {ROUNDS} rounds)")
    for pods in (0, 1_000, 10_000):
        more = tuple(
            KnownEntity(f"pod-{n}", "pod", f"job-{n // 50}-{n * 7919 % 65536:05x}", "batch") for n in range(pods)
        )
        applications = tuple(
            KnownEntity(f"app-x{n}", "application", f"tenant-{n}-worker", "batch") for n in range(pods // 20)
        )
        inventory = Inventory((*base.entities, *more, *applications))
        started = time.process_time()
        understand("status", inventory)
        first = time.process_time() - started
        best = min(_round(texts, inventory) for _ in range(ROUNDS))
        each = best / len(texts) * 1e6
        print(f"  {len(inventory.entities):>6} names: {each:7.0f} µs, tables made in {first * 1e3:.1f} ms")


def _round(texts: list[str], inventory: Inventory) -> float:
    started = time.process_time()
    for text in texts:
        understand(text, inventory)
    return time.process_time() - started


def run(options: Sequence[str]) -> bool:
    """Print everything; missed when a change nobody asked for was understood, or a part is below its floor."""
    parser = argparse.ArgumentParser(prog="understanding", description=TITLE)
    parser.add_argument("--failures", action="store_true", help="list what was missed (not of the blind part)")
    failures = parser.parse_args(options).failures
    met = [report(part, failures=failures and part != "blind") for part in PARTS]
    met.append(report_requests())
    report_speed()
    return all(met)


if __name__ == "__main__":
    raise SystemExit(0 if run(sys.argv[1:]) else 1)
