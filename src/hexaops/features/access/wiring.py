"""Builds what every guarded route needs: who calls, where they may enter, what is counted and recorded."""

from __future__ import annotations

import ipaddress

from hexaops.config import Settings
from hexaops.features.access.accounts import ServiceAccounts
from hexaops.features.access.authorize import Authorizer
from hexaops.features.access.gate import Authentication, Gate
from hexaops.features.access.idempotency import IdempotencyService
from hexaops.features.access.idempotency_store import PURGE_SECONDS, ClaimMarker, IdempotencyStore
from hexaops.features.access.peers import Trust
from hexaops.features.access.rates import RateLimits
from hexaops.features.access.request_log import RequestLog
from hexaops.features.access.service_tokens import ServiceTokens
from hexaops.features.access.shared_rates import PURGE_SECONDS as PURGE_WINDOWS_SECONDS
from hexaops.features.access.shared_rates import SharedWindows
from hexaops.features.access.tenancy import Tenancy
from hexaops.features.access.trust import (
    find_identity_provider,
    find_local_issuer,
    find_session_issuer,
    open_identity_provider,
)
from hexaops.features.access.user_tokens import UserTokens
from hexaops.features.audit.log import AuditLog
from hexaops.kit.background import Periodic
from hexaops.kit.paging import CursorSigner
from hexaops.process import Process


def wire(process: Process, tenancy: Tenancy) -> None:
    """Offer the gate and its parts; `tenancy` knows the workspaces and their members."""
    settings, database, clock, provider = process.settings, process.database, process.clock, process.provider
    audit = provider.get(AuditLog)
    authorizer = Authorizer(tenancy)
    accounts = ServiceAccounts(database, audit=audit, clock=clock, redactor=process.redactor)
    cursors = CursorSigner(lambda: process.key.derive("cursors"))
    limits = RateLimits(settings, clock=clock, shared=_shared_windows(process))
    for service in (authorizer, accounts, cursors, limits):
        provider.add(service)
    gate = Gate(
        _authentication(process),
        authorizer,
        limits=limits,
        idempotency=IdempotencyService(_idempotency(process)),
        log=RequestLog(audit, database),
    )
    provider.add(gate)


def _shared_windows(process: Process) -> SharedWindows | None:
    """Windows of all replicas; None on SQLite, which has one process."""
    if process.database.is_sqlite:
        return None
    windows = SharedWindows(process.database, clock=process.clock)
    process.background.add(Periodic("rate-windows-purge", windows.purge, PURGE_WINDOWS_SECONDS))
    return windows


def _authentication(process: Process) -> Authentication:
    settings, clock, provider = process.settings, process.clock, process.provider
    client = open_identity_provider(settings)
    if client is not None:
        process.closing.append(client.aclose)
    local = find_local_issuer(settings, clock=clock)
    outside = find_identity_provider(settings, clock=clock, client=client)
    sessions = find_session_issuer(settings, process.key, clock=clock)
    for found in (local, outside, sessions):
        if found is not None:
            provider.add(found)
    issuers = [one.issuer() for one in (local, sessions) if one] + ([outside.issuer] if outside else [])
    services = ServiceTokens(process.database, clock=clock)
    provider.add(services)
    return Authentication(UserTokens(issuers, clock=clock), services, _trust(settings))


def _idempotency(process: Process) -> IdempotencyStore:
    marker = ClaimMarker()
    process.database.before_commit = marker.mark  # every commit binds its effects to the request's key
    store = IdempotencyStore(process.database, process.engine, marker, clock=process.clock)
    process.provider.add(marker)
    process.provider.add(store)
    process.background.add(Periodic("idempotency-purge", store.purge, PURGE_SECONDS))
    return store


def _trust(settings: Settings) -> Trust:
    networks = [ipaddress.ip_network(one) for one in settings.internal_allowed_networks]
    return Trust(settings.trusted_proxies, networks, settings.tls_client_ca is not None)
