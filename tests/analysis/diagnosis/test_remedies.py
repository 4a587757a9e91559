"""Which fixes become changes that can be planned, and which do not."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from hexaops.analysis.applications.model import Application
from hexaops.analysis.applications.status import application_of
from hexaops.analysis.diagnosis.model import Action, FieldChange, Finding, Fix, Ref, Severity
from hexaops.analysis.diagnosis.remedies import remedy_for
from tests.analysis.applications.rows import AT, crashing, pod, workload

WEB = Ref("Deployment", "shop", "web")
HPA = Ref("HorizontalPodAutoscaler", "shop", "web")
QUOTA = Ref("ResourceQuota", "shop", "compute")
MEMORY = "spec.template.spec.containers[0].resources.limits.memory"
IMAGE = "spec.template.spec.containers[0].image"


@pytest.fixture
def web() -> Application:
    owner = workload("shop", "web", desired=2, ready=1, container_names=("web", "proxy"))
    return application_of(owner, [pod(owner, 0), crashing(owner, 1)], application_id="app-1", now=AT)


def _finding(fix: Fix | None, rule: str = "rule") -> Finding:
    return Finding(rule, WEB, "seen", "cause", Severity.HIGH, fix=fix)


@pytest.mark.parametrize(
    ("fix", "action", "parameters"),
    [
        (Fix(Action.ROLLBACK, WEB, "Go back to revision 4"), "rollback_revision", {"revision": 4}),
        (
            Fix.patched(WEB, "s", (FieldChange(IMAGE, "a:1", "a:2"),)),
            "update_configuration",
            {"container": "web", "image": "a:2"},
        ),
        (
            Fix.patched(WEB, "s", (FieldChange(MEMORY, "1Gi", "2Gi"),)),
            "update_configuration",
            {"container": "web", "limits": {"memory": "2Gi"}},
        ),
        (Fix(Action.RESTART, WEB, "Read the new token"), "restart_application", {}),
        (Fix(Action.SCALE, WEB, "s", (FieldChange("spec.replicas", 1, 3),)), "scale_application", {"replicas": 3}),
        (Fix.patched(HPA, "s", (FieldChange("spec.maxReplicas", 2, 6),)), "set_autoscaling", {"max_replicas": 6}),
        (
            Fix.patched(QUOTA, "s", (FieldChange("spec.hard.pods", "4", "8"),)),
            "update_quota",
            {"name": "compute", "hard": {"pods": "8"}},
        ),
    ],
)
def test_a_fix_that_a_runbook_can_make(web: Application, fix: Fix, action: str, parameters: dict[str, Any]) -> None:
    found = remedy_for(_finding(fix), web)
    assert found is not None
    assert (found.action, dict(found.parameters)) == (action, parameters)


@pytest.mark.parametrize(
    "fix",
    [
        Fix.patched(WEB, "s", (FieldChange(IMAGE, "a:1", None),)),
        Fix.patched(WEB, "s", (FieldChange(IMAGE, "a:1", "a:2"), FieldChange("spec.paused", True, False))),
        Fix.patched(WEB, "s", (FieldChange(MEMORY, "1Gi", None),)),
        Fix.patched(HPA, "s", (FieldChange("spec.maxReplicas", 2, None),)),
        Fix.patched(HPA, "s", (FieldChange("spec.maxReplicas", 2, 6), FieldChange("spec.metrics", "x", "y"))),
        Fix.patched(QUOTA, "s", (FieldChange("spec.hard.pods", "4", None),)),
        Fix(Action.CREATE, Ref("Secret", "shop", "keys"), "s"),
        Fix(Action.ROLLBACK, Ref("Deployment", "other", "web"), "Go back to revision 4"),
    ],
)
def test_what_no_runbook_makes_or_nobody_knows_is_not_offered(web: Application, fix: Fix) -> None:
    assert remedy_for(_finding(fix), web) is None


def test_a_pod_that_fails_beside_well_ones_of_its_template_may_be_replaced(web: Application) -> None:
    found = remedy_for(_finding(None, "application-error"), web)
    assert found is not None
    assert found.action == "restart_failing_pods"
    assert found.why.startswith("1 of its pods is well with the same template")
    assert remedy_for(_finding(None, "missing-setting"), web) is None, "a new pod would lack it too"


@pytest.mark.parametrize("other", [{"owner_name": "web-2"}, {"labels": {"controller-revision-hash": "web-2"}}])
def test_a_pod_of_another_revision_is_not(web: Application, other: dict[str, Any]) -> None:
    (problem,) = web.problems
    renewed = msgspec.structs.replace(problem.pod, **other)
    assert remedy_for(_finding(None, "crash"), replace(web, problems=(replace(problem, pod=renewed),))) is None
