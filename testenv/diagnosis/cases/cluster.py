"""Namespaces, aggregated APIs, and events that nothing else explains."""

from __future__ import annotations

from testenv.diagnosis.case import crash_loop, fault
from testenv.diagnosis.cases.autoscaling import hpa
from testenv.diagnosis.objects import condition, make
from testenv.diagnosis.world import World, find_app


@fault("namespace-terminating", "Namespace/old-shop", "finalizer|kafka")
def namespace_stuck_in_deletion(world: World) -> None:
    world.add(
        make(
            "Namespace",
            "old-shop",
            namespace=None,
            metadata={"deletionTimestamp": "2026-03-10T09:00:00Z"},
            spec={"finalizers": ["kubernetes"]},
            status={
                "phase": "Terminating",
                "conditions": [
                    condition(
                        "NamespaceFinalizersRemaining",
                        "True",
                        "SomeFinalizersRemain",
                        "Some content in the namespace has finalizers remaining: kafka.strimzi.io/topics in 3 resource instances",
                        since=170,
                    )
                ],
            },
        )
    )


@fault("application-error crash certificate-untrusted", "Deployment/metrics-server", "metrics-server|x509")
def metrics_server_down_breaks_the_autoscaler(world: World) -> None:
    server = find_app(world, "metrics-server")
    crash_loop(
        world,
        server,
        log="panic: unable to load configmap based request-header-client-ca-file: x509: malformed certificate",
    )
    api = world.find("APIService", "v1beta1.metrics.k8s.io")
    api["status"]["conditions"] = [
        condition(
            "Available",
            "False",
            "MissingEndpoints",
            'endpoints for service/metrics-server in "kube-system" have no addresses with port name "https"',
        )
    ]
    text = "failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server is currently unable to handle the request (get pods.metrics.k8s.io)"
    one = hpa(
        world, "web", conditions=[condition("ScalingActive", "False", "FailedGetResourceMetric", text)], usage=None
    )
    world.warn(one, "FailedGetResourceMetric", text, count=50)


@fault("api-service-down", "APIService/v1beta1.custom.metrics.k8s.io", "custom-metrics|does not exist")
def aggregated_api_without_service(world: World) -> None:
    world.add(
        make(
            "APIService",
            "v1beta1.custom.metrics.k8s.io",
            namespace=None,
            api="apiregistration.k8s.io/v1",
            spec={"service": {"name": "custom-metrics", "namespace": "monitoring"}, "group": "custom.metrics.k8s.io"},
            status={
                "conditions": [
                    condition(
                        "Available", "False", "ServiceNotFound", 'service/custom-metrics in "monitoring" is not present'
                    )
                ]
            },
        )
    )


@fault("warning-events", "Service/web", "FailedToUpdateEndpointSlices|repeated")
def repeated_warnings_nothing_explains(world: World) -> None:
    world.warn(
        world.find("Service", "web"),
        "FailedToUpdateEndpointSlices",
        "Error updating Endpoint Slices for Service shop/web: etcdserver: request timed out",
        count=25,
        first=40,
        source="endpoint-slice-controller",
    )
