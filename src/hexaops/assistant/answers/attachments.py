"""What goes with an answer's text: tables, plans and references, each with its own shape under `data`."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, UnsetType

from hexaops.responses import View


class StatusRowView(View, frozen=True, kw_only=True):
    """One application of the status table."""

    id: str
    name: str
    project: str
    kind: str
    status: str
    reason: str
    replicas: str
    cpu_usage: float | None
    memory_usage: float | None


class StatusTableView(View, frozen=True, kw_only=True):
    """Applications with status and usage."""

    applications: list[StatusRowView]
    total: int
    truncated: bool


class NodeRowView(View, frozen=True, kw_only=True):
    """One node."""

    name: str
    ready: bool
    problems: list[str]
    pods: int
    version: str
    cpu_usage: float | None
    memory_usage: float | None


class NodeTableView(View, frozen=True, kw_only=True):
    """Nodes with usage."""

    nodes: list[NodeRowView]
    total: int
    truncated: bool


class PodRowView(View, frozen=True, kw_only=True):
    """One pod."""

    name: str
    application: str
    application_id: str
    project: str
    phase: str
    ready: bool
    restarts: int
    node: str
    problem: str


class PodTableView(View, frozen=True, kw_only=True):
    """Pods."""

    pods: list[PodRowView]
    total: int
    truncated: bool


class ProblemRowView(View, frozen=True, kw_only=True):
    """One open problem of an application or a node."""

    type: str
    object: str
    application_id: str | UnsetType = UNSET
    """Absent for a node."""
    reason: str
    details: list[str]


class ProblemTableView(View, frozen=True, kw_only=True):
    """Open problems."""

    alerts: list[ProblemRowView]
    total: int
    truncated: bool


class LogRowView(View, frozen=True, kw_only=True):
    """One line."""

    timestamp: str
    level: str
    component: str
    pod: str
    message: str


class LogExcerptView(View, frozen=True, kw_only=True):
    """The newest lines of those that were asked for."""

    logs: list[LogRowView]
    total: int
    truncated: bool
    components: list[str]
    """The applications that were asked for; empty: all of the workspace."""
    levels: list[str]
    """Empty: all."""


Cell = str | float | int | None


class TableView(View, frozen=True, kw_only=True):
    """A table of any shape."""

    title: str
    columns: list[str]
    rows: list[list[Cell]]
    """One cell a column, in their order."""
    total: int
    truncated: bool


class LineView(View, frozen=True, kw_only=True):
    """One line of a chart."""

    name: str
    points: list[tuple[float, float]]
    """Seconds after the start, and the value; none where nothing was measured."""


class TimeSeriesView(View, frozen=True, kw_only=True):
    """Evenly spaced series of one unit."""

    title: str
    unit: str
    start: str
    step_seconds: float
    series: list[LineView]


class DashboardJsonView(View, frozen=True, kw_only=True):
    """What Grafana imports is `dashboard`."""

    title: str
    uid: str
    dashboard: dict[str, Any]


class ActionReferenceView(View, frozen=True, kw_only=True):
    """An action, and what may be done with it."""

    action_id: str
    operation: str
    """cancel or rollback."""
    status: str


class StatusTable(View, frozen=True, kw_only=True, tag_field="type", tag="application_status_table"):
    """The applications that the answer is about."""

    data: StatusTableView


class NodeTable(View, frozen=True, kw_only=True, tag_field="type", tag="node_table"):
    """The nodes that the answer is about."""

    data: NodeTableView


class PodTable(View, frozen=True, kw_only=True, tag_field="type", tag="pod_table"):
    """The pods that the answer is about."""

    data: PodTableView


class ProblemTable(View, frozen=True, kw_only=True, tag_field="type", tag="problem_table"):
    """The problems that the answer is about."""

    data: ProblemTableView


class LogExcerpt(View, frozen=True, kw_only=True, tag_field="type", tag="log_excerpt"):
    """The lines that the answer is about."""

    data: LogExcerptView


class Table(View, frozen=True, kw_only=True, tag_field="type", tag="table"):
    """Rows that the answer is about."""

    data: TableView


class TimeSeries(View, frozen=True, kw_only=True, tag_field="type", tag="time_series"):
    """A chart of what the answer is about."""

    data: TimeSeriesView


class Dashboard(View, frozen=True, kw_only=True, tag_field="type", tag="dashboard"):
    """A Grafana dashboard that the answer made."""

    data: DashboardJsonView


class ActionReference(View, frozen=True, kw_only=True, tag_field="type", tag="action_reference"):
    """The action that the answer is about."""

    data: ActionReferenceView


class ActionPlan(View, frozen=True, kw_only=True, tag_field="type", tag="action_plan"):
    """A plan, and under `confirm` the call that carries it out."""

    data: dict[str, Any]


Attachment = (
    StatusTable
    | NodeTable
    | PodTable
    | ProblemTable
    | LogExcerpt
    | Table
    | TimeSeries
    | Dashboard
    | ActionReference
    | ActionPlan
)
