"""Text that PostgreSQL cannot store is the caller's mistake, not the service's."""

from __future__ import annotations

import httpx2
from fastapi import FastAPI

from hexaops.middleware import install_error_handlers
from hexaops.storage.database import Database
from hexaops.storage.tables import AutomationRow
from tests.serving import START


async def test_a_nul_character_is_refused_or_stored_but_never_an_error_of_ours(database: Database) -> None:
    app = FastAPI()
    install_error_handlers(app)

    @app.post("/")
    async def store() -> None:
        async with database.transaction() as session:
            session.add(AutomationRow(scope="a\x00b", enabled=True, changed_by="x", changed_at=START))

    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://test") as client:
        answer = await client.post("/")
    if database.is_sqlite:
        assert answer.status_code == 200
    else:
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "VALIDATION_FAILED")
