"""The language as it is typed, on engines: random texts find what a reference of its own finds, which reads no tree.

A query is made of parts, each with a text and with a function of a line; the function looks with a regular expression.
"""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from hexaops.backends.logstores.embedded.store import EmbeddedLogStore, Retention
from hexaops.backends.logstores.lines import LogLine
from hexaops.backends.logstores.query.parser import parse
from hexaops.kit.clock import ManualClock
from hexaops.kit.timeout import Timeout
from tests.backends.logstores.cases import NOON_US, FirstWordMiner, line, query

MESSAGES = (
    "user-id=42 logged in", "user id 42", "user-id=421", "GET /api/v1/users?id=42 200", "GET /api/v2/users 500",
    "see https://docs.example.com/a/b?x=1#top",
    "java.lang.NullPointerException at com.example.Shop.pay(Shop.java:42)",
    'said "hello world" twice', r"path C:\Program Files\app", "Connection TIMEOUT after 30s", "connection_timeout",
    "größe 5 µs, Straße 7", "日志 错误 数据库", "İstanbul ışık", "tab\there\nand a line", "no-op", "x",
    "ERROR: disk 99.5% full",
    "a.b.c", "a b c", "abc", "10.0.0.1:8080 refused", "{\"level\":\"error\",\"msg\":\"boom\"}",
    "emoji 🚀 launch", "NOT here AND there",
)  # fmt: skip
STORED = [
    line(message, time_us=NOON_US + number, component=("api-service", "web", "Web-DB")[number % 3],
         pod=("api-1", "api-2", "db.0")[number % 3], level=("info", "error", "warning", "debug",
    "unknown")[number % 5],
         trace_id=("t1", None)[number % 2], metadata={"error_code": "E-42"} if number % 4 == 0 else {})
    for number, message in enumerate(MESSAGES)
]  # fmt: skip


@dataclass(frozen=True)
class Part:
    """A piece of a query, and which lines it is about."""

    text: str
    holds: Callable[[LogLine], bool]
    level: int = 3
    """How tightly it binds: 3 a term, 2 a negation, 1 AND, 0 OR."""

    def within(self, level: int) -> str:
        """With parentheses where the place needs them."""
        return self.text if self.level >= level else f"({self.text})"


def searched(found: LogLine) -> Iterable[str]:
    return found.message, found.level, found.component, found.error_code


def pattern(words: str, *, prefix: bool = False) -> re.Pattern[str]:
    inner = r"[\W_]+".join(map(re.escape, re.findall(r"[^\W_]+", words.casefold())))
    end = "" if prefix else r"(?![^\W_])"
    return re.compile(rf"(?<![^\W_]){inner}{end}")


def said(text: str, words: str, *, prefix: bool = False, message_only: bool = False) -> Part:
    wanted = pattern(words, prefix=prefix)
    if message_only:
        return Part(f"message:{text}", lambda found: wanted.search(found.message.casefold()) is not None)
    return Part(text, lambda found: any(wanted.search(one.casefold()) for one in searched(found)))


def equal(field: str, value: str, *, prefix: bool = False) -> Part:
    def holds(found: LogLine) -> bool:
        own = getattr(found, field) or ""
        return bool(own) and (own.startswith(value) if prefix else own == value)

    return Part(f"{field}:{value}{'*' if prefix else ''}", holds)


def level(name: str, own: str) -> Part:
    return Part(f"level:{name}", lambda found: found.level == own)


