"""The API server fails for a share of all calls while changes run: none may be lost, none made twice (row 4).

Of the faults, a fifth each is 429, 500, 503, a connection that breaks after the call was done, and an error after it
was done. The full figure: `python -m tests.crash.api_faults --calls 10000`, in parts with `--seed`.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select

from hexaops.storage.tables import WriteIntentRow
from simulator.server.faults import ApiFaults, Fault
from tests.conftest import migrated
from tests.living import ENDED, LivingWorld, living_world

APPLICATIONS = ("web-app", "worker-app", "api-service", "background-worker")
RATIO = 0.3
CONVERGED_SECONDS = 60.0
LOOK_SECONDS = 0.1
SETTINGS = {"rate_limit_public": "1000000/minute"}
"""All changes are one caller's, who asks after each commit: the service's own limit would end a long measurement."""


class RandomFaults(ApiFaults):
    """Lets a share of the calls fail; `ratio` may be changed at any time."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__()
        self._rng = rng
        self.ratio = 0.0
        self.calls = 0
        self.injected: Counter[str] = Counter()

    def find(self, verb: str, path: str) -> Fault | None:
        """A fault for this call only, or none."""
        self.calls += 1
        if self._rng.random() >= self.ratio:
            return None
        name, fault = self._rng.choice((
            ("429", Fault(status=429, retry_after_seconds=1)), ("500", Fault(status=500)), ("503", Fault(status=503)),
            ("reply lost", Fault(drop=True)), ("error after", Fault(status_after=503)),
        ))  # fmt: skip
        self.injected[name] += 1
        return fault


@dataclass
class Report:
    """What came of the faults."""

    calls: int = 0
    injected: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    refused: Counter[int] = field(default_factory=Counter)
    """Plans and confirmations that were not accepted, by status."""
    in_doubt: int = 0
    lost: int = 0
    """Writes recorded as made that the objects' generations do not show."""
    duplicated: int = 0
    """Generations beyond what is recorded."""
    converged_seconds: float = 0.0
    """From the last fault until nothing runs any more and the cluster is read."""

    def __str__(self) -> str:
        return (
            f"{self.calls} calls, faults {dict(self.injected)}; changes {dict(self.ended)}, refused "
            f"{dict(self.refused)}: {self.lost} lost, {self.duplicated} duplicated, {self.in_doubt} in doubt; "
            f"converged in {self.converged_seconds:.1f} s"
        )


async def inject(world: LivingWorld, calls: int, seed: int) -> Report:
    """Change the applications side by side until so many calls were made; then look at what was written."""
    faults = RandomFaults(random.Random(seed))
    world.api.faults = faults
    before = {name: world.workload(name)["metadata"]["generation"] for name in APPLICATIONS}
    report, ended = Report(), list[dict[str, Any]]()
    faults.ratio = RATIO
    await asyncio.gather(*(_change_until(world, name, faults, calls, report, ended) for name in APPLICATIONS))
    faults.ratio = 0.0
    began = time.monotonic()
    await world.settled(
        lambda cache: all(status.error is None for status in cache.status().values() if status.available)
    )
    report.converged_seconds = time.monotonic() - began
    report.calls, report.injected = faults.calls, faults.injected
    report.ended = Counter(one["status"] for one in ended)
    report.in_doubt = sum(one["status"] != "completed" and not one["result"].get("rolled_back") for one in ended)
    await _count(world, before, report)
    return report


async def _change_until(
    world: LivingWorld, name: str, faults: RandomFaults, calls: int, report: Report, ended: list[dict[str, Any]]
) -> None:
    while faults.calls < calls:
        asked = await world.ask("restart_application", name)
        answer = asked if asked.status_code != 200 else await world.confirm(asked.json()["data"]["plan"])
        if answer.status_code != 200:
            assert answer.status_code in {409, 503}, answer.text
            report.refused[answer.status_code] += 1
            await asyncio.sleep(LOOK_SECONDS)  # as a caller who asks again
            continue
        action_id = answer.json()["data"]["action_id"]
        ended.append(await world.until(action_id, lambda action: action["status"] in ENDED))


async def _count(world: LivingWorld, before: dict[str, int], report: Report) -> None:
    async with world.access.context.database.reading() as session:
        query = select(WriteIntentRow).where(WriteIntentRow.outcome.in_(("applied", "found_applied")))
        recorded = len((await session.scalars(query)).all())
    made = sum(world.workload(name)["metadata"]["generation"] - before[name] for name in APPLICATIONS)
    report.lost, report.duplicated = max(0, recorded - made), max(0, made - recorded)


async def measured(calls: int, seed: int) -> Report:
    """The figure on a database and cluster of its own."""
    with tempfile.TemporaryDirectory() as home:
        url = f"sqlite:///{Path(home) / 'hexaops.db'}"
        await migrated(url)
        async with living_world(url, Path(home), SETTINGS) as world:
            return await inject(world, calls, seed)


def main(options: Sequence[str]) -> int:
    """Print the report; 0 when everything held."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--calls", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=4)
    given = parser.parse_args(options)
    report = asyncio.run(measured(given.calls, given.seed))
    print(report)  # noqa: T201 # the command's result
    held = not (report.lost or report.duplicated or report.in_doubt)
    return 0 if held and report.converged_seconds <= CONVERGED_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
