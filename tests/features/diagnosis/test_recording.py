"""A recorded snapshot gives the findings that were given live, and holds neither secrets nor other tenants' nodes."""

from __future__ import annotations

import json

import msgspec
import pytest

from hexaops.analysis.diagnosis import Snapshot, diagnose, read_snapshot
from hexaops.analysis.diagnosis.documents import finding_document
from hexaops.analysis.diagnosis.objects import Raw, seconds
from hexaops.features.access.tenancy import Workspace, WorkspacePolicy
from hexaops.features.diagnosis.fencing import fenced
from hexaops.features.diagnosis.listing import Fence, Listed, hidden_nodes
from hexaops.features.diagnosis.recording import snapshot_view
from testenv.diagnosis.suite import CONTROLS, FAULTS, Case
from tests.analysis.applications.rows import NOW
from tests.living import LivingWorld

SHORT = 3
"""One case in so many is replayed in `make test`, all of them in the long form."""
CASES = [
    pytest.param(case, id=f"{case.area}-{case.name}", marks=() if place % SHORT == 0 else pytest.mark.long)
    for place, case in enumerate((*FAULTS, *CONTROLS))
]
UNREAD = {"Secret": "never read", "ConfigMap": "never listed"}


def _workspace(*namespaces: str) -> Workspace:
    return Workspace(
        "ws", "W", "shared", "c1", "active", frozenset(namespaces) or None, frozenset({"kube-system"}),
        WorkspacePolicy(), "UTC", NOW,
    )  # fmt: skip


def _recorded(raw: Raw, workspace: Workspace) -> tuple[list[object], list[object], str]:
    """Findings live and replayed, as documents, and the text of the recording."""
    fence = Fence(workspace)
    objects = [one for one in raw["objects"] if one["kind"] not in UNREAD and fence.lets_in(one)]
    taken = read_snapshot({**raw, "objects": objects})
    hidden = hidden_nodes(objects, fence)
    live = Snapshot(
        taken.now, objects, logs=taken.logs, metrics=raw.get("metrics"), unread=frozenset(UNREAD), other_nodes=hidden
    )
    text = msgspec.json.encode(snapshot_view(live, Listed(objects, UNREAD, {}), fence)).decode()
    replayed = diagnose(read_snapshot(json.loads(text)))
    return (
        [finding_document(one) for one in fenced(diagnose(live), fence, hidden)],
        [finding_document(one) for one in replayed],
        text,
    )


@pytest.mark.parametrize("case", CASES)
def test_a_replayed_recording_gives_the_live_findings(case: Case) -> None:
    live, replayed, _ = _recorded(case.snapshot(), _workspace())
    assert replayed == live


def test_secrets_are_not_recorded_and_their_variables_still_found() -> None:
    raw = next(one for one in CONTROLS).snapshot()
    web = next(one for one in raw["objects"] if one["kind"] == "Deployment" and one["metadata"]["name"] == "web")
    web["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"] = '{"env": "hunter2hunter2"}'
    web["spec"]["template"]["spec"]["containers"][0]["env"] = [
        {"name": "DB_PASSWORD", "value": "hunter2hunter2"},
        {"name": "PIN_TOKEN", "value": "h2h"},
        {"name": "TLS_PRIVATE_KEY", "value": "/tls/key.pem"},
    ]
    raw["logs"] = {"shop/web/app": "connecting with password=hunter2hunter2"}
    live, replayed, text = _recorded(raw, _workspace())
    assert replayed == live
    assert "hunter2" not in text
    assert '"h2h"' not in text
    (found,) = [one for one in diagnose(read_snapshot(json.loads(text))) if one.rule == "secret-in-env"]
    assert found.cause.startswith("DB_PASSWORD is set")


def test_other_tenants_nodes_count_without_their_names() -> None:
    raw = next(one for one in FAULTS if one.name == "node_lost").snapshot()
    for one in raw["objects"]:
        if one["kind"] == "Pod" and one["metadata"]["namespace"] == "shop":
            one["spec"]["nodeName"] = "node-2"
    live, replayed, text = _recorded(raw, _workspace("shop"))
    assert [(one["rule"], one["name"]) for one in replayed] == [(one["rule"], one["name"]) for one in live]  # type: ignore[index]
    assert "node-1" not in text
    assert "node-2" in text
    assert json.loads(text)["other_nodes"] == ["another node 1", "another node 2"]


async def test_the_route_and_a_live_diagnosis_agree(world: LivingWorld) -> None:
    live = (await world.call("GET", "/aiops/diagnosis")).json()["data"]
    answer = await world.call("GET", "/aiops/diagnosis/snapshot")
    assert answer.status_code == 200, answer.text
    document = answer.json()["data"]
    assert seconds(document["now"]) is not None
    assert document["unread"].keys() >= {"Secret", "ConfigMap"}
    assert any(key.startswith("backend/database-app-") or "/database-app-" in key for key in document["logs"])
    assert document["metrics"]
    replayed = [finding_document(one) for one in diagnose(read_snapshot(document))]
    told = ("rule", "kind", "namespace", "name", "finding", "cause", "severity")
    assert [[one[key] for key in told] for one in replayed] == [[one[key] for key in told] for one in live["findings"]]
