"""Faults injected into the simulated cluster: the cause comes first, and a healthy one has no finding above `low`."""

from __future__ import annotations

import pytest

from testenv.injected.playing import Scenario, play
from testenv.injected.scenarios import CONTROLS, SCENARIOS

SEEDS = range(1, 6)
EVERY = 6


def _holds(scenario: Scenario, seed: int) -> None:
    done = play(scenario, seed)
    told = [(one.rule, str(one.subject), one.cause) for one in done.grave]
    if scenario.about:
        assert done.first, told
    else:
        assert not told


@pytest.mark.parametrize("scenario", [*SCENARIOS, *CONTROLS][::EVERY], ids=lambda one: one.name)
def test_the_cause_comes_first_and_a_healthy_cluster_has_none(scenario: Scenario) -> None:
    _holds(scenario, seed=1)


@pytest.mark.long
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("scenario", [*SCENARIOS, *CONTROLS], ids=lambda one: one.name)
def test_the_cause_comes_first_with_every_seed(scenario: Scenario, seed: int) -> None:
    _holds(scenario, seed)


def test_there_are_scenarios_enough_with_names_of_their_own() -> None:
    names = [one.name for one in (*SCENARIOS, *CONTROLS)]
    assert len(SCENARIOS) >= 40
    assert len(names) == len(set(names))
    assert all(bool(one.about) == bool(one.says) for one in (*SCENARIOS, *CONTROLS))
