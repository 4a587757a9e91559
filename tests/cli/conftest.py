"""A served embedded default for the commands to talk to, and one line to run a command with."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hexaops.cli.app import main
from tests.contract.serving import Served, serving


@dataclass(frozen=True)
class Done:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """The output read as JSON."""
        return json.loads(self.out)


Run = Callable[..., Done]


@pytest.fixture(scope="package")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The service with its simulator in quick time."""
    home = tmp_path_factory.mktemp("cli") / "home"
    settings = {"HEXAOPS_VERIFY_STABLE_SECONDS": "0.5", "HEXAOPS_CHANGES_PER_WORKSPACE": "100",
                "HEXAOPS_CHANGES_PER_CLUSTER": "100"}  # fmt: skip
    with serving(home, "--speed", "10", settings=settings) as service:
        yield service


@pytest.fixture
def bare(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process, with no home of its own."""

    def run(*arguments: str) -> Done:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        code = ended.value.code
        printed = capsys.readouterr()
        return Done(int(code or 0), printed.out, printed.err)

    return run


@pytest.fixture
def hexaops(bare: Run, served: Served) -> Run:
    """Run a command in this process against the served embedded default."""
    return lambda *arguments: bare("--home", str(served.home), *arguments)


@pytest.fixture
def piped(served: Served) -> Callable[..., Done]:
    """Run a command as a process of its own, with its standard input."""

    def run(*arguments: str, lines: str) -> Done:
        program = Path(sys.executable).with_name("hexaops")
        done = subprocess.run(
            [program, "--home", str(served.home), *arguments],
            input=lines, capture_output=True, text=True, timeout=90, check=False,
        )  # fmt: skip
        return Done(done.returncode, done.stdout, done.stderr)

    return run
