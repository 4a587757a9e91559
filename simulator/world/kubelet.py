"""The kubelets: what happens to a pod once it is bound to a node.

One object plays all nodes. Each pod has a `Run` that says how far it is; the pod's status in the store is what
others see of it. Starting, becoming ready, crashing, backing off and ending take simulated seconds.
"""

from __future__ import annotations

from collections.abc import Callable

from simulator.store import Event, Key, Object
from simulator.world import connecting, pod_status
from simulator.world import faults as fault_words
from simulator.world.cluster import Cluster, Mapper
from simulator.world.faults import Faults
from simulator.world.journal import Journal
from simulator.world.objects import annotations_of, is_finished, is_ready, is_terminating, key_of
from simulator.world.pod_runs import (
    Run,
    chance,
    ending_of,
    go_duration,
    is_job,
    ran_seconds,
    ready_after_seconds,
    run_for_seconds,
    stop_after_seconds,
)

_SOURCE = "kubelet"
_FORGIVEN_AFTER_SECONDS = 600.0
_PROBE_SECONDS = 10.0
_SPAM_BURST = 25
_SPAM_SECONDS = 300.0
_RECOVERY_SECONDS = 2.0


class Kubelets:
    """Brings bound pods to life and to their end."""

    name = "kubelet"

    def __init__(self, cluster: Cluster, faults: Faults, journal: Journal) -> None:
        self._cluster = cluster
        self._faults = faults
        self._journal = journal
        self._runs: dict[Key, Run] = {}

    def interests(self) -> dict[str, Mapper]:
        """Pods that are bound, annotated, asked to end or gone; those of a node whose annotations changed."""
        return {"pods": self._on_pod, "nodes": self._on_node}

    def _on_pod(self, event: Event) -> list[Key]:
        before, pod = event.previous, event.object
        if event.type == "DELETED" or before is None or is_terminating(pod) != is_terminating(before):
            return [event.key]
        moved = before["spec"].get("nodeName") != pod["spec"].get("nodeName")
        annotated = annotations_of(before) != annotations_of(pod)
        unready = is_ready(before) and not is_ready(pod)
        return [event.key] if moved or annotated or unready else []

    def _on_node(self, event: Event) -> list[Key]:
        before, node = event.previous, event.object
        if event.type == "DELETED" or before is None or annotations_of(before) == annotations_of(node):
            return []
        return [key_of("pods", pod) for pod in self._cluster.pods.on_node(node["metadata"]["name"])]

    def look_again(self) -> None:
        """A hidden fault came or went: look at every pod."""
        for key in self._runs:
            self._cluster.look_at(self.name, key)

    def reconcile(self, key: Key) -> None:
        """Take notice of what changed about a pod from outside."""
        pod = self._cluster.store.find("pods", key.namespace, key.name)
        run = self._runs.get(key)
        if run is not None and (pod is None or pod["metadata"]["uid"] != run.uid):
            self._forget(key, run)
            run = None
        if pod is None:
            return
        if not pod["spec"].get("nodeName"):
            if is_terminating(pod):
                self._cluster.store.delete("pods", key.namespace, key.name)
            return
        if run is None:
            run = self._runs[key] = self._resume(pod)
        if is_terminating(pod):
            self._stop(key, pod, run)
            return
        if is_finished(pod):
            return
        fault = self._faults.of_pod(pod, self._cluster.pods.workload_of(pod))
        if run.stage == "new":
            run.fault = fault
            self._create(key, pod, run)
        elif fault != run.fault:
            run.fault = fault
            self._change(key, pod, run)
        elif run.stage == "ready" and not is_ready(pod) and not self.node_down(pod):
            self._make_ready(key)

    def node_down(self, pod: Object) -> bool:
        """Whether the pod's node is down or gone."""
        node = self._cluster.store.find("nodes", "", pod["spec"].get("nodeName") or "")
        return node is None or self._faults.of_node(node) is not None

    def _resume(self, pod: Object) -> Run:
        """What a status that was stored earlier means; a new pod has none."""
        run = Run(pod["metadata"]["uid"], fault=self._faults.of_pod(pod, self._cluster.pods.workload_of(pod)))
        statuses = (pod.get("status") or {}).get("containerStatuses") or ()
        if not statuses or is_terminating(pod) or is_finished(pod):
            return run
        state, key = statuses[0].get("state") or {}, key_of("pods", pod)
        run.failures = statuses[0].get("restartCount", 0)
        reason = (state.get("waiting") or {}).get("reason", "")
        if is_ready(pod):
            run.stage = "ready"
            if run.fault is not None:
                self._after(key, 1.0, self._change_now)
            elif is_job(pod):
                self._after(key, run_for_seconds(pod), self._complete)
        elif "running" in state:
            run.stage = "starting"
            self._started_timer(key, pod, run)
        elif reason == "CrashLoopBackOff" or "terminated" in state:
            run.stage = "backoff"
            self._after(key, run.backoff_seconds, self._restart)
        elif reason in ("ImagePullBackOff", "ErrImagePull"):
            run.stage = "pull-backoff"
            self._after(key, run.backoff_seconds, self._pull)
        return run

    def _after(self, key: Key, seconds: float, action: Callable[[Key], None]) -> None:
        """Act on a pod later; a pod has one such appointment at a time."""
        self._cluster.timers.set((self.name, key), seconds, lambda: action(key))

    def _current(self, key: Key) -> tuple[Object, Run] | None:
        """The pod and its run, when both are there and the pod's node works; else the timer tries again."""
        pod, run = self._cluster.store.find("pods", key.namespace, key.name), self._runs.get(key)
        if pod is None or run is None or pod["metadata"]["uid"] != run.uid or is_terminating(pod):
            return None
        return pod, run

    def _write(self, pod: Object, status: pod_status.Status) -> Object:
        return self._cluster.write_status("pods", {**pod, "status": status})

    def _host(self, pod: Object) -> str:
        node = self._cluster.store.find("nodes", "", pod["spec"]["nodeName"])
        addresses = ((node or {}).get("status") or {}).get("addresses") or ()
        return next((entry["address"] for entry in addresses if entry["type"] == "InternalIP"), "10.0.0.1")

    # --- starting ---

    def _create(self, key: Key, pod: Object, run: Run) -> None:
        run.stage = "creating"
        self._write(pod, pod_status.creating(pod, self._cluster.now(), self._host(pod)))
        self._after(key, chance(pod, "create", 0.6, 1.2), self._pull)

    def _pull(self, key: Key) -> None:
        """Find the image, and start unless there is none."""
        current = self._current(key)
        if current is None:
            return
        pod, run = current
        if run.fault is not None and run.fault.kind == fault_words.IMAGE_PULL:
            self._fail_pull(key, pod, run)
            return
        for container in pod["spec"]["containers"]:
            image, name = container.get("image", ""), container["name"]
            message = f'Container image "{image}" already present on machine'
            self._tell(pod, "Pulled", message, name)
            self._tell(pod, "Created", f"Created container: {name}", name)
            self._tell(pod, "Started", f"Started container {name}", name)
        run.stage = "starting"
        pod = self._write(pod, pod_status.running(pod, self._cluster.now(), self._host(pod), ready=False))
        self._started_timer(key, pod, run)

    def _started_timer(self, key: Key, pod: Object, run: Run) -> None:
        if run.fault is not None and run.fault.kind in (fault_words.CRASH_LOOP, fault_words.OUT_OF_MEMORY):
            self._after(key, chance(pod, f"crash{run.failures}", 1.5, 3.0), self._crash)
        elif run.fault is not None and run.fault.kind == fault_words.NEVER_READY:
            self._after(key, _PROBE_SECONDS, self._probe)
        elif connecting.tries(pod):
            self._after(key, 1.0, self._connect)
        else:
            self._after(key, ready_after_seconds(pod, self._cluster.now()), self._make_ready)

    def _make_ready(self, key: Key) -> None:
        current = self._current(key)
        if current is None:
            return
        pod, run = current
        if self.node_down(pod):
            self._after(key, _PROBE_SECONDS, self._make_ready)
            return
        run.stage = "ready"
        self._journal.end(run.uid, self._cluster.now())
        self._write(pod, pod_status.running(pod, self._cluster.now(), self._host(pod), ready=True))
        if is_job(pod):
            self._after(key, run_for_seconds(pod), self._complete)

    def _complete(self, key: Key) -> None:
        current = self._current(key)
        if current is not None:
            pod, _ = current
            self._write(pod, pod_status.finished(pod, self._cluster.now(), self._host(pod), succeeded=True))

    def _connect(self, key: Key) -> None:
        """The pod has tried its connections, says so, and ends."""
        current = self._current(key)
        if current is not None:
            pod, _ = current
            said = connecting.report(self._cluster.store, pod)
            ended = pod_status.finished(pod, self._cluster.now(), self._host(pod), succeeded=True, message=said)
            self._write(pod, ended)

    # --- failing ---

    def _change(self, key: Key, pod: Object, run: Run) -> None:
        """A running pod's fault came, went or became another."""
        if run.fault is None:
            self._journal.end(run.uid, self._cluster.now())
            if run.stage in ("backoff", "pull-backoff"):
                self._after(key, _RECOVERY_SECONDS, self._restart if run.stage == "backoff" else self._pull)
            elif run.stage == "starting":
                self._started_timer(key, pod, run)
        elif run.stage in ("ready", "starting"):
            self._after(key, 1.0, self._change_now)

    def _change_now(self, key: Key) -> None:
        current = self._current(key)
        if current is None:
            return
        pod, run = current
        kind = run.fault.kind if run.fault else ""
        if kind in (fault_words.CRASH_LOOP, fault_words.OUT_OF_MEMORY):
            self._crash(key)
        elif kind == fault_words.NEVER_READY:
            run.stage, run.probes = "starting", 0
            self._trouble(pod, run)
            self._write(pod, pod_status.running(pod, self._cluster.now(), self._host(pod), ready=False))
            self._probe(key)

    def _trouble(self, pod: Object, run: Run) -> None:
        workload = self._cluster.pods.workload_of(pod)
        self._journal.begin(workload, run.uid, run.fault.story if run.fault else "", self._cluster.now())

    def _probe(self, key: Key) -> None:
        """Record another readiness probe failure."""
        current = self._current(key)
        if current is None:
            return
        pod, run = current
        if run.fault is None or run.fault.kind != fault_words.NEVER_READY:
            self._started_timer(key, pod, run)
            return
        self._trouble(pod, run)
        run.probes += 1
        name = pod["spec"]["containers"][0]["name"]
        message = "Readiness probe failed: HTTP probe failed with statuscode: 503"
        self._warn(pod, "Unhealthy", message, name)
        # The real event recorder lets a burst through and then one event in five minutes.
        self._after(key, _PROBE_SECONDS if run.probes < _SPAM_BURST else _SPAM_SECONDS, self._probe)

    def _crash(self, key: Key) -> None:
        """The first container ends: started again at once the first time, later after a back-off."""
        current = self._current(key)
        if current is None:
            return
        pod, run = current
        if run.fault is None:
            self._started_timer(key, pod, run)
            return
        self._trouble(pod, run)
        now, host = self._cluster.now(), self._host(pod)
        ending = ending_of(pod, run.fault, now)
        if run.stage == "ready" and ran_seconds(pod, now) > _FORGIVEN_AFTER_SECONDS:
            run.failures = 0
        run.stage = "backoff"
        if is_job(pod) and pod["spec"].get("restartPolicy") == "Never":
            self._write(pod, pod_status.finished(pod, now, host, succeeded=False))
            return
        if run.failures == 0:
            self._write(pod, pod_status.terminated(pod, now, host, ending=ending))
            self._after(key, 1.0, self._restart)
        else:
            seconds = run.backoff_seconds
            name = pod["spec"]["containers"][0]["name"]
            where = f"{pod['metadata']['name']}_{pod['metadata']['namespace']}({run.uid})"
            message = f"back-off {go_duration(seconds)} restarting failed container={name} pod={where}"
            status = pod_status.waiting(pod, now, host, reason="CrashLoopBackOff", message=message, ending=ending)
            written = self._write(pod, status)
            self._warn(written, "BackOff", f"Back-off restarting failed container {name} in pod {where}", name)
            self._after(key, seconds, self._restart)
        run.failures += 1

    def _restart(self, key: Key) -> None:
        current = self._current(key)
        if current is None:
            return
        pod, run = current
        if self.node_down(pod):
            self._after(key, _PROBE_SECONDS, self._restart)
            return
        name, image = pod["spec"]["containers"][0]["name"], pod["spec"]["containers"][0].get("image", "")
        self._tell(pod, "Pulled", f'Container image "{image}" already present on machine', name)
        self._tell(pod, "Created", f"Created container: {name}", name)
        self._tell(pod, "Started", f"Started container {name}", name)
        run.stage = "starting"
        pod = self._write(pod, pod_status.restarted(pod, self._cluster.now(), self._host(pod)))
        self._started_timer(key, pod, run)

    def _fail_pull(self, key: Key, pod: Object, run: Run) -> None:
        now, host = self._cluster.now(), self._host(pod)
        container = pod["spec"]["containers"][0]
        name, image = container["name"], container.get("image", "")
        self._trouble(pod, run)
        first = run.failures == 0
        self._tell(pod, "Pulling", f'Pulling image "{image}"', name)
        cause = f'failed to pull and unpack image "{image}": failed to resolve reference "{image}": {image}: not found'
        error = f'Failed to pull image "{image}": rpc error: code = NotFound desc = {cause}'
        self._warn(pod, "Failed", error, name)
        self._warn(pod, "Failed", "Error: ErrImagePull", name)
        if first:
            told = f"rpc error: code = NotFound desc = {cause}"
            status = pod_status.waiting(pod, now, host, reason="ErrImagePull", message=told, ending=None)
        else:
            told = f'Back-off pulling image "{image}"'
            self._tell(pod, "BackOff", told, name)
            self._warn(pod, "Failed", "Error: ImagePullBackOff", name)
            status = pod_status.waiting(pod, now, host, reason="ImagePullBackOff", message=told, ending=None)
        run.stage = "pull-backoff"
        run.failures += 1
        self._write(pod, status)
        self._after(key, 1.5 if first else run.backoff_seconds, self._pull)

    # --- ending ---

    def _stop(self, key: Key, pod: Object, run: Run) -> None:
        if run.stage == "stopping":
            return
        run.stage = "stopping"
        for container in pod["spec"]["containers"]:
            self._tell(pod, "Killing", f"Stopping container {container['name']}", container["name"])
        self._after(key, stop_after_seconds(pod), self._end)

    def _end(self, key: Key) -> None:
        """The containers have ended: the pod's object may go, unless finalizers hold it."""
        pod, run = self._cluster.store.find("pods", key.namespace, key.name), self._runs.get(key)
        if pod is not None and run is not None and pod["metadata"]["uid"] == run.uid and is_terminating(pod):
            self._cluster.store.delete("pods", key.namespace, key.name, uid=run.uid)

    def _forget(self, key: Key, run: Run) -> None:
        self._runs.pop(key, None)
        self._cluster.timers.cancel((self.name, key))
        self._journal.end(run.uid, self._cluster.now())
        self._faults.forget_pod(run.uid)

    def _tell(self, pod: Object, reason: str, message: str, container: str) -> None:
        field = f"spec.containers{{{container}}}"
        self._cluster.recorder.normal(pod, reason, message, source=_SOURCE, host=pod["spec"]["nodeName"], field=field)

    def _warn(self, pod: Object, reason: str, message: str, container: str) -> None:
        field = f"spec.containers{{{container}}}"
        self._cluster.recorder.warning(pod, reason, message, source=_SOURCE, host=pod["spec"]["nodeName"], field=field)
