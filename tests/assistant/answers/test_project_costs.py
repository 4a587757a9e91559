"""What projects cost, each with its applications, and nothing of the total left unsaid."""

from __future__ import annotations

from datetime import UTC, datetime

from hexaops.analysis.applications.freshness import Freshness
from hexaops.analysis.applications.model import Application
from hexaops.analysis.applications.status import application_of
from hexaops.analysis.insights.costs import Allocation, Bill, Cost, Statement
from hexaops.analysis.insights.prices import Price, Rates
from hexaops.assistant.answers.attachments import Table
from hexaops.assistant.answers.costs import Charges
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.project_costs import tell_project_costs
from tests.analysis.applications.rows import AT, workload

NOW = datetime(2024, 1, 20, 15, 30, tzinfo=UTC)
FACTS = Facts("w", NOW, Freshness(NOW, (), {}, {}), frozenset(), frozenset())
RATES = Rates(Price(0.03, ("default",)), Price(0.004, ("default",)))


def application(project: str, name: str) -> Application:
    return application_of(workload(project, name), [], application_id=f"app-{name}", now=AT)


def charges(no_usage: str | None = None) -> Charges:
    costs = {("shop", "web"): 4.0, ("shop", "api"): 1.0, ("data", "db"): 10.0}
    known = [application(*key) for key in costs]
    charged = [Cost(requested=0.0, used=0.0, charged=cost) for cost in costs.values()]
    bills = {one.id: Bill(Allocation(), cost, RATES) for one, cost in zip(known, charged, strict=True)}
    return Charges(known, Statement(bills, (), unmounted=2.5), no_usage)


def test_projects_are_told_with_all_that_is_paid() -> None:
    draft = Draft()
    tell_project_costs(charges(), FACTS, draft)
    assert draft.content.splitlines() == [
        "What runs now costs about $17.50 a month, by project:",
        "- data: $10.00, 1 application",
        "- shop: $5.00, 2 applications",
        "- Volumes that no application mounts: $2.50",
    ]
    assert all(statement.evidence for statement in draft.statements)
    (attached,) = draft.attachments
    assert isinstance(attached, Table)
    assert attached.data.rows == [["data", 1, 10.0], ["shop", 2, 5.0]]


def test_without_usage_there_is_no_cost() -> None:
    draft = Draft()
    tell_project_costs(charges("metrics are away"), FACTS, draft)
    assert draft.content == "I can't tell costs: metrics are away."
    assert not draft.fulfilled
