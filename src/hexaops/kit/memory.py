"""The process's memory: what the garbage collector and the C library keep of it."""

from __future__ import annotations

import ctypes
import gc

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
    """Exempt what is held now from garbage collection, and return freed memory to the system where glibc can.

    Call once, after the first fill of the caches. Nothing is collected first: that takes 0.15 s of the start to find
    a thousand objects of garbage among 300,000.
    """
    gc.freeze()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def collect_seldom() -> None:
    """Have the garbage collector run after so many allocations that it does not show in requests."""
    gc.set_threshold(YOUNG_OBJECTS, 20, 20)
