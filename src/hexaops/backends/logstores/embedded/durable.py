"""Files that are there as a whole or not at all, also after a power cut."""

from __future__ import annotations

import os
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Write a file beside its place, flush it, move it there, flush the folder."""
    draft = path.with_name(f".{path.name}.draft")
    with draft.open("wb") as output:
        output.write(content)
        output.flush()
        os.fsync(output.fileno())
    draft.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the folder's entries durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
