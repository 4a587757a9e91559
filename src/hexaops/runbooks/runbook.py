"""The runbook: everything about one kind of change.

The catalogue is a closed set; API, chat verbs, CLI, permissions, RBAC, docs, risks and estimates are derived from it.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Generic, Literal, Protocol, TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from hexaops.analysis.applications.model import Application
from hexaops.backends.kubernetes.cache import WatchCache
from hexaops.errors import HexaopsError
from hexaops.runbooks.live import LiveObject
from hexaops.runbooks.model import ArchivedObject, Draft, Fields, OwnRecord, Subject, TargetRef, Verb, Written
from hexaops.runbooks.parameters import Parameters

P = TypeVar("P", bound=Parameters)
SECONDS_TO_VALIDATE = 1.0
SECONDS_PER_BATCH = 10.0
"""Assumed per batch of pods until this kind of change has been observed."""


class NotApplicableError(HexaopsError):
    """The action does not apply to the target in its current state; `details.possible_when` says when it does, and
    `details.already_so` that nothing needs to change."""

    code = "ACTION_NOT_APPLICABLE"
    status = 409

    def __init__(self, reason: str, *, possible: str | None, already_so: bool = False) -> None:
        details: dict[str, object] = {"reason": reason, "possible_when": possible}
        super().__init__(reason, details=details | ({"already_so": True} if already_so else {}))


class World(Protocol):
    """What a runbook can read while drafting."""

    @property
    def cache(self) -> WatchCache:
        """The watch cache."""
        ...

    @property
    def at(self) -> datetime:
        """The plan's time, used for annotations."""
        ...

    async def find(self, kind: str, namespace: str, name: str) -> LiveObject | None:
        """The live object from the API server; a LiveWorkload if it is one."""
        ...

    async def list(self, kind: str, namespace: str, *, metadata_only: bool = False) -> Sequence[Mapping[str, Any]]:
        """All objects of a kind in a namespace from the API server, as it sends them."""
        ...

    async def recorded_replicas(self, uid: str) -> int | None:
        """Replicas recorded by the last stop of this object."""
        ...

    async def record(self, kind: str, record_id: str) -> OwnRecord | None:
        """A row of our own of the requester's workspace, such as an alert."""
        ...

    async def probe_image(self) -> str | None:
        """The image that the requester's workspace allows for probe pods; None where it allows none."""
        ...

    async def owns(self, namespace: str) -> bool:
        """Whether the namespace is the requester's workspace's."""
        ...

    async def may(self, verb: str, kind: str, namespace: str) -> bool:
        """Whether the writing identity has this right in a namespace."""
        ...

    async def archived(self, backup_id: str) -> Sequence[ArchivedObject]:
        """What a backup of the requester's workspace holds; raises NotApplicableError where there is none."""
        ...


class Right(Struct, frozen=True):
    """A right that the writing identity needs, granted by deploy/rbac.yaml."""

    verb: Literal["create", "patch", "delete"]
    kind: str
    subresource: str = ""
    takes_back: bool = False
    """Used only to take back what the same change created."""


RIGHT_OF_VERB: Mapping[Verb, tuple[Literal["create", "patch", "delete"], str]] = {
    "patch": ("patch", ""),
    "scale": ("patch", "scale"),
    "create": ("create", ""),
    "delete": ("delete", ""),
    "evict": ("create", "eviction"),
}
"""Call verb → verb and subresource of the right."""


class Words(Struct, frozen=True):
    """Wording of a kind of change."""

    verb: str
    """Imperative: "restart"."""
    done: str
    """"restarted", as in "Application restarted successfully"."""
    does: str
    """One line for docs and help."""
    undo: str
    """One line: what undoing does, or why it is not possible."""
    noun: str = "Application"


class View(Struct, frozen=True):
    """What a running step can read: rows and the watch cache. Nothing that blocks."""

    draft: Draft
    cache: WatchCache
    written: Mapping[int, Written] = field(default_factory=dict)
    """By the write's number in the draft."""
    found: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Findings of the finished steps."""

    @property
    def target(self) -> TargetRef:
        """The draft's main object."""
        return self.draft.target

    @property
    def generation(self) -> int:
        """The main object's generation that its controller must have observed."""
        return generation_of(self.draft, self.written)


def generation_of(draft: Draft, written: Mapping[int, Written]) -> int:
    """The newest generation that these writes gave to the draft's main object; the planned one without any."""
    own = [
        written[seq].generation for seq, one in enumerate(draft.writes) if one.target == draft.target and seq in written
    ]
    return max(own, default=draft.target.generation)


