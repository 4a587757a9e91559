"""The safety rules on their own, each with the number that callers see."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from hexaops.backends.kubernetes.rows import HpaRow, PdbRow
from hexaops.backends.kubernetes.selectors import Selector
from hexaops.config import Settings
from hexaops.features.changes.caps import check_caps, check_repeats
from hexaops.features.changes.errors import GuardrailRefusedError
from hexaops.features.changes.guardrails import GuardrailContext, check
from hexaops.kit.durations import format_time
from hexaops.runbooks.live import LiveWorkload
from hexaops.runbooks.model import Call
from tests.runbooks.workloads import NOW, drafted, workload

COMMON: dict[str, Any] = {
    "uid": "x", "namespace": "shop", "resource_version": "1", "created_at": 0.0, "labels": {},
}  # fmt: skip


def budget(allowed: int) -> PdbRow:
    return PdbRow(
        kind="PodDisruptionBudget", name="web-budget", selector=Selector({}, ()), disruptions_allowed=allowed,
        current_healthy=3, desired_healthy=3 - allowed, expected_pods=3, min_available=None, max_unavailable=allowed,
        **COMMON,
    )  # fmt: skip


def autoscaler() -> HpaRow:
    return HpaRow(
        kind="HorizontalPodAutoscaler", name="web-hpa", target_kind="Deployment", target_name="web", min_replicas=2,
        max_replicas=6, current=3, desired=3, metrics=(), conditions=(), last_scaled_at=None, **COMMON,
    )  # fmt: skip


async def context(
    action: str, live: LiveWorkload | None = None, *, hpas: tuple[HpaRow, ...] = (),
    budgets: tuple[PdbRow, ...] = (), protected: frozenset[str] = frozenset(), **parameters: Any,
) -> GuardrailContext:  # fmt: skip
    live = live or workload()
    draft = await drafted(action, live, **parameters)
    return GuardrailContext(draft, [live], hpas, budgets, protected)


def refusal(found: GuardrailContext) -> GuardrailRefusedError:
    with pytest.raises(GuardrailRefusedError) as refused:
        check(found)
    assert refused.value.status == 409
    assert refused.value.details["reason"] == refused.value.message
    return refused.value


@pytest.mark.parametrize("namespace", ["kube-system", "kube-public", "kube-node-lease", "hexaops"])
async def test_rule_9_protects_the_system_and_ourselves(namespace: str) -> None:
    live = workload()
    live.document["metadata"]["namespace"] = namespace
    found = await context("restart_application", live, protected=frozenset({"hexaops"}))
    assert refusal(found).rule == 9


@pytest.mark.parametrize("action", ["scale_application", "stop_application"])
async def test_rule_8_leaves_replicas_to_the_autoscaler(action: str) -> None:
    parameters: dict[str, Any] = {"replicas": 5} if action == "scale_application" else {}
    error = refusal(await context(action, hpas=(autoscaler(),), **parameters))
    assert error.rule == 8
    assert "web-hpa" in error.details["possible_when"]
    assert error.details["possible_when"].startswith("change" if action == "scale_application" else "remove")


@pytest.mark.parametrize(
    "marks", [{"name": "keda-hpa-web"}, {"name": "own", "labels": {"scaledobject.keda.sh/name": "web"}}]
)
async def test_rule_8_leaves_replicas_to_keda(marks: dict[str, Any]) -> None:
    kept = msgspec.structs.replace(autoscaler(), **marks)
    refused = refusal(await context("scale_application", replicas=4, hpas=(kept,)))
    assert refused.rule == 8
    assert refused.message.startswith("KEDA ScaledObject web sets its replicas")
    assert "ScaledObject web" in refused.details["possible_when"]


async def test_rule_8_leaves_sizes_to_a_vertical_autoscaler() -> None:
    found = replace(await context("restart_application"), verticals=("web-vpa",))
    assert refusal(found).message == "VerticalPodAutoscaler web-vpa sets the sizes of its containers"


async def test_an_autoscaler_does_not_forbid_a_restart() -> None:
    assert check(await context("restart_application", hpas=(autoscaler(),))) == ()


async def test_rule_8_leaves_an_operators_object_to_the_operator() -> None:
    owner = {"kind": "Kafka", "name": "events", "controller": True}
    assert refusal(await context("restart_application", workload(owner=owner))).rule == 8


@pytest.mark.parametrize("mark", ["argocd.argoproj.io/tracking-id", "kustomize.toolkit.fluxcd.io/name"])
async def test_rule_8_leaves_replicas_to_the_repository(mark: str) -> None:
    live = workload(annotations={mark: "web"})
    refused = refusal(await context("scale_application", live, replicas=5))
    assert (refused.rule, " keeps it as the repository says" in refused.message) == (8, True)
    assert len(check(await context("restart_application", live))) == 1


async def test_an_eviction_leaves_no_mark_that_a_sync_could_remove() -> None:
    live = workload(annotations={"argocd.argoproj.io/tracking-id": "web"})
    found = await context("restart_application", live)
    call = Call(verb="evict")
    evicting = replace(found.draft, action="restart_failing_pods",
                       writes=tuple(replace(write, call=call) for write in found.draft.writes))  # fmt: skip
    assert check(replace(found, draft=evicting)) == ()


@pytest.mark.parametrize(("have", "most"), [(1, 6), (3, 8), (5, 10), (8, 16)])
async def test_rule_10_bounds_the_step_by_twice_or_five_more(have: int, most: int) -> None:
    live = workload(replicas=have)
    assert check(await context("scale_application", live, replicas=most)) == ()
    assert refusal(await context("scale_application", live, replicas=most + 1)).rule == 10


@pytest.mark.parametrize(("wanted", "allowed", "refused"), [(2, 1, False), (1, 1, True), (1, 2, False)])
async def test_rule_7_counts_the_ready_pods_that_a_scale_down_takes(wanted: int, allowed: int, refused: bool) -> None:
    found = await context("scale_application", budgets=(budget(allowed),), replicas=wanted)
    if refused:
        assert refusal(found).rule == 7
    else:
        assert check(found) == ()


@pytest.mark.parametrize(("unavailable", "allowed", "refused"), [(2, 1, True), (1, 1, False), (0, 0, False)])
async def test_rule_7_counts_what_a_rollout_may_take(unavailable: int, allowed: int, refused: bool) -> None:
    strategy = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": unavailable, "maxSurge": 1}}
    found = await context("restart_application", workload(strategy=strategy), budgets=(budget(allowed),))
    if refused:
        assert refusal(found).rule == 7
    else:
        assert check(found) == ()


async def test_replacing_pods_that_are_not_ready_needs_no_budget() -> None:
    strategy = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1}}
    assert check(await context("restart_application", workload(ready=2, strategy=strategy), budgets=(budget(0),))) == ()


@pytest.mark.parametrize(
    ("own_cap", "in_workspace", "on_cluster", "refused"),
    [(None, 4, 4, False), (None, 5, 5, True), (None, 0, 20, True), (0, 0, 0, True), (9, 8, 8, False)],
)
async def test_rule_10_caps_the_changes_in_the_window(
    own_cap: int | None, in_workspace: int, on_cluster: int, refused: bool
) -> None:
    started = [NOW] * in_workspace, [NOW] * on_cluster
    if not refused:
        check_caps(Settings(), own_cap, *started)
        return
    with pytest.raises(GuardrailRefusedError) as error:
        check_caps(Settings(), own_cap, *started)
    assert error.value.rule == 10


def test_rule_10_says_when_the_next_change_may_start() -> None:
    starts = [NOW + timedelta(seconds=number) for number in range(6)]
    with pytest.raises(GuardrailRefusedError) as error:
        check_caps(Settings(), None, starts, ())
    assert error.value.details["possible_when"] == "wait until 2026-01-02T03:14:06Z", "one of the five is the second's"


def test_rule_13_says_when_the_same_change_may_be_made_again() -> None:
    settings = Settings(changes_per_workspace=3, repeat_window_seconds=3600)
    started = [NOW - timedelta(minutes=minutes) for minutes in (50, 20, 10)]
    check_repeats(settings, None, "web", started[1:])
    check_repeats(settings, 4, "web", started)
    with pytest.raises(GuardrailRefusedError, match="made 3 times to web within 1h") as refused:
        check_repeats(settings, None, "web", started)
    assert refused.value.rule == 13
    assert refused.value.details["possible_when"] == f"from {format_time(NOW + timedelta(minutes=10))}"
    with pytest.raises(GuardrailRefusedError, match="made 1 time to web"):
        check_repeats(Settings(repeats_per_target=1), None, "web", started[2:])
    with pytest.raises(GuardrailRefusedError):
        check_repeats(Settings(changes_per_workspace=9, repeats_per_target=2), None, "web", started[1:])
