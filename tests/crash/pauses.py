"""Stops the process that runs a change (SIGSTOP) beyond its lease, lets another take over, then wakes it again.

What the woken one still sends must change nothing. The full figure: `python -m tests.crash.pauses --pauses 100`.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hexaops.kit.ids import new_id
from testenv.harness.postgresql import postgres_server
from tests.conftest import migrated, postgresql_url
from tests.crash.process import Running, Start, running, settings_of, until
from tests.crash.test_kill import CASES, ENDED, Stage, confirmation, stage

CASE = CASES["restart_application"]
TAKEOVER_SECONDS = 1.5
LONGEST_BEFORE_SECONDS = 0.8
"""Most changes are over soon after."""


@dataclass
class Report:
    """What came of it."""

    pauses: int = 0
    taken_over: int = 0
    """Changes that another process went on with while the first was stopped."""
    statuses: Counter[str] = field(default_factory=Counter)
    stale: int = 0
    """Successful writes beyond one a change."""
    lost: int = 0
    longest_seconds: float = 0.0
    """From the pause to the change's end."""

    def __str__(self) -> str:
        return (
            f"{self.pauses} pauses, {self.taken_over} taken over, {dict(self.statuses)}: {self.stale} stale writes, "
            f"{self.lost} lost; longest {self.longest_seconds:.1f} s"
        )


async def pause(stage_: Stage, database_url: str, home: Path, count: int, *, seed: int) -> Report:
    """One change after the other, each with its process stopped at a random moment."""
    rng, report = random.Random(seed), Report()
    settings = settings_of(home, database_url, takeover_seconds=TAKEOVER_SECONDS, changes_per_workspace=100_000,
                           changes_per_cluster=100_000, rate_limit_public="100000/minute")  # fmt: skip
    async with (
        running(Start(settings, stage_.url)) as first,
        running(Start(settings, stage_.url)) as second,
    ):
        pair = [first, second]
        for number in range(count):
            stopped, other = pair if number % 2 == 0 else pair[::-1]
            await _one(stage_, stopped, other, rng, report)
        for service in pair:  # the woken ones are alive and at the end of what they had begun
            await _change(stage_, service, report)
    return report


async def _one(stage_: Stage, stopped: Running, other: Running, rng: random.Random, report: Report) -> None:
    before = len(_written(stage_))
    action_id = await _accepted(stopped)
    await asyncio.sleep(rng.uniform(0.0, LONGEST_BEFORE_SECONDS))  # somewhere within the run
    pid = stopped.process.pid
    assert pid is not None
    ended_before = (await _action(other, action_id))["status"] in ENDED
    os.kill(pid, signal.SIGSTOP)
    began = time.monotonic()
    try:
        action = await until(lambda: _action(other, action_id), lambda action: action["status"] in ENDED)
    finally:
        os.kill(pid, signal.SIGCONT)
    report.longest_seconds = max(report.longest_seconds, time.monotonic() - began)
    report.pauses += 1
    report.taken_over += not ended_before
    report.statuses[action["status"]] += 1
    await _change(stage_, stopped, report)  # by the woken process: it has come to itself
    written = len(_written(stage_)) - before - 1
    report.stale += max(0, written - 1)
    report.lost += action["status"] == "completed" and written < 1


async def _change(stage_: Stage, service: Running, report: Report) -> None:
    before = len(_written(stage_))
    action_id = await _accepted(service)
    action = await until(lambda: _action(service, action_id), lambda action: action["status"] in ENDED)
    report.statuses[action["status"]] += 1
    assert len(_written(stage_)) > before


async def _accepted(service: Running) -> str:
    """The id of a restart that this process has accepted."""
    body = {"action": CASE.action, "parameters": dict(CASE.parameters)}
    post = service.client.post
    # A woken process first has to read the cluster again: until then it refuses.
    asked = await until(lambda: post("/aiops/actions", json=body), lambda answer: answer.status_code == 200)
    answer = await post("/aiops/actions", json=confirmation(asked.json()["data"]["plan"]))
    assert answer.status_code == 200, answer.text
    return str(answer.json()["data"]["action_id"])


async def _action(service: Running, action_id: str) -> dict[str, Any]:
    answer = await service.client.get(f"/aiops/actions/{action_id}")
    assert answer.status_code in {200, 503}, answer.text
    return dict(answer.json()["data"]) if answer.status_code == 200 else {"status": "unknown"}


def _written(stage_: Stage) -> list[Any]:
    entries = stage_.api.audit.writes(user="test:writer")
    return [
        one for one in entries
        if "accessreviews" not in one["requestURI"] and one["responseStatus"]["code"] < 300
    ]  # fmt: skip


async def measured(home: Path, count: int, *, seed: int) -> Report:
    """The figure on a PostgreSQL server of its own."""
    with postgres_server() as server:
        name = new_id("t")
        server.execute("postgres", f"CREATE DATABASE {name}")
        url = postgresql_url(str(server.folder), name)
        await migrated(url)
        async with stage() as made:
            return await pause(made, url, home, count, seed=seed)


def main(options: Sequence[str]) -> int:
    """Print the report; 0 when nothing stale was written and nothing lost."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pauses", type=int, default=100)
    parser.add_argument("--seed", type=int, default=3)
    given = parser.parse_args(options)
    with tempfile.TemporaryDirectory() as home:
        report = asyncio.run(measured(Path(home), given.pauses, seed=given.seed))
    print(report)  # noqa: T201 # the command's result
    return 0 if not report.stale and not report.lost else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
