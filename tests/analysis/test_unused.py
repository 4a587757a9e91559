"""What names a claim or a ConfigMap, in every kind that has a pod template, now or later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from hexaops.analysis.unused import TEMPLATES, unclaimed_volumes, unnamed_config_maps

SPEC: Mapping[str, Any] = {
    "containers": [{"name": "c", "envFrom": [{"configMapRef": {"name": "from-env"}}]}],
    "volumes": [
        {"name": "v", "persistentVolumeClaim": {"claimName": "data"}},
        {"name": "w", "configMap": {"name": "files", "optional": True}},
    ],
}


def named(name: str, **metadata: Any) -> dict[str, Any]:
    return {"metadata": {"name": name, "namespace": "shop", "uid": f"u-{name}", **metadata}}


def holding(kind: str) -> dict[str, Any]:
    """An object of a kind whose pods would name the claim and both ConfigMaps."""
    found: Any = dict(SPEC)
    for key in reversed(TEMPLATES[kind]):
        found = {key: found}
    return dict(found)


@pytest.mark.parametrize("kind", TEMPLATES)
def test_what_a_template_names_is_used(kind: str) -> None:
    used = {kind: [holding(kind)]}
    assert [one.name for one in unclaimed_volumes([named("data"), named("old")], used)] == ["old"]
    maps = [named("from-env"), named("files"), named("kube-root-ca.crt"), named("old")]
    assert [one.name for one in unnamed_config_maps(maps, used)] == ["old"]


def test_the_claims_of_a_scaled_down_stateful_set_are_kept() -> None:
    owner = {**named("db"), "spec": {"replicas": 0, "volumeClaimTemplates": [named("data")]}}
    claims = [named("data-db-0"), named("data-other-0")]
    assert [one.name for one in unclaimed_volumes(claims, {"StatefulSet": [owner]})] == ["data-other-0"]


@pytest.mark.parametrize(
    "metadata",
    [
        {"ownerReferences": [{"kind": "Backup", "name": "b"}]},
        {"deletionTimestamp": "2024-01-01T00:00:00Z"},
        {"labels": {"argocd.argoproj.io/instance": "shop"}},
        {"annotations": {"meta.helm.sh/release-name": "shop"}},
    ],
)
def test_what_has_an_owner_or_a_keeper_is_left_alone(metadata: dict[str, Any]) -> None:
    assert unnamed_config_maps([named("one", **metadata)], {}) == []
