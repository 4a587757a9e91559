"""The chat that belongs to no workspace: answers how-to questions from the shipped articles, and offers what works.

It reads no cluster, so it knows nothing of what runs there: such questions are sent to the workspace's chat.
"""

from __future__ import annotations

from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncSession

from hexaops.assistant.knowledge.article import Article
from hexaops.assistant.knowledge.search import Found, library
from hexaops.assistant.understanding import Intent, Inventory, understand
from hexaops.features.access.caller import Caller
from hexaops.features.chat.guide_views import (
    GuideAnswerView,
    GuideMetadataView,
    GuideResponseView,
)
from hexaops.features.chat.messages import checked, session_name
from hexaops.features.chat.quick_actions import QuickActions
from hexaops.features.chat.schemas import GuideRequest
from hexaops.features.chat.store import NewMessage, append_messages
from hexaops.features.chat.views import MessageMetadataView
from hexaops.features.conversations.errors import SessionEndedError, SessionNotFoundError
from hexaops.kit.clock import Clock
from hexaops.kit.ids import new_id
from hexaops.storage.database import Database
from hexaops.storage.tables import ChatSessionRow

NO_WORKSPACE = ""
"""In the row of a session that belongs to none."""
NOTHING_NAMED = Inventory()
UNKNOWN = "no_article"
GREETING = "greeting"
GREETINGS = frozenset({"hi", "hello", "hey", "good morning", "good afternoon", "good evening", "help"})
WELCOME = (
    "Ask me how something is done, in hexaops or in Kubernetes: setting up a workspace, confirming a plan, "
    "finding out why a pod does not start. What runs in a cluster is answered by its workspace's own chat."
)


class GuideService(Struct, frozen=True):
    """One for the process."""

    database: Database
    quick_actions: QuickActions
    clock: Clock

    async def answer(self, caller: Caller, body: GuideRequest) -> GuideAnswerView:
        """Raises InvalidChatMessageError, SessionNotFoundError, SessionEndedError."""
        message, asked_at = checked(body.message), self.clock.now()
        response, offered = _answered(message)
        quick_actions = await self.quick_actions.offered(caller, offered)
        asked = NewMessage(role="user", content=message, details=MessageMetadataView(), at=asked_at)
        details = MessageMetadataView(intent=response.metadata.intent)
        told = NewMessage(role="assistant", content=response.content, details=details, at=self.clock.now())
        async with self.database.transaction() as session:
            row = await self._session(session, caller, body.session_id, message)
            session.add_all(append_messages(row, (asked, told)))
        return GuideAnswerView(message_id=told.id, session_id=row.id, response=response, quick_actions=quick_actions)

    async def _session(
        self, session: AsyncSession, caller: Caller, session_id: str | None, message: str
    ) -> ChatSessionRow:
        if session_id is not None:
            row = await session.get(ChatSessionRow, session_id, with_for_update=True)
            if row is None or (row.workspace_id, row.user_id) != (NO_WORKSPACE, caller.principal.id):
                raise SessionNotFoundError
            if row.status != "active":
                raise SessionEndedError
            return row
        now = self.clock.now()
        row = ChatSessionRow(
            id=new_id("sess_"), workspace_id=NO_WORKSPACE, user_id=caller.principal.id,
            name=session_name(message), description="", status="active", context={},
            asked_capabilities=None, dialogue={}, message_count=0, created_at=now, last_activity=now, ended_at=None,
            summary={},
        )  # fmt: skip
        session.add(row)
        await session.flush()
        return row


def _answered(message: str) -> tuple[GuideResponseView, tuple[str, ...]]:
    """The answer, and the quick actions that go with it."""
    if message.lower().strip(" .!?") in GREETINGS:
        return _view(WELCOME, GREETING, ()), ("show_plans", "list_workspaces")
    about_us = understand(message, NOTHING_NAMED).intent not in (Intent.OUT_OF_SCOPE, Intent.UNCLEAR)
    found = library().search(message, wide=about_us)
    if found.article is None:
        return _view(_not_found(found), UNKNOWN, ()), ()
    article = found.article
    return _view(_told(article), article.intent, article.next_steps), article.quick_actions


def _view(content: str, intent: str, next_steps: tuple[str, ...]) -> GuideResponseView:
    return GuideResponseView(content=content, metadata=GuideMetadataView(intent=intent, next_steps=list(next_steps)))


def _told(article: Article) -> str:
    related = [one.title for name in article.related if (one := library().get(name)) is not None]
    text = f"# {article.title}\n\n{article.body}"
    return f"{text}\n\nSee also: {'; '.join(related)}." if related else text


def _not_found(found: Found) -> str:
    text = "I have no article that answers this. Questions about what runs in a cluster go to its workspace's chat."
    if not found.near:
        return text
    nearest = "\n".join(f"- {one.title}" for one in found.near)
    return f"{text}\n\nThe nearest that I have:\n{nearest}"
