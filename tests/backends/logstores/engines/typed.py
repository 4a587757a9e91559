"""Queries as they are typed and the lines that each finds, written out by hand: the same ones for every adapter."""

from __future__ import annotations

from hexaops.backends.logstores.base import LogQuery
from hexaops.backends.logstores.counting import selected
from hexaops.backends.logstores.query.parser import parse
from tests.backends.logstores import cases
from tests.backends.logstores.cases import NOON_US, line
from tests.backends.logstores.engines.conformance import Backend, compare

LINES = [
    line("user-id=42 logged in", time_us=NOON_US, pod="api-1", trace_id="t1"),
    line("user id 421 not found", time_us=NOON_US + 1000, level="error", component="web", pod="web-1",
         metadata={"error_code": "E-42"}),
    line("Connection TIMEOUT after 30s", time_us=NOON_US + 2000, level="error", component="Web-DB", pod="db.0",
         trace_id="t2"),
    line("connection_timeout retried", time_us=NOON_US + 3000, level="warning", component="web", pod="web-2"),
    line('said "hello world" twice', time_us=NOON_US + 4000, level="debug", pod="api-1"),
    line("hello big world", time_us=NOON_US + 5000, component="web", pod="web-1"),
    line("disk 99.5% full", time_us=NOON_US + 6000, level="warning", component="Web-DB", pod="db.0",
         metadata={"error_code": "DISK"}),
    line("warn: no level was set", time_us=NOON_US + 7000, level="unknown", pod="api-2"),
]  # fmt: skip

TYPED: dict[str, set[int]] = {
    "": {0, 1, 2, 3, 4, 5, 6, 7},
    # numbers: whole words, also of an error code
    "42": {0, 1}, "message:42": {0}, "421": {1}, "99.5": {6}, "30s": {2}, "3": set(),
    # levels: names and aliases, as a filter and as a word
    "level:error": {1, 2}, "level:warn": {3, 6}, "level:WARNING": {3, 6}, "error": {1, 2}, "warn": {7},
    "warn*": {3, 6, 7},
    "NOT level:info": {1, 2, 3, 4, 6, 7}, "level:error OR level:debug": {1, 2, 4},
    # phrases
    '"user id 42"': {0}, "user id": {0, 1}, '"connection timeout"': {2, 3}, '"hello world"': {4}, "hello world": {4, 5},
    # beginnings of words
    "conn*": {2, 3}, "user*": {0, 1}, "time*": {2, 3}, "api": {0, 4, 7},
    # fields: compared as they are
    "component:web": {1, 3, 5}, "component:Web-DB": {2, 6}, "component:web*": {1, 3, 5}, "pod:db.0": {2, 6},
    "pod:web-*": {1, 3, 5}, "trace_id:t1": {0}, "error_code:E-42": {1}, "error_code:e-42": set(),
    # together
    "hello NOT big": {4}, "(hello OR disk) AND component:web": {5},
    "(hello OR disk) NOT (level:debug OR pod:db.0)": {5},
}  # fmt: skip


def asked() -> list[LogQuery]:
    """The queries, each held to the lines written beside it."""
    queries = []
    for text, numbers in TYPED.items():
        query = cases.query(parse(text), limit=1000)
        assert [LINES.index(one) for one in selected(query, LINES)] == sorted(numbers), text
        queries.append(query)
    return queries


async def answer_typed(backend: Backend) -> None:
    """Every typed query finds its lines on this engine."""
    await compare(backend, LINES, asked())
