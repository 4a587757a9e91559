"""No new connections for a listening socket, while those that the kernel has accepted can still be taken from it.

Closing the socket resets whoever has connected since the last `accept`. A filter that drops SYN segments first leaves
nobody in between: their kernel tries again after a second, and finds the port closed.
https://www.kernel.org/doc/Documentation/networking/filter.txt
"""

from __future__ import annotations

import contextlib
import ctypes
import socket
import struct
import sys

SO_ATTACH_FILTER = 26
_FLAGS, _SYN = 13, 0x02
_PROGRAM = b"".join(
    struct.pack("=HBBI", *instruction)
    for instruction in (
        (0x30, 0, 0, _FLAGS),  # load the byte of the TCP header's flags
        (0x45, 0, 1, _SYN),  # is SYN among them?
        (0x06, 0, 0, 0),  # drop
        (0x06, 0, 0, 0xFFFFFFFF),  # keep
    )
)


def refuse_new(listener: socket.socket) -> None:
    """Let nobody else connect to a TCP listener; where the system has no such filter, nothing changes."""
    if not sys.platform.startswith("linux"):
        return
    program = ctypes.create_string_buffer(_PROGRAM, len(_PROGRAM))
    described = struct.pack("@HP", len(_PROGRAM) // 8, ctypes.addressof(program))
    with contextlib.suppress(OSError):
        listener.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, described)
