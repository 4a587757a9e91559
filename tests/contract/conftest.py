"""One running service for the whole folder, started as a user starts it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.live import Live
from tests.contract.serving import serving

SETTINGS = {
    "HEXAOPS_VERIFY_STABLE_SECONDS": "1",
    "HEXAOPS_CHANGES_PER_WORKSPACE": "1000",
    "HEXAOPS_CHANGES_PER_CLUSTER": "1000",
    **{
        f"HEXAOPS_RATE_LIMIT_{name}": "1000000/minute"
        for name in ("CHAT", "PUBLIC", "HEALTH", "WORKSPACE", "APPLICATION", "LOGS", "ANONYMOUS")
    },
}
"""Limits that a test run would reach are out of its way; the tests of the limits have servers of their own."""


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The embedded default: the service and its simulator."""
    home = tmp_path_factory.mktemp("home")
    with serving(home, settings=SETTINGS) as served, served.user() as user, served.account() as account:
        yield Live(served, user, account)
