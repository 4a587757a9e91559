"""Every planted weakness is found and none is invented, over a snapshot that has RBAC too."""

from __future__ import annotations

from hexaops.analysis.diagnosis.engine import diagnose
from hexaops.analysis.diagnosis.snapshot import Snapshot
from hexaops.analysis.posture.scan import configuration_weaknesses, workload_weaknesses
from tests.analysis.posture import seeded

NOW = 1_767_225_600.0


def found_in(objects: list[seeded.Object]) -> set[str]:
    snapshot = Snapshot(NOW, objects)
    workloads = [one for found in map(workload_weaknesses, snapshot.workloads()) for one in found]
    return {one.key for one in [*workloads, *configuration_weaknesses(diagnose(snapshot))]}


def test_there_are_enough_of_them() -> None:
    assert len(seeded.planted() | seeded.planted_rbac()) >= 40


def test_every_planted_weakness_is_found_and_none_is_invented() -> None:
    objects = [*seeded.seeded_workloads(), *seeded.ROLES, *(binding for binding, _ in seeded.RBAC)]
    assert found_in([*objects, *seeded.clean_workloads()]) == seeded.planted() | seeded.planted_rbac()


def test_nothing_is_found_in_a_clean_namespace() -> None:
    clean = [binding for binding, rule in seeded.RBAC if rule is None]
    assert found_in([*seeded.clean_workloads(), *seeded.ROLES, *clean]) == set()
