"""Operator Lifecycle Manager, versions 0 and 1."""

from __future__ import annotations

from testenv.diagnosis.case import fault
from testenv.diagnosis.objects import Raw, ago, condition, make
from testenv.diagnosis.world import World

V0 = "operators.coreos.com/v1alpha1"


def subscription(world: World, **status: object) -> Raw:
    """A Subscription to an operator."""
    return world.add(
        make(
            "Subscription",
            "kafka",
            api=V0,
            spec={
                "name": "strimzi-kafka-operator",
                "channel": "stable",
                "source": "community",
                "sourceNamespace": "olm",
            },
            status={"state": "AtLatestKnown", **status},
        )
    )


@fault("olm-catalog", "CatalogSource/community", "TRANSIENT_FAILURE|community")
def catalog_source_unreachable(world: World) -> None:
    world.add(
        make(
            "CatalogSource",
            "community",
            api=V0,
            namespace="olm",
            spec={"sourceType": "grpc", "image": "quay.io/operatorhubio/catalog:lates"},
            status={
                "connectionState": {
                    "lastObservedState": "TRANSIENT_FAILURE",
                    "address": "community.olm.svc:50051",
                    "lastConnect": ago(2),
                }
            },
        )
    )
    subscription(
        world,
        state="",
        conditions=[
            condition(
                "CatalogSourcesUnhealthy",
                "True",
                "UnhealthyCatalogSourceFound",
                "targeted catalogsource olm/community is unhealthy",
            )
        ],
    )


@fault("olm-subscription", "Subscription/kafka", "ConstraintsNotSatisfiable|stable")
def subscription_cannot_be_resolved(world: World) -> None:
    subscription(
        world,
        state="",
        conditions=[
            condition(
                "ResolutionFailed",
                "True",
                "ConstraintsNotSatisfiable",
                "constraints not satisfiable: no operators found in channel stable of package strimzi-kafka-operator in the catalog referenced by subscription kafka",
            )
        ],
    )


@fault("olm-csv", "ClusterServiceVersion/kafka.v0.45", "InstallComponentFailed|timeout")
def service_version_failed(world: World) -> None:
    world.add(
        make(
            "ClusterServiceVersion",
            "kafka.v0.45",
            api=V0,
            status={
                "phase": "Failed",
                "reason": "InstallCheckFailed",
                "message": 'install timeout: InstallComponentFailed: deployment "strimzi" exceeded its progress deadline',
            },
        )
    )


@fault("olm-csv", "ClusterServiceVersion/kafka.v0.45", "requirements|kafkas.kafka.strimzi.io")
def service_version_misses_requirements(world: World) -> None:
    world.add(
        make(
            "ClusterServiceVersion",
            "kafka.v0.45",
            api=V0,
            age=120,
            status={
                "phase": "Pending",
                "reason": "RequirementsNotMet",
                "message": "one or more requirements couldn't be found",
                "lastTransitionTime": ago(100),
                "requirementStatus": [
                    {"kind": "CustomResourceDefinition", "name": "kafkas.kafka.strimzi.io", "status": "NotPresent"}
                ],
            },
        )
    )


@fault("olm-install-plan", "InstallPlan/install-x7", "approv")
def install_plan_waits_for_approval(world: World) -> None:
    world.add(
        make(
            "InstallPlan",
            "install-x7",
            api=V0,
            age=900,
            spec={"approval": "Manual", "approved": False, "clusterServiceVersionNames": ["kafka.v0.46"]},
            status={"phase": "RequiresApproval"},
        )
    )


@fault("olm-install-plan", "InstallPlan/install-x8", "failed|crd")
def install_plan_failed(world: World) -> None:
    world.add(
        make(
            "InstallPlan",
            "install-x8",
            api=V0,
            spec={"approval": "Automatic", "approved": True, "clusterServiceVersionNames": ["kafka.v0.46"]},
            status={
                "phase": "Failed",
                "conditions": [
                    condition(
                        "Installed",
                        "False",
                        "InstallComponentFailed",
                        'error validating existing CRs against new CRD\'s schema for "kafkas.kafka.strimzi.io"',
                    )
                ],
            },
        )
    )


@fault("olm-operator-group", "OperatorGroup/* Namespace/shop", "more than one|OperatorGroup")
def two_operator_groups(world: World) -> None:
    for name in ("one", "two"):
        world.add(make("OperatorGroup", name, api="operators.coreos.com/v1", spec={"targetNamespaces": ["shop"]}))


@fault("olm-extension", "ClusterExtension/argocd", "no bundles found|argocd")
def extension_not_installed(world: World) -> None:
    world.add(
        make(
            "ClusterExtension",
            "argocd",
            namespace=None,
            api="olm.operatorframework.io/v1",
            spec={"namespace": "argocd"},
            status={
                "conditions": [
                    condition(
                        "Progressing",
                        "True",
                        "Retrying",
                        'error for resolved bundle: no bundles found for package "argocd-operator" matching version "9.9.9"',
                        since=60,
                    ),
                    condition("Installed", "False", "Failed", "No bundle installed", since=60),
                ]
            },
        )
    )


@fault("olm-cluster-catalog", "ClusterCatalog/operatorhub", "manifest unknown|operatorhub")
def catalog_not_served(world: World) -> None:
    world.add(
        make(
            "ClusterCatalog",
            "operatorhub",
            namespace=None,
            api="olm.operatorframework.io/v1",
            spec={"source": {"type": "Image"}},
            status={
                "conditions": [
                    condition(
                        "Progressing",
                        "True",
                        "Retrying",
                        "source catalog content: error creating image source: reading manifest lates in quay.io/operatorhubio/catalog: manifest unknown",
                        since=50,
                    ),
                    condition("Serving", "False", "Unavailable", "", since=50),
                ]
            },
        )
    )
