"""What the process gives back: large blocks however large those freed before were, and code that only a start reads."""

from __future__ import annotations

import ctypes
import subprocess
import sys

import pytest

from hexaops.kit.memory import MAPPINGS, mappings

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


SMAPS = """\
7f00-7f10 r-xp 00000000 fe:00 1 /lib/libssl.so.3
Rss: 8 kB
Anonymous: 0 kB
VmFlags: rd ex mr mw me
7f10-7f20 r--p 00010000 fe:00 1 /lib/libssl.so.3
Rss: 8 kB
Anonymous: 4 kB
7f20-7f30 rw-p 00020000 fe:00 1 /lib/libssl.so.3
Rss: 8 kB
Anonymous: 0 kB
7f30-7f40 r--s 00000000 fe:00 2 /home/a folder.so/0 1.term
Rss: 8 kB
Anonymous: 0 kB
7f40-7f50 r--p 00000000 00:00 0
Rss: 0 kB
Anonymous: 0 kB
7f50-7f60 r--p 00000000 00:00 0 [vvar]
Rss: 0 kB
Anonymous: 0 kB
"""


def test_only_what_a_librarys_file_still_has_is_released() -> None:
    found = mappings(SMAPS.splitlines(keepends=True))
    assert [(one.start, one.end, one.file, one.is_library()) for one in found] == [
        (0x7F00, 0x7F10, "/lib/libssl.so.3", True),
        (0x7F10, 0x7F20, "/lib/libssl.so.3", False),
        (0x7F20, 0x7F30, "/lib/libssl.so.3", False),
        (0x7F30, 0x7F40, "/home/a folder.so/0 1.term", False),
        (0x7F40, 0x7F50, "", False),
        (0x7F50, 0x7F60, "[vvar]", False),
    ]


RELEASING = """
import decimal, hashlib, re, ssl
import numpy
from hexaops.kit.memory import MAPPINGS, mappings, release_library_pages

def resident():
    return {one.start for one in mappings(MAPPINGS.open()) if one.is_library() and one.resident}

def work():
    solved = numpy.linalg.solve(numpy.array([[2.0, 0.0], [0.0, 4.0]]), numpy.array([2.0, 8.0])).tolist()
    digest, ciphers = hashlib.sha256(b"x").hexdigest(), ssl.create_default_context().get_ciphers()
    return solved, digest, decimal.Decimal(1) / 3, len(ciphers)

before, worked = resident(), work()
release_library_pages()
after = resident()
assert work() == worked
print(len(before), len(after))
"""


@pytest.mark.skipif(not MAPPINGS.exists(), reason="needs Linux")
def test_libraries_work_after_their_code_was_released() -> None:
    done = subprocess.run([sys.executable, "-c", RELEASING], capture_output=True, check=True, text=True)
    before, after = map(int, done.stdout.split())
    assert after < before
