"""Containers that do not answer their probes, and why."""

from __future__ import annotations

import re

from hexaops.analysis.diagnosis.model import Evidence, FieldChange, Finding
from hexaops.analysis.diagnosis.objects import items, mapping, number, quantity, seconds, text
from hexaops.analysis.diagnosis.pods import Sick
from hexaops.analysis.diagnosis.rules.making import from_pod, patch, quote
from hexaops.analysis.diagnosis.usage import usage_of
from hexaops.kit.quantities import format_cpu

THROTTLED_RATIO = 0.25
"""Share of throttled periods from which on a container is slowed noticeably (the alert CPUThrottlingHigh's bound)."""
AT_LIMIT = 0.95
GRACE_SECONDS = 35.0
"""The default grace period of a pod, and a little more."""
_STATUS = re.compile(r"statuscode: (\d{3})")
_PROBE_PORT = re.compile(r"(?:://|dial tcp )\[?[\w.:]{1,80}?\]?:(\d{1,5})\b")
_SLOW = re.compile(r"(?i)deadline exceeded|timed? ?out|timeout")


def killed_by(sick: Sick, kind: str) -> bool:
    return any(f"failed {kind} probe" in one.message for one in sick.events if one.reason == "Killing") or (
        sick.broken is not None
        and sick.broken.restarts > 0
        and sick.broken.exit_code in {137, 143}
        and bool(_failures(sick, kind))
    )


def _failures(sick: Sick, kind: str) -> list[str]:
    return [
        one.message
        for one in sick.events
        if one.reason == "Unhealthy" and one.message.lower().startswith(f"{kind} probe")
    ]


def _probe_target(sick: Sick, kind: str) -> tuple[str, str]:
    """What the probe asks, in words, and its port as written."""
    probe = mapping(sick.broken.spec if sick.broken else {}, f"{kind}Probe")
    for form in ("httpGet", "tcpSocket", "grpc"):
        one = mapping(probe, form)
        if one:
            port = str(one.get("port") or "")
            return (
                f"GET {text(one, 'path') or '/'} on port {port}" if form == "httpGet" else f"{form} on port {port}"
            ), port
    command = mapping(probe, "exec").get("command")
    return f"command {' '.join(map(str, command))}" if isinstance(command, list) else "probe", ""


def _probe_evidence(sick: Sick, kind: str) -> tuple[Evidence, ...]:
    return tuple(
        one.evidence
        for one in sick.events
        if one.reason == "Unhealthy" and one.message.lower().startswith(f"{kind} probe")
    )[:1]


def cpu_throttled(sick: Sick) -> Finding | None:
    """Probes time out while the container is at its CPU limit."""
    one = sick.broken
    slow = any(
        _SLOW.search(message) for kind in ("readiness", "liveness", "startup") for message in _failures(sick, kind)
    )
    if one is None or not slow:
        return None
    used = usage_of(sick.snapshot, sick.pod.namespace, sick.pod.name, one.name)
    limit = quantity(one.limit("cpu"))
    if used.throttled_ratio is not None and used.throttled_ratio >= THROTTLED_RATIO:
        seen = f"it is throttled in {used.throttled_ratio:.0%} of its periods"
    elif limit and used.cpu_cores is not None and used.cpu_cores >= AT_LIMIT * limit:
        seen = f"it uses {format_cpu(used.cpu_cores)} of {one.limit('cpu')}, so it is being throttled"
    else:
        return None
    fix = patch(
        sick,
        "Raise the CPU limit",
        FieldChange("resources.limits.cpu", one.limit("cpu") or None, format_cpu(limit * 2) if limit else None),
    )
    return from_pod(
        sick,
        "cpu-throttling",
        f"{sick.container} answers its probes too slowly",
        f"CPU limit {one.limit('cpu')} is too low: {seen}",
        evidence=(
            Evidence("metric", sick.pod.ref, seen),
            *_probe_evidence(sick, "readiness"),
            *_probe_evidence(sick, "liveness"),
        ),
        fix=fix,
    )


