"""Objects of any shape: a diagnosis never fails on them, and shows neither secrets nor control characters."""

from __future__ import annotations

import random
from typing import Any

import pytest

from hexaops.analysis.diagnosis import diagnose, read_snapshot
from hexaops.analysis.diagnosis.documents import finding_document
from testenv.diagnosis.suite import FAULTS

STRANGE: tuple[Any, ...] = (None, "x", [], {}, 3, [None], {"a": None}, True, -1)


def _damage(value: Any, chance: random.Random) -> None:
    """Replace something deep within by a value of another type."""
    if isinstance(value, dict):
        if value and chance.random() < 0.5:
            value[chance.choice(list(value))] = chance.choice(STRANGE)
            return
        for part in value.values():
            _damage(part, chance)
    elif isinstance(value, list):
        for part in value:
            _damage(part, chance)


@pytest.mark.parametrize("seed", range(4))
def test_damaged_objects_are_read_without_failing(seed: int) -> None:
    chance = random.Random(seed)
    for case in FAULTS[seed::4]:
        snapshot = case.snapshot()
        for one in chance.sample(snapshot["objects"], min(12, len(snapshot["objects"]))):
            for part in [part for key, part in one.items() if key != "kind"]:
                _damage(part, chance)
        for finding in diagnose(read_snapshot(snapshot)):
            assert finding_document(finding)["severity"] in {"critical", "high", "medium", "low"}


def test_secrets_and_escapes_of_logs_are_not_shown() -> None:
    case = next(one for one in FAULTS if one.name == "python_and_java_stack")
    snapshot = case.snapshot()
    log = "\x1b[31mFATAL cannot start: password=hunter2secret url=postgres://shop:s3cr3tpw@db/shop\x1b[0m"
    snapshot["logs"] = dict.fromkeys(snapshot["logs"], log)
    shown = str([finding_document(one) for one in diagnose(read_snapshot(snapshot))])
    assert "FATAL cannot start" in shown
    assert "hunter2" not in shown
    assert "s3cr3tpw" not in shown
    assert "\x1b" not in shown
