"""Adapters on real servers: random queries equal the reference, and nothing leaves the fence (`make test-cluster`)."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hexaops.backends.logstores.base import LogQuery
from hexaops.backends.logstores.lines import LogLine
from tests.backends.logstores.cases import lines, queries
from tests.backends.logstores.engines.conformance import EVIL, Backend, compare, run, stay_inside

pytestmark = [pytest.mark.engines, pytest.mark.timeout(600)]
CHECKS = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]


@settings(max_examples=15, deadline=None, suppress_health_check=CHECKS)
@given(st.lists(lines, min_size=1, max_size=40), st.lists(queries, min_size=4, max_size=8))
def test_random_queries_equal_the_reference(backend: Backend, stored: list[LogLine], asked: list[LogQuery]) -> None:
    run(compare(backend, stored, asked))


@settings(max_examples=5, deadline=None, suppress_health_check=CHECKS)
@given(st.lists(EVIL, min_size=1, max_size=5, unique=True), st.booleans())
def test_no_value_leaves_the_fence(backend: Backend, evil: list[str], by_label: bool) -> None:
    run(stay_inside(backend, evil, by_label=by_label))
