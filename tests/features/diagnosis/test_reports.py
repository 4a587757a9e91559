"""Reports of the Trivy operator: read where the cluster has it and lets us, else named with the reason."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from hexaops.features.diagnosis.reports import GROUP, NOT_INSTALLED
from simulator.server.access import Rule
from tests.living import LivingWorld, living_world


@pytest.fixture
async def scanned(sqlite_url: str, tmp_path: Path) -> AsyncIterator[LivingWorld]:
    async with living_world(sqlite_url, tmp_path, installed=[GROUP]) as opened:
        yield opened


def _report(world: LivingWorld, kind: str, critical: int, **parts: list[dict[str, Any]]) -> None:
    app = world.workload("web-app")["metadata"]
    labels = {"resource.kind": "Deployment", "resource.name": app["name"], "container.name": "web-app"}
    report = {"summary": {"criticalCount": critical, "highCount": 9}, "registry": {"server": "x" * 10_000}, **parts}
    world.cluster.store.create(
        f"{kind.lower()}s.{GROUP}",
        {
            "apiVersion": f"{GROUP}/v1alpha1", "kind": kind, "report": report,
            "metadata": {"name": f"deployment-{app['name']}", "namespace": app["namespace"],
                         "labels": {f"trivy-operator.{name}": value for name, value in labels.items()}},
        },
    )  # fmt: skip


async def _diagnosis(world: LivingWorld) -> dict[str, Any]:
    answer = await world.call("GET", "/aiops/diagnosis")
    assert answer.status_code == 200, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


async def test_grave_reports_become_findings_of_the_workload(scanned: LivingWorld) -> None:
    low = [{"vulnerabilityID": f"CVE-2026-1{number:03}", "severity": "LOW"} for number in range(300)]
    grave = {"vulnerabilityID": "CVE-2026-0001", "severity": "CRITICAL", "fixedVersion": "3.0.15-r1"}
    _report(scanned, "VulnerabilityReport", 1, vulnerabilities=[*low, grave])
    check = {"checkID": "KSV017", "title": "Privileged", "severity": "CRITICAL", "success": False}
    _report(scanned, "ConfigAuditReport", 1, checks=[check])
    found = {one["rule"]: one for one in (await _diagnosis(scanned))["findings"] if one["name"] == "web-app"}
    assert "CVE-2026-0001" in found["image-vulnerable"]["cause"]
    assert "KSV017 Privileged" in found["config-audit"]["cause"]
    recorded = (await scanned.call("GET", "/aiops/diagnosis/snapshot")).json()["data"]
    (kept,) = [one for one in recorded["objects"] if one["kind"] == "VulnerabilityReport"]
    assert [one["vulnerabilityID"] for one in kept["report"]["vulnerabilities"]] == ["CVE-2026-0001"]
    assert "registry" not in kept["report"]


async def test_what_may_not_be_read_is_named(scanned: LivingWorld) -> None:
    _report(scanned, "VulnerabilityReport", 1)
    kept = ("pods", "pods/log", "deployments", "replicasets", "configauditreports")
    scanned.rules["test:reader"] = [Rule(("get", "list", "watch"), kept)]
    data = await _diagnosis(scanned)
    assert 'cannot list resource "vulnerabilityreports"' in data["missing"]["VulnerabilityReport"]
    assert "ConfigAuditReport" not in data["missing"]
    assert "image-vulnerable" not in {one["rule"] for one in data["findings"]}


async def test_a_cluster_without_the_operator(world: LivingWorld) -> None:
    missing = (await _diagnosis(world))["missing"]
    assert {missing["VulnerabilityReport"], missing["ConfigAuditReport"]} == {NOT_INSTALLED}
