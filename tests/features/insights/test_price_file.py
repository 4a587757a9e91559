"""The price file: what it says goes into the book, and a mistake is named by its field."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hexaops.analysis.insights.prices import Price
from hexaops.config import ConfigFileError, Settings
from hexaops.features.insights.price_file import book_of, read_price_file

FILE = """
nodes:
- labels: {karpenter.sh/capacity-type: spot, node.kubernetes.io/instance-type: [m6i.large, m6i.xlarge]}
  cpu_core_hour: 0.0125
  memory_gib_hour: 0.0017
- labels: {topology.kubernetes.io/zone: eu-1a}
  cpu_core_hour: 0.04
  memory_gib_hour: 0.005
storage_classes:
  fast-ssd: 0.17
"""


def _settings(path: Path | None) -> Settings:
    return Settings(price_file=path, price_cpu_core_hour=0.5, internal_allowed_networks=[], webhook_allowed_networks=[])


def test_rules_and_classes_go_before_the_settings(tmp_path: Path) -> None:
    path = tmp_path / "prices.yaml"
    path.write_text(FILE)
    book = book_of(_settings(path))
    spot = {"karpenter.sh/capacity-type": "spot", "node.kubernetes.io/instance-type": "m6i.xlarge"}
    in_zone = {"topology.kubernetes.io/zone": "eu-1a"}
    assert book.of_node("n", spot | in_zone).cpu_core_hour == Price(0.0125, ("price_file",))
    assert book.of_node("n", in_zone).memory_gib_hour == Price(0.005, ("price_file",))
    assert book.of_node("n", {}).cpu_core_hour == Price(0.5, ("default",))
    assert book.of_volume("pv-1", "fast-ssd") == Price(0.17, ("price_file",))
    assert book.of_volume("pv-1", "standard") == Price(0.04, ("default",))


def test_without_a_file_there_are_the_settings() -> None:
    assert book_of(_settings(None)).node_rules == ()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("nodes: [{labels: {a: b}, cpu_core_hour: -1, memory_gib_hour: 0}]", "nodes[0].cpu_core_hour"),
        ("nodes: [{labels: {}, cpu_core_hour: 1, memory_gib_hour: 0}]", "nodes[0].labels"),
        ("nodes: [{labels: {a: b}, cpu_core_hour: 1}]", "nodes[0].memory_gib_hour"),
        ("storage_classes: {fast: much}", "storage_classes.fast"),
        ("storage_classes: {fast: .inf}", "storage_classes.fast"),
        ("disks: {}", "disks"),
        ("nodes: [", "not valid YAML"),
    ],
)
def test_a_mistake_is_named_by_its_field(tmp_path: Path, text: str, named: str) -> None:
    path = tmp_path / "prices.yaml"
    path.write_text(text)
    with pytest.raises(ConfigFileError, match=re.escape(named)):
        read_price_file(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigFileError, match="No such file"):
        read_price_file(tmp_path / "none.yaml")
