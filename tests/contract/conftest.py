"""Running services, started as a user starts them: one for the whole folder, and one to be ill-treated."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.contract.live import Live
from tests.contract.serving import serving

SETTINGS = {
    "HEXAOPS_VERIFY_STABLE_SECONDS": "0.2",
    "HEXAOPS_METRICS_INTERVAL_SECONDS": "10",
    "HEXAOPS_CHANGES_PER_WORKSPACE": "1000",
    "HEXAOPS_CHANGES_PER_CLUSTER": "1000",
    "HEXAOPS_BACKUP_CHANNELS": '["slack:#ops"]',
    **{
        f"HEXAOPS_RATE_LIMIT_{name}": "1000000/minute"
        for name in ("CHAT", "PUBLIC", "HEALTH", "WORKSPACE", "APPLICATION", "LOGS", "ANONYMOUS")
    },
}
"""Limits that a test run would reach are out of its way; the tests of the limits have servers of their own."""


@contextmanager
def embedded(home: Path) -> Iterator[Live]:
    """The embedded default: the service and its simulator, in quick time."""
    with (
        serving(home, "--speed", "10", settings=SETTINGS) as served,
        served.user() as user,
        served.account() as account,
    ):
        yield Live(served, user, account)


@pytest.fixture(scope="package")  # a session would let it idle beside all other tests
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The service that the folder's tests share, which leave it as a user would."""
    with embedded(tmp_path_factory.mktemp("shared")) as live:
        yield live


@pytest.fixture(scope="module")
def expendable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A service of one module's own: whatever is done to it, others do not feel it."""
    with embedded(tmp_path_factory.mktemp("expendable")) as live:
        yield live
