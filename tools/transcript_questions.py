"""The questions of `tools/transcript.py`, each with what the API server's objects say its answer must hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hexaops.kit.quantities import parse_quantity

Raw = Mapping[str, Any]
WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet")


@dataclass(frozen=True)
class Objects:
    """The cluster's objects by kind, at one moment."""

    by_kind: Mapping[str, Sequence[Raw]]

    def workloads(self) -> Iterator[tuple[str, int, int]]:
        """Name, ready and wanted replicas."""
        for kind in WORKLOADS:
            for one in self.by_kind[kind]:
                status = one.get("status", {})
                if kind == "DaemonSet":
                    yield one["metadata"]["name"], status.get("numberReady", 0), status["desiredNumberScheduled"]
                else:
                    yield one["metadata"]["name"], status.get("readyReplicas", 0), one["spec"]["replicas"]

    def workload(self, name: str) -> Raw:
        """One by its name."""
        found = (one for kind in WORKLOADS for one in self.by_kind[kind] if one["metadata"]["name"] == name)
        return next(found)

    def container(self, name: str) -> Raw:
        """The first container of a workload's template."""
        first: Raw = self.workload(name)["spec"]["template"]["spec"]["containers"][0]
        return first

    def pods(self) -> Iterator[tuple[str, str, int]]:
        """Name, phase and restarts."""
        for one in self.by_kind["Pod"]:
            statuses = one.get("status", {}).get("containerStatuses", ())
            yield one["metadata"]["name"], one["status"]["phase"], sum(each["restartCount"] for each in statuses)


def _nothing(_objects: Objects) -> Sequence[str]:
    return ()


@dataclass(frozen=True)
class Question:
    """What is asked; `expects` gives words that a true answer holds, `against` says what they were read from."""

    text: str
    expects: Callable[[Objects], Sequence[str]] = _nothing
    against: str = ""


def _replicas(objects: Objects) -> list[str]:
    return [f"{name}: {ready}/{wanted}" for name, ready, wanted in objects.workloads()]


def illness(objects: Objects) -> list[str]:
    """Those with fewer ready replicas than wanted."""
    ill = [f"{name}: {ready}/{wanted}" for name, ready, wanted in objects.workloads() if ready < wanted]
    return [*ill, f"{len(ill)} of {len([*objects.workloads()])} applications"]


def _pods_of(name: str) -> Callable[[Objects], list[str]]:
    """How many of the wanted pods of one are ready."""
    return lambda objects: [f"{ready} of {wanted} pods" for one, ready, wanted in objects.workloads() if one == name]


def of_one(name: str) -> Callable[[Objects], list[str]]:
    """Ready and wanted replicas of one."""
    return lambda objects: [f"{ready}/{wanted}" for one, ready, wanted in objects.workloads() if one == name]


def nodes(objects: Objects) -> list[str]:
    """Every node's name, and how many are ready."""
    names = [one["metadata"]["name"] for one in objects.by_kind["Node"]]
    ready = sum(
        any(each["type"] == "Ready" and each["status"] == "True" for each in one["status"]["conditions"])
        for one in objects.by_kind["Node"]
    )
    return [*names, f"{ready} of {len(names)} nodes"]


def _crashing(objects: Objects) -> list[str]:
    """Pods whose container waits to be started again."""
    return [
        one["metadata"]["name"]
        for one in objects.by_kind["Pod"]
        for each in one.get("status", {}).get("containerStatuses", ())
        if each.get("state", {}).get("waiting", {}).get("reason") == "CrashLoopBackOff"
    ]


def pending(objects: Objects) -> list[str]:
    """Names of pods that no node has taken."""
    return [name for name, phase, _ in objects.pods() if phase == "Pending"]


def _restarted(objects: Objects) -> list[str]:
    restarted = [(name, count) for name, _, count in objects.pods() if count]
    return [f"{name}: {count} restart" for name, count in restarted] + [f"{len(restarted)} of"]


def _images(objects: Objects) -> list[str]:
    """Escaped as Markdown has it."""
    names = [name for name, _, _ in objects.workloads()]
    return [f"{name} runs {objects.container(name)['image']}".replace("_", "\\_") for name in names]


def _services(objects: Objects) -> list[str]:
    found = [one for one in objects.by_kind["Service"] if one["metadata"]["namespace"] != "default"]
    return [f"{one['metadata']['namespace']}/{one['metadata']['name']}" for one in found]


