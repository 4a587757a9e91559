"""The values in which changes are written down: target, call, write, draft.

A draft is what a runbook makes of one live subject and the caller's parameters: the exact writes in their order, what
they change, what undoing needs. Nothing here talks to a cluster.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

Risk = Literal["low", "medium", "high"]
RISK_ORDER: dict[str, int] = {"none": 0, "low": 1, "medium": 2, "high": 3}
Verb = Literal["patch", "scale", "create", "delete", "evict"]
Fields = dict[str, Any]
"""A part of a Kubernetes object, or JSON that a step found."""


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What a change is about: an application, or a project (`kind` Namespace)."""

    id: str
    kind: str
    namespace: str
    name: str


class TargetRef(msgspec.Struct, frozen=True, kw_only=True):
    """An object as it was when the plan was made; `uid` is "" for one that the plan creates."""

    kind: str
    namespace: str
    name: str
    uid: str = ""
    resource_version: str = ""
    generation: int = 0

    def __str__(self) -> str:
        return f"{self.kind}/{self.namespace}/{self.name}"


class Sealed(msgspec.Struct, frozen=True):
    """An encrypted object, which is only decrypted when it is sent."""

    text: str
    owner: str
    """What it was encrypted for."""


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One call to the API server, without the preconditions that are added when it is sent."""

    verb: Verb
    body: Fields = {}
    """The patch, the scale, or the whole object to create; empty for delete and evict."""
    patch_type: Literal["merge", "strategic"] = "merge"
    sealed: Sealed | None = None
    """The object to create, where it is a Secret; `body` then only names its keys."""


class FieldChange(msgspec.Struct, frozen=True):
    """A changed field; None means not set."""

    path: str
    before: Any
    after: Any


class Write(msgspec.Struct, frozen=True, kw_only=True):
    """One call on one object, the fields that it changes, and the call that puts them back."""

    target: TargetRef
    call: Call
    undo: Call | None
    """None if it cannot be undone: an evicted pod stays evicted."""
    changes: tuple[FieldChange, ...] = ()
    """The planned fields: the plan is stale if one of them differs on the target."""
    pins_generation: bool = True
    """Whether any other spec change also makes the plan stale."""


class OwnRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A row of our own store as a runbook reads it; `namespace` is that of the application it is about."""

    kind: str
    id: str
    namespace: str
    fields: Fields


class ArchivedObject(msgspec.Struct, frozen=True):
    """An object of a backup as the API server sent it then; of a Secret the keys, and everything in `sealed`."""

    document: Fields
    uids: frozenset[str]
    """Of the object itself, and of those that were created from backups of its application."""
    sealed: Sealed | None = None
    contents: Fields = {}
    """Of a claim: `snapshot`, or `velero` and `namespace` of the backup of Velero that has its volume; else empty."""


class RecordChange(msgspec.Struct, frozen=True, kw_only=True):
    """A change of one row of our own: its whole content after (of a deletion: before), and the fields that differ."""

    kind: str
    id: str
    verb: Literal["create", "update", "delete"]
    fields: Fields
    changes: tuple[FieldChange, ...]


class Replicas(msgspec.Struct, frozen=True):
    """Desired replicas before and after."""

    before: int
    after: int


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A runbook's proposal for one subject."""

    action: str
    subject: Subject
    target: TargetRef
    """The object that the subject is, or whose owner it is: shown as the plan's target, and held."""
    description: str
    parameters: Fields
    """Normalised parameters of the action."""
    writes: tuple[Write, ...]
    """In sending order."""
    records: tuple[RecordChange, ...] = ()
    """Changes of our own rows, which need no right in the cluster."""
    risk: Risk
    ready_pods_down: int = 0
    """Maximum number of ready pods down at the same time."""
    pods_touched: int = 0
    """Pods created, removed or replaced."""
    replicas: Replicas | None = None
    """Set if the change sets the number of replicas."""
    prior: Fields = {}
    """State that a later change may restore, such as the replicas before a stop."""
    warnings: tuple[str, ...] = ()
    undo_in_order: bool = False
    """Undo in the order of the writes instead of backwards: where the last write starts pods that read the first."""

    @property
    def scales(self) -> bool:
        """Whether it sets the number of replicas, and nothing else."""
        return any(write.call.verb == "scale" for write in self.writes)

    @property
    def changes(self) -> tuple[FieldChange, ...]:
        """All fields that it changes."""
        return tuple(change for write in self.writes for change in write.changes)

    @property
    def held(self) -> tuple[TargetRef, ...]:
        """What no other operation may change meanwhile; single pods are held by their application.

        What only reads holds a name of its own: reading an application while it changes is allowed.
        """
        if not self.writes and not self.records:
            return (msgspec.structs.replace(self.target, kind=self.action, uid=""),)
        return (self.target, *(write.target for write in self.writes if write.call.verb != "evict"))

    @property
    def undo_order(self) -> tuple[int, ...]:
        """Numbers of the writes in the order in which they are undone."""
        order = range(len(self.writes))
        return tuple(order) if self.undo_in_order else tuple(reversed(order))


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """The object right after a write; all empty once it is deleted."""

    generation: int = 0
    resource_version: str = ""
    uid: str = ""
