"""What lines of programs say, and which of them are one."""

from __future__ import annotations

import pytest

from hexaops.backends.logstores.joining import Entry, joined
from hexaops.backends.logstores.parsing import Parsed, parse_line

LINES = {
    '{"level":"warn","msg":"slow","trace_id":"t1","ts":1,"n":2}': Parsed("slow", "warning", "t1", {"n": 2}),
    '{"severity":"ERROR","message":"bad","time":"x"}': Parsed("bad", "error"),
    '{"level":50,"msg":"pino"}': Parsed("pino", "error"),
    '{"n":1}': Parsed('{"n":1}', "unknown", None, {"n": 1}),
    "{not json}": Parsed("{not json}"),
    'time=now level=info msg="hello \\"you\\"" n=3': Parsed('hello "you"', "info", None, {"n": "3"}),
    "a=1 is not logfmt": Parsed("a=1 is not logfmt"),
    "E0120 14:45:30.123456       1 reflector.go:147] failed to list": Parsed(
        "failed to list", "error", None, {"caller": "reflector.go:147"}
    ),
    "2024-01-20 14:45:30.123 UTC [7] FATAL:  the database is full": Parsed(
        "2024-01-20 14:45:30.123 UTC [7] FATAL:  the database is full", "error"
    ),
    "2024/01/20 [error] 7#7: upstream timed out": Parsed("2024/01/20 [error] 7#7: upstream timed out", "error"),
    '10.0.0.1 - - [20/Jan/2024:14:45:30 +0000] "GET / HTTP/1.1" 503 2 "-"': Parsed(
        '10.0.0.1 - - [20/Jan/2024:14:45:30 +0000] "GET / HTTP/1.1" 503 2 "-"', "error"
    ),
    "no information here": Parsed("no information here"),
    "": Parsed(""),
}
TRACES = [
    ["Exception in thread main", "\tat a.B.c(B.java:1)", "Caused by: x", "\t... 3 more"],
    ["Traceback (most recent call last):", '  File "a.py", line 1, in f', "    x()", "ValueError: bad"],
    ["panic: nil pointer", "", "goroutine 1 [running]:", "main.f(0x1)", "\t/src/main.go:7 +0x1d", "exit status 2"],
]


@pytest.mark.parametrize("text", LINES)
def test_lines_are_read(text: str) -> None:
    assert parse_line(text) == LINES[text]


@pytest.mark.parametrize("trace", TRACES)
def test_a_trace_is_one_entry(trace: list[str]) -> None:
    lines = [(number + 1, text) for number, text in enumerate(["before", *trace, "after"])]
    assert joined(lines) == [
        Entry(1, 1, "before"),
        Entry(2, len(trace) + 1, "\n".join(trace), len(trace)),
        Entry(len(trace) + 2, len(trace) + 2, "after"),
    ]


def test_lines_of_the_same_time_are_counted() -> None:
    assert [(entry.last_ns, entry.same_time) for entry in joined([(1, "a"), (1, "b"), (1, " c"), (2, "d")])] == [
        (1, 1), (1, 3), (2, 1)
    ]  # fmt: skip


def test_an_endless_trace_is_cut() -> None:
    assert [entry.lines for entry in joined((1, " x") for _ in range(450))] == [200, 200, 50]
