"""The diagnosis of a workspace at one moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from hexaops.analysis.applications.model import Application
from hexaops.analysis.diagnosis.causes import ref_of
from hexaops.analysis.diagnosis.model import Finding, Ref
from hexaops.analysis.insights.hardening import Posture


class Diagnosis(Struct, frozen=True):
    """Its findings, the cause first, and what they rest on."""

    findings: Sequence[Finding]
    taken_at: datetime
    objects: int
    """Objects that the rules looked at."""
    logs: int
    """Containers whose logs were read."""
    missing: Mapping[str, str]
    """Kinds that were not read, and why."""
    refused: Mapping[str, str]
    """Those of them that the service would read if it might."""
    posture: Posture
    """By workload, the controls of the Pod Security Standards that its pods do not keep."""

    def about(self, application: Application, related: Mapping[str, Sequence[str]]) -> Sequence[Finding]:
        """The findings that concern one application: itself, its pods, and by kind the names of what belongs to it."""
        refs = {ref_of(application)}
        refs |= {Ref("Pod", pod.namespace, pod.name) for pod in application.pods}
        refs |= {Ref("Pod", one.pod.namespace, one.pod.name) for one in application.problems}
        refs |= {Ref(kind, application.project, name) for kind, names in related.items() for name in names}
        return [one for one in self.findings if one.subject in refs or not refs.isdisjoint(one.affected)]
