"""What a program's settings say that it talks to: the Services that its environment names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hexaops.analysis.diagnosis.objects import Obj, Raw, items, mapping, text
from hexaops.analysis.diagnosis.pods import Sick, is_ready
from hexaops.analysis.diagnosis.rules.naming import behind, service_named

_SETTING = re.compile(r"(?i)host|ur[li]|addr|server|endpoint|dsn|broker|bootstrap|upstream|connect|peer|seed|nodes")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}\.)*[A-Za-z0-9-]{0,62}")
_SINGLE = re.compile(r"(?:://(?:[^\s/@]{0,100}@)?|^|,)([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)(?::\d{2,5})?(?=[/?,]|$)")
"""A name without a domain where a host stands: a Service of the pod's own namespace, if it is any."""


def services_of_settings(sick: Sick) -> list[Obj]:
    """The Services that the container's variables name."""
    found = {}
    for value in _settings(sick):
        for host in _HOST.findall(value)[:8]:
            service = service_named(sick, host)
            if service is not None and not set(behind(sick, service)) & set(sick.refs):
                found[service.ref] = service
    return list(found.values())


def unserved_of_settings(sick: Sick) -> Obj | None:
    """The Service that its settings name and that has no ready pod, where that is one only."""
    found = []
    for one in services_of_settings(sick):
        wanted = one.mapping("spec", "selector")
        if wanted and not any(is_ready(pod) for pod in sick.snapshot.selected(one.namespace, wanted)):
            found.append(one)
    return found[0] if len(found) == 1 else None


def unknown_of_settings(sick: Sick) -> str:
    """The host that its settings name and that is no Service here, where that is one only and others are known."""
    if not sick.snapshot.has("Service"):
        return ""
    names = {found[1] for value in _settings(sick) for found in _SINGLE.finditer(value)} - {"localhost"}
    unknown = [name for name in names if not name.isdigit() and service_named(sick, name) is None]
    return unknown[0] if len(unknown) == 1 else ""


def _settings(sick: Sick) -> Iterator[str]:
    """Values of variables that name another program, given in the container or by ConfigMaps."""
    spec: Raw = sick.broken.spec if sick.broken else {}
    for entry in items(spec, "env"):
        if _SETTING.search(text(entry, "name")):
            yield text(entry, "value")
    for entry in items(spec, "envFrom"):
        name = text(entry, "configMapRef", "name")
        holder = sick.snapshot.find("ConfigMap", sick.pod.namespace, name)
        for key, value in mapping(holder.raw, "data").items() if holder else ():
            if _SETTING.search(key) and isinstance(value, str):
                yield value[:500]
