"""What a message means only after what was said before, alone or beside words that tell why."""

from __future__ import annotations

from collections.abc import Sequence

from hexaops.assistant.understanding.agreeing import agreed_to
from hexaops.assistant.understanding.calling_off import called_off, taken_up_again
from hexaops.assistant.understanding.clauses import Clause, split_clauses
from hexaops.assistant.understanding.dialogue import answer_pending
from hexaops.assistant.understanding.following import carry_on
from hexaops.assistant.understanding.inventory import NameIndex
from hexaops.assistant.understanding.items import Item
from hexaops.assistant.understanding.mending import asks_to_fix
from hexaops.assistant.understanding.model import Dialogue, Understanding
from hexaops.assistant.understanding.outcome import asks_for_outcome
from hexaops.assistant.understanding.setting import last_frame
from hexaops.assistant.understanding.telling import core_of, leaves_open


def carried_on(clauses: list[Clause], dialogue: Dialogue, index: NameIndex) -> Understanding | None:
    """What only makes sense after what was said before."""
    if not clauses:
        return None
    return (
        asks_for_outcome(clauses, dialogue, index)
        or agreed_to(clauses, dialogue)
        or called_off(clauses, dialogue, index)
        or taken_up_again(clauses, dialogue, index)
        or asks_to_fix(clauses, dialogue, index)
        or carry_on(clauses, dialogue, index)
    )


def carried_beside(items: Sequence[Item], dialogue: Dialogue, index: NameIndex) -> Understanding | None:
    """The same of a message that also tells why: of what is left without that."""
    core = [*core_of(items)] if last_frame(dialogue) is not None else []
    if not core:
        return None
    meant = answer_pending(core, dialogue, index) or carried_on(split_clauses(core), dialogue, index)
    return None if meant is None or leaves_open(items, core, meant) else meant
