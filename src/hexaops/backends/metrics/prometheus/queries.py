"""PromQL for each signal, by the names of kube-state-metrics, cAdvisor, OpenTelemetry and common HTTP libraries.

Each signal has one query that covers all conventions with `or`: the first that has anything wins. `{pods}` matches the
application's pods, `{name}` and `{kind}` its workload, `{range}` is the rate's range. A cluster may override any query.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from hexaops.backends.metrics.base import Signal, Subject

_LIMITED = 'namespace="{namespace}",pod=~"{pods}",container!="",container!="POD"'
_POD = 'namespace="{namespace}",pod=~"{pods}"'
_CPU = f"rate(container_cpu_usage_seconds_total{{{{{_LIMITED}}}}}[{{range}}])"
_MEMORY = f"container_memory_working_set_bytes{{{{{_LIMITED}}}}}"
_HTTP = (
    ("http_server_request_duration_seconds", "http_response_status_code", 1000),
    ("http_server_requests_seconds", "status", 1000),
    ("http_request_duration_seconds", "status", 1000),
    ("http_server_duration_milliseconds", "http_status_code", 1),
)
"""Histograms of conventions: OpenTelemetry, Micrometer, client libraries, OpenTelemetry before 1.21."""


def _first(*queries: str) -> str:
    return " or ".join(queries)


COUNTERS = (
    ("http_requests_total", "status"),
    ("http_requests_total", "code"),
    *((f"{n}_count", s) for n, s, _ in _HTTP),
)


def _requests() -> str:
    """Requests a second."""
    return _first(*(_sum(name, "") for name in dict.fromkeys(name for name, _ in COUNTERS)))


def _errors() -> str:
    """5xx answers a second; zero only where a label tells the status and none of them is one."""
    failed = (_sum(name, f',{label}=~"5.."') for name, label in COUNTERS)
    none = ("0 * " + _sum(name, f',{label}!=""') for name, label in COUNTERS)
    return _first(*failed, *none)


def _sum(name: str, more: str) -> str:
    return f"sum(rate({name}{{{{{_POD}{more}}}}}[{{range}}]))"


def _latency(share: float) -> str:
    return _first(
        *(
            f"{factor} * histogram_quantile({share}, sum by (le) (rate({name}_bucket{{{{{_POD}}}}}[{{range}}])))"
            for name, _, factor in _HTTP
        )
    )


def _replicas(what: Mapping[str, str]) -> Mapping[str, str]:
    return {
        kind: f'sum(kube_{kind.lower()}_{name}{{{{namespace="{{namespace}}",{kind.lower()}="{{name}}"}}}})'
        for kind, name in what.items()
    }


REPLICAS = _replicas({
    "Deployment": "status_replicas_ready", "StatefulSet": "status_replicas_ready", "DaemonSet": "status_number_ready",
})  # fmt: skip
WANTED = _replicas({
    "Deployment": "spec_replicas", "StatefulSet": "replicas", "DaemonSet": "status_desired_number_scheduled",
})  # fmt: skip
QUERIES: Mapping[Signal, str] = {
    Signal.CPU: f"sum({_CPU})",
    Signal.CPU_BUSIEST_POD: f"max(sum by (pod) ({_CPU}))",
    Signal.CPU_THROTTLED: (
        f"100 * sum(rate(container_cpu_cfs_throttled_periods_total{{{{{_LIMITED}}}}}[{{range}}]))"
        f" / sum(rate(container_cpu_cfs_periods_total{{{{{_LIMITED}}}}}[{{range}}]))"
    ),
    Signal.MEMORY: f"sum({_MEMORY})",
    Signal.MEMORY_BUSIEST_POD: f"max(sum by (pod) ({_MEMORY}))",
    Signal.NETWORK: (
        f"sum(rate(container_network_receive_bytes_total{{{{{_POD}}}}}[{{range}}]))"
        f" + sum(rate(container_network_transmit_bytes_total{{{{{_POD}}}}}[{{range}}]))"
    ),
    Signal.STORAGE: f"sum(container_fs_usage_bytes{{{{{_LIMITED}}}}})",
    Signal.REQUEST_RATE: _requests(),
    Signal.ERRORS: _errors(),
    Signal.LATENCY_P50: _latency(0.5),
    Signal.LATENCY_P95: _latency(0.95),
    Signal.LATENCY_P99: _latency(0.99),
    Signal.RESTARTS: f"sum(increase(kube_pod_container_status_restarts_total{{{{{_POD}}}}}[{{step}}]))",
}


def query_of(signal: Signal, subject: Subject, *, step_seconds: float, overrides: Mapping[Signal, str]) -> str | None:
    """The query of a signal; None where there is none for this kind of subject."""
    by_kind = {Signal.REPLICAS: REPLICAS, Signal.REPLICAS_WANTED: WANTED}.get(signal)
    template = by_kind.get(subject.kind) if by_kind else QUERIES.get(signal)
    template = overrides.get(signal, template)
    if template is None or not subject.namespace:
        return None
    return _filled(template, subject, step_seconds)


def template_problem(template: str) -> str | None:
    """What is wrong with a query that somebody wrote; None where it can be filled in."""
    try:
        _filled(template, Subject("c", "Deployment", "namespace", "name"), 60.0)
    except KeyError as error:
        return (
            f"names {{{str(error)[1:40].rstrip(chr(39))}}}, which is none of namespace, name, kind, pods, range, step"
        )
    except (IndexError, ValueError, AttributeError):
        return "holds braces that are not doubled"
    return None


def _filled(template: str, subject: Subject, step_seconds: float) -> str:
    return template.format(
        namespace=_quoted(subject.namespace),
        name=_quoted(subject.name),
        kind=subject.kind,
        pods=_quoted(_pods(subject)),
        range=f"{max(120, round(step_seconds))}s",
        step=f"{round(step_seconds)}s",
    )


def share_of_busiest(
    subject: Subject, resource: Literal["cpu", "memory"], bound: Literal["limits", "requests"], *, step_seconds: float
) -> str:
    """PromQL of what the busiest pod uses, in percent of its limit or request."""
    used = {"cpu": _CPU, "memory": _MEMORY}[resource]
    allowed = f'kube_pod_container_resource_{bound}{{{{{_POD},resource="{resource}"}}}}'
    template = f"100 * max(sum by (pod) ({used}) / on (pod) sum by (pod) ({allowed}))"
    return template.format(
        namespace=_quoted(subject.namespace),
        pods=_quoted(_pods(subject)),
        range=f"{max(120, round(step_seconds))}s",
    )


def _pods(subject: Subject) -> str:
    """A pattern for the names that the workload's controller gives its pods. Names hold nothing special but dots."""
    name = subject.name.replace(".", "[.]")
    endings = {"Deployment": "-[a-z0-9]+-[a-z0-9]{5}", "StatefulSet": "-[0-9]+", "DaemonSet": "-[a-z0-9]{5}"}
    return name + endings.get(subject.kind, "-.+")


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
