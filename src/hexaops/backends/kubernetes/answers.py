"""What the client's calls return where a whole object would be too much: small typed answers."""

from __future__ import annotations

import msgspec


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
