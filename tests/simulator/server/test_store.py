"""The store: versions, preconditions, history, and the order in which subscribers hear of things."""

from __future__ import annotations

import pytest

from simulator.clock import SimulationClock, format_time
from simulator.status import Conflict, Expired, NotFound
from simulator.store import Event, Store
from tests.simulator.server.objects import config_map, deployment, pod


@pytest.fixture
def store() -> Store:
    return Store(SimulationClock(speed=0))


def test_every_write_takes_the_next_version(store: Store) -> None:
    first = store.create("configmaps", config_map("a"))
    second = store.create("configmaps", config_map("b"))
    assert int(second["metadata"]["resourceVersion"]) == int(first["metadata"]["resourceVersion"]) + 1
    assert store.update("configmaps", second) is second
    assert store.resource_version == int(second["metadata"]["resourceVersion"])


def test_given_objects_stay_as_they_were(store: Store) -> None:
    given = deployment()
    store.create("deployments.apps", given)
    assert given == deployment()


def test_what_a_client_says_of_identity_is_ignored_or_a_precondition(store: Store) -> None:
    created = store.create("configmaps", config_map("a"))
    changed = config_map("a", x="y")
    changed["metadata"] |= {"creationTimestamp": "1999-01-01T00:00:00Z", "deletionTimestamp": "1999-01-01T00:00:00Z"}
    updated = store.update("configmaps", changed)
    assert updated["metadata"]["creationTimestamp"] == created["metadata"]["creationTimestamp"]
    assert "deletionTimestamp" not in updated["metadata"]
    with pytest.raises(Conflict):
        store.update("configmaps", created)
    with pytest.raises(Conflict):
        store.update("configmaps", {**changed, "metadata": {**changed["metadata"], "uid": "other"}})
    with pytest.raises(NotFound):
        store.update("configmaps", config_map("nope"))


@pytest.mark.parametrize(("bump", "generation"), [(None, 2), (False, 1), (True, 2)])
def test_the_generation_grows_with_the_spec(store: Store, bump: bool | None, generation: int) -> None:
    store.create("deployments.apps", deployment())
    changed = store.update("deployments.apps", deployment(replicas=5), bump_generation=bump)
    assert changed["metadata"]["generation"] == generation
    status = store.update("deployments.apps", {**changed, "status": {"replicas": 1}})
    assert status["metadata"]["generation"] == generation


def test_subscribers_hear_everything_in_order_though_they_write(store: Store) -> None:
    heard: list[tuple[str, str]] = []

    def write(event: Event) -> None:
        if event.key.name == "a" and event.type == "ADDED":
            store.create("configmaps", config_map("b"))
            store.delete("configmaps", "demo", "a")

    store.subscribe(write)
    end = store.subscribe(lambda event: heard.append((event.type, event.key.name)))
    store.create("configmaps", config_map("a"))
    assert heard == [("ADDED", "a"), ("ADDED", "b"), ("DELETED", "a")]
    end()
    store.create("configmaps", config_map("c"))
    assert len(heard) == 3


def test_history_can_be_read_until_it_is_compacted(store: Store) -> None:
    store.create("configmaps", config_map("a"))
    then = store.resource_version
    store.update("configmaps", config_map("a", x="1"))
    store.create("configmaps", config_map("b"))
    store.delete("configmaps", "demo", "a")
    assert [event.type for event in store.events_after(then)] == ["MODIFIED", "ADDED", "DELETED"]
    old = list(store.iterate_at("configmaps", None, then))
    assert [(item["metadata"]["name"], item["data"]) for item in old] == [("a", {})]
    store.compact(then + 1)
    assert store.compacted == then + 1
    assert len(store.events_after(then + 1)) == 2
    with pytest.raises(Expired, match=rf"too old resource version: {then} \({then + 1}\)"):
        store.events_after(then)


def test_history_is_bounded() -> None:
    store = Store(SimulationClock(speed=0), history_limit=10)
    store.create("configmaps", config_map("a"))
    for number in range(100):
        store.update("configmaps", config_map("a", x=str(number)))
    assert 10 <= len(store.events_after(store.compacted)) <= 20


def test_lists_are_in_order_of_namespace_and_name(store: Store) -> None:
    for namespace, name in (("b", "x"), ("a", "y"), ("a-b", "z"), ("a", "b")):
        store.create("configmaps", {"metadata": {"namespace": namespace, "name": name}})
    places = [(item["metadata"]["namespace"], item["metadata"]["name"]) for item in store.list("configmaps")]
    assert places == [("a", "b"), ("a", "y"), ("a-b", "z"), ("b", "x")]
    assert [item["metadata"]["name"] for item in store.list("configmaps", "a")] == ["b", "y"]
    after = store.iterate_at("configmaps", None, store.resource_version, ("a", "y"))
    assert [item["metadata"]["name"] for item in after] == ["z", "x"]


def test_a_grace_period_can_be_cut_short_but_not_lengthened(store: Store) -> None:
    store.create("pods", pod())
    first = store.delete("pods", "demo", "web-1", grace_seconds=30)
    assert store.delete("pods", "demo", "web-1", grace_seconds=60) is first
    second = store.delete("pods", "demo", "web-1", grace_seconds=5)
    assert first is not None
    assert second is not None
    assert second["metadata"]["deletionGracePeriodSeconds"] == 5
    assert second["metadata"]["generation"] == first["metadata"]["generation"]
    assert store.delete("pods", "demo", "web-1") is None
    assert store.find("pods", "demo", "web-1") is None


async def test_simulated_time_moves_as_told() -> None:
    still = SimulationClock(speed=0)
    before = still.now()
    still.advance(90)
    assert (still.now() - before).total_seconds() == 90
    assert format_time(before).endswith("Z")
    fast = SimulationClock(speed=10_000)
    start = fast.monotonic()
    await fast.sleep(10)
    assert fast.monotonic() - start >= 10
