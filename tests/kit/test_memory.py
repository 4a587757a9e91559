"""glibc's allocator gives large blocks back however large the blocks freed before were."""

from __future__ import annotations

import ctypes
import subprocess
import sys

import pytest

SCRIPT = """
import ctypes
from hexaops.kit.memory import LARGE_BYTES, bound_allocator

class Info(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in "arena ordblks smblks hblks hblkhd u f uordblks fordblks k".split()]

c = ctypes.CDLL(None)
c.mallinfo2.restype = Info
c.malloc.restype, c.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
{bound}
c.free(c.malloc(8 * LARGE_BYTES))  # by default, the size from which blocks are mapped one by one becomes this
before = c.mallinfo2().hblks
c.malloc(2 * LARGE_BYTES)
print(c.mallinfo2().hblks - before)
"""


def _mapped(bound: str) -> int:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(bound=bound)], capture_output=True, check=True, text=True
    )
    return int(done.stdout)


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallinfo2"), reason="needs glibc 2.33")
def test_a_large_block_is_mapped_after_a_larger_one_was_freed() -> None:
    assert _mapped("") == 0
    assert _mapped("bound_allocator()") == 1
