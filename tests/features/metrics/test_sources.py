"""Which source a cluster's series are read from."""

from __future__ import annotations

from pathlib import Path

import pytest

from hexaops.backends.kubernetes.clusters import Clusters
from hexaops.backends.metrics.embedded.source import EmbeddedMetrics
from hexaops.backends.metrics.embedded.store import EmbeddedMetricStore, Keeping
from hexaops.backends.metrics.prices import MeteredPrices
from hexaops.config import ConfigFileError, MetricsSource, read_config_file
from hexaops.features.metrics.sources import MetricSources
from hexaops.kit.clock import ManualClock
from tests.serving import unwatched_cluster

PROMETHEUS = MetricsSource.model_validate({"url": "http://127.0.0.1:9", "headers": {"X-Scope-OrgID": "a"}})


async def test_each_cluster_has_its_own_source(tmp_path: Path) -> None:
    first, second = unwatched_cluster("first"), unwatched_cluster("second")
    second.metrics_source = PROMETHEUS
    clusters = Clusters([first, second])
    embedded = EmbeddedMetrics(EmbeddedMetricStore(tmp_path, Keeping(30, 30, 2**30), ManualClock()), lambda *_: None)
    sources = MetricSources(embedded, clusters)
    assert sources.of("first") is embedded
    assert sources.of("gone") is embedded
    held = sources.of("second")
    assert held.name == "prometheus"
    assert sources.of("second") is held
    again = unwatched_cluster("second")
    await clusters.put(again)
    assert sources.of("second") is embedded
    await sources.close()
    with_setting = MetricSources(embedded, clusters, PROMETHEUS)
    assert with_setting.of("first").name == "prometheus"  # the cluster of the settings
    assert with_setting.of("second") is embedded
    await with_setting.close()
    await clusters.stop()


async def test_prices_that_cannot_be_read_are_missing_with_the_reason(tmp_path: Path) -> None:
    first, second = unwatched_cluster("first"), unwatched_cluster("second")
    second.metrics_source = PROMETHEUS
    clusters = Clusters([first, second])
    embedded = EmbeddedMetrics(EmbeddedMetricStore(tmp_path, Keeping(30, 30, 2**30), ManualClock()), lambda *_: None)
    sources = MetricSources(embedded, clusters)
    assert await sources.prices("first", 1000.0) == MeteredPrices()
    found = await sources.prices("second", 1000.0)
    assert found.cpu_core_hour == {}
    assert str(found.reason).startswith("OpenCost's prices cannot be read: ")
    await sources.close()
    await clusters.stop()


def test_the_configuration_file_names_a_source(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("""
clusters:
- {id: east, kubeconfig: /a, metrics_source: {url: "https://mimir/prometheus", headers: {X-Scope-OrgID: east}}}
""")
    (east,) = read_config_file(path).clusters
    assert east.metrics_source is not None
    assert east.metrics_source.headers["X-Scope-OrgID"].get_secret_value() == "east"
    assert "east" not in repr(east.metrics_source.headers)


@pytest.mark.parametrize("source", ["{url: ftp://mimir}", "{headers: {}}", "{url: 'http://m', tenant: x}"])
def test_a_source_that_cannot_be_is_refused_by_its_field(tmp_path: Path, source: str) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(f"clusters:\n- {{id: east, kubeconfig: /a, metrics_source: {source}}}\n")
    with pytest.raises(ConfigFileError) as failure:
        read_config_file(path)
    assert "metrics_source" in str(failure.value)
