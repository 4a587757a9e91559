"""The exported PrometheusRule: accepted by Prometheus' own checker, for every metric and every kind of name."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from hexaops.analysis.alerting import AlertMetric
from hexaops.features.alerts.exporting import prometheus_rule
from hexaops.storage.tables import AlertRuleRow

PROMTOOL = shutil.which("promtool")
NAMES = ("plain", "with {{ $labels.pod }} braces", 'quotes " and \\', "…“unicode”")


def rows() -> list[AlertRuleRow]:
    """Every metric, in both directions, on every kind of workload."""
    kinds = ("Deployment", "StatefulSet", "DaemonSet")
    return [
        AlertRuleRow(
            id=f"rule-{number}{comparison}", workspace_id="ws-1", cluster_id="c1", name=NAMES[number % len(NAMES)],
            application_id="app-1", kind=kinds[number % 3], namespace="shop", application="web.app-1", metric=metric,
            comparison=comparison, threshold=1.5 * number, for_seconds=60.0 * number, severity="high",
            silenced_until=None, created_by="x", created_at=datetime(2026, 1, 1, tzinfo=UTC),
        )
        for number, metric in enumerate(AlertMetric)
        for comparison in ("above", "below")
    ]  # fmt: skip


def test_what_prometheus_cannot_judge_is_left_out_with_its_reason() -> None:
    made = prometheus_rule("ws-1", rows(), {})
    left = {one.split("-")[1] for one in made.left_out}
    assert len(made.manifest["spec"]["groups"][0]["rules"]) == 2 * (len(AlertMetric) - 1)
    assert len(left) == 2, "the use of volumes has no query"
    assert yaml.safe_load(made.yaml) == made.manifest


def test_a_name_cannot_become_a_template() -> None:
    made = prometheus_rule("ws-1", rows(), {})
    assert "{{" not in made.yaml


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed (Debian: prometheus)")
def test_promtool_accepts_it(tmp_path: Path) -> None:
    made = prometheus_rule("ws-1", rows(), {})
    file = tmp_path / "rules.yaml"
    file.write_text(yaml.safe_dump(made.manifest["spec"]))
    done = subprocess.run([PROMTOOL or "", "check", "rules", file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{2 * (len(AlertMetric) - 1)} rules found" in done.stdout
