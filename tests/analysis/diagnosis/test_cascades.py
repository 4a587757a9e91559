"""What looks like a symptom and is a cause of its own stays one."""

from __future__ import annotations

from hexaops.analysis.diagnosis import Finding, Severity, diagnose, read_snapshot
from testenv.diagnosis.case import crash_loop
from testenv.diagnosis.cases.cascades import (
    awaiting,
    break_database,
    csi_controller,
    mounts,
    pending_claim,
    reads,
    waits_for,
)
from testenv.diagnosis.cases.nodes import set_condition
from testenv.diagnosis.objects import config_map, service, slice_of
from testenv.diagnosis.world import World, find_app, shop


def causes(world: World) -> dict[str, Finding]:
    found = [one for one in diagnose(read_snapshot(world.snapshot())) if one.severity > Severity.LOW]
    return {f"{one.subject.kind}/{one.subject.name}": one for one in found}


def test_an_error_of_the_program_is_no_symptom_of_the_database_that_it_uses() -> None:
    world = shop()
    break_database(world)
    api = find_app(world, "api")
    reads(api, "DATABASE_URL", "postgres://db:5432/shop")
    crash_loop(world, api, log="ValueError: price must not be negative")
    assert set(causes(world)) == {"StatefulSet/db", "Deployment/api"}


def test_a_refused_connection_stays_a_finding_where_nothing_is_wrong_behind_it() -> None:
    world = shop()
    crash_loop(world, find_app(world, "api"), log="SQLSTATE[HY000] [2002] Connection refused")
    assert set(causes(world)) == {"Deployment/api"}


def test_the_log_says_more_than_the_termination_message() -> None:
    world = shop()
    crash_loop(world, find_app(world, "api"), message="KeyError: 'OLD_TOKEN'", log="KeyError: 'NEW_TOKEN'")
    assert "NEW_TOKEN" in causes(world)["Deployment/api"].cause


def test_a_message_of_the_runtime_is_not_taken_for_the_program() -> None:
    world = shop()
    api = find_app(world, "api")
    crash_loop(world, api, code=137, message="KeyError: 'TOKEN'")
    for pod in api.pods:
        pod["status"]["containerStatuses"][0]["lastState"]["terminated"]["reason"] = "ContainerStatusUnknown"
    assert "TOKEN" not in causes(world)["Deployment/api"].cause


def test_a_driver_of_another_storage_is_not_why_a_claim_waits() -> None:
    world = shop()
    world.find("StorageClass", "standard")["volumeBindingMode"] = "Immediate"
    csi_controller(world, "longhorn-csi-plugin", "driver.longhorn.io")
    pending_claim(world, "scans", "ExternalProvisioning", awaiting("ebs.csi.aws.com"), kind="Normal")
    waits_for(world, "reader", "scans", "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims.")
    assert set(causes(world)) == {"Deployment/longhorn-csi-plugin", "PersistentVolumeClaim/scans"}


def test_two_programs_with_files_of_their_own_have_two_causes() -> None:
    world = shop()
    line = "yaml: line 2: found character that cannot start any token"
    for name in ("quoter", "invoicer"):
        world.add(config_map(f"{name}-files", {"settings.yaml": "a:\n\tb: 1\n"}))
        crash_loop(world, mounts(world, name, f"{name}-files"), log=f"panic: {line}")
    assert set(causes(world)) == {"Deployment/quoter", "Deployment/invoicer"}


def test_a_node_under_pressure_is_not_why_a_clock_is_wrong() -> None:
    world = shop()
    set_condition(world.find("Node", "node-1"), "MemoryPressure", "True", "KubeletHasInsufficientMemory", "low")
    api = find_app(world, "api")
    there = [pod for pod in api.pods if pod["spec"]["nodeName"] == "node-1"]
    crash_loop(world, api, pods=there, log="fatal: token used before issued: the clock of the issuer is ahead")
    assert set(causes(world)) == {"Node/node-1", "Deployment/api"}


def test_a_service_with_an_address_needs_a_port_that_is_served() -> None:
    world = shop()
    labels = find_app(world, "db").workload["spec"]["selector"]["matchLabels"]
    world.add(service("db-admin", labels, port=7946, target=7946), slice_of("db-admin", ready=1))
    assert set(causes(world)) == {"Service/db-admin"}


def test_a_rollout_within_its_deadline_is_no_finding() -> None:
    world = shop()
    api = find_app(world, "api")
    api.workload["status"] |= {"replicas": 3, "updatedReplicas": 1, "unavailableReplicas": 1}
    assert not causes(world)
