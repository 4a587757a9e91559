"""Lets PostgreSQL fail while changes run, again and again, and counts what became of them (docs/safety.md, row 4).

The full figure: `python -m tests.crash.database_faults --faults 200`; in parts with `--faults 70 --seed 1`, 2, 3.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select

from hexaops.kit.ids import new_id
from hexaops.storage.tables import WriteIntentRow
from testenv.harness.postgresql import PostgresServer, postgres_server
from testenv.harness.proxy import ThreadedProxy, threaded_proxy
from tests.conftest import migrated, postgresql_url
from tests.living import ENDED, LivingWorld, living_world

KINDS = ("reset", "refuse", "stall", "garbage", "slow", "kill", "full")
APPLICATIONS = ("web-app", "worker-app", "api-service", "background-worker")
CHANGES = 2
"""Started before each fault."""
LONG_EVERY = 10
"""Each so manyth fault lasts long."""
BEFORE_SECONDS = (0.1, 1.5)
"""At most from the changes' start to the fault: within the start of their runs, or anywhere within these."""
SHORT_SECONDS, LONG_SECONDS = (0.1, 1.5), (8.0, 15.0)
BAR_SECONDS = 30.0
END_SECONDS = 120.0
LOOK_SECONDS = 0.05


@dataclass
class Faults:
    """What can happen to the database of a world."""

    server: PostgresServer
    proxy: ThreadedProxy
    database: str

    async def cause(self, kind: str, seconds: float) -> None:
        """Let it fail so for a while; it works again when this returns."""
        if kind == "reset":
            for _ in range(3):
                self.proxy.reset()
                await asyncio.sleep(seconds / 3)  # the fault's own length
        elif kind == "kill":
            await asyncio.to_thread(self.server.kill)
            await asyncio.sleep(seconds)
            await asyncio.to_thread(self.server.start)
        elif kind == "full":
            await asyncio.to_thread(self.server.set_full, self.database, full=True)
            await asyncio.sleep(seconds)
            await asyncio.to_thread(self.server.set_full, self.database, full=False)
        else:
            self.proxy.set_mode(kind)  # type: ignore[arg-type] # one of the modes
            if kind == "refuse":
                self.proxy.reset()
            await asyncio.sleep(seconds)
            self.proxy.set_mode("pass")
            if kind != "slow":
                self.proxy.reset()


