"""The sets that were written before they were run, each held once the rules were mended by class."""

from __future__ import annotations

import pytest

from hexaops.analysis.diagnosis import Severity, diagnose, read_snapshot
from testenv.diagnosis.judging import names_cause
from testenv.diagnosis.written import SETS, Written, written

CASES = [case for name in SETS for case in written(name)]
FAULTS = [case for case in CASES if case.about]
CONTROLS = [case for case in CASES if not case.about]


@pytest.mark.parametrize("case", FAULTS, ids=lambda case: case.name)
def test_the_cause_comes_first_and_alone_with_a_fix_that_would_mend_it(case: Written) -> None:
    found = diagnose(read_snapshot(case.snapshot))
    assert found, "nothing was found"
    assert names_cause(case, found[0]), [(one.rule, str(one.subject), one.cause) for one in found[:3]]
    assert sum(one.severity > Severity.LOW for one in found) <= 1, [(one.rule, one.cause) for one in found]
    if case.fix:
        assert found[0].fix is not None
        assert found[0].fix.action in case.fix


@pytest.mark.parametrize("case", CONTROLS, ids=lambda case: case.name)
def test_a_healthy_world_has_nothing_above_low(case: Written) -> None:
    found = [one for one in diagnose(read_snapshot(case.snapshot)) if one.severity > Severity.LOW]
    assert not found, [(one.rule, str(one.subject), one.cause) for one in found]


def test_the_names_of_the_cases_are_unique() -> None:
    assert len({case.name for case in CASES}) == len(CASES)