def _project(name: str) -> Callable[[Objects], list[str]]:
    def expected(objects: Objects) -> list[str]:
        return [
            one["metadata"]["name"]
            for kind in WORKLOADS
            for one in objects.by_kind[kind]
            if one["metadata"]["namespace"] == name
        ]

    return expected


def scales(name: str, to: int) -> Callable[[Objects], list[str]]:
    """From how many replicas to how many a plan goes."""
    return lambda objects: [f"from {objects.workload(name)['spec']['replicas']} to {to}"]


def _port(name: str) -> Callable[[Objects], list[str]]:
    def expected(objects: Objects) -> list[str]:
        service = next(one for one in objects.by_kind["Service"] if one["metadata"]["name"] == name)
        numbers = [str(port["port"]) for port in service["spec"]["ports"]]
        return [f"the {'port' if len(numbers) == 1 else 'ports'} {', '.join(numbers)}"]

    return expected


def _kept_out(namespace: str) -> Callable[[Objects], list[str]]:
    """The policy that admits other namespaces only."""

    def expected(objects: Objects) -> list[str]:
        (policy,) = objects.by_kind["NetworkPolicy"]
        peers = [one["namespaceSelector"]["matchLabels"] for one in policy["spec"]["ingress"][0]["from"]]
        kept = all(namespace not in labels.values() for labels in peers)
        return [f"No: NetworkPolicy {policy['metadata']['name']} keeps" if kept else "Yes:"]

    return expected


def _requests_memory(name: str) -> Callable[[Objects], list[str]]:
    return lambda objects: [objects.container(name)["resources"]["requests"]["memory"]]


def _services_of(project: str) -> Callable[[Objects], list[str]]:
    return lambda objects: [name for name in _services(objects) if name.startswith(f"{project}/")]


def _hosts(objects: Objects) -> list[str]:
    """Escaped as Markdown has it."""
    rules = [rule for one in objects.by_kind["Ingress"] for rule in one["spec"]["rules"]]
    return [rule["host"].rpartition(".")[0] + "\\." + rule["host"].rpartition(".")[2] for rule in rules]


def _jobs(objects: Objects) -> list[str]:
    names = [f"{one['metadata']['namespace']}/{one['metadata']['name']}: succeeded" for one in objects.by_kind["Job"]]
    return [f"{len(names)} Jobs", *names]


def _names_in_variables(name: str) -> Callable[[Objects], list[str]]:
    """Workloads whose variables name the Service."""

    def expected(objects: Objects) -> list[str]:
        return [
            one
            for one, _, _ in objects.workloads()
            if any(each.get("value", "").startswith(name) for each in objects.container(one).get("env", ()))
        ]

    return expected


def _versions(objects: Objects) -> list[str]:
    return [one["status"]["nodeInfo"]["kubeletVersion"] for one in objects.by_kind["Node"]]


def _untainted(objects: Objects) -> list[str]:
    tainted = [one for one in objects.by_kind["Node"] if one["spec"].get("taints")]
    return [f"{len(tainted) or 'None'} of {len(objects.by_kind['Node'])} node"]


def _restarted_of(name: str) -> Callable[[Objects], list[str]]:
    return lambda objects: [
        f"{pod}: {count} restart" for pod, _, count in objects.pods() if count and pod.startswith(f"{name}-")
    ]


def _not_forbidding_root(objects: Objects) -> list[str]:
    names = [name for name, _, _ in objects.workloads()]
    open_to_it = [one for one in names if not objects.container(one).get("securityContext", {}).get("runAsNonRoot")]
    return [f"{len(open_to_it)} of {len(names)} applications do not forbid it"]


REPLICAS, PODS, NODES = "replicas of every workload", "the pods' states", "the nodes' conditions"


def _room(name: str, wanted: int) -> Callable[[Objects], list[str]]:
    """Whether so many more pods of one fit on the nodes, by requests; the few pods of kube-system are not read here."""

    def left(objects: Objects) -> list[str]:
        need = objects.container(name)["resources"]["requests"]
        total = 0
        for node in objects.by_kind["Node"]:
            counts = []
            for resource, amount in need.items():
                taken = sum(
                    parse_quantity(each.get("resources", {}).get("requests", {}).get(resource, 0))
                    for pod in objects.by_kind["Pod"]
                    if pod["spec"].get("nodeName") == node["metadata"]["name"]
                    for each in pod["spec"]["containers"]
                )
                free = parse_quantity(node["status"]["allocatable"][resource]) - taken
                counts.append(int((free + 1e-9) / parse_quantity(amount)))
            total += max(0, min(counts))
        return [f"Yes: {wanted} more {name} pods fit" if total >= wanted else f"No: only {total} of {wanted}"]

    return left


