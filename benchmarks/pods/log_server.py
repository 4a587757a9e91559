"""The API server of the log following benchmark: `pods/log` of many pods that write, over plain HTTP.

Every pod keeps all its lines, as a kubelet does below its 10 MiB. A third of the pods write nothing; of the lines a
hundredth of the pods writes half, a tenth 40 % more, the others the rest. A line ends with its number within its pod.
`/begin` and `/end` bound the writing; `/figures` tells lines by pod, requests, most connections at once and
most bytes that waited in one log.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import time
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import accumulate
from urllib.parse import parse_qs, urlsplit

TICK_SECONDS = 0.05
CLASSES = ((0.01, 0.5), (0.1, 0.4), (0.556, 0.1))
"""Share of the pods → share of the lines; the rest are silent."""
FORMS: Sequence[Callable[[int], str]] = (
    lambda number: (
        f'{{"level":"info","msg":"GET /api/orders/{number * 7919 % 9973} took {number % 90} ms, seq {number}"}}'
    ),
    lambda number: f"2026/11/29 12:00:00 [notice] worker {number % 16} accepted 10.4.{number % 200}.7, seq {number}",
    lambda number: f'level=warn msg="slow query of {number % 2000} ms on table orders, seq {number}" component=db',
    lambda number: (
        f"ERROR upstream payment-{number % 5} answered 503, will be tried again in {number % 30} s, seq {number}"
    ),
)


@dataclass
class Log:
    """One container's lines."""

    times: list[int] = field(default_factory=list)
    lines: list[bytes] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    """How many bytes there are up to the end of each line."""

    def write(self, time_ns: int) -> None:
        """The next line."""
        number = len(self.lines)
        seconds, nanoseconds = divmod(time_ns, 1_000_000_000)
        stamp = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
        self.times.append(time_ns)
        self.lines.append(f"{stamp}.{nanoseconds:09d}Z {FORMS[number % len(FORMS)](number)}\n".encode())
        self.ends.append((self.ends[-1] if self.ends else 0) + len(self.lines[-1]))

    def since(self, second: int, limit: int) -> tuple[bytes, int]:
        """Lines since a second, cut where the limit is, within a line; and how many bytes there are in all."""
        first = bisect_left(self.times, second * 1_000_000_000)
        begin = self.ends[first - 1] if first else 0
        last = bisect_left(self.ends, begin + limit) + 1
        return b"".join(self.lines[first:last])[:limit], (self.ends[-1] if self.ends else 0) - begin


class LogServer:
    """Answers and writes."""

    def __init__(self, pods: int, lines_a_second: int) -> None:
        self._logs = [Log() for _ in range(pods)]
        self._per_tick = lines_a_second * TICK_SECONDS
        self._rng = random.Random(7)  # noqa: S311 # the same load every time
        self._weights = _weights(pods, self._rng)
        self._writing: asyncio.Task[None] | None = None
        self._open = 0
        self._figures = {"requests": 0, "most_open": 0, "most_waiting": 0}

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        reads = False
        try:
            while head := await reader.readline():
                while (await reader.readline()).strip():
                    pass
                target = head.split()[1].decode()
                if not reads and "/log?" in target:  # the benchmark's own questions do not count
                    reads = True
                    self._open += 1
                    self._figures["most_open"] = max(self._figures["most_open"], self._open)
                body = self._answer(target)
                writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
                await writer.drain()
        except ConnectionError:
            return
        finally:
            self._open -= reads
            writer.close()

    def _answer(self, target: str) -> bytes:
        parts = urlsplit(target)
        if parts.path == "/begin":
            self._writing = asyncio.create_task(self._write())
        elif parts.path == "/end" and self._writing is not None:
            self._writing.cancel()
        elif parts.path == "/figures":
            return json.dumps({**self._figures, "lines": [len(log.lines) for log in self._logs]}).encode()
        else:
            return self._log(parts.path, {key: values[0] for key, values in parse_qs(parts.query).items()})
        return b"{}"

    def _log(self, path: str, query: dict[str, str]) -> bytes:
        """/api/v1/namespaces/NAMESPACE/pods/pod-NUMBER/log"""
        number = int(path.split("/")[6].rpartition("-")[2])
        since = int(datetime.fromisoformat(query["sinceTime"]).timestamp())
        body, waiting = self._logs[number].since(since, int(query["limitBytes"]))
        self._figures["requests"] += 1
        self._figures["most_waiting"] = max(self._figures["most_waiting"], waiting)
        return body

    async def _write(self) -> None:
        """At the pace of the clock, however late a tick comes."""
        started, written = time.monotonic(), 0.0
        while True:
            await asyncio.sleep(TICK_SECONDS)
            wanted = (time.monotonic() - started) / TICK_SECONDS * self._per_tick
            for number in self._rng.choices(range(len(self._logs)), cum_weights=self._weights, k=int(wanted - written)):
                self._logs[number].write(time.time_ns())
            written += int(wanted - written)


def _weights(pods: int, rng: random.Random) -> list[float]:
    """Cumulative shares of the lines, by pod."""
    shares = [lines / max(1, int(pods * part)) for part, lines in CLASSES for _ in range(max(1, int(pods * part)))]
    shares = (shares + [0.0] * pods)[:pods]
    rng.shuffle(shares)
    return list(accumulate(shares))


async def serve(pods: int, lines_a_second: int) -> None:
    """Until killed; prints where."""
    server = await asyncio.start_server(LogServer(pods, lines_a_second).handle, "127.0.0.1", 0)
    print(json.dumps({"url": f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"}), flush=True)
    async with server:
        await server.serve_forever()


def main() -> None:
    """Serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pods", type=int, required=True)
    parser.add_argument("--lines", type=int, required=True)
    given = parser.parse_args()
    try:
        asyncio.run(serve(given.pods, given.lines))
    except KeyboardInterrupt:
        sys.exit(0)


if __name__ == "__main__":
    main()
