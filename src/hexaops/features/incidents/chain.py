"""A remediation: its steps, and what has become of each. Stored as JSON beside its incident."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

StepStatus = Literal["pending", "awaiting_confirmation", "in_progress", "completed", "skipped", "failed"]
RemediationStatus = Literal["in_progress", "awaiting_confirmation", "completed", "failed"]
VERIFY_SECONDS = 60.0

ACTIONS = {
    "restart_failed_pods": "restart_failing_pods",
    "scale_healthy_replicas": "scale_application",
    "roll_back_revision": "rollback_revision",
}
"""Step → the kind of change that it is."""
ASSUMED_SECONDS = {
    "restart_failed_pods": 30.0, "scale_healthy_replicas": 120.0, "roll_back_revision": 60.0,
    "verify_health": VERIFY_SECONDS,
}  # fmt: skip
"""Expected before the change is planned."""
STRATEGIES = {
    "restart": ("restart_failed_pods", "verify_health"),
    "scale": ("scale_healthy_replicas", "verify_health"),
    "roll_back": ("roll_back_revision", "verify_health"),
    "restart_and_scale": ("restart_failed_pods", "scale_healthy_replicas", "verify_health"),
}


class StepChange(msgspec.Struct, frozen=True, kw_only=True):
    """The change that a step makes to one application, as `POST …/aiops/actions` takes it."""

    application_id: str
    parameters: dict[str, Any]
    operation_id: str | None = None


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step. Times are seconds since 1970."""

    step: str
    status: StepStatus = "pending"
    estimated_seconds: float
    started_at: float | None = None
    finished_at: float | None = None
    changes: tuple[StepChange, ...] | None = None
    """None before it is its turn."""
    reason: str | None = None
    """Why it waits, was skipped or has failed."""


class Remediation(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt. `actor_kind` and `actor_id` are who asked for it."""

    strategy: str
    status: RemediationStatus
    confirm_always: bool
    """Whether the caller wants a confirmation even where the policy needs none."""
    actor_kind: Literal["user", "service", "system"]
    actor_id: str
    allowed: tuple[str, ...] | None = None
    """Kinds of changes that may be made unattended; None: those of the workspace's policy for requests."""
    started_at: float
    finished_at: float | None = None
    steps: tuple[Step, ...]

    @property
    def current(self) -> int | None:
        """The first step that has not ended; None after the last."""
        ended = {"completed", "skipped", "failed"}
        return next((number for number, step in enumerate(self.steps) if step.status not in ended), None)

    def with_step(self, number: int, **changes: Any) -> Remediation:
        """The same with one step changed."""
        steps = list(self.steps)
        steps[number] = msgspec.structs.replace(steps[number], **changes)
        return msgspec.structs.replace(self, steps=tuple(steps))


def handed_over(remediation: Remediation, why: str, now: float) -> Remediation:
    """One that a person has taken over from: it has failed, and what was still to come is skipped."""
    steps = tuple(
        msgspec.structs.replace(step, status="skipped", reason=why)
        if step.status in {"pending", "awaiting_confirmation"}
        else step
        for step in remediation.steps
    )
    return msgspec.structs.replace(remediation, status="failed", finished_at=now, steps=steps)


def begun(
    strategy: str,
    *,
    confirm_always: bool,
    kind: Literal["user", "service", "system"],
    actor: str,
    now: float,
    allowed: tuple[str, ...] | None = None,
) -> Remediation:
    """A remediation whose steps are all still to come."""
    return Remediation(
        strategy=strategy,
        status="in_progress",
        confirm_always=confirm_always,
        actor_kind=kind,
        actor_id=actor,
        allowed=allowed,
        started_at=now,
        steps=tuple(Step(step=name, estimated_seconds=ASSUMED_SECONDS[name]) for name in STRATEGIES[strategy]),
    )


def read(stored: Mapping[str, Any]) -> Remediation | None:
    """What a row holds."""
    return msgspec.convert(stored, Remediation) if stored else None


def written(remediation: Remediation) -> dict[str, Any]:
    """For the row."""
    found: dict[str, Any] = msgspec.to_builtins(remediation)
    return found
