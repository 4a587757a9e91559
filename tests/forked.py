"""Processes for tests to kill, forked from one that has imported everything: a start takes a second of CPU for that."""

from __future__ import annotations

import gc
import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

PRELOADED = ["tests.crash.process", "tests.features.webhooks.child", "hexaops.storage.queues", "httpcore2",
             "h2.connection", "truststore", "_strptime"]  # fmt: skip
"""What is forked, and modules that it would import late: twice in each test that kills, for 0.3 s of CPU."""


def fork(body: Callable[..., None], *arguments: Any) -> tuple[BaseProcess, Connection]:
    """A started process and where it tells: `body(*arguments, told)`, a function of a preloaded module."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(body, *arguments, there), daemon=True)
    process.start()
    there.close()
    return process, here


def _run(body: Callable[..., None], *arguments: Any) -> None:
    gc.freeze()  # what was imported before the fork is never garbage
    body(*arguments)
