"""The world: all control loops on one store, driven by its events and by simulated time.

`run` drives it beside the server; a test drives it by `settle` and `advance`, with a clock that stands still
otherwise. Control loops act only here, never inside the write that woke them.
"""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress

from simulator.status import StatusError
from simulator.store import Event, Store
from simulator.world.cluster import Cluster, Controller, Mapper
from simulator.world.controllers.autoscaler import Autoscalers
from simulator.world.controllers.budgets import Budgets
from simulator.world.controllers.cronjobs import CronJobs
from simulator.world.controllers.daemonset import DaemonSets
from simulator.world.controllers.deployment import Deployments
from simulator.world.controllers.endpoints import Endpoints
from simulator.world.controllers.jobs import Jobs
from simulator.world.controllers.namespaces import Namespaces
from simulator.world.controllers.nodes import Nodes
from simulator.world.controllers.quota_status import Quotas
from simulator.world.controllers.replicaset import ReplicaSets
from simulator.world.controllers.snapshots import Snapshots
from simulator.world.controllers.statefulset import StatefulSets
from simulator.world.controllers.velero import VeleroBackups, VeleroRestores
from simulator.world.controllers.volumes import Volumes
from simulator.world.faults import Faults
from simulator.world.journal import Journal
from simulator.world.kubelet import Kubelets
from simulator.world.logs import PodLogs
from simulator.world.meters import Traffic, WorldMeters
from simulator.world.objects import key_of
from simulator.world.scheduler import Scheduler
from simulator.world.usage import Load, Usage

_PURGE_SECONDS = 60.0
_BATCH = 500
"""Objects looked at before the event loop gets its turn."""


class World:
    """Everything that happens in the cluster by itself."""

    def __init__(
        self,
        store: Store,
        *,
        loads: Mapping[tuple[str, str], Load] | None = None,
        voices: Mapping[tuple[str, str], str] | None = None,
        traffic: Mapping[tuple[str, str], Traffic] | None = None,
        seed: int | None = None,
    ) -> None:
        self.store = store
        self.cluster = Cluster(store, seed=seed)
        self.faults = Faults()
        self.journal = Journal()
        self.usage = Usage(self.cluster, loads or {})
        self.meters = WorldMeters(self.cluster, self.usage, self.journal, traffic or {})
        self.logs = PodLogs(self.cluster, self.journal, voices or {})
        self._kubelets = Kubelets(self.cluster, self.faults, self.journal)
        self._nodes = Nodes(self.cluster, self.faults)
        self._controllers: dict[str, Controller] = {
            controller.name: controller for controller in self._make_controllers()
        }
        self._mappers: dict[str, list[tuple[str, Mapper]]] = {}
        for controller in self._controllers.values():
            for resource, mapper in controller.interests().items():
                self._mappers.setdefault(resource, []).append((controller.name, mapper))
        self._wake: Callable[[], None] = lambda: None
        self._unsubscribe: Callable[[], None] = lambda: None

    def _make_controllers(self) -> list[Controller]:
        cluster = self.cluster
        return [
            Namespaces(cluster),
            self._nodes,
            Volumes(cluster),
            Snapshots(cluster),
            VeleroBackups(cluster),
            VeleroRestores(cluster),
            Deployments(cluster),
            ReplicaSets(cluster),
            StatefulSets(cluster),
            DaemonSets(cluster),
            CronJobs(cluster),
            Jobs(cluster),
            Scheduler(cluster),
            self._kubelets,
            Endpoints(cluster),
            Budgets(cluster),
            Quotas(cluster),
            Autoscalers(cluster, self.usage),
        ]

    def start(self, *, periodic: bool = True) -> None:
        """Listen to the store, and look once at everything that is there.

        Without `periodic`, heartbeats and the purge of old events do not run: a scenario's past is made that way.
        """
        self._unsubscribe = self.store.subscribe(self._observe)
        self.faults.changed = self._look_again
        for resource in list(self._mappers):
            for obj in self.store.list(resource):
                key = key_of(resource, obj)
                self._distribute(Event("ADDED", key, obj, self.store.resource_version, None))
        if periodic:
            self.start_periodic()

    def start_periodic(self) -> None:
        """Start heartbeats and the purge of old events."""
        self._nodes.start_heartbeats()
        self._purge()

    def stop(self) -> None:
        """Listen no more."""
        self._unsubscribe()

    def settle(self, most: int | None = None) -> bool:
        """Let the control loops act until nothing is left to look at now; whether that is so."""
        done = 0
        while (entry := self.cluster.take()) is not None:
            name, key = entry
            try:
                self._controllers[name].reconcile(key)
            except StatusError:
                # Another control loop was first; what it did has been seen when this one looks again.
                self.cluster.look_at(name, key, 1.0)
            done += 1
            if most is not None and done >= most:
                return False
        return True

    def advance(self, seconds: float) -> None:
        """Move time on, with everything that falls due on the way, each at its moment."""
        clock, timers = self.store.clock, self.cluster.timers
        self.settle()
        end = clock.monotonic() + seconds
        while (due := timers.next_due_seconds()) is not None and due <= end:
            clock.advance(max(0.0, due - clock.monotonic()))
            timers.fire_due()
            self.settle()
        clock.advance(max(0.0, end - clock.monotonic()))

    async def run(self) -> None:
        """Act as time passes, until cancelled."""
        awake = asyncio.Event()
        self._wake = awake.set
        clock, timers = self.store.clock, self.cluster.timers
        while True:
            awake.clear()
            if not self._act():
                await asyncio.sleep(0)
                continue
            due = timers.next_due_seconds()
            pause = None
            if due is not None and clock.speed:
                pause = max(0.0, (due - clock.monotonic()) / clock.speed)
            # Not `wait_for`: in Python 3.11 it swallows a cancellation that comes together with the event.
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await awake.wait()

    def _act(self) -> bool:
        try:
            self.cluster.timers.fire_due()
            return self.settle(_BATCH)
        except Exception:  # noqa: BLE001 the edge of the world's task: one bad object must not stop the cluster
            traceback.print_exc()
            return False

    def _observe(self, event: Event) -> None:
        self.cluster.pods.observe(event)
        self._distribute(event)
        self._wake()

    def _distribute(self, event: Event) -> None:
        for name, mapper in self._mappers.get(event.key.resource, ()):
            for key in mapper(event):
                self.cluster.look_at(name, key)

    def _look_again(self) -> None:
        self._kubelets.look_again()
        self._nodes.look_again()
        self._wake()

    def _purge(self) -> None:
        self.cluster.recorder.purge()
        pause = _PURGE_SECONDS * max(1.0, self.store.clock.speed)
        self.cluster.timers.set("purge", pause, self._purge)
