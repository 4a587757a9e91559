"""pytest-xdist still reads the groups that conftest.py gives: without them every worker starts every server."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from xdist.remote import WorkerInteractor


@pytest.mark.xdist_group("a server's tests")
def test_xdist_names_the_group_in_a_tests_id(request: pytest.FixtureRequest) -> None:
    item = request.node
    before = item.nodeid
    config = cast("Any", SimpleNamespace(getvalue=lambda _: True))
    try:
        WorkerInteractor.pytest_collection_modifyitems(cast("Any", None), config, [item])
        assert item.nodeid.endswith("@a server's tests")
    finally:
        item._nodeid = before
