"""One control plane for all tests, with a world of other names on it, and the service under its shipped rights."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from testenv.harness.control_plane import SHIPPED, TOOL, WORLD, ControlPlane
from testenv.harness.service import Identities, Service, serving

GIVEN = "HEXAOPS_TEST_PLANE"
"""Folder of a control plane that `testenv/control-plane` started: then none is started here (to try one test often)."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents and "[simulator" not in item.name:
            item.add_marker(pytest.mark.cluster)
            item.add_marker(pytest.mark.timeout(600))


@pytest.fixture(scope="session")
def plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """A control plane with the world and the shipped rights on it."""
    if shutil.which("go") is None:
        pytest.skip("the control plane cannot be built: Go is not installed")
    built = subprocess.run([TOOL, "build"], capture_output=True, text=True, timeout=3600, check=True)
    given = os.environ.get(GIVEN)
    folder = Path(given) if given else tmp_path_factory.mktemp("plane") / "state"
    made = ControlPlane(folder, Path(built.stdout.strip()))
    if given is None:
        made.tool("start", str(folder))
    try:
        made.tool("scenario", str(folder), WORLD)
        made.kubectl("apply", "-f", str(SHIPPED / "rbac.yaml"))
        yield made
    finally:
        if given is None:
            made.tool("stop", str(folder))


@pytest.fixture
def whole_world(plane: ControlPlane) -> None:
    """The world with all its faults again, whatever was healed before."""
    plane.tool("scenario", str(plane.folder), WORLD)


@pytest.fixture(scope="session")
def identities(plane: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> Identities:
    """Reader and writer as the manifests make them, by their own tokens."""
    folder = tmp_path_factory.mktemp("identities")
    return Identities(
        plane.account("hexaops-reader", folder / "reader"), plane.account("hexaops-writer", folder / "writer")
    )


@pytest.fixture(scope="session")
def service(identities: Identities, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A running service that tests share."""
    with serving(tmp_path_factory.mktemp("service"), identities) as started:
        yield started
