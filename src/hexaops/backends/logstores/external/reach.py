"""Whether an engine still has what a query asks for: others set its retention, so it is asked for its oldest line."""

from __future__ import annotations

from collections.abc import Sequence

from hexaops.backends.logstores.base import LogQuery, LogStoreError
from hexaops.backends.logstores.external.engine import Engine
from hexaops.backends.logstores.horizon import Horizon, shortened
from hexaops.kit.clock import Clock
from hexaops.kit.timeout import Timeout

KNOWN_SECONDS = 600.0
"""The answer is held so long: lines leave by days."""
PATIENCE_SECONDS = 2.0
"""An answer does not wait longer for it."""


class Reach:
    """Of one engine."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._oldest_us: int | None = None
        self._until: float | None = None

    async def shortened(self, query: LogQuery, timeout: Timeout) -> Sequence[str]:
        """What of the query's range is older than everything that the engine has; nothing where it cannot tell."""
        now = self._clock.monotonic()
        if self._until is None or now >= self._until:
            self._oldest_us = await self._ask(timeout)
            self._until = now + KNOWN_SECONDS
        if self._oldest_us is None:
            return ()
        horizon = Horizon(self._oldest_us, f"{self._engine.name} has no older lines")
        told = shortened(query, horizon, has_older=False)
        return () if told is None else (told,)

    async def _ask(self, timeout: Timeout) -> int | None:
        try:
            return await self._engine.oldest_us(Timeout(min(PATIENCE_SECONDS, timeout.left()), self._clock))
        except (LogStoreError, TimeoutError):  # a right or a route that is missing must not cost the answer
            return None
