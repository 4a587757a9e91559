"""A thin asynchronous client: the few REST calls that the service makes, each with a time limit and typed errors.

Reads are tried again after 429, 5xx and lost connections; writes never are: whether the lost one
was applied is for the caller to find out (read back, then decide).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from hexaops.backends.kubernetes import answers
from hexaops.backends.kubernetes.errors import KubernetesGoneError, KubernetesNotFoundError, Target
from hexaops.backends.kubernetes.http import DEFAULT_TIMEOUT_SECONDS, Call, KubernetesHttp, Limit
from hexaops.backends.kubernetes.kinds import KINDS, Kind
from hexaops.kit.timeout import Timeout

FIELD_MANAGER = "hexaops"
PatchBody = Mapping[str, Any] | list[Any]
Objects = list[dict[str, Any]]
PATCH_TYPES = {
    "merge": "application/merge-patch+json",
    "strategic": "application/strategic-merge-patch+json",
    "json": "application/json-patch+json",
    "apply": "application/apply-patch+yaml",
}
METADATA_ONLY = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
ONE_METADATA_ONLY = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
_LOG_LIMIT_BYTES = 4 * 1024 * 1024
LOG_PART_BYTES = 512 * 1024


class KubernetesClient:
    """Calls of one identity. `kind` is a name in KINDS or a Kind; `timeout` a Timeout or seconds."""

    def __init__(self, http: KubernetesHttp) -> None:
        self._http = http

    @property
    def http(self) -> KubernetesHttp:
        """The transport below, for backends of further API groups."""
        return self._http

    async def close(self) -> None:
        """Close all connections."""
        await self._http.close()

    # ------------------------------------------------------------------ reading

    async def get(
        self, kind: str | Kind, namespace: str, name: str, *, timeout: Limit = DEFAULT_TIMEOUT_SECONDS
    ) -> dict[str, Any]:
        """One whole object; raises KubernetesNotFoundError."""
        target, path = _address("get", kind, namespace, name)
        return await self._http.json(Call("GET", path, target, timeout))

    async def get_metadata(
        self, kind: str | Kind, namespace: str, name: str, *, timeout: Limit = DEFAULT_TIMEOUT_SECONDS
    ) -> dict[str, Any]:
        """An object's metadata only; raises KubernetesNotFoundError."""
        target, path = _address("get", kind, namespace, name)
        return await self._http.json(Call("GET", path, target, timeout, accept=ONE_METADATA_ONLY))

    async def list(
        self,
        kind: str | Kind,
        namespace: str | None = None,
        *,
        label_selector: str = "",
        field_selector: str = "",
        timeout: Limit = DEFAULT_TIMEOUT_SECONDS,
    ) -> list[dict[str, Any]]:
        """Whole objects, all pages; for kinds that are not watched. Expensive for large collections."""
        selectors = {"labelSelector": label_selector, "fieldSelector": field_selector}
        whole = timeout if isinstance(timeout, Timeout) else Timeout(timeout, self._http.clock)
        try:
            return await self._pages(kind, namespace or "", {"limit": "500", **selectors}, whole)
        except KubernetesGoneError:  # a token became too old between two pages: everything at once
            return await self._pages(kind, namespace or "", selectors, whole)

    async def _pages(self, kind: str | Kind, namespace: str, query: dict[str, str], limit: Timeout) -> Objects:
        target, path = _address("list", kind, namespace)
        found: Objects = []
        token = ""
        while True:
            call = Call("GET", path, target, limit, {**query, "continue": token})
            page = await self._http.json(call)
            found += page.get("items") or []
            token = page.get("metadata", {}).get("continue")
            if not token:
                return found

    async def list_metadata(
        self, kind: str | Kind, namespace: str, *, timeout: Limit = DEFAULT_TIMEOUT_SECONDS
    ) -> Objects:
        """Metadata only of every object, for kinds whose contents are nobody's business."""
        target, path = _address("list", kind, namespace)
        found = await self._http.json(Call("GET", path, target, timeout, accept=METADATA_ONLY))
        items: Objects = found.get("items") or []
        return items

    async def list_page(
        self,
        kind: str | Kind,
        namespace: str | None = None,
        *,
        limit: int | None,
        continue_token: str = "",
        timeout: Limit = 60.0,
    ) -> bytes:
        """One page of a collection as it came; raises KubernetesGoneError when the token is too old."""
        target, path = _address("list", kind, namespace or "")
        query = {"limit": str(limit) if limit else "", "continue": continue_token}
        return await self._http.body(Call("GET", path, target, timeout, query=query))

    @asynccontextmanager
    async def watch(
        self, kind: str | Kind, *, resource_version: str, timeout_seconds: int, stall_seconds: float
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """Chunks of a watch with bookmarks, as they came; no chunk for `stall_seconds` raises unavailable."""
        target, path = _address("watch", kind, "")
        query = {
            "watch": "true",
            "allowWatchBookmarks": "true",
            "resourceVersion": resource_version,
            "timeoutSeconds": str(timeout_seconds),
        }
        async with self._http.stream(Call("GET", path, target, stall_seconds, query=query)) as chunks:
            yield chunks

    async def pod_log(
        self,
        namespace: str,
        name: str,
        *,
        container: str = "",
        tail_lines: int | None = None,
        since_seconds: int | None = None,
        previous: bool = False,
        timestamps: bool = False,
        timeout: Limit = DEFAULT_TIMEOUT_SECONDS,
    ) -> str:
        """A pod's log, at most 4 MiB; `container` is needed when the pod has several."""
        target, path = _address("get", "Pod", namespace, name, "log")
        query = {
            "container": container,
            "tailLines": "" if tail_lines is None else str(tail_lines),
            "sinceSeconds": "" if since_seconds is None else str(since_seconds),
            "previous": "true" if previous else "",
            "timestamps": "true" if timestamps else "",
            "limitBytes": str(_LOG_LIMIT_BYTES),
        }
        body = await self._http.body(Call("GET", path, target, timeout, query=query, accept="*/*"))
        return body.decode(errors="replace")

    async def log_since(
        self, namespace: str, name: str, container: str, since: str, *, previous: bool = False,
        timeout: Limit = DEFAULT_TIMEOUT_SECONDS,
    ) -> bytes:  # fmt: skip
        """The oldest `LOG_PART_BYTES` of a container's log since an RFC 3339 time, each line behind its own time."""
        target, path = _address("get", "Pod", namespace, name, "log")
        query = {
            "container": container, "sinceTime": since, "previous": "true" if previous else "", "timestamps": "true",
            "limitBytes": str(LOG_PART_BYTES),
        }  # fmt: skip
        return await self._http.body(Call("GET", path, target, timeout, query=query, accept="*/*"))

    async def get_scale(
        self, kind: str | Kind, namespace: str, name: str, *, timeout: Limit = DEFAULT_TIMEOUT_SECONDS
    ) -> answers.Scale:
        """The scale subresource of a Deployment, StatefulSet or ReplicaSet."""
        target, path = _address("get", kind, namespace, name, "scale")
        return await self._http.read(Call("GET", path, target, timeout), answers.decode_scale)

    # ------------------------------------------------------------------ writing, never retried

    async def create(
        self,
        kind: str | Kind,
        namespace: str,
        body: Mapping[str, Any],
        *,
        dry_run: bool = False,
        timeout: Limit = DEFAULT_TIMEOUT_SECONDS,
    ) -> dict[str, Any]:
        """Create a named object and return it; one that exists already raises KubernetesConflictError."""
        name = str(body["metadata"]["name"])
        known = kind_of(kind)
        target = Target("create", known.name, namespace, name, known.group, known.plural)
        content = msgspec.json.encode(body)
        query = _write_query(dry_run)
        return await self._http.json(Call("POST", known.path(namespace), target, timeout, query, content=content))

    async def patch(
        self,
        kind: str | Kind,
        namespace: str,
        name: str,
        body: PatchBody,
        *,
        patch_type: str = "merge",
        dry_run: bool = False,
        timeout: Limit = DEFAULT_TIMEOUT_SECONDS,
    ) -> dict[str, Any]:
        """Patch and return the object as it is (or, dry, would be) afterwards.

        `patch_type` is merge, strategic, json or apply. A precondition goes into the body:
        `metadata.resourceVersion` and `metadata.uid`; a mismatch raises KubernetesConflictError.
        """
        target, path = _address("patch", kind, namespace, name)
        query = _write_query(dry_run)
        content = msgspec.json.encode(body)
        return await self._http.json(
            Call("PATCH", path, target, timeout, query, content=content, content_type=PATCH_TYPES[patch_type])
        )

    async def patch_scale(
        self,
        kind: str | Kind,
        namespace: str,
        name: str,
        replicas: int,
        *,
        resource_version: str | None = None,
        dry_run: bool = False,
        timeout: Limit = DEFAULT_TIMEOUT_SECONDS,
    ) -> answers.Scale:
        """Set the absolute number of replicas; a changed resourceVersion raises KubernetesConflictError."""
        target, path = _address("patch", kind, namespace, name, "scale")
        body: dict[str, Any] = {"spec": {"replicas": replicas}}
        if resource_version:
            body["metadata"] = {"resourceVersion": resource_version}
        content = msgspec.json.encode(body)
        query = _write_query(dry_run)
        call = Call("PATCH", path, target, timeout, query, content=content, content_type=PATCH_TYPES["merge"])
        return await self._http.read(call, answers.decode_scale)

    async def evict(
        self,
        namespace: str,
        name: str,
        *,
        uid: str,
        grace_period_seconds: int | None = None,
        dry_run: bool = False,
        timeout: Limit = DEFAULT_TIMEOUT_SECONDS,
    ) -> None:
        """Ask for one pod's eviction; raises EvictionRefusedError when a budget forbids it."""
        target, path = _address("create", "Pod", namespace, name, "eviction")
        options = _delete_options(uid, None, dry_run)
        if grace_period_seconds is not None:
            options["gracePeriodSeconds"] = grace_period_seconds
        body = {
            "apiVersion": "policy/v1",
            "kind": "Eviction",
            "metadata": {"name": name, "namespace": namespace},
            "deleteOptions": options,
        }
        content = msgspec.json.encode(body)
        # The dry run stands in the query too, where an audit log shows it.
        await self._http.body(Call("POST", path, target, timeout, _write_query(dry_run), content=content))

    async def delete(
        self,
        kind: str | Kind,
        namespace: str,
        name: str,
        *,
        uid: str,
        resource_version: str | None = None,
        dry_run: bool = False,
        timeout: Limit = DEFAULT_TIMEOUT_SECONDS,
    ) -> None:
        """Delete exactly the object with this uid; another one under its name raises KubernetesConflictError."""
        target, path = _address("delete", kind, namespace, name)
        body = {"apiVersion": "v1", "kind": "DeleteOptions"} | _delete_options(uid, resource_version, dry_run)
        query = {"dryRun": "All" if dry_run else ""}
        await self._http.body(Call("DELETE", path, target, timeout, query, content=msgspec.json.encode(body)))

    # ------------------------------------------------------------------ rights and identity

    async def subject_access_review(
        self,
        right: answers.Right,
        *,
        user: str | None = None,
        groups: tuple[str, ...] = (),
        timeout: Limit = DEFAULT_TIMEOUT_SECONDS,
    ) -> answers.AccessDecision:
        """Whether a user (our own identity when none is named) has a right, and the server's reason."""
        kind = "SubjectAccessReview" if user else "SelfSubjectAccessReview"
        spec: dict[str, Any] = {"resourceAttributes": right.attributes()}
        if user:
            spec |= {"user": user, "groups": [*groups]}
        body = {"apiVersion": "authorization.k8s.io/v1", "kind": kind, "spec": spec}
        path = f"/apis/authorization.k8s.io/v1/{kind.lower()}s"
        target = Target("create", kind, group="authorization.k8s.io", resource=f"{kind.lower()}s")
        content = msgspec.json.encode(body)
        call = Call("POST", path, target, timeout, content=content, reads=True)
        return await self._http.read(call, answers.decode_access)

    async def whoami(self, *, timeout: Limit = DEFAULT_TIMEOUT_SECONDS) -> answers.Identity | None:
        """Our own user and groups, or None where the cluster cannot tell (before Kubernetes 1.28)."""
        kind = "SelfSubjectReview"
        path = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
        target = Target("create", kind, group="authentication.k8s.io", resource="selfsubjectreviews")
        content = msgspec.json.encode({"apiVersion": "authentication.k8s.io/v1", "kind": kind})
        try:
            call = Call("POST", path, target, timeout, content=content, reads=True)
            return await self._http.read(call, answers.decode_identity)
        except KubernetesNotFoundError:
            return None

    # ------------------------------------------------------------------ the cluster itself

    async def server_version(self, *, timeout: Limit = DEFAULT_TIMEOUT_SECONDS) -> answers.ServerVersion:
        """The API server's version."""
        call = Call("GET", "/version", Target("get", "version"), timeout)
        return await self._http.read(call, answers.decode_version)

    async def api_groups(self, *, timeout: Limit = DEFAULT_TIMEOUT_SECONDS) -> frozenset[str]:
        """Names of the served API groups, such as `serving.knative.dev`."""
        call = Call("GET", "/apis", Target("list", "APIGroup"), timeout)
        return await self._http.read(call, answers.decode_groups)

    async def has_group(self, group: str, *, timeout: Limit = DEFAULT_TIMEOUT_SECONDS) -> bool:
        """Whether an API group is served: how the presence of Knative, Tekton or Argo is known."""
        return group in await self.api_groups(timeout=timeout)


def kind_of(kind: str | Kind) -> Kind:
    """The Kind behind a name in KINDS."""
    return kind if isinstance(kind, Kind) else KINDS[kind]


def _address(verb: str, kind: str | Kind, namespace: str, name: str = "", subresource: str = "") -> tuple[Target, str]:
    known = kind_of(kind)
    resource = f"{known.plural}/{subresource}" if subresource else known.plural
    target = Target(verb, known.name, namespace, name, known.group, resource)
    return target, known.path(namespace, name, subresource)


def _write_query(dry_run: bool) -> dict[str, str]:
    return {"fieldManager": FIELD_MANAGER, "dryRun": "All" if dry_run else ""}


def _delete_options(uid: str, resource_version: str | None, dry_run: bool) -> dict[str, Any]:
    preconditions = {"uid": uid}
    if resource_version:
        preconditions["resourceVersion"] = resource_version
    options: dict[str, Any] = {"preconditions": preconditions, "propagationPolicy": "Background"}
    if dry_run:
        options["dryRun"] = ["All"]
    return options
