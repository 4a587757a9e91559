"""Requests for a change: each becomes a plan that somebody confirms elsewhere, a question, or an explained refusal.

Only ids of applications that exist in this workspace and bounded numbers reach the planner: no text of the cluster.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from msgspec import Struct

from hexaops.analysis.applications.model import Application, ProblemKind
from hexaops.assistant.answers import changes, unsure
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import TEXT_LIMIT, listing, name_of, note_count, plural
from hexaops.assistant.answers.possible import EXECUTE, actions_for, restart_may_help
from hexaops.assistant.answers.select import applications_of, filtered
from hexaops.assistant.answers.status import FILTER_WORDS
from hexaops.assistant.understanding import Intent, Understanding
from hexaops.assistant.understanding.model import Parameters, PendingQuestion
from hexaops.assistant.understanding.values import wanted_replicas
from hexaops.errors import HexaopsError
from hexaops.features.access.caller import Caller
from hexaops.features.chat.settings import ask_for_setting, proposal
from hexaops.kit.text import markdown
from hexaops.runbooks.catalog import RUNBOOKS

TARGETS_AT_ONCE = 20
"""Applications of one plan."""
REASON_LIMIT = 500
_ACTIONS: Mapping[Intent, str] = {
    Intent.RESTART_APPLICATION: "restart_application",
    Intent.RESTART_FAILING: "restart_failing_pods",
    Intent.SCALE_APPLICATION: "scale_application",
    Intent.START_APPLICATION: "start_application",
    Intent.STOP_APPLICATION: "stop_application",
}


class Proposer(Protocol):
    """What makes plans. It checks permissions, guardrails and the cluster's own dry run."""

    async def propose(
        self,
        caller: Caller,
        *,
        action: str,
        parameters: Mapping[str, Any],
        session_id: str | None,
    ) -> dict[str, Any]:
        """The plan document; raises the HexaopsError that refuses it."""
        ...


class Request(Struct, frozen=True):
    """Who asks, in which session, for which change."""

    caller: Caller
    session_id: str
    asked: Understanding
    facts: Facts


class Wanted(Struct, frozen=True):
    """One change that was read from a message."""

    action: str
    parameters: Mapping[str, Any]
    what: str
    """In words, after "I can't plan to"."""