Has = Callable[[Raw, Raw], bool]
"""Whether an object (second) is one for a workload (first) of its namespace."""


def _selected(workload: Raw, policy: Raw) -> bool:
    wanted = policy["spec"]["podSelector"].get("matchLabels", {})
    return bool(wanted.items() <= workload["spec"]["template"]["metadata"]["labels"].items())


def _budgeted(workload: Raw, budget: Raw) -> bool:
    wanted = budget["spec"]["selector"].get("matchLabels", {})
    return bool(wanted.items() <= workload["spec"]["template"]["metadata"]["labels"].items())


def _scaled(workload: Raw, scaler: Raw) -> bool:
    return bool(scaler["spec"]["scaleTargetRef"]["name"] == workload["metadata"]["name"])


def _without(kind: str, has: Has) -> Callable[[Objects], list[str]]:
    """How many workloads have no object of a kind, and their names; nobody scales a DaemonSet."""

    def lacking(objects: Objects) -> list[str]:
        kinds = WORKLOADS[:2] if kind == "HorizontalPodAutoscaler" else WORKLOADS
        every = [one for each in kinds for one in objects.by_kind[each]]
        names = [
            one["metadata"]["name"]
            for one in every
            if not any(
                other["metadata"]["namespace"] == one["metadata"]["namespace"] and has(one, other)
                for other in objects.by_kind[kind]
            )
        ]
        return [f"{len(names)} of {len(every)} applications", *names]

    return lacking


def _configured(name: str) -> Callable[[Objects], list[str]]:
    """The image of one, what it requests, and the ConfigMaps of its variables."""

    def told(objects: Objects) -> list[str]:
        container = objects.container(name)
        maps = [each["configMapRef"]["name"] for each in container.get("envFrom", ()) if "configMapRef" in each]
        return [container["image"], *container["resources"]["requests"].values(), *maps]

    return told


def _leads_to(name: str) -> Callable[[Objects], list[str]]:
    """The Service of one, and its pods."""

    def told(objects: Objects) -> list[str]:
        labels = objects.workload(name)["spec"]["template"]["metadata"]["labels"]
        services = [
            one["metadata"]["name"]
            for one in objects.by_kind["Service"]
            if one["spec"].get("selector") and one["spec"]["selector"].items() <= labels.items()
        ]
        return [*services, *(pod for pod, _, _ in objects.pods() if pod.startswith(f"{name}-"))]

    return told


def _last_job(objects: Objects) -> list[str]:
    """The newest Job of the backup, and that it succeeded."""
    jobs = [one for one in objects.by_kind["Job"] if "backup" in one["metadata"]["name"]]
    newest = max(jobs, key=lambda one: one["status"]["startTime"])
    lead = "Yes: the last Job" if newest["status"].get("succeeded") else "No: the last Job"
    return [lead, newest["metadata"]["name"]]


def _places(name: str) -> Callable[[Objects], list[str]]:
    """The nodes of the pods of one."""
    return lambda objects: [
        f"{pod['metadata']['name']}: on {pod['spec']['nodeName']}"
        for pod in objects.by_kind["Pod"]
        if pod["metadata"]["name"].startswith(f"{name}-")
    ]


