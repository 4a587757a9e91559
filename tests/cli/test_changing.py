"""Changes from the command line: plan, confirmation, live steps, undo, cancel, refusal."""

from __future__ import annotations

import json

from tests.cli.conftest import Run
from tests.contract.serving import Served


def test_a_plan_asked_for_is_confirmed_by_a_later_command(hexaops: Run, served: Served) -> None:
    asked = hexaops("ask", "restart database-app")
    assert asked.code == 0, asked.err
    assert "Confirm it with: hexaops actions confirm plan_" in asked.out
    assert "restartedAt" in asked.out
    plan_id = json.loads((served.home / "plans.json").read_text())[-1]["plan_id"]
    done = hexaops("actions", "confirm", plan_id)
    assert done.code == 0, done.err
    for step in ("validate_application", "drain_connections", "restart_pods", "verify_health"):
        assert f"✓ {step}" in done.out
    again = hexaops("actions", "confirm", plan_id, "--json").data
    listed = hexaops("actions", "--json").data["items"]
    assert [one["action_id"] for one in listed if one["plan_id"] == plan_id] == [again["action_id"]]
    assert hexaops("actions", "show", again["action_id"]).out.count("completed") >= 5
    assert hexaops("actions", "watch", again["action_id"]).code == 0


def test_run_scales_and_rollback_puts_it_back(hexaops: Run) -> None:
    planned = hexaops("actions", "run", "scale_application", "api-service", "replicas=3")
    assert planned.code == 0, planned.err
    assert "actions confirm" in planned.out
    assert hexaops("apps", "show", "api-service", "--json").data["desired_replicas"] == 2
    done = hexaops("actions", "run", "scale_application", "api-service", "replicas=3", "--yes", "--json")
    assert done.code == 0, done.err
    assert done.data["status"] == "completed"
    assert hexaops("apps", "show", "api-service", "--json").data["desired_replicas"] == 3
    undone = hexaops("actions", "rollback", done.data["action_id"], "--yes")
    assert undone.code == 0, undone.err
    assert hexaops("apps", "show", "api-service", "--json").data["desired_replicas"] == 2
    refused = hexaops("actions", "rollback", "action_absent")
    assert refused.code == 1


def test_a_started_action_can_be_cancelled(hexaops: Run) -> None:
    # cache-service has a pod that no node can take: a restart of it cannot end by itself soon
    begun = hexaops("actions", "run", "restart_application", "cache-service", "--yes", "--no-wait", "--json")
    assert begun.code == 0, begun.err
    done = hexaops("actions", "cancel", begun.data["action_id"])
    assert "cancelled" in done.out
    assert done.code == 0, done.err


def test_a_guardrails_refusal_names_its_rule(hexaops: Run) -> None:
    done = hexaops("actions", "run", "scale_application", "web-app", "replicas=50", "--yes")
    assert done.code == 1
    assert "GUARDRAIL_REFUSED" in done.err
    assert "rule: 10" in done.err


def test_wrong_usage_is_told(hexaops: Run) -> None:
    wrong = hexaops("actions", "run", "scale_application", "web-app", "replicas")
    assert (wrong.code, "name=value" in wrong.err) == (2, True)
    unknown = hexaops("actions", "run", "explode_application", "web-app")
    assert unknown.code == 1
    assert hexaops("actions", "confirm", "plan_absent").code == 1
    assert hexaops("actions", "nonsense").code == 2


def test_the_switch_stops_changes(hexaops: Run) -> None:
    try:
        assert "off" in hexaops("automation", "off", "--reason", "incident 42").out
        assert "incident 42" in hexaops("automation", "status").out
        done = hexaops("actions", "run", "scale_application", "web-app", "replicas=4", "--yes")
        assert done.code == 1
        assert "rule: 17" in done.err
    finally:
        assert hexaops("automation", "on", "--json").data["enabled"] is True


def test_a_plan_shown_as_json_is_confirmed_by_a_later_command(hexaops: Run) -> None:
    shown = hexaops("--json", "actions", "run", "scale_application", "admin-portal", "replicas=2", "--plan-only")
    assert shown.code == 0, shown.err
    assert hexaops("actions", "confirm", shown.data["plan"]["plan_id"]).code == 0


def test_yes_carries_out_a_whole_request_or_nothing(hexaops: Run) -> None:
    before = hexaops("apps", "show", "admin-portal", "--json").data["desired_replicas"]
    refused = hexaops("ask", "stop all apps in frontend", "--yes")
    assert refused.code == 5
    assert "safety rule 7" in refused.out
    partly = hexaops("ask", "scale admin-portal to 3 and stop web-app", "--yes")
    assert partly.code == 5
    assert "Nothing was changed: a part of the request cannot be planned." in partly.err
    assert hexaops("apps", "show", "admin-portal", "--json").data["desired_replicas"] == before


def test_lists_as_json_have_one_shape(hexaops: Run) -> None:
    lists = ("apps", "actions", "sessions", "webhooks", "webhooks deliveries", "channels", "audit", "token list",
             "workspace list", "cluster list")  # fmt: skip
    for command in lists:
        found = hexaops(*command.split(), "--json").data
        assert {"items", "next_cursor"} <= set(found), command
    first = hexaops("audit", "--limit", "1", "--json").data
    following = hexaops("audit", "--limit", "1", "--cursor", first["next_cursor"], "--json").data
    assert following["items"][0]["seq"] == first["items"][0]["seq"] - 1
