"""The suite in other shapes: snapshots as other tools take them lack objects, and write the same things otherwise."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from hexaops.analysis.diagnosis import Finding, Severity, diagnose, read_snapshot
from testenv.diagnosis.scoring import is_about
from testenv.diagnosis.served import as_served
from testenv.diagnosis.suite import CONTROLS, FAULTS, Case

Raw = dict[str, Any]
Shape = Callable[[Raw], None]
EVERY = 6
"""A sixth of the cases: the whole suite in each shape takes too long."""


def _without(*kinds: str) -> Shape:
    def change(raw: Raw) -> None:
        raw["objects"] = [one for one in raw["objects"] if one["kind"] not in kinds]

    return change


def _stamped(raw: Raw) -> None:
    """As the kubelet's files hold them."""
    for key, text in raw["logs"].items():
        if isinstance(text, str):
            raw["logs"][key] = "\n".join(
                f"2026-03-10T11:58:00.123456789Z stderr F {line}" for line in text.splitlines()
            )


def _in_lists(raw: Raw) -> None:
    groups: dict[tuple[str, str], list[Raw]] = {}
    for one in raw["objects"]:
        groups.setdefault((one.pop("apiVersion"), one.pop("kind")), []).append(one)
    raw["objects"] = [
        {"apiVersion": api, "kind": f"{kind}List", "items": items} for (api, kind), items in groups.items()
    ]


def _as_served(raw: Raw) -> None:
    """With the defaults, managed fields and addresses that an API server returns."""
    as_served(raw)


def _new_events(raw: Raw) -> None:
    """events.k8s.io/v1, as newer components write them."""
    for one in raw["objects"]:
        if one["kind"] != "Event" or "involvedObject" not in one:
            continue
        one |= {"apiVersion": "events.k8s.io/v1", "regarding": one.pop("involvedObject"), "note": one.pop("message")}
        first, last, count = one.pop("firstTimestamp"), one.pop("lastTimestamp"), one.pop("count")
        one["eventTime"] = first.replace("Z", ".000001Z")
        if count > 1:
            one["series"] = {"count": count, "lastObservedTime": last.replace("Z", ".000001Z")}


def _no_conditions(raw: Raw) -> None:
    for one in raw["objects"]:
        if one["kind"] == "Pod":
            one["status"].pop("conditions", None)


def _of_strangers(raw: Raw) -> None:
    """Events of pods that are gone."""
    about = {"kind": "Pod", "namespace": "shop"}
    raw["objects"] += [
        {"apiVersion": "v1", "kind": "Event", "metadata": {"name": f"e{n}", "namespace": "shop"}, "type": "Warning",
         "involvedObject": about | {"name": f"gone-{n}"}, "reason": "FailedScheduling", "count": 30,
         "message": "0/3 nodes are available: 3 Insufficient cpu.", "lastTimestamp": "2026-03-10T11:58:00Z"}
        for n in range(30)
    ]  # fmt: skip


TOLD_BY_CONDITIONS = frozenset(
    {
        "load_balancer_never_confirms_the_pods",
        "pods_carry_the_mark_of_preemption",
        "release_asks_another_path",
        "release_fails_for_longer_than_slow_starts_took",
        "release_fails_its_readiness_probe_for_a_minute",
    }
)
"""Nothing but a condition says what is wrong, or since when the pods before were ready."""
SHAPES: tuple[tuple[str, Shape, float], ...] = (
    ("stamped logs", _stamped, 0.98),
    ("lists", _in_lists, 0.98),
    ("as served", _as_served, 0.98),
    ("new events", _new_events, 0.98),
    ("pods without conditions", _no_conditions, 1.0),
    ("events of strangers", _of_strangers, 0.98),
    ("no EndpointSlices", _without("EndpointSlice", "Endpoints"), 0.98),
    ("no ReplicaSets", _without("ReplicaSet"), 0.90),
)


@pytest.mark.parametrize(("shape", "least"), [one[1:] for one in SHAPES], ids=[one[0] for one in SHAPES])
def test_the_cause_comes_first_in_another_shape(shape: Shape, least: float) -> None:
    lost = TOLD_BY_CONDITIONS if shape is _no_conditions else frozenset()
    cases = [one for one in FAULTS[::EVERY] if one.name not in lost]
    missed = [case.name for case in cases if not _is_first(case, _found(case, shape))]
    assert len(missed) <= (1 - least) * len(cases), missed


@pytest.mark.parametrize("shape", [one[1] for one in SHAPES], ids=[one[0] for one in SHAPES])
def test_a_healthy_world_has_nothing_above_low_in_another_shape(shape: Shape) -> None:
    false = {
        case.name: found[0].rule
        for case in CONTROLS[::EVERY]
        if (found := [one for one in _found(case, shape) if one.severity > Severity.LOW])
    }
    assert not false


def _found(case: Case, shape: Shape) -> list[Finding]:
    raw = json.loads(json.dumps(case.snapshot()))
    shape(raw)
    return diagnose(read_snapshot(raw))


def _is_first(case: Case, found: list[Finding]) -> bool:
    if not found or not is_about(case, found[0]):
        return False
    said = f"{found[0].finding} {found[0].cause}".lower()
    return all(word in said for word in case.says)
