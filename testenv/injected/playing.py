"""A simulated cluster in which a scenario is played: other applications around, the fault, time, and a snapshot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any

from hexaops.analysis.diagnosis import Finding, Severity, Snapshot, diagnose
from simulator.server.garbage import GarbageCollector
from simulator.status import StatusError
from simulator.store import Object
from simulator.world.index import Workload
from simulator.world.objects import with_spec
from simulator.world.opening import open_world
from simulator.world.scenarios.manifests import App, namespace, service, workload
from simulator.world.world import World

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DEPLOYMENTS = "deployments.apps"
STATEFUL_SETS = "statefulsets.apps"
SPACE = "store"
_NAMES = (
    "catalog", "cart", "checkout", "search", "reviews", "pricing", "ledger", "mailer", "geo", "media", "auth",
    "profile", "feeds", "invoices", "tracker", "recommender",
)  # fmt: skip
_LISTED = (
    "pods", "services", "nodes", "namespaces", "events", "configmaps", "persistentvolumeclaims", "persistentvolumes",
    "resourcequotas", "limitranges", DEPLOYMENTS, STATEFUL_SETS, "daemonsets.apps", "replicasets.apps", "jobs.batch",
    "cronjobs.batch", "horizontalpodautoscalers.autoscaling", "poddisruptionbudgets.policy",
    "ingresses.networking.k8s.io", "networkpolicies.networking.k8s.io", "endpointslices.discovery.k8s.io",
    "storageclasses.storage.k8s.io",
)  # fmt: skip


@dataclass
class Play:
    """One scenario with one seed: the cluster, the application that it is about, and what its programs write."""

    seed: int
    world: World = field(init=False)
    dice: Random = field(init=False)
    app: App = field(init=False)
    """What the fault is about."""
    others: list[App] = field(init=False)
    words: dict[str, str] = field(default_factory=dict)
    """Last words of the programs of an application, by its name."""

    def __post_init__(self) -> None:
        self.dice = Random(self.seed)  # noqa: S311 # dice of a play, not a secret
        self.world = open_world("empty", speed=0, now=NOON, seed=self.seed)
        GarbageCollector(self.world.store)
        self.world.start()
        self.create("namespaces", namespace(SPACE))
        names = self.dice.sample(_NAMES, self.dice.randrange(4, 8))
        self.app, *self.others = [self.deploy(name) for name in names]
        self.advance(self.dice.randrange(600, 3600))
        self._restart(self.dice.choice(self.others))
        self.advance(self.dice.randrange(900, 3600))

    def deploy(self, name: str, *, kind: str = "Deployment", image: str = "", replicas: int = 0, port: int = 80) -> App:
        """An application with its Service."""
        memory = self.dice.choice(["128Mi", "256Mi", "512Mi"])
        app = App(
            SPACE,
            name,
            image or f"registry.example.com/{name}:{self.dice.randrange(1, 9)}.{self.dice.randrange(9)}",
            replicas or self.dice.randrange(1, 4),
            (self.dice.choice(["50m", "100m", "200m"]), memory),
            ("500m", memory),
            kind=kind,
        )
        resource, made = workload(app)
        self.create(resource, made)
        self.create(
            "services", service(app, f"10.96.{self.dice.randrange(1, 250)}.{self.dice.randrange(2, 250)}", port=port)
        )
        return app

    def create(self, resource: str, made: Object) -> Object:
        """Create an object."""
        return self.world.store.create(resource, made)

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.world.settle()
        self.world.advance(seconds)

    def change(self, app: App, resource: str = DEPLOYMENTS, **spec: Any) -> None:
        """Set fields of a workload's spec."""
        self.world.store.update(resource, with_spec(self.get(app.name, resource), **spec))

    def template(self, app: App, resource: str = DEPLOYMENTS, **fields: Any) -> None:
        """Set fields of the pod spec of a workload's template; those of its container under `container`."""
        template = self.get(app.name, resource)["spec"]["template"]
        container = {**template["spec"]["containers"][0], **fields.pop("container", {})}
        spec = {**template["spec"], **fields, "containers": [container]}
        self.change(app, resource, template={**template, "spec": spec})

    def get(self, name: str, resource: str = DEPLOYMENTS, space: str = SPACE) -> Object:
        """An object as it is now."""
        return self.world.store.get(resource, space, name)

    def pods(self, app: App) -> list[Object]:
        """The pods of an application."""
        found = self.world.store.list("pods", app.namespace)
        return [pod for pod in found if pod["metadata"].get("labels", {}).get("app") == app.name]

    def breaks(self, app: App, kind: str, words: str = "") -> None:
        """Give all pods of an application a fault that leaves no trace but its symptoms."""
        self.world.faults.break_workload(Workload(app.kind, app.namespace, app.name), kind)
        if words:
            self.words[app.name] = words

    def _restart(self, app: App) -> None:
        template = self.get(app.name)["spec"]["template"]
        metadata = {**template["metadata"], "annotations": {"kubectl.kubernetes.io/restartedAt": "2026-03-01"}}
        self.change(app, template={**template, "metadata": metadata})

    def snapshot(self) -> Snapshot:
        """What a diagnosis reads now."""
        objects = [one for resource in _LISTED for one in self.world.store.list(resource)]
        return Snapshot(self.world.store.clock.now().timestamp(), objects, logs=self._logs())

    def _logs(self) -> dict[str, str]:
        found = {}
        for pod in self.world.store.list("pods"):
            space, name = pod["metadata"].get("namespace", ""), pod["metadata"]["name"]
            for status in (pod.get("status") or {}).get("containerStatuses") or ():
                if status.get("ready") and not status.get("restartCount"):
                    continue
                said = self.words.get(str(pod["metadata"].get("labels", {}).get("app")), "")
                lines = [] if said else self._written(space, name, status["name"])
                found[f"{space}/{name}/{status['name']}"] = said or "\n".join(lines)
        return {key: said for key, said in found.items() if said}

    def _written(self, space: str, pod: str, container: str) -> list[str]:
        for previous in (True, False):
            try:
                lines = self.world.logs.lines(space, pod, container, tail=60, previous=previous)
            except StatusError:  # it never restarted, or has not started yet
                continue
            if lines:
                return [text for _, text in lines]
        return []


