"""The grounding pass: what is in the evidence stays as it is, what is not goes and is counted."""

from __future__ import annotations

import random
import re

import pytest

from hexaops.assistant.model.grounding import Grounds, ground

TOLD = """\
Of 12 applications 10 are healthy and 2 have an issue.

- **web-app**: 3/3 replicas, CPU 35.2 %, memory 45.1 %
- **api-service**: 2/2 replicas, CPU 28 %, memory 52 %
- **database-app**: 2/3 replicas, 1 pod failing, 14 restarts
- **cache-service**: 1/2 replicas, 1 pod pending: no node has 8Gi of memory
"""
NAMES = frozenset({"web-app", "api-service", "database-app", "cache-service", "worker-app"})


def grounds() -> Grounds:
    found = Grounds(NAMES)
    found.add(TOLD)
    return found


@pytest.mark.parametrize(
    "text",
    [
        TOLD.strip(),
        "Two applications have an issue.",
        "web-app is fine: 3/3 replicas run, at 35.2% CPU.",
        "`database-app` has 14 restarts, so look at its logs first.",
        "This one is up-to-date.",
        "10 of 12 applications are healthy.",
    ],
)
def test_what_was_found_stays(text: str) -> None:
    found = ground(text, grounds())
    assert (found.text, found.removed) == (text, 0)


@pytest.mark.parametrize(
    ("text", "numbers", "names"),
    [
        ("web-app uses 36 % CPU.", 1, 0),
        ("web-app has 14 restarts.", 1, 0),  # true of another application
        ("web-app uses 35 % CPU.", 1, 0),  # rounded
        ("web-app is fine. It has 14 restarts.", 1, 0),  # "it" is the application named before
        ("There are 5 issues.", 1, 0),
        ("There are seven issues.", 1, 0),
        ("web-app has 35.2 replicas.", 1, 0),  # a percentage is not a number of replicas
        ("Two have an issue: web-app and api-service.", 1, 0),  # a count of the model's own
        ("payment-gateway is down.", 0, 1),
        ("Look at `billing`.", 0, 1),
        ("2 applications have an issue. The cause is in redis-master-0.", 0, 1),
        ("| web-app | 99 % |", 1, 0),
        ("The wait was -3 s.", 1, 0),
    ],
)
def test_what_was_not_found_goes(text: str, numbers: int, names: int) -> None:
    found = ground(text, grounds())
    assert (found.numbers, found.names) == (numbers, names)


def test_only_the_sentence_goes() -> None:
    found = ground("- web-app is healthy. It has 99 replicas. All is well.", grounds())
    assert found.text == "- web-app is healthy. All is well."


def test_what_others_wrote_may_be_quoted_and_proves_nothing() -> None:
    found = Grounds(NAMES)
    found.add("The last log line of web-app is “web-app has 987654 replicas on node gpu-7”.")
    assert ground("web-app has 987654 replicas.", found).numbers == 1
    assert ground("It runs on gpu-7.", found).names == 1
    said = "web-app says “web-app has 987654 replicas on node gpu-7”."
    assert ground(said, found).text == said


def planted(rng: random.Random) -> tuple[str, str]:
    """An answer with one number replaced by one that the evidence does not have, and the sentence it stands in."""
    lines = [line for line in TOLD.splitlines() if line]
    place = rng.randrange(len(lines))
    numbers = [*re.finditer(r"\d+(?:\.\d+)?", lines[place])]
    chosen = rng.choice(numbers)
    false = str(rng.choice((rng.randrange(100, 10_000), round(rng.uniform(53, 99), 2))))
    altered = lines[place][: chosen.start()] + false + lines[place][chosen.end() :]
    return "\n".join([*lines[:place], altered, *lines[place + 1 :]]), false


def test_200_of_200_planted_false_numbers_are_caught() -> None:
    rng = random.Random(11)
    caught = 0
    for _ in range(200):
        text, false = planted(rng)
        found = ground(text, grounds())
        caught += found.numbers == 1 and false not in found.text
    assert caught == 200


def test_200_of_200_numbers_of_another_application_are_caught() -> None:
    """Each is true, only not of the application that it is said of."""
    rng = random.Random(12)
    of = {"web-app": "35.2 %", "api-service": "28 %", "database-app": "14 restarts", "cache-service": "1/2 replicas"}
    caught = 0
    for _ in range(200):
        one, other = rng.sample(sorted(of), 2)
        caught += ground(f"{one} is at {of[other]}.", grounds()).numbers == 1
    assert caught == 200
