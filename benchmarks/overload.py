"""Open-loop load beyond capacity: requests come at their rate, whether or not the earlier ones were answered.

Capacity is what a few callers get who wait for their answers. Goodput is the share of it that is answered with success
within two seconds while more is asked. Generator and service share the machine, so times and rates are good on an
otherwise idle one only, and the generator must take little of it: its own share of one CPU is printed. Useful answers
per CPU-second of the service, as a share of those while nothing is refused, tell what refusing costs. Where others use
the machine, `--parts 6` measures the capacity anew before each sixth of a load, and compares with all of these: what
slows the one down slows the other down as well.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.plain_http import Answer, Client

TITLE = "goodput, health and memory at 1.5, 3 and 5 times the capacity"
CALLERS = 8
USEFUL_SECONDS = 2.0
HEALTH_EVERY_SECONDS = 0.25
BARS = {"goodput": 0.9, "health_p99_seconds": 0.5, "memory_mb": 50.0, "recovery_seconds": 10.0}
UNLIMITED = {f"HEXAOPS_RATE_LIMIT_{name}": "10000000/minute" for name in ("CHAT", "PUBLIC", "WORKSPACE", "APPLICATION")}
HEAD = f"""| load | goodput | by CPU | generator | health p99 | recovery | RSS | refused without Retry-After | answers |
|---|--:|--:|--:|--:|--:|--:|--:|---|
| bar | ≥ {BARS["goodput"]:.0%} | | | < {BARS["health_p99_seconds"] * 1000:.0f} ms \
| ≤ {BARS["recovery_seconds"]:.0f} s | ≤ +{BARS["memory_mb"]:.0f} MB | 0 | 200, 429 and 503 only |"""
Ask = Callable[[], Awaitable[Answer]]


@dataclass(frozen=True)
class Capacity:
    """What waiting callers get."""

    answers: float
    seconds: float
    cpu_seconds: float
    """That the service takes meanwhile."""

    @property
    def per_second(self) -> float:
        """Answers of a second."""
        return self.answers / self.seconds

    @property
    def per_cpu_second(self) -> float:
        """Answers of a second of CPU."""
        return self.answers / self.cpu_seconds


@dataclass
class Outcome:
    """Of one period."""

    statuses: Counter[str] = field(default_factory=Counter)
    """By status, or the kind of error where no answer came."""
    useful: int = 0
    """Succeeded within USEFUL_SECONDS."""
    without_retry_after: int = 0
    health: list[float] = field(default_factory=list)
    peak_mb: float = 0.0
    """The most memory that the service held meanwhile."""


@dataclass
class Load:
    """So many times the capacity, and what it led to so far."""

    multiple: float
    part_seconds: float
    outcome: Outcome = field(default_factory=Outcome)
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    """Of the service."""
    generator_seconds: float = 0.0
    """CPU of this process."""
    before_mb: float = 0.0


def run(options: Sequence[str]) -> bool:
    """Print a table for each kind of request with its bars; whether they are met."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--multiples", type=float, nargs="+", default=[1.5, 3.0, 5.0])
    parser.add_argument("--parts", type=int, default=1)
    parser.add_argument("--kinds", nargs="+", choices=("get", "chat"), default=["get", "chat"])
    given = parser.parse_args(options)
    met = True
    with tempfile.TemporaryDirectory() as folder, _service(Path(folder)) as (process, credentials):
        for kind in given.kinds:
            measured = _measured(process.pid, credentials, kind, given)
            met = asyncio.run(measured) and met
    return met


@contextmanager
def _service(home: Path) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    command = [str(Path(sys.executable).with_name("hexaops")), "serve", "--home", str(home), "--port", "0"]
    with (home / "service.log").open("a") as log:
        process = subprocess.Popen(  # noqa: S603 # our own program with our own arguments
            command, stdout=subprocess.PIPE, stderr=log, text=True, env={**os.environ, **UNLIMITED}
        )
    assert process.stdout is not None
    try:
        while line := process.stdout.readline():
            if line.startswith("hexaops serves"):
                break
        yield process, json.loads((home / "credentials.json").read_text())
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        process.stdout.close()


async def _measured(pid: int, credentials: dict[str, Any], kind: str, given: argparse.Namespace) -> bool:
    client = Client(credentials["base_url"], credentials["user_token"])
    path = f"/api/v1/workspaces/{credentials['workspace_id']}"
    if kind == "get":
        request = client.request("GET", f"{path}/applications")
    else:
        request = client.request("POST", f"{path}/aiops/chat", {"message": "how is web-app?"})

    def ask() -> Awaitable[Answer]:
        return client.ask(request)

    await _closed(ask, 2.0)
    period = min(10.0, given.seconds)
    capacity = await _capacity(ask, pid, period)
    each, work = capacity.per_second, capacity.per_cpu_second
    print(f"\n{kind}: capacity {each:.0f}/s of {CALLERS} callers, {work:.0f} per CPU-second\n")
    print(HEAD)
    results = []
    for multiple in given.multiples:
        load = Load(multiple, given.seconds / given.parts)
        found = []
        for _ in range(given.parts):
            found.append(await _capacity(ask, pid, load.part_seconds) if given.parts > 1 else capacity)
            await _part(client, ask, pid, load, found[-1])
        results.append(await _told(ask, pid, load, _together(found)))
    return all(results)


