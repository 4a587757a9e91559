"""The log subresource of pods; whether a container has a log to show is for the source of the logs to say."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.responses import Response

from simulator.clock import parse_time
from simulator.server.call import Call
from simulator.server.listing import parse_flag, parse_integer
from simulator.server.sources import Line, PodLogs
from simulator.server.streaming import Stream
from simulator.status import BadRequest, Cause, Invalid, NotFound
from simulator.store import Store

Object = dict[str, Any]
_TEXT = "text/plain"


@dataclass(frozen=True)
class LogOptions:
    """Which lines, and how."""

    container: str
    since: datetime | None
    tail: int | None
    limit_bytes: int | None
    previous: bool
    timestamps: bool
    follow: bool


@dataclass(frozen=True)
class LogReader:
    """Logs of one store's pods."""

    store: Store
    logs: PodLogs | None

    async def get(self, call: Call) -> Response:
        """The lines, or a stream of them."""
        place = call.place
        pod = self.store.find("pods", place.namespace, place.name)
        if pod is None:
            raise NotFound("pods", place.name)
        options = self._options(call, pod)
        if self.logs is None:
            return Response(b"", media_type=_TEXT)
        namespace, name = place.namespace, place.name
        if options.follow and not options.previous:
            # A refusal has to come before the stream has begun.
            self.logs.lines(namespace, name, options.container, tail=0)
            lines = self.logs.follow(namespace, name, options.container, since=options.since, tail=options.tail)
            return Stream(_encoded(lines, options), on_gone=lambda: None, media_type=_TEXT)
        found = self.logs.lines(
            namespace, name, options.container, since=options.since, tail=options.tail, previous=options.previous
        )
        content = b"".join(_line(line, options) for line in found)
        return Response(content[: options.limit_bytes], media_type=_TEXT)

    def _options(self, call: Call, pod: Object) -> LogOptions:
        query, name = call.query, call.place.name
        causes: list[Cause] = []
        numbers = {}
        for field, least in (("tailLines", 0), ("sinceSeconds", 1), ("limitBytes", 1)):
            if query.get(field):
                numbers[field] = value = parse_integer(query, field)
                if value < least:
                    why = f"must be greater than or equal to {least}" if not least else "must be greater than 0"
                    causes.append(Cause(field, f"Invalid value: {value}: {why}"))
        if query.get("sinceTime") and "sinceSeconds" in numbers:
            message = "Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified"
            causes.append(Cause("[]", message, "FieldValueForbidden"))
        if causes:
            raise Invalid("PodLogOptions", "", name, causes)
        since = _since_time(query["sinceTime"]) if query.get("sinceTime") else None
        if "sinceSeconds" in numbers:
            since = self.store.clock.now() - timedelta(seconds=numbers["sinceSeconds"])
        return LogOptions(
            container=_container(pod, query.get("container", "")),
            since=since,
            tail=numbers.get("tailLines"),
            limit_bytes=numbers.get("limitBytes"),
            previous=parse_flag(query, "previous"),
            timestamps=parse_flag(query, "timestamps"),
            follow=parse_flag(query, "follow"),
        )


def _since_time(text: str) -> datetime:
    try:
        return parse_time(text)
    except ValueError:
        raise BadRequest(
            f'parsing time "{text}" as "2006-01-02T15:04:05Z07:00": cannot parse "{text}" as "2006"'
        ) from None


def _container(pod: Object, wanted: str) -> str:
    spec, name = pod.get("spec") or {}, pod["metadata"]["name"]
    main = [item["name"] for item in spec.get("containers") or ()]
    initial = [item["name"] for item in spec.get("initContainers") or ()]
    if wanted:
        if wanted not in (*main, *initial):
            raise BadRequest(f"container {wanted} is not valid for pod {name}")
        return wanted
    if len(main) == 1:
        return str(main[0])
    init = f" or one of the init containers: [{' '.join(initial)}]" if initial else ""
    raise BadRequest(f"a container name must be specified for pod {name}, choose one of: [{' '.join(main)}]{init}")


def _line(line: Line, options: LogOptions) -> bytes:
    moment, text = line
    if options.timestamps:
        shown = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f000Z")
        return f"{shown} {text}\n".encode()
    return f"{text}\n".encode()


async def _encoded(lines: AsyncIterator[Line], options: LogOptions) -> AsyncIterator[bytes]:
    async for line in lines:
        yield _line(line, options)
