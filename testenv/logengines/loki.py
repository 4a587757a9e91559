"""A strict stand-in for Loki, whose server is not built here (AGPL): its documented HTTP API, and LogQL as the adapter
writes it. What is not documented, or not understood, is refused as Loki refuses it: 400 with a plain text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

import httpx2

MOST_ENTRIES, MOST_SERIES, MOST_POINTS = 5000, 500, 11_000
LONGEST_SECONDS = 721 * 3600
LINE = "__line__"
_TOKENS = re.compile(
    r"\s*(?:(?P<string>\"(?:[^\"\\\n]|\\.)*\")|(?P<word>[A-Za-z_][A-Za-z0-9_]*)|(?P<sign>=~|!~|!=|[={}(),|\[\]])"
    r"|(?P<duration>\d+(?:ms|s|m|h|d|w|y)))"
)
_UNITS = {"ms": 1_000_000, "s": 1_000_000_000}

Labels = Mapping[str, str]
Keeps = Callable[[Labels], bool]


class RefusedError(Exception):
    """A bad request; the text is its answer."""


@dataclass(frozen=True)
class Entry:
    """A line of a stream."""

    time_ns: int
    line: str
    labels: Labels


@dataclass(frozen=True)
class Query:
    """A parsed query: a log query, or the counts of one."""

    keeps: Keeps
    made: str | None
    """The label that holds the line."""
    range_ns: int = 0
    by: Sequence[str] | None = None


@dataclass
class FakeLoki:
    """A server in memory; give `transport` to a client."""

    entries: list[Entry] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)

    def push(self, labels: Labels, time_ns: int, line: str) -> None:
        """Store a line; one that is there already, in the same stream at the same time, is stored once."""
        if not any(one.time_ns == time_ns and one.line == line and one.labels == labels for one in self.entries):
            self.entries.append(Entry(time_ns, line, dict(labels)))

    @property
    def transport(self) -> httpx2.AsyncBaseTransport:
        """Answers in place of a server."""
        return httpx2.MockTransport(self._handle)

    def _handle(self, request: httpx2.Request) -> httpx2.Response:
        given = dict(parse_qsl(request.content.decode(), strict_parsing=True))
        self.asked.append(given)
        try:
            if request.method != "POST":
                raise RefusedError("method not allowed")
            match request.url.path:
                case "/loki/api/v1/query_range":
                    return _success(*self._range(given))
                case "/loki/api/v1/query":
                    return _success("vector", self._instant(given))
        except RefusedError as error:
            return httpx2.Response(400, text=str(error))
        return httpx2.Response(404, text="404 page not found")

    def _range(self, given: dict[str, str]) -> tuple[str, list[object]]:
        _only(given, {"query", "start", "end", "limit", "direction", "step"})
        start, end = (_nanoseconds(given, name) for name in ("start", "end"))
        if end < start:
            raise RefusedError("end timestamp must not be before or equal to start time")
        if end - start > LONGEST_SECONDS * 10**9:
            raise RefusedError("the query time range exceeds the limit (query length: …, limit: 30d1h)")
        query = parse(given["query"])
        if query.by is None:
            return "streams", self._streams(query, given, start, end)
        step = _duration(given["step"])
        if (end - start) // step > MOST_POINTS:
            raise RefusedError("exceeded maximum resolution of 11,000 points per time series")
        series: dict[tuple[str, ...], list[list[object]]] = {}
        for at in range(start, end + 1, step):
            for key, number in self._counted(query, at).items():
                series.setdefault(key, []).append([at // 1_000_000 / 1000, str(number)])
        _bounded(len(series))
        return "matrix", [{"metric": _metric(query, key), "values": values} for key, values in series.items()]

    def _streams(self, query: Query, given: dict[str, str], start: int, end: int) -> list[object]:
        limit = int(given.get("limit", "100"))
        if limit > MOST_ENTRIES:
            raise RefusedError(
                f"max entries limit per query exceeded, limit > max_entries_limit ({limit} > {MOST_ENTRIES})"
            )
        direction = given.get("direction", "backward")
        if direction not in {"forward", "backward"}:
            raise RefusedError(f"invalid direction '{direction}'")
        hits = [one for one in self.entries if start <= one.time_ns < end and query.keeps(_with_line(one))]
        hits.sort(key=lambda one: one.time_ns, reverse=direction == "backward")
        streams: dict[str, tuple[dict[str, str], list[list[str]]]] = {}
        for one in hits[:limit]:
            labels = {**one.labels, **({query.made: one.line} if query.made else {})}
            stream = streams.setdefault(json.dumps(labels, sort_keys=True), (labels, []))
            stream[1].append([str(one.time_ns), one.line])
        return [{"stream": labels, "values": values} for labels, values in streams.values()]

    def _instant(self, given: dict[str, str]) -> list[object]:
        _only(given, {"query", "time", "limit", "direction"})
        query, at = parse(given["query"]), _nanoseconds(given, "time")
        if query.by is None:
            raise RefusedError(
                "log queries are not supported as an instant query type, please change your query to a range query type"
            )
        found = self._counted(query, at)
        _bounded(len(found))
        return [
            {"metric": _metric(query, key), "value": [at // 1_000_000 / 1000, str(number)]}
            for key, number in found.items()
        ]

    def _counted(self, query: Query, at: int) -> dict[tuple[str, ...], int]:
        """Lines after `at - range`, up to and including `at`."""
        found: dict[tuple[str, ...], int] = {}
        for one in self.entries:
            if at - query.range_ns < one.time_ns <= at and query.keeps(_with_line(one)):
                key = tuple(one.labels.get(name, "") for name in query.by or ())
                found[key] = found.get(key, 0) + 1
        return found


def parse(text: str) -> Query:
    """LogQL as far as it is used; raises RefusedError."""
    return _Parser(text).query()


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = [*_tokens(text)]
        self._at = 0

    def query(self) -> Query:
        if not self._taken("sum"):
            found = self._log()
            self._end()
            return found
        by = self._names() if self._taken("by") else ()
        for word in ("(", "count_over_time", "("):
            self._take(word)
        found = self._log()
        self._take("[")
        range_ns = _duration(self._next())
        for word in ("]", ")", ")"):
            self._take(word)
        self._end()
        return Query(found.keeps, found.made, range_ns, by)

    def _names(self) -> tuple[str, ...]:
        self._take("(")
        names = [self._next()]
        while self._taken(","):
            names.append(self._next())
        self._take(")")
        return tuple(names)

    def _log(self) -> Query:
        stream, made = self._selector(), None
        keeps = [stream]
        while self._taken("|"):
            if self._taken("label_format"):
                made = self._next()
                self._take("=")
                if _text(self._next()) != "{{__line__}}":
                    raise RefusedError("template not understood")
            else:
                keeps.append(self._either(made))
        return Query(lambda labels: all(keep(labels) for keep in keeps), made)

    def _selector(self) -> Keeps:
        self._take("{")
        matchers, empty = [], True
        while True:
            name, sign, value = self._next(), self._next(), _text(self._next())
            keep = _matcher(name, sign, value)
            matchers.append(keep)
            empty = empty and keep({})
            if not self._taken(","):
                break
        self._take("}")
        if empty:
            raise RefusedError(
                "queries require at least one regexp or equality matcher that does not have an empty-compatible value"
            )
        return lambda labels: all(keep(labels) for keep in matchers)

    def _either(self, made: str | None) -> Keeps:
        parts = [self._both(made)]
        while self._taken("or"):
            parts.append(self._both(made))
        return lambda labels: any(keep(labels) for keep in parts)

    def _both(self, made: str | None) -> Keeps:
        parts = [self._one(made)]
        while self._taken("and"):
            parts.append(self._one(made))
        return lambda labels: all(keep(labels) for keep in parts)

    def _one(self, made: str | None) -> Keeps:
        if self._taken("("):
            found = self._either(made)
            self._take(")")
            return found
        name, sign, value = self._next(), self._next(), _text(self._next())
        return _matcher(LINE if name == made else name, sign, value)

    def _next(self) -> str:
        if self._at >= len(self._tokens):
            raise RefusedError("parse error: syntax error: unexpected $end")
        self._at += 1
        return self._tokens[self._at - 1]

    def _taken(self, wanted: str) -> bool:
        found = self._at < len(self._tokens) and self._tokens[self._at] == wanted
        self._at += found
        return found

    def _take(self, wanted: str) -> None:
        found = self._next()
        if found != wanted:
            raise RefusedError(f"parse error: syntax error: unexpected {found}, expecting {wanted}")

    def _end(self) -> None:
        if self._at < len(self._tokens):
            raise RefusedError(f"parse error: syntax error: unexpected {self._tokens[self._at]}")


def _tokens(text: str) -> Iterator[str]:
    at = 0
    while at < len(text.rstrip()):
        found = _TOKENS.match(text, at)
        if found is None:
            raise RefusedError(f"parse error: unexpected character at {at}")
        yield found[0].strip() if found["string"] is None else found["string"]
        at = found.end()


def _matcher(name: str, sign: str, value: str) -> Keeps:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) or sign not in {"=", "!=", "=~", "!~"}:
        raise RefusedError(f"parse error: unexpected {name}{sign}")
    if sign in {"=", "!="}:
        return lambda labels: (labels.get(name, "") == value) == (sign == "=")
    pattern = _anchored(value)
    return lambda labels: (pattern.fullmatch(labels.get(name, "")) is not None) == (sign == "=~")


def _anchored(pattern: str) -> re.Pattern[str]:
    """RE2's letters and numbers in the words of `re`."""
    told = pattern.replace(r"[^\pL\pN]", r"[\W_]")
    if r"\p" in told:
        raise RefusedError("error parsing regexp: invalid character class")
    flags = re.match(r"\(\?([a-z]+)\)", told)
    inner = told[flags.end() :] if flags else told
    try:
        return re.compile(f"(?{flags[1]}:{inner})" if flags else inner)
    except re.error as error:
        raise RefusedError(f"error parsing regexp: {error}") from None


