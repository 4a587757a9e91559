"""Waits for several answers at once; the first failure is raised as it is, and the others are cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")
E = TypeVar("E")


async def together(
    a: Coroutine[Any, Any, A], b: Coroutine[Any, Any, B], c: Coroutine[Any, Any, C],
    d: Coroutine[Any, Any, D], e: Coroutine[Any, Any, E],
) -> tuple[A, B, C, D, E]:  # fmt: skip
    """All five results."""
    tasks = [asyncio.ensure_future(one) for one in (a, b, c, d, e)]
    try:
        found: Any = await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
    return tuple(found)  # in the order of the arguments
