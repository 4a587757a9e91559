"""One deadline for a whole piece of work, passed down, so that nested waits cannot add up past it."""

from __future__ import annotations

from hexaops.kit.clock import Clock, SystemClock


class Timeout:
    """Counts down from `seconds`; each wait below takes what is left."""

    def __init__(self, seconds: float, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._end = self._clock.monotonic() + seconds
        self.seconds = seconds

    def left(self) -> float:
        """Seconds left; 0 when the time is over."""
        return max(0.0, self._end - self._clock.monotonic())

    @property
    def expired(self) -> bool:
        """Whether no time is left."""
        return self.left() <= 0.0

    def elapsed(self) -> float:
        """Seconds used so far."""
        return self.seconds - (self._end - self._clock.monotonic())
