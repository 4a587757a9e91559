"""The route of diagnostic bundles."""

from __future__ import annotations

import gzip
from typing import Annotated

import msgspec
from fastapi import Path
from msgspec import Struct

from hexaops.errors import NotFoundError
from hexaops.features.access.caller import AnyCaller, Caller
from hexaops.features.diagnostics.views import BundleView
from hexaops.features.diagnostics.work import KEPT
from hexaops.features.routing import WORKSPACE, Entry, user
from hexaops.kit.clock import Clock
from hexaops.provide import provided
from hexaops.responses import Data, refuses
from hexaops.storage.database import Database
from hexaops.storage.tables import DiagnosticBundleRow


class BundleNotFoundError(NotFoundError):
    """No such bundle in this workspace, or it was removed after 7 days."""

    code = "BUNDLE_NOT_FOUND"


class Bundles(Struct, frozen=True):
    """One for the process."""

    database: Database
    clock: Clock

    async def get(self, caller: Caller, action_id: str) -> BundleView:
        """A bundle of the caller's workspace; the next one that is made removes those that are too old."""
        async with self.database.reading() as session:
            row = await session.get(DiagnosticBundleRow, action_id)
        if row is None or row.workspace_id != caller.get_workspace().id or row.created_at < self.clock.now() - KEPT:
            raise BundleNotFoundError("Bundle not found")
        return msgspec.json.decode(gzip.decompress(row.document), type=BundleView)


@refuses(BundleNotFoundError)
async def get_bundle(
    caller: AnyCaller,
    bundles: Annotated[Bundles, provided(Bundles)],
    action_id: Annotated[str, Path(max_length=64)],
) -> Data[BundleView]:
    """The bundle that a `collect_diagnostics` action made."""
    return Data(await bundles.get(caller, action_id))


ROUTES = (Entry("GET", f"{WORKSPACE}/aiops/diagnostics/{{action_id}}", get_bundle, user("read_logs")),)
