"""Clusters of the configuration file: served, replaced and removed as the file changes, whatever is wrong with one."""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from hexaops.config import ConfigFileError, read_config_file
from hexaops.features.clusters.registrar import ClusterRegistrar
from hexaops.kit.background import Periodic
from tests.features.clusters.test_routes import kubeconfig
from tests.serving import AccessWorld, access_world


def _write(path: Path, *clusters: dict[str, Any]) -> Path:
    path.write_text(yaml.safe_dump({"clusters": [*clusters]}))
    return path


def _jobs(access: AccessWorld) -> list[Periodic]:
    return [job for job in access.context.background.jobs if job.name == "cluster-registrar"]


def _registered(access: AccessWorld) -> dict[str, str]:
    clusters = access.context.clusters
    return {cluster.id: "usable" for cluster in clusters} | {id_: one.reason for id_, one in clusters.unusable.items()}


async def test_the_registry_follows_the_file(sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / "k").write_text(kubeconfig("https://192.0.2.1"))
    good, wrong = {"id": "good", "kubeconfig": str(tmp_path / "k")}, {"id": "wrong", "kubeconfig": "/not/there"}
    file = _write(tmp_path / "hexaops.yaml", good, wrong)
    async with access_world(sqlite_url, tmp_path, {"config_file": file}) as access:
        registrar = access.get(ClusterRegistrar)
        await registrar.refresh()
        assert _registered(access) == {
            "cluster-a": "usable", "good": "usable", "wrong": "kubeconfig /not/there: not found",
        }  # fmt: skip
        assert registrar.source_of("good") == "file"
        held = access.context.clusters.get("good")
        await registrar.refresh()
        assert access.context.clusters.get("good") is held
        os.utime(tmp_path / "k", ns=(1, 1))  # rotated
        await registrar.refresh()
        assert access.context.clusters.get("good") is not held
        file.write_text("clusters: [")
        await registrar.refresh()
        assert "good" in _registered(access)
        _write(file, {"id": "cluster-a", "kubeconfig": "/x"})
        await registrar.refresh()
        assert _registered(access) == {"cluster-a": "usable"}


async def test_a_running_process_looks_again_after_a_while(sqlite_url: str, tmp_path: Path) -> None:
    file = _write(tmp_path / "hexaops.yaml")
    (tmp_path / "k").write_text(kubeconfig("https://192.0.2.1"))
    async with access_world(sqlite_url, tmp_path, {"config_file": file}) as access:
        [job] = _jobs(access)
        task = asyncio.create_task(job.repeat(access.clock))
        registered = access.context.clusters
        _write(file, {"id": "late", "kubeconfig": str(tmp_path / "k")})
        async with asyncio.timeout(30):
            while not registered.is_registered("late"):
                access.clock.advance(access.context.settings.cluster_refresh_seconds)
                await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_alone_on_its_database_it_does_not_wake_up(sqlite_url: str, tmp_path: Path) -> None:
    async with access_world(sqlite_url, tmp_path) as access:
        assert _jobs(access) == []


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ({"clusters": [{"id": "A", "in_cluster": True}]}, "clusters[0].id"),
        ({"clusters": [{"id": "a"}]}, "give either kubeconfig or in_cluster"),
        ({"clusters": [{"id": "a", "in_cluster": True, "kubeconfig": "x"}]}, "give either kubeconfig or in_cluster"),
        ({"clusters": [{"id": "a", "in_cluster": True, "kubconfig": "x"}]}, "clusters[0].kubconfig"),
        ({"clusters": [{"id": "a", "in_cluster": True}] * 2}, "two clusters have one id"),
        ({"cluster": []}, "cluster"),
        ([1], "valid dictionary"),
    ],
)
def test_what_is_wrong_with_a_file_is_named(tmp_path: Path, content: Any, named: str) -> None:
    path = tmp_path / "hexaops.yaml"
    path.write_text(yaml.safe_dump(content))
    with pytest.raises(ConfigFileError, match=re.escape(named)):
        read_config_file(path)
