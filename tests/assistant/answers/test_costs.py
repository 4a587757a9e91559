"""What applications cost, told with the prices and their sources."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from hexaops.analysis.applications.freshness import Freshness
from hexaops.analysis.applications.model import Application
from hexaops.analysis.applications.status import application_of
from hexaops.analysis.insights.costs import Allocation, Bill, Cost, PriceUsed, Statement
from hexaops.analysis.insights.prices import Price, Rates
from hexaops.assistant.answers import costs
from hexaops.assistant.answers.attachments import Table
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from tests.analysis.applications.rows import AT, pod, workload

NOW = datetime(2024, 1, 20, 15, 30, tzinfo=UTC)
FACTS = Facts("w", NOW, Freshness(NOW, (), {}, {}), frozenset(), frozenset())
RATES = Rates(Price(0.03, ("default",)), Price(0.004, ("default",)))
PRICES = (
    PriceUsed("cpu_core_hour", 0.03, "default", 2), PriceUsed("cpu_core_hour", 0.01, "price_file", 1),
    PriceUsed("memory_gib_hour", 0.004, "default", 3), PriceUsed("storage_gib_month", 0.04, "opencost", 1),
)  # fmt: skip


@pytest.fixture
def draft() -> Draft:
    return Draft()


@pytest.fixture
def web() -> Application:
    owner = workload("shop", "web-app", desired=1)
    return application_of(owner, [pod(owner, 0)], application_id="app-web", now=AT)


def _charges(web: Application, cost: Cost, no_usage: str | None = None) -> costs.Charges:
    return costs.Charges([web], Statement({web.id: Bill(Allocation(), cost, RATES)}, PRICES), no_usage)


def test_costs_are_told_with_their_prices(draft: Draft, web: Application) -> None:
    costs.tell_cost(_charges(web, Cost(requested=9.0, used=4.0, charged=10.0)), FACTS, draft)
    lines = draft.content.splitlines()
    assert lines[0] == "What runs now costs about $10.00 a month:"
    assert lines[1] == "- web-app: $10.00 (100%), of which $4.00 is used"
    assert "$0.01 to $0.03 a core-hour (the price file and the settings)" in draft.content
    assert "$0.004 a GiB-hour (the settings) and $0.04 a GiB-month of volumes (OpenCost's metrics)" in draft.content
    (attached,) = draft.attachments
    assert isinstance(attached, Table)
    assert attached.data.rows == [["web-app", web.project, 9.0, 4.0, 10.0, 0.0]]


def test_volumes_are_part_of_the_bill(draft: Draft, web: Application) -> None:
    charges = _charges(web, Cost(requested=9.0, used=4.0, charged=10.0, storage=2.0))
    statement = replace(charges.statement, unmounted=3.0)
    costs.tell_cost(replace(charges, statement=statement), FACTS, draft)
    assert draft.content.splitlines()[:3] == [
        "What runs now costs about $15.00 a month:",
        "- web-app: $12.00 (80%), of which $4.00 is used and $2.00 is for volumes",
        "- Volumes that no application mounts: $3.00",
    ]


def test_unknown_volumes_are_named_and_not_counted(draft: Draft, web: Application) -> None:
    charges = _charges(web, Cost(charged=10.0, storage=None))
    statement = replace(charges.statement, unmounted=None, no_storage="forbidden")
    costs.tell_cost(replace(charges, statement=statement), FACTS, draft)
    assert draft.content.startswith("What runs now costs about $10.00 a month, without its volumes (forbidden):")


def test_costs_without_usage_are_not_told(draft: Draft, web: Application) -> None:
    costs.tell_cost(_charges(web, Cost(10.0, 0.0, 10.0), "metrics cannot be read"), FACTS, draft)
    assert (draft.content, draft.fulfilled) == ("I can't tell costs: metrics cannot be read.", False)
