"""What an answer may be based on: read before by whoever may read it, cut to what the caller may see."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from datetime import datetime

from msgspec import Struct, field

from hexaops.analysis.applications.freshness import Freshness
from hexaops.analysis.applications.model import Application
from hexaops.analysis.diagnosis.causes import Cause
from hexaops.backends.kubernetes.rows import EventRow, NodeRow, ObjectRow
from hexaops.backends.metrics.samples import Samples


class Operation(Struct, frozen=True):
    """A change that was started in this workspace, as far as an answer speaks of it."""

    id: str
    kind: str
    description: str
    status: str
    requested_by: str
    application_id: str
    started_at: datetime
    completed_at: datetime | None
    error: str | None
    own: bool = False
    """Whether the caller started it."""


class Causes(Struct, frozen=True):
    """What is wrong in the workspace and why, the gravest first."""

    found: Sequence[Cause]
    about: Callable[[Application], Sequence[Cause]]
    """Those that concern one application."""
    taken_at: datetime
    objects: int
    """Objects that were looked at."""
    refused: Mapping[str, str]
    """Kinds that the cluster does not let us read, and why."""


def _no_events(_application: Application) -> Sequence[EventRow]:
    return ()


def _no_objects(_name: str) -> Sequence[ObjectRow]:
    return ()


class Facts(Struct, frozen=True):
    """One workspace at one moment, for one caller."""

    workspace_name: str
    now: datetime
    freshness: Freshness
    permissions: Set[str]
    """What the caller may do in the workspace."""
    capabilities: Set[str]
    """What this message may read: asked for and granted."""
    applications: Sequence[Application] | None = ()
    """By project and name; None when they cannot be read: `freshness.unread` says what is missing."""
    projects: Sequence[str] = ()
    usage: Samples | None = None
    """Usage of pods; None when it was not read: `usage_reason` says why."""
    usage_reason: str = "usage was not read"
    nodes: Sequence[NodeRow] = ()
    node_usage: Samples | None = None
    node_freshness: Freshness | None = None
    whole_cluster: bool = True
    """False: `nodes` are only those that run the workspace's pods."""
    warnings: Callable[[Application], Sequence[EventRow]] = _no_events
    """Warning events about an application and its pods, newest first."""
    objects: Callable[[str], Sequence[ObjectRow]] = _no_objects
    """Services, Ingresses, claims and the like of this name."""
    no_warnings: str | None = None
    """Why there are none to be read, else None."""
    causes: Causes | None = None
    """None when they were not looked for, or could not be: `no_causes` says why."""
    no_causes: str = "causes were not looked for"
    operations: Sequence[Operation] = ()
    """The latest changes, newest first."""
    time_range_seconds: float = 3600.0
    """How far back "recent" reaches."""
    changes_off: str | None = None
    """Why nothing may be changed at all now (the kill switch), else None."""
    names: Mapping[str, int] = field(default_factory=dict)
    """How many applications have a plain name: more than one makes answers name the project too."""
