"""From what was said to the number of replicas that is wanted, given how many there are."""

from __future__ import annotations

from hexaops.assistant.understanding.model import Parameters


def wanted_replicas(said: Parameters, current: int) -> int | None:
    """The absolute number that is meant, 0 at least; None where it does not fit what is there now: ask again.

    It does not fit when "from 3 to 5" was said and it is not 3 now, when "down to 8" would go up, or when "5 fewer"
    would leave none.
    A factor that gives no whole number is asked about too.
    """
    if said.replicas is not None:
        wanted = float(said.replicas)
    elif said.replicas_delta is not None:
        wanted = float(current + said.replicas_delta)
    elif said.replicas_factor is not None:
        wanted = round(current * said.replicas_factor, 4)
    else:
        return None
    wrong_way = (said.direction == "up" and wanted < current) or (said.direction == "down" and wanted > current)
    leaves_none = wanted < 1 and said.replicas is None
    if wrong_way or leaves_none or wanted < 0 or wanted != int(wanted) or said.replicas_from not in (None, current):
        return None
    return int(wanted)