QUESTIONS = (
    Question("What's the status of my applications?", _replicas, REPLICAS),
    Question("How many applications are running?", _replicas, REPLICAS),
    Question("Which applications are unhealthy?", illness, REPLICAS),
    Question("Is web-app healthy?", of_one("web-app"), "its replicas"),
    Question("How many replicas does api-service have?", of_one("api-service"), "its replicas"),
    Question("What is wrong with database-app?", _crashing, PODS),
    Question("Why is cache-service pending?", pending, PODS),
    Question("Which pods are failing?", _crashing, PODS),
    Question("Which pods have restarted most?", _restarted, "the pods' restart counts"),
    Question("How many pods does search-engine have?", _pods_of("search-engine"), "its ready pods"),
    Question("Are all nodes ready?", nodes, NODES),
    Question("Which node is busiest?", lambda objects: nodes(objects)[:-1], "the nodes' names"),
    Question("How many nodes are there?", nodes, NODES),
    Question("How much memory does web-app use?"),
    Question("Which application uses the most CPU?"),
    Question("Are there any alerts?", lambda objects: illness(objects)[:-1], REPLICAS),
    Question("Show me the events of the last hour"),
    Question("What changed in the last day?"),
    Question("Which images are running?", _images, "the images of every template"),
    Question("Which services are there?", _services, "every Service"),
    Question("What are the limits of api-service?", _requests_memory("api-service"), "its template"),
    Question("Which apps are in the data project?", _project("data"), "the workloads of the namespace"),
    Question("Show the logs of database-app"),
    Question("Any errors in the logs of the last 30 minutes?"),
    Question("What does database-app log before it crashes?"),
    Question("How much does this workspace cost?"),
    Question("Which application costs the most?"),
    Question("Where can I save money?"),
    Question("Which requests are too large?"),
    Question("Is anything unusual going on?"),
    Question("When will a volume run out of space?"),
    Question("Will memory run out on any node?"),
    Question("Are there security problems?"),
    Question("Can web-app reach database-app?", _kept_out("frontend"), "the network policies"),
    Question("Can web-app connect to cache-service on port 6379?", _port("cache-service"), "the Service's ports"),
    Question("Can web-app connect to cache-service on port 80?", lambda _: ["No:"], "the Service's ports"),
    Question("Run a health check on web-app", of_one("web-app"), "its replicas"),
    Question("Run health checks", lambda objects: illness(objects)[-1:], REPLICAS),
    Question("Create a dashboard for api-service"),
    Question("Alert me when memory of web-app is above 80 % for 10 minutes", lambda _: ["memory above 80 %", "10m"]),
    Question("Create an alert for cache-service"),
    Question("Acknowledge all alerts"),
    Question("Collect diagnostics of database-app"),
    Question("Restart database-app", lambda _: ["Nothing has been changed."]),
    Question("Scale web-app to 5", scales("web-app", 5), "its replicas"),
    Question("Restart the failing pods", lambda _: ["Nothing has been changed."]),
    Question("Stop worker-app", scales("worker-app", 0), "its replicas"),
    Question("Set LOG_LEVEL=debug on api-service"),
    Question("Autoscale api-service between 2 and 6 pods at 70% cpu"),
    Question(
        "Roll web-app back to the previous version",
        lambda objects: [objects.container("web-app")["image"]],
        "its image",
    ),
    Question("What happens if I restart web-app?"),
    Question("Don't restart anything"),
    Question("Delete message-queue"),
    Question("Drain worker-node-1"),
    Question("Do I have backups?"),
    Question("How do I fix an ImagePullBackOff?"),
    Question("Why does my HPA not scale?"),
    Question("What is a finalizer?"),
    Question("Which services are there in the data project?", _services_of("data"), "the Services of the namespace"),
    Question("Is anything reachable from the internet?", _hosts, "the Ingresses' hosts"),
    Question("Did the nightly backup job succeed?", _jobs, "the Jobs"),
    Question("What would break if database-app died?", _names_in_variables("database-app"), "the templates' variables"),
    Question("Which project is most expensive?"),
    Question("Which node has the most free memory?", lambda objects: nodes(objects)[:-1], "the nodes' names"),
    Question("What version of Kubernetes do the nodes run?", _versions, "the nodes' kubelets"),
    Question("Are there any taints on the nodes?", _untainted, "the nodes' taints"),
    Question(
        "Has notification-service restarted lately?", _restarted_of("notification-service"), "its pods' restart counts"
    ),
    Question("Which containers run as root?", _not_forbidding_root, "every template"),
    Question("Is there room for 3 more web-app pods?", _room("web-app", 3), "requests of all pods, and the nodes"),
    Question("Which services have no network policy?", _without("NetworkPolicy", _selected), "the network policies"),
    Question("Which deployments do not have an autoscaler?", _without("HorizontalPodAutoscaler", _scaled), "the HPAs"),
    Question("Which apps have no pod disruption budget?", _without("PodDisruptionBudget", _budgeted), "the budgets"),
    Question("What config does worker-app have?", _configured("worker-app"), "its template"),
    Question("What does service web-app point to?", _leads_to("web-app"), "the Services and their endpoints"),
    Question("Did the nightly backup work?", _last_job, "the Jobs"),
    Question("Which images are outdated?", lambda _: ["registries are not asked"]),
    Question("What is a readiness probe?"),
    Question("Which node is web-app on?", _places("web-app"), "its pods"),
    Question("What can you do?"),
    Question("Thanks, that's all"),
)
