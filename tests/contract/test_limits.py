"""The documented limits are the defaults, and every limited answer carries the documented headers."""

from __future__ import annotations

from typing import Any

import pytest

from hexaops.config import Settings
from tests.contract.documented import CONTRACT
from tests.contract.live import Live

SETTING_OF_GROUP = {
    ("public", None): "rate_limit_chat",
    ("internal", "System Health"): "rate_limit_health",
    ("internal", "Workspace Operations"): "rate_limit_workspace",
    ("internal", "Application Operations"): "rate_limit_application",
    ("internal", "Log Queries"): "rate_limit_logs",
}
PERIODS = {60: "minute", 3600: "hour"}


@pytest.mark.parametrize("limit", CONTRACT["rate_limits"], ids=lambda limit: limit["group"] or "chat")
def test_documented_limit_is_the_default(limit: dict[str, Any]) -> None:
    setting = SETTING_OF_GROUP[limit["api"], limit["group"]]
    period = PERIODS[limit["period_seconds"]]
    assert Settings.model_fields[setting].default == f"{limit['requests']}/{period}"


def test_limited_answers_carry_the_headers(live: Live) -> None:
    for answer in (live.user.get(f"{live.aiops}/sessions"), live.account.get("/internal/v1/automation")):
        assert answer.status_code == 200, answer.text
        values = [answer.headers[name] for name in CONTRACT["rate_limit_headers"]]
        assert all(value.isdigit() for value in values)
