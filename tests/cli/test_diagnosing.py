"""`hexaops diagnose --snapshot`: one JSON line a snapshot, exit codes, and input that cannot be used."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from testenv.diagnosis.suite import CONTROLS, FAULTS
from tests.cli.conftest import Run

FIELDS = {"kind", "namespace", "name", "finding", "cause", "severity", "confidence", "evidence", "fix"}


QUIET = next(one for one in CONTROLS if one.name == "database_recovers_after_a_restart")


def _fault(name: str) -> str:
    case = next(one for one in FAULTS if one.name == name)
    return json.dumps({"id": name, **case.snapshot()})


def test_one_snapshot_is_one_line(bare: Run, tmp_path: Path) -> None:
    file = tmp_path / "incident.json"
    file.write_text(_fault("config_map_missing_in_env"))
    done = bare("diagnose", "--snapshot", str(file), "--json")
    assert done.code == 1
    assert done.out.count("\n") == 1
    assert done.data["id"] == "config_map_missing_in_env"
    first = done.data["findings"][0]
    assert first.keys() >= FIELDS
    assert (first["kind"], first["namespace"], first["name"], first["severity"]) == (
        "Deployment",
        "shop",
        "web",
        "critical",
    )
    assert "web-config does not exist" in first["cause"]
    assert first["fix"]["action"] == "create"
    assert first["evidence"][0].keys() >= {"source", "kind", "name", "text"}


def test_each_line_of_a_jsonl_is_answered_in_order(bare: Run, tmp_path: Path) -> None:
    file = tmp_path / "cases.jsonl"
    healthy = json.dumps({"id": "fine", **QUIET.snapshot()})
    file.write_text("\n".join([_fault("node_lost"), "", healthy]))
    done = bare("--json", "diagnose", "--snapshot", str(file))
    lines = [json.loads(line) for line in done.out.splitlines()]
    assert done.code == 1
    assert [line["id"] for line in lines] == ["node_lost", "fine"]
    assert lines[1]["findings"] == []


def test_nothing_found(bare: Run, tmp_path: Path) -> None:
    file = tmp_path / "fine.json"
    file.write_text(json.dumps(QUIET.snapshot()))
    assert (bare("diagnose", "--snapshot", str(file)).out, bare("diagnose", "--snapshot", str(file)).code) == (
        "Nothing found.\n",
        0,
    )


def test_for_people(bare: Run, tmp_path: Path) -> None:
    file = tmp_path / "incident.json"
    file.write_text(_fault("tag_does_not_exist"))
    done = bare("diagnose", "--snapshot", str(file))
    assert done.out.startswith("tag_does_not_exist\ncritical Deployment/shop/web: ")
    assert "cause: the registry registry.example.com has no image" in done.out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "Expecting property name"),
        ("[]", "a snapshot is a JSON object"),
        ('{"objects": []}', "`now` must be an RFC 3339 time"),
        ('{"now": "2026-03-10T12:00:00Z"}', "`objects` must be a list"),
        ('{"now": "2026-03-10T12:00:00Z", "objects": [3]}', "each of `objects` must be an object"),
        ('{"now": "2026-03-10T12:00:00Z", "objects": [], "logs": 3}', "`logs` must be an object"),
        ('{"now": "2026-03-10T12:00:00Z", "objects": [], "unread": "Secret"}', "`unread` must be a list of names"),
    ],
)
def test_unusable_input(bare: Run, tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "bad.json"
    file.write_text(text)
    done = bare("diagnose", "--snapshot", str(file), "--json")
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_an_unusable_line_does_not_hide_the_others(bare: Run, tmp_path: Path) -> None:
    file = tmp_path / "cases.jsonl"
    file.write_text("\n".join(["{", _fault("node_lost")]))
    done = bare("diagnose", "--snapshot", str(file), "--json")
    assert done.code == 2
    assert done.data["id"] == "node_lost"
    assert "snapshot 1 of" in done.err


def test_no_such_file(bare: Run, tmp_path: Path) -> None:
    done = bare("diagnose", "--snapshot", str(tmp_path / "none.json"))
    assert done.code == 2
    assert "Cannot read" in done.err


def test_a_live_snapshot_is_written_for_its_owner_and_replayed(hexaops: Run, bare: Run, tmp_path: Path) -> None:
    file = tmp_path / "incident.json"
    done = hexaops("snapshot", str(file), "--json")
    assert done.code == 0, done.err
    assert done.data["objects"] > 50
    assert file.stat().st_mode & 0o777 == 0o600
    found = bare("diagnose", "--snapshot", str(file), "--json").data["findings"]
    assert ("cache-service", "insufficient-resources") in {(one["name"], one["rule"]) for one in found}


def test_a_live_snapshot_goes_through_a_pipe(hexaops: Run) -> None:
    assert hexaops("snapshot", "-").data.keys() >= {"now", "objects", "logs", "metrics", "unread"}


def test_a_snapshot_that_cannot_be_written(hexaops: Run, tmp_path: Path) -> None:
    done = hexaops("snapshot", str(tmp_path / "none" / "x.json"))
    assert done.code == 2
    assert "Cannot write" in done.err
