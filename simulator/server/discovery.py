"""What the API serves, in both forms: the aggregated one that clients ask for first, and the older lists."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from simulator.resources import Resource, served_resources
from simulator.server import metrics, reviews

Object = dict[str, Any]
AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
VERSION: Object = {
    "major": "1",
    "minor": "36",
    "gitVersion": "v1.36.3-hexaops-simulator",
    "gitCommit": "",
    "gitTreeState": "clean",
    "buildDate": "1970-01-01T00:00:00Z",
    "goVersion": "none",
    "compiler": "none",
    "platform": "linux/amd64",
}
_SUBRESOURCE_VERBS = {
    "status": ["get", "patch", "update"],
    "scale": ["get", "patch", "update"],
    "log": ["get"],
    "eviction": ["create"],
}
_SUBRESOURCE_KINDS = {
    "scale": ("autoscaling", "v1", "Scale"),
    "eviction": ("policy", "v1", "Eviction"),
}


Groups = Collection[str]
"""Groups that are installed besides Kubernetes' own."""


def group_versions(installed: Groups) -> dict[str, list[str]]:
    """Served versions by group, core first."""
    groups: dict[str, list[str]] = {}
    for resource in served_resources(installed):
        versions = groups.setdefault(resource.group, [])
        if resource.version not in versions:
            versions.append(resource.version)
    groups[reviews.GROUP] = [reviews.VERSION]
    groups[metrics.GROUP] = [metrics.VERSION]
    return groups


def core_versions() -> Object:
    """`/api`."""
    return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []}


def group_list(installed: Groups) -> Object:
    """`/apis`."""
    groups = [_group(name, versions) for name, versions in group_versions(installed).items() if name]
    return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}


def _group(name: str, found: list[str]) -> Object:
    """One group, as listed in `/apis`."""
    versions = [{"groupVersion": f"{name}/{version}", "version": version} for version in found]
    return {"name": name, "versions": versions, "preferredVersion": versions[0]}


def find_group(name: str, installed: Groups) -> Object | None:
    """`/apis/NAME`."""
    versions = group_versions(installed).get(name)
    return None if versions is None else {"kind": "APIGroup", "apiVersion": "v1", **_group(name, versions)}


def find_resource_list(name: str, version: str, installed: Groups = ()) -> Object | None:
    """`/api/v1` or `/apis/NAME/VERSION`."""
    if version not in group_versions(installed).get(name, ()):
        return None
    resources: list[Object] = []
    for resource in _served(name, version, installed):
        resources.append(_legacy(resource))
        resources.extend(_legacy_sub(resource, part) for part in resource.subresources)
    for plural, kind, namespaced, verbs in _virtual(name):
        resources.append({"name": plural, "singularName": "", "namespaced": namespaced, "kind": kind, "verbs": verbs})
    group_version = f"{name}/{version}" if name else version
    return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": group_version, "resources": resources}


def aggregated(installed: Groups, *, core: bool) -> Object:
    """`/api` or `/apis` in the aggregated form."""
    items = []
    for name, versions in group_versions(installed).items():
        if bool(name) == core:
            continue
        served = [
            {"version": version, "resources": _aggregated_resources(name, version, installed), "freshness": "Current"}
            for version in versions
        ]
        items.append({"metadata": {"name": name} if name else {}, "versions": served})
    return {"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {}, "items": items}


def _served(name: str, version: str, installed: Groups) -> list[Resource]:
    return [
        resource for resource in served_resources(installed) if (resource.group, resource.version) == (name, version)
    ]


def _virtual(name: str) -> list[tuple[str, str, bool, list[str]]]:
    if name == reviews.GROUP:
        return [(plural, kind, scoped, ["create"]) for plural, (kind, scoped) in reviews.REVIEWS.items()]
    if name == metrics.GROUP:
        return [(plural, kind, scoped, ["get", "list"]) for plural, (kind, scoped) in metrics.KINDS.items()]
    return []


def _legacy(resource: Resource) -> Object:
    return {
        "name": resource.plural,
        "singularName": resource.singular,
        "namespaced": resource.namespaced,
        "kind": resource.kind,
        "verbs": list(resource.verbs),
        **_names(resource),
    }


def _legacy_sub(resource: Resource, part: str) -> Object:
    group_name, version, kind = _SUBRESOURCE_KINDS.get(part, ("", "", resource.kind))
    described: Object = {
        "name": f"{resource.plural}/{part}",
        "singularName": "",
        "namespaced": resource.namespaced,
        "kind": kind,
        "verbs": _SUBRESOURCE_VERBS[part],
    }
    if version:
        described |= {"group": group_name, "version": version}
    return described


def _names(resource: Resource) -> Object:
    names: Object = {}
    if resource.short_names:
        names["shortNames"] = list(resource.short_names)
    if resource.categories:
        names["categories"] = list(resource.categories)
    return names


def _aggregated_resources(name: str, version: str, installed: Groups) -> list[Object]:
    resources = [_aggregated_resource(resource) for resource in _served(name, version, installed)]
    for plural, kind, namespaced, verbs in _virtual(name):
        resources.append(
            {
                "resource": plural,
                "responseKind": {"group": name, "version": version, "kind": kind},
                "scope": "Namespaced" if namespaced else "Cluster",
                "singularResource": "",
                "verbs": verbs,
            }
        )
    return resources


def _aggregated_resource(resource: Resource) -> Object:
    described: Object = {
        "resource": resource.plural,
        "responseKind": {"group": resource.group, "version": resource.version, "kind": resource.kind},
        "scope": "Namespaced" if resource.namespaced else "Cluster",
        "singularResource": resource.singular,
        "verbs": list(resource.verbs),
        **_names(resource),
    }
    if resource.subresources:
        described["subresources"] = [_aggregated_sub(resource, part) for part in resource.subresources]
    return described


def _aggregated_sub(resource: Resource, part: str) -> Object:
    name, version, kind = _SUBRESOURCE_KINDS.get(part, (resource.group, resource.version, resource.kind))
    return {
        "subresource": part,
        "responseKind": {"group": name, "version": version, "kind": kind},
        "verbs": _SUBRESOURCE_VERBS[part],
    }
