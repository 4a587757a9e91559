"""The diagnosis is held to every case of the published suite, and every rule to a case in which it speaks."""

from __future__ import annotations

import pytest

from hexaops.analysis.diagnosis import Severity, diagnose, read_snapshot
from hexaops.analysis.diagnosis.catalog import POD_RULES, RULES
from hexaops.analysis.diagnosis.confidence import MEASURED
from hexaops.analysis.diagnosis.pods import sick_pods
from testenv.diagnosis.scoring import is_right, measured_shares, score
from testenv.diagnosis.suite import CONTROLS, FAULTS, Case
from testenv.diagnosis.written import SETS, written


@pytest.mark.parametrize("case", FAULTS, ids=lambda case: f"{case.area}-{case.name}")
def test_the_cause_comes_first_and_is_one_finding(case: Case) -> None:
    found = diagnose(read_snapshot(case.snapshot()))
    assert found, "nothing was found"
    assert is_right(case, found[0]), [(one.rule, str(one.subject), one.cause) for one in found[:3]]
    loud = [one for one in found if one.severity > Severity.LOW]
    assert len(loud) <= 1, [(one.rule, str(one.subject), one.cause) for one in loud]


@pytest.mark.parametrize("case", CONTROLS, ids=lambda case: case.name)
def test_a_healthy_world_has_nothing_above_low(case: Case) -> None:
    found = [one for one in diagnose(read_snapshot(case.snapshot())) if one.severity > Severity.LOW]
    assert not found, [(one.rule, str(one.subject), one.cause) for one in found]


def test_the_suite_is_as_large_as_it_claims() -> None:
    assert len(FAULTS) >= 80
    assert len({case.rules[0] for case in FAULTS}) >= 25
    assert len(CONTROLS) >= 30


def test_every_rule_speaks_in_some_fault() -> None:
    silent: set[object] = {*POD_RULES, *RULES}
    every = [*(case.snapshot() for case in FAULTS), *(case.snapshot for name in SETS for case in written(name))]
    for raw in every:
        snapshot = read_snapshot(raw)
        for rule in RULES:
            if rule in silent and any(True for _ in rule(snapshot)):
                silent.remove(rule)
        for sick in sick_pods(snapshot):
            for pod_rule in POD_RULES:
                if pod_rule in silent and pod_rule(sick) is not None:
                    silent.remove(pod_rule)
    assert silent == set()


def test_the_confidences_are_those_of_the_suite() -> None:
    assert {rule: tuple(share) for rule, share in MEASURED.items()} == measured_shares(score()), (
        "run `python -m benchmarks diagnosis -- --write`"
    )
