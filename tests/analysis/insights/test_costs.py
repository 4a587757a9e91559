"""What is charged: by resource and pod, and nowhere but in the price book."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import hexaops
from hexaops.analysis.applications.status import application_of
from hexaops.analysis.insights.costs import GIB, Allocation, Amount, PriceBook, Prices, allocation_of
from hexaops.backends.metrics.samples import Measured, Samples
from tests.analysis.applications.rows import AT, pod, workload

BOOK = PriceBook(Prices(0.1, 0.01))


def test_the_larger_of_request_and_use_is_taken_of_each_resource_and_pod() -> None:
    owner = workload("shop", "web", desired=3)
    request = {"cpu_request": 1.0, "memory_request": 2.0 * GIB}
    pods = [pod(owner, 0, **request), pod(owner, 1, **request), pod(owner, 2, **request)]
    web = application_of(owner, pods, application_id="app-web", now=AT)
    by_object = {
        ("shop", "web-0"): Measured(3.0, 1.0 * GIB, AT),
        ("shop", "web-1"): Measured(0.5, 4.0 * GIB, AT),
    }
    found = allocation_of(web, Samples("metrics.k8s.io", "pods", by_object=by_object))
    assert found == Allocation(Amount(2.0, 4.0 * GIB), Amount(3.5, 5.0 * GIB), Amount(4.0, 6.0 * GIB))
    cost = BOOK.cost(found)
    assert cost.charged == pytest.approx(730 * (4 * 0.1 + 6 * 0.01))
    assert cost.requested == pytest.approx(730 * 0.24)
    assert cost.used == pytest.approx(730 * 0.4)


def test_a_total_is_what_its_parts_are_charged() -> None:
    parts = [Allocation.of(Amount(1.0, GIB), Amount(2.0, 0.0)), Allocation.of(Amount(3.0, 0.0), Amount(0.0, 4.0 * GIB))]
    assert BOOK.total(parts).charged == pytest.approx(sum(BOOK.cost(one).charged for one in parts))
    assert BOOK.total([]).charged == 0


def test_only_the_price_book_knows_how_to_charge() -> None:
    """Prices are read elsewhere only to be said, never to be multiplied."""
    root = Path(hexaops.__file__).parent
    multiplied = re.compile(
        r"(\*|/)\s*[\w.()]*\.(cpu_core_hour|memory_gib_hour)|\.(cpu_core_hour|memory_gib_hour)\s*\*"
    )
    larger = re.compile(r"max\([^)]*\.monthly\(")
    found = {
        str(path.relative_to(root))
        for path in root.rglob("*.py")
        if multiplied.search(text := path.read_text()) or larger.search(text)
    }
    assert found == {"analysis/insights/costs.py"}