class ChangePlanner(Struct, frozen=True):
    """Turns a request for a change into plans and their words."""

    proposer: Proposer

    async def answer(self, request: Request, draft: Draft) -> None:
        """Write the answer to one request; what is unclear about it was asked before."""
        asked, facts = request.asked, request.facts
        if EXECUTE not in facts.permissions:
            changes.tell_forbidden(draft, facts)
            return
        if asked.parameters.invalid:
            unsure.tell_invalid(asked, draft)
            return
        if asked.slots is not None:
            await self._set(request, draft)
            return
        if asked.missing:
            unsure.ask_missing(asked, facts, draft)
            return
        targets = self._targets(request, draft)
        if not targets or _contradicts(asked, targets, draft):
            return
        if len(targets) > TARGETS_AT_ONCE:
            draft.fulfilled = False
            noted = note_count(draft, facts, len(targets), "applications that the request means")
            draft.say(
                f"That would be {len(targets)} applications. I plan at most {TARGETS_AT_ONCE} at once: name them.",
                noted,
            )
            return
        for typed, read in asked.corrections[:5]:
            draft.say(f"I read “{markdown(typed, TEXT_LIMIT)}” as “{markdown(read, TEXT_LIMIT)}”.")
        draft.examine(targets)
        draft.offer(actions_for(targets, facts))
        draft.shown += [application.id for application in targets]
        plans = [plan for group in _alike(asked, targets) if (plan := await self._plan(request, group, draft))]
        if plans:
            changes.tell_how_to_confirm(draft, plans)
            draft.pending = PendingQuestion(
                "confirm_plan",
                asked.intent.value,
                targets=tuple(one.id for one in targets),
                parameters=asked.parameters,
            )

    async def offer(self, request: Request, draft: Draft) -> None:
        """The plan of the change that a diagnosis recommends: of the only one, made of ids and numbers alone."""
        found, draft.remedies = draft.remedies, []
        if len(found) != 1 or not all(map(_is_number, found[0][1].parameters.values())):
            return
        application, remedy = found[0]
        parameters = remedy.addressed(application)
        try:
            plan = await self.proposer.propose(
                request.caller, action=remedy.action, parameters=parameters, session_id=request.session_id
            )
        except HexaopsError as error:
            changes.tell_no_plan(draft, error)
            return
        confirm = confirmation(request.caller, request.session_id, plan)
        changes.tell_plan(draft, {**plan, "offered": True}, confirm, request.facts)
        changes.tell_how_to_confirm(draft, [plan])
        draft.pending = PendingQuestion("confirm_plan", request.asked.intent.value, targets=(application.id,))

    async def _set(self, request: Request, draft: Draft) -> None:
        """A plan of a further kind, or the question for what it lacks."""
        asked = request.asked
        if asked.missing:
            ask_for_setting(asked, draft)
            return
        draft.shown += [found.entity.id for found in asked.targets]
        await self.propose(request, [Wanted(*proposal(asked))], draft)

    async def propose(self, request: Request, wanted: Sequence[Wanted], draft: Draft) -> None:
        """Plan each of these, and tell how to confirm what was planned."""
        asked = request.asked
        if EXECUTE not in request.facts.permissions:
            changes.tell_forbidden(draft, request.facts)
            return
        made = [await self._propose(request, one.action, one.parameters, one.what, draft) for one in wanted]
        plans = [plan for plan in made if plan is not None]
        if plans:
            changes.tell_how_to_confirm(draft, plans)
            ids = tuple(found.entity.id for found in asked.targets)
            draft.pending = PendingQuestion("confirm_plan", asked.intent.value, targets=ids)

    async def _propose(
        self, request: Request, action: str, parameters: Mapping[str, Any], what: str, draft: Draft
    ) -> dict[str, Any] | None:
        """The plan, told; None where it was refused, which is told as well."""
        try:
            plan = await self.proposer.propose(
                request.caller, action=action, parameters=parameters, session_id=request.session_id
            )
        except HexaopsError as error:
            changes.tell_refusal(draft, error, what)
            return None
        changes.tell_plan(draft, plan, confirmation(request.caller, request.session_id, plan), request.facts)
        return plan

    def _targets(self, request: Request, draft: Draft) -> list[Application]:
        asked, facts = request.asked, request.facts
        selected = applications_of(asked, facts)
        if asked.intent is Intent.RESTART_FAILING:
            return self._failing(request, draft, selected)
        pods = [found.entity.name for found in asked.targets if found.entity.kind == "pod"]
        if pods:
            names = listing([name_of(application, facts) for application in selected]) if selected else "nothing known"
            pod = markdown(pods[0], TEXT_LIMIT)
            draft.say(f"I change whole applications, not single pods: {pod} is part of {names}.")
        if not selected:
            draft.fulfilled = False
            draft.say("I know of no application that this means.")
        return selected

    def _failing(self, request: Request, draft: Draft, selected: list[Application]) -> list[Application]:
        """Those with failing pods that new pods may cure; of the others, why a restart is not planned."""
        facts = request.facts
        word = request.asked.parameters.status_filter or "failing"
        found = filtered(selected, word)
        draft.examine(selected)
        noted = note_count(draft, facts, len(found), f"applications: {word}")
        if not found:
            draft.fulfilled = False
            count = plural(len(selected), "application")
            draft.say(f"None of {count} {FILTER_WORDS[word][0]}: there is nothing to restart.", noted)
            others = filtered(selected, "unhealthy")
            if others:
                draft.say(f"These have other issues: {listing([name_of(one, facts) for one in others])}.", noted)
            return []
        named = listing([name_of(one, facts) for one in found])
        draft.say(f"{named} {FILTER_WORDS[word][len(found) > 1]}.", noted)
        cured = [one for one in found if restart_may_help(one) or not one.problems]
        for application in found:
            if application not in cured:
                changes.tell_not_cured(draft, application, facts)
        waiting = [one for one in filtered(selected, "pending") if one not in found]
        for application in waiting:
            if any(problem.kind is ProblemKind.PENDING for problem in application.problems):
                changes.tell_not_cured(draft, application, facts)
        draft.fulfilled = draft.fulfilled and bool(cured)
        return cured

    async def _plan(
        self, request: Request, targets: Sequence[Application], draft: Draft
    ) -> dict[str, Any] | None:  # fmt: skip
        """One plan for all of these, or none."""
        action, said = _ACTIONS[request.asked.intent], request.asked.parameters
        parameters: dict[str, Any] = {}
        what = f"{RUNBOOKS[action].words.verb} {', '.join(one.name for one in targets)}"
        if action == "scale_application":
            parameters["replicas"] = replicas = _replicas(request.asked, targets[0])
            if replicas < 1:
                action, parameters, what = "stop_application", {}, f"stop {', '.join(one.name for one in targets)}"
                draft.say("Scaling to 0 replicas is stopping, which is an action of its own.")
            else:
                what += f" to {plural(replicas, 'replica')}"
        if said.reason:
            parameters["reason"] = said.reason[:REASON_LIMIT]
        ids = [one.id for one in targets]
        named = {"application_id": ids[0]} if len(ids) == 1 else {"application_ids": ids}
        return await self._propose(request, action, {**named, **parameters}, what, draft)


def _is_number(value: object) -> bool:
    return isinstance(value, int)


def _replicas(asked: Understanding, application: Application) -> int:
    """The absolute number; one that does not fit was asked about before."""
    wanted = wanted_replicas(asked.parameters, application.desired)
    assert wanted is not None
    return wanted


def _alike(asked: Understanding, targets: Sequence[Application]) -> list[list[Application]]:
    """Targets that one plan changes in the same way: all, unless a relative number means another one for each."""
    if _ACTIONS[asked.intent] != "scale_application" or asked.parameters.replicas is not None:
        return [[*targets]]
    groups: dict[int, list[Application]] = {}
    for one in targets:
        groups.setdefault(_replicas(asked, one), []).append(one)
    return [*groups.values()]


def _contradicts(asked: Understanding, targets: Sequence[Application], draft: Draft) -> bool:
    """What was said about the present number, or the direction, does not fit what is wanted now: ask again."""
    for application in targets if asked.intent is Intent.SCALE_APPLICATION else ():
        if wanted_replicas(asked.parameters, application.desired) is None:
            draft.fulfilled = False
            name = markdown(application.name, TEXT_LIMIT)
            draft.say(
                f"{name} has {plural(application.desired, 'replica')} now, which does not fit what you say. "
                "How many shall it have?"
            )
            draft.pending = PendingQuestion(
                "missing_parameter", asked.intent.value, (), "replicas", (application.id,), Parameters()
            )
            return True
    return False


def confirmation(caller: Caller, session_id: str, plan: Mapping[str, Any]) -> dict[str, Any]:
    """The call that carries the plan out."""
    given = {"confirmation": True, "plan_id": plan["plan_id"], "plan_hash": plan["plan_hash"]}
    return {
        "method": "POST",
        "path": f"/api/v1/workspaces/{caller.get_workspace().id}/aiops/actions",
        "body": {
            "action": plan["action"],
            "parameters": {**plan["parameters"], **given},
            "session_id": session_id,
        },
    }
