"""Every kind of fix that becomes a change is accepted as a plan by the API, on the simulator."""

from __future__ import annotations

from hexaops.analysis.applications.model import Application
from hexaops.analysis.diagnosis.model import Action, FieldChange, Finding, Fix, Ref, Severity
from hexaops.analysis.diagnosis.remedies import remedy_for
from hexaops.features.applications.service import ApplicationService
from hexaops.features.diagnosis.views import finding_view
from hexaops.features.workspaces.service import WorkspaceService
from tests.living import LivingWorld

CONTAINER = "spec.template.spec.containers[0]"


async def _plan(world: LivingWorld, application: Application, fix: Fix) -> str:
    """Plan the remedy that the finding's view offers, as a client would; which action it was."""
    target = Ref(application.kind, application.project, application.name)
    finding = Finding("rule", target, "seen", "cause", Severity.HIGH, fix=fix)
    remedy = finding_view(finding, application, remedy_for(finding, application)).remedy
    assert remedy is not None, fix
    body = {"action": remedy.action, "parameters": remedy.parameters}
    answer = await world.call("POST", "/aiops/actions", body)
    assert answer.status_code in {200, 201, 202}, (body, answer.text)
    assert answer.json()["data"]["status"] == "awaiting_confirmation", (body, answer.text)
    return remedy.action


async def _applications(world: LivingWorld) -> dict[str, Application]:
    workspace = await world.access.get(WorkspaceService).ensure_default("c1")
    return {one.name: one for one in world.access.get(ApplicationService).list(workspace)}


async def test_each_kind_of_fix_is_accepted_as_a_plan(world: LivingWorld) -> None:
    found = await _applications(world)
    web, api = found["web-app"], found["api-service"]
    here = Ref(web.kind, web.project, web.name)
    fixes = [
        Fix.patched(here, "Use the image before", (FieldChange(f"{CONTAINER}.image", "a:2", "nginx:1.27"),)),
        Fix.patched(here, "Raise the limit", (FieldChange(f"{CONTAINER}.resources.limits.memory", "256Mi", "1Gi"),)),
        Fix(Action.RESTART, here, "Read the new token"),
        Fix(Action.SCALE, here, "Add a replica", (FieldChange("spec.replicas", 1, web.desired + 1),)),
    ]
    for fix in fixes:
        await _plan(world, web, fix)
    await _plan(
        world, api, Fix(Action.ROLLBACK, Ref(api.kind, api.project, api.name), "Go back to the revision before")
    )


async def test_a_raised_quota_and_a_wider_autoscaler_are_accepted_as_plans(world: LivingWorld) -> None:
    found = await _applications(world)
    pay = found["payment-service"]
    (scaler_name,) = [
        one["metadata"]["name"] for one in world.cluster.store.list("horizontalpodautoscalers.autoscaling")
    ]
    scaler = Ref("HorizontalPodAutoscaler", pay.project, scaler_name)
    await _plan(world, pay, Fix.patched(scaler, "Allow more", (FieldChange("spec.maxReplicas", 6, 8),)))
    raised = FieldChange("spec.hard.pods", "40", "60")
    await _plan(world, pay, Fix.patched(Ref("ResourceQuota", "backend", "backend-quota"), "Raise it", (raised,)))


async def test_a_stopped_application_is_started(world: LivingWorld) -> None:
    await world.run("stop_application", "worker-app")
    worker = (await _applications(world))["worker-app"]
    here = Ref(worker.kind, worker.project, worker.name)
    planned = await _plan(world, worker, Fix(Action.SCALE, here, "Start it", (FieldChange("spec.replicas", 0, 2),)))
    assert planned == "start_application"