Seconds = Callable[[Draft, float], float]
"""Assumed seconds of a step, of the draft and the seconds for which health must hold."""


class Step(Struct, frozen=True):
    """One visible step. It sends its writes, waits until it is reached, and notes what it found.

    `reached` is asked after every change of the cluster and answers None until then. Every step may be started again
    from its beginning: a write is sent once, whatever happens.
    """

    name: str
    assumed_seconds: Seconds
    writes: Callable[[Draft], Sequence[int]] = lambda _draft: ()
    reached: Callable[[View], Any] = lambda _view: True
    found: Callable[[View, Any], Fields] = lambda _view, _reached: {}
    examines: bool = False
    """Whether rules and rights are checked again first: true for the step before the first write."""
    steady: bool = False
    """Whether the reached state must stay unchanged for the configured time."""
    confirmed: Callable[[View, LiveObject], bool] | None = None
    """Final check against the live object, because a watch may be silent."""


def step_named(name: str, like: Step, **changed: Any) -> Step:
    """Another step under a different name."""
    return replace(like, name=name, **changed)


def all_writes(draft: Draft) -> Sequence[int]:
    """Every write of the draft."""
    return range(len(draft.writes))


def seconds_to_validate(_draft: Draft, _stable: float) -> float:
    """Estimate for reading the target and checking rights."""
    return SECONDS_TO_VALIDATE


def seconds_of_one_batch(_draft: Draft, _stable: float) -> float:
    """Estimate for pods that start in parallel."""
    return SECONDS_PER_BATCH


def seconds_of_rollout(draft: Draft, _stable: float) -> float:
    """Estimate for a rollout in batches of a quarter, Kubernetes' default."""
    batch = math.ceil(draft.pods_touched / 4) or 1
    return SECONDS_PER_BATCH * math.ceil(draft.pods_touched / batch)


def seconds_stable(_draft: Draft, stable: float) -> float:
    """Estimate: the time for which health must hold."""
    return stable


class Runbook(ABC, Generic[P]):
    """One kind of change. Class attributes say what it is; the methods are pure but for `draft`, which reads."""

    name: ClassVar[str]
    target: ClassVar[Literal["application", "project", "alert", "backup"]] = "application"
    parameters: type[P]
    words: ClassVar[Words]
    rights: ClassVar[tuple[Right, ...]]
    """Rights needed by its writes and their undo."""
    risk: ClassVar[str]
    """Risk in words, for the docs; each draft has its own."""
    steps: ClassVar[tuple[Step, ...]]
    watched: ClassVar[tuple[str, ...]]
    """Kinds whose changes can complete a step."""
    limits_step: ClassVar[bool] = False
    """Whether rule 10 limits how many replicas it may add at once."""
    kept_by_gitops: ClassVar[bool] = True
    """Whether Argo CD or Flux would revert the change; if so it is refused (rule 8)."""
    changes_cluster: ClassVar[bool] = True
    """False for what only reads or changes rows of our own: never capped, and not stopped with the automation."""
    takes_several: ClassVar[bool] = True
    """Whether one plan may be about several applications."""

    @abstractmethod
    async def draft(self, subject: Subject, parameters: P, world: World) -> Draft:
        """Draft the change; raises NotApplicableError or ValidationFailedError."""

    def possible_for(self, application: Application) -> bool:  # noqa: ARG002 # what a project's action answers
        """Whether to offer it for this application in its current state."""
        return False

    def inverse(self, draft: Draft) -> tuple[str, Fields] | None:  # noqa: ARG002 # what most answer
        """Action and parameters that undo a completed change; None if it cannot be undone."""
        return None

    def done(self, draft: Draft) -> str:  # noqa: ARG002 # most do not depend on it
        """Past tense: "restarted"."""
        return self.words.done

    def failed(self, view: View) -> str | None:  # noqa: ARG002 # most cannot fail in a way of their own
        """Why the planned state can no longer be reached, in the cluster's words."""
        return None

    def stuck(self, view: View) -> str | None:  # noqa: ARG002 # most start no pods
        """What is blocking it; if it persists, the change fails."""
        return None

    def state(self, view: View) -> str:  # noqa: ARG002 # most are done at once
        """Progress in words."""
        return ""

    def deadline_seconds(self, view: View) -> float | None:  # noqa: ARG002 # most have none of their own
        """The target's own time limit; None: the configured one."""
        return None

    def restored(self, view: View, undone: Mapping[int, Written]) -> str | None:  # noqa: ARG002 # see below
        """A sentence once the previous state is restored; for most kinds that is as soon as the writes are undone."""
        return RESTORED


RESTORED = "What was there before is restored"
