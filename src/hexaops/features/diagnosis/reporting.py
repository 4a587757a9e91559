"""Joins findings with the applications that they concern, and each with the change that would mend it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hexaops.analysis.applications.model import Application
from hexaops.analysis.diagnosis.model import Finding, Ref, Severity
from hexaops.errors import UpstreamUnavailableError, ValidationFailedError
from hexaops.features.access.caller import Caller
from hexaops.features.applications.service import ApplicationService
from hexaops.features.diagnosis.remedies import Remedy, remedy_for
from hexaops.features.diagnosis.service import DiagnosisService
from hexaops.features.diagnosis.views import DiagnosisView, diagnosis_view, finding_view

READS_LOGS = "read_logs"


@dataclass(frozen=True)
class Reported:
    """A finding, the application that it is about (if any), and what to do."""

    finding: Finding
    application: Application | None
    remedy: Remedy | None


def reported(findings: Sequence[Finding], applications: Sequence[Application]) -> list[Reported]:
    """Each finding with its application: the subject, else the first one that is affected."""
    by_ref = {Ref(one.kind, one.project, one.name): one for one in applications}
    by_pod = {(pod.namespace, pod.name): one for one in applications for pod in one.pods}
    found = []
    for one in findings:
        refs = (one.subject, *one.affected)
        about = next((by_ref[ref] for ref in refs if ref in by_ref), None)
        about = about or next((by_pod[ref[1:]] for ref in refs if ref.kind == "Pod" and ref[1:] in by_pod), None)
        found.append(Reported(one, about, remedy_for(one, about) if about else None))
    return found


@dataclass(frozen=True)
class DiagnosisReports:
    """One for the process: diagnoses as a caller may see them."""

    diagnoses: DiagnosisService
    applications: ApplicationService

    async def report(self, caller: Caller, *, application: str | None, severity: str | None) -> DiagnosisView:
        """The findings, of one application if one is named, and of at least this severity."""
        least = _severity(severity)
        workspace = caller.get_workspace()
        wanted = self.applications.get(workspace, application) if application else None
        diagnosis = await self.diagnoses.get(workspace, logs=READS_LOGS in caller.permissions)
        chosen = self.diagnoses.about(workspace, wanted, diagnosis) if wanted else diagnosis.findings
        shown = [one for one in chosen if one.severity >= least]
        views = [finding_view(one.finding, one.application, one.remedy) for one in self._joined(caller, shown)]
        return diagnosis_view(workspace.id, diagnosis, views)

    def _joined(self, caller: Caller, findings: Sequence[Finding]) -> list[Reported]:
        try:
            applications = self.applications.list(caller.get_workspace())
        except UpstreamUnavailableError:
            applications = []
        return reported(findings, applications)


def _severity(word: str | None) -> Severity:
    words = {one.name.lower(): one for one in Severity}
    if word is None:
        return Severity.LOW
    if word not in words:
        raise ValidationFailedError("The request is not valid", details={"severity": f"one of {', '.join(words)}"})
    return words[word]
