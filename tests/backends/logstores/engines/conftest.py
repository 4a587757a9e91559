"""One server of each engine for all tests that ask for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.backends.logstores.engines.backends import REAL
from tests.backends.logstores.engines.conformance import Backend


@pytest.fixture(scope="module", params=sorted(REAL))
def backend(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    """A running engine."""
    with REAL[request.param](tmp_path_factory.mktemp(request.param)) as started:
        yield started
