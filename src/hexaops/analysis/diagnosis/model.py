"""What a diagnosis says: findings, each with one cause, the evidence for it and the change that would mend it."""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import NamedTuple

from msgspec import Struct, field
from msgspec.structs import replace


class Severity(IntEnum):
    """How bad it is, worst last."""

    LOW = 0
    """Hygiene."""
    MEDIUM = 1
    """Works, but is configured so that it will fail."""
    HIGH = 2
    """Partly down, or will be soon."""
    CRITICAL = 3
    """Down now, or data at risk."""


class Ref(NamedTuple):
    """Which object; the namespace is empty for objects of the cluster."""

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"


class Evidence(NamedTuple):
    """One thing that was seen: in an object's `status` or `spec`, an `event`, a `log`, or a `metric`."""

    source: str
    about: Ref
    text: str


class Action(StrEnum):
    """What kind of change a fix is."""

    PATCH = "patch"
    """Set fields of the target."""
    CREATE = "create"
    """Make the target, which does not exist."""
    DELETE = "delete"
    """Remove the target."""
    SCALE = "scale"
    """Set the number of replicas."""
    ROLLBACK = "rollback"
    """Go back to the revision before."""
    RESTART = "restart"
    """Start the target's pods anew."""
    RENEW = "renew"
    """Replace a certificate or credentials."""


class FieldChange(NamedTuple):
    """One field; `wanted` is None where only a person knows the right value."""

    path: str
    current: str | int | bool | None
    wanted: str | int | bool | None


class Fix(Struct, frozen=True):
    """The change that would remove the cause."""

    action: Action
    target: Ref
    summary: str
    changes: tuple[FieldChange, ...] = ()

    @classmethod
    def patched(cls, target: Ref, summary: str, changes: tuple[FieldChange, ...]) -> Fix:
        """Set fields of the target."""
        return cls(Action.PATCH, target, summary, changes)


class Finding(Struct, frozen=True):
    """One cause and what it does."""

    rule: str
    subject: Ref
    finding: str
    """What is seen."""
    cause: str
    severity: Severity
    evidence: tuple[Evidence, ...] = ()
    fix: Fix | None = None
    key: str = ""
    """Findings of one rule with the same key are one; empty: the subject."""
    root: Ref | None = None
    """Where the cause lies when it is another object than the subject; it becomes the subject when several share it."""
    symptom_of: tuple[Ref, ...] = ()
    """If one of these has a finding of its own, this one is its symptom."""
    affected: tuple[Ref, ...] = field(default=())
    since: float | None = None

    def with_evidence(self, *more: Evidence, affected: tuple[Ref, ...] = ()) -> Finding:
        """The same with more evidence; what is already there is not repeated."""
        evidence = tuple(dict.fromkeys((*self.evidence, *more)))
        return replace(self, evidence=evidence, affected=tuple(dict.fromkeys((*self.affected, *affected))))
