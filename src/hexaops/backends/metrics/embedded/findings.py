"""What one round of sampling has found so far: values by subject and signal, and why a signal has none."""

from __future__ import annotations

from hexaops.backends.metrics.base import Signal, Subject
from hexaops.backends.metrics.embedded.database import Key


class Findings:
    """Filled by the samplers of a round."""

    def __init__(self) -> None:
        self.values: dict[Key, float] = {}
        self.reasons: dict[Signal, str] = {}
        self.own_reasons: dict[Key, str] = {}
        """Of one subject; they go before `reasons`."""

    def set(self, subject: Subject, signal: Signal, value: float) -> None:
        """A value that stands alone."""
        self.values[subject, signal] = value

    def add(self, subject: Subject, signal: Signal, value: float) -> None:
        """A part of a sum."""
        key = (subject, signal)
        self.values[key] = self.values.get(key, 0.0) + value

    def raise_to(self, subject: Subject, signal: Signal, value: float) -> None:
        """One of several, of which the largest counts."""
        key = (subject, signal)
        self.values[key] = max(self.values.get(key, value), value)

    def explain(self, reason: str, *signals: Signal) -> None:
        """Why these signals were not measured."""
        self.reasons.update(dict.fromkeys(signals, reason))

    def explain_of(self, subject: Subject, reason: str, *signals: Signal) -> None:
        """Why these signals of one subject were not measured."""
        self.own_reasons.update(dict.fromkeys(((subject, signal) for signal in signals), reason))

    def why(self, subject: Subject, signal: Signal) -> str | None:
        """Why the subject has no value of the signal, as far as it is known."""
        return self.own_reasons.get((subject, signal)) or self.reasons.get(signal)
