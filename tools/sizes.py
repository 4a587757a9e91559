"""Holds files, functions and parameter lists to the house limits.

Small pieces are the house rule that a reader notices first, so a machine keeps it. What must be
longer says why where it starts: `# size: reason` on the first line of the file or on the `def`.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDERS = ("src", "simulator", "tests", "tools", "benchmarks", "testenv")
FILE_LINES, FILE_NOTE = 500, 300
FUNCTION_LINES, FUNCTION_NOTE = 60, 40
PARAMETERS = 8
ALLOW = "# size: "
RECORDS = "migrations/versions"
"""Migrations are records of what once was done to the tables: long, flat, never edited again."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, order=True)
class Finding:
    """One file or function over a limit; `fails` when it is over the hard one."""

    where: str
    what: str
    fails: bool


def _parameters(function: Function) -> int:
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return sum(1 for argument in named if argument.arg not in {"self", "cls"})


def _is_fixture_user(path: Path) -> bool:
    """pytest passes fixtures by parameter name, so tests may name as many as they need."""
    return "tests" in path.parts


def _function_findings(path: Path, function: Function, lines: list[str]) -> Iterator[Finding]:
    head = lines[function.lineno - 1 : function.body[0].lineno]
    if any(ALLOW in line for line in head):
        return
    where = f"{path}:{function.lineno}"
    length = (function.end_lineno or function.lineno) - function.lineno + 1
    if length > FUNCTION_NOTE:
        over = length > FUNCTION_LINES
        yield Finding(where, f"{function.name} has {length} lines (limit {FUNCTION_LINES})", over)
    count = _parameters(function)
    if count > PARAMETERS and not _is_fixture_user(path):
        yield Finding(where, f"{function.name} has {count} parameters (limit {PARAMETERS})", True)


def file_findings(path: Path, *, shown_as: Path) -> Iterator[Finding]:
    """Everything in one file that is over a limit."""
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    allowed = bool(lines) and ALLOW in lines[0]
    if len(lines) > FILE_NOTE and not allowed:
        yield Finding(str(shown_as), f"{len(lines)} lines (limit {FILE_LINES})", len(lines) > FILE_LINES)
    for node in ast.walk(ast.parse(text, str(path))):
        if isinstance(node, Function):
            yield from _function_findings(shown_as, node, lines)


def findings(root: Path) -> list[Finding]:
    """Everything over a limit in the Python files of the project at `root`."""
    found: list[Finding] = []
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*.py")):
            if RECORDS not in path.as_posix():
                found += file_findings(path, shown_as=path.relative_to(root))
    return sorted(found, key=lambda finding: (finding.fails, finding.where))


def main(root: Path) -> int:
    """Print what is over a limit; 1 when something is over a hard one."""
    found = findings(root)
    for finding in found:
        print(f"{'FAIL' if finding.fails else 'note'}  {finding.where}: {finding.what}")
    failures = sum(finding.fails for finding in found)
    print(f"sizes: {failures} over the limit, {len(found) - failures} notes")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(Path.cwd()))
