"""Pod Security Standards: which controls of `baseline` and `restricted` a pod violates, by the published rules.

Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/ as of Kubernetes 1.35 (`latest`), with the
relaxations for pods in a user namespace of their own (`hostUsers: false`) that came with it. The pod is a PodSpec and
its annotations as the API server returns them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

from msgspec import Struct

Raw = Mapping[str, Any]
_CAPABILITIES = frozenset(
    {
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
    }
)
_SYSCTLS = frozenset(
    {
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.ping_group_range",
        "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
        "net.ipv4.tcp_rmem",
        "net.ipv4.tcp_wmem",
    }
)
_SELINUX_TYPES = frozenset({"", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"})
_VOLUMES = frozenset(
    {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}
)
_SECCOMP = frozenset({"RuntimeDefault", "Localhost"})
_APPARMOR = "container.apparmor.security.beta.kubernetes.io/"


class Level(StrEnum):
    """The standard that a pod keeps, strictest last."""

    PRIVILEGED = "privileged"
    BASELINE = "baseline"
    RESTRICTED = "restricted"


class Violation(Struct, frozen=True):
    """A control that is not kept, and where."""

    control: str
    level: Level
    detail: str


class Pod(Struct, frozen=True):
    """What the standards look at."""

    spec: Raw
    annotations: Raw

    @property
    def containers(self) -> list[Raw]:
        """Init, ordinary and ephemeral containers."""
        keys = ("initContainers", "containers", "ephemeralContainers")
        return [one for key in keys for one in _items(self.spec.get(key))]

    @property
    def context(self) -> Raw:
        """The pod's security context."""
        return _mapping(self.spec.get("securityContext"))

    @property
    def windows(self) -> bool:
        """Controls of Linux do not hold for Windows."""
        return _mapping(self.spec.get("os")).get("name") == "windows"

    @property
    def own_users(self) -> bool:
        """Whether root in the pod is nobody on the node."""
        return self.spec.get("hostUsers") is False


def _mapping(value: object) -> Raw:
    return value if isinstance(value, Mapping) else {}


def _items(value: object) -> list[Raw]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        return []
    return [one for one in value if isinstance(one, Mapping)]


def _context(container: Raw) -> Raw:
    return _mapping(container.get("securityContext"))


def _contexts(pod: Pod) -> Iterator[tuple[str, Raw]]:
    yield "pod", pod.context
    yield from ((f"container {one.get('name')}", _context(one)) for one in pod.containers)


def _host_process(pod: Pod) -> Iterator[str]:
    for where, context in _contexts(pod):
        if _mapping(context.get("windowsOptions")).get("hostProcess") is True:
            yield f"{where}: hostProcess"


def _host_namespaces(pod: Pod) -> Iterator[str]:
    yield from (f"{key}=true" for key in ("hostNetwork", "hostPID", "hostIPC") if pod.spec.get(key) is True)


def _privileged(pod: Pod) -> Iterator[str]:
    yield from (str(one.get("name")) for one in pod.containers if _context(one).get("privileged") is True)


def _capabilities(pod: Pod) -> Iterator[str]:
    for one in pod.containers:
        for added in _mapping(_context(one).get("capabilities")).get("add") or ():
            if added not in _CAPABILITIES:
                yield f"{one.get('name')} adds {added}"


def _host_paths(pod: Pod) -> Iterator[str]:
    yield from (str(one.get("name")) for one in _items(pod.spec.get("volumes")) if one.get("hostPath") is not None)


def _host_ports(pod: Pod) -> Iterator[str]:
    yield from (
        f"{one.get('name')} {p['hostPort']}"
        for one in pod.containers
        for p in _items(one.get("ports"))
        if p.get("hostPort")
    )


def _host_probes(pod: Pod) -> Iterator[str]:
    for one in pod.containers:
        hooks = _mapping(one.get("lifecycle"))
        handlers = [one.get(key) for key in ("livenessProbe", "readinessProbe", "startupProbe")]
        for handler in map(_mapping, [*handlers, hooks.get("postStart"), hooks.get("preStop")]):
            if any(_mapping(handler.get(form)).get("host") for form in ("httpGet", "tcpSocket")):
                yield str(one.get("name"))


def _apparmor(pod: Pod) -> Iterator[str]:
    for where, context in _contexts(pod):
        kind = _mapping(context.get("appArmorProfile")).get("type")
        if kind is not None and kind not in _SECCOMP:
            yield f"{where}: {kind}"
    for key, value in pod.annotations.items():
        if (
            key.startswith(_APPARMOR)
            and value not in {"", "runtime/default"}
            and not str(value).startswith("localhost/")
        ):
            yield f"{key}={value}"


