"""Routes of the diagnosis."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from hexaops.errors import UpstreamUnavailableError
from hexaops.features.access.caller import AnyCaller
from hexaops.features.applications.errors import ApplicationNameAmbiguousError, ApplicationNotFoundError
from hexaops.features.diagnosis.reporting import DiagnosisReports
from hexaops.features.diagnosis.views import DiagnosisView, SnapshotView
from hexaops.features.routing import WORKSPACE, Entry, user
from hexaops.provide import provided
from hexaops.responses import Data, refuses

Reports = Annotated[DiagnosisReports, provided(DiagnosisReports)]
Application = Annotated[str | None, Query(min_length=1, max_length=320, description="id or name")]
Least = Annotated[str | None, Query(max_length=16, description="least severity: low, medium, high or critical")]


@refuses(ApplicationNotFoundError, ApplicationNameAmbiguousError, UpstreamUnavailableError)
async def get_diagnosis(
    caller: AnyCaller, reports: Reports, application: Application = None, severity: Least = None
) -> Data[DiagnosisView]:
    """What is wrong in the workspace, or with one application: ranked findings, each with its cause and evidence."""
    return Data(await reports.report(caller, application=application, severity=severity))


@refuses(UpstreamUnavailableError)
async def get_snapshot(caller: AnyCaller, reports: Reports) -> Data[SnapshotView]:
    """What a diagnosis of the workspace looks at, secrets redacted, for `hexaops diagnose --snapshot`."""
    return Data(await reports.record(caller))


ROUTES = (
    Entry("GET", f"{WORKSPACE}/aiops/diagnosis", get_diagnosis, user("read_applications")),
    Entry("GET", f"{WORKSPACE}/aiops/diagnosis/snapshot", get_snapshot, user("read_applications")),
)
