"""A security report: which Pod Security controls the workloads of a namespace do not keep, and what has changed.

A violated control of `baseline` is `high` (known ways out of the container), one of `restricted` is `medium`
(hardening); what the diagnosis found keeps its own severity.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from hexaops.analysis.posture.pod_security import Level, violations

Raw = Mapping[str, Any]
SEVERITY: Mapping[Level, str] = {Level.BASELINE: "high", Level.RESTRICTED: "medium"}
FIXES: Mapping[str, str] = {
    "windowsHostProcess": "remove windowsOptions.hostProcess",
    "hostNamespaces": "remove hostNetwork, hostPID and hostIPC",
    "privileged": "set securityContext.privileged to false",
    "capabilities_baseline": "add no capabilities beyond the default set",
    "hostPathVolumes": "replace the hostPath volume by a claim or an emptyDir",
    "hostPorts": "remove hostPort and use a Service",
    "hostProbesAndHostLifecycle": "remove host from probes and lifecycle hooks",
    "appArmorProfile": "use the AppArmor profile RuntimeDefault or a Localhost one",
    "seLinuxOptions": "remove custom SELinux user and role, and use a container type",
    "procMount": "use the default procMount",
    "seccompProfile_baseline": "do not set the seccomp profile to Unconfined",
    "sysctls": "set safe sysctls only",
    "restrictedVolumes": "use volumes of the types that the standard allows, such as configMap, emptyDir and claims",
    "allowPrivilegeEscalation": "set securityContext.allowPrivilegeEscalation to false",
    "runAsNonRoot": "set securityContext.runAsNonRoot to true",
    "runAsUser": "run as another user than 0",
    "seccompProfile_restricted": "set seccompProfile.type to RuntimeDefault",
    "capabilities_restricted": "drop ALL capabilities, and add none but NET_BIND_SERVICE",
    "procMount_restricted": "use the default procMount",
}
"""Control → what makes it kept."""


class Weakness(Struct, frozen=True, order=True):
    """One control that one object does not keep."""

    object: str
    """Kind/namespace/name."""
    control: str
    severity: str
    detail: str
    fix: str

    @property
    def key(self) -> str:
        """The same weakness in two reports."""
        return f"{self.object} {self.control}"


class Difference(Struct, frozen=True):
    """What two reports differ in, by the weaknesses' keys."""

    new: Sequence[str]
    resolved: Sequence[str]


def weaknesses_of(name: str, spec: Raw, annotations: Raw) -> list[Weakness]:
    """Those of one pod template."""
    return [
        Weakness(name, one.control, SEVERITY[one.level], one.detail, FIXES[one.control])
        for one in violations(spec, annotations)
    ]


def compared(before: Iterable[str], now: Iterable[str]) -> Difference:
    """Keys of the report before beside those of now."""
    old, new = set(before), set(now)
    return Difference(sorted(new - old), sorted(old - new))
