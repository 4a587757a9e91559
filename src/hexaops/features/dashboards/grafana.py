"""A Grafana dashboard as JSON: a panel for each measure, asking Prometheus what this service would ask it.

Pure. The data source is a variable, so that the same file serves any Grafana; ids and places are counted, so that the
same applications give the same dashboard.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct

from hexaops.backends.metrics.base import Signal, Subject
from hexaops.backends.metrics.prometheus.queries import query_of
from hexaops.kit.ids import stable_id
from hexaops.kit.text import plain

SCHEMA_VERSION = 38
"""Of Grafana 10.1; newer ones migrate it when it is opened."""
STEP_SECONDS = 60.0
WIDTH, HEIGHT, PER_ROW = 12, 8, 2
MOST_APPLICATIONS = 30
"""Lines of a panel that a person can still tell apart."""
TITLE_LIMIT = 200
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
RATE_WINDOW = "$__rate_interval"


class Panel(Struct, frozen=True):
    """One graph: a title, a unit of Grafana's, and the signals in it with what each line is called."""

    title: str
    unit: str
    lines: tuple[tuple[Signal, str], ...]


PANELS = (
    Panel("CPU", "none", ((Signal.CPU, "all pods, cores"), (Signal.CPU_BUSIEST_POD, "busiest pod, cores"))),
    Panel("Memory", "bytes", ((Signal.MEMORY, "all pods"), (Signal.MEMORY_BUSIEST_POD, "largest pod"))),
    Panel("Replicas", "none", ((Signal.REPLICAS, "ready"), (Signal.REPLICAS_WANTED, "wanted"))),
    Panel("Container restarts", "none", ((Signal.RESTARTS, "restarts"),)),
    Panel("Requests", "reqps", ((Signal.REQUEST_RATE, "all"), (Signal.ERRORS, "answered with 5xx"))),
    Panel("Latency", "ms", ((Signal.LATENCY_P50, "p50"), (Signal.LATENCY_P95, "p95"))),
    Panel("Throttled CPU", "percent", ((Signal.CPU_THROTTLED, "of the scheduler's periods"),)),
    Panel("Network", "Bps", ((Signal.NETWORK, "received and sent"),)),
)


def application_dashboard(subject: Subject) -> dict[str, Any]:
    """Every measure of one application."""
    panels = [panel for one in PANELS if (panel := _application_panel(one, subject)) is not None]
    title = f"{subject.namespace} / {subject.name}"
    return _dashboard(title, stable_id("hexaops-", *subject), panels)


def workspace_dashboard(workspace_id: str, name: str, subjects: Sequence[Subject]) -> dict[str, Any]:
    """A panel for each measure with a line for each application."""
    shown = subjects[:MOST_APPLICATIONS]
    panels = [
        panel
        for one in PANELS
        for signal, _ in one.lines[:1]
        if (panel := _panel(one.title, one.unit, [(_query(signal, each), each.name) for each in shown])) is not None
    ]
    return _dashboard(name, stable_id("hexaops-", workspace_id), panels)


def _application_panel(panel: Panel, subject: Subject) -> dict[str, Any] | None:
    return _panel(panel.title, panel.unit, [(_query(signal, subject), legend) for signal, legend in panel.lines])


def _query(signal: Signal, subject: Subject) -> str | None:
    return query_of(signal, subject, step_seconds=STEP_SECONDS, overrides={})


def _panel(title: str, unit: str, lines: Sequence[tuple[str | None, str]]) -> dict[str, Any] | None:
    targets = [
        {
            "refId": _reference(number),
            "datasource": DATASOURCE,
            "expr": expression.replace("[120s]", f"[{RATE_WINDOW}]"),
            "legendFormat": legend,
            "range": True,
        }
        for number, (expression, legend) in enumerate((e, name) for e, name in lines if e is not None)
    ]
    if not targets:
        return None
    return {
        "type": "timeseries",
        "title": title,
        "datasource": DATASOURCE,
        "targets": targets,
        "fieldConfig": {"defaults": {"unit": unit, "min": 0}, "overrides": []},
        "options": {
            "legend": {"showLegend": True, "displayMode": "list", "placement": "bottom", "calcs": []},
            "tooltip": {"mode": "multi", "sort": "desc"},
        },
    }


def _reference(number: int) -> str:
    return chr(ord("A") + number) if number < 26 else f"A{number}"


def _placed(panels: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for number, panel in enumerate(panels):
        row, column = divmod(number, PER_ROW)
        yield {
            "id": number + 1,
            **panel,
            "gridPos": {"x": column * WIDTH, "y": row * HEIGHT, "w": WIDTH, "h": HEIGHT},
        }


def _dashboard(title: str, uid: str, panels: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {
        "uid": uid,
        "title": plain(title, TITLE_LIMIT),
        "tags": ["hexaops"],
        "timezone": "browser",
        "editable": True,
        "graphTooltip": 1,
        "schemaVersion": SCHEMA_VERSION,
        "refresh": "1m",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {
            "list": [
                {
                    "type": "datasource",
                    "name": "datasource",
                    "label": "Data source",
                    "query": "prometheus",
                    "refresh": 1,
                }
            ]
        },
        "annotations": {"list": []},
        "panels": [*_placed(panels)],
    }
