"""The watch cache against every way in which lists and watches end."""

from __future__ import annotations

import asyncio
import random

import pytest
from msgspec.structs import replace

from hexaops.backends.kubernetes.cluster import Cluster
from hexaops.backends.kubernetes.reflector import WatchSettings
from hexaops.backends.kubernetes.table import Change
from hexaops.kit.clock import ManualClock
from tests.backends.kubernetes.api_server import ApiServer, Collection, status_body
from tests.backends.kubernetes.conftest import QUICK, StartCluster, until


def held(cluster: Cluster, kind: str = "Pod") -> dict[tuple[str, str], tuple[str, str]]:
    """What the cache holds, by name: uid and version."""
    rows = cluster.cache.table(kind).all()
    return {(row.namespace, row.name): (row.uid, row.resource_version) for row in rows}


def served(collection: Collection) -> dict[tuple[str, str], tuple[str, str]]:
    """What the server holds, by name: uid and version."""
    return {
        key: (item["metadata"]["uid"], item["metadata"]["resourceVersion"]) for key, item in collection.objects.items()
    }


async def equal(cluster: Cluster, collection: Collection) -> None:
    await until(lambda: held(cluster) == served(collection))


async def test_lists_in_pages_and_watches_from_the_lists_version(
    server: ApiServer, pods: Collection, start_cluster: StartCluster
) -> None:
    for number in range(25):
        pods.put(f"pod-{number}")
    cluster = await start_cluster()
    assert held(cluster) == served(pods)
    lists = server.asked("GET", watch=False)
    assert [request.query["limit"] for request in lists] == ["10", "10", "10"]
    await until(lambda: pods.watches)
    watch = pods.watches[0].query
    assert watch["resourceVersion"] == str(server.version)
    assert watch["allowWatchBookmarks"] == "true"
    assert 6 <= int(watch["timeoutSeconds"]) <= 7


async def test_other_kinds_are_watched_for_minutes(server: ApiServer, start_cluster: StartCluster) -> None:
    services = server.collection("/api/v1/services", "Service")
    await start_cluster("Service")
    await until(lambda: services.watches)
    assert 240 <= int(services.watches[0].query["timeoutSeconds"]) <= 300


async def test_events_become_rows_and_changes(pods: Collection, start_cluster: StartCluster) -> None:
    pods.put("kept")
    cluster = await start_cluster()
    seen: list[Change] = []
    cluster.cache.subscribe(seen.append)
    await until(lambda: pods.watches)
    pods.put("new", status={"phase": "Pending"})
    pods.put("new", status={"phase": "Running"})
    pods.delete("kept")
    await equal(cluster, pods)
    assert [(change.type, change.row.name) for change in seen] == [
        ("ADDED", "new"),
        ("MODIFIED", "new"),
        ("DELETED", "kept"),
    ]
    assert seen[1].previous is not None
    assert cluster.cache.get("Pod", "default", "new").phase == "Running"


async def test_a_failing_subscriber_does_not_stop_the_watch(pods: Collection, start_cluster: StartCluster) -> None:
    cluster = await start_cluster()

    def fail(change: Change) -> None:
        raise RuntimeError(change.kind)

    cluster.cache.subscribe(fail)
    await until(lambda: pods.watches)
    pods.put("one")
    pods.put("two")
    await equal(cluster, pods)


async def test_an_expired_continue_token_starts_the_list_again(
    server: ApiServer, pods: Collection, start_cluster: StartCluster
) -> None:
    for number in range(25):
        pods.put(f"pod-{number}")
    pods.expire_continue = 1
    cluster = await start_cluster()
    assert held(cluster) == served(pods)


async def test_after_two_expired_tokens_the_whole_list_is_asked_for_at_once(
    server: ApiServer, pods: Collection, start_cluster: StartCluster
) -> None:
    for number in range(25):
        pods.put(f"pod-{number}")
    pods.expire_continue = 99
    cluster = await start_cluster()
    assert held(cluster) == served(pods)
    assert "limit" not in server.asked("GET", watch=False)[-1].query


