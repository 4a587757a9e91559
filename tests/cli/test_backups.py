"""Backups from the command line: made, listed, and restored by a plan."""

from __future__ import annotations

from tests.cli.conftest import Run


def test_the_life_of_a_backup(hexaops: Run) -> None:
    made = hexaops("backups", "create", "web-app", "--keep", "short", "--reason", "a test", "--json")
    assert made.code == 0, made.err
    backup = made.data["backup_id"]
    assert backup in hexaops("backups", "list", "--app", "web-app").out
    assert "completed" in hexaops("backups", "show", backup).out
    nothing = hexaops("backups", "restore", backup, "--plan-only")
    assert nothing.code == 1
    assert "Nothing of the backup is missing" in nothing.err
    changed = hexaops("actions", "run", "update_configuration", "web-app", 'env={"LEVEL": "trace"}', "--yes", "--json")
    assert changed.code == 0, changed.err
    shown = hexaops("backups", "restore", backup, "--replace", "--plan-only")
    assert "Deployment frontend/web-app" in shown.out
    assert "LEVEL" in shown.out
    done = hexaops("backups", "restore", backup, "--replace", "--yes", "--json")
    assert (done.code, done.data["status"]) == (0, "completed"), done.out
    assert done.data["result"]["details"]["replaced"] == ["Deployment/web-app"]


def test_an_unknown_application_and_backup_are_named(hexaops: Run) -> None:
    assert "No application 'nowhere'" in hexaops("backups", "create", "nowhere").err
    assert "Backup not found" in hexaops("backups", "restore", "backup-nowhere").err
