"""Room for pods by their requests."""

from __future__ import annotations

from typing import Any

from hexaops.analysis.room import Need, homeless, rooms, spread
from hexaops.backends.kubernetes.rows import NodeRow, PodRow, TaintRow
from tests.analysis.applications.rows import node, pod, workload

GIB = 2.0**30


def machine(name: str, cpu: float = 4.0, memory: float = 8.0, **more: Any) -> NodeRow:
    return node(name, allocatable={"cpu": cpu, "memory": memory * GIB, "pods": 10.0}, **more)


def placed(name: str, on: str, cpu: float, memory: float, **more: Any) -> PodRow:
    owner = workload("shop", name)
    return pod(owner, name=name, node=on, cpu_request=cpu, memory_request=memory * GIB, **more)


def test_what_is_requested_by_all_pods_of_a_node_is_gone() -> None:
    (room,) = rooms([machine("a")], [placed("one", "a", 1.0, 2.0), placed("elsewhere", "b", 3.0, 3.0)])
    assert (room.free_cpu, room.free_memory, room.free_pods) == (3.0, 6 * GIB, 9)
    assert room.takes(Need(0.5, 2 * GIB)) == 3
    assert room.takes(Need(0.5)) == 6
    assert room.takes(Need()) == 9


def test_finished_pods_take_no_room() -> None:
    (room,) = rooms([machine("a")], [placed("done", "a", 4.0, 8.0, phase="Succeeded")])
    assert room.takes(Need(1.0)) == 4


def test_a_node_that_is_not_ready_cordoned_or_tainted_takes_none() -> None:
    taint = TaintRow("dedicated", "gpu", "NoSchedule")
    soft = TaintRow("spot", "", "PreferNoSchedule")
    found = rooms(
        [
            machine("down", ready=False), machine("cordoned", unschedulable=True), machine("gpu", taints=(taint,)),
            machine("soft", taints=(soft,)),
        ],
        [],
    )  # fmt: skip
    assert [room.closed for room in found] == ["not ready", "cordoned", "taint dedicated:NoSchedule", ""]
    assert [room.takes(Need(1.0)) for room in found] == [0, 0, 0, 4]


def test_tenths_of_a_core_add_up() -> None:
    (room,) = rooms([machine("a", cpu=0.3)], [])
    assert room.takes(Need(0.1)) == 3


def test_pods_are_spread_where_most_room_is() -> None:
    found = rooms([machine("a"), machine("b")], [placed("one", "a", 2.0, 1.0)])
    assert spread(found, Need(1.0), 4) == {"b": 3, "a": 1}
    assert spread(found, Need(1.0), 99) == {"b": 4, "a": 2}
    assert spread(found, Need(5.0), 1) == {}


def test_pods_of_a_lost_node_need_room_on_the_others() -> None:
    nodes = [machine("a"), machine("b")]
    pods = [placed("large", "a", 1.0, 6.0), placed("small", "a", 1.0, 1.0), placed("there", "b", 1.0, 3.0)]
    agent = placed("agent", "a", 3.0, 6.0, owner_kind="DaemonSet")
    assert [one.name for one in homeless("a", nodes, [*pods, agent])] == ["large"]
    assert homeless("b", nodes, [*pods[1:], agent]) == [pods[2]]
    assert homeless("b", nodes, pods[1:]) == []
