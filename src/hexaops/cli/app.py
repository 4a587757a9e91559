"""Where `hexaops` begins: a service starts without the other commands, which it would hold as long as it runs."""

from __future__ import annotations

import os
import sys

from hexaops.cli.failures import CliError, report
from hexaops.cli.options import hoist
from hexaops.cli.serve import app as service


def main(arguments: list[str] | None = None) -> None:
    """Run one command line and end the process with its exit code."""
    given = hoist(sys.argv[1:] if arguments is None else arguments)
    try:
        if given[:1] == ["serve"]:
            service(args=given[1:], prog_name="hexaops serve")
        else:
            from hexaops.cli.commands import app  # noqa: PLC0415 # see above

            app(args=given, prog_name="hexaops")
    except CliError as error:
        report(error, as_json="--json" in given)
        sys.exit(error.exit_code)
    except BrokenPipeError:  # the reader closed the pipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
