"""Timers fire once, in order, and can be moved and cancelled."""

from __future__ import annotations

from simulator.clock import SimulationClock
from simulator.world.timers import Timers


def test_fires_in_order_and_once() -> None:
    clock, fired = SimulationClock(speed=0), list[str]()
    timers = Timers(clock)
    timers.set("b", 2, lambda: fired.append("b"))
    timers.set("a", 1, lambda: fired.append("a"))
    clock.advance(3)
    assert timers.fire_due() == 2
    assert fired == ["a", "b"]
    assert timers.fire_due() == 0


def test_setting_again_moves_and_cancel_forgets() -> None:
    clock, fired = SimulationClock(speed=0), list[str]()
    timers = Timers(clock)
    timers.set("a", 1, lambda: fired.append("early"))
    timers.set("a", 5, lambda: fired.append("late"))
    timers.set("b", 1, lambda: fired.append("b"))
    timers.cancel("b")
    clock.advance(2)
    timers.fire_due()
    assert fired == []
    assert timers.next_due_seconds() == 5
    clock.advance(3)
    timers.fire_due()
    assert fired == ["late"]
