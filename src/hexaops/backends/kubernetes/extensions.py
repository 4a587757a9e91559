"""Functions (Knative) and pipeline runs (Tekton, Argo) of one cluster: listed where their API groups are served.

They are few and asked for rarely, so they are listed when asked for and kept for a few seconds instead of watched. That
a group is not served is known and means none, said as such; that it cannot be read is a reason.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from msgspec import Struct

from hexaops.backends.kubernetes.client import KubernetesClient
from hexaops.backends.kubernetes.errors import KubernetesError, KubernetesForbiddenError, KubernetesNotFoundError
from hexaops.backends.kubernetes.kinds import Kind
from hexaops.backends.kubernetes.times import parse_moment
from hexaops.kit.clock import Clock
from hexaops.kit.timeout import Timeout

T = TypeVar("T")

MAX_AGE_SECONDS = 15.0
CALL_SECONDS = 3.0
FUNCTIONS = Kind("Service", "serving.knative.dev", "v1", "services")
PIPELINE_RUNS = Kind("PipelineRun", "tekton.dev", "v1", "pipelineruns")
WORKFLOWS = Kind("Workflow", "argoproj.io", "v1alpha1", "workflows")
_ENDED = frozenset({"Succeeded", "Failed", "Error"})


class Function(Struct, frozen=True):
    """A Knative Service."""

    namespace: str
    name: str


class PipelineRun(Struct, frozen=True):
    """A Tekton PipelineRun or an Argo Workflow."""

    namespace: str
    name: str
    started_at: float | None
    """Seconds since 1970; None before it has started."""
    active: bool
    """Whether it has not ended."""


class Extensions(Struct, frozen=True):
    """What a cluster has beyond Kubernetes' own kinds. A list is empty where its reason says why it cannot be told."""

    functions: Sequence[Function] = ()
    functions_reason: str | None = None
    functions_served: bool = True
    """Whether the cluster has the kind at all."""
    pipeline_runs: Sequence[PipelineRun] = ()
    pipelines_reason: str | None = None
    pipelines_served: bool = True
    """Whether it has either kind."""


class _Listed(Struct, Generic[T], frozen=True):
    """What there is of a kind, or why that is not known."""

    items: Sequence[T] = ()
    reason: str | None = None
    served: bool = True


class ClusterExtensions:
    """The extensions of one cluster, asked at most once in `MAX_AGE_SECONDS`."""

    def __init__(self, reader: KubernetesClient, clock: Clock) -> None:
        self._reader = reader
        self._clock = clock
        self._held: tuple[Extensions, float] | None = None
        self._asking = asyncio.Lock()

    async def current(self) -> Extensions:
        """What there is now."""
        async with self._asking:
            if self._held is None or self._clock.monotonic() >= self._held[1]:
                found = await self._ask()
                self._held = found, self._clock.monotonic() + MAX_AGE_SECONDS
            return self._held[0]

    async def _ask(self) -> Extensions:
        timeout = Timeout(CALL_SECONDS, self._clock)
        try:
            groups = await self._reader.api_groups(timeout=timeout)
        except (KubernetesError, ValueError):
            reason = "the cluster does not say which API groups it serves"
            return Extensions(functions_reason=reason, pipelines_reason=reason)
        functions, tekton, argo = await asyncio.gather(
            self._list(FUNCTIONS, groups, timeout, _function),
            self._list(PIPELINE_RUNS, groups, timeout, _pipeline_run),
            self._list(WORKFLOWS, groups, timeout, _workflow),
        )
        return Extensions(
            functions.items, functions.reason, functions.served,
            (*tekton.items, *argo.items), tekton.reason or argo.reason, tekton.served or argo.served,
        )  # fmt: skip

    async def _list(
        self, kind: Kind, groups: frozenset[str], timeout: Timeout, decode: Callable[[Mapping[str, Any]], T]
    ) -> _Listed[T]:
        if kind.group not in groups:
            return _Listed(served=False)
        try:
            return _Listed([decode(found) for found in await self._reader.list(kind, timeout=timeout)])
        except KubernetesNotFoundError:
            return _Listed(served=False)  # the group is served, such as Argo CD's, but not this kind
        except KubernetesForbiddenError:
            return _Listed(reason=f"the cluster does not let this service list {kind.plural} of {kind.group}")
        except (KubernetesError, KeyError, TypeError, AttributeError, ValueError):
            return _Listed(reason=f"{kind.plural} of {kind.group} cannot be read")


def _function(found: Mapping[str, Any]) -> Function:
    return Function(found["metadata"]["namespace"], found["metadata"]["name"])


def _pipeline_run(found: Mapping[str, Any]) -> PipelineRun:
    return _run(found, active=not (found.get("status") or {}).get("completionTime"), started="startTime")


def _workflow(found: Mapping[str, Any]) -> PipelineRun:
    return _run(found, active=(found.get("status") or {}).get("phase", "") not in _ENDED, started="startedAt")


def _run(found: Mapping[str, Any], *, active: bool, started: str) -> PipelineRun:
    metadata, status = found["metadata"], found.get("status") or {}
    return PipelineRun(metadata["namespace"], metadata["name"], parse_moment(status.get(started)), active)
