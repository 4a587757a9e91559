"""What happens in the cluster and what it uses, who one is, and what the shell completes."""

from __future__ import annotations

import pytest

from hexaops.cli.completing import action_names
from tests.cli.conftest import Run
from tests.contract.serving import Served


def test_events_are_listed(hexaops: Run) -> None:
    done = hexaops("events", "-n", "500")
    assert (done.code, "FailedScheduling" in done.out) == (0, True), done.err
    # Other tests of the same service replace database-app's pods; cache-service keeps one that no node can take.
    found = hexaops("events", "cache-service", "--json").data
    assert {one["type"] for one in found["items"]} == {"Warning"}
    assert all("cache-service" in one["object"] for one in found["items"])
    assert hexaops("events", "nothing-here").code == 1


@pytest.mark.parametrize(("by", "key"), [("cpu", "cpu_cores"), ("memory", "memory_bytes")])
def test_top_sorts_by_what_is_used(hexaops: Run, by: str, key: str) -> None:
    found = hexaops("top", "--by", by, "-n", "5", "--json").data["items"]
    assert len(found) == 5
    amounts = [one[key] for one in found]
    assert amounts == sorted(amounts, reverse=True)
    assert found[0]["name"] in hexaops("top", "--by", by).out


def test_nodes_are_listed(hexaops: Run) -> None:
    done = hexaops("nodes")
    assert (done.code, done.out.count("ready")) == (0, 4), done.err
    assert {one["status"] for one in hexaops("nodes", "--json").data["items"]} == {"ready"}


def test_whoami_names_the_user_and_the_role(hexaops: Run) -> None:
    done = hexaops("whoami")
    assert (done.code, "local:owner" in done.out, "admin" in done.out) == (0, True, True), done.err
    assert hexaops("whoami", "--json").data["user_id"] == "local:owner"


def test_env_sets_what_a_shell_needs_to_call_the_service(hexaops: Run, served: Served) -> None:
    lines = hexaops("env").out.splitlines()
    assert lines[:2] == [f"export URL={served.base_url}", f"export WORKSPACE={served.workspace_id}"]
    account = served.credentials["service_account"]
    token = served.credentials["user_token"]
    expected = {"URL": served.base_url, "WORKSPACE": served.workspace_id, "TOKEN": token,
                "ACCOUNT": account["id"], "ACCOUNT_TOKEN": account["token"]}  # fmt: skip
    assert hexaops("env", "--json").data == expected


def test_env_gives_the_account_of_no_other_service(bare: Run, served: Served) -> None:
    options = ("--home", str(served.home), "--url", "http://127.0.0.1:1", "--token", "t", "--workspace", "w")
    done = bare(*options, "env")
    assert (done.code, "hexaops_sa_" in done.out) == (3, False)


def completed(run: Run, home: str, line: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the shell offers for the last word of a command line."""
    words = f"hexaops --home {home} {line}"
    monkeypatch.setenv("_HEXAOPS_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(len(words.split(" ")) - 1))
    return run().out.split()


def test_the_shell_completes_commands_applications_and_actions(
    bare: Run, served: Served, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = str(served.home)
    expected = {"apps", "ask", "actions", "alerts", "audit", "automation", "autopilot"}
    assert expected == set(completed(bare, home, "a", monkeypatch))
    assert completed(bare, home, "apps show data", monkeypatch) == ["database-app"]
    assert completed(bare, home, "actions run restart_a", monkeypatch) == ["restart_application"]
    assert completed(bare, str(tmp_path), "apps show data", monkeypatch) == []


def test_actions_are_completed_from_the_catalogue() -> None:
    assert "scale_application" in action_names("scale")
