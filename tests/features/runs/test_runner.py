"""A database that goes away under a run: waited for, neither failing the operation nor leaving its target held."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError

from hexaops.features.runs.runner import OperationRunner
from hexaops.features.runs.store import OperationStore
from hexaops.kit.failpoints import Failpoints
from hexaops.storage.database import Database, DatabaseUnavailableError, translated
from hexaops.storage.tables import OperationRow
from tests.features.applications.world import InstantClock
from tests.serving import START


class Away(OperationStore):
    """Fails with these errors, one after the other, before it says that the operation has ended."""

    def __init__(self, *errors: Exception) -> None:
        super().__init__(Database("sqlite+aiosqlite:///never-opened.db"), clock=InstantClock(START))
        self.errors = [*errors]

    async def take_over(self, operation_id: str) -> OperationRow | None:  # as its base's
        """The next error, or nothing left to do."""
        with translated():  # as every read and write of the database
            if self.errors:
                raise self.errors.pop(0)
        return None


def runner(store: OperationStore) -> OperationRunner:
    nothing: Any = None
    return OperationRunner(store, nothing, nothing, InstantClock(START), Failpoints())


async def test_a_database_that_is_away_is_waited_for() -> None:
    store = Away(
        OperationalError("x", {}, Exception()), InterfaceError("x", {}, Exception()), DatabaseUnavailableError("x")
    )
    await runner(store).run("action_x")
    assert store.errors == []


async def test_what_waiting_does_not_mend_is_raised() -> None:
    with pytest.raises(IntegrityError):
        await runner(Away(IntegrityError("x", {}, Exception()))).run("action_x")
