"""Which of an engine's fields holds what, and a line from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from datetime import datetime
from typing import Any

from msgspec import Struct

from hexaops.backends.logstores.external.fence import Fence
from hexaops.backends.logstores.lines import MICROSECONDS, LogLine, find_level


class Fields(Struct, frozen=True, kw_only=True):
    """Names of the engine's fields, as its shipper writes them."""

    time: str
    message: str
    level: str
    component: str
    pod: str
    namespace: str
    """Tells the workspace, unless `workspace` does."""
    trace_id: str
    error_code: str
    workspace: str | None = None

    @property
    def fence(self) -> str:
        """The field that the fence is about."""
        return self.workspace or self.namespace

    def line_of(
        self,
        row: Mapping[str, Any],
        time_us: int,
        fence: Fence,
        *,
        dropped: Set[str] = frozenset(),
        prefixes: Sequence[str] = ("metadata.",),
    ) -> LogLine:
        """The line of a row; fields without a place of their own become metadata. A foreign line has no workspace."""
        own = {self.time, self.message, self.level, self.component, self.pod, self.trace_id, self.fence, *dropped}
        metadata = {_short(name, prefixes): value for name, value in row.items() if name not in own}
        code = metadata.pop(_short(self.error_code, prefixes), None)
        if code is not None and code != "":
            metadata["error_code"] = code
        if self.fence == self.namespace:
            metadata["namespace"] = text_of(row.get(self.namespace))
        return LogLine(
            time_us=time_us,
            level=find_level(text_of(row.get(self.level))) or "unknown",
            message=text_of(row.get(self.message)),
            component=text_of(row.get(self.component)),
            pod=text_of(row.get(self.pod)),
            workspace_id=fence.workspace_of(text_of(row.get(self.fence))) or "",
            trace_id=text_of(row.get(self.trace_id)) or None,
            metadata=metadata,
        )


def _short(name: str, prefixes: Sequence[str]) -> str:
    """The name without the first of these prefixes that it has."""
    return name.removeprefix(next((prefix for prefix in prefixes if name.startswith(prefix)), ""))


def text_of(value: object) -> str:
    """A field's value as text."""
    return "" if value is None else value if isinstance(value, str) else str(value)


def microseconds(text: str) -> int:
    """From RFC 3339 with up to nine digits of a second; what is finer is cut. Raises ValueError."""
    whole, point, rest = text.partition(".")
    if not point:
        return round(datetime.fromisoformat(text).timestamp()) * MICROSECONDS
    digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
    seconds = round(datetime.fromisoformat(whole + rest[len(digits) :]).timestamp())
    return seconds * MICROSECONDS + int(digits[:6].ljust(6, "0"))


def flattened(value: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Nested objects as dotted names."""
    for name, inner in value.items():
        if isinstance(inner, Mapping):
            yield from flattened(inner, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", inner