def _selinux(pod: Pod) -> Iterator[str]:
    for where, context in _contexts(pod):
        options = _mapping(context.get("seLinuxOptions"))
        if (options.get("type") or "") not in _SELINUX_TYPES or options.get("user") or options.get("role"):
            yield where


def _proc_mounts(pod: Pod) -> Iterator[str]:
    for one in pod.containers:
        if (_context(one).get("procMount") or "Default") != "Default":
            yield str(one.get("name"))


def _baseline_proc_mounts(pod: Pod) -> Iterator[str]:
    if not pod.own_users:
        yield from _proc_mounts(pod)


def _unconfined(pod: Pod) -> Iterator[str]:
    for where, context in _contexts(pod):
        kind = _mapping(context.get("seccompProfile")).get("type")
        if kind is not None and kind not in _SECCOMP:
            yield f"{where}: {kind}"


def _sysctls(pod: Pod) -> Iterator[str]:
    yield from (str(one.get("name")) for one in _items(pod.context.get("sysctls")) if one.get("name") not in _SYSCTLS)


def _volume_types(pod: Pod) -> Iterator[str]:
    for one in _items(pod.spec.get("volumes")):
        for kind in one:
            if kind != "name" and one[kind] is not None and kind not in _VOLUMES:
                yield f"{one.get('name')}: {kind}"


def _escalation(pod: Pod) -> Iterator[str]:
    if not pod.windows:
        yield from (
            str(one.get("name")) for one in pod.containers if _context(one).get("allowPrivilegeEscalation") is not False
        )


def _non_root(pod: Pod) -> Iterator[str]:
    if pod.own_users:
        return
    whole = pod.context.get("runAsNonRoot")
    if whole is False:
        yield "pod"
    for one in pod.containers:
        own = _context(one).get("runAsNonRoot")
        if own is False or (own is None and whole is not True):
            yield str(one.get("name"))


def _root_user(pod: Pod) -> Iterator[str]:
    if not pod.own_users:
        yield from (where for where, context in _contexts(pod) if context.get("runAsUser") == 0)


def _seccomp(pod: Pod) -> Iterator[str]:
    if pod.windows:
        return
    whole = _mapping(pod.context.get("seccompProfile")).get("type")
    if whole is not None and whole not in _SECCOMP:
        yield f"pod: {whole}"
    for one in pod.containers:
        own = _mapping(_context(one).get("seccompProfile")).get("type")
        if (own is None and whole not in _SECCOMP) or (own is not None and own not in _SECCOMP):
            yield str(one.get("name"))


def _drops_all(pod: Pod) -> Iterator[str]:
    if pod.windows:
        return
    for one in pod.containers:
        capabilities = _mapping(_context(one).get("capabilities"))
        added = [name for name in capabilities.get("add") or () if name != "NET_BIND_SERVICE"]
        if "ALL" not in (capabilities.get("drop") or ()) or added:
            yield str(one.get("name"))


Control = Callable[[Pod], Iterator[str]]
BASELINE: dict[str, Control] = {
    "windowsHostProcess": _host_process,
    "hostNamespaces": _host_namespaces,
    "privileged": _privileged,
    "capabilities_baseline": _capabilities,
    "hostPathVolumes": _host_paths,
    "hostPorts": _host_ports,
    "hostProbesAndHostLifecycle": _host_probes,
    "appArmorProfile": _apparmor,
    "seLinuxOptions": _selinux,
    "procMount": _baseline_proc_mounts,
    "seccompProfile_baseline": _unconfined,
    "sysctls": _sysctls,
}
RESTRICTED: dict[str, Control] = {
    "restrictedVolumes": _volume_types,
    "allowPrivilegeEscalation": _escalation,
    "runAsNonRoot": _non_root,
    "runAsUser": _root_user,
    "seccompProfile_restricted": _seccomp,
    "capabilities_restricted": _drops_all,
    "procMount_restricted": _proc_mounts,
}


def violations(spec: Raw, annotations: Raw | None = None) -> list[Violation]:
    """The controls that the pod does not keep, those of `baseline` first."""
    pod = Pod(spec, annotations or {})
    return [
        Violation(control, level, ", ".join(found))
        for level, controls in ((Level.BASELINE, BASELINE), (Level.RESTRICTED, RESTRICTED))
        for control, check in controls.items()
        if (found := list(check(pod)))
    ]


def level_of(spec: Raw, annotations: Raw | None = None) -> Level:
    """The strictest standard that the pod keeps."""
    broken = {one.level for one in violations(spec, annotations)}
    if Level.BASELINE in broken:
        return Level.PRIVILEGED
    return Level.BASELINE if Level.RESTRICTED in broken else Level.RESTRICTED
