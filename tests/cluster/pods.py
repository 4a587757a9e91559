"""Pods for the API server's own admission: a hardened one with up to three changes, each valid by itself."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any

Raw = dict[str, Any]
Change = Callable[[Raw, random.Random], None]

CAPABILITIES = ("NET_BIND_SERVICE", "CHOWN", "NET_ADMIN", "SYS_TIME", "ALL", "KILL", "MKNOD", "SYS_PTRACE")
VOLUMES: Sequence[Raw] = (
    {"emptyDir": {}}, {"hostPath": {"path": "/var/log"}}, {"configMap": {"name": "c"}}, {"secret": {"secretName": "s"}},
    {"projected": {"sources": []}}, {"downwardAPI": {"items": []}}, {"nfs": {"server": "10.0.0.9", "path": "/x"}},
    {"persistentVolumeClaim": {"claimName": "p"}}, {"csi": {"driver": "x.example.com"}},
    {"iscsi": {"targetPortal": "10.0.0.9:3260", "iqn": "iqn.2001-04.com.example:x", "lun": 0}},
    {"ephemeral": {"volumeClaimTemplate": {"spec": {"accessModes": ["ReadWriteOnce"],
                                                    "resources": {"requests": {"storage": "1Gi"}}}}}},
)  # fmt: skip
SYSCTLS = (
    "kernel.shm_rmid_forced",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.tcp_rmem",
    "kernel.msgmax",
    "net.core.somaxconn",
)
SELINUX: Sequence[Raw] = (
    {"type": "container_t"}, {"type": "spc_t"}, {"level": "s0:c1"}, {"user": "system_u"}, {"role": "system_r"},
    {"type": "container_engine_t"}, {"type": "container_kvm_t"},
)  # fmt: skip


def hardened(name: str) -> Raw:
    """A pod that keeps `restricted`."""
    context = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    spec = {
        "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [{"name": "app", "image": "registry.example.com/app:1", "securityContext": context}],
    }
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}


def generated(count: int, *, seed: int = 7) -> list[Raw]:
    """So many pods, the same for the same seed."""
    chance = random.Random(seed)
    pods = [hardened(f"pod-{number:03}") for number in range(count)]
    for number, pod in enumerate(pods[1:]):
        if number % 4 == 0:  # a second container, ordinary or init, which the changes may hit instead of the first
            part = chance.choice(("containers", "initContainers"))
            pod["spec"].setdefault(part, []).append(deepcopy(pod["spec"]["containers"][0]) | {"name": "second"})
        first = CHANGES[number % len(CHANGES)]
        for change in (first, *chance.sample(CHANGES, chance.choice((0, 0, 1, 2)))):
            change(pod, chance)
    return pods


def _container(pod: Raw, chance: random.Random) -> Raw:
    spec = pod["spec"]
    found: Raw = chance.choice([*spec["containers"], *spec.get("initContainers", [])])
    return found


def _context(pod: Raw, chance: random.Random) -> Raw:
    """A container's security context, or the pod's."""
    found: Raw = chance.choice((pod["spec"]["securityContext"], _container(pod, chance)["securityContext"]))
    return found


def _own(pod: Raw, chance: random.Random) -> Raw:
    found: Raw = _container(pod, chance)["securityContext"]
    return found


def _volume(pod: Raw, chance: random.Random) -> None:
    volumes = pod["spec"].setdefault("volumes", [])
    volumes.append({"name": f"v{len(volumes)}"} | deepcopy(chance.choice(VOLUMES)))


def _port(pod: Raw, chance: random.Random) -> None:
    port = chance.choice((8081, 9100))
    _container(pod, chance)["ports"] = [{"containerPort": port} | ({"hostPort": port} if chance.random() < 0.6 else {})]


def _probe(pod: Raw, chance: random.Random) -> None:
    action = {"path": "/", "port": 80} | ({"host": "10.9.8.7"} if chance.random() < 0.6 else {})
    one = pod["spec"]["containers"][0]
    if chance.random() < 0.3:
        one["lifecycle"] = {"preStop": {"httpGet": action}}
    else:
        one[chance.choice(("livenessProbe", "readinessProbe", "startupProbe"))] = {"httpGet": action}


def _add(pod: Raw, chance: random.Random) -> None:
    _own(pod, chance)["capabilities"]["add"] = chance.sample(CAPABILITIES, chance.choice((1, 2)))


def _privileged(pod: Raw, chance: random.Random) -> None:
    context = _own(pod, chance)
    context["privileged"] = chance.random() < 0.7
    if context["privileged"]:
        context.pop("allowPrivilegeEscalation", None)  # the API server takes no privileged one without escalation


def _seccomp(pod: Raw, chance: random.Random) -> None:
    kind = chance.choice(("RuntimeDefault", "Unconfined", "Localhost", None))
    context = _context(pod, chance)
    if kind is None:
        context.pop("seccompProfile", None)
    else:
        context["seccompProfile"] = {"type": kind} | ({"localhostProfile": "a.json"} if kind == "Localhost" else {})


def _apparmor(pod: Raw, chance: random.Random) -> None:
    kind = chance.choice(("RuntimeDefault", "Unconfined", "Localhost"))
    _context(pod, chance)["appArmorProfile"] = {"type": kind} | (
        {"localhostProfile": "a"} if kind == "Localhost" else {}
    )


def _windows(pod: Raw, chance: random.Random) -> None:
    for part in ("containers", "initContainers"):
        for one in pod["spec"].get(part, ()):
            one["securityContext"] = {}
    pod["spec"] |= {"os": {"name": "windows"}, "securityContext": {"runAsNonRoot": chance.random() < 0.5}}


CHANGES: tuple[Change, ...] = (
    lambda pod, chance: pod["spec"].update({chance.choice(("hostNetwork", "hostPID", "hostIPC")): True}),
    _privileged,
    _add,
    lambda pod, chance: _own(pod, chance)["capabilities"].update({"drop": chance.choice((["ALL"], ["KILL"], []))}),
    _volume,
    _port,
    _probe,
    _apparmor,
    lambda pod, chance: _context(pod, chance).update({"seLinuxOptions": dict(chance.choice(SELINUX))}),
    _seccomp,
    lambda pod, chance: pod["spec"]["securityContext"].update(
        {"sysctls": [{"name": chance.choice(SYSCTLS), "value": "1"}]}
    ),
    lambda pod, chance: _own(pod, chance).pop("allowPrivilegeEscalation", None),
    lambda pod, chance: _context(pod, chance).update({"runAsNonRoot": chance.choice((True, False))}),
    lambda pod, _chance: pod["spec"]["securityContext"].pop("runAsNonRoot", None),
    lambda pod, chance: _context(pod, chance).update({"runAsUser": chance.choice((0, 1000))}),
    lambda pod, chance: _own(pod, chance).update({"procMount": chance.choice(("Default", "Unmasked"))}),
    lambda pod, chance: pod["spec"].update({"hostUsers": chance.choice((True, False))}),
    lambda pod, _chance: pod["spec"].update({"volumes": []}),
)


def of_windows(count: int, *, seed: int = 11) -> list[Raw]:
    """Pods that say that they are for Windows, for which controls of Linux do not hold."""
    chance = random.Random(seed)
    pods = [hardened(f"windows-{number:02}") for number in range(count)]
    for number, pod in enumerate(pods):
        _windows(pod, chance)
        if number % 3 == 0:
            pod["spec"]["securityContext"]["windowsOptions"] = {"hostProcess": True}
            pod["spec"]["hostNetwork"] = True
        if number % 4 == 1:
            _volume(pod, chance)
    return pods
