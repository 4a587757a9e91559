"""Joins findings with the applications that they concern, and each with the change that would mend it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from hexaops.analysis.applications.model import Application
from hexaops.analysis.diagnosis.model import Finding, Ref
from hexaops.analysis.diagnosis.remedies import Remedy, remedy_for


class Cause(Struct, frozen=True):
    """A finding, the application that it is about (if any), and what to do."""

    finding: Finding
    application: Application | None
    remedy: Remedy | None

    @property
    def is_told(self) -> bool:
        """Whether it says what the cause is, rather than what would be needed to tell."""
        return not self.finding.cause.startswith("cannot tell")


def ref_of(application: Application) -> Ref:
    """The workload of an application, as findings name it."""
    return Ref(application.kind, application.project, application.name)


def causes_of(findings: Iterable[Finding], applications: Sequence[Application]) -> list[Cause]:
    """Each finding with its application: the subject, else the first one that is affected."""
    by_ref = {ref_of(one): one for one in applications}
    by_ref |= {Ref("Pod", pod.namespace, pod.name): one for one in applications for pod in one.pods}
    found = []
    for one in findings:
        about = next((by_ref[ref] for ref in (one.subject, *one.affected) if ref in by_ref), None)
        found.append(Cause(one, about, remedy_for(one, about) if about else None))
    return found
