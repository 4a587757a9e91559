"""Faults to inject: by annotation, as in `testenv/stages.yaml`, or hidden, by this registry.

The words are the same in both: `crash-loop`, `out-of-memory`, `image-pull`, `never-ready` for pods, `not-ready` for
nodes. A hidden fault belongs to one pod (by uid) and goes with it, or to a workload; it leaves no trace in the
objects but its symptoms, so that whoever diagnoses it has to find them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from simulator.store import Object
from simulator.world.index import Workload
from simulator.world.objects import annotations_of

ANNOTATION = "hexaops.dev/fault"
CRASH_LOOP = "crash-loop"
OUT_OF_MEMORY = "out-of-memory"
IMAGE_PULL = "image-pull"
NEVER_READY = "never-ready"
NODE_NOT_READY = "not-ready"
POD_FAULTS = (CRASH_LOOP, OUT_OF_MEMORY, IMAGE_PULL, NEVER_READY)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and the name of the story that the logs tell about it."""

    kind: str
    story: str = ""


class Faults:
    """Which fault a pod or node has. `changed` is called when a hidden one comes or goes."""

    def __init__(self) -> None:
        self._pods: dict[str, Fault] = {}
        self._workloads: dict[Workload, Fault] = {}
        self._nodes: dict[str, Fault] = {}
        self.changed: Callable[[], None] = lambda: None

    def break_pod(self, uid: str, kind: str, *, story: str = "") -> None:
        """Give one pod a fault, until it is replaced or healed. Raises ValueError on an unknown kind."""
        self._pods[uid] = Fault(_known(kind, POD_FAULTS), story)
        self.changed()

    def break_workload(self, workload: Workload, kind: str, *, story: str = "") -> None:
        """Give all pods of a workload a fault, new ones too. Raises ValueError on an unknown kind."""
        self._workloads[workload] = Fault(_known(kind, POD_FAULTS), story)
        self.changed()

    def break_node(self, name: str) -> None:
        """Take a node down."""
        self._nodes[name] = Fault(NODE_NOT_READY)
        self.changed()

    def heal_pod(self, uid: str) -> None:
        """Remove a pod's own fault."""
        if self._pods.pop(uid, None) is not None:
            self.changed()

    def heal_workload(self, workload: Workload) -> None:
        """Remove a workload's fault."""
        if self._workloads.pop(workload, None) is not None:
            self.changed()

    def heal_node(self, name: str) -> None:
        """Bring a node back."""
        if self._nodes.pop(name, None) is not None:
            self.changed()

    def of_pod(self, pod: Object, workload: Workload) -> Fault | None:
        """The fault that a pod shows: its annotation, else its own, else its workload's."""
        annotated = annotations_of(pod).get(ANNOTATION)
        if annotated in POD_FAULTS:
            return Fault(str(annotated))
        return self._pods.get(pod["metadata"]["uid"]) or self._workloads.get(workload)

    def of_node(self, node: Object) -> Fault | None:
        """The fault that a node shows."""
        if annotations_of(node).get(ANNOTATION) == NODE_NOT_READY:
            return Fault(NODE_NOT_READY)
        return self._nodes.get(node["metadata"]["name"])

    def export(self) -> dict[str, list[list[str]]]:
        """The hidden faults, for the state file."""
        return {
            "pods": [[uid, fault.kind, fault.story] for uid, fault in self._pods.items()],
            "workloads": [
                [workload.kind, workload.namespace, workload.name, fault.kind, fault.story]
                for workload, fault in self._workloads.items()
            ],
            "nodes": [[name] for name in self._nodes],
        }

    def restore(self, exported: dict[str, list[list[str]]]) -> None:
        """Take back what `export` gave."""
        self._pods = {uid: Fault(kind, story) for uid, kind, story in exported["pods"]}
        self._workloads = {
            Workload(owner, namespace, name): Fault(kind, story)
            for owner, namespace, name, kind, story in exported["workloads"]
        }
        self._nodes = {name: Fault(NODE_NOT_READY) for (name,) in exported["nodes"]}

    def forget_pod(self, uid: str) -> None:
        """The pod is gone, and its fault with it."""
        self._pods.pop(uid, None)


def _known(kind: str, allowed: tuple[str, ...]) -> str:
    if kind not in allowed:
        raise ValueError(f"unknown fault {kind!r}; known: {', '.join(allowed)}")
    return kind
