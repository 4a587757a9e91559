"""The file of `hexaops cluster add --sources`."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer

from hexaops.cli.sources import read_sources


def test_sources_are_read_as_the_configuration_file_has_them(tmp_path: Path) -> None:
    path = tmp_path / "sources.yaml"
    path.write_text("log_source: {engine: loki, url: 'http://loki:3100', headers: {X-Scope-OrgID: shop}}\n")
    expected = {"engine": "loki", "url": "http://loki:3100", "headers": {"X-Scope-OrgID": "shop"}}
    assert read_sources(path) == {"log_source": expected}


@pytest.mark.parametrize("text", ["", "[]", "a: [", "engine: loki", "log_source: {}\nclusters: []"])
def test_something_else_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "sources.yaml"
    path.write_text(text)
    with pytest.raises(typer.BadParameter):
        read_sources(path)


def test_an_absent_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(typer.BadParameter, match="No such file"):
        read_sources(tmp_path / "absent")
