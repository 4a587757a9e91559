"""Alerts in the chat: what fires and which rules there are, and plans to create, acknowledge or silence one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct

from hexaops.analysis.alerting import AlertMetric, Rule
from hexaops.analysis.applications.model import Application
from hexaops.assistant.answers import alerts as told
from hexaops.assistant.answers.draft import Draft, Suggestion
from hexaops.assistant.answers.lines import TEXT_LIMIT, listing, name_of
from hexaops.assistant.understanding import Intent
from hexaops.features.alerts.service import AlertService
from hexaops.features.alerts.views import AlertsView, RuleView
from hexaops.features.chat.planning import Wanted
from hexaops.features.chat.reading.alert_words import AlertWish, read_alert, read_duration
from hexaops.features.chat.reading.asking import Reading
from hexaops.features.chat.reading.proposing import asks_now, propose
from hexaops.kit.durations import format_duration
from hexaops.kit.text import markdown, plain

READS_ALERTS = "read_alerts"
_ID = re.compile(r"\b(?:alert|rule)-?_?[A-Za-z0-9_-]{6,58}")
_SILENCES = re.compile(r"\b(?:silence|mute|snooze|quiet|hush|suppress)")
_ENDS_SILENCE = re.compile(r"\b(?:unsilence|unmute|un-mute|unsnooze|(?:end|lift|remove|stop) (?:the |its )?silenc)")
_RULES = re.compile(r"\b(?:alert(?:ing)?|monitoring|notification) (?:rules?|definitions?|configs?)\b", re.IGNORECASE)
_PAST = re.compile(r"\balerts?\b.*\b(?:acknowledged|acked|silenced|muted|fired|resolved|triggered)\b", re.IGNORECASE)
_DELETES = re.compile(r"\b(?:delete|remove|drop)\b")


class AlertReader(Struct, frozen=True):
    """Answers from the alerts' rows, then from the cluster's own state."""

    alerts: AlertService

    async def answer(self, reading: Reading, draft: Draft) -> None:
        """What fires, which rules there are, and what the cluster reports."""
        may_read = READS_ALERTS in reading.caller.permissions
        rules = [*_lines(await self.alerts.overview(reading.caller), reading)] if may_read else []
        if rules:
            told.tell_rules(rules, reading.facts, draft)
        elif may_read and _RULES.search(reading.message):
            told.tell_no_rules(reading.facts, draft)
            return
        elif may_read and _PAST.search(reading.message):
            told.tell_never_fired(reading.facts, draft)
        told.answer_alerts(reading.asked, reading.facts, draft)
        if may_read and not rules:
            told.tell_no_rule(reading.facts, draft)


class AlertChangeReader(Struct, frozen=True):
    """Plans changes of alerts; a question about them is answered like any other question for alerts."""

    alerts: AlertReader

    async def answer(self, reading: Reading, draft: Draft) -> None:
        """A plan, or the question for what is missing."""
        if not asks_now(reading.message, reading.asked.mode):
            if reading.asked.negated:
                draft.say("All right: I plan nothing. Nothing has been changed.")
            else:
                await self.alerts.answer(reading, draft)
        elif reading.asked.intent is Intent.ALERT_CREATE:
            await self._create(reading, draft)
        else:
            await self._change(reading, draft)

    async def _create(self, reading: Reading, draft: Draft) -> None:
        applications = reading.applications
        names = [one.name for one in applications]
        draft.shown += [one.id for one in applications]
        wishes = [read_alert(reading.message, names, one.desired) for one in applications]
        if not wishes or wishes[0].unclear:
            _ask(wishes[0] if wishes else read_alert(reading.message, names, 1), applications, reading, draft)
            return
        wanted = [
            Wanted("create_alert", {"application_id": one.id, **wish.parameters()}, f"create an alert for {one.name}")
            for one, wish in zip(applications, wishes, strict=True)
        ]
        await propose(reading, wanted, draft)

    async def _change(self, reading: Reading, draft: Draft) -> None:
        """Acknowledge, silence or delete those that are meant: by id, by application, or all that fire."""
        if not reading.may(READS_ALERTS, draft, to="read alerts"):
            return
        found, text = await self.alerts.alerts.overview(reading.caller), reading.message.casefold()
        draft.shown += [one.id for one in reading.applications]
        if _DELETES.search(text) or _SILENCES.search(text) or _ENDS_SILENCE.search(text):
            await self._change_rules(reading, found, text, draft)
            return
        rules = {one.rule_id: one for one in found.rules if _is_meant(one, reading)}
        firing = [one for one in found.alerts if one.rule_id in rules or one.alert_id in reading.message]
        todo = [one for one in firing if one.status != "acknowledged"]
        if not todo:
            _tell_none(firing, reading, draft)
            return
        wanted = [Wanted("acknowledge_alert", {"alert_id": one.alert_id}, f"acknowledge '{one.title}'") for one in todo]
        await propose(reading, wanted, draft)

    async def _change_rules(self, reading: Reading, found: AlertsView, text: str, draft: Draft) -> None:
        ids = {one.rule_id for one in found.alerts if one.alert_id in reading.message}
        rules = [one for one in found.rules if _is_meant(one, reading) or one.rule_id in ids]
        if not rules:
            draft.fulfilled = False
            draft.say(f"There is no alert rule for {_whom(reading)}.")
            return
        more: dict[str, Any]
        if _ENDS_SILENCE.search(text):
            action, more = "silence_alert", {"duration": None}
        elif _SILENCES.search(text):
            seconds = reading.asked.parameters.time_range_seconds or read_duration(text)
            if seconds is None:
                draft.fulfilled = False
                names = listing([f"'{markdown(one.name, TEXT_LIMIT)}'" for one in rules])
                draft.say(f"For how long should {names} be silenced? Say it in one sentence, at most 30 days.")
                sentence = f"silence the alerts of {plain(rules[0].application.name, 63)} for 2 hours"
                draft.suggest(Suggestion("silence_alert", "Plan a silence of 2 hours", sentence))
                return
            action, more = "silence_alert", {"duration": format_duration(seconds).replace(" ", "")}
        elif reading.is_named or reading.asked.parameters.everything or _ID.search(reading.message):
            action, more = "delete_alert", {}
        else:
            draft.fulfilled = False
            draft.say("Which alert rule should be deleted? Name its application or its id.")
            return
        verb = {"silence_alert": "silence", "delete_alert": "delete"}[action]
        wanted = [Wanted(action, {"alert_id": one.rule_id, **more}, f"{verb} '{one.name}'") for one in rules]
        await propose(reading, wanted, draft)


def _is_meant(rule: RuleView, reading: Reading) -> bool:
    """By its own id, by its application; every rule where none is named."""
    if rule.rule_id in reading.message:
        return True
    if _ID.search(reading.message):
        return False
    named = {one.id for one in reading.applications}
    return rule.application.id in named if named else not reading.asked.targets


def _whom(reading: Reading) -> str:
    names = [name_of(one, reading.facts) for one in reading.applications]
    return listing(names) if names else "this workspace" if not _ID.search(reading.message) else "that id"


def _tell_none(firing: Sequence[object], reading: Reading, draft: Draft) -> None:
    draft.fulfilled = False
    if firing:
        draft.say(f"Every open alert of {_whom(reading)} is acknowledged already.")
    else:
        draft.say(f"No alert of {_whom(reading)} is firing: there is nothing to acknowledge.")


def _ask(wish: AlertWish, applications: Sequence[Application], reading: Reading, draft: Draft) -> None:
    """What is missing, and a sentence that has all of it."""
    draft.fulfilled = False
    if not applications:
        draft.say("Which application should the alert watch? A rule watches one application.")
    if wish.unclear:
        draft.say(wish.unclear)
    known = applications or [one for one in reading.facts.applications or () if one.desired > 0]
    if known:
        name = plain(known[0].name, 63)
        values = _sentence(wish) or "memory above 90 %"
        draft.suggest(Suggestion("create_alert", f"Plan an alert for {name}", f"alert me when {name} has {values}"))
        draft.say(f"For example: “alert me when {markdown(name, 63)} has {values} for 10 minutes”.")


def _sentence(wish: AlertWish) -> str:
    """A rule that was said, in words that are understood again."""
    if wish.metric is None or wish.threshold is None:
        return ""
    if wish.metric is AlertMetric.MEMORY_BYTES:
        return f"memory {wish.comparison} {wish.threshold / 2**20:g}Mi"
    rule = Rule(metric=wish.metric, comparison=wish.comparison, threshold=wish.threshold, for_seconds=0)
    return rule.words


def _lines(found: AlertsView, reading: Reading) -> Iterator[told.RuleLine]:
    """The rules with their open alerts, of the applications that were named."""
    named = {one.id for one in reading.applications} if reading.is_named else None
    opened = {one.rule_id: one for one in found.alerts}
    for rule in found.rules:
        if named is not None and rule.application.id not in named:
            continue
        alert = opened.get(rule.rule_id)
        yield told.RuleLine(
            id=rule.rule_id, name=rule.name, severity=rule.severity, value=rule.value, unit=rule.unit,
            state=alert.status if alert else rule.state, duration=alert.duration if alert else "",
            alert_id=alert.alert_id if alert else "", application=rule.application.name,
            reason=rule.reasons.get("value", ""),
        )  # fmt: skip
