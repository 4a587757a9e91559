"""OpenAPI v3 documents, as far as clients need them: which fields there are, and that writes check fields."""

from __future__ import annotations

from typing import Any

from simulator.resources import Resource, served_resources
from simulator.server.discovery import Groups, group_versions
from simulator.server.schema import document, item_type, plain_type, type_of

Object = dict[str, Any]
_PLAIN: dict[str, Object] = {
    "string": {"type": "string"},
    "integer": {"type": "integer"},
    "boolean": {"type": "boolean"},
    "number": {"type": "number"},
    "time": {"type": "string", "format": "date-time"},
    "int-or-string": {"oneOf": [{"type": "integer"}, {"type": "string"}]},
    "any": {},
}
_QUERY = ("dryRun", "fieldManager", "fieldValidation")


def index(installed: Groups) -> Object:
    """`/openapi/v3`: where the documents are."""
    paths = [f"apis/{name}/{version}" if name else f"api/{version}"
             for name, versions in group_versions(installed).items() for version in versions]  # fmt: skip
    return {"paths": {path: {"serverRelativeURL": f"/openapi/v3/{path}?hash=1"} for path in paths}}


def find_document(path: str, installed: Groups) -> Object | None:
    """The document of a group and version, by its path such as `apis/apps/v1`."""
    if path not in index(installed)["paths"]:
        return None
    api_version = path.partition("/")[2]
    paths: Object = {}
    schemas: Object = {}
    for resource in served_resources(installed):
        if resource.api_version == api_version:
            _add_resource(resource, paths, schemas)
    return {
        "openapi": "3.0.0",
        "info": {"title": "Kubernetes (simulator)", "version": "v1.36.3"},
        "paths": paths,
        "components": {"schemas": schemas},
    }


def _add_resource(resource: Resource, paths: Object, schemas: Object) -> None:
    root = f"/apis/{resource.api_version}" if resource.group else f"/api/{resource.version}"
    scope = "/namespaces/{namespace}" if resource.namespaced else ""
    kind = {"group": resource.group, "version": resource.version, "kind": resource.kind}
    parameters = [{"name": name, "in": "query", "schema": {"type": "string"}} for name in _QUERY]

    def operation(action: str) -> Object:
        return {
            "x-kubernetes-action": action,
            "x-kubernetes-group-version-kind": kind,
            "parameters": parameters,
            "responses": {"200": {"description": "OK"}},
        }

    collection = f"{root}{scope}/{resource.plural}"
    paths[collection] = {"get": operation("list"), "post": operation("post")}
    paths[f"{collection}/{{name}}"] = {
        "get": operation("get"),
        "put": operation("put"),
        "patch": operation("patch"),
        "delete": operation("delete"),
    }
    type_name = type_of(resource.api_version, resource.kind)
    if type_name is not None:
        _add_type(type_name, schemas)
        schemas[_name(type_name)]["x-kubernetes-group-version-kind"] = [kind]


def _add_type(type_name: str, schemas: Object) -> None:
    if _name(type_name) in schemas:
        return
    properties: Object = {}
    schemas[_name(type_name)] = {"type": "object", "properties": properties}
    for name, field in document()["types"][type_name].items():
        properties[name] = _field(field, schemas)


def _field(field: Any, schemas: Object) -> Object:
    field = plain_type(field)
    inner = item_type(field)
    if inner is not None:
        return {"type": "array", "items": _field(inner, schemas)}
    if isinstance(field, dict):
        return {"type": "object", "additionalProperties": _field(field["map"], schemas)}
    if field in document()["types"]:
        _add_type(field, schemas)
        return {"allOf": [{"$ref": f"#/components/schemas/{_name(field)}"}]}
    return _PLAIN[str(field)]


def _name(type_name: str) -> str:
    if type_name.startswith("apis."):
        return f"io.k8s.apimachinery.pkg.{type_name}"
    return f"io.k8s.api.{type_name}"
