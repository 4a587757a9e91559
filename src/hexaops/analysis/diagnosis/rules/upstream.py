"""What a failing program needs from others: where its own error speaks of a Service, that Service may be the cause.

The error alone does not say whose fault it is. The finding therefore names what it may be a symptom of; it is absorbed
only if something is found to be wrong there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from hexaops.analysis.diagnosis.model import Finding, Ref
from hexaops.analysis.diagnosis.objects import text
from hexaops.analysis.diagnosis.pods import Sick
from hexaops.analysis.diagnosis.rules.naming import behind, service_named
from hexaops.analysis.diagnosis.rules.settings import services_of_settings
from hexaops.analysis.diagnosis.snapshot import Snapshot

_SAID_BY_PROGRAM = frozenset(
    {
        "application-error",
        "certificate-expired",
        "certificate-host",
        "certificate-untrusted",
        "connections-exhausted",
        "crash",
        "liveness-probe",
        "pod-not-ready",
        "readiness-probe",
        "startup-probe",
    }
)
_ADDRESSED = re.compile(
    r"[a-z][a-z0-9+]{1,15}://(?:[^\s/@]{1,100}@)?([A-Za-z0-9.-]{1,250})|"
    r"\b([A-Za-z0-9][A-Za-z0-9.-]{0,250}):\d{2,5}\b|"
    r"(?i:\bhost:? |\bserver on |\bconnect(?:ing|ion)? to |\bserver at )[\"']?([A-Za-z0-9][A-Za-z0-9.-]{0,250})"
)
"""A host in a URL, with a port, or named as one."""
_CONNECTION = re.compile(
    r"(?i)connection (?:refused|reset|closed)|communications? link failure|can't connect|"
    r"too many (?:clients|connections)|connection slots|connection is not available|"
    r"server has gone away|lost connection|broker[^\n]{0,40}not available"
)
"""An error of a connection that does not name the other side."""
_CLOCK = re.compile(r"(?i)ntp|clock|time.?sync|chrony")


def with_upstream(finding: Finding, sick: Sick) -> Finding:
    """The finding with what it may be a symptom of: the Services and Ingresses that the program's error names."""
    if finding.rule == "clock-skew":
        return replace(finding, symptom_of=(*finding.symptom_of, *_wrong_clock(sick)))
    if finding.rule not in _SAID_BY_PROGRAM:
        return finding
    said = "\n".join([finding.cause, *[one.text for one in finding.evidence if one.source == "log"]])
    hosts = {next(part for part in found.groups() if part) for found in _ADDRESSED.finditer(said)}
    services = [one for host in sorted(hosts) if (one := service_named(sick, host.rstrip("."))) is not None]
    if not services and _CONNECTION.search(said):
        services = services_of_settings(sick)
    upstream = (*(ref for one in services for ref in behind(sick, one)), *_ingresses(sick.snapshot, hosts))
    others = tuple(ref for ref in upstream if ref not in sick.refs)
    return replace(finding, symptom_of=tuple(dict.fromkeys((*finding.symptom_of, *others)))) if others else finding


def _wrong_clock(sick: Sick) -> tuple[Ref, ...]:
    """The pod's node, where a condition of it says that its clock is wrong."""
    node = sick.snapshot.find("Node", "", sick.pod.text("spec", "nodeName"))
    said = [one for one in node.items("status", "conditions") if one.get("status") == "True"] if node else []
    return (node.ref,) if node and any(_CLOCK.search(text(one, "type")) for one in said) else ()


def _ingresses(snapshot: Snapshot, hosts: set[str]) -> Iterator[Ref]:
    names = {host.rstrip(".") for host in hosts if "." in host.rstrip(".")}
    for one in snapshot.of("Ingress") if names else ():
        if any(text(rule, "host") in names for rule in one.items("spec", "rules")):
            yield one.ref
