"""The default scenario: the documents' own world, with a past.

It is not written down but lived: the scenario applies its objects three weeks ago, and the control loops bring them
up, roll them, fail and back off in simulated time until now. So ages, restarts, events and logs agree with each other.
"""

from __future__ import annotations

from typing import Any

from simulator.store import Object, Store
from simulator.world import faults
from simulator.world.objects import labels_of, with_spec
from simulator.world.scenarios import shop
from simulator.world.scenarios.base import make_cluster
from simulator.world.scenarios.manifests import (
    App,
    admitting,
    autoscaler,
    budget,
    claim,
    config_map,
    ingress,
    namespace,
    service,
    workload,
)
from simulator.world.world import World

_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86400.0
AGE_SECONDS = 21 * _DAY
"""How long ago the cluster was made: the clock of the store has to start that far in the past."""
_WORKSPACE_LABELS = {"workspace": "production"}


def live_through(world: World) -> None:
    """Make the cluster and let it live until now. The world has to be started without periodic work."""
    timeline = (
        (21 * _DAY, _make_cluster),
        (20 * _DAY, _deploy_data),
        (19 * _DAY, _deploy_rest),
        (9 * _DAY, _update_api),
        (6 * _DAY, _stumble),
        (3 * _DAY, _schedule_backup),
        (2 * _DAY + 5 * _HOUR, _update_web),
        (42 * _MINUTE, _corrupt_database),
        (38 * _MINUTE, _grow_cache),
        (10 * _MINUTE, _make_autoscaler),
    )
    clock = world.store.clock
    end = clock.monotonic() + AGE_SECONDS
    for ago, step in (*timeline, (0.0, _arrive)):
        # A step takes time itself, and the clock may run on its own: what is left is measured, not counted.
        world.advance(max(0.0, end - ago - clock.monotonic()))
        step(world)


def _arrive(world: World) -> None:
    world.settle()


def _make_cluster(world: World) -> None:
    store = world.store
    make_cluster(store)
    for name in ("frontend", "backend", "data"):
        store.create("namespaces", namespace(name, _WORKSPACE_LABELS))
    for app in shop.SYSTEM_APPS:
        _apply(store, app)
    dns = service(shop.SYSTEM_APPS[0], "10.96.0.10", name="kube-dns", port=53)
    store.create("services", dns)


def _deploy_data(world: World) -> None:
    store = world.store
    for name, size in (("database-app-data", "100Gi"), ("database-app-backups", "50Gi")):
        store.create("persistentvolumeclaims", claim(shop.DATABASE_APP, name, size, ["ReadWriteMany"]))
    for app in shop.APPS:
        if app.namespace == "data":
            _apply(store, app)
    for app, address in (
        (shop.DATABASE_APP, "10.96.88.15"),
        (shop.CACHE_SERVICE, "10.96.112.40"),
        (shop.SEARCH_ENGINE, "None"),
        (shop.MESSAGE_QUEUE, "None"),
    ):
        store.create("services", service(app, address, port=app.port))
    store.create("poddisruptionbudgets.policy", budget(shop.MESSAGE_QUEUE, maxUnavailable=1))
    store.create("networkpolicies.networking.k8s.io", admitting(shop.DATABASE_APP, "backend", "data"))


def _deploy_rest(world: World) -> None:
    store, names = world.store, world.cluster.names
    names.wish("web-app-", ["5f7bd8c94", "7d8c9f5b6"])
    names.wish("web-app-7d8c9f5b6-", ["abc12", "def34", "ghi56"])
    settings = {"BATCH_SIZE": "50", "POLL_SECONDS": "5", "FEATURE_BULK_EXPORT": "off"}
    store.create("configmaps", config_map(shop.WORKER_APP, settings))
    for app in shop.APPS:
        if app.namespace != "data":
            older = {"web-app": "nginx:1.21.5", "api-service": "shop/api-service:2.4.0"}.get(app.name)
            _apply(store, app, image=older)
    store.create("services", service(shop.WEB_APP, "10.96.45.123", name="web-app-service"))
    store.create("services", service(shop.ADMIN_PORTAL, "10.96.45.171"))
    for number, app in enumerate((shop.API_SERVICE, shop.PAYMENT_SERVICE, shop.NOTIFICATION_SERVICE)):
        store.create("services", service(app, f"10.96.61.{20 + 7 * number}"))
    store.create("ingresses.networking.k8s.io", ingress(shop.WEB_APP, "shop.example.com", "web-app-service"))
    store.create("poddisruptionbudgets.policy", budget(shop.WEB_APP, minAvailable=2))
    hard = {
        "requests.cpu": "8",
        "requests.memory": "16Gi",
        "limits.cpu": "20",
        "limits.memory": "32Gi",
        "pods": "40",
    }
    metadata = {"name": "backend-quota", "namespace": "backend"}
    store.create("resourcequotas", {"metadata": metadata, "spec": {"hard": hard}})


