"""Webhooks, service accounts, workspaces and the audit log from the command line."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from hexaops.features.webhooks.events import KNOWN
from tests.cli.conftest import Run
from tests.contract.receiving import receiving
from tests.contract.serving import Served


def test_the_life_of_a_webhook(hexaops: Run) -> None:
    with receiving() as receiver:
        made = hexaops("webhooks", "create", receiver.url, "--event", "aiops.session.created", "--json").data
        assert made["secret"].startswith("whsec_")
        webhook = made["id"]
        tested = hexaops("webhooks", "test", webhook)
        assert (tested.code, "delivered" in tested.out) == (0, True)
        assert len(receiver.deliveries) == 1
        assert webhook in hexaops("webhooks").out
        assert made["secret"] not in hexaops("webhooks", "list", "--json").out
        delivery = hexaops("webhooks", "deliveries", webhook, "--json").data["items"][0]
        assert delivery["status"] == "delivered"
        assert hexaops("webhooks", "redeliver", delivery["id"]).code == 0
        assert "secret" in hexaops("webhooks", "rotate", webhook, "--overlap-hours", "1").out
        assert "disabled" in hexaops("webhooks", "disable", webhook).out
        assert "enabled" in hexaops("webhooks", "enable", webhook).out
    failed = hexaops("webhooks", "test", webhook)
    assert failed.code == 1
    assert "no connection" in failed.out
    assert hexaops("webhooks", "delete", webhook).code == 0
    refused = hexaops("webhooks", "create", "http://169.254.169.254/")
    assert refused.code == 1
    assert "url: the host has a link-local address" in refused.err
    unknown = hexaops("webhooks", "create", "http://127.0.0.1:9/", "--event", "bogus")
    assert all(event in unknown.err for event in KNOWN)


def test_the_life_of_a_notification_channel(hexaops: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving() as receiver:
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{receiver.url}?token=hidden\n"))
        made = hexaops("channels", "create", "ops", "webhook", "-", "--escalations", "--json").data
        assert (made["target_host"], made["on_escalation"]) == ("127.0.0.1", True)
        tested = hexaops("channels", "test", made["id"])
        assert tested.code == 0
        assert "notification.test" in [one.document["event"] for one in receiver.deliveries]
    failed = hexaops("channels", "test", made["id"])
    assert failed.code == 1
    assert "no connection" in failed.out
    assert "hidden" not in hexaops("channels").out + hexaops("channels", "show", made["id"]).out
    changed = hexaops("channels", "update", made["id"], "--no-escalations", "--json").data
    assert not changed["on_escalation"]
    refused = hexaops("channels", "create", "other", "slack", "http://169.254.169.254/")
    assert refused.code == 1
    assert "target: the host has a link-local address" in refused.err
    assert hexaops("channels", "delete", made["id"]).code == 0
    assert hexaops("channels", "list", "--json").data["items"] == []


def test_the_life_of_a_service_account(hexaops: Run) -> None:
    made = hexaops("token", "create", "log-reader", "--scope", "logs:read", "--days", "9", "--json").data
    account, text = made["service_account"]["id"], made["token"]["token"]
    listed = hexaops("token", "list")
    assert account in listed.out
    assert text not in listed.out
    second = hexaops("token", "rotate", account, "--json").data
    assert hexaops("token", "rotate", account).code == 1
    assert hexaops("token", "revoke", account, made["token"]["id"]).code == 0
    assert "revoked" in hexaops("token", "list").out
    assert second["token"]["token"] != text
    assert "disabled" in hexaops("token", "disable", account).out
    assert "enabled" in hexaops("token", "enable", account).out


def test_the_life_of_a_cluster(hexaops: Run, served: Served, tmp_path: Path) -> None:
    """The simulator once more, under another id: what is read of one cluster is read of the other."""
    kubeconfig = str(served.home / "simulator" / "kubeconfig")
    arguments = ("--kubeconfig", kubeconfig, "--context", "reader", "--writer-context", "writer")
    added = hexaops("cluster", "add", "twin", *arguments)
    assert (added.code, "reachable" in added.out) == (0, True), added.err
    listed = {one["id"]: one for one in hexaops("cluster", "list", "--json").data["items"]}
    assert {id_: one["source"] for id_, one in listed.items()} == {"default": "settings", "twin": "api"}
    assert listed["twin"]["separate_writer"]
    assert hexaops("cluster", "add", "twin", *arguments).code == 1
    made = hexaops("workspace", "create", "On the twin", "--cluster", "twin", "--unclaimed", "--json").data
    assert made["cluster"] == "twin"
    refused = hexaops("cluster", "remove", "twin")
    assert (refused.code, "Workspaces still use this cluster" in refused.err) == (1, True)
    assert hexaops("workspace", "delete", made["id"]).code == 0
    assert hexaops("cluster", "remove", "twin").code == 0
    assert hexaops("cluster", "add", "away", "--kubeconfig", str(tmp_path / "absent")).code == 2
    assert hexaops("cluster", "test", "away").code == 1


def test_workspaces_and_members(hexaops: Run, served: Served) -> None:
    assert "Production Workspace" in hexaops("workspace", "list").out
    missing = hexaops("workspace", "create", "Team Blue", "--namespace", "blue")
    assert (missing.code, "blue: no such namespace" in missing.err) == (1, True)
    made = hexaops("workspace", "create", "Team Blue", "--namespace", "blue", "--expect-missing", "--json").data
    workspace = made["id"]
    assert hexaops("workspace", "create", "Team Red", "--namespace", "blue", "--expect-missing").code == 1
    assert hexaops("workspace", "create", "Team Red").code == 2
    assert hexaops("workspace", "create", "Rest", "--unclaimed").code == 1
    assert "at any time" in hexaops("workspace", "schedule", workspace).out
    given = ("--window", "mon-fri 09:00-17:00", "--freeze", "2026-12-20/2027-01-03")
    scheduled = hexaops("workspace", "schedule", workspace, *given, "--json").data
    assert (scheduled["windows"], scheduled["freezes"]) == (["mon-fri 09:00-17:00"], ["2026-12-20/2027-01-03"])
    kept = hexaops("workspace", "schedule", workspace, "--always").out
    assert "at any time" in kept
    assert "2026-12-20/2027-01-03" in kept
    moved = hexaops("workspace", "schedule", workspace, "--timezone", "Asia/Tokyo", "--json").data
    assert (moved["timezone"], moved["freezes"]) == ("Asia/Tokyo", ["2026-12-20/2027-01-03"])
    assert "timezone: no such time zone" in hexaops("workspace", "schedule", workspace, "--timezone", "Tokio").err
    assert "write a window as in" in hexaops("workspace", "schedule", workspace, "--window", "soon").err
    members = hexaops("workspace", "members", "list", workspace, "--json").data["items"]
    assert [(one["user_id"], one["role"]) for one in members] == [("local:owner", "admin")]
    assert hexaops("workspace", "members", "put", workspace, "local:owner", "viewer").code == 0
    assert "viewer" in hexaops("workspace", "members", "list", workspace).out
    assert "0 applications" in hexaops("apps", "--workspace", "Team Blue").out
    unsure = hexaops("apps", "--workspace", "Team Green")
    assert unsure.code == 1
    assert "Team Blue" in unsure.err
    refused = hexaops("webhooks", "--workspace", workspace)
    assert refused.code == 4
    assert "manage_webhooks" in refused.err
    assert hexaops("workspace", "members", "remove", workspace, "local:owner").code == 0
    assert hexaops("workspace", "delete", workspace).code == 0
    assert "Production Workspace" in hexaops("workspace", "list", "--all").out


def test_the_audit_log_is_shown_and_its_chain_checked(hexaops: Run) -> None:
    hexaops("sessions", "create", "for the log")
    assert "request" in hexaops("audit").out
    assert len(hexaops("audit", "--all", "--limit", "2", "--json").data["items"]) > 0
    anchor = hexaops("audit", "head").out.split()
    hexaops("sessions", "create", "one more")
    assert "chain whole" in hexaops("audit", "verify", "--seq", anchor[0], "--hash", anchor[1]).out
    broken = hexaops("audit", "verify", "--seq", anchor[0], "--hash", "0" * 64)
    assert (broken.code, "BROKEN" in broken.out) == (1, True)


def test_an_export_of_the_audit_log_is_verified_without_the_service(hexaops: Run, tmp_path: Path) -> None:
    hexaops("sessions", "create", "for the export")
    file = tmp_path / "audit.jsonl"
    assert "events written" in hexaops("audit", "export", "--output", str(file)).out
    assert file.stat().st_mode & 0o777 == 0o600
    anchor = hexaops("audit", "verify", str(file), "--json").data["last"]
    whole = hexaops("audit", "verify", str(file), "--seq", str(anchor["seq"]), "--hash", anchor["hash"])
    assert (whole.code, "chain whole" in whole.out) == (0, True)
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join([*lines[:2], lines[2].replace('"outcome":"', '"outcome":"un'), *lines[3:]]))
    altered = hexaops("audit", "verify", str(file))
    assert (altered.code, "BROKEN at line 3: the event was altered" in altered.out) == (1, True)
    assert hexaops("audit", "verify", str(tmp_path / "absent")).code == 2
    filtered = hexaops("audit", "export", "--action", "access").out
    assert '"filters":{"action":"access"}' in filtered
