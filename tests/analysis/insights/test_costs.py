"""What is charged: by resource and pod at the prices of its node, by size for volumes, and nowhere but here."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hexaops
from hexaops.analysis.applications.model import Application
from hexaops.analysis.applications.status import application_of
from hexaops.analysis.insights.costs import (
    Amount,
    Premises,
    PriceUsed,
    Statement,
    charged_over_time,
    statement_of,
)
from hexaops.analysis.insights.prices import GIB, NodeRule, PriceBook
from hexaops.backends.kubernetes.rows import PvcRow, ResourceTotals
from hexaops.backends.metrics.prices import MeteredPrices
from hexaops.backends.metrics.samples import Measured, Samples
from tests.analysis.applications.rows import AT, meta, node, pod, workload

BOOK = PriceBook(0.1, 0.01, 0.05)
SPOT = NodeRule({"lifecycle": ("spot", "preemptible")}, 0.03, 0.003)
REQUEST = {"cpu_request": 1.0, "memory_request": 2.0 * GIB}


def _web(name: str = "web", **of_pods: Any) -> Application:
    owner = workload("shop", name, desired=3)
    pods = [pod(owner, number, **REQUEST, **of_pods) for number in range(3)]
    return application_of(owner, pods, application_id=f"app-{name}", now=AT)


def _samples(name: str = "web") -> Samples:
    return Samples("metrics.k8s.io", "pods", by_object={
        ("shop", f"{name}-0"): Measured(3.0, 1.0 * GIB, AT),
        ("shop", f"{name}-1"): Measured(0.5, 4.0 * GIB, AT),
    })  # fmt: skip


def _claim(name: str, *, volume: str = "pv-1", size: float | None = 10.0 * GIB, storage_class: str = "fast") -> PvcRow:
    return PvcRow(
        **meta("PersistentVolumeClaim", "shop", name), phase="Bound", storage_class=storage_class, volume=volume,
        access_modes=("ReadWriteOnce",), requested_bytes=None, capacity_bytes=size,
    )  # fmt: skip


def _state(book: PriceBook = BOOK, **premises: Any) -> Statement:
    return statement_of([_web()], _samples(), book, Premises(**premises))


def test_the_larger_of_request_and_use_is_taken_of_each_resource_and_pod() -> None:
    bill = _state().bills["app-web"]
    assert bill.allocation.requested == Amount(2.0, 4.0 * GIB)
    assert bill.allocation.used == Amount(3.5, 5.0 * GIB)
    assert bill.allocation.charged == Amount(4.0, 6.0 * GIB)
    assert bill.cost.charged == pytest.approx(730 * (4 * 0.1 + 6 * 0.01))
    assert bill.cost.requested == pytest.approx(730 * 0.24)
    assert bill.cost.used == pytest.approx(730 * 0.4)


def test_a_total_is_what_its_parts_are_charged() -> None:
    parts = [_web(), _web("api")]
    by_object = {**_samples().by_object, **_samples("api").by_object}
    found = statement_of(parts, Samples("s", "q", by_object=by_object), BOOK, Premises())
    assert found.cost.charged == pytest.approx(sum(one.cost.charged for one in found.bills.values()))
    assert found.of(parts[0]).cost == found.bills["app-web"].cost
    assert statement_of([], _samples(), BOOK, Premises()).cost.total == 0


def test_a_pod_costs_what_its_node_costs() -> None:
    nodes = {
        "worker-node-1": node("worker-node-1", labels={"lifecycle": "spot"}),
        "worker-node-2": node("worker-node-2", labels={"lifecycle": "on-demand"}),
    }
    metered = MeteredPrices(cpu_core_hour={"worker-node-2": 0.2})
    book = PriceBook(0.1, 0.01, 0.05, node_rules=(SPOT,), metered=metered)
    found = _state(book, nodes=nodes)
    spot, on_demand = 3 * 0.03 + 2 * 0.003, 1 * 0.2 + 4 * 0.01
    assert found.cost.charged == pytest.approx(730 * (spot + on_demand))
    assert {(one.of, one.dollars, one.source) for one in found.prices} == {
        ("cpu_core_hour", 0.03, "price_file"), ("memory_gib_hour", 0.003, "price_file"),
        ("cpu_core_hour", 0.2, "opencost"), ("memory_gib_hour", 0.01, "default"),
    }  # fmt: skip
    rates = found.bills["app-web"].rates
    assert rates.cpu_core_hour.dollars == pytest.approx((0.03 + 0.2 + 0.1) / 3)
    assert rates.cpu_core_hour.sources == ("opencost", "price_file", "default")


def test_the_first_rule_that_matches_wins() -> None:
    zone = NodeRule({"zone": ("a",)}, 0.5, 0.05)
    book = PriceBook(0.1, 0.01, 0.05, node_rules=(SPOT, zone))
    assert book.of_node("n", {"zone": "a", "lifecycle": "preemptible"}).cpu_core_hour.dollars == 0.03
    assert book.of_node("n", {"zone": "a"}).cpu_core_hour.dollars == 0.5
    assert book.of_node("n", {"zone": "b"}).cpu_core_hour.sources == ("default",)


def test_volumes_are_charged_by_size_and_class() -> None:
    metered = MeteredPrices(storage_gib_hour={"pv-2": 0.001})
    book = PriceBook(0.1, 0.01, 0.05, storage_classes={"fast": 0.2}, metered=metered)
    claims = [
        _claim("data"), _claim("more", volume="pv-2"), _claim("left", volume="pv-3", storage_class="slow"),
        _claim("waits", volume="", size=None),
    ]  # fmt: skip
    apps = [_web(claims=("data", "more")), _web("api", claims=("data",))]
    found = statement_of(apps, _samples(), book, Premises(claims=claims))
    assert found.bills["app-web"].cost.storage == pytest.approx(10 * 0.2 / 2 + 10 * 0.73)
    assert found.bills["app-api"].cost.storage == pytest.approx(10 * 0.2 / 2), "shared evenly by those who mount it"
    assert found.unmounted == pytest.approx(10 * 0.05)
    assert found.cost.storage == pytest.approx(2.0 + 7.3 + 0.5)
    assert [one for one in found.prices if one.source == "price_file"] == [
        PriceUsed("storage_gib_month", 0.2, "price_file", 1)
    ]


def test_claims_of_a_stateful_set_without_replicas_are_still_its_own() -> None:
    owner = workload("shop", "db", kind="StatefulSet", desired=0, claim_templates=("data",))
    db = application_of(owner, [], application_id="app-db", now=AT)
    found = statement_of([db], _samples(), BOOK, Premises(claims=[_claim("data-db-0"), _claim("data-db-old")]))
    assert found.bills["app-db"].cost.storage == pytest.approx(0.5)
    assert found.unmounted == pytest.approx(0.5)


def test_an_unknown_size_leaves_the_total_unknown() -> None:
    found = statement_of([_web(claims=("data",))], _samples(), BOOK, Premises(claims=[_claim("data", size=None)]))
    assert (found.cost.storage, found.cost.total) == (None, None)
    assert found.no_storage == "the size of volume claim shop/data is not known"
    unread = _state(no_claims="forbidden")
    assert (unread.cost.storage, unread.no_storage) == (None, "forbidden")
    assert unread.cost.charged > 0


def test_over_time_requests_are_charged_for_the_replicas_of_each_moment() -> None:
    owner = workload("shop", "web", desired=2, resources=ResourceTotals(cpu_request=1.0))
    web = application_of(owner, [pod(owner, 0)], application_id="app-web", now=AT)
    cpu, memory = np.array([0.5, 0.5, 3.0, np.nan]), np.full(4, float(GIB))
    found = charged_over_time(web, BOOK.default, cpu, memory, np.array([1.0, 2.0, 2.0, 2.0]))
    assert found == pytest.approx([730 * (cores * 0.1 + 0.01) for cores in (1, 2, 3, np.nan)], nan_ok=True)
    assert np.isnan(charged_over_time(web, BOOK.default, cpu, memory, np.full(4, np.nan))).all()


def test_only_the_price_book_knows_how_to_charge() -> None:
    """Prices are read elsewhere only to be said, never to be multiplied."""
    root = Path(hexaops.__file__).parent
    multiplied = re.compile(
        r"(\*|/)\s*[\w.()]*\.(cpu_core_hour|memory_gib_hour|dollars)|\.(cpu_core_hour|memory_gib_hour|dollars)\s*\*"
    )
    larger = re.compile(r"max\([^)]*\.monthly\(")
    found = {
        str(path.relative_to(root))
        for path in root.rglob("*.py")
        if multiplied.search(text := path.read_text()) or larger.search(text)
    }
    assert found == {"analysis/insights/prices.py"}
