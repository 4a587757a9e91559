"""Routes by which trusted services scale."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

from hexaops.backends.kubernetes.errors import KubernetesForbiddenError, KubernetesUnavailableError
from hexaops.features.access.caller import AnyCaller
from hexaops.features.applications.errors import ApplicationNameAmbiguousError, ApplicationNotFoundError
from hexaops.features.changes.errors import (
    GuardrailRefusedError,
    PlanExpiredError,
    PlanMismatchError,
    PlanNotFoundError,
    PlanStaleError,
)
from hexaops.features.routing import INTERNAL, Entry, service
from hexaops.features.runs.errors import OperationInProgressError
from hexaops.features.scaling.schemas import AutoscaleRequest, ScaleRequest
from hexaops.features.scaling.service import ScalingService
from hexaops.features.scaling.views import AutoscaleView, ScaleView
from hexaops.provide import provided
from hexaops.responses import Data, refuses
from hexaops.runbooks.runbook import NotApplicableError

Scaling = Annotated[ScalingService, provided(ScalingService)]
REFUSED = (
    ApplicationNotFoundError, NotApplicableError, GuardrailRefusedError, PlanNotFoundError, PlanMismatchError,
    PlanExpiredError, PlanStaleError, OperationInProgressError, KubernetesForbiddenError, KubernetesUnavailableError,
)  # fmt: skip


@refuses(*REFUSED, ApplicationNameAmbiguousError)
async def scale_deployment(
    caller: AnyCaller, service: Scaling, deployment_name: Annotated[str, Path(max_length=320)], body: ScaleRequest
) -> Data[ScaleView]:
    """Set the replicas of a deployment; where the workspace's policy asks for a confirmation, answer with its plan."""
    return Data(await service.scale(caller, deployment_name, body))


@refuses(*REFUSED)
async def autoscale_application(
    caller: AnyCaller, service: Scaling, application_id: Annotated[str, Path(max_length=64)], body: AutoscaleRequest
) -> Data[AutoscaleView]:
    """Scale an application, named by id, if its measured load asks for it, and say why or why not."""
    return Data(await service.autoscale(caller, application_id, body))


ROUTES = (
    Entry(
        "POST", f"{INTERNAL}/workspaces/{{workspace_id}}/deployments/{{deployment_name}}/scale",
        scale_deployment, service("workspace:admin"), idempotent=True,
    ),
    Entry(
        "POST", f"{INTERNAL}/applications/{{application_id}}/autoscale", autoscale_application,
        service("application:write", limit="application"), idempotent=True,
    ),
)  # fmt: skip
