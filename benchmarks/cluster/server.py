"""The API server asked plainly, beside everything that is measured: what it holds, and changes that are made there."""

from __future__ import annotations

import json
import ssl
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from http.client import HTTPResponse
from pathlib import Path
from typing import Any

import msgspec

METADATA_ONLY = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
PATHS = {"Pod": "/api/v1/pods", "Deployment": "/apis/apps/v1/deployments", "ReplicaSet": "/apis/apps/v1/replicasets"}
"""The kinds that a comparison is about."""
AT_ONCE = 40
Identity = tuple[str, str, str]
Versions = dict[Identity, tuple[str, str]]
"""Kind, namespace, name → uid, resourceVersion."""


class _Metadata(msgspec.Struct, rename="camel"):
    namespace: str
    name: str
    uid: str
    resource_version: str


class _Item(msgspec.Struct):
    metadata: _Metadata


class _List(msgspec.Struct):
    items: list[_Item]


class Server:
    """Its administrator's view."""

    def __init__(self, kubeconfig: Path) -> None:
        content = json.loads(kubeconfig.read_text())
        cluster = content["clusters"][0]["cluster"]
        self.url: str = cluster["server"]
        self._token = content["users"][0]["user"]["token"]
        self._context = ssl.create_default_context(cafile=cluster["certificate-authority"])

    def open(
        self,
        path: str,
        *,
        method: str = "GET",
        body: object = None,
        accept: str = "application/json",
        seconds: float = 60,
    ) -> HTTPResponse:
        """A request; its answer to be read."""
        content = "application/merge-patch+json" if method == "PATCH" else "application/json"
        headers = {"Authorization": f"Bearer {self._token}", "Accept": accept, "Content-Type": content}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, method=method, data=data, headers=headers)  # noqa: S310 # loopback
        answer: HTTPResponse = urllib.request.urlopen(request, timeout=seconds, context=self._context)  # noqa: S310 # loopback
        return answer

    def get(self, path: str) -> Any:
        """An object or a list."""
        with self.open(path) as answer:
            return json.load(answer)

    def versions(self) -> Versions:
        """uid and version of every pod, Deployment and ReplicaSet."""
        found: Versions = {}
        for kind, path in PATHS.items():
            with self.open(path, accept=METADATA_ONLY) as answer:
                listed = msgspec.json.decode(answer.read(), type=_List)
            for item in listed.items:
                meta = item.metadata
                found[kind, meta.namespace, meta.name] = meta.uid, meta.resource_version
        return found

    def restart(self, applications: list[tuple[str, str]]) -> None:
        """`kubectl rollout restart` of all of them, at once."""
        moment = datetime.now(tz=UTC).isoformat()
        template = {"metadata": {"annotations": {"kubectl.kubernetes.io/restartedAt": moment}}}
        self.patch(applications, {"spec": {"template": template}})

    def scale(self, applications: list[tuple[str, str]], replicas: int) -> None:
        """Set the replicas of all of them, at once."""
        self.patch(applications, {"spec": {"replicas": replicas}})

    def patch(self, applications: list[tuple[str, str]], body: object) -> None:
        """Change Deployments, named by namespace and name, at once."""

        def change(which: tuple[str, str]) -> None:
            namespace, name = which
            path = f"/apis/apps/v1/namespaces/{namespace}/deployments/{name}"
            self.open(path, method="PATCH", body=body).close()

        with ThreadPoolExecutor(AT_ONCE) as threads:
            list(threads.map(change, applications))

    def is_rolled_out(self) -> bool:
        """Whether every Deployment is as its specification says."""
        return all(_is_done(item) for item in self.get(PATHS["Deployment"])["items"])

    def expired(self, path: str, version: str) -> bool:
        """Whether a watch from this version on is refused as too old."""
        with self.open(f"{path}?watch=true&resourceVersion={version}&timeoutSeconds=3") as answer:
            line = answer.readline()
        return bool(line) and json.loads(line)["object"].get("code") == 410


def _is_done(deployment: Any) -> bool:
    status, wanted = deployment["status"], deployment["spec"]["replicas"]
    if status.get("observedGeneration", 0) < deployment["metadata"]["generation"]:
        return False
    return all(status.get(key, 0) == wanted for key in ("replicas", "updatedReplicas", "readyReplicas"))
