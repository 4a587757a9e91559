"""Clusters for the tests of the world."""

from __future__ import annotations

import pytest

from tests.simulator.world.stage import Stage, make_stage


@pytest.fixture
def stage() -> Stage:
    """An empty cluster of four nodes at noon; its time moves only when it is told to."""
    return make_stage()


@pytest.fixture
def shop_stage() -> Stage:
    """The default scenario at noon."""
    return make_stage("default")