@dataclass(frozen=True)
class Scenario:
    """What is done to a cluster, and what a diagnosis must say of it; without `about` it is a healthy control."""

    name: str
    act: Callable[[Play], Any]
    about: tuple[str, ...] = ()
    """Objects that are right, as `Kind/name`; `{app}` is the application's name, and `*` at the end any ending."""
    says: tuple[str, ...] = ()
    """One of these words is in the finding or its cause."""
    fix: tuple[str, ...] = ()
    """Actions of a fix that would mend it; empty where only a person or another system can."""
    minutes: int = 15
    """How long it goes on before the diagnosis."""


@dataclass(frozen=True)
class Outcome:
    """How a diagnosis did on one run."""

    scenario: Scenario
    seed: int
    findings: list[Finding]
    app: str

    @property
    def grave(self) -> list[Finding]:
        """The findings above `low`."""
        return [one for one in self.findings if one.severity > Severity.LOW]

    def is_right(self, one: Finding) -> bool:
        """Whether a finding names a right object and the cause."""
        named = f"{one.subject.kind}/{one.subject.name}"
        wanted = [text.format(app=self.app) for text in self.scenario.about]
        if not any(named == text or (text.endswith("*") and named.startswith(text[:-1])) for text in wanted):
            return False
        said = f"{one.finding} {one.cause}".lower()
        return any(word.lower() in said for word in self.scenario.says)

    @property
    def first(self) -> bool:
        """Whether the first finding is the cause."""
        return bool(self.grave) and self.is_right(self.grave[0])

    @property
    def mended(self) -> bool:
        """Whether the fix of the cause is of a right kind."""
        return self.first and self.grave[0].fix is not None and str(self.grave[0].fix.action) in self.scenario.fix


def play(scenario: Scenario, seed: int) -> Outcome:
    """Play a scenario with this seed, and diagnose the cluster afterwards."""
    stage = Play(seed)
    scenario.act(stage)
    stage.advance(scenario.minutes * 60 + stage.dice.randrange(0, 240))
    return Outcome(scenario, seed, diagnose(stage.snapshot()), stage.app.name)