_LISTENS = re.compile(
    r"(?i)(?:listen|running|started|serving|bound|ready|local:)[^\n]{0,60}?(?:\bport:? |://|\bon |\bat )"
    r"(?:(\[?[\w.:*]{0,60}\]?):)?(\d{2,5})\b"
)
"""What a program says of the address that it listens on."""
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})


def _listens_elsewhere(sick: Sick, kind: str) -> Finding | None:
    """The probe is refused, and the program says that it listens on another port or for itself only."""
    message = (_failures(sick, kind) or [""])[0]
    asked = _PROBE_PORT.search(message)
    lines = [found for line in sick.log.splitlines() if (found := _LISTENS.search(line))]
    if "refused" not in message or asked is None or not lines or sick.broken is None:
        return None
    host, port = lines[-1][1] or "", lines[-1][2]
    if port == asked[1] and host.rpartition("/")[2] in _LOOPBACK:
        return from_pod(
            sick,
            "listens-locally",
            f"{sick.container} fails its {kind} probe",
            f"it listens on {host.rpartition('/')[2]} only, where nothing outside of the pod reaches it, so port "
            f"{port} refuses connections",
            evidence=(*_probe_evidence(sick, kind), Evidence("log", sick.pod.ref, quote(lines[-1].string))),
            fix=patch(sick, "Let it listen on all addresses (0.0.0.0)", FieldChange("env", None, None)),
        )
    if any(found[2] == asked[1] for found in lines):
        return None
    return from_pod(
        sick,
        "probe-port",
        f"{sick.container} fails its {kind} probe",
        f"its {kind} probe asks port {asked[1]}, but the program says that it listens on {port}",
        evidence=(*_probe_evidence(sick, kind), Evidence("log", sick.pod.ref, quote(lines[-1].string))),
        fix=patch(
            sick,
            f"Use port {port}, or let the program listen on {asked[1]}",
            FieldChange(f"{kind}Probe.httpGet.port", asked[1], port),
        ),
    )


def startup_probe(sick: Sick) -> Finding | None:
    """Killed before it has started."""
    if sick.broken is None or not killed_by(sick, "startup"):
        return None
    probe = mapping(sick.broken.spec, "startupProbe")
    allowed = number(probe, "initialDelaySeconds") + (number(probe, "periodSeconds") or 10) * (
        number(probe, "failureThreshold") or 3
    )
    what, _ = _probe_target(sick, "startup")
    return from_pod(
        sick,
        "startup-probe",
        f"{sick.container} keeps being killed while it starts",
        f"its startup probe ({what}) allows {allowed} s, and the start takes longer: "
        f"{quote((_failures(sick, 'startup') or [''])[0])}",
        evidence=_probe_evidence(sick, "startup"),
        fix=patch(
            sick,
            "Allow more time for the start",
            FieldChange("startupProbe.failureThreshold", number(probe, "failureThreshold") or 3, 30),
        ),
    )


def _wrong_port(sick: Sick, kind: str, message: str) -> str:
    """The declared ports, when the probe asks one that is not among them and is refused."""
    if sick.broken is None or "refused" not in message:
        return ""
    declared = [one for one in items(sick.broken.spec, "ports") if one.get("containerPort")]
    known = {str(one.get("containerPort")) for one in declared} | {str(one.get("name")) for one in declared}
    _, port = _probe_target(sick, kind)
    return (
        ", ".join(str(one.get("containerPort")) for one in declared) if declared and port and port not in known else ""
    )


def liveness_probe(sick: Sick) -> Finding | None:
    """Killed because it does not answer its liveness probe."""
    if sick.broken is None or not killed_by(sick, "liveness"):
        return None
    message = (_failures(sick, "liveness") or [""])[0]
    what, port = _probe_target(sick, "liveness")
    declared = _wrong_port(sick, "liveness", message)
    if declared:
        return _port_finding(sick, "liveness", port, declared)
    early = _listens_elsewhere(sick, "liveness") or _begins_early(sick)
    if early is not None:
        return early
    return from_pod(
        sick,
        "liveness-probe",
        f"{sick.container} keeps being killed by its liveness probe",
        f"its liveness probe ({what}) fails: {_why(message)}",
        evidence=(*_probe_evidence(sick, "liveness"), *sick.event_evidence("Killing")),
        fix=patch(sick, "Correct the liveness probe", FieldChange("livenessProbe", what, None)),
    )


