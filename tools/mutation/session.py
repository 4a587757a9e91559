"""A pytest plugin that runs the chosen tests once, then again in a fork for each mutant on the lines that they reach.

All tests that reach a mutant's statement are asked, the quickest first, until one fails. The fork inherits the imported
service and the fixtures of the session (a PostgreSQL server, migrated templates), so a mutant costs no more than its
tests. It is put in place by giving the live function the mutated code; what functions remember of earlier calls is
forgotten first. What modules of values made while they were imported is made anew, as it is of the function before.
"""

from __future__ import annotations

import ast
import functools
import gc
import itertools
import os
import random
import signal
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from pathlib import Path
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from tools.mutation.mutants import Mutant, codes, find_mutants

LONGEST_SECONDS = 30.0
"""For the tests of one mutant, and three times what they took without it: a mutant may loop for ever."""
LOOK_SECONDS = 0.01
Place = tuple[str, int]
"""A file and a line."""
KILLED, SURVIVED = 1, 0


@dataclass
class Result:
    """What became of the mutants of one module."""

    path: Path
    killed: int = 0
    timed_out: int = 0
    survivors: list[Mutant] = field(default_factory=list)
    untested: list[Mutant] = field(default_factory=list)
    """On lines that no chosen test reaches; they count as survivors."""

    @property
    def total(self) -> int:
        """All mutants."""
        return self.killed + self.timed_out + len(self.survivors) + len(self.untested)


@dataclass(frozen=True)
class Effort:
    """How much of everything is done; all of it by default."""

    sample: int | None = None
    """So many mutants, chosen at random."""
    seed: int = 1
    seconds: float | None = None
    """The quickest tests of a mutant, until they take so long without it; at least one."""

    def chosen(self, mutants: Sequence[Mutant]) -> Sequence[Mutant]:
        """The mutants to test."""
        if self.sample is None or self.sample >= len(mutants):
            return mutants
        places = random.Random(self.seed).sample(  # noqa: S311 # a choice, not a secret
            range(len(mutants)), self.sample
        )
        return [mutants[place] for place in sorted(places)]

    def quickest(self, items: Sequence[pytest.Item], seconds: Mapping[pytest.Item, float]) -> Sequence[pytest.Item]:
        """The tests to run, the quickest first."""
        ordered = sorted(items, key=lambda item: seconds[item])
        ends = itertools.accumulate(seconds[item] for item in ordered)
        fit = sum(self.seconds is None or end <= self.seconds for end in ends)
        return ordered[: max(1, fit)]


@dataclass
class MutationPlugin:
    """Give it to `pytest.main`; `results` has a line for each module afterwards."""

    paths: Sequence[Path]
    effort: Effort = field(default_factory=Effort)
    anew: bool = False
    """Whether the modules' own statements are run again with each mutant; not where classes are told by identity."""
    results: list[Result] = field(default_factory=list)
    failed_without: list[str] = field(default_factory=list)
    """Tests that fail without any mutant: nothing can be told then."""

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Replaces pytest's own loop."""
        if session.testsfailed or not session.items:
            self.failed_without.append("nothing was collected, or with errors")
            return True
        reached, seconds = self._baseline(session.items)
        if self.failed_without:
            return True
        results = {path: Result(path) for path in self.paths}
        for mutant in self.effort.chosen([mutant for path in self.paths for mutant in find_mutants(path)]):
            places = ((str(mutant.path), line) for line in mutant.lines)
            items = [*dict.fromkeys(item for place in places for item in reached.get(place, ()))]
            self._test(mutant, self.effort.quickest(items, seconds), seconds, results[mutant.path])
        self.results += results.values()
        for path, result in results.items():
            print(f"{path}: {result.killed + result.timed_out} of {result.total}", flush=True)
        return True

    def _baseline(
        self, items: Sequence[pytest.Item]
    ) -> tuple[dict[Place, list[pytest.Item]], dict[pytest.Item, float]]:
        """Which test reaches which lines, and how long each takes; the session's fixtures stay for the forks."""
        reached: dict[Place, list[pytest.Item]] = defaultdict(list)
        seconds = {}
        names = {str(path) for path in self.paths}
        for place, item in enumerate(items):
            began = time.monotonic()
            with _lines(names) as lines:
                if not _passes(item, items[(place + 1) % len(items)]):
                    self.failed_without.append(item.nodeid)
            seconds[item] = time.monotonic() - began
            for line in lines:
                reached[line].append(item)
        if self.anew:
            with _lines(names) as lines:
                _run_anew(self.paths, None)
            for line in lines:
                reached[line] = [*items]  # all tests use what was made while importing
        return reached, seconds

    def _test(
        self, mutant: Mutant, items: Sequence[pytest.Item], seconds: dict[pytest.Item, float], result: Result
    ) -> None:
        if not items:
            result.untested.append(mutant)
            return
        limit = LONGEST_SECONDS + 3 * sum(seconds[item] for item in items)
        match _in_fork(mutant, items, limit, self.paths if self.anew else ()):
            case None:
                result.timed_out += 1
            case 0:
                result.survivors.append(mutant)
                print(f"survived: {mutant}", flush=True)
            case _:
                result.killed += 1


