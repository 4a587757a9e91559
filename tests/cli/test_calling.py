"""Every operation from the command line, and the commands that show insights, capabilities and incidents."""

from __future__ import annotations

import re

from tests.cli.conftest import Run
from tools.client.operations import STREAM_METHODS, method_name, routes_of


def test_every_operation_can_be_called(hexaops: Run) -> None:
    listed = {*re.findall(r"^(\w+)", hexaops("call").out, re.MULTILINE)}
    assert {method_name(entry) for entry in routes_of("user")} - {*STREAM_METHODS.values()} <= listed


def test_a_call_takes_places_a_query_and_a_body(hexaops: Run) -> None:
    assert hexaops("call", "get_application", "web-app").data["data"]["name"] == "web-app"
    page = hexaops("call", "list_applications", "project=data", "limit=2").data["data"]
    assert len(page["applications"]) == 2
    made = hexaops("call", "create_session", "name=Night shift", 'context={"focus_area": "cost"}').data["data"]
    assert (made["name"], made["context"]["focus_area"]) == ("Night shift", "cost")
    ended = hexaops("call", "end_session", made["session_id"], '{"summary": "quiet"}').data["data"]
    assert ended["summary"]["text"] == "quiet"
    measured = hexaops("call", "read_metrics", "signal=cpu", "application=web-app")
    assert measured.code == 0, measured.err


def test_a_wrong_call_says_how_it_is_written(hexaops: Run) -> None:
    for arguments, words in (
        (("no_such",), "Unknown operation"),
        (("get_application",), "needs application_id"),
        (("list_applications", "colour=red"), "has no colour"),
        (("list_applications", "red"), "Not NAME=VALUE"),
        (("create_session", "{"), "Not JSON"),
    ):
        done = hexaops("call", *arguments)
        assert done.code == 2, done.out
        assert words in done.err


def test_insights_capabilities_and_incidents_are_shown(hexaops: Run) -> None:
    found = hexaops("insights", "--focus", "reliability")
    assert found.code == 0, found.err
    assert "database-app" in found.out
    assert hexaops("insights", "web-app", "--json").data["workspace_id"]
    offered = hexaops("capabilities")
    assert "diagnose_issues" in offered.out
    assert "Actions require user confirmation" in offered.out
    listed = hexaops("incidents", "--json").data
    assert {*listed} == {"items", "next_cursor"}
    assert hexaops("incidents", "show", "inc-nothing").code == 1
