"""What the client's calls return where a whole object would be too much: small typed answers."""

from __future__ import annotations

from collections.abc import Awaitable

import msgspec

from hexaops.backends.kubernetes.errors import (
    KubernetesForbiddenError,
    KubernetesNotFoundError,
    KubernetesUnavailableError,
)
from hexaops.backends.kubernetes.times import parse_moment
from hexaops.kit.quantities import parse_quantity


class Right(msgspec.Struct, frozen=True, kw_only=True):
    """A verb on a resource, as access reviews ask for it."""

    verb: str
    group: str = ""
    resource: str
    """The plural, such as deployments."""
    subresource: str = ""
    namespace: str = ""
    name: str = ""

    def attributes(self) -> dict[str, str]:
        """The review's `resourceAttributes`."""
        return {key: value for key, value in msgspec.structs.asdict(self).items() if value}


class AccessDecision(msgspec.Struct, frozen=True):
    """The server's answer to an access review."""

    allowed: bool
    reason: str = ""


class Identity(msgspec.Struct, frozen=True):
    """Who the API server takes us for."""

    username: str
    groups: tuple[str, ...] = ()


class ServerVersion(msgspec.Struct, frozen=True, rename="camel"):
    """The API server's version; `minor` may end in "+"."""

    git_version: str
    major: str = ""
    minor: str = ""


class Scale(msgspec.Struct, frozen=True, kw_only=True):
    """The scale subresource; `uid` and `resource_version` are those of the workload."""

    uid: str
    resource_version: str
    desired: int
    current: int
    selector: str


class Usage(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Measured use of one pod or node: cores and bytes, over `window_seconds` up to `measured_at`."""

    namespace: str
    name: str
    cpu: float
    memory: float
    measured_at: float
    window: str
    containers: dict[str, tuple[float, float]] = {}
    """Cores and bytes by container; empty for nodes."""


class UsageReading(msgspec.Struct, frozen=True):
    """Measured use, or None with the reason why there is none."""

    items: tuple[Usage, ...] | None
    reason: str | None = None


class _Meta(msgspec.Struct, rename="camel"):
    name: str = ""
    namespace: str = ""
    uid: str = ""
    resource_version: str = ""


class _ScaleSpec(msgspec.Struct):
    replicas: int = 0


class _ScaleStatus(msgspec.Struct):
    replicas: int = 0
    selector: str = ""


class _Scale(msgspec.Struct):
    metadata: _Meta
    spec: _ScaleSpec = msgspec.field(default_factory=_ScaleSpec)
    status: _ScaleStatus = msgspec.field(default_factory=_ScaleStatus)


def decode_scale(body: bytes) -> Scale:
    """From an autoscaling/v1 Scale."""
    scale = msgspec.json.decode(body, type=_Scale)
    return Scale(
        uid=scale.metadata.uid,
        resource_version=scale.metadata.resource_version,
        desired=scale.spec.replicas,
        current=scale.status.replicas,
        selector=scale.status.selector,
    )


class _AccessStatus(msgspec.Struct, rename="camel"):
    allowed: bool = False
    reason: str = ""
    evaluation_error: str = ""


class _Access(msgspec.Struct):
    status: _AccessStatus


def decode_access(body: bytes) -> AccessDecision:
    """From a SubjectAccessReview."""
    status = msgspec.json.decode(body, type=_Access).status
    return AccessDecision(status.allowed, (status.reason or status.evaluation_error)[:300])


class _UserInfo(msgspec.Struct):
    username: str = ""
    groups: tuple[str, ...] = ()


class _ReviewStatus(msgspec.Struct, rename="camel"):
    user_info: _UserInfo


class _Review(msgspec.Struct):
    status: _ReviewStatus


def decode_identity(body: bytes) -> Identity:
    """From a SelfSubjectReview."""
    user = msgspec.json.decode(body, type=_Review).status.user_info
    return Identity(user.username, user.groups)


def decode_version(body: bytes) -> ServerVersion:
    """From /version."""
    return msgspec.json.decode(body, type=ServerVersion)


class _Group(msgspec.Struct):
    name: str


class _Groups(msgspec.Struct):
    groups: list[_Group] = []


def decode_groups(body: bytes) -> frozenset[str]:
    """From /apis."""
    return frozenset(group.name for group in msgspec.json.decode(body, type=_Groups).groups)


class _Use(msgspec.Struct):
    cpu: str = "0"
    memory: str = "0"


class _ContainerUse(msgspec.Struct):
    name: str
    usage: _Use = msgspec.field(default_factory=_Use)


class _UsageItem(msgspec.Struct):
    metadata: _Meta
    timestamp: str = ""
    window: str = ""
    usage: _Use | None = None
    containers: list[_ContainerUse] = []


class _UsageList(msgspec.Struct):
    items: list[_UsageItem]


def decode_usage(body: bytes) -> tuple[Usage, ...]:
    """From a PodMetricsList or NodeMetricsList."""
    return tuple(_usage(item) for item in msgspec.json.decode(body, type=_UsageList).items)


async def usage_or_reason(reading: Awaitable[tuple[Usage, ...]]) -> UsageReading:
    """An absent or failing metrics API is a reason, not an error."""
    try:
        return UsageReading(await reading)
    except KubernetesNotFoundError:
        return UsageReading(None, "the cluster serves no metrics.k8s.io API (metrics-server is not installed)")
    except KubernetesForbiddenError:
        return UsageReading(None, "our identity may not read metrics.k8s.io")
    except KubernetesUnavailableError as error:
        return UsageReading(None, f"the metrics API does not answer: {error.message[:200]}")


def _usage(item: _UsageItem) -> Usage:
    containers = {
        part.name: (parse_quantity(part.usage.cpu), parse_quantity(part.usage.memory)) for part in item.containers
    }
    whole = item.usage
    return Usage(
        namespace=item.metadata.namespace,
        name=item.metadata.name,
        cpu=parse_quantity(whole.cpu) if whole else sum(cpu for cpu, _ in containers.values()),
        memory=parse_quantity(whole.memory) if whole else sum(memory for _, memory in containers.values()),
        measured_at=parse_moment(item.timestamp) or 0.0,
        window=item.window,
        containers=containers,
    )
