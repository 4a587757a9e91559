"""Pushed lines: parse, check against the sender's workspaces, redact, store, then respond."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Mapping
from typing import Literal, Protocol

import msgspec

from hexaops.backends.logstores.cleaning import clean_lines
from hexaops.backends.logstores.lines import LogLine, find_level, time_text
from hexaops.features.access.authorize import Authorizer
from hexaops.features.access.caller import Caller
from hexaops.features.access.errors import WorkspaceNotFoundError
from hexaops.features.logs.errors import UnreadablePushError
from hexaops.features.logs.formats.draft import Draft, Drafts, UnreadableLineError
from hexaops.features.logs.formats.loki import read_loki_json, read_loki_protobuf
from hexaops.features.logs.formats.ndjson import read_ndjson
from hexaops.features.logs.formats.otlp import read_otlp_json, read_otlp_protobuf
from hexaops.features.logs.formats.protobuf import WireError
from hexaops.features.logs.formats.snappy import unpack
from hexaops.features.logs.views import PushView, RefusedLineView
from hexaops.kit.clock import Clock
from hexaops.middleware import ContentTooLargeError

Format = Literal["ndjson", "otlp", "loki", "otlp-protobuf", "loki-protobuf"]
FORMATS: Mapping[Format, Callable[[bytes], Drafts]] = {
    "ndjson": read_ndjson, "otlp": read_otlp_json, "loki": read_loki_json,
    "otlp-protobuf": read_otlp_protobuf, "loki-protobuf": read_loki_protobuf,
}  # fmt: skip
SCOPE_OF: Mapping[Format, str] = {
    "ndjson": "logs:push:json", "otlp": "logs:push:otlp", "loki": "logs:push:loki",
    "otlp-protobuf": "logs:push:otlp", "loki-protobuf": "logs:push:loki",
}  # fmt: skip
PROTOBUF = "application/x-protobuf"
LARGEST_UNPACKED = 8 * 1024 * 1024
MOST_LINES = 20_000
ERRORS_SHOWN = 100
DIGEST_BYTES = 16


EngineOf = Callable[[str], str | None]
"""The engine that has a cluster's logs, unless they are stored here."""
FOREIGN = "not a workspace of this account"


class LineSink(Protocol):
    """A store that accepts lines."""

    def earliest_us(self) -> int:
        """Lines before this time are rejected."""
        ...

    def latest_us(self) -> int:
        """Lines after this time are rejected."""
        ...

    async def append(self, lines: list[LogLine], digest: bytes | None = None) -> None:
        """Store lines durably."""
        ...


class LogPushService:
    """Takes pushed lines."""

    def __init__(
        self, sink: LineSink, authorizer: Authorizer, clock: Clock, engine_of: EngineOf = lambda _: None
    ) -> None:
        self._engine_of = engine_of
        self._sink = sink
        self._authorizer = authorizer
        self._clock = clock

    async def push(self, caller: Caller, form: Format, body: bytes, encoding: str) -> PushView:
        """Store valid lines and report invalid ones. Raises UnreadablePushError, LogStoreError."""
        drafts = _read(form, unpacked(body, encoding))
        gate = _Workspaces(caller, SCOPE_OF[form], self._authorizer, self._engine_of)
        lines, refused = [], drafts.refused
        between = self._sink.earliest_us(), self._sink.latest_us()
        for number, draft in drafts.read:
            try:
                workspace = gate.granted.get(draft.workspace_id) or await gate.of(draft.workspace_id)
                lines.append(self._line(draft, workspace, between))
            except UnreadableLineError as error:
                refused.append((number, str(error)))
        sent = hashlib.sha256(f"{caller.principal} {form} ".encode())  # in half of the time of blake2b
        sent.update(body)
        await self._sink.append(clean_lines(lines), sent.digest()[:DIGEST_BYTES])
        errors = [RefusedLineView(line=number, reason=reason) for number, reason in sorted(refused)[:ERRORS_SHOWN]]
        return PushView(accepted=len(lines), refused=len(refused), errors=errors)

    def _line(self, draft: Draft, workspace_id: str, between: tuple[int, int]) -> LogLine:
        """The line, not cleaned yet."""
        earliest, latest = between
        time_us = draft.time_us if draft.time_us is not None else int(self._clock.now().timestamp() * 1_000_000)
        if not earliest <= time_us <= latest:
            raise UnreadableLineError(f"timestamp: not between {time_text(earliest)} and {time_text(latest)}")
        level = find_level(draft.level) if draft.level else "unknown"
        if level is None:
            raise UnreadableLineError("level: not a known level")
        return LogLine(
            time_us, level, draft.message, draft.component or "", draft.pod or "", workspace_id, draft.trace_id or None,
            draft.metadata or {},
        )  # fmt: skip


