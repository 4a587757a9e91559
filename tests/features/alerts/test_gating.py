"""Automatic changes wait while something critical fires, and while it cannot be told (rule 12)."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

import pytest

from hexaops.analysis.alerting import Verdict
from hexaops.errors import UpstreamUnavailableError
from hexaops.features.access.tenancy import Workspace
from hexaops.features.alerts.gating import CriticalRules
from hexaops.features.incidents.gating import AlertGate
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.storage.tables import AlertRuleRow
from tests.serving import AccessWorld

FIRING = Verdict(state="firing", value=1.0)
OK = Verdict(state="ok", value=0.0)
UNKNOWN = Verdict(state="unknown", value=None, reason="the source does not answer")


@dataclass
class Verdicts:
    """An engine whose verdicts are given."""

    by_rule: dict[str, Verdict] = field(default_factory=dict)

    async def verdict(self, _workspace: Workspace, rule: AlertRuleRow) -> Verdict:
        """What was given for the rule."""
        return self.by_rule[rule.id]


async def refusal(access: AccessWorld, verdict: Verdict, *, besides: frozenset[str] = frozenset(), **rule: Any) -> Any:
    """What the gate says of one rule of the workspace `Team`."""
    now, workspace_id = access.clock.now(), access.workspace_id
    row = AlertRuleRow(**{
        "id": "rule-1", "workspace_id": workspace_id, "cluster_id": "cluster-a", "name": "Errors",
        "application_id": "app-1",
        "kind": "Deployment", "namespace": "shop", "application": "web", "metric": "error_rate", "comparison": "above",
        "threshold": 1.0, "for_seconds": 60.0, "severity": "critical", "silenced_until": None, "created_by": "ada",
        "created_at": now, **rule,
    })  # fmt: skip
    database = access.context.database
    async with database.transaction() as session:
        session.add(row)
    engine = Verdicts({"rule-1": verdict})
    gate = AlertGate(database, [CriticalRules(database, cast("Any", engine), access.clock)])
    workspace = await access.get(WorkspaceDirectory).get(workspace_id)
    return await gate.refusal(workspace, None, besides=besides)


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        (FIRING, "the critical alert Errors fires (rule 12)"),
        (UNKNOWN, "the critical alert Errors cannot be judged: the source does not answer (rule 12)"),
        (Verdict(state="unknown", value=None), "the critical alert Errors cannot be judged: no measurements (rule 12)"),
        (OK, None),
    ],
)
async def test_a_critical_rule_closes_the_gate(access: AccessWorld, verdict: Verdict, said: str | None) -> None:
    assert await refusal(access, verdict) == said


async def test_lesser_rules_and_those_of_the_application_itself_do_not(access: AccessWorld) -> None:
    assert await refusal(access, FIRING, besides=frozenset({"app-1"})) is None


async def test_lesser_rules_do_not(access: AccessWorld) -> None:
    assert await refusal(access, FIRING, severity="high") is None


async def test_a_silenced_rule_does_not_until_its_silence_ends(access: AccessWorld) -> None:
    until = access.clock.now() + timedelta(minutes=1)
    assert await refusal(access, FIRING, silenced_until=until) is None


async def test_the_gate_stays_closed_when_the_alerts_cannot_be_read(access: AccessWorld) -> None:
    class Away:
        async def critical(self, workspace: Workspace, *, besides: Set[str]) -> str | None:
            """As a database that is away."""
            del workspace, besides
            message = "no answer"
            raise UpstreamUnavailableError(message)

    workspace = await access.get(WorkspaceDirectory).get(access.workspace_id)
    gate = AlertGate(access.context.database, [Away()])
    refused = await gate.refusal(workspace, None, besides=frozenset())
    assert refused == "the alerts cannot be read: no answer (rule 12)"


async def test_the_running_service_asks_its_rules(access: AccessWorld) -> None:
    assert [type(source) for source in access.get(AlertGate).sources] == [CriticalRules]
