"""The questions of the transcript's second part, on a real control plane with the applications of `port.json`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tools.transcript_questions import NODES, PODS, REPLICAS, Objects, Question, illness, nodes, of_one, pending, scales


def _images_of(name: str) -> Callable[[Objects], list[str]]:
    return lambda objects: [objects.container(name)["image"]]


def _limit_of(name: str) -> Callable[[Objects], list[str]]:
    return lambda objects: [f"memory limit of {objects.container(name)['resources']['limits']['memory']}"]


def _pending_of(name: str) -> Callable[[Objects], list[str]]:
    return lambda objects: [one for one in pending(objects) if one.startswith(f"{name}-")]


def _restarts(objects: Objects) -> Sequence[str]:
    return [
        f"{name}: {count} restart" for name, _, count in objects.pods() if name.startswith("crane-control") and count
    ]


def _running(project: str) -> Callable[[Objects], list[str]]:
    def expected(objects: Objects) -> list[str]:
        here = {one["metadata"]["name"] for kind in ("Deployment", "StatefulSet", "DaemonSet")
                for one in objects.by_kind[kind] if one["metadata"]["namespace"] == project}  # fmt: skip
        ready = [name for name, count, _ in objects.workloads() if name in here and count]
        return [*ready, f"{len(ready)} of {len(here)} applications"]

    return expected


def _autoscaler(objects: Objects) -> list[str]:
    (one,) = objects.by_kind["HorizontalPodAutoscaler"]
    return [f"Yes: HorizontalPodAutoscaler {one['metadata']['name']}",
            f"between {one['spec']['minReplicas']} and {one['spec']['maxReplicas']} replicas"]  # fmt: skip


def _quota(objects: Objects) -> list[str]:
    (one,) = objects.by_kind["ResourceQuota"]
    status = one["status"]
    return [f"pods {status['used']['pods']} of {status['hard']['pods']}"]


def _claims(objects: Objects) -> list[str]:
    names = [one["metadata"]["name"] for one in objects.by_kind["PersistentVolumeClaim"]]
    found = [name for name in names if "manifest-store" in name]
    return [*found, f"{len(found)} volume claims"]


def _unserved(objects: Objects) -> list[str]:
    served = {
        (one["metadata"]["namespace"], one["metadata"]["labels"]["kubernetes.io/service-name"])
        for one in objects.by_kind["EndpointSlice"]
        if any(each.get("conditions", {}).get("ready") for each in one.get("endpoints") or ())
    }
    services = [one["metadata"] for one in objects.by_kind["Service"] if one["spec"].get("selector")]
    without = [one for one in services if (one["namespace"], one["name"]) not in served]
    return [*(f"{one['namespace']}/{one['name']}" for one in without), f"{len(without)} of {len(services)} Services"]


def _budgets(objects: Objects) -> list[str]:
    found = objects.by_kind["PodDisruptionBudget"]
    tight = [one["metadata"]["name"] for one in found if one["status"]["disruptionsAllowed"] == 0]
    return [*tight, f"{len(tight)} of {len(found)} disruption budgets"]


def _host(objects: Objects) -> list[str]:
    ingress = next(one for one in objects.by_kind["Ingress"] if one["metadata"]["name"] == "depot-agent")
    return [ingress["spec"]["rules"][0]["host"]]


def _refused_by(kind: str, name: str) -> Callable[[Objects], list[str]]:
    def expected(objects: Objects) -> list[str]:
        found = next(one for one in objects.by_kind[kind] if one["metadata"]["name"] == name)
        return ["I can't plan", f"{kind} {found['metadata']['name']}"]

    return expected


CLUSTER_QUESTIONS = (
    Question("What's running in the harbor project?", _running("harbor"), REPLICAS),
    Question("Which applications are unhealthy?", illness, REPLICAS),
    Question("Why does tide-forecast keep restarting?", _limit_of("tide-forecast"), "its template's memory limit"),
    Question("What is wrong with customs-gateway?", _images_of("customs-gateway"), "its image"),
    Question("Why are the toll-ledger pods pending?", _pending_of("toll-ledger"), PODS),
    Question("Why is rail-dispatch not fully ready?", of_one("rail-dispatch"), "its replicas"),
    Question("Is freight-quotes stopped?", of_one("freight-quotes"), "its replicas"),
    Question("How often has crane-control restarted?", _restarts, "the pods' restart counts"),
    Question("Are all nodes ready?", nodes, NODES),
    Question("Which app uses the most memory?"),
    Question("Is fleet-tracker autoscaled?", _autoscaler, "the HorizontalPodAutoscaler"),
    Question("How much of the quota of transit is used?", _quota, "the ResourceQuota's status"),
    Question("Which volumes does manifest-store have?", _claims, "the PersistentVolumeClaims"),
    Question("Which Services have no ready endpoints?", _unserved, "Services and EndpointSlices"),
    Question("Which disruption budgets block an eviction?", _budgets, "the PodDisruptionBudgets' status"),
    Question("Which host names lead to depot-agent?", _host, "the Ingress"),
    Question("Can depot-agent reach customs-gateway?", lambda _: ["No: Service customs-gateway has no ready endpoint"],
             "EndpointSlices"),
    Question("Restart invoice-engine", _refused_by("PodDisruptionBudget", "invoice-engine-pdb"), "its budget"),
    Question("Scale fleet-tracker to 6", _refused_by("HorizontalPodAutoscaler", "fleet-tracker"), "its autoscaler"),
    Question("Scale yard-scanner to 4", scales("yard-scanner", 4), "its replicas"),
)  # fmt: skip
