"""Dashboards hold to Grafana's own types: every field that is written is one that Grafana reads, with its type."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard

from hexaops.backends.metrics.base import Subject
from hexaops.features.dashboards.grafana import MOST_APPLICATIONS, application_dashboard, workspace_dashboard
from tests.living import LivingWorld, living_world

APPLICATION = Subject("c1", "Deployment", "shop", "web.app")
register_default_plugins()


def read_by_grafana(made: dict[str, Any]) -> Any:
    """What remains of a dashboard that was read into Grafana's types and written again."""
    return json.loads(JSONEncoder().encode(Dashboard.from_json(json.loads(json.dumps(made)))))


def lost(ours: Any, theirs: Any, path: str = "") -> list[str]:
    """Paths of what Grafana's types do not know, or hold otherwise."""
    if isinstance(ours, dict):
        if not isinstance(theirs, dict):
            return [path]
        return [one for key in ours for one in lost(ours[key], theirs.get(key), f"{path}/{key}")]
    if isinstance(ours, list):
        if not isinstance(theirs, list) or len(ours) != len(theirs):
            return [path]
        pairs = enumerate(zip(ours, theirs, strict=True))
        return [one for place, pair in pairs for one in lost(*pair, f"{path}/{place}")]
    return [] if ours == theirs else [path]


@pytest.mark.parametrize(
    "made",
    [
        application_dashboard(APPLICATION),
        application_dashboard(Subject("c1", "StatefulSet", "shop", "database")),
        workspace_dashboard("ws-1", "Shop", [APPLICATION._replace(name=f"app-{number}") for number in range(40)]),
    ],
    ids=["deployment", "statefulset", "workspace"],
)
def test_grafana_reads_every_field(made: dict[str, Any]) -> None:
    assert lost(made, read_by_grafana(made)) == []


def test_the_check_finds_a_misspelt_field() -> None:
    made = application_dashboard(APPLICATION)
    made["panels"][0]["gridPosition"] = made["panels"][0].pop("gridPos")
    assert lost(made, read_by_grafana(made)) == ["/panels/0/gridPosition"]


def test_panels_do_not_overlap_and_every_query_has_its_own_reference() -> None:
    made = application_dashboard(APPLICATION)
    places = {(one["gridPos"]["x"], one["gridPos"]["y"]) for one in made["panels"]}
    assert len(places) == len({one["id"] for one in made["panels"]}) == len(made["panels"]) >= 7
    for panel in made["panels"]:
        assert len({one["refId"] for one in panel["targets"]}) == len(panel["targets"])
        assert all("web[.]app" in one["expr"] or 'deployment="web.app"' in one["expr"] for one in panel["targets"])


def test_a_workspace_shows_as_many_applications_as_can_be_told_apart() -> None:
    many = [APPLICATION._replace(name=f"app-{number}") for number in range(40)]
    assert len(workspace_dashboard("ws-1", "Shop", many)["panels"][0]["targets"]) == MOST_APPLICATIONS


@pytest.fixture
async def world(sqlite_url: str, tmp_path: Path) -> AsyncIterator[LivingWorld]:
    async with living_world(sqlite_url, tmp_path, {"metrics_sampling": False}) as opened:
        yield opened


async def test_dashboards_are_served_and_made_by_an_action(world: LivingWorld) -> None:
    served = (await world.call("POST", "/aiops/dashboards", {"application_id": "web-app"})).json()["data"]
    ended = await world.run("generate_dashboard", "web-app")
    assert ended["result"]["details"]["dashboard"] == served["dashboard"]
    whole = (await world.call("POST", "/aiops/dashboards", {})).json()["data"]
    assert len(whole["dashboard"]["panels"][0]["targets"]) == 12
    assert (await world.call("POST", "/aiops/dashboards", {"application_id": "absent"})).status_code == 404
    assert world.writes() == []
