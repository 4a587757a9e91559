"""Insights from the Pod Security Standards that the workloads' pods keep."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from hexaops.analysis.applications.model import Application
from hexaops.analysis.diagnosis.causes import ref_of
from hexaops.analysis.diagnosis.model import Ref
from hexaops.analysis.diagnosis.objects import mapping, template_spec
from hexaops.analysis.diagnosis.snapshot import Snapshot
from hexaops.analysis.insights.model import Insight, Recommendation, Seen, Weight
from hexaops.analysis.posture.pod_security import Level, Violation, violations

CONTROLS_NAMED = 5
SETTINGS: Mapping[str, str] = {
    "allowPrivilegeEscalation": "securityContext.allowPrivilegeEscalation of each container to false",
    "runAsNonRoot": "securityContext.runAsNonRoot of the pod to true, with an image whose user is not root",
    "seccompProfile": "securityContext.seccompProfile.type of the pod to RuntimeDefault",
    "capabilities": "securityContext.capabilities.drop of each container to [ALL]",
    "privileged": "securityContext.privileged of each container to false",
}
"""What the commonest controls ask for, in the words of the pod template."""
Posture = Mapping[Ref, Sequence[Violation]]
"""By workload, the controls that its pods do not keep."""


def posture_of(snapshot: Snapshot) -> Posture:
    """Of every workload that can be an application."""
    return {
        one.ref: violations(template_spec(one), mapping(one.raw, "spec", "template", "metadata", "annotations"))
        for one in snapshot.of("Deployment", "StatefulSet", "DaemonSet")
    }


def level_of(found: Sequence[Violation]) -> Level:
    """The strictest standard that is kept."""
    broken = {one.level for one in found}
    if Level.BASELINE in broken:
        return Level.PRIVILEGED
    return Level.BASELINE if Level.RESTRICTED in broken else Level.RESTRICTED


def from_posture(posture: Posture, applications: Sequence[Application]) -> Iterator[Insight]:
    """One insight for each standard that some applications do not keep."""
    for level in (Level.BASELINE, Level.RESTRICTED):
        broken = [(one, names) for one in applications if (names := _controls(posture.get(ref_of(one), ()), level))]
        if not broken:
            continue
        counts = Counter(name for _, names in broken for name in names)
        named = [name.removesuffix("_restricted") for name, _ in counts.most_common(CONTROLS_NAMED)]
        controls = ", ".join(named)
        weight: Weight = "medium" if level is Level.BASELINE else "low"
        number = len(broken)
        subject = "application does" if number == 1 else "applications do"
        yield Insight(
            category="security",
            weight=weight,
            title=f"{number} {subject} not keep the {level} Pod Security Standard",
            description=f"Controls that are not kept, the commonest first: {controls}.",
            applications=tuple(one for one, _ in broken),
            metrics={"applications": float(number), "of": float(len(applications))},
            recommendations=(
                Recommendation.by_hand(
                    weight,
                    f"Set in the pod templates what these controls ask for: {controls}",
                    *(f"Set {SETTINGS[name]}" for name in named if name in SETTINGS),
                ),
            ),
            seen=tuple(Seen("spec", f"{one.kind} {one.project}/{one.name}", ", ".join(n)) for one, n in broken),
        )


def _controls(found: Sequence[Violation], level: Level) -> list[str]:
    return [one.control for one in found if one.level is level]
