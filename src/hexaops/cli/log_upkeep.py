"""`hexaops logs verify` and `hexaops logs repair`: the files of the home folder's log store."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec
import typer

from hexaops.cli.failures import CliError
from hexaops.cli.output import print_list, print_table

Upkeep = Literal["verify", "repair"]


def keep_up(home: Path, what: Upkeep, *, as_json: bool) -> None:
    """Print what a check finds, or what a repair did."""
    folder = home / "logs"
    if not folder.is_dir():
        raise CliError(f"There is no log store in {home}.", hint="Name the service's home folder: --home FOLDER")
    (_verify if what == "verify" else _repair)(folder, as_json)


def _verify(folder: Path, as_json: bool) -> None:
    from hexaops.backends.logstores.embedded.upkeep import verify  # noqa: PLC0415 # slow to import

    reports = verify(folder)
    if as_json:
        print_list([msgspec.to_builtins(one) for one in reports])
    else:
        rows = [(one.partition, one.lines, one.indexed, one.problem or "ok") for one in reports]
        print_table(("Partition", "Lines", "Indexed", "State"), rows)
    if any(one.problem for one in reports):
        raise CliError("Some partitions are damaged.", hint="Stop the service and run: hexaops logs repair")


def _repair(folder: Path, as_json: bool) -> None:
    from hexaops.backends.logstores.embedded.upkeep import StoreInUseError, repair  # noqa: PLC0415 # slow to import

    try:
        repairs = repair(folder)
    except StoreInUseError:
        raise CliError("The service is using the log store.", hint="Stop it first.") from None
    if as_json:
        print_list([msgspec.to_builtins(one) for one in repairs])
    elif not repairs:
        typer.echo("Nothing is damaged.")
    else:
        print_table(
            ("Partition", "Frames kept", "Bytes dropped"),
            [(one.partition, one.kept_frames, one.dropped_bytes) for one in repairs],
        )
        typer.echo("The damaged files were kept as lines.log.damaged; the next start makes the indexes again.")
