"""A writer with a known fault: it records its intent after the call. The suite must find it out."""

from __future__ import annotations

from hexaops.features.changes.writes import GuardedWriter, NumberedWrite
from hexaops.storage.tables import OperationRow, WriteIntentRow


class LateIntentWriter(GuardedWriter):
    """Sends first and writes down later, as a naive retry does."""

    async def write(self, operation: OperationRow, numbered: NumberedWrite) -> WriteIntentRow:
        """As the guarded one, in the wrong order and without reading back."""
        earlier = await self.find_intent(operation, numbered.seq, numbered.purpose)
        if earlier is not None and earlier.finished_at is not None:
            return earlier
        target = numbered.write.target
        live = await self.read(operation.cluster_id, target)
        await self.send(operation, numbered, live)
        intent = await self.record_intent(operation, numbered, live)
        after = await self.read(operation.cluster_id, target)
        return await self.record_outcome(operation, intent, "applied", after)