async def test_410_in_a_watch_lists_again_and_deletes_what_disappeared(
    server: ApiServer, pods: Collection, start_cluster: StartCluster
) -> None:
    pods.put("stays")
    pods.put("goes")
    cluster = await start_cluster()
    seen: list[Change] = []
    cluster.cache.subscribe(seen.append)
    await until(lambda: pods.watches)
    watch = pods.watches[0]
    watch.stalled = True
    pods.delete("goes")
    pods.put("comes")
    pods.put("stays", status={"phase": "Running"})
    pods.compact()
    watch.stalled = False
    watch.gone()
    await equal(cluster, pods)
    assert {(change.type, change.row.name) for change in seen} == {
        ("DELETED", "goes"),
        ("ADDED", "comes"),
        ("MODIFIED", "stays"),
    }


async def test_410_as_http_status_lists_again(server: ApiServer, pods: Collection, start_cluster: StartCluster) -> None:
    cluster = await start_cluster()
    await until(lambda: pods.watches)
    server.answer(410, status_body(410, "Expired"))
    pods.watches[0].close()
    pods.put("later")
    await equal(cluster, pods)
    assert len(server.asked("GET", watch=False)) == 2


async def test_a_closed_watch_goes_on_from_the_last_version_without_a_list(
    server: ApiServer, pods: Collection, start_cluster: StartCluster
) -> None:
    cluster = await start_cluster()
    await until(lambda: pods.watches)
    pods.put("one")
    await equal(cluster, pods)
    pods.watches[0].close()
    pods.put("two")
    await equal(cluster, pods)
    assert len(server.asked("GET", watch=False)) == 1
    assert server.asked("GET", watch=True)[-1].query["resourceVersion"] >= "101"


async def test_a_bookmark_is_where_the_next_watch_begins(
    server: ApiServer, pods: Collection, start_cluster: StartCluster
) -> None:
    cluster = await start_cluster()
    await until(lambda: pods.watches)
    server.version = 5000
    pods.watches[0].bookmark()
    await until(lambda: cluster.cache.status()["Pod"].resource_version == "5000")
    pods.compact()
    pods.watches[0].close()
    pods.put("after")
    await equal(cluster, pods)
    assert server.asked("GET", watch=True)[-1].query["resourceVersion"] == "5000"
    assert len(server.asked("GET", watch=False)) == 1


async def test_half_a_line_is_dropped_with_its_connection(
    server: ApiServer, pods: Collection, start_cluster: StartCluster
) -> None:
    cluster = await start_cluster()
    await until(lambda: pods.watches)
    pods.put("one")
    await equal(cluster, pods)
    pods.watches[0].break_mid_line()
    pods.put("two")
    await equal(cluster, pods)
    assert len(server.asked("GET", watch=False)) == 1


async def test_a_line_may_come_in_many_chunks(pods: Collection, start_cluster: StartCluster) -> None:
    cluster = await start_cluster()
    await until(lambda: pods.watches)
    line = b'{"type":"ADDED","object":{"metadata":{"name":"slow","namespace":"default","resourceVersion":"900"}}}\n'
    for start in range(0, len(line), 7):
        pods.watches[0].write(line[start : start + 7])
        await asyncio.sleep(0)
    await until(lambda: cluster.cache.find("Pod", "default", "slow"))


async def test_a_silent_watch_is_replaced(pods: Collection, start_cluster: StartCluster) -> None:
    cluster = await start_cluster(settings=replace(QUICK, stall_seconds=0.1))
    await until(lambda: pods.watches)
    pods.watches[0].stalled = True
    pods.put("unheard")
    await equal(cluster, pods)


async def test_garbage_in_a_watch_reconnects(pods: Collection, start_cluster: StartCluster) -> None:
    cluster = await start_cluster()
    await until(lambda: pods.watches)
    pods.watches[0].write(b"<html>gateway timeout</html>\n")
    pods.put("fine")
    await equal(cluster, pods)