async def _capacity(ask: Ask, pid: int, seconds: float) -> Capacity:
    spent = _cpu_seconds(pid)
    answers = await _closed(ask, seconds) * seconds
    return Capacity(answers, seconds, _cpu_seconds(pid) - spent)


def _together(parts: Sequence[Capacity]) -> Capacity:
    return Capacity(
        sum(one.answers for one in parts), sum(one.seconds for one in parts), sum(one.cpu_seconds for one in parts)
    )


def _cpu_seconds(pid: int) -> float:
    """Of all threads, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _closed(ask: Ask, seconds: float) -> float:
    """Answers a second of callers who wait."""
    end, done = time.monotonic() + seconds, 0

    async def caller() -> None:
        nonlocal done
        while time.monotonic() < end:
            answer = await ask()  # not within the sum: it would forget what others have added meanwhile
            done += answer.status < 300

    await asyncio.gather(*(caller() for _ in range(CALLERS)))
    return done / seconds


async def _part(client: Client, ask: Ask, pid: int, load: Load, capacity: Capacity) -> None:
    load.before_mb = load.before_mb or _resident_mb(pid)
    spent, own = _cpu_seconds(pid), time.process_time()
    health = asyncio.create_task(_probe(client, load.outcome, pid))
    await _open(ask, capacity.per_second * load.multiple, load.part_seconds, load.outcome)
    health.cancel()
    load.seconds += load.part_seconds
    load.cpu_seconds += _cpu_seconds(pid) - spent
    load.generator_seconds += time.process_time() - own


async def _told(ask: Ask, pid: int, load: Load, capacity: Capacity) -> bool:
    outcome = load.outcome
    goodput = outcome.useful / load.seconds / capacity.per_second
    work = outcome.useful / load.cpu_seconds / capacity.per_cpu_second
    generator = load.generator_seconds / load.seconds
    p99 = _percentile(outcome.health, 0.99)
    seconds = await _recovery(ask, capacity.per_second)
    grown = max(outcome.peak_mb, _resident_mb(pid)) - load.before_mb
    statuses = ", ".join(f"{status}: {count}" for status, count in sorted(outcome.statuses.items()))
    met = (
        goodput >= BARS["goodput"]
        and p99 < BARS["health_p99_seconds"]
        and grown <= BARS["memory_mb"]
        and seconds <= BARS["recovery_seconds"]
        and not outcome.without_retry_after
        and {*outcome.statuses} <= {"200", "429", "503"}
    )
    print(
        f"| {load.multiple:g} × | {goodput:.0%} | {work:.0%} | {generator:.0%} | {p99 * 1000:.0f} ms | {seconds:.1f} s "
        f"| {grown:+.0f} MB | {outcome.without_retry_after} | {statuses}{'' if met else ' **missed**'} |",
        flush=True,
    )
    return met


async def _open(ask: Ask, rate: float, seconds: float, outcome: Outcome) -> None:
    started = time.monotonic()
    tasks: set[asyncio.Task[None]] = set()
    for number in range(int(rate * seconds)):
        await asyncio.sleep(max(0.0, started + number / rate - time.monotonic()))
        task = asyncio.create_task(_one(ask, outcome))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    await asyncio.gather(*tasks)


async def _one(ask: Ask, outcome: Outcome) -> None:
    begun = time.monotonic()
    try:
        answer = await ask()
    except OSError as error:
        outcome.statuses[type(error).__name__] += 1
        return
    outcome.statuses[str(answer.status)] += 1
    outcome.useful += answer.status == 200 and time.monotonic() - begun <= USEFUL_SECONDS
    outcome.without_retry_after += answer.status in {429, 503} and not answer.retries_after


async def _probe(client: Client, outcome: Outcome, pid: int) -> None:
    request = client.request("GET", "/healthz")
    while True:
        outcome.peak_mb = max(outcome.peak_mb, _resident_mb(pid))
        begun = time.monotonic()
        try:
            await client.ask(request)
            outcome.health.append(time.monotonic() - begun)
        except OSError:
            outcome.health.append(math.inf)
        await asyncio.sleep(HEALTH_EVERY_SECONDS)


async def _recovery(ask: Ask, capacity: float) -> float:
    """Seconds until a second of callers gets nine tenths of the capacity again."""
    begun = time.monotonic()
    while time.monotonic() - begun < 60.0:
        if await _closed(ask, 1.0) >= capacity * BARS["goodput"]:
            break
    return time.monotonic() - begun - 1.0


def _percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else math.inf


def _resident_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return math.nan