WORDS = (
    "user-id=42", "user", "42", "4", "/api/v1/users", "users?id=42", "example.com", "docs.example",
    "Shop.java", "a.b.c", "abc",
    "connection_timeout", "Connection", "TIMEOUT", "größe", "GRÖSSE", "strasse", "日志", "错误", "İstanbul",
    "10.0.0.1", "99.5%",
    "no-op", "error", "E-42", "web", "and", "not", "🚀launch", "api-service", "level", "info", "C",
)  # fmt: skip
PHRASES = (
    "user id 42", "https://docs.example.com/a/b", "hello world", r'said \"hello', r"C:\\Program",
    "NOT here AND", "Shop.java:42",
    "connection timeout", "a line", '{\\"level\\":\\"error\\"', "10.0.0.1:8080", "c", "after  30s!",
)  # fmt: skip
PREFIXES = ("conn", "us", "user-id", "/api/v1/us", "日志", "straß", "null", "docs.ex", "pr")
terms = (
    st.builds(lambda word, own: said(word, word, message_only=own), st.sampled_from(WORDS), st.booleans())
    | st.builds(lambda text, own: said(f'"{text}"', text, message_only=own), st.sampled_from(PHRASES), st.booleans())
    | st.builds(
        lambda text, own: said(f"{text}*", text, prefix=True, message_only=own),
        st.sampled_from(PREFIXES), st.booleans(),
    )
    | st.sampled_from([
        equal("component", "web"), equal("component", "Web", prefix=True), equal("pod", "api-", prefix=True),
        equal("pod", "db.0"), equal("trace_id", "t1"), equal("error_code", "E-42"), equal("component", "WEB"),
        level("error", "error"), level("WARN", "warning"), level("fatal", "error"), level("unknown", "unknown"),
    ])
)  # fmt: skip


def negated(part: Part) -> Part:
    return Part(f"NOT {part.within(2)}", lambda found: not part.holds(found), 2)


def both(parts: list[Part], sign: str) -> Part:
    return Part(sign.join(one.within(2) for one in parts), lambda found: all(one.holds(found) for one in parts), 1)


def either(parts: list[Part]) -> Part:
    return Part(" OR ".join(one.within(1) for one in parts), lambda found: any(one.holds(found) for one in parts), 0)


some = st.recursive(
    terms,
    lambda inner: (
        inner.map(negated)
        | inner.map(lambda part: Part(f"( {part.text} )", part.holds))
        | st.builds(both, st.lists(inner, min_size=2, max_size=3), st.sampled_from([" ", " AND ", "\t", "  AND\n"]))
        | st.lists(inner, min_size=2, max_size=3).map(either)
    ),
    max_leaves=8,
)
CHECKS = [HealthCheck.too_slow, HealthCheck.data_too_large]


@settings(max_examples=8, deadline=None, suppress_health_check=CHECKS, phases=[Phase.explicit, Phase.generate])
@given(st.lists(some, min_size=10, max_size=20))
def test_texts_find_what_the_reference_finds(asked: list[Part]) -> None:
    asyncio.run(in_embedded(asked))


def test_every_term_alone_and_negated_finds_what_the_reference_finds() -> None:
    words = [said(word, word, message_only=own) for word in WORDS for own in (False, True)]
    phrases = [said(f'"{text}"', text) for text in PHRASES]
    beginnings = [said(f"{text}*", text, prefix=True) for text in PREFIXES]
    every = [*words, *phrases, *beginnings]
    asyncio.run(in_embedded([*every, *map(negated, every), Part("", lambda _: True), Part("  ", lambda _: True)]))


async def in_embedded(asked: Iterable[Part]) -> None:
    clock = ManualClock(datetime.fromtimestamp(NOON_US / 1e6 + 2 * 86_400, UTC))
    with tempfile.TemporaryDirectory() as folder:
        opened = EmbeddedLogStore(Path(folder), FirstWordMiner(), Retention(14, 1 << 40), clock)
        await opened.ensure_open()
        try:
            await opened.append(STORED)
            for part in asked:
                found = await opened.query(query(parse(part.text), limit=100, aggregate=False), Timeout(60))
                expected = [one.message for one in STORED if part.holds(one)]
                assert [row.message for row in found.rows][::-1] == expected, part.text
                assert found.total == len(expected), part.text
        finally:
            await opened.close()
