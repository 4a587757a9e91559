"""`python -m benchmarks [NAME…] [-- OPTIONS…]`: run the named benchmarks, all of them by default.

A benchmark is a module of this package with `TITLE` (one line) and `run(options) -> bool`, which prints its
table and says whether its bars were met. The exit status is 1 when one was missed.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Sequence
from types import ModuleType

import benchmarks


def find_benchmarks() -> dict[str, ModuleType]:
    """Modules with a title and a run function, by name."""
    found = {}
    for module in pkgutil.iter_modules(benchmarks.__path__):
        if module.ispkg or module.name.startswith("_"):
            continue
        loaded = importlib.import_module(f"benchmarks.{module.name}")
        if hasattr(loaded, "TITLE") and hasattr(loaded, "run"):
            found[module.name] = loaded
    return found


def main(arguments: Sequence[str]) -> int:
    """Run what is named; 2 for an unknown name."""
    names, options = [*arguments], []
    if "--" in names:
        at = names.index("--")
        names, options = names[:at], names[at + 1 :]
    known = find_benchmarks()
    if "-h" in names or "--help" in names or any(name not in known for name in names):
        print(__doc__)
        for name, module in known.items():
            print(f"  {name:16} {module.TITLE}")
        return 0 if "-h" in names or "--help" in names else 2
    met = True
    for name in names or known:
        print(f"\n# {name}: {known[name].TITLE}", flush=True)
        met = known[name].run(options) and met
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
