"""The process's memory: what the garbage collector, the C library and the libraries' files keep of it."""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
"""The parameters of glibc's mallopt(3)."""
LARGE_BYTES = 128 * 1024
"""glibc's initial threshold for mapping a block by itself; setting it keeps glibc from raising it to 32 MiB after the
first large block.
"""
KEPT_BYTES = 4 * 1024 * 1024
"""An arena may keep so much at its end. With glibc's initial 128 KiB it gave memory back and took it again with every
batch of log lines, at three times the page faults.
"""
ARENAS = 2
MADV_DONTNEED = 4
MAPPINGS = Path("/proc/self/smaps")
YOUNG_OBJECTS = 10_000
"""Allocations between garbage collections: at the default, 700, it ran several times per request."""


def bound_allocator() -> None:
    """Have the C library give freed memory back; call before threads start. Without glibc nothing happens.

    The log index allocates and frees megabytes on many threads. With glibc's defaults each thread keeps an arena full
    of holes: 320 MB after seven minutes of the default scenario where 194 MB are enough.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        for parameter, value in (
            (M_ARENA_MAX, ARENAS),
            (M_MMAP_THRESHOLD, LARGE_BYTES),
            (M_TRIM_THRESHOLD, KEPT_BYTES),
        ):
            mallopt(parameter, value)


def freeze_held_memory() -> None:
    """Exempt what is held now from garbage collection, and return freed memory to the system.

    Call once, after the first fill of the caches. Nothing is collected first: that takes 0.15 s of the start to find
    a thousand objects of garbage among 300,000.
    """
    gc.freeze()
    return_freed_memory()


def return_freed_memory() -> None:
    """Return to the system what the C library keeps of freed memory, between blocks in use too; about a millisecond."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


class Mapping(Struct):
    """A range of addresses, and what of it is in memory."""

    start: int
    end: int
    writable: bool
    file: str
    resident: bool = False
    own_pages: bool = False
    """Whether pages were written here, so that the file no longer has them."""

    def is_library(self) -> bool:
        """Whether it shows a library's file as it is; such a range stays where it is as long as the process runs."""
        return ".so" in self.file.rpartition("/")[2] and not self.writable and not self.own_pages


def release_library_pages() -> None:
    """Take libraries' code out of memory; what is used comes back from the system's cache of files. Linux only.

    Loading 150 libraries reads nearly all of their pages once, to resolve symbols and to initialize: 42 MB after a
    start, half of which the service never looks at again.
    """
    madvise = getattr(ctypes.CDLL(None), "madvise", None)
    if madvise is None or not MAPPINGS.exists():
        return
    madvise.argtypes = [ctypes.c_size_t, ctypes.c_size_t, ctypes.c_int]
    with suppress(OSError), MAPPINGS.open() as lines:
        for one in [one for one in mappings(lines) if one.is_library() and one.resident]:
            madvise(one.start, one.end - one.start, MADV_DONTNEED)  # a refusal costs only the memory


def mappings(lines: Iterable[str]) -> list[Mapping]:
    """From the form of `/proc/PID/smaps`: a line for each range, and lines of figures under it."""
    found: list[Mapping] = []
    for line in lines:
        name, *values = line.split(maxsplit=5)
        if not name.endswith(":"):
            start, end = (int(address, 16) for address in name.split("-"))
            found.append(Mapping(start, end, "w" in values[0], values[4].strip() if len(values) > 4 else ""))
        elif name == "Rss:":
            found[-1].resident = values[0] != "0"
        elif name == "Anonymous:":
            found[-1].own_pages = values[0] != "0"
    return found


def collect_seldom() -> None:
    """Have the garbage collector run after so many allocations that it does not show in requests."""
    gc.set_threshold(YOUNG_OBJECTS, 20, 20)
