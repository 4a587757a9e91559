"""Secrets that an operator is to make from a store outside (External Secrets): why one is not there."""

from __future__ import annotations

import re

from msgspec import Struct

from hexaops.analysis.diagnosis.model import Ref
from hexaops.analysis.diagnosis.objects import Obj, text
from hexaops.analysis.diagnosis.pods import Sick
from hexaops.analysis.diagnosis.rules.making import quote
from hexaops.analysis.diagnosis.rules.naming import behind, service_named

_HOST = re.compile(r"https?://([A-Za-z0-9.-]{1,250})")


class Unmade(Struct, frozen=True):
    """Why an operator has not made a Secret."""

    words: str = ""
    by: Ref | None = None
    symptom_of: tuple[Ref, ...] = ()
    """The Service of the store's server, where it runs in the cluster, and what is behind it."""


def why_unmade(sick: Sick, secret: str) -> Unmade:
    """What the ExternalSecret of this name or target says, and its store; nothing where there is none."""
    made_by = next((one for one in sick.snapshot.of("ExternalSecret") if _makes(one, sick.pod.namespace, secret)), None)
    if made_by is None or made_by.condition("Ready").get("status") == "True":
        return Unmade()
    kind = made_by.text("spec", "secretStoreRef", "kind") or "SecretStore"
    home = "" if kind == "ClusterSecretStore" else made_by.namespace
    store = sick.snapshot.find(kind, home, made_by.text("spec", "secretStoreRef", "name"))
    said = (
        text(store.condition("Ready"), "message") if store and store.condition("Ready").get("status") != "True" else ""
    )
    warned = next((event.message for event in sick.snapshot.events(made_by.ref) if event.warning), "")
    why = quote(said or warned or text(made_by.condition("Ready"), "message"))
    hosts = _HOST.findall(f"{store.mapping('spec', 'provider') if store else ''} {said}")
    services = [one for host in dict.fromkeys(hosts) if (one := service_named(sick, host)) is not None]
    return Unmade(
        f"; {made_by.ref} has not made it{f': {why}' if why else ''}",
        made_by.ref,
        tuple(ref for one in services for ref in behind(sick, one)),
    )


def _makes(one: Obj, namespace: str, secret: str) -> bool:
    return one.namespace == namespace and (one.text("spec", "target", "name") or one.name) == secret
