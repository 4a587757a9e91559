"""Tests a cluster: whether it answers, under which identities, and what they may read and change."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from msgspec import Struct, field

from hexaops.backends.kubernetes.answers import Right
from hexaops.backends.kubernetes.client import KubernetesClient
from hexaops.backends.kubernetes.cluster import Cluster
from hexaops.backends.kubernetes.errors import KubernetesError
from hexaops.kit.clock import Clock
from hexaops.kit.timeout import Timeout

PROBE_SECONDS = 10.0
CHANGES = Right(verb="patch", group="apps", resource="deployments")
"""A proxy for the rights that changes need."""


class Probe(Struct, frozen=True):
    """What was found."""

    reachable: bool
    reason: str | None = None
    """Why it is not reachable."""
    version: str | None = None
    reader: str | None = None
    """User name of the reading identity; None if the cluster cannot tell."""
    writer: str | None = None
    unreadable: Mapping[str, str] = field(default_factory=dict)
    """Watched kinds that cannot be listed, and why."""
    may_change: bool | None = None
    """Whether the writing identity may patch Deployments in every namespace; None where the cluster does not tell."""
    took_ms: float | None = None


async def probe(cluster: Cluster, clock: Clock) -> Probe:
    """Query the cluster now, bypassing the watch cache; changes nothing."""
    timeout = Timeout(PROBE_SECONDS, clock)
    try:
        version = await cluster.reader.server_version(timeout=timeout)
    except KubernetesError as error:
        return Probe(reachable=False, reason=error.message, took_ms=_ms(timeout))
    kinds = cluster.cache.kinds
    reasons = await asyncio.gather(*(_refusal(cluster.reader, kind, timeout) for kind in kinds))
    return Probe(
        reachable=True,
        version=f"{version.major}.{version.minor}",
        reader=await _user(cluster.reader, timeout),
        writer=await _user(cluster.writer, timeout),
        unreadable={kind: reason for kind, reason in zip(kinds, reasons, strict=True) if reason},
        may_change=await _may_change(cluster.writer, timeout),
        took_ms=_ms(timeout),
    )


async def _user(client: KubernetesClient, timeout: Timeout) -> str | None:
    try:
        found = await client.whoami(timeout=timeout)
    except KubernetesError:  # not every cluster lets everybody ask; it says nothing of the rest
        return None
    return found.username if found else None


async def _may_change(client: KubernetesClient, timeout: Timeout) -> bool | None:
    try:
        return (await client.subject_access_review(CHANGES, timeout=timeout)).allowed
    except KubernetesError:
        return None


async def _refusal(client: KubernetesClient, kind: str, timeout: Timeout) -> str | None:
    try:
        await client.list_page(kind, limit=1, timeout=timeout)
    except KubernetesError as error:
        return error.message
    return None


def _ms(timeout: Timeout) -> float:
    return round(timeout.elapsed() * 1000, 1)
