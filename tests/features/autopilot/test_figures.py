"""Injected faults, one application after the other: what becomes of each, and how soon. Run with `-m long -s`."""

from __future__ import annotations

import statistics
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from hexaops.features.autopilot.detecting import Detector
from hexaops.features.incidents.chain import read
from hexaops.kit.clock import SystemClock
from hexaops.storage.tables import IncidentRow
from simulator.world.faults import CRASH_LOOP, NEVER_READY, OUT_OF_MEMORY
from tests.features.autopilot.test_autopilot import incidents, policy
from tests.living import DEADLINE_SECONDS, LivingWorld, living_world

ENDS = {"resolved", "escalated"}


@pytest.fixture
async def world(sqlite_url: str, tmp_path: Path) -> AsyncIterator[LivingWorld]:
    settings = {
        "detection": True,
        "rate_limit_workspace": "100000/minute",
        "rate_limit_public": "1000000/minute",  # incidents are asked for after each commit
        "change_timeout_seconds": 30,
    }
    async with living_world(sqlite_url, tmp_path, settings) as served:
        yield served


@pytest.mark.long
@pytest.mark.timeout(900)  # each application must stay healthy for a while before its incident ends
@pytest.mark.parametrize("kind", [CRASH_LOOP, OUT_OF_MEMORY, NEVER_READY])
async def test_injected_faults_are_healed_or_escalated(world: LivingWorld, kind: str) -> None:
    await policy(world, autopilot="act", autopilot_classes=["failing_pods"], unattended_severity="critical")
    world.access.get(Detector).autopilot.window_seconds = 0.0  # the caps are measured elsewhere
    await ended(world, "database-app")  # with it and cache-service failing, a third one would trip the breaker
    listed = (await world.call("GET", "/applications?limit=100")).json()["data"]["applications"]
    names = [one["name"] for one in listed if one["status"] == "healthy" and one["name"] != "database-app"]
    waited: list[float] = []
    started: list[float] = []
    ends: dict[str, str] = {}
    for name in names:
        seen, pod = await fail_one(world, name, kind)
        row = await ended(world, name)
        await mend(world, name, pod)
        ends[name] = row.status
        waited.append(row.opened_at.timestamp() - seen)
        if remediation := read(row.remediation):
            started.append(remediation.started_at - seen)
        sys.stdout.write(f"{name}: {row.status}, incident {waited[-1]:.2f} s, remediation {started[-1:]}\n")
    median = statistics.median
    sys.stdout.write(f"\n{kind}: {len(names)} faults, to the incident: {median(waited):.2f} s (median)\n")
    sys.stdout.write(f"to the remediation: {len(started)} started, {median(started or [0.0]):.2f} s (median); {ends}\n")
    assert set(ends.values()) <= ENDS
    assert {one["objectRef"].get("subresource") for one in world.writes()} <= {"eviction"}, "nothing outside the policy"


async def fail_one(world: LivingWorld, name: str, kind: str) -> tuple[float, str]:
    """Break a pod of the application; when the watch has shown it, in seconds since 1970, and the pod's uid."""
    cluster = world.access.context.clusters.default
    row = next(one for one in cluster.cache.workloads() if one.name == name)
    (pod, *_) = cluster.cache.pods_of(row.uid)
    world.cluster.faults.break_pod(pod.uid, kind)
    await world.settled(lambda cache: any(one.uid == pod.uid and not one.ready for one in cache.pods_of(row.uid)))
    return SystemClock().now().timestamp(), pod.uid


async def mend(world: LivingWorld, name: str, pod: str) -> None:
    """What nobody could heal is healed, or it and the next one would trip the breaker."""
    cluster = world.access.context.clusters.default
    row = next(one for one in cluster.cache.workloads() if one.name == name)
    world.cluster.faults.heal_pod(pod)
    await world.settled(lambda cache: all(one.ready for one in cache.pods_of(row.uid)))


async def ended(world: LivingWorld, name: str) -> IncidentRow:
    """The application's incident, once it is resolved or escalated."""

    async def find() -> dict[str, Any]:
        return (await incidents(world)).get(name, {"status": "none"})

    found = await world.commits.until(find, lambda found: found["status"] in ENDS, seconds=DEADLINE_SECONDS)
    async with world.access.context.database.reading() as session:
        return await session.get_one(IncidentRow, found["incident_id"])