async def test_an_object_of_wrong_shape_is_left_out_and_hides_no_other(
    pods: Collection, start_cluster: StartCluster
) -> None:
    pods.put("good")
    pods.put("bad", spec={"containers": "none"})
    cluster = await start_cluster()
    assert [row.name for row in cluster.cache.pods()] == ["good"]
    await until(lambda: pods.watches)
    pods.put("bad-too", status={"phase": 7})
    pods.put("good-too")
    await until(lambda: cluster.cache.find("Pod", "default", "good-too"))
    assert {row.name for row in cluster.cache.pods()} == {"good", "good-too"}


async def test_a_forbidden_kind_says_so_and_blocks_no_other(
    server: ApiServer, pods: Collection, start_cluster: StartCluster
) -> None:
    pods.put("one")
    refusal = status_body(403, "Forbidden", 'services is forbidden: User "reader" cannot list')
    server.answer(403, refusal, path="/api/v1/services", times=2)
    services = server.collection("/api/v1/services", "Service")
    services.put("web")
    cluster = await start_cluster("Pod", "Service", "Ingress")
    status = cluster.cache.status()
    assert status["Pod"].synced
    assert not status["Service"].available
    assert "cannot list" in (status["Service"].error or "")
    assert not status["Ingress"].available
    assert cluster.cache.as_of("Service") is None
    assert cluster.cache.as_of() is not None
    await until(lambda: cluster.cache.status()["Service"].synced)
    assert [row.name for row in cluster.cache.services()] == ["web"]


@pytest.mark.parametrize("lasting", [False, True])
async def test_a_refusal_takes_rows_away_only_when_it_lasts(
    server: ApiServer, pods: Collection, start_cluster: StartCluster, lasting: bool
) -> None:
    """An API server that starts refuses everything until it knows the roles."""
    pods.put("one")
    cluster = await start_cluster(settings=replace(QUICK, refusal_seconds=0.0 if lasting else 1000.0))
    await until(lambda: pods.watches)
    server.answer(403, status_body(403, "Forbidden", "pods is forbidden"), path="/api/v1/pods", times=10**6)
    server.drop_connections()
    await until(lambda: cluster.cache.status()["Pod"].error)
    if lasting:
        await until(lambda: not cluster.cache.status()["Pod"].available)
        assert not cluster.cache.pods()
    else:
        assert [row.name for row in cluster.cache.pods()] == ["one"]
        assert cluster.cache.status()["Pod"].synced
    server.answers.clear()
    await equal(cluster, pods)


async def test_a_server_that_is_down_keeps_the_rows_and_their_age(
    server: ApiServer, pods: Collection, start_cluster: StartCluster
) -> None:
    pods.put("one")
    cluster = await start_cluster()
    await until(lambda: pods.watches)
    before = cluster.cache.as_of("Pod")
    server.answer(503, status_body(503, "ServiceUnavailable", "starting"), times=10**6)
    server.drop_connections()
    await until(lambda: cluster.cache.status()["Pod"].error)
    assert [row.name for row in cluster.cache.pods()] == ["one"]
    assert cluster.cache.as_of("Pod") == before
    pods.put("two")
    server.answers.clear()
    await equal(cluster, pods)
    assert cluster.cache.status()["Pod"].error is None
    assert before is not None
    assert (cluster.cache.as_of("Pod") or before) > before


async def test_the_first_kind_that_reaches_the_server_again_wakes_the_others(
    server: ApiServer, pods: Collection, start_cluster: StartCluster
) -> None:
    services = server.collection("/api/v1/services", "Service")
    clock = ManualClock()
    await start_cluster("Pod", "Service", settings=WatchSettings(), clock=clock)
    await until(lambda: pods.watches and services.watches)
    server.requests.clear()
    old = [*pods.watches, *services.watches]
    server.answer(503, status_body(503, "ServiceUnavailable", "starting"), times=10**6)
    server.drop_connections()
    await until(lambda: _passes(clock, 5.0) and _tried(server, "pods") > 7 and _tried(server, "services") > 7)
    server.answers.clear()  # each pauses for 15 to 45 s
    both = (pods, services)
    await until(lambda: _passes(clock, 0.5) and any(one.watches[-1] not in old for one in both))
    since = clock.monotonic()
    await until(lambda: _passes(clock, 0.005) and all(one.watches[-1] not in old for one in both))
    assert clock.monotonic() - since < 10.0
    first = [one.watches[-1].query["timeoutSeconds"] for one in both]
    assert first == ["2", "2"], "a short watch says soon that nothing was missed"


