"""A plan in words."""

from __future__ import annotations

from typing import Any

from hexaops.assistant.answers.changes import CHANGES_SHOWN, TARGETS_SHOWN, tell_plan
from hexaops.assistant.answers.draft import Draft
from tests.assistant.answers.test_insights import FACTS


def _plan(*names: str) -> dict[str, Any]:
    targets = [
        {"kind": "Deployment", "namespace": "shop", "name": name, "uid": f"u-{name}", "resource_version": "7"}
        for name in names
    ]
    changes = [{"object": f"Deployment/shop/{name}", "path": "/spec/replicas", "from": 1, "to": 4} for name in names]
    radius = {"pods_affected": 3, "ready_pods_down_at_most": 0}
    return {
        "plan_id": "plan_1", "action": "scale_application", "description": "Scale", "risk": "low", "target": targets[0],
        "estimated_duration": "21s", "targets": targets, "changes": changes, "blast_radius": radius, "warnings": [],
    }  # fmt: skip


def test_a_plan_of_one_names_its_target() -> None:
    draft = Draft()
    tell_plan(draft, _plan("web"), {}, FACTS)
    assert "- Target: Deployment shop/web\n- Change: spec.replicas from 1 to 4\n" in draft.content


def test_a_plan_of_several_names_all_of_them_and_whose_each_change_is() -> None:
    draft = Draft()
    tell_plan(draft, _plan("web", "cart"), {}, FACTS)
    assert "- Targets: Deployment shop/web and Deployment shop/cart\n" in draft.content
    assert "- Change of shop/web: spec.replicas from 1 to 4\n- Change of shop/cart: spec.replicas" in draft.content
    read = {item.subject for item in draft.evidence.items if item.unit == "object version"}
    assert read == {"Deployment shop/web", "Deployment shop/cart"}


def test_what_is_not_shown_is_counted() -> None:
    draft = Draft()
    tell_plan(draft, _plan(*(f"web-{place}" for place in range(TARGETS_SHOWN + 2))), {}, FACTS)
    assert "and 2 more\n" in draft.content
    assert f"- … and {TARGETS_SHOWN + 2 - CHANGES_SHOWN} more changes (see the plan)" in draft.content
