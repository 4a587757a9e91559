"""The scale subresource of deployments, stateful sets and replica sets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from simulator.resources import Resource
from simulator.server.bodies import check_write_options, checked, decode_typed, read_patch
from simulator.server.call import Call
from simulator.server.negotiation import answer_object
from simulator.server.patches import apply_json_patch, apply_merge_patch
from simulator.server.selectors import format_selector
from simulator.server.validation import invalid
from simulator.server.writing import write_object
from simulator.status import BadRequest, Conflict, Invalid, NotFound
from simulator.store import Store

Object = dict[str, Any]
_VERSION = "autoscaling/v1"


@dataclass(frozen=True)
class Scaler:
    """Scales of one store's workloads."""

    store: Store

    async def get(self, call: Call) -> Response:
        """The scale."""
        return await answer_object(call.request, scale_of(self._current(call)))

    async def update(self, call: Call) -> Response:
        """The scale replaced."""
        check_write_options(call, "UpdateOptions")
        body = decode_typed(call, _VERSION, "Scale")
        if body.get("kind", "Scale") != "Scale":
            raise BadRequest(f"{body['kind']} cannot be handled as a Scale: unknown conversion")
        return await self._write(call, body)

    async def patch(self, call: Call) -> Response:
        """The scale changed in parts."""
        check_write_options(call, "PatchOptions")
        kind, content = read_patch(call)
        before = scale_of(self._current(call))
        patched = apply_json_patch(before, content) if kind == "json" else apply_merge_patch(before, content)
        return await self._write(call, checked(patched, _VERSION, "Scale"))

    async def _write(self, call: Call, scale: Object) -> Response:
        resource, name = call.known, call.place.name
        old = self._current(call)
        metadata, was = scale.get("metadata") or {}, old["metadata"]
        if metadata.get("name", name) != name:
            raise BadRequest(f"the name of the object ({metadata['name']}) does not match the name on the URL ({name})")
        if metadata.get("uid") and metadata["uid"] != was["uid"]:
            raise Conflict(
                resource.qualified,
                name,
                f"Precondition failed: UID in precondition: {metadata['uid']}, UID in object meta: {was['uid']}",
            )
        replicas = (scale.get("spec") or {}).get("replicas", 0)
        if replicas < 0:
            cause = invalid("spec.replicas", replicas, "must be greater than or equal to 0")
            raise Invalid("Scale", "autoscaling", name, [cause])
        version = metadata.get("resourceVersion") or was["resourceVersion"]
        changed = {
            **old,
            "metadata": {**was, "resourceVersion": version},
            "spec": {**old["spec"], "replicas": replicas},
        }
        written = write_object(self.store, call, changed, old)
        return await answer_object(call.request, scale_of(written), warnings=call.warnings)

    def _current(self, call: Call) -> Object:
        resource, place = call.known, call.place
        found = self.store.find(resource.key, place.namespace, place.name)
        if found is None:
            raise NotFound(resource.qualified, place.name)
        return found


def scale_of(obj: Object) -> Object:
    """The Scale of a workload."""
    metadata = obj["metadata"]
    replicas = obj["spec"].get("replicas", 1)
    kept = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")
    return {
        "kind": "Scale",
        "apiVersion": _VERSION,
        "metadata": {key: metadata[key] for key in kept if key in metadata},
        # The real server leaves a zero out, and so do its clients read it.
        "spec": {"replicas": replicas} if replicas else {},
        "status": {
            "replicas": (obj.get("status") or {}).get("replicas", 0),
            "selector": format_selector(obj["spec"].get("selector")),
        },
    }


def is_scalable(resource: Resource) -> bool:
    """Whether a resource has a scale."""
    return "scale" in resource.subresources
