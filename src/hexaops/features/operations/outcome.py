"""What operations that make changes have in common: what a step leaves, the last look, and stopping."""

from __future__ import annotations

import msgspec

from hexaops.analysis.applications.status import counted
from hexaops.features.changes.parts import CarriedOut, PlannedParts
from hexaops.features.operations.views import AWAITING
from hexaops.features.runs.errors import NotVerifiedError
from hexaops.features.runs.work import Found, Run, Undone

ACTED = "acted"
"""Key under which a step leaves what became of its changes."""


def found_of(carried: CarriedOut, affected: int) -> Found:
    """What a step that has made changes leaves for the next ones and the result."""
    made = msgspec.to_builtins(carried)
    details = {
        "operations": made["made"],
        "awaiting_confirmation": made["awaiting"],
        "refused": made["refused"],
        "resources_affected": affected,
    }
    return {"summary": carried.summary, ACTED: made, AWAITING: made["awaiting"], "details": details}


def acted(run: Run, step: str) -> CarriedOut:
    """What became of the changes of a step that has ended."""
    return msgspec.convert(run.found[step][ACTED], CarriedOut)


def none_failed(carried: CarriedOut) -> Found:
    """Each part has verified its own change; raises NotVerifiedError when one did not succeed."""
    failed = [part for part in carried.made if part.status != "completed"]
    if failed:
        why = "; ".join(f"{part.operation_id}: {part.error or part.status}" for part in failed)
        raise NotVerifiedError(f"{len(failed)} of {len(carried.made)} parts did not succeed: {why}")
    return {"summary": f"{counted(len(carried.made), 'change')} verified" if carried.made else "nothing to verify"}


async def stopped(parts: PlannedParts, run: Run) -> Undone:
    """Stop the parts that are under way; completed ones stay and are named."""
    ended = await parts.stop(run.operation.id)
    kept = [part.id for part in ended if part.status == "completed"]
    if not kept:
        return Undone(rolled_back=True, note="Nothing was changed, or all of it was put back")
    return Undone(rolled_back=False, note=f"Completed parts stay: {', '.join(kept)}")
