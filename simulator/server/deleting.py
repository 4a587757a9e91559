"""delete and deletecollection: preconditions, grace periods and what becomes of dependents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
from starlette.responses import Response

from simulator.resources import Resource
from simulator.server.bodies import NO_KIND, check_write_options, checked, media_type
from simulator.server.call import Call
from simulator.server.listing import check_options, parse_selection, read_page
from simulator.server.negotiation import answer_object
from simulator.server.protobuf import MEDIA_TYPE, decode_protobuf
from simulator.server.reading import Reader
from simulator.status import BadRequest, Cause, Conflict, Invalid, NotFound, StatusError
from simulator.store import Store

Object = dict[str, Any]
_POLICIES = ("Foreground", "Background", "Orphan")
_RETURNS_DELETED = frozenset(
    ("pods", "services", "persistentvolumeclaims", "persistentvolumes", "serviceaccounts", "resourcequotas")
)


@dataclass(frozen=True)
class DeleteOptions:
    """How to delete."""

    grace_seconds: int | None = None
    uid: str | None = None
    resource_version: str | None = None
    propagation: str = "Background"
    dry_run: bool = False


@dataclass(frozen=True)
class Deleter:
    """Deletions in one store."""

    store: Store
    reader: Reader

    async def delete(self, call: Call) -> Response:
        """One object."""
        resource, place = call.known, call.place
        options = read_delete_options(call)
        old = self.store.find(resource.key, place.namespace, place.name)
        if old is None:
            raise NotFound(resource.qualified, place.name)
        left = delete_object(self.store, resource, old, options)
        if left is not None:
            return await self.reader.answer_one(call, left)
        if resource.key in _RETURNS_DELETED:
            return await self.reader.answer_one(call, old)
        return await answer_object(call.request, deleted_status(resource, old))

    async def delete_collection(self, call: Call) -> Response:
        """All objects that are selected."""
        resource = call.known
        options = read_delete_options(call)
        check_options(call.query, watching=False)
        selection = parse_selection(call.query, resource, call.place.namespace)
        page = read_page(self.store, resource, selection, call.query)
        for obj in page.items:
            delete_object(self.store, resource, obj, options)
        return await self.reader.answer_page(call, page)


def read_delete_options(call: Call) -> DeleteOptions:
    """The options of a deletion: the body's, else the query's. Raises StatusError."""
    body: Any = {}
    if call.body:
        try:
            binary = media_type(call) == MEDIA_TYPE
            body = decode_protobuf(call.body) if binary else msgspec.json.decode(call.body)
        except msgspec.DecodeError as error:
            raise BadRequest(f"{NO_KIND}{error}") from error
        call.request_object = body
    if not isinstance(body, dict):
        raise BadRequest(f"{NO_KIND}json: cannot unmarshal array into Go value of type DeleteOptions")
    body = checked(body, "v1", "DeleteOptions")
    if body.get("dryRun"):
        call.query = {**call.query, "dryRun": ",".join(body["dryRun"])}
    return parse_delete_options(call, body)


def parse_delete_options(call: Call, body: Object) -> DeleteOptions:
    """Delete options from their object. Raises Invalid."""
    check_write_options(call, "DeleteOptions")
    policy = body.get("propagationPolicy") or call.query.get("propagationPolicy")
    if body.get("orphanDependents") is not None:
        policy = "Orphan" if body["orphanDependents"] else "Background"
    if policy and policy not in _POLICIES:
        supported = ", ".join(f'"{item}"' for item in (*_POLICIES, "nil"))
        message = f'Unsupported value: "{policy}": supported values: {supported}'
        cause = Cause("propagationPolicy", message, "FieldValueNotSupported")
        raise Invalid("DeleteOptions", "meta.k8s.io", "", [cause])
    grace = body.get("gracePeriodSeconds")
    if grace is None and call.query.get("gracePeriodSeconds", "").isdigit():
        grace = int(call.query["gracePeriodSeconds"])
    preconditions = body.get("preconditions") or {}
    return DeleteOptions(
        grace_seconds=grace,
        uid=preconditions.get("uid"),
        resource_version=preconditions.get("resourceVersion"),
        propagation=policy or "Background",
        dry_run=call.is_dry_run,
    )


def delete_object(store: Store, resource: Resource, old: Object, options: DeleteOptions) -> Object | None:
    """Delete an object as the options say; what is left of it for now, or None. Raises Conflict."""
    metadata = old["metadata"]
    check_preconditions(resource, old, options)
    namespace, name = metadata.get("namespace", ""), metadata["name"]
    grace = _grace_seconds(resource, old, options)
    finalizer = {"Foreground": "foregroundDeletion", "Orphan": "orphan"}.get(options.propagation, "")
    return store.delete(
        resource.key, namespace, name, grace_seconds=grace, finalizer=finalizer, dry_run=options.dry_run
    )


def _grace_seconds(resource: Resource, old: Object, options: DeleteOptions) -> int:
    if resource.key != "pods":
        return 0
    spec, phase = old.get("spec") or {}, (old.get("status") or {}).get("phase")
    if not spec.get("nodeName") or phase in ("Succeeded", "Failed"):
        return 0
    default = int(spec.get("terminationGracePeriodSeconds", 30))
    return default if options.grace_seconds is None else options.grace_seconds


def check_preconditions(resource: Resource, old: Object, options: DeleteOptions) -> None:
    """Raises Conflict when the object is not the one that is meant."""
    was = old["metadata"]
    if options.uid and options.uid != was["uid"]:
        raise _conflict(
            resource,
            was["name"],
            f"the UID in the precondition ({options.uid}) does not match the UID in record ({was['uid']}). "
            "The object might have been deleted and then recreated",
        )
    if options.resource_version and options.resource_version != was["resourceVersion"]:
        raise _conflict(
            resource,
            was["name"],
            f"the ResourceVersion in the precondition ({options.resource_version}) does not match the "
            f"ResourceVersion in record ({was['resourceVersion']}). The object might have been modified",
        )


def _conflict(resource: Resource, name: str, why: str) -> StatusError:
    qualified = f"{resource.kind}.{resource.group}" if resource.group else resource.kind
    return Conflict(qualified, name, why)


def deleted_status(resource: Resource, old: Object) -> Object:
    """The Status of a completed deletion."""
    details = {"name": old["metadata"]["name"], "group": resource.group, "kind": resource.plural,
               "uid": old["metadata"]["uid"]}  # fmt: skip
    return {
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success",
        "details": {key: value for key, value in details.items() if value},
    }  # fmt: skip
