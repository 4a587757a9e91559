"""Rate limits: a sliding window per key, in memory, or shared by the replicas of one PostgreSQL.

Why the windows are our own: docs/decisions/own-rate-windows.md.
"""

from __future__ import annotations

import logging
import math
from collections import OrderedDict, deque
from collections.abc import Sequence

from msgspec import Struct

from hexaops.config import Settings
from hexaops.errors import HexaopsError
from hexaops.features.access.shared_rates import Counted, SharedWindows
from hexaops.kit.clock import Clock
from hexaops.kit.rates import Rate, parse_rate
from hexaops.storage.database import DatabaseUnavailableError

logger = logging.getLogger(__name__)

MOST_KEYS = 100_000
"""Maximum number of windows; the least recently used is dropped."""
OWN = frozenset({"anonymous"})
"""Counted by each replica for itself: whoever has no credentials must not make the database write."""


class RateLimitExceededError(HexaopsError):
    """The public API's rate limit is exhausted."""

    code = "AI_RATE_LIMIT_EXCEEDED"
    status = 429
    permanent = False

    def __init__(self, verdict: Verdict) -> None:
        wait = max(1, math.ceil(verdict.retry_after_seconds))
        super().__init__(
            "AI API rate limit exceeded",
            details={"limit": verdict.described, "retry_after": f"{wait} seconds"},
            headers={"Retry-After": str(wait)},
        )
        self.first = verdict.first_refusal


class InternalRateLimitExceededError(RateLimitExceededError):
    """The internal API's rate limit is exhausted."""

    code = "RATE_LIMIT_EXCEEDED"

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict)
        self.message = "Internal API rate limit exceeded"


class Verdict(Struct, frozen=True):
    """Result of counting one call."""

    allowed: bool
    limit: int
    remaining: int
    reset_epoch_seconds: int
    """When the oldest counted call leaves the window."""
    retry_after_seconds: float
    described: str
    """`100 requests per hour`."""
    first_refusal: bool
    """The first rejection since an allowed call; only this one is audited."""

    def headers(self) -> dict[str, str]:
        """The three headers of every limited answer."""
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(self.reset_epoch_seconds),
        }


class RateLimits:
    """Counts calls by the name of the limit and a key."""

    def __init__(self, settings: Settings, *, clock: Clock, shared: SharedWindows | None = None) -> None:
        self._clock = clock
        self._shared = shared
        self._limits = {
            name.removeprefix("rate_limit_"): parse_rate(getattr(settings, name))
            for name in type(settings).model_fields
            if name.startswith("rate_limit_")
        }
        self._windows: OrderedDict[tuple[str, ...], _Window] = OrderedDict()

    async def hit(self, name: str, *key: str) -> Verdict:
        """Count one call; rejected calls do not count."""
        rate = self._limits[name]
        window = self._windows.setdefault((name, *key), _Window())
        self._windows.move_to_end((name, *key))
        if len(self._windows) > MOST_KEYS:
            self._windows.popitem(last=False)
        counted = await self._count_together(name, rate, key) or window.hit(rate, now=self._clock.monotonic())
        return _verdict(rate, counted, first=window.refuses_first(counted.allowed), now=self._clock.now().timestamp())

    async def _count_together(self, name: str, rate: Rate, key: Sequence[str]) -> Counted | None:
        """None where this process counts for itself: alone, or while nothing can be written, so that reads go on."""
        if self._shared is None or name in OWN:
            return None
        try:
            return await self._shared.hit(rate, (name, *key))
        except DatabaseUnavailableError as error:
            logger.warning("rate limits are counted by this process alone", extra={"reason": error.message})
            return None


class _Window:
    """When the counted calls of one key were made."""

    def __init__(self) -> None:
        self._hits: deque[float] = deque()
        self._refused = False

    def hit(self, rate: Rate, *, now: float) -> Counted:
        period = float(rate.window_seconds)
        while self._hits and self._hits[0] <= now - period:
            self._hits.popleft()
        allowed = len(self._hits) < rate.amount
        if allowed:
            self._hits.append(now)
        return Counted(allowed, len(self._hits), (self._hits[0] if self._hits else now) + period - now)

    def refuses_first(self, allowed: bool) -> bool:  # what became of the call
        """Whether this refusal is the first of a row."""
        first, self._refused = not allowed and not self._refused, not allowed
        return first


def _verdict(rate: Rate, counted: Counted, *, first: bool, now: float) -> Verdict:
    return Verdict(
        allowed=counted.allowed,
        limit=rate.amount,
        # A refusal that waited for other replicas may have read the count from before their calls.
        remaining=max(0, rate.amount - counted.used) if counted.allowed else 0,
        reset_epoch_seconds=math.ceil(now + counted.wait_seconds),
        retry_after_seconds=0.0 if counted.allowed else counted.wait_seconds,
        described=f"{rate.amount} requests per {rate.period}",
        first_refusal=first,
    )
