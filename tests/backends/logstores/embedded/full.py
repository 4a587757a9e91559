"""A process on a disk that fills up: it stores numbered batches until that fails, asks for what is stored, and says so.

`python -m tests.backends.logstores.embedded.full FOLDER BYTES`: no file of the process can grow beyond so many bytes.
Prints the number of the last batch that was acknowledged, how many failed afterwards, and how many lines are found.
"""

from __future__ import annotations

import asyncio
import resource
import signal
import sys
from pathlib import Path

from hexaops.backends.logstores.base import LogStoreError
from hexaops.kit.timeout import Timeout
from tests.backends.logstores.cases import HOUR_US, NOON_US, query
from tests.backends.logstores.embedded.child import batch, open_store

FAILURES = 5


async def store_until_full(folder: Path, most_bytes: int) -> None:
    """Without the signal, a write beyond the limit is an error like that of a full disk."""
    store = open_store(folder)
    await store.ensure_open()
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))
    last, failed = -1, 0
    while failed < FAILURES:
        try:
            await store.append(batch(last + 1), digest=(last + 1).to_bytes(16, "big"))
        except LogStoreError:
            failed += 1
        else:
            last += 1
    around = query(start_us=NOON_US - 48 * HOUR_US, end_us=NOON_US + 48 * HOUR_US, limit=1)
    found = await store.query(around, Timeout(60))
    sys.stdout.write(f"{last} {failed} {found.total} {len(found.limits)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(store_until_full(Path(sys.argv[1]), int(sys.argv[2])))
