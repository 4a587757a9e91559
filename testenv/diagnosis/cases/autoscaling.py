"""Autoscalers and disruption budgets."""

from __future__ import annotations

from testenv.diagnosis.case import fault
from testenv.diagnosis.objects import Raw, condition, make
from testenv.diagnosis.world import World, find_app


def hpa(
    world: World,
    target: str,
    *,
    conditions: list[Raw] | None = None,
    bounds: tuple[int, int] = (2, 5),
    replicas: int = 3,
    usage: int | None = 40,
    name: str | None = None,
) -> Raw:
    """A HorizontalPodAutoscaler on CPU at 70 %."""
    metric = {
        "type": "Resource",
        "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}},
    }
    current = (
        [
            {
                "type": "Resource",
                "resource": {"name": "cpu", "current": {"averageUtilization": usage, "averageValue": "70m"}},
            }
        ]
        if usage is not None
        else None
    )
    fine = [
        condition("AbleToScale", "True", "ReadyForNewScale"),
        condition("ScalingActive", "True", "ValidMetricFound"),
        condition("ScalingLimited", "False", "DesiredWithinRange"),
    ]
    return world.add(
        make(
            "HorizontalPodAutoscaler",
            name or target,
            api="autoscaling/v2",
            spec={
                "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": target},
                "minReplicas": bounds[0],
                "maxReplicas": bounds[1],
                "metrics": [metric],
            },
            status={
                "currentReplicas": replicas,
                "desiredReplicas": replicas,
                "currentMetrics": current,
                "conditions": conditions or fine,
            },
        )
    )


@fault("hpa-target-missing", "HorizontalPodAutoscaler/webshop", "webshop|does not exist")
def autoscaler_target_missing(world: World) -> None:
    bad = condition(
        "AbleToScale",
        "False",
        "FailedGetScale",
        'the HPA controller was unable to get the target\'s current scale: deployments/scale.apps "webshop" not found',
    )
    one = hpa(world, "webshop", conditions=[bad], usage=None)
    world.warn(
        one,
        "FailedGetScale",
        'deployments/scale.apps "webshop" not found',
        count=90,
        first=30,
        source="horizontal-pod-autoscaler",
    )


@fault("hpa-requests-missing", "HorizontalPodAutoscaler/worker Deployment/worker", "request|cpu")
def autoscaler_without_requests(world: World) -> None:
    worker = find_app(world, "worker")
    for spec in (worker.template, *[pod["spec"] for pod in worker.pods]):
        spec["containers"][0]["resources"] = {}
    text = "the HPA was unable to compute the replica count: failed to get cpu utilization: missing request for cpu in container worker of Pod worker-abc"
    one = hpa(
        world,
        "worker",
        conditions=[
            condition("AbleToScale", "True", "SucceededGetScale"),
            condition("ScalingActive", "False", "FailedGetResourceMetric", text),
        ],
        usage=None,
    )
    world.warn(
        one,
        "FailedGetResourceMetric",
        "failed to get cpu utilization: missing request for cpu in container worker of Pod worker-abc",
        count=80,
        first=30,
    )


@fault(
    "metrics-api-down",
    "APIService/v1beta1.metrics.k8s.io Deployment/metrics-server HorizontalPodAutoscaler/web",
    "metrics",
)
def autoscaler_without_metrics_api(world: World) -> None:
    world.remove(world.find("APIService", "v1beta1.metrics.k8s.io"))
    server = find_app(world, "metrics-server")
    world.remove(
        server.workload,
        *server.pods,
        *([server.replicaset] if server.replicaset else []),
        *([server.service] if server.service else []),
    )
    text = "the HPA was unable to compute the replica count: failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)"
    one = hpa(
        world,
        "web",
        conditions=[
            condition("AbleToScale", "True", "SucceededGetScale"),
            condition("ScalingActive", "False", "FailedGetResourceMetric", text),
        ],
        usage=None,
    )
    world.warn(one, "FailedGetResourceMetric", text, count=100, first=60)


@fault("hpa-at-maximum", "HorizontalPodAutoscaler/web", "maxReplicas|3")
def autoscaler_at_its_maximum(world: World) -> None:
    limited = condition(
        "ScalingLimited",
        "True",
        "TooManyReplicas",
        "the desired replica count is more than the maximum replica count",
        since=60,
    )
    hpa(
        world,
        "web",
        bounds=(2, 3),
        replicas=3,
        usage=168,
        conditions=[
            condition("AbleToScale", "True", "ReadyForNewScale"),
            condition("ScalingActive", "True", "ValidMetricFound"),
            limited,
        ],
    )


@fault("hpa-conflict", "HorizontalPodAutoscaler/web HorizontalPodAutoscaler/web-2", "web-2|same")
def two_autoscalers_on_one_target(world: World) -> None:
    text = "pods by selector app=web are controlled by multiple HPAs: [shop/web shop/web-2]"
    for name in ("web", "web-2"):
        hpa(
            world,
            "web",
            name=name,
            usage=None,
            conditions=[
                condition("AbleToScale", "True", "SucceededGetScale"),
                condition("ScalingActive", "False", "AmbiguousSelector", text),
            ],
        )


def budget(
    world: World,
    name: str,
    labels: Raw,
    *,
    healthy: int,
    wanted: int,
    allowed: int,
    expected: int,
    conditions: list[Raw] | None = None,
    **spec: object,
) -> Raw:
    """A PodDisruptionBudget."""
    return world.add(
        make(
            "PodDisruptionBudget",
            name,
            api="policy/v1",
            spec={"selector": {"matchLabels": labels}} | spec,
            status={
                "currentHealthy": healthy,
                "desiredHealthy": wanted,
                "disruptionsAllowed": allowed,
                "expectedPods": expected,
                "observedGeneration": 1,
                "conditions": conditions
                or [
                    condition(
                        "DisruptionAllowed",
                        "True" if allowed else "False",
                        "SufficientPods" if allowed else "InsufficientPods",
                    )
                ],
            },
        )
    )


@fault("pdb-selects-nothing", "PodDisruptionBudget/web", "selector|app=webb")
def budget_selects_nothing(world: World) -> None:
    budget(world, "web", {"app": "webb"}, healthy=0, wanted=1, allowed=0, expected=0, minAvailable=1)


@fault("pdb-blocks", "PodDisruptionBudget/db", "minAvailable|drain")
def budget_allows_no_disruption(world: World) -> None:
    budget(world, "db", {"app": "db"}, healthy=1, wanted=1, allowed=0, expected=1, minAvailable=1)
    world.find("Node", "node-1")["spec"] = {
        "unschedulable": True,
        "taints": [{"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}],
    }


@fault("pdb-overlap", "PodDisruptionBudget/web PodDisruptionBudget/web-all", "more than one|web-all")
def two_budgets_on_the_same_pods(world: World) -> None:
    budget(world, "web", {"app": "web"}, healthy=3, wanted=2, allowed=1, expected=3, minAvailable=2)
    budget(world, "web-all", {"app": "web"}, healthy=3, wanted=1, allowed=2, expected=3, minAvailable=1)
