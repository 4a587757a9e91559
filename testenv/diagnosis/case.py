"""What a case is: a snapshot, and for a fault the rule, object and words that a right diagnosis names first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from testenv.diagnosis.objects import Raw, ended, waiting
from testenv.diagnosis.world import App, World, set_statuses, settle, shop

Break = Callable[[World], None]


@dataclass(frozen=True)
class Case:
    """One snapshot with the truth about it; a control has no rule."""

    name: str
    area: str
    change: Break
    rules: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    """`Kind/name` of the objects that may be named."""
    says: tuple[str, ...] = ()
    """Words that the finding or its cause must hold, without case."""
    alone: bool = False
    """Only what the case adds, without the shop around it."""
    fixes: tuple[str, ...] = ()
    """Actions of a fix that would mend it; empty where only a person or another system can."""

    def snapshot(self) -> Raw:
        """The shop, or nothing, with the case's change."""
        world = World() if self.alone else shop()
        self.change(world)
        return world.snapshot()


FAULTS: list[Case] = []
CONTROLS: list[Case] = []


def fault(rule: str, about: str, says: str = "", fix: str = "", *, alone: bool = False) -> Callable[[Break], Break]:
    """Register a fault; alternatives in `rule` and `about`, and the words in `says`, are separated by blanks or `|`."""

    def register(change: Break) -> Break:
        area = change.__module__.rpartition(".")[2]
        words = tuple(word.strip().lower() for word in says.split("|") if word.strip())
        FAULTS.append(
            Case(
                change.__name__,
                area,
                change,
                tuple(rule.split()),
                tuple(about.split()),
                words,
                alone,
                tuple(fix.split()),
            )
        )
        return change

    return register


def control(change: Break) -> Break:
    """Register a healthy world, however noisy."""
    CONTROLS.append(Case(change.__name__, "healthy", change))
    return change


def crash_loop(
    world: World,
    app: App,
    *,
    code: int = 1,
    reason: str = "Error",
    log: str = "",
    restarts: int = 7,
    pods: list[Raw] | None = None,
    message: str = "",
    **more: Any,
) -> None:
    """The pods' first container keeps ending."""
    for pod in pods if pods is not None else app.pods:
        name = pod["spec"]["containers"][0]["name"]
        back_off = f"back-off 5m0s restarting failed container={name} pod={pod['metadata']['name']}_shop(u)"
        last = ended(code, reason, at=2, message=message, **more)
        set_statuses(pod, waiting(name, "CrashLoopBackOff", back_off, restarts=restarts, last=last), *_others(pod))
        world.warn(
            pod,
            "BackOff",
            f"Back-off restarting failed container {name} in pod {pod['metadata']['name']}_shop(u)",
            count=40,
            first=20,
        )
        if log:
            world.log(pod, log)
    settle(app)


def _others(pod: Raw) -> list[Raw]:
    return list(pod["status"].get("containerStatuses", [])[1:])


def stuck(
    world: World,
    app: App,
    reason: str,
    message: str,
    *,
    events: tuple[tuple[str, str], ...] = (),
    pods: list[Raw] | None = None,
) -> None:
    """The pods' first container cannot start, for this reason."""
    for pod in pods if pods is not None else app.pods:
        name = pod["spec"]["containers"][0]["name"]
        set_statuses(pod, waiting(name, reason, message), phase="Pending")
        for why, text in events:
            world.warn(pod, why, text, count=9, first=12)
    settle(app)


def unready(
    world: World, app: App, message: str, *, probe: str = "Readiness", restarts: int = 0, pods: list[Raw] | None = None
) -> None:
    """The pods run and do not become ready."""
    for pod in pods if pods is not None else app.pods:
        one = pod["status"]["containerStatuses"][0] | {"ready": False, "restartCount": restarts}
        set_statuses(pod, one, *_others(pod))
        world.warn(pod, "Unhealthy", f"{probe} probe failed: {message}", count=60, first=15, at=0.2)
    settle(app)


def no_pods(app: App, world: World, message: str, *, reason: str = "FailedCreate") -> None:
    """The controller cannot create the pods."""
    world.remove(*app.pods)
    app.pods.clear()
    target = app.replicaset or app.workload
    target.setdefault("status", {}).update({"replicas": 0, "readyReplicas": 0, "availableReplicas": 0})
    if app.replicaset is not None:
        app.replicaset["status"]["conditions"] = [
            {"type": "ReplicaFailure", "status": "True", "reason": reason, "message": message}
        ]
    world.warn(target, reason, f"Error creating: {message}", source="replicaset-controller", count=15, first=14)
    settle(app, progress=("False", "ProgressDeadlineExceeded", "ReplicaSet has timed out progressing."))