def _passes(item: pytest.Item, following: pytest.Item | None) -> bool:
    return all(report.passed or report.skipped for report in runtestprotocol(item, nextitem=following, log=False))


@contextmanager
def _lines(names: set[str]) -> Iterator[set[Place]]:
    """Every line of these files that is reached, in any thread that starts within the block."""
    reached: set[Place] = set()

    def within(frame: FrameType, event: str, _argument: Any) -> Any:
        if event == "line":
            reached.add((frame.f_code.co_filename, frame.f_lineno))
        return within

    def enter(frame: FrameType, _event: str, _argument: Any) -> Any:
        return within if frame.f_code.co_filename in names else None

    threading.settrace(enter)
    sys.settrace(enter)
    try:
        yield reached
    finally:
        sys.settrace(None)
        threading.settrace(None)


def _in_fork(mutant: Mutant, items: Sequence[pytest.Item], limit: float, anew: Sequence[Path]) -> int | None:
    """SURVIVED, KILLED, or None when the tests did not end."""
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        _silence()
        os._exit(_judge(mutant, items, anew))
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return SURVIVED if status == 0 else KILLED
        time.sleep(LOOK_SECONDS)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def _judge(mutant: Mutant, items: Sequence[pytest.Item], anew: Sequence[Path]) -> int:
    _put_in_place(mutant.path, mutant.function, mutant.code())
    try:
        _run_anew(anew, mutant)
    except Exception:  # noqa: BLE001 # whatever importing it raises
        return KILLED
    _forget()
    for place, item in enumerate(items):
        following = items[(place + 1) % len(items)]
        if not _passes(item, following):
            return KILLED
    return SURVIVED


def _put_in_place(path: Path, name: str, code: CodeType) -> None:
    """Give the function and those within it their new code wherever they are held: as methods, wrapped, decorated."""
    gc.unfreeze()  # the tests' conftest keeps what was imported out of the collector's sight
    changed = {one.co_qualname: one for one in codes(code)}
    loaded = (one for one in gc.get_objects() if isinstance(one, FunctionType))
    here = (one for one in loaded if one.__code__.co_filename == str(path))
    found = [one for one in here if one.__code__.co_qualname in changed]
    assert any(one.__code__.co_qualname == name for one in found), f"{name} of {path} is not loaded"
    for one in found:
        new = changed[one.__code__.co_qualname]
        if new.co_freevars == one.__code__.co_freevars:
            one.__code__ = new


def _forget() -> None:
    """What the service's cached functions returned before the change."""
    for one in gc.get_objects():
        if isinstance(one, functools._lru_cache_wrapper) and (one.__module__ or "").startswith("hexaops"):
            one.cache_clear()


def _silence() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


def _run_anew(paths: Sequence[Path], mutant: Mutant | None) -> None:
    """Run the modules' own statements again, each after those that it imports; their functions see what is made."""
    files = {str(path): path for path in paths}
    loaded = [one for one in sys.modules.values() if getattr(one, "__file__", None) in files]
    modules = {one.__name__: one for one in loaded}
    trees = {name: _tree(files[str(one.__file__)], mutant) for name, one in modules.items()}
    needs = {name: {*_imported(tree, modules)} for name, tree in trees.items()}
    for name in TopologicalSorter(needs).static_order():
        path = str(modules[name].__file__)
        exec(compile(trees[name], path, "exec", dont_inherit=True), modules[name].__dict__)  # noqa: S102 # our own source


def _tree(path: Path, mutant: Mutant | None) -> ast.Module:
    return mutant.source if mutant and mutant.path == path else ast.parse(path.read_text(), str(path))


def _imported(tree: ast.Module, modules: Mapping[str, ModuleType]) -> Iterator[str]:
    for node in ast.walk(tree):
        for name in node.names if isinstance(node, ast.ImportFrom) else ():
            assert isinstance(node, ast.ImportFrom)
            inner = f"{node.module}.{name.name}"
            if inner in modules or node.module in modules:
                yield inner if inner in modules else str(node.module)
