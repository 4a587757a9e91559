"""Views of clusters, without secrets."""

from __future__ import annotations

from typing import Literal

from msgspec.structs import asdict

from hexaops.config import LogSource
from hexaops.features.clusters.probing import Probe
from hexaops.features.clusters.registrar import Source
from hexaops.features.clusters.service import ClusterState
from hexaops.kit.redaction import redact
from hexaops.responses import View


class ClusterView(View, frozen=True, gc=False):
    """A registered cluster as the answering process sees it."""

    id: str
    name: str
    source: Source
    """`settings` and `file` are changed there, `api` over the API."""
    default: bool
    """Whether it is the default for new workspaces."""
    server: str | None
    context: str | None
    authentication: str | None
    """Kind of credentials."""
    separate_writer: bool
    """Whether changes use a separate identity."""
    status: Literal["ready", "unread", "unusable"]
    reason: str | None
    """Why it is not, or not fully, read."""
    metrics: str | None
    """URL of its Prometheus; null: its metrics are sampled."""
    logs: str | None
    """The engine that has its logs and its URL; null: they are collected and stored here."""


class ClusterTestView(View, frozen=True, gc=False):
    """What the cluster answered just now."""

    reachable: bool
    reason: str | None
    version: str | None
    reader: str | None
    """The user that it knows the reading identity as."""
    writer: str | None
    unreadable: dict[str, str]
    """Watched kinds that cannot be listed, and why."""
    may_change: bool | None
    """Whether the writing identity may patch Deployments in every namespace."""
    took_ms: float | None


def cluster_view(state: ClusterState) -> ClusterView:
    """One cluster."""
    connection = state.connection
    return ClusterView(
        id=state.id,
        name=state.name,
        source=state.source,
        default=state.is_default,
        server=connection.get("server"),
        context=connection.get("context"),
        authentication=connection.get("authentication"),
        separate_writer=state.separate_writer,
        status="ready" if state.is_read else "unread" if connection else "unusable",
        reason=state.problem,
        metrics=redact(state.metrics_url) if state.metrics_url else None,
        logs=_engine(state.log_source) if state.log_source else None,
    )


def _engine(source: LogSource) -> str:
    return source.engine if source.url is None else f"{source.engine} at {redact(source.url)}"


def cluster_test_view(probe: Probe) -> ClusterTestView:
    """A test's outcome."""
    return ClusterTestView(**{**asdict(probe), "unreadable": dict(probe.unreadable)})
