"""The minimal definitions on the test control plane name every kind of other projects that the service uses."""

from __future__ import annotations

from pathlib import Path

import yaml

import testenv
from hexaops.backends.kubernetes.extensions import FUNCTIONS, PIPELINE_RUNS, WORKFLOWS
from hexaops.backends.kubernetes.kinds import KINDS, Kind

FOLDER = Path(testenv.__file__).parent / "crds"
USED = (*(KINDS[name] for name in ("VolumeSnapshot", "Backup", "Restore")), FUNCTIONS, PIPELINE_RUNS, WORKFLOWS)


def defined() -> set[Kind]:
    documents = [one for file in FOLDER.glob("*.yaml") for one in yaml.safe_load_all(file.read_text()) if one]
    specs = [one["spec"] for one in documents]
    return {
        Kind(spec["names"]["kind"], spec["group"], spec["versions"][0]["name"], spec["names"]["plural"])
        for spec in specs
    }


def test_every_kind_that_is_used_is_defined() -> None:
    assert {*USED} <= defined()
