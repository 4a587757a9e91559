"""What a runbook is: everything about one kind of change, in one file.

The catalogue is a closed set; API, chat verbs, CLI, permissions, RBAC, docs, risks and estimates are derived from it.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, ClassVar, Generic, Literal, Protocol, TypeVar

from hexaops.analysis.applications.model import Application
from hexaops.backends.kubernetes.cache import WatchCache
from hexaops.errors import HexaopsError
from hexaops.runbooks.live import LiveObject
from hexaops.runbooks.model import Draft, Fields, Subject, TargetRef, Verb, Written
from hexaops.runbooks.parameters import Parameters

P = TypeVar("P", bound=Parameters)
SECONDS_TO_VALIDATE = 1.0
SECONDS_PER_BATCH = 10.0
"""Assumed for one batch of pods until this service has seen a change of the kind here."""


class NotApplicableError(HexaopsError):
    """The action does not apply to the target in its current state; `details.possible_when` says when it does."""

    code = "ACTION_NOT_APPLICABLE"
    status = 409

    def __init__(self, reason: str, *, possible: str | None) -> None:
        super().__init__(reason, details={"reason": reason, "possible_when": possible})


class World(Protocol):
    """What a runbook can read while drafting."""

    @property
    def cache(self) -> WatchCache:
        """Everything that is watched."""
        ...

    @property
    def at(self) -> datetime:
        """The plan's time: a runbook that marks something marks it with this."""
        ...

    async def find(self, kind: str, namespace: str, name: str) -> LiveObject | None:
        """The object as the API server has it now; a LiveWorkload where it is one."""
        ...

    async def recorded_replicas(self, uid: str) -> int | None:
        """Replicas that the last stop of this very object recorded."""
        ...


@dataclass(frozen=True)
class Right:
    """A right that the writing identity needs; deploy/rbac.yaml grants it."""

    verb: Literal["create", "patch", "delete"]
    kind: str
    subresource: str = ""


RIGHT_OF_VERB: Mapping[Verb, tuple[Literal["create", "patch", "delete"], str]] = {
    "patch": ("patch", ""),
    "scale": ("patch", "scale"),
    "create": ("create", ""),
    "delete": ("delete", ""),
    "evict": ("create", "eviction"),
}
"""Verb of a call → verb and subresource of its right."""


@dataclass(frozen=True)
class Words:
    """How people speak of a kind of change."""

    verb: str
    """Imperative: "restart"."""
    done: str
    """"restarted", as in "Application restarted successfully"."""
    does: str
    """One line for docs and help: what it does."""
    undo: str
    """One line: what undoing it means, or why there is nothing to undo."""
    noun: str = "Application"


@dataclass(frozen=True)
class View:
    """What a step may look at while its change runs: rows and the watch cache, nothing that waits."""

    draft: Draft
    cache: WatchCache
    written: Mapping[int, Written] = field(default_factory=dict)
    """By the number of the write in the draft."""
    found: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Step → what it found, of the steps done so far."""

    @property
    def target(self) -> TargetRef:
        """The draft's main object."""
        return self.draft.target

    @property
    def generation(self) -> int:
        """The generation of the main object that its controller must have seen."""
        return generation_of(self.draft, self.written)


def generation_of(draft: Draft, written: Mapping[int, Written]) -> int:
    """The newest generation that these writes gave to the draft's main object; the planned one without any."""
    own = [
        written[seq].generation for seq, one in enumerate(draft.writes) if one.target == draft.target and seq in written
    ]
    return max(own, default=draft.target.generation)


Seconds = Callable[[Draft, float], float]
"""Assumed seconds of a step, of the draft and the seconds for which health must hold."""


@dataclass(frozen=True)
class Step:
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
    """Whether every rule and right is asked again first: the step before the first write."""
    steady: bool = False
    """Whether what is reached must hold for the time that the settings name, unchanged."""
    confirmed: Callable[[View, LiveObject], bool] | None = None
    """The last word, of the main object as the API server itself has it: a watch may be silent."""


def step_named(name: str, like: Step, **changed: Any) -> Step:
    """A step that goes like another one, under a name of its own."""
    return replace(like, name=name, **changed)


def all_writes(draft: Draft) -> Sequence[int]:
    """Every write of the draft."""
    return range(len(draft.writes))


def seconds_to_validate(_draft: Draft, _stable: float) -> float:
    """Assumed for reading the target and asking for the rights."""
    return SECONDS_TO_VALIDATE


def seconds_of_one_batch(_draft: Draft, _stable: float) -> float:
    """Assumed for pods that start at the same time."""
    return SECONDS_PER_BATCH


def seconds_of_rollout(draft: Draft, _stable: float) -> float:
    """A rollout goes by quarters of the pods: Kubernetes' default pace."""
    batch = math.ceil(draft.pods_touched / 4) or 1
    return SECONDS_PER_BATCH * math.ceil(draft.pods_touched / batch)


def seconds_stable(_draft: Draft, stable: float) -> float:
    """Health must hold for that long."""
    return stable


class Runbook(ABC, Generic[P]):
    """One kind of change. Class attributes say what it is; the methods are pure but for `draft`, which reads."""

    name: ClassVar[str]
    target: ClassVar[Literal["application", "project"]] = "application"
    parameters: type[P]
    words: ClassVar[Words]
    rights: ClassVar[tuple[Right, ...]]
    """All that its writes and their undoing may need."""
    risk: ClassVar[str]
    """Of which risk it is, in words for the docs; a draft has the risk of its own case."""
    steps: ClassVar[tuple[Step, ...]]
    watched: ClassVar[tuple[str, ...]]
    """Kinds whose changes may let a step be reached."""
    limits_step: ClassVar[bool] = False
    """Whether rule 10 bounds how many replicas it may add at once."""
    kept_by_gitops: ClassVar[bool] = True
    """Whether Argo CD or Flux would put the change back: then it is refused (rule 8)."""

    @abstractmethod
    async def draft(self, subject: Subject, parameters: P, world: World) -> Draft:
        """The change of this subject as it is now; raises NotApplicableError or ValidationFailedError."""

    def possible_for(self, application: Application) -> bool:  # noqa: ARG002 # what a project's action answers
        """Whether it makes sense on this application as it is: what chat and lists offer."""
        return False

    def inverse(self, draft: Draft) -> tuple[str, Fields] | None:  # noqa: ARG002 # what most answer
        """Action and parameters that put a completed change back; None where there is nothing to put back."""
        return None

    def done(self, draft: Draft) -> str:  # noqa: ARG002 # most do not depend on it
        """How it ended, in words: "restarted"."""
        return self.words.done

    def failed(self, view: View) -> str | None:  # noqa: ARG002 # most cannot fail in a way of their own
        """Why the planned state cannot be reached any more, as the cluster itself says it."""
        return None

    def stuck(self, view: View) -> str | None:  # noqa: ARG002 # most start no pods
        """What keeps it from going on; when that lasts, the change has failed."""
        return None

    def state(self, view: View) -> str:  # noqa: ARG002 # most are done at once
        """Where it stands, in words."""
        return ""

    def deadline_seconds(self, view: View) -> float | None:  # noqa: ARG002 # most have none of their own
        """The target's own time limit of the change; None: the setting's."""
        return None

    def restored(self, view: View, undone: Mapping[int, Written]) -> str | None:  # noqa: ARG002 # see below
        """A sentence once what was there before is there again; most are restored with the writes themselves."""
        return RESTORED


RESTORED = "What was there before is restored"
