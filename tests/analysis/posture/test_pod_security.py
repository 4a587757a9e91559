"""Pod Security Standards: each control by a pod that keeps everything but it."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from hexaops.analysis.posture.pod_security import BASELINE, RESTRICTED, Level, level_of, violations

GOOD: dict[str, Any] = {
    "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
    "containers": [
        {"name": "app", "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}}
    ],
    "volumes": [{"name": "tmp", "emptyDir": {}}],
}


def _pod(context: dict[str, Any] | None = None, whole: dict[str, Any] | None = None, **spec: Any) -> dict[str, Any]:
    pod = deepcopy(GOOD) | spec
    pod["containers"][0]["securityContext"] |= context or {}
    pod["securityContext"] |= whole or {}
    return pod


CASES: list[tuple[str, dict[str, Any]]] = [
    ("windowsHostProcess", _pod(whole={"windowsOptions": {"hostProcess": True}})),
    ("hostNamespaces", _pod(hostNetwork=True)),
    ("hostNamespaces", _pod(hostPID=True)),
    ("privileged", _pod({"privileged": True})),
    ("capabilities_baseline", _pod({"capabilities": {"add": ["NET_ADMIN"], "drop": ["ALL"]}})),
    ("hostPathVolumes", _pod(volumes=[{"name": "h", "hostPath": {"path": "/"}}])),
    ("hostPorts", _pod(containers=[GOOD["containers"][0] | {"ports": [{"containerPort": 80, "hostPort": 80}]}])),
    (
        "hostProbesAndHostLifecycle",
        _pod(containers=[GOOD["containers"][0] | {"livenessProbe": {"httpGet": {"host": "10.0.0.1", "port": 80}}}]),
    ),
    ("appArmorProfile", _pod({"appArmorProfile": {"type": "Unconfined"}})),
    ("seLinuxOptions", _pod(whole={"seLinuxOptions": {"type": "spc_t"}})),
    ("seLinuxOptions", _pod(whole={"seLinuxOptions": {"user": "root"}})),
    ("procMount", _pod({"procMount": "Unmasked"})),
    ("seccompProfile_baseline", _pod({"seccompProfile": {"type": "Unconfined"}})),
    ("sysctls", _pod(whole={"sysctls": [{"name": "kernel.msgmax", "value": "1"}]})),
    ("restrictedVolumes", _pod(volumes=[{"name": "n", "nfs": {"server": "x"}}])),
    ("allowPrivilegeEscalation", _pod({"allowPrivilegeEscalation": None})),
    ("runAsNonRoot", _pod(whole={"runAsNonRoot": None})),
    ("runAsNonRoot", _pod({"runAsNonRoot": False})),
    ("runAsUser", _pod({"runAsUser": 0})),
    ("seccompProfile_restricted", _pod(whole={"seccompProfile": None})),
    ("capabilities_restricted", _pod({"capabilities": {"drop": []}})),
    ("capabilities_restricted", _pod({"capabilities": {"add": ["CHOWN"], "drop": ["ALL"]}})),
    ("procMount_restricted", _pod({"procMount": "Unmasked"}, hostUsers=False)),
]


def test_a_good_pod_is_restricted() -> None:
    assert violations(GOOD) == []
    assert level_of(GOOD) is Level.RESTRICTED
    assert level_of(_pod({"capabilities": {"add": ["NET_BIND_SERVICE"], "drop": ["ALL"]}})) is Level.RESTRICTED


@pytest.mark.parametrize(("control", "pod"), CASES)
def test_each_control_is_held(control: str, pod: dict[str, Any]) -> None:
    assert control in [one.control for one in violations(pod)]
    assert level_of(pod) is (Level.PRIVILEGED if control in BASELINE else Level.BASELINE)


def test_every_control_has_a_case() -> None:
    assert {control for control, _ in CASES} == BASELINE.keys() | RESTRICTED.keys()


def test_init_and_ephemeral_containers_count() -> None:
    bad = {"name": "x", "securityContext": {"privileged": True}}
    for key in ("initContainers", "ephemeralContainers"):
        assert level_of(GOOD | {key: [bad]}) is Level.PRIVILEGED


def test_a_user_namespace_of_its_own_relaxes_root() -> None:
    assert level_of(_pod({"runAsUser": 0, "runAsNonRoot": False}, hostUsers=False)) is Level.RESTRICTED
    assert level_of(_pod({"procMount": "Unmasked"}, hostUsers=False)) is Level.BASELINE


def test_windows_pods_are_free_of_linux_controls() -> None:
    pod = _pod({"allowPrivilegeEscalation": None, "capabilities": {}}, {"seccompProfile": None}, os={"name": "windows"})
    assert level_of(pod) is Level.RESTRICTED


def test_the_old_annotation_of_apparmor() -> None:
    key = "container.apparmor.security.beta.kubernetes.io/app"
    assert level_of(GOOD, {key: "unconfined"}) is Level.PRIVILEGED
    assert level_of(GOOD, {key: "localhost/mine"}) is Level.RESTRICTED