def _update_api(world: World) -> None:
    _set_image(world.store, shop.API_SERVICE)


def _update_web(world: World) -> None:
    _set_image(world.store, shop.WEB_APP)


def _stumble(world: World) -> None:
    """One pod crashed once, days ago, and has run well since."""
    uid = _pods(world, shop.NOTIFICATION_SERVICE)[0]["metadata"]["uid"]
    world.faults.break_pod(uid, faults.CRASH_LOOP)
    world.advance(1.5)
    world.faults.heal_pod(uid)
    world.advance(10)


def _schedule_backup(world: World) -> None:
    container = {
        "name": "backup",
        "image": "shop/backup:1.0.4",
        "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"cpu": "500m", "memory": "256Mi"}},
        "imagePullPolicy": "IfNotPresent",
    }
    pod = {"containers": [container], "restartPolicy": "Never"}
    metadata = {"labels": {"app": "nightly-backup"}, "annotations": {"hexaops.dev/run-for": "4m"}}
    template = {"metadata": metadata, "spec": pod}
    world.store.create(
        "cronjobs.batch",
        {
            "metadata": {"name": "nightly-backup", "namespace": "data", "labels": {"app": "nightly-backup"}},
            "spec": {
                "schedule": "30 2 * * *",
                "concurrencyPolicy": "Forbid",
                "suspend": False,
                "successfulJobsHistoryLimit": 2,
                "failedJobsHistoryLimit": 1,
                "jobTemplate": {"metadata": {}, "spec": {"backoffLimit": 2, "template": template}},
            },
            "status": {},
        },
    )


def _corrupt_database(world: World) -> None:
    """One replica's own state is corrupted: that pod fails until it is replaced, its neighbours do not."""
    pods = sorted(_pods(world, shop.DATABASE_APP), key=lambda pod: str(pod["metadata"]["name"]))
    world.faults.break_pod(pods[0]["metadata"]["uid"], faults.CRASH_LOOP, story="corrupted-state")


def _grow_cache(world: World) -> None:
    """A second cache was asked for, and no node has the memory for it."""
    deployment = world.store.get("deployments.apps", "data", "cache-service")
    world.store.update("deployments.apps", with_spec(deployment, replicas=2))


def _make_autoscaler(world: World) -> None:
    # Made as old as the rest, but late: an autoscaler looks every fifteen seconds, and its past shows nowhere.
    made = autoscaler(shop.PAYMENT_SERVICE, least=2, most=6, cpu_percent=70)
    deployment = world.store.get("deployments.apps", "backend", "payment-service")
    made["metadata"]["creationTimestamp"] = deployment["metadata"]["creationTimestamp"]
    world.store.create("horizontalpodautoscalers.autoscaling", made)


def _apply(store: Store, app: App, *, image: str | None = None) -> None:
    resource, obj = workload(app)
    if image is not None:
        obj["spec"]["template"] = _with_image(obj["spec"]["template"], image)
    store.create(resource, obj)


def _set_image(store: Store, app: App) -> None:
    deployment = store.get("deployments.apps", app.namespace, app.name)
    template = _with_image(deployment["spec"]["template"], app.image)
    store.update("deployments.apps", with_spec(deployment, template=template))


def _with_image(template: dict[str, Any], image: str) -> dict[str, Any]:
    first, *others = template["spec"]["containers"]
    return {**template, "spec": {**template["spec"], "containers": [{**first, "image": image}, *others]}}


def _pods(world: World, app: App) -> list[Object]:
    return [pod for pod in world.store.list("pods", app.namespace) if labels_of(pod).get("app") == app.name]