def _passes(clock: ManualClock, seconds: float) -> bool:
    clock.advance(seconds)
    return True


def _tried(server: ApiServer, collection: str) -> int:
    return len([request for request in server.requests if request.path.endswith(collection)])


async def test_a_server_restored_to_an_older_state_is_noticed_by_its_lower_versions(
    server: ApiServer, pods: Collection, start_cluster: StartCluster
) -> None:
    server.version = 9998
    pods.put("lost")
    cluster = await start_cluster()
    await until(lambda: pods.watches)
    pods.watches[0].stalled = True
    pods.objects.clear()
    pods.history.clear()
    server.version = 10
    pods.put("restored")
    before = pods.watches[0]
    server.drop_connections()
    await until(lambda: pods.watches and pods.watches[-1] is not before)
    pods.watches[-1].bookmark()
    await equal(cluster, pods)


async def test_504_for_a_version_from_the_future_lists_again(
    server: ApiServer, pods: Collection, start_cluster: StartCluster
) -> None:
    cluster = await start_cluster()
    await until(lambda: pods.watches)
    server.answer(504, status_body(504, "Timeout", "Too large resource version"))
    pods.watches[0].close()
    pods.put("one")
    await equal(cluster, pods)
    assert len(server.asked("GET", watch=False)) == 2


async def test_an_object_made_anew_under_its_name_is_taken(pods: Collection, start_cluster: StartCluster) -> None:
    first = pods.put("db-0")
    cluster = await start_cluster()
    await until(lambda: pods.watches)
    pods.watches[0].stalled = True
    pods.delete("db-0")
    second = pods.put("db-0")
    pods.watches[0].close()
    await equal(cluster, pods)
    assert first["metadata"]["uid"] != second["metadata"]["uid"]
    assert cluster.cache.get("Pod", "default", "db-0").uid == second["metadata"]["uid"]


@pytest.mark.parametrize("breaks", [100, pytest.param(200, marks=pytest.mark.long)])
async def test_the_cache_equals_the_server_after_random_breaks_under_churn(
    server: ApiServer, pods: Collection, start_cluster: StartCluster, breaks: int
) -> None:
    rng = random.Random(20261125)
    for number in range(60):
        pods.put(f"pod-{number}", namespace=f"ns-{number % 3}")
    cluster = await start_cluster(settings=replace(QUICK, stall_seconds=0.05))
    done = 0
    while done < breaks:
        for _ in range(rng.randint(0, 6)):
            _churn(pods, rng)
        await asyncio.sleep(0)
        if pods.watches:
            _break(server, pods, rng)
            done += 1
        for _ in range(rng.randint(0, 6)):
            _churn(pods, rng)
        await asyncio.sleep(rng.choice((0, 0, 0.001, 0.005)))
        if done % 10 == 0:
            await equal(cluster, pods)
    await equal(cluster, pods)
    assert cluster.cache.status()["Pod"].count == len(pods.objects)


def _churn(pods: Collection, rng: random.Random) -> None:
    choice = rng.random()
    if choice < 0.25 and pods.objects:
        namespace, name = rng.choice([*pods.objects])
        pods.delete(name, namespace)
    elif choice < 0.5:
        pods.put(f"pod-{rng.randint(0, 200)}", namespace=f"ns-{rng.randint(0, 4)}")
    elif pods.objects:
        namespace, name = rng.choice([*pods.objects])
        pods.put(name, namespace, status={"phase": rng.choice(("Pending", "Running"))})


def _break(server: ApiServer, pods: Collection, rng: random.Random) -> None:
    watch = rng.choice(pods.watches)
    match rng.randint(0, 6):
        case 0:
            watch.close()
        case 1:
            watch.break_mid_line()
        case 2:
            watch.stalled = True
        case 3:
            watch.gone()
        case 4:
            pods.compact()
            watch.close()
        case 5:
            pods.compact()
            pods.expire_continue = rng.randint(1, 2)
            watch.gone()
        case 6:
            server.drop_connections()
