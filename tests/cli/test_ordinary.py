"""What is read without the parser ends where the parser says it ends, or is left to it."""

from __future__ import annotations

import random

import httptools
import pytest

from hexaops.cli.ordinary import read_ordinary

CHAT = b"POST /api/v1/workspaces/ws-1/aiops/chat HTTP/1.1\r\n"
HEADERS = b"Host: x\r\nauthorization: Bearer abc\r\nAccept: text/event-stream\r\nConnection: keep-alive\r\n"
PIECES = (
    b"\r\n", b"\n", b"\r", b" ", b"\t", b"\0", b":", b"x: y\r\n", b"%41", b"?q=1", b"HTTP/1.0",
    b"content-length: 3\r\n", b"Content-Length: +3\r\n", b"CONTENT-LENGTH:3\r\n", b"transfer-encoding: chunked\r\n",
    b"Transfer-Encoding : chunked\r\n", b"connection: close\r\n", b"expect: 100-continue\r\n", b"0\r\n\r\n",
    b"upgrade: websocket\r\n", b"\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n",
)  # fmt: skip


def test_scope_and_what_is_still_to_come_of_the_body() -> None:
    found = read_ordinary(CHAT + HEADERS + b"Content-Length: 5\r\n\r\n" + b"ab")
    assert found is not None
    scope, unread = found
    assert (scope["method"], scope["path"], unread) == ("POST", "/api/v1/workspaces/ws-1/aiops/chat", 3)
    assert dict(scope["headers"]) == {b"authorization": b"Bearer abc", b"accept": b"text/event-stream"}


def test_a_query_is_no_part_of_the_path() -> None:
    found = read_ordinary(b"GET /api/v1/workspaces?limit=5&q=%41 HTTP/1.1\r\nhost: x\r\n\r\n")
    assert found is not None
    assert (found[0]["path"], found[1]) == ("/api/v1/workspaces", 0)


@pytest.mark.parametrize(
    "data",
    [
        CHAT + HEADERS,
        CHAT + HEADERS + b"\r\nGET / HTTP/1.1\r\n\r\n",
        CHAT + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
        CHAT + b"Content-Length:3\r\n\r\nabc",
        CHAT + b"Content-Length: -3\r\n\r\nabc",
        CHAT + b"Content-Length: 1000000\r\n\r\nabc",
        CHAT + b"cOnTent-lEngth: 3\r\n\r\nabc",
        CHAT + b"transfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        CHAT + b"connection: close\r\n\r\n",
        CHAT + b"expect: 100-continue\r\n\r\n",
        CHAT + b"a: b\n\r\n\r\n",
        CHAT + b"a: b\r\n c\r\n\r\n",
        CHAT + b"a b: c\r\n\r\n",
        CHAT + b"a: \0\r\n\r\n",
        b"GET /a%2Fb HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.0\r\n\r\n",
        b"BREW / HTTP/1.1\r\n\r\n",
        b"\r\n\r\n",
    ],
)
def test_left_to_the_parser(data: bytes) -> None:
    assert read_ordinary(data) is None


class Ends:
    """Counts the messages that the parser finds whole."""

    whole = 0

    def on_message_complete(self) -> None:
        self.whole += 1


def wholes(data: bytes) -> int | None:
    """How many messages the parser finds in the bytes; None if it refuses them."""
    ends = Ends()
    try:
        httptools.HttpRequestParser(ends).feed_data(data)
    except httptools.HttpParserError:
        return None
    return ends.whole


def test_the_parser_agrees_where_it_ends() -> None:
    drawn, agreed = random.Random(7), 0
    for _ in range(20_000):
        data = bytearray(CHAT + HEADERS + drawn.choice([b"", b"content-length: 4\r\n"]) + b"\r\n")
        for _ in range(drawn.randint(0, 3)):
            at = drawn.randint(0, len(data))
            data[at : at + drawn.choice([0, 0, 1, 5])] = drawn.choice(PIECES)
        found = read_ordinary(bytes(data))
        if found is None:
            continue
        whole = wholes(bytes(data) + b"z" * found[1])
        short = wholes(bytes(data) + b"z" * (found[1] - 1)) if found[1] else 0
        assert (whole, short) in {(1, 0), (None, None), (None, 0)}, bytes(data)
        agreed += whole == 1
    assert agreed > 1_000