@dataclass
class Report:
    """What came of the faults."""

    faults: Counter[str] = field(default_factory=Counter)
    ended: list[dict[str, Any]] = field(default_factory=list)
    """Each accepted change as it ended, with its fault and the seconds since that was over."""
    refused: int = 0
    """Changes that were refused while the database was away."""
    lost: int = 0
    """Recorded as written, and not in the API server's audit log."""
    duplicated: int = 0
    """In the audit log beyond what is recorded."""

    @property
    def in_doubt(self) -> list[dict[str, Any]]:
        """Changes that neither succeeded nor were undone."""
        return [one for one in self.ended if one["status"] != "completed" and not one["result"].get("rolled_back")]

    @property
    def longest_seconds(self) -> float:
        """From the end of a fault to the end of a change."""
        return max((one["seconds"] for one in self.ended), default=0.0)

    def lines(self) -> Iterator[str]:
        """For a person."""
        kinds = ", ".join(f"{count} {kind}" for kind, count in self.faults.items())
        statuses = Counter(one["status"] for one in self.ended)
        seconds = sorted(one["seconds"] for one in self.ended) or [0.0]
        yield f"{self.faults.total()} faults ({kinds})"
        yield f"{len(self.ended)} changes {dict(statuses)}, {self.refused} refused"
        yield f"lost {self.lost}, duplicated {self.duplicated}, in doubt {len(self.in_doubt)}"
        middle = seconds[len(seconds) // 2]
        yield f"from the fault's end to the change's: median {middle:.1f} s, longest {seconds[-1]:.1f} s"


@contextlib.asynccontextmanager
async def failing_world(home: Path) -> AsyncIterator[tuple[LivingWorld, Faults]]:
    """The documents' world on a PostgreSQL that can fail in every way."""
    with postgres_server() as server, threaded_proxy(lambda: asyncio.open_unix_connection(server.socket)) as proxy:
        name = new_id("t")
        await asyncio.to_thread(server.execute, "postgres", f"CREATE DATABASE {name}")
        await migrated(postgresql_url(str(server.folder), name))
        await asyncio.to_thread(server.prepare_full_disk, name)
        url = f"postgresql://postgres@127.0.0.1:{proxy.port}/{name}"
        async with living_world(url, home) as world:
            yield world, Faults(server, proxy, name)
            proxy.set_mode("pass")


def planned(kinds: Sequence[str], count: int, rng: random.Random, seconds: float | None) -> list[tuple[str, float]]:
    """Kinds in turn, each with its length in seconds: chance's, where none is given."""
    lengths = [
        seconds or rng.uniform(*(LONG_SECONDS if number % LONG_EVERY == LONG_EVERY - 1 else SHORT_SECONDS))
        for number in range(count)
    ]
    return [(kinds[number % len(kinds)], length) for number, length in enumerate(lengths)]


async def inject(
    world: LivingWorld, faults: Faults, planned: Sequence[tuple[str, float]], rng: random.Random, *, say: bool = False
) -> Report:
    """One fault after the other, each amid changes that are waited for."""
    report = Report()
    for number, (kind, seconds) in enumerate(planned):
        started = [await _start(world, name) for name in rng.sample(APPLICATIONS, CHANGES)]
        await asyncio.sleep(rng.uniform(0.0, rng.choice(BEFORE_SECONDS)))
        await faults.cause(kind, seconds)
        over = time.monotonic()
        report.faults[kind] += 1
        report.refused += started.count(None)
        for action in await asyncio.gather(*(_ended(world, one) for one in started if one is not None)):
            action.update(fault=kind, seconds=action.pop("seen") - over)
            report.ended.append(action)
            if say:
                line = f"{number} {kind} of {seconds:.1f} s: {action['status']} {action['seconds']:.1f} s after its end"
                print(line, flush=True)  # noqa: T201 # a measurement's progress
    await _count_writes(world, report)
    return report


async def _start(world: LivingWorld, application: str) -> str | None:
    """The id of an accepted change; None where the database is still away."""
    plan = await world.ask("restart_application", application)
    if plan.status_code != 200:
        assert plan.status_code in {409, 503}, plan.text
        return None
    answer = await world.confirm(plan.json()["data"]["plan"])
    assert answer.status_code in {200, 409, 503}, answer.text
    return str(answer.json()["data"]["action_id"]) if answer.status_code == 200 else None


async def _ended(world: LivingWorld, action_id: str) -> dict[str, Any]:
    async with asyncio.timeout(END_SECONDS):
        while True:
            answer = await world.call("GET", f"/aiops/actions/{action_id}")
            if answer.status_code == 200 and answer.json()["data"]["status"] in ENDED:
                return {**answer.json()["data"], "seen": time.monotonic()}
            assert answer.status_code in {200, 503}, answer.text
            await asyncio.sleep(LOOK_SECONDS)


async def _count_writes(world: LivingWorld, report: Report) -> None:
    """Compare what is recorded as written with what the API server wrote for us."""
    ids = [one["action_id"] for one in report.ended]
    async with world.access.context.database.reading() as session:
        query = select(WriteIntentRow).where(WriteIntentRow.outcome.in_(("applied", "found_applied")))
        rows = [row for row in await session.scalars(query) if row.operation_id in ids]
    recorded = Counter(_stamp(row.call["body"]) for row in rows)
    written = Counter(
        _stamp(entry["requestObject"]) for entry in world.writes() if entry["responseStatus"]["code"] < 300
    )
    report.lost = (recorded - written).total()
    report.lost += sum(one["status"] == "completed" for one in report.ended) - sum(
        len({row.operation_id for row in rows if row.purpose == "apply"} & {one["action_id"]})
        for one in report.ended
        if one["status"] == "completed"
    )
    report.duplicated = (written - recorded).total()


def _stamp(body: dict[str, Any]) -> str:
    """What tells one restart from the next: the plan's own time."""
    return str(body["spec"]["template"]["metadata"]["annotations"])


def main(options: Sequence[str]) -> int:
    """Print the report; 0 when everything held."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--faults", type=int, default=len(KINDS))
    parser.add_argument("--seed", type=int, default=16)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--seconds", type=float, help="length of every fault")
    parser.add_argument("--verbose", action="store_true")
    given = parser.parse_args(options)
    if given.verbose:
        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    rng = random.Random(given.seed)
    series = planned(given.kinds, given.faults, rng, given.seconds)

    async def measure() -> Report:
        with tempfile.TemporaryDirectory() as home:
            async with failing_world(Path(home)) as (world, faults):
                return await inject(world, faults, series, rng, say=True)

    report = asyncio.run(measure())
    print("\n".join(report.lines()))  # noqa: T201 # the command's result
    held = not report.in_doubt and not report.lost and not report.duplicated
    return 0 if held and report.longest_seconds <= BAR_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
