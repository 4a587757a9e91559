"""A small cluster whose time stands still, and short ways to act on it and to look at it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from simulator.server.garbage import GarbageCollector
from simulator.store import Object, Store
from simulator.world.objects import (
    find_condition,
    is_ready,
    is_terminating,
    labels_of,
    with_annotations,
    with_metadata,
    with_spec,
)
from simulator.world.opening import open_world
from simulator.world.scenarios.manifests import App, namespace, service, workload
from simulator.world.world import World

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DEPLOYMENTS = "deployments.apps"
FAULT = "hexaops.dev/fault"


@dataclass
class Stage:
    """The world under test."""

    world: World

    @property
    def store(self) -> Store:
        """The objects."""
        return self.world.store

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.world.advance(seconds)

    def deploy(self, app: App, **spec: Any) -> str:
        """Apply an application; returns its resource."""
        resource, obj = workload(app)
        self.store.create(resource, with_spec(obj, **spec))
        return resource

    def serve(self, app: App) -> None:
        """Put a Service in front of an application."""
        self.store.create("services", service(app, "10.96.1.1"))

    def change(self, app: App, resource: str = DEPLOYMENTS, **spec: Any) -> None:
        """Set fields of a workload's spec."""
        self.store.update(resource, with_spec(self.get(app, resource), **spec))

    def get(self, app: App, resource: str = DEPLOYMENTS) -> Object:
        """A workload as it is now."""
        return self.store.get(resource, app.namespace, app.name)

    def status(self, app: App, resource: str = DEPLOYMENTS) -> dict[str, Any]:
        """A workload's status."""
        return dict(self.get(app, resource)["status"])

    def set_image(self, app: App, image: str, resource: str = DEPLOYMENTS) -> None:
        """Change the template's image."""
        template = self.get(app, resource)["spec"]["template"]
        container = {**template["spec"]["containers"][0], "image": image}
        changed = {**template, "spec": {**template["spec"], "containers": [container]}}
        self.change(app, resource, template=changed)

    def restart(self, app: App, resource: str = DEPLOYMENTS) -> None:
        """Restart as kubectl does: an annotation with the time."""
        template = self.get(app, resource)["spec"]["template"]
        annotations = {"kubectl.kubernetes.io/restartedAt": self.store.clock.now().isoformat()}
        metadata = {**template.get("metadata", {}), "annotations": annotations}
        self.change(app, resource, template={**template, "metadata": metadata})

    def pods(self, app: App, *, leaving: bool = False) -> list[Object]:
        """The pods of an application, by name; those on their way out only when asked for."""
        found = [pod for pod in self.store.list("pods", app.namespace) if labels_of(pod).get("app") == app.name]
        return [pod for pod in found if leaving or not is_terminating(pod)]

    def ready(self, app: App) -> int:
        """How many pods of an application are ready."""
        return sum(is_ready(pod) for pod in self.pods(app))

    def names(self, app: App) -> list[str]:
        """The names of an application's pods."""
        return [pod["metadata"]["name"] for pod in self.pods(app)]

    def annotate(self, resource: str, obj: Object, **annotations: str | None) -> Object:
        """Set or take away annotations, with `__` for `.` and `_` for `-` in their names left to the caller."""
        current = self.store.get(resource, obj["metadata"].get("namespace", ""), obj["metadata"]["name"])
        return self.store.update(resource, with_annotations(current, **annotations))

    def break_pod(self, pod: Object, kind: str | None) -> None:
        """Annotate a pod with a fault, or heal it."""
        self.annotate("pods", pod, **{FAULT: kind})

    def finalize(self, resource: str, obj: Object, finalizers: list[str]) -> None:
        """Set an object's finalizers."""
        self.store.update(resource, with_metadata(obj, finalizers=finalizers))

    def container(self, pod: Object) -> dict[str, Any]:
        """The status of a pod's first container now."""
        found = self.store.get("pods", pod["metadata"]["namespace"], pod["metadata"]["name"])
        return dict(found["status"]["containerStatuses"][0])

    def condition(self, app: App, kind: str, resource: str = DEPLOYMENTS) -> dict[str, Any]:
        """A condition of a workload; empty when it has none of that type."""
        return find_condition(self.get(app, resource), kind) or {}

    def events(self, reason: str, name: str = "") -> list[Object]:
        """Events with a reason, about objects whose name begins so."""
        return [
            event
            for event in self.store.list("events")
            if event["reason"] == reason and event["involvedObject"]["name"].startswith(name)
        ]

    def slice_of(self, app: App) -> list[dict[str, Any]]:
        """The endpoints in the application's EndpointSlices."""
        slices = self.store.list("endpointslices.discovery.k8s.io", app.namespace)
        mine = [found for found in slices if labels_of(found).get("kubernetes.io/service-name") == app.name]
        return [endpoint for found in mine for endpoint in found["endpoints"]]


def make_app(name: str = "shop", *, replicas: int = 3, kind: str = "Deployment", memory: str = "128Mi") -> App:
    """An ordinary application."""
    return App("team", name, f"{name}:1.0", replicas, ("100m", memory), ("500m", memory), kind=kind)


def make_stage(scenario: str = "empty") -> Stage:
    """A started world at noon, with a namespace `team`."""
    world = open_world(scenario, speed=0, now=NOON, seed=7)
    GarbageCollector(world.store)
    world.start()
    if scenario == "empty":
        world.store.create("namespaces", namespace("team"))
    world.settle()
    return Stage(world)
