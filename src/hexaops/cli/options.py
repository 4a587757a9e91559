"""What every command knows before it runs: where the service is, as whom to call it, how to print.

The global options may stand anywhere on the line (`hexaops apps --json`): they are moved to its front before it is
read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

VALUED = ("--home", "--url", "--token", "--workspace")
FLAGS = ("--json",)
OWN_OPTIONS = frozenset({"serve"})
"""Commands that read their own options only."""


@dataclass(frozen=True)
class Options:
    """The global options as given."""

    home: Path
    url: str | None = None
    token: str | None = None
    workspace: str | None = None
    as_json: bool = False


def hoist(arguments: Sequence[str]) -> list[str]:
    """The arguments with the global options first; what stands after `--` stays where it is."""
    front: list[str] = []
    rest: list[str] = []
    left = list(arguments)
    while left:
        argument = left.pop(0)
        name, joined, _ = argument.partition("=")
        if argument == "--":
            rest += [argument, *left]
            break
        if not rest and argument in OWN_OPTIONS:
            rest += [argument, *left]
            break
        if argument in FLAGS or (name in VALUED and joined):
            front.append(argument)
        elif argument in VALUED:
            front += [argument, *left[:1]]
            del left[:1]
        else:
            rest.append(argument)
    return front + rest