def _begins_early(sick: Sick) -> Finding | None:
    """A probe that kills each run as soon as it may, before the program has ever answered."""
    assert sick.broken is not None
    probe = mapping(sick.broken.spec, "livenessProbe")
    message = (_failures(sick, "liveness") or [""])[0]
    began, ended = (seconds(text(sick.broken.ended, key)) for key in ("startedAt", "finishedAt"))
    if mapping(sick.broken.spec, "startupProbe") or "refused" not in message or began is None or ended is None:
        return None
    delay = number(probe, "initialDelaySeconds")
    allowed = delay + (number(probe, "periodSeconds") or 10) * (number(probe, "failureThreshold") or 3)
    if not 0 < ended - began <= allowed + GRACE_SECONDS or not sick.log or "listening" in sick.log.lower():
        return None
    what, _ = _probe_target(sick, "liveness")
    return from_pod(
        sick,
        "liveness-probe",
        f"{sick.container} keeps being killed by its liveness probe",
        f"its liveness probe ({what}) begins after a delay of {delay} s and kills it after {allowed} s, before it "
        f"answers for the first time: {_why(message)}",
        evidence=(*_probe_evidence(sick, "liveness"), *sick.event_evidence("Killing")),
        fix=patch(
            sick,
            "Give the start its own time with a startupProbe",
            FieldChange("startupProbe.failureThreshold", None, 30),
        ),
    )


def _port_finding(sick: Sick, kind: str, port: str, declared: str) -> Finding:
    only = declared if "," not in declared else None
    return from_pod(
        sick,
        "probe-port",
        f"{sick.container} fails its {kind} probe",
        f"its {kind} probe asks port {port}, but the container listens on {declared}",
        evidence=_probe_evidence(sick, kind),
        fix=patch(sick, f"Let the probe ask port {declared}", FieldChange(f"{kind}Probe.httpGet.port", port, only)),
    )


def _why(message: str) -> str:
    status = _STATUS.search(message)
    words = message.partition(": ")[2] or message
    if status:
        known = {
            "404": " (the path does not exist)",
            "401": " (it asks for a login)",
            "403": " (it is refused)",
            "503": " (the program says that it is not ready)",
        }
        return f"HTTP {status[1]}{known.get(status[1], '')}"
    return f"timeout: {quote(words)}" if _SLOW.search(words) else quote(words)


def readiness_probe(sick: Sick) -> Finding | None:
    """Runs, and does not answer its readiness probe."""
    failures = _failures(sick, "readiness")
    if sick.broken is None or sick.broken.ready or sick.broken.reason == "CrashLoopBackOff":
        return None
    what, port = _probe_target(sick, "readiness")
    if not failures:
        return _not_answered(sick, what)
    declared = _wrong_port(sick, "readiness", failures[0])
    if declared:
        return _port_finding(sick, "readiness", port, declared)
    elsewhere = _listens_elsewhere(sick, "readiness")
    if elsewhere is not None:
        return elsewhere
    return from_pod(
        sick,
        "readiness-probe",
        f"{sick.container} runs and is not ready",
        f"its readiness probe ({what}) fails: {_why(failures[0])}",
        evidence=_probe_evidence(sick, "readiness"),
        fix=patch(sick, "Correct the readiness probe", FieldChange("readinessProbe", what, None)),
    )


def _not_answered(sick: Sick, what: str) -> Finding | None:
    """It runs with a readiness probe, and is not ready: only the kubelet's event, which is over, would say why."""
    assert sick.broken is not None
    running = mapping(sick.broken.status, "state", "running")
    if not running or sick.broken.init or not mapping(sick.broken.spec, "readinessProbe") or len(sick.events) > 0:
        return None
    return from_pod(
        sick,
        "readiness-probe",
        f"{sick.container} runs and is not ready",
        f"its readiness probe ({what}) does not pass; the pod's events would show what it answers",
        fix=patch(sick, "Correct the readiness probe", FieldChange("readinessProbe", what, None)),
    )


RULES = (cpu_throttled, startup_probe, liveness_probe)
"""Of containers that are killed for it; one that merely is not ready comes later."""
