"""What goes into understanding (inventory, dialogue) and what comes out. Values only, all frozen."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, field

from hexaops.assistant.understanding.intents import CHANGE_INTENTS, PLANNED_INTENTS, Intent, Mode
from hexaops.assistant.understanding.inventory import Candidate, KnownEntity
from hexaops.assistant.understanding.roles import RoledNumber
from hexaops.assistant.understanding.slots import Slots

Source = Literal["name", "loose", "dialogue", "focus", "only"]
"""How it was found; a change takes none that is named loosely ("the db")."""


class InvalidValue(Struct, frozen=True):
    """A value that was said but cannot be used; `why` is ready for the answer."""

    name: str
    text: str
    why: str


class Parameters(Struct, frozen=True):
    """Values said in the message; None means not said. At most one of the three replica fields is set."""

    replicas: int | None = None
    replicas_delta: int | None = None
    """Signed: "by 2" down is -2."""
    replicas_factor: float | None = None
    """2.0 for double, 0.5 for halve."""
    replicas_from: int | None = None
    """"from 3 to 5": what the person takes it to be now."""
    direction: Literal["up", "down"] | None = None
    reason: str | None = None
    time_range_seconds: float | None = None
    status_filter: Literal["healthy", "unhealthy", "failing", "pending", "stopped", "running"] | None = None
    whether: bool = False
    """Asked whether all is well ("is everything ok?", "anything broken?"): the verdict comes first."""
    count: bool = False
    """Asked for a number ("how many …")."""
    limit: int | None = None
    """"top 5", "last 10"."""
    namespace: str | None = None
    metric: Literal["cpu", "memory"] | None = None
    log_level: Literal["error", "warning"] | None = None
    """ "errors in the logs", so that "only the last 5" are errors, too."""
    workload_kind: str | None = None
    everything: bool = False
    """"all applications" was said."""
    invalid: tuple[InvalidValue, ...] = ()


class PendingQuestion(Struct, frozen=True):
    """What the assistant asked last, so that "the first one" or "5" can answer it."""

    kind: Literal["choose_entity", "choose_intent", "missing_parameter", "confirm_plan"]
    intent: str
    """The intent that the answer completes."""
    options: tuple[str, ...] = ()
    """Entity ids (choose_entity) or intents (choose_intent), in the order shown."""
    parameter: str = ""
    """missing_parameter: "application" or "replicas"."""
    targets: tuple[str, ...] = ()
    """Entity ids known already."""
    parameters: Parameters = field(default_factory=Parameters)
    """Values known already."""


class Spoken(Struct, frozen=True):
    """What was meant: an intent with its targets (ids) and values."""

    intent: str
    targets: tuple[str, ...] = ()
    parameters: Parameters = field(default_factory=Parameters)
    slots: Slots | None = None
    """Values of a request for one of SETTING_INTENTS."""
    mode: str = Mode.REQUEST.value
    """How a change was spoken of: what was only asked about, told or put off is no request in the next message."""
    is_open: bool = False
    """Whether another value was asked for and is not said yet: the one that is kept is not wanted."""


class Dialogue(Struct, frozen=True):
    """What was said before, as ids: never texts of others."""

    last_intent: str | None = None
    last_entities: tuple[str, ...] = ()
    """Ids mentioned or shown last, most recent turn only."""
    pending_question: PendingQuestion | None = None
    focus_applications: tuple[str, ...] = ()
    """Ids the session was opened about."""
    spoken: Spoken | None = None
    """The last question or change, so that a message can change a slot of it."""
    change: Spoken | None = None
    """The last change that was asked for."""
    task: Spoken | None = None
    """The last thing that was asked to be done: a change, a backup, a dashboard."""
    named: tuple[str, ...] = ()
    """Ids in the order in which they were named last: "the second one", "the other one"."""
    series: tuple[str, ...] = ()
    """Ids of which the same was asked one after the other: "both", "them"."""
    agreed: bool = False
    """Whether the last change was said yes to: what takes it back then is no mere no."""


class Resolved(Struct, frozen=True):
    """A mention that means exactly one entity; score 1 is an exact name."""

    entity: KnownEntity
    mention: str
    score: float
    source: Source = "name"


class Ambiguity(Struct, frozen=True):
    """A mention that may mean several entities: ask, best first."""

    mention: str
    candidates: tuple[Candidate, ...]


class UnknownName(Struct, frozen=True):
    """A name that nothing in the inventory has; `suggestions` may be empty."""

    mention: str
    suggestions: tuple[Candidate, ...] = ()


class Understanding(Struct, frozen=True):
    """One request or question. `parts` holds all of them when the message has several; the first is this one."""

    intent: Intent
    confidence: float
    mode: Mode = Mode.READ
    resource_type: str = "none"
    """applications, pods, nodes, alerts, actions, projects, workspace or none."""
    scope: str = "none"
    """workspace, project, application, node, pod, action or none."""
    targets: tuple[Resolved, ...] = ()
    excluded: tuple[Resolved, ...] = ()
    """"everything except …", "…, not api-service"."""
    ambiguous: tuple[Ambiguity, ...] = ()
    unknown_names: tuple[UnknownName, ...] = ()
    parameters: Parameters = field(default_factory=Parameters)
    alternatives: tuple[tuple[Intent, float], ...] = ()
    missing: tuple[str, ...] = ()
    """What must be asked before a plan can be made: meaning (see `left`), application, replicas."""
    left: tuple[str, ...] = ()
    """Words and numbers of a request that nothing explains: what may be meant instead of the change itself."""
    numbers: tuple[RoledNumber, ...] = ()
    slots: Slots | None = None
    """Values of a request for one of SETTING_INTENTS; None where it is none."""
    negated: bool = False
    about: Intent | None = None
    """The change that ACTION_QUESTION and NO_ACTION speak of."""
    corrections: tuple[tuple[str, str], ...] = ()
    """Words read with another spelling: (as typed, as read)."""
    language: Literal["en", "other", "none"] = "en"
    truncated: bool = False
    """The message was longer than is read."""
    parts: tuple[Understanding, ...] = ()
    left_out: tuple[str, ...] = ()
    """What else the message asks for, in its own words: no part answers it, so the answer names it."""
    offer: Understanding | None = None
    """A change that may be asked for, where that is not sure: named in the answer, and planned after a yes."""
    adds: bool = False
    """The same is asked for one more: what is planned already stays planned."""
    replaces: bool = False
    """What was said last was wrong: "no, cart"."""
    carries: bool = False
    """The question before, with what this message changes in it: "and cart?"."""

    @property
    def is_change_request(self) -> bool:
        """True only for a request to change something now."""
        return self.intent in CHANGE_INTENTS and not self.negated and self.mode is Mode.REQUEST

    @property
    def wants_plan(self) -> bool:
        """Whether a plan is asked for, of any kind, complete or not."""
        return (self.is_change_request and self.intent in PLANNED_INTENTS) or self.slots is not None

    @property
    def is_planned(self) -> bool:
        """Whether a plan of any kind can be made of it as it stands."""
        return self.would_change or self.would_set

    @property
    def would_set(self) -> bool:
        """Whether a plan of a further kind can be made of it as it stands."""
        return self.slots is not None and not (self.missing or self.ambiguous or self.unknown_names)

    @property
    def would_change(self) -> bool:
        """Whether a plan can be made of it as it stands: a request with nothing left to ask."""
        unclear = self.missing or self.ambiguous or self.unknown_names or self.parameters.invalid
        return self.is_change_request and self.intent in PLANNED_INTENTS and not unclear
