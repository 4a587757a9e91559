"""Which runbook heals an unhealthy application, decided by its cause. Pure.

Only two runbooks heal by themselves: evicting pods that a new pod of the same template may outdo, and going back to a
revision that worked. Whatever needs a value that only a person knows is named, with the fix, and left alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from hexaops.analysis.applications.model import Application
from hexaops.analysis.diagnosis.model import Action, Finding, Severity
from hexaops.kit.text import plain
from hexaops.runbooks.failing_pods import NOT_CURED, RestartFailingPods, failing_pods
from hexaops.runbooks.revision import RollbackRevision

BREAKER_SHARE = 0.2
BREAKER_LEAST = 3
"""That many applications failing at once, and more than the share of all: a common cause, which no restart heals."""
TOUCHED_SHARE = 0.1
"""Of the applications that one operation may touch; at least one."""
TEXT_LIMIT = 300


class Remedy(Struct, frozen=True):
    """What is to be done about one application; `action` None: it needs a person."""

    action: str | None
    parameters: Mapping[str, Any]
    cause: str
    because: str


def remedy_for(application: Application, findings: Sequence[Finding], *, restart_asked: bool) -> Remedy:
    """The runbook for its first cause; `restart_asked` sets the cause aside where a restart can help at all."""
    first = next(iter(sorted(findings, key=lambda one: -one.severity)), None)
    cause = plain(first.cause if first else application.trouble, TEXT_LIMIT)
    curable = [pod for pod in failing_pods(application.pods) if pod.reason not in NOT_CURED]
    restart = Remedy(RestartFailingPods.name, {}, cause, f"{_pods(len(curable))} may start anew")
    if restart_asked and curable:
        return restart
    fix = first.fix if first and first.severity >= Severity.HIGH and not _is_of_the_image(first) else None
    if fix is not None and fix.action is Action.ROLLBACK:
        return Remedy(RollbackRevision.name, {}, cause, plain(fix.summary, TEXT_LIMIT))
    if fix is not None:
        return Remedy(None, {}, cause, f"needs a person: {plain(fix.summary, TEXT_LIMIT)}")
    if curable:
        return restart
    return Remedy(None, {}, cause, "needs a person: new pods would meet the same")


def _is_of_the_image(finding: Finding) -> bool:
    """Whether only an image without the error would mend it, which nobody knows: new pods may do."""
    by_patch = finding.fix is not None and finding.fix.action is Action.PATCH
    return by_patch and finding.rule in {"application-error", "segfault"}


def trips(unhealthy: int, all_of_them: int) -> bool:
    """Whether so many fail at once that nothing may be done automatically (rule 14)."""
    return unhealthy >= BREAKER_LEAST and unhealthy > BREAKER_SHARE * all_of_them


def most_touched(all_of_them: int) -> int:
    """How many applications one operation may touch."""
    return max(1, math.floor(all_of_them * TOUCHED_SHARE))


def _pods(count: int) -> str:
    return "1 failing pod" if count == 1 else f"{count} failing pods"
