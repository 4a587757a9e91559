"""When a call is repeated, and after which pause.

Only what is safe is repeated: reads, and requests with an idempotency key, which the service carries out once however
often they arrive.
"""

from __future__ import annotations

import random
from collections.abc import Mapping

from msgspec import Struct

RETRIED = frozenset({429, 502, 503, 504})
IN_PROGRESS = "IDEMPOTENCY_KEY_IN_PROGRESS"


class Retry(Struct, frozen=True):
    """At most `attempts` calls; pauses double from `first_seconds` on, with jitter, up to `most_seconds`."""

    attempts: int = 4
    first_seconds: float = 0.25
    most_seconds: float = 10.0

    def pause(self, attempt: int, headers: Mapping[str, str] | None = None) -> float | None:
        """Seconds to wait after this attempt (counted from 1); None when it was the last, or would take too long."""
        if attempt >= self.attempts:
            return None
        asked = str((headers or {}).get("retry-after", ""))
        if asked.isdigit():
            return float(asked) if float(asked) <= self.most_seconds else None
        longest = min(self.first_seconds * 2.0 ** (attempt - 1), self.most_seconds)
        return longest * (0.5 + random.random() / 2)  # noqa: S311 # spreads callers, keeps no secret


def is_retried(status: int, code: str) -> bool:
    """Whether the same call may succeed a moment later."""
    return status in RETRIED or code == IN_PROGRESS
