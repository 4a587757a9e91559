"""An export is verified without the service: every tampering of the file is found, and its line is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from hexaops.features.audit.chain import details_text, link
from hexaops.features.audit.exported import verify_lines
from hexaops.features.audit.reader import Anchor, AuditFilter
from hexaops.storage.database import Database
from tests.features.audit.test_chain import EVENTS, Chain
from tests.serving import START

Lines = list[str]


@pytest.fixture
async def chain(database: Database) -> Chain:
    made = Chain(database)
    await made.fill()
    return made


async def exported(chain: Chain, wanted: AuditFilter | None = None) -> Lines:
    parts = [part async for part in chain.reader.export(wanted or AuditFilter())]
    return b"".join(parts).decode().splitlines()


async def test_an_export_is_whole(chain: Chain) -> None:
    head = await chain.reader.head()
    found = verify_lines(await exported(chain), head)
    assert (found.whole, found.events, found.gaps, found.last) == (True, EVENTS, 0, head)


async def test_filters_leave_gaps_and_what_is_there_is_verified(chain: Chain) -> None:
    lines = await exported(chain, AuditFilter(workspace_ids=["ws-1"]))
    assert json.loads(lines[0])["filters"] == {"workspace_ids": ["ws-1"]}
    assert {json.loads(line)["workspace_id"] for line in lines[1:]} == {"ws-1"}
    found = verify_lines(lines)
    assert (found.whole, found.events, found.gaps) == (True, EVENTS // 2, EVENTS // 2)
    lines[3] = lines[3].replace("alice", "mallory")
    assert verify_lines(lines).line == 4


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (AuditFilter(since=START + timedelta(seconds=0.001234 * 5)), EVENTS - 4),
        (AuditFilter(until=START + timedelta(seconds=0.001234 * 5)), 4),
        (AuditFilter(action="change"), EVENTS),
        (AuditFilter(action="chang"), 0),
        (AuditFilter(action="change.completed", actor_id="alice", outcome="ok"), EVENTS),
        (AuditFilter(actor_id="bob"), 0),
        (AuditFilter(outcome="failed"), 0),
        (AuditFilter(workspace_ids=[]), 0),
    ],
)
async def test_each_filter(chain: Chain, wanted: AuditFilter, count: int) -> None:
    lines = await exported(chain, wanted)
    assert len(lines) - 1 == count
    assert verify_lines(lines).whole


def _altered(lines: Lines) -> Lines:
    return [*lines[:6], lines[6].replace("alice", "mallory"), *lines[7:]]


def _rehashed(lines: Lines) -> Lines:
    """An altered event with its own hash made anew: the next one does not follow."""
    event = json.loads(lines[5])
    event["actor_id"] = "mallory"
    fields = {key: value for key, value in event.items() if key not in {"hash", "previous_hash"}}
    event["hash"] = link(event["previous_hash"], details_text(fields))
    return [*lines[:5], details_text(event), *lines[6:]]


TAMPERINGS: dict[str, tuple[Callable[[Lines], Lines], int, str]] = {
    "altered": (_altered, 7, "the event was altered"),
    "rehashed": (_rehashed, 7, "does not follow"),
    "removed": (lambda lines: lines[:6] + lines[7:], 7, "events 6 to 6 before it are missing"),
    "swapped": (lambda lines: [*lines[:6], lines[7], lines[6], *lines[8:]], 7, "missing"),
    "repeated": (lambda lines: [*lines[:7], lines[6], *lines[7:]], 8, "out of order"),
    "cut off": (lambda lines: lines[:-2], EVENTS, f"events up to {EVENTS} are missing"),
    "no first event": (lambda lines: [lines[0], *lines[2:]], 2, "events 1 to 1 before it are missing"),
    "garbage": (lambda lines: [*lines[:6], "{", *lines[6:]], 7, "not an event"),
    "no header": (lambda lines: lines[1:], 1, "not the first line of an export"),
    "empty": (lambda _: [], 1, "empty"),
}


@pytest.mark.parametrize("name", TAMPERINGS)
async def test_the_first_broken_line_is_named(chain: Chain, name: str) -> None:
    tamper, line, reason = TAMPERINGS[name]
    found = verify_lines(tamper(await exported(chain)))
    assert (found.whole, found.line) == (False, line)
    assert reason in (found.reason or "")


async def test_every_altered_character_of_an_event_is_found(chain: Chain) -> None:
    lines = await exported(chain)
    for place in range(len(lines[6])):
        old = lines[6]
        changed = old[:place] + ("x" if old[place] != "x" else "y") + old[place + 1 :]
        assert verify_lines([*lines[:6], changed, *lines[7:]]).line == 7, (place, changed)


async def test_an_anchor_reveals_a_chain_that_was_made_anew(chain: Chain) -> None:
    lines = await exported(chain)
    assert verify_lines(lines, Anchor(5, "f" * 64)).line == 6
    missing = verify_lines(lines, Anchor(EVENTS + 1, "f" * 64))
    assert (missing.whole, missing.reason) == (False, "the anchor's event is not in it")