def _text(token: str) -> str:
    if not token.startswith('"'):
        raise RefusedError(f"parse error: syntax error: unexpected {token}, expecting STRING")
    try:
        return str(json.loads(token))
    except ValueError:
        raise RefusedError("parse error: invalid char literal") from None


def _duration(text: str) -> int:
    found = re.fullmatch(r"(\d+)(ms|s)", text)
    if found is None or int(found[1]) == 0:
        raise RefusedError(f"not a valid duration string: {text!r}")
    return int(found[1]) * _UNITS[found[2]]


def _nanoseconds(given: dict[str, str], name: str) -> int:
    try:
        return int(given[name])
    except (KeyError, ValueError):
        raise RefusedError(f"could not parse '{name}' parameter") from None


def _only(given: dict[str, str], known: set[str]) -> None:
    if foreign := given.keys() - known:
        raise RefusedError(f"unknown parameters: {sorted(foreign)}")


def _bounded(series: int) -> None:
    if series > MOST_SERIES:
        raise RefusedError(f"maximum of series ({MOST_SERIES}) reached for a single query")


def _metric(query: Query, key: Sequence[str]) -> dict[str, str]:
    """A label that a line does not have is not named."""
    return {name: value for name, value in zip(query.by or (), key, strict=True) if value}


def _with_line(entry: Entry) -> Labels:
    return {**entry.labels, LINE: entry.line}


def _success(kind: str, result: list[object]) -> httpx2.Response:
    data = {"resultType": kind, "result": result, "stats": {}}
    return httpx2.Response(200, json={"status": "success", "data": data})
