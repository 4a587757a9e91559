"""A Grafana dashboard: made at once, since nothing is kept; the answer says what is in it and where to get its JSON."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from hexaops.assistant.answers.attachments import Dashboard, DashboardJsonView
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.lines import listing, name_of
from hexaops.assistant.evidence import STORE
from hexaops.features.chat.reading.asking import Reading
from hexaops.features.dashboards.service import DashboardRequest, DashboardService
from hexaops.kit.text import markdown

MOST = 3


class DashboardReader(Struct, frozen=True):
    """Answers with the dashboard that `POST …/aiops/dashboards` makes."""

    dashboards: DashboardService

    async def answer(self, reading: Reading, draft: Draft) -> None:
        """One for each application that was named, else one of the workspace."""
        if reading.asked.negated:
            draft.say("All right: no dashboard was made.")
            return
        named = reading.applications[:MOST]
        draft.shown += [one.id for one in named]
        asked: list[tuple[str, str | None]] = [(name_of(one, reading.facts), one.id) for one in named]
        for name, application_id in asked or [("this workspace", None)]:
            made = await self.dashboards.generate(reading.caller, DashboardRequest(application_id=application_id))
            titles = _titles(made.dashboard)
            noted = draft.evidence.note(
                STORE, f"dashboard {made.uid}", len(titles), unit="panels", at=reading.facts.now
            )
            shown = listing([markdown(one, 60) for one in titles], limit=12)
            draft.say(f"Here is a Grafana dashboard of {name} with {len(titles)} panels: {shown}.", noted)
            draft.attach(Dashboard(data=DashboardJsonView(title=made.title, uid=made.uid, dashboard=made.dashboard)))
        draft.say(
            "Its JSON is attached: import it in Grafana under Dashboards → New → Import and choose the Prometheus "
            "that scrapes this cluster. Nothing was saved here."
        )


def _titles(dashboard: dict[str, Any]) -> list[str]:
    return [str(panel.get("title", "")) for panel in dashboard.get("panels", ())]
