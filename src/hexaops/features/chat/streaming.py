"""The answer as server-sent events: status, evidence, delta and plan while it is made, and final with the JSON body.

The work runs in a task of its own: a client that goes away does not leave a message half stored. What goes wrong after
the stream has begun becomes an `error` event with the error's usual body.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from typing import Any

from hexaops.assistant.answers.attachments import ActionPlan
from hexaops.errors import HexaopsError
from hexaops.features.chat.service import ChatService
from hexaops.features.chat.turn import Turn
from hexaops.features.chat.views import ChatAnswerView, DeltaView, EvidenceBatchView
from hexaops.middleware import error_view
from hexaops.responses import Data, View, encode

LINES_A_DELTA = 4
EVIDENCE_A_BATCH = 20

Event = tuple[str, dict[str, Any] | View]

logger = logging.getLogger(__name__)


def encode_event(event: Event) -> bytes:
    """One event as text/event-stream has it; JSON in one line."""
    name, data = event
    return b"event: " + name.encode() + b"\ndata: " + encode(data) + b"\n\n"


class ChatStream:
    """Makes event streams; holds the tasks that are at work."""

    def __init__(self, chat: ChatService) -> None:
        self._chat = chat
        self._working: set[asyncio.Task[None]] = set()

    async def events(self, turn: Turn, request_id: str) -> AsyncIterator[bytes]:
        """Everything of one answer, encoded."""
        queue: asyncio.Queue[Event | None] = asyncio.Queue()
        task = asyncio.create_task(self._work(turn, request_id, queue))
        self._working.add(task)
        task.add_done_callback(self._working.discard)
        while (event := await queue.get()) is not None:
            yield encode_event(event)

    async def close(self) -> None:
        """Let the answers that are being made end."""
        await asyncio.gather(*self._working, return_exceptions=True)

    async def _work(self, turn: Turn, request_id: str, queue: asyncio.Queue[Event | None]) -> None:
        try:
            data = await self._chat.answer(turn, lambda view: queue.put_nowait(("status", view)))
            for event in _told(data):
                queue.put_nowait(event)
        except HexaopsError as error:
            queue.put_nowait(("error", error_view(error, request_id)))
        except Exception:  # the edge of a task: the client is told, the log has the reason
            logger.exception("chat stream failed")
            unexpected = HexaopsError("An unexpected error; the request id finds it in the logs")
            queue.put_nowait(("error", error_view(unexpected, request_id)))
        finally:
            queue.put_nowait(None)


def _told(answer: ChatAnswerView) -> Iterator[Event]:
    for start in range(0, len(answer.evidence), EVIDENCE_A_BATCH):
        yield "evidence", EvidenceBatchView(evidence=answer.evidence[start : start + EVIDENCE_A_BATCH])
    lines = answer.response.content.splitlines(keepends=True)
    for start in range(0, len(lines), LINES_A_DELTA):
        yield "delta", DeltaView(content="".join(lines[start : start + LINES_A_DELTA]))
    for attachment in answer.attachments:
        if isinstance(attachment, ActionPlan):
            yield "plan", attachment.data
    yield "final", Data(answer)
