"""A writer with a known fault: it records its intent after the call. The suite must find it out."""

from __future__ import annotations

from hexaops.features.changes.writes import GuardedWriter, Write
from hexaops.runbooks.model import LiveWorkload
from hexaops.storage.tables import OperationRow, WriteIntentRow


class LateIntentWriter(GuardedWriter):
    """Sends first and writes down later, as a naive retry does."""

    async def write(self, operation: OperationRow, write: Write) -> WriteIntentRow:
        """As the guarded one, in the wrong order and without reading back."""
        earlier = await self.find_intent(operation, write.purpose)
        if earlier is not None and earlier.finished_at is not None:
            return earlier
        live: LiveWorkload = await self.read(write.target)
        await self.send(write, live)
        intent = await self.record_intent(operation, write, live)
        return await self.record_outcome(operation, intent, "applied", await self.read(write.target))
