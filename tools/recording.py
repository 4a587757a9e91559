"""Writes `docs/images/cli.svg`: a short recording of the command line, from a real run against the default scenario.

`python -m tools.recording` starts the service with its simulator, runs the commands in a terminal of their own, answers
the prompt, and draws what the terminal showed (`tools/terminal_svg.py`). What is typed is typed evenly; pauses are
shortened; nothing else is changed.
"""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Iterator
from pathlib import Path

from testenv.harness.console import embedded
from testenv.harness.service import PROGRAM
from tools.terminal_svg import COLUMNS, ROWS, Chunk, draw

PICTURE = Path(__file__).parents[1] / "docs" / "images" / "cli.svg"
TITLE = "hexaops on the command line: what is wrong, a plan, its steps, healthy again"
COMMANDS = (["apps"], ["ask", "What is wrong with database-app?"], ["apps", "--project", "data"])
PROMPT, ANSWER = "[y/N] ", "y\n"
KEY_SECONDS, READ_SECONDS, WARM_UP_SECONDS, DEADLINE_SECONDS = 0.05, 1.2, 25.0, 60.0


def record(home: Path) -> Iterator[Chunk]:
    """What a terminal shows of the commands, against the service of this home."""
    now = 0.0
    for command in COMMANDS:
        yield Chunk(now, "\x1b[36m$ \x1b[1m")
        words = " ".join(["hexaops", *(f'"{word}"' if " " in word else word for word in command)])
        for key in words:
            now += KEY_SECONDS
            yield Chunk(now, key)
        now += READ_SECONDS / 2
        yield Chunk(now, "\x1b[0m\r\n")
        for at, text in _run(home, command):
            yield Chunk(now + at, text)
            ended = now + at
        now = ended + READ_SECONDS
        yield Chunk(now, "\r\n")


def _run(home: Path, command: list[str]) -> Iterator[tuple[float, str]]:
    """The command's output, by seconds since its first."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    environment = {**os.environ, "HEXAOPS_HOME": str(home), "TERM": "xterm-256color", "COLUMNS": str(COLUMNS)}
    process = subprocess.Popen([str(PROGRAM), *command], stdin=theirs, stdout=theirs, stderr=theirs, env=environment)  # noqa: S603 # ours
    os.close(theirs)
    decoder, first, delay = codecs.getincrementaldecoder("utf-8")(), 0.0, 0.0
    try:
        while (text := _read(ours, decoder)) is not None:
            first = first or time.monotonic()
            yield time.monotonic() - first + delay, text
            if text.endswith(PROMPT):
                delay += READ_SECONDS  # somebody reads the plan
                os.write(ours, ANSWER.encode())
    finally:
        os.close(ours)
        if process.wait(DEADLINE_SECONDS):
            message = f"{command} ended with {process.returncode}"
            raise RuntimeError(message)


def _read(terminal: int, decoder: codecs.IncrementalDecoder) -> str | None:
    """What comes next; None at the end."""
    readable, _, _ = select.select([terminal], [], [], DEADLINE_SECONDS)
    if not readable:
        message = "the command neither writes nor ends"
        raise RuntimeError(message)
    try:
        return decoder.decode(os.read(terminal, 65536))
    except OSError:  # Linux says so when the other end is closed
        return None


def main() -> int:
    """Record and write the picture."""
    with tempfile.TemporaryDirectory(prefix="hexaops-recording-") as folder:
        home = Path(folder) / "home"
        with embedded(home, "--speed", "5"):
            time.sleep(WARM_UP_SECONDS)
            picture = draw(record(home), title=TITLE)
    PICTURE.write_text(picture, encoding="utf-8")
    print(f"{PICTURE}: {len(picture):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
