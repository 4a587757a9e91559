"""`python -m benchmarks [NAME…] [-- OPTIONS…]`: run the named benchmarks, all of them by default.

A benchmark is a module of this package with `TITLE` (one line) and `run(options) -> bool`, which prints its
table and says whether its bars were met. The exit status is 1 when one was missed. Needs `make install-dev`.
"""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

FOLDER = Path(__file__).parent


def find_titles() -> dict[str, str]:
    """Title of each benchmark by name, read without importing it: the help must not need its packages."""
    titles = {}
    for path in sorted(FOLDER.glob("[!_]*.py")):
        title = _title(path)
        if title is not None:
            titles[path.stem] = title
    return titles


def _title(path: Path) -> str | None:
    for statement in ast.parse(path.read_text()).body:
        match statement:
            case ast.Assign(targets=[ast.Name(id="TITLE")], value=ast.Constant(value=str(title))):
                return title
    return None


def run(name: str, options: Sequence[str]) -> bool:
    """Run one benchmark; whether its bars were met."""
    return bool(importlib.import_module(f"benchmarks.{name}").run(options))


def main(arguments: Sequence[str]) -> int:
    """Run what is named; 2 for an unknown name or a missing package."""
    names, options = [*arguments], []
    if "--" in names:
        at = names.index("--")
        names, options = names[:at], names[at + 1 :]
    titles = find_titles()
    if "-h" in names or "--help" in names or any(name not in titles for name in names):
        print(__doc__)
        for name, title in titles.items():
            print(f"  {name:16} {title}")
        return 0 if "-h" in names or "--help" in names else 2
    met = True
    for name in names or titles:
        print(f"\n# {name}: {titles[name]}", flush=True)
        try:
            met = run(name, options) and met
        except ModuleNotFoundError as error:
            print(f"Cannot run {name}: {error}. Install the development packages with `make install-dev`.")
            return 2
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
