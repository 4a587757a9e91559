"""The workspace's rules as a PrometheusRule of the Prometheus operator.

The expressions are those that this service asks a Prometheus for, so both judge the same; `for` is Prometheus' own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from hexaops.analysis.alerting import RESTART_WINDOW_SECONDS, AlertMetric, Rule
from hexaops.analysis.applications.model import Application
from hexaops.backends.metrics.base import Signal, Subject
from hexaops.backends.metrics.prometheus.queries import query_of, share_of_busiest
from hexaops.features.alerts.store import rule_of
from hexaops.features.alerts.views import PrometheusRuleView
from hexaops.kit.text import plain
from hexaops.storage.tables import AlertRuleRow

SIGN = {"above": ">", "below": "<"}
TEXT_LIMIT = 300
_BRACES = str.maketrans({"{": "(", "}": ")"})
"""Prometheus expands `{{ … }}` in annotations, which a name must not start."""


def prometheus_rule(
    workspace_id: str, rules: Iterable[AlertRuleRow], applications: Mapping[str, Application]
) -> PrometheusRuleView:
    """The manifest, its YAML, and what is left out."""
    import yaml  # noqa: PLC0415 # only this needs it

    made: list[dict[str, Any]] = []
    left_out: dict[str, str] = {}
    for row in rules:
        rule = rule_of(row)
        expression = expression_of(rule, row, applications.get(row.application_id))
        if expression is None:
            left_out[row.id] = f"Prometheus has no query for {row.metric}"
        else:
            made.append(_rule(row, rule, expression))
    manifest = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": f"hexaops-{workspace_id}".lower().replace("_", "-"), "labels": {"app": "hexaops"}},
        "spec": {"groups": [{"name": f"hexaops.{workspace_id}", "rules": made}]},
    }
    return PrometheusRuleView(manifest=manifest, yaml=yaml.safe_dump(manifest, sort_keys=False), left_out=left_out)


def expression_of(rule: Rule, row: AlertRuleRow, application: Application | None) -> str | None:
    """The PromQL that is true where the rule's condition is; None where there is no query."""
    query = _value(rule, Subject(row.cluster_id, row.kind, row.namespace, row.application), application)
    return None if query is None else f"({query}) {SIGN[rule.comparison]} {rule.threshold:.15g}"


def _value(rule: Rule, subject: Subject, application: Application | None) -> str | None:
    def query(signal: Signal, seconds: float = rule.step_seconds) -> str | None:
        return query_of(signal, subject, step_seconds=seconds, overrides={})

    if rule.metric is AlertMetric.RESTARTS:
        return query(Signal.RESTARTS, max(rule.for_seconds, RESTART_WINDOW_SECONDS))
    if rule.metric is AlertMetric.ERROR_RATE:
        return f"100 * ({query(Signal.ERRORS)}) / ({query(Signal.REQUEST_RATE)})"
    if (resource := rule.measure.resource) is not None:
        limited = application is None or getattr(application.workload.resources, f"{resource}_limit") is not None
        return share_of_busiest(subject, resource, "limits" if limited else "requests", step_seconds=rule.step_seconds)
    return query(rule.measure.signal)


def _rule(row: AlertRuleRow, rule: Rule, expression: str) -> dict[str, Any]:
    return {
        "alert": "".join(part.capitalize() for part in row.metric.split("_")) + rule.comparison.capitalize(),
        "expr": expression,
        # Restarts are counted within the duration: the expression holds it already.
        "for": "0s" if rule.metric is AlertMetric.RESTARTS else f"{round(rule.for_seconds)}s",
        "labels": {
            "severity": row.severity,
            "namespace": row.namespace,
            row.kind.lower(): row.application,
            "hexaops_rule": row.id,
        },
        "annotations": {
            "summary": plain(row.name, TEXT_LIMIT).translate(_BRACES),
            "description": f"{rule.words} of {row.namespace}/{row.application}".translate(_BRACES),
        },
    }