class _Workspaces:
    """Workspaces a caller may write to, each looked up once per request."""

    def __init__(self, caller: Caller, scope: str, authorizer: Authorizer, engine_of: EngineOf) -> None:
        self._scope = scope
        self._engine_of = engine_of
        self._caller = caller
        self._authorizer = authorizer
        self._problems: dict[str, str | None] = {}
        self.granted: dict[str | None, str] = {}
        """What a line names → the workspace that it may go to."""
        bound = caller.principal.workspace_ids
        self._only = next(iter(bound)) if bound is not None and len(bound) == 1 else None

    async def of(self, workspace_id: str | None) -> str:
        """The workspace that a line goes to; raises UnreadableLineError, alike for absent and foreign ones."""
        wanted = workspace_id or self._only
        if wanted is None:
            raise UnreadableLineError("workspace_id: required, as the account is not bound to one workspace")
        if wanted not in self._problems:
            self._problems[wanted] = await self._problem_of(wanted)
        if problem := self._problems[wanted]:
            raise UnreadableLineError(f"workspace_id: {problem}")
        self.granted[workspace_id] = wanted
        return wanted

    async def _problem_of(self, workspace_id: str) -> str | None:
        """Why lines may not go to a workspace."""
        try:
            granted = await self._authorizer.enter(self._caller.principal, workspace_id)
        except WorkspaceNotFoundError:
            return FOREIGN
        if self._scope not in granted.permissions:
            return FOREIGN
        engine = self._engine_of(granted.workspace.cluster_id) if granted.workspace is not None else None
        return None if engine is None else f"its logs are read from {engine}; send lines there"


def unpacked(body: bytes, encoding: str) -> bytes:
    """Decompress the body within a limit; raises UnreadablePushError, ContentTooLargeError."""
    if encoding in {"", "identity"}:
        return body
    if encoding == "snappy":
        return _unpacked_snappy(body)
    if encoding not in {"gzip", "deflate"}:
        details = {"content_encoding": "gzip, deflate or snappy"}
        raise UnreadablePushError("The content encoding is not supported", details=details)
    try:
        stream = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
        found = stream.decompress(body, LARGEST_UNPACKED + 1)
    except zlib.error:
        raise UnreadablePushError("The body cannot be unpacked", details={"body": f"not {encoding}"}) from None
    if len(found) > LARGEST_UNPACKED:
        raise ContentTooLargeError
    if not stream.eof:
        raise UnreadablePushError("The body is cut off", details={"body": f"{encoding} without its end"})
    return found


def _unpacked_snappy(body: bytes) -> bytes:
    try:
        return unpack(body, LARGEST_UNPACKED)
    except WireError as error:
        raise UnreadablePushError("The body cannot be unpacked", details={"body": f"not snappy: {error}"}) from None
    except OverflowError:
        raise ContentTooLargeError from None


def _read(form: Format, body: bytes) -> Drafts:
    try:
        drafts = FORMATS[form](body)
    except msgspec.MsgspecError:
        raise UnreadablePushError("The body is not a JSON object", details={"body": "not a JSON object"}) from None
    except WireError as error:
        raise UnreadablePushError("The body cannot be read", details={"body": f"not {form}: {error}"}) from None
    if len(drafts.read) + len(drafts.refused) > MOST_LINES:
        raise UnreadablePushError("Too many lines at once", details={"body": f"at most {MOST_LINES} lines"})
    return drafts
