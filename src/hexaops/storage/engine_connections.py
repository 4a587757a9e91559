"""The durable engine's connections to SQLite, which take turns with ours.

The engine writes by `sqlite3` from threads of its own, and lets that module begin a transaction before the first
statement that writes. That statement waits for the turn here; the end of the transaction gives it back.
"""

from __future__ import annotations

import re
import sqlite3
from typing import Any

from hexaops.storage.turns import Turns

ENGINE_SECONDS = 30.0
"""How long a statement of the engine waits for its turn: as long as the engine has SQLite wait for the file."""
_WRITES = re.compile(r"\s*(?:insert|update|delete|replace|begin\s+(?:immediate|exclusive))\b", re.IGNORECASE)


def factory(turns: Turns) -> type[TurnTaking]:
    """For `sqlite3.connect`: the class of its connections."""

    class Connection(TurnTaking):
        """Takes these turns."""

        _turns = turns

    return Connection


class TurnTaking(sqlite3.Connection):
    """A connection that has the turn while a transaction of its is open."""

    _turns: Turns
    _has_turn = False

    def cursor(self, _factory: object = None) -> sqlite3.Cursor:  # type: ignore[override] # nobody asks for another
        """A cursor whose writing statements wait for the turn."""
        return super().cursor(_TurnTakingCursor)

    def execute(self, statement: str, parameters: Any = ()) -> sqlite3.Cursor:
        """As a cursor of its does: the module's own shortcut would make a plain one."""
        return self.cursor().execute(statement, parameters)

    def executemany(self, statement: str, parameters: Any) -> sqlite3.Cursor:
        """As `execute`."""
        return self.cursor().executemany(statement, parameters)

    def commit(self) -> None:
        """Commit, and give the turn back."""
        try:
            super().commit()
        finally:
            self.end_turn()

    def rollback(self) -> None:
        """Roll back, and give the turn back."""
        try:
            super().rollback()
        finally:
            self.end_turn()

    def close(self) -> None:
        """Close, which rolls back whatever is open."""
        super().close()
        self._give_back()

    def __del__(self) -> None:
        """A connection that is dropped ends its transaction too."""
        self._give_back()

    def take_turn(self, statement: str) -> None:
        """Wait for the turn if the statement begins a transaction that writes; raises OperationalError like SQLite."""
        if self._has_turn or self.in_transaction or not _WRITES.match(statement):
            return
        self._has_turn = self._turns.take(ENGINE_SECONDS)
        if not self._has_turn:
            message = "database is locked"
            raise sqlite3.OperationalError(message)

    def end_turn(self) -> None:
        """Give the turn back, unless a transaction is open."""
        if self._has_turn and not self.in_transaction:
            self._give_back()

    def _give_back(self) -> None:
        if self._has_turn:
            self._has_turn = False
            self._turns.give_back()


class _TurnTakingCursor(sqlite3.Cursor):
    connection: TurnTaking

    def execute(self, statement: str, parameters: Any = ()) -> sqlite3.Cursor:  # type: ignore[override]
        self.connection.take_turn(statement)
        try:
            return super().execute(statement, parameters)
        finally:
            self.connection.end_turn()

    def executemany(self, statement: str, parameters: Any) -> sqlite3.Cursor:  # type: ignore[override]
        self.connection.take_turn(statement)
        try:
            return super().executemany(statement, parameters)
        finally:
            self.connection.end_turn()
