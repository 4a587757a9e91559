"""The global options: which service, whose token, how to print.

They may appear anywhere on the command line (`hexaops apps --json`): they are moved to the front before parsing.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

VALUED = ("--home", "--url", "--token", "--workspace")
FLAGS = ("--json",)
OWN_OPTIONS = frozenset({"serve"})
"""Commands that parse all of their options themselves."""


class Options(Struct, frozen=True):
    """The global options as given."""

    home: Path
    url: str | None = None
    token: str | None = None
    workspace: str | None = None
    as_json: bool = False


def hoist(arguments: Sequence[str]) -> list[str]:
    """The arguments with global options first; anything after `--` stays in place."""
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
