"""Reading the cache: relations, freshness, waiting, and the bounded memory for events."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from hexaops.backends.kubernetes import event_table
from hexaops.backends.kubernetes.cache import WatchCache
from hexaops.backends.kubernetes.decoding import decoder_for
from hexaops.backends.kubernetes.errors import KubernetesNotFoundError
from hexaops.kit.clock import ManualClock
from hexaops.kit.durations import format_time
from hexaops.kit.timeout import Timeout
from tests.backends.kubernetes.objects import Object, container, meta, owner, pod


def fill(cache: WatchCache, kind: str, *items: Object) -> None:
    """Put objects into the cache as a reflector would."""
    body = json.dumps({"metadata": {}, "items": [*items]}).encode()
    table = cache.table(kind)
    rows = decoder_for(kind).page(body).rows
    cache.publish([table.put(row) for row in rows])


def event(name: str, uid: str, *, at: str, namespace: str = "shop") -> Object:
    """An event about a pod."""
    return {
        "metadata": meta(name, namespace=namespace),
        "involvedObject": {"kind": "Pod", "namespace": namespace, "name": uid, "uid": uid},
        "lastTimestamp": at,
        "type": "Warning",
        "reason": "BackOff",
    }


async def settle() -> None:
    """Let tasks that were just made reach their first wait."""
    for _ in range(5):
        await asyncio.sleep(0)


def workload(name: str, **labels: str) -> Object:
    """A Deployment whose template has these labels."""
    return {
        "metadata": meta(name),
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {
                    "containers": [container()],
                    "volumes": [{"persistentVolumeClaim": {"claimName": "data"}}],
                },
            },
        },
    }


@pytest.fixture
def cache() -> WatchCache:
    cache = WatchCache(clock=ManualClock())
    fill(cache, "Deployment", workload("web", app="web", tier="front"), workload("api", app="api"))
    for name in ("web", "api"):
        fill(cache, "ReplicaSet", {"metadata": meta(f"{name}-rs", ownerReferences=owner("Deployment", name))})
        made_by = owner("ReplicaSet", f"{name}-rs")
        fill(cache, "Pod", *[pod(metadata=meta(f"{name}-{n}", ownerReferences=made_by)) for n in range(3)])
    return cache


def test_get_and_find(cache: WatchCache) -> None:
    assert cache.get("Deployment", "shop", "web").uid == "uid-web"
    assert cache.find("Deployment", "shop", "none") is None
    assert cache.find("Widget", "shop", "web") is None
    with pytest.raises(KubernetesNotFoundError, match="shop/none"):
        cache.get("Pod", "shop", "none")


def test_pods_of_a_deployment_go_through_its_replica_sets(cache: WatchCache) -> None:
    assert sorted(row.name for row in cache.pods_of("uid-web")) == ["web-0", "web-1", "web-2"]
    assert [row.name for row in cache.replica_sets_of("uid-web")] == ["web-rs"]
    assert cache.pods_of("uid-nothing") == []
    cache.publish([cache.table("Pod").remove("shop", "web-1")])
    assert sorted(row.name for row in cache.pods_of("uid-web")) == ["web-0", "web-2"]
    fill(cache, "Pod", pod(metadata=meta("web-0", resourceVersion="2", ownerReferences=None)))
    assert [row.name for row in cache.pods_of("uid-web")] == ["web-2"]


def test_pods_of_a_stateful_set_and_of_a_cron_job(cache: WatchCache) -> None:
    fill(cache, "Pod", pod(metadata=meta("db-0", ownerReferences=owner("StatefulSet", "db"))))
    fill(cache, "Job", {"metadata": meta("nightly-1", ownerReferences=owner("CronJob", "nightly"))})
    fill(cache, "Pod", pod(metadata=meta("nightly-1-x", ownerReferences=owner("Job", "nightly-1"))))
    assert [row.name for row in cache.pods_of("uid-db")] == ["db-0"]
    assert [row.name for row in cache.pods_of("uid-nightly")] == ["nightly-1-x"]


def test_what_belongs_to_a_workload(cache: WatchCache) -> None:
    def service(name: str, **selector: str) -> Object:
        return {"metadata": meta(name), "spec": {"selector": selector}}

    def budget(name: str, selector: Object | None) -> Object:
        return {"metadata": meta(name), "spec": {"selector": selector} if selector is not None else {}}

    fill(cache, "Service", service("web", app="web"), service("by-hand"), service("api", app="api"))
    rule = {"http": {"paths": [{"backend": {"service": {"name": "web"}}}]}}
    fill(cache, "Ingress", {"metadata": meta("site"), "spec": {"rules": [rule]}})
    target = {"scaleTargetRef": {"kind": "Deployment", "name": "web"}}
    fill(cache, "HorizontalPodAutoscaler", {"metadata": meta("web"), "spec": target})
    fill(
        cache,
        "PodDisruptionBudget",
        budget("front", {"matchLabels": {"tier": "front"}}),
        budget("every", {}),
        budget("none", None),
    )
    fill(cache, "PersistentVolumeClaim", {"metadata": meta("data")}, {"metadata": meta("other")})
    fill(cache, "EndpointSlice", {"metadata": meta("web-s", labels={"kubernetes.io/service-name": "web"})})
    web, api = cache.get("Deployment", "shop", "web"), cache.get("Deployment", "shop", "api")
    assert [row.name for row in cache.services_of(web)] == ["web"]
    assert [row.name for row in cache.ingresses_of(web)] == ["site"]
    assert cache.ingresses_of(api) == []
    assert [row.name for row in cache.hpas_of(web)] == ["web"]
    assert sorted(row.name for row in cache.pdbs_of(web)) == ["every", "front"]
    assert [row.name for row in cache.pdbs_of(api)] == ["every"]
    assert [row.name for row in cache.pvcs_of(web)] == ["data"]
    assert [row.name for row in cache.endpoint_slices_of("shop", "web")] == ["web-s"]


def test_lists_by_namespace(cache: WatchCache) -> None:
    fill(cache, "Pod", pod(metadata=meta("far", namespace="other")))
    assert len(cache.pods()) == 7
    assert [row.name for row in cache.pods("other")] == ["far"]
    assert cache.pods("none") == []
    assert {row.name for row in cache.workloads("shop")} == {"web", "api"}


def test_as_of_is_the_oldest_contact_of_the_kinds_asked_for() -> None:
    clock = ManualClock()
    cache = WatchCache(("Pod", "Node"), clock=clock)
    assert cache.as_of("Pod") is None
    for kind in ("Pod", "Node"):
        cache.table(kind).synced = True
        cache.table(kind).as_of = clock.now()
        clock.advance(60)
    assert cache.as_of() == cache.as_of("Pod")
    assert cache.as_of("Node") == cache.table("Node").as_of
    assert cache.is_synced()


async def test_wait_for_answers_at_once_or_after_the_change_that_matters() -> None:
    cache = WatchCache()

    def pods(held: WatchCache) -> list[Any]:
        return held.pods()

    waiting = asyncio.ensure_future(cache.wait_for(pods, kinds=["Pod"], timeout=Timeout(20)))
    await asyncio.sleep(0)
    fill(cache, "Namespace", {"metadata": {"name": "shop"}})
    assert not waiting.done()
    fill(cache, "Pod", pod("web-1"))
    assert [row.name for row in await waiting] == ["web-1"]
    assert await cache.wait_for(pods, kinds=["Pod"], timeout=Timeout(0))


async def test_wait_for_ends_when_the_time_is_over() -> None:
    clock = ManualClock()
    cache = WatchCache(clock=clock)
    waiting = asyncio.ensure_future(cache.wait_for(lambda held: held.pods(), kinds=["Pod"], timeout=Timeout(30, clock)))
    await settle()
    clock.advance(31)
    with pytest.raises(TimeoutError):
        await waiting


async def test_wait_synced_ends_when_the_time_is_over() -> None:
    clock = ManualClock()
    cache = WatchCache(clock=clock)
    waiting = asyncio.ensure_future(cache.wait_synced(Timeout(5, clock)))
    await settle()
    clock.advance(6)
    assert await waiting is False


def test_a_subscription_ends(cache: WatchCache) -> None:
    seen: list[str] = []
    end = cache.subscribe(lambda change: seen.append(change.row.name))
    fill(cache, "Pod", pod("one"))
    end()
    end()
    fill(cache, "Pod", pod("two"))
    assert seen == ["one"]


# ---------------------------------------------------------------------- events


def at(clock: ManualClock) -> str:
    return format_time(clock.now())


def test_events_of_an_object_newest_first_and_kept_when_the_server_forgets() -> None:
    clock = ManualClock()
    cache = WatchCache(clock=clock)
    fill(cache, "Event", event("a", "u-1", at=at(clock)))
    clock.advance(60)
    fill(cache, "Event", event("b", "u-1", at=at(clock)), event("c", "u-2", at=at(clock)))
    assert [row.name for row in cache.events_for("u-1")] == ["b", "a"]
    assert cache.table("Event").remove("shop", "a") is None
    assert [*cache.table("Event").replace([])] == []
    assert len(cache.events("shop")) == 3


def test_events_are_forgotten_after_a_day() -> None:
    clock = ManualClock()
    cache = WatchCache(clock=clock)
    fill(cache, "Event", event("old", "u-1", at=at(clock)))
    clock.advance(event_table.KEPT_SECONDS + 1)
    fill(cache, "Event", event("new", "u-1", at=at(clock)))
    assert [row.name for row in cache.events()] == ["new"]
    fill(cache, "Event", event("late", "u-1", at="2025-12-01T00:00:00Z"))
    assert [row.name for row in cache.events()] == ["new"]


def test_events_are_capped_by_object_and_namespace() -> None:
    clock = ManualClock()
    cache = WatchCache(clock=clock)
    for number in range(event_table.PER_OBJECT + 20):
        clock.advance(1)
        fill(cache, "Event", event(f"e-{number}", "noisy", at=at(clock)))
    kept = cache.events_for("noisy")
    assert len(kept) == event_table.PER_OBJECT
    assert kept[-1].name == "e-20"
    for number in range(event_table.PER_NAMESPACE + 400):
        fill(cache, "Event", event(f"m-{number}", f"u-{number}", at=at(clock)))
    assert len(cache.events("shop")) <= event_table.PER_NAMESPACE + event_table.SWEEP_EVERY


def test_events_of_an_object_have_its_name_and_uid_once() -> None:
    clock = ManualClock()
    cache = WatchCache(clock=clock)
    fill(cache, "Event", *(event(name, "uid-of-a-pod", at=at(clock)) for name in ("a", "b")))
    first, second = cache.events_for("uid-of-a-pod")
    assert first.involved_uid is second.involved_uid
    assert first.involved_name is second.involved_name
