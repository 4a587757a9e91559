"""Tables as bytes: the columns of each resource, and rows that carry the objects' metadata."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from simulator.resources import Resource
from simulator.server.tables import cluster, network, workloads
from simulator.server.tables.pods import pod_row

Object = dict[str, Any]
Row = Callable[[Object, datetime], list[Any]]


@dataclass(frozen=True)
class Layout:
    """A resource's columns, as `Name` or `Name:type`, those of `-o wide` behind a plus; and its rows."""

    columns: str
    row: Row


_TEMPLATE = "+Containers +Images"
LAYOUTS: dict[str, Layout] = {
    "pods": Layout(
        "Name Ready Status Restarts Age +IP +Node +Nominated_Node +Readiness_Gates", pod_row,
    ),
    "deployments.apps": Layout(
        f"Name Ready Up-to-date Available Age {_TEMPLATE} +Selector", workloads.deployment_row,
    ),
    "replicasets.apps": Layout(
        f"Name Desired:integer Current:integer Ready:integer Age {_TEMPLATE} +Selector", workloads.replica_set_row,
    ),
    "statefulsets.apps": Layout(f"Name Ready Age {_TEMPLATE}", workloads.stateful_set_row),
    "daemonsets.apps": Layout(
        "Name Desired:integer Current:integer Ready:integer Up-to-date:integer Available:integer Node_Selector Age "
        f"{_TEMPLATE} +Selector", workloads.daemon_set_row,
    ),
    "controllerrevisions.apps": Layout("Name Controller Revision Age", workloads.revision_row),
    "jobs.batch": Layout(f"Name Status Completions Duration Age {_TEMPLATE} +Selector", workloads.job_row),
    "cronjobs.batch": Layout(
        f"Name Schedule Timezone Suspend:boolean Active:integer Last_Schedule Age {_TEMPLATE} +Selector",
        workloads.cron_job_row,
    ),
    "horizontalpodautoscalers.autoscaling": Layout(
        "Name Reference Targets MinPods MaxPods Replicas Age", workloads.autoscaler_row,
    ),
    "poddisruptionbudgets.policy": Layout(
        "Name Min_Available Max_Unavailable Allowed_Disruptions:integer Age", workloads.budget_row,
    ),
    "nodes": Layout(
        "Name Status Roles Age Version +Internal-IP +External-IP +OS-Image +Kernel-Version +Container-Runtime",
        cluster.node_row,
    ),
    "namespaces": Layout("Name Status Age", cluster.namespace_row),
    "events": Layout(
        "Last_Seen Type Reason Object +Subobject +Source Message +First_Seen +Count +Name", cluster.event_row,
    ),
    "configmaps": Layout("Name Data Age", cluster.data_row),
    "secrets": Layout("Name Type Data Age", cluster.secret_row),
    "persistentvolumeclaims": Layout(
        "Name Status Volume Capacity Access_Modes StorageClass VolumeAttributesClass Age +VolumeMode",
        cluster.claim_row,
    ),
    "persistentvolumes": Layout(
        "Name Capacity Access_Modes Reclaim_Policy Status Claim StorageClass VolumeAttributesClass Reason Age "
        "+VolumeMode", cluster.volume_row,
    ),
    "resourcequotas": Layout("Name Request Limit Age", cluster.quota_row),
    "limitranges": Layout("Name Created_At:date", cluster.limit_range_row),
    "leases.coordination.k8s.io": Layout("Name Holder Age", cluster.lease_row),
    "storageclasses.storage.k8s.io": Layout(
        "Name Provisioner ReclaimPolicy VolumeBindingMode AllowVolumeExpansion Age", cluster.storage_class_row,
    ),
    "services": Layout("Name Type Cluster-IP External-IP Port(s) Age +Selector", network.service_row),
    "endpoints": Layout("Name Endpoints Age", network.endpoints_row),
    "endpointslices.discovery.k8s.io": Layout("Name AddressType Ports Endpoints Age", network.slice_row),
    "ingresses.networking.k8s.io": Layout("Name Class Hosts Address Ports Age", network.ingress_row),
    "networkpolicies.networking.k8s.io": Layout("Name Pod-Selector Age", network.network_policy_row),
}  # fmt: skip
_PLAIN = Layout("Name Age", cluster.plain_row)


def render_table(
    resource: Resource,
    objects: Sequence[Object],
    *,
    now: datetime,
    metadata: Object,
    version: str = "v1",
    include: str = "Metadata",
    headers: bool = True,
) -> bytes:
    """The bytes of a Table; `include` is what of each object its row carries."""
    layout = LAYOUTS.get(resource.key, _PLAIN)
    table: Object = {
        "kind": "Table",
        "apiVersion": f"meta.k8s.io/{version}",
        "metadata": metadata,
        "columnDefinitions": columns(layout.columns) if headers else None,
        "rows": [_row(layout, obj, now, version, include) for obj in objects],
    }
    return msgspec.json.encode(table)


def _row(layout: Layout, obj: Object, now: datetime, version: str, include: str) -> Object:
    row: Object = {"cells": layout.row(obj, now)}
    if include == "Object":
        row["object"] = obj
    elif include != "None":
        row["object"] = partial(obj, version)
    else:
        row["object"] = None
    return row


def partial(obj: Object, version: str = "v1") -> Object:
    """An object's metadata alone."""
    return {"kind": "PartialObjectMetadata", "apiVersion": f"meta.k8s.io/{version}", "metadata": obj["metadata"]}


def columns(layout: str) -> list[Object]:
    """Column definitions of a layout."""
    return [_column(text) for text in layout.split()]


def _column(text: str) -> Object:
    title, _, kind = text.removeprefix("+").partition(":")
    return {
        "name": title.replace("_", " "),
        "type": kind or "string",
        "format": "name" if title == "Name" else "",
        "description": "",
        "priority": int(text.startswith("+")),
    }
