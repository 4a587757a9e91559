"""create, update, patch and delete of stored objects, and of their status alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from simulator.clock import format_time
from simulator.resources import Resource
from simulator.server.admission import check_namespace, check_quota, generated_name, prepare_new
from simulator.server.bodies import check_write_options, conforming_patched, read_object, read_patch
from simulator.server.call import Call
from simulator.server.events import to_core, to_events_group
from simulator.server.fields import managed
from simulator.server.patches import apply_json_patch, apply_merge_patch
from simulator.server.reading import Reader
from simulator.server.schema import type_of
from simulator.server.strategic import apply_strategic_patch
from simulator.server.validation import invalid, validate_create, validate_update
from simulator.status import BadRequest, Conflict, Invalid, NotFound
from simulator.store import Store

Object = dict[str, Any]


@dataclass(frozen=True)
class Writer:
    """Writes to one store."""

    store: Store
    reader: Reader

    async def create(self, call: Call) -> Response:
        """A new object."""
        resource, place = call.known, call.place
        check_write_options(call, "CreateOptions")
        obj = read_object(call, resource)
        metadata = _in_namespace(obj, place.namespace)
        if metadata.get("resourceVersion"):
            raise BadRequest("resourceVersion should not be set on objects to be created")
        if not metadata.get("name") and metadata.get("generateName"):
            metadata["name"] = generated_name(metadata["generateName"])
        obj = prepare_new(self.store, resource, {**obj, "metadata": metadata})
        check_namespace(self.store, resource, place.namespace, metadata.get("name", ""))
        validate_create(resource, obj)
        if resource.key == "pods":
            check_quota(self.store, obj)
        complete = self.store.create(resource.key, obj, dry_run=True) if resource.has_generation else obj
        obj = managed(complete, None, manager=call.manager, time=self._now())
        created = self.store.create(resource.key, obj, dry_run=call.is_dry_run)
        return await self.reader.answer_one(call, created, status=201)

    async def update(self, call: Call) -> Response:
        """An object, or its status, replaced."""
        resource, place = call.known, call.place
        check_write_options(call, "UpdateOptions")
        obj = read_object(call, resource)
        metadata = _in_namespace(obj, place.namespace)
        _check_name(metadata, place.name)
        old = self._current(resource, place.namespace, place.name)
        was = old["metadata"]
        if metadata.get("uid") and metadata["uid"] != was["uid"]:
            raise Conflict(
                resource.qualified,
                place.name,
                f"StorageError: invalid object, Code: 4, Key: /{resource.plural}/{place.namespace}/{place.name}, "
                f"ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: {metadata['uid']}, "
                f"UID in object meta: {was['uid']}",
            )
        return await self._write(call, {**obj, "metadata": metadata}, old)

    async def patch(self, call: Call) -> Response:
        """An object, or its status, changed in parts."""
        resource, place = call.known, call.place
        check_write_options(call, "PatchOptions")
        kind, content = read_patch(call)
        old = self._current(resource, place.namespace, place.name)
        foreign = bool(resource.stored_as and resource.stored_as != resource.qualified)
        base = to_events_group(old) if foreign else old
        patched = apply_patch(kind, base, content, resource)
        patched = conforming_patched(call, patched, resource)
        patched = to_core(patched) if foreign else patched
        metadata = _in_namespace(patched, place.namespace)
        _check_name(metadata, place.name)
        if metadata.get("uid") != old["metadata"]["uid"]:
            cause = invalid("metadata.uid", metadata.get("uid"), "field is immutable")
            raise Invalid(resource.kind, resource.group, place.name, [cause])
        return await self._write(call, {**patched, "metadata": metadata}, old)

    async def _write(self, call: Call, obj: Object, old: Object) -> Response:
        resource, part = call.known, call.place.subresource
        if part == "status":
            metadata = {**old["metadata"], "resourceVersion": obj["metadata"].get("resourceVersion")}
            obj = {**old, "metadata": metadata, "status": obj.get("status") or {}}
        else:
            if "status" in resource.subresources:
                obj = {key: value for key, value in obj.items() if key != "status"}
                obj = {**obj, "status": old["status"]} if "status" in old else obj
            metadata = {**obj["metadata"], "managedFields": old["metadata"].get("managedFields")}
            if metadata["managedFields"] is None:
                del metadata["managedFields"]
            obj = {**obj, "metadata": metadata}
        written = write_object(self.store, call, obj, old)
        return await self.reader.answer_one(call, written)

    def _current(self, resource: Resource, namespace: str, name: str) -> Object:
        found = self.store.find(resource.key, namespace, name)
        if found is None:
            raise NotFound(resource.qualified, name)
        return found

    def _now(self) -> str:
        return format_time(self.store.clock.now())


def write_object(store: Store, call: Call, obj: Object, old: Object) -> Object:
    """Validate and write a changed object; a dry run returns what would be written."""
    resource = call.known
    # What the store would make of it: with defaults, generation and the check of preconditions.
    complete = store.update(resource.key, obj, dry_run=True)
    validate_update(resource, complete, old)
    if complete is old:
        return old
    obj = managed(
        complete, old, manager=call.manager, time=format_time(store.clock.now()), subresource=call.place.subresource
    )
    return store.update(resource.key, obj, dry_run=call.is_dry_run)


def apply_patch(kind: str, base: Object, content: Any, resource: Resource) -> Object:
    """An object with a patch applied."""
    if kind == "json":
        return apply_json_patch(base, content)
    if kind == "merge":
        patched: Object = apply_merge_patch(base, content)
        return patched
    return apply_strategic_patch(base, content, type_of(resource.api_version, resource.kind))


def _in_namespace(obj: Object, namespace: str) -> Object:
    metadata = dict(obj.get("metadata") or {})
    if namespace:
        if metadata.setdefault("namespace", namespace) != namespace:
            raise BadRequest("the namespace of the provided object does not match the namespace sent on the request")
    else:
        metadata.pop("namespace", None)
    return metadata


def _check_name(metadata: Object, name: str) -> None:
    if not metadata.get("name"):
        metadata["name"] = name
    if metadata["name"] != name:
        raise BadRequest(f"the name of the object ({metadata['name']}) does not match the name on the URL ({name})")
