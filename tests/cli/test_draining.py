"""A listener that takes nobody new keeps who has connected."""

from __future__ import annotations

import socket
import sys

import pytest

from hexaops.cli.draining import refuse_new


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the filter is Linux's")
def test_nobody_new_connects_and_who_has_connected_is_served() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = listener.getsockname()
        with socket.create_connection(address) as early:
            refuse_new(listener)
            with pytest.raises(TimeoutError):
                socket.create_connection(address, timeout=0.3)
            early.sendall(b"asked")
            taken, _ = listener.accept()
            with taken:
                assert taken.recv(5) == b"asked"
                taken.sendall(b"told")
                assert early.recv(4) == b"told"
