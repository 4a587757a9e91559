"""Eviction of pods, within what disruption budgets allow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from simulator.clock import format_time
from simulator.resources import Resource
from simulator.server.admission import too_many
from simulator.server.bodies import check_write_options, decode_typed
from simulator.server.call import Call
from simulator.server.deleting import DeleteOptions, delete_object, parse_delete_options
from simulator.server.negotiation import answer_object
from simulator.status import BadRequest, Cause, NotFound, StatusError
from simulator.store import Store
from simulator.world.selectors import matches

Object = dict[str, Any]
_BUDGETS = "poddisruptionbudgets.policy"
_VIOLATED = "Cannot evict pod as it would violate the pod's disruption budget."
_SUCCESS = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}


@dataclass(frozen=True)
class Evictor:
    """Evictions in one store."""

    store: Store

    async def create(self, call: Call) -> Response:
        """Evict a pod. Raises 429 when a budget does not allow it."""
        check_write_options(call, "CreateOptions")
        body = decode_typed(call, "policy/v1", "Eviction")
        place = call.place
        if (body.get("metadata") or {}).get("name") != place.name:
            raise BadRequest("name in URL does not match name in Eviction object")
        pod = self.store.find("pods", place.namespace, place.name)
        if pod is None:
            raise NotFound("pods", place.name)
        told = body.get("deleteOptions") or {}
        if told.get("dryRun"):
            call.query = {**call.query, "dryRun": ",".join(told["dryRun"])}
        options = parse_delete_options(call, told)
        self.evict(call.known, pod, options)
        return await answer_object(call.request, _SUCCESS, status=201)

    def evict(self, resource: Resource, pod: Object, options: DeleteOptions) -> None:
        """Take the pod from its budget and delete it. Raises 429, Conflict."""
        if not _is_free(pod):
            budgets = [
                budget
                for budget in self.store.list(_BUDGETS, pod["metadata"]["namespace"])
                if matches((budget.get("spec") or {}).get("selector"), pod["metadata"].get("labels") or {})
            ]
            if len(budgets) > 1:
                raise StatusError(
                    500,
                    "InternalError",
                    "Internal error occurred: This pod has more than one PodDisruptionBudget, which the eviction "
                    "subresource does not support.",
                )
            if budgets and not _may_go_unhealthy(pod, budgets[0]):
                self._take(pod, budgets[0], options)
        delete_object(self.store, resource, pod, options)

    def _take(self, pod: Object, budget: Object, options: DeleteOptions) -> None:
        name, status = budget["metadata"]["name"], budget.get("status") or {}
        if status.get("observedGeneration", 0) < budget["metadata"].get("generation", 0):
            cause = Cause(
                "", f"The disruption budget {name} is still being processed by the server.", "DisruptionBudget"
            )
            raise too_many("Cannot evict pod as it would violate the pod's disruption budget.", cause, retry_after=10)
        allowed = status.get("disruptionsAllowed", 0)
        if allowed <= 0:
            needs, has = status.get("desiredHealthy", 0), status.get("currentHealthy", 0)
            message = f"The disruption budget {name} needs {needs} healthy pods and has {has} currently"
            raise too_many(_VIOLATED, Cause("", message, "DisruptionBudget"))
        if options.dry_run:
            return
        disrupted = {**(status.get("disruptedPods") or {})}
        disrupted[pod["metadata"]["name"]] = format_time(self.store.clock.now())
        taken = {**status, "disruptionsAllowed": allowed - 1, "disruptedPods": disrupted}
        self.store.update(_BUDGETS, {**budget, "status": taken})


def _is_free(pod: Object) -> bool:
    """Whether a pod's end disrupts nothing."""
    phase = (pod.get("status") or {}).get("phase")
    return phase in ("Succeeded", "Failed", "Pending") or bool(pod["metadata"].get("deletionTimestamp"))


def _may_go_unhealthy(pod: Object, budget: Object) -> bool:
    status = budget.get("status") or {}
    conditions = (pod.get("status") or {}).get("conditions") or ()
    if any(item["type"] == "Ready" and item["status"] == "True" for item in conditions):
        return False
    if (budget.get("spec") or {}).get("unhealthyPodEvictionPolicy") == "AlwaysAllow":
        return True
    return bool(status.get("currentHealthy", 0) >= status.get("desiredHealthy", 0) > 0)
