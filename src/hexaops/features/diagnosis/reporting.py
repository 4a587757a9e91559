"""Joins findings with the applications that they concern, and each with the change that would mend it."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from hexaops.analysis.diagnosis.causes import Cause, causes_of
from hexaops.analysis.diagnosis.model import Finding, Severity
from hexaops.errors import UpstreamUnavailableError, ValidationFailedError
from hexaops.features.access.caller import Caller
from hexaops.features.applications.service import ApplicationService
from hexaops.features.diagnosis.service import DiagnosisService
from hexaops.features.diagnosis.views import DiagnosisView, SnapshotView, diagnosis_view, finding_view

READS_LOGS = "read_logs"


class DiagnosisReports(Struct, frozen=True):
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

    async def record(self, caller: Caller) -> SnapshotView:
        """What a diagnosis looks at; without the right to read logs there are none in it."""
        return await self.diagnoses.record(caller.get_workspace(), logs=READS_LOGS in caller.permissions)

    def _joined(self, caller: Caller, findings: Sequence[Finding]) -> list[Cause]:
        try:
            applications = self.applications.list(caller.get_workspace())
        except UpstreamUnavailableError:
            applications = []
        return causes_of(findings, applications)


def _severity(word: str | None) -> Severity:
    words = {one.name.lower(): one for one in Severity}
    if word is None:
        return Severity.LOW
    if word not in words:
        raise ValidationFailedError("The request is not valid", details={"severity": f"one of {', '.join(words)}"})
    return words[word]
