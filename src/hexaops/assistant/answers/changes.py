"""Changes in words: a plan and how to confirm it, a refusal and what would make it possible, and talk about changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from hexaops.analysis.applications.model import Application
from hexaops.assistant.answers.attachments import ActionPlan
from hexaops.assistant.answers.draft import Draft, Suggestion
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import NAME_LIMIT, TEXT_LIMIT, listing, name_of, note_problem, plural
from hexaops.assistant.answers.possible import EXECUTE, actions_for
from hexaops.assistant.evidence import KUBERNETES, STORE
from hexaops.assistant.understanding.intents import Intent, Mode
from hexaops.assistant.understanding.model import Understanding
from hexaops.errors import HexaopsError
from hexaops.kit.durations import format_duration
from hexaops.kit.text import markdown, plain

CHANGES_SHOWN = 6
TARGETS_SHOWN = 10
ALERT_RULE = "AlertRule"
OWN_KINDS = frozenset({ALERT_RULE, "Alert"})
"""Rows of ours: no pod is touched."""


def tell_plan(draft: Draft, plan: Mapping[str, Any], confirm: Mapping[str, Any], facts: Facts) -> None:
    """A plan that was made: what it would do, at which risk, and how to confirm it. Nothing has happened."""
    target, targets = plan["target"], plan.get("targets") or [plan["target"]]
    subject = _subject(target)
    made = draft.evidence.note(STORE, f"plan {plan['plan_id']}", str(plan["description"]), unit="plan", at=facts.now)
    draft.gap()
    words = f"**{markdown(str(plan['description']), TEXT_LIMIT)}** (risk: {plan['risk']}"
    draft.say(f"{words}, takes about {plan['estimated_duration']})", made)
    seen = [
        draft.evidence.note(
            KUBERNETES, _subject(one), f"uid {one['uid']}, resourceVersion {one['resource_version']}",
            unit="object version", at=facts.now,
        )
        for one in targets[:TARGETS_SHOWN]
    ]  # fmt: skip
    named = listing([markdown(_subject(one), TEXT_LIMIT) for one in targets], limit=TARGETS_SHOWN)
    draft.say(f"- {'Target' if len(targets) == 1 else 'Targets'}: {named}", *seen)
    if target["kind"] == ALERT_RULE and plan["action"] == "create_alert":
        _rule_line(draft, plan, made)
    if target["kind"] != ALERT_RULE:
        _change_lines(draft, plan["changes"], subject, facts, several=len(targets) > 1)
    if plan["changes"] and target["kind"] not in OWN_KINDS:
        _blast_radius(draft, plan["blast_radius"], listing([_subject(one) for one in targets]), facts)
    for warning in plan["warnings"]:
        draft.say(f"- ⚠️ {markdown(str(warning), 2 * TEXT_LIMIT)}", *seen)
    draft.attach(ActionPlan(data={**plan, "confirm": dict(confirm)}))


def _subject(target: Mapping[str, Any]) -> str:
    return f"{target['kind']} {target['namespace']}/{target['name']}"


def _change_lines(
    draft: Draft, changes: Sequence[Mapping[str, Any]], subject: str, facts: Facts, *, several: bool
) -> None:
    """Each field that changes; of several objects, each by its name."""
    for change in changes[:CHANGES_SHOWN]:
        before, after = (markdown(_value(change[key]), NAME_LIMIT) for key in ("from", "to"))
        path = markdown(_spelled(change["path"]), NAME_LIMIT)
        kind, _, place = str(change.get("object", "")).partition("/")
        changed = f"{kind} {place}" if place else subject
        of = f" of {markdown(place, TEXT_LIMIT)}" if several and place else ""
        shown = draft.evidence.note(
            KUBERNETES, f"dry run of {changed}",
            f"{change['path']}: {_value(change['from'])} → {_value(change['to'])}", unit="change", at=facts.now,
        )  # fmt: skip
        draft.say(f"- Change{of}: {path} from {before} to {after}", shown)
    if len(changes) > CHANGES_SHOWN:
        draft.say(f"- … and {plural(len(changes) - CHANGES_SHOWN, 'more change')} (see the plan)")


def _rule_line(draft: Draft, plan: Mapping[str, Any], made: str) -> None:
    """What the rule watches, from what would be stored."""
    stored = {change["path"].lstrip("/"): change["to"] for change in plan["changes"]}
    watched = markdown(f"{stored['namespace']}/{stored['application']}", TEXT_LIMIT)
    lasts = format_duration(float(stored["for_seconds"]))
    span = f"when they add up within {lasts}" if stored["metric"] == "restarts" else f"when it lasts for {lasts}"
    draft.say(f"- Watches {watched}; fires {span}, with severity {stored['severity']}", made)


def _blast_radius(draft: Draft, radius: Mapping[str, Any], subject: str, facts: Facts) -> None:
    affected, down = radius.get("pods_affected"), radius.get("ready_pods_down_at_most")
    if not isinstance(affected, int) or not isinstance(down, int):
        return
    value = f"{affected} affected, {down} ready ones down at most"
    outage = f"at most {plural(down, 'ready pod')} down at a time" if down else "no ready pod goes down meanwhile"
    noted = draft.evidence.note(KUBERNETES, f"pods of {subject}", value, unit="pods", at=facts.now)
    draft.say(f"- Affects {plural(affected, 'pod')}; {outage}", noted)


def tell_how_to_confirm(draft: Draft, plans: Sequence[Mapping[str, Any]]) -> None:
    """The end of an answer with plans."""
    draft.gap()
    until = listing(sorted({str(plan["expires_at"]) for plan in plans}))
    which = "this plan" if len(plans) == 1 else "each plan that you want"
    draft.say(
        f"Nothing has been changed. To carry it out, confirm {which} before {until}: send `POST …/aiops/actions` "
        "with `confirmation: true`, `plan_id` and `plan_hash` as the attachment holds them, or use your client."
    )


def tell_refusal(draft: Draft, error: HexaopsError, what: str) -> None:
    """Why a change is not planned: the rule, the reason and what would make it possible, or that it is so already."""
    details = error.details
    rule = f" (safety rule {details['rule']})" if "rule" in details else ""
    reason = markdown(str(details.get("reason") or error.message), 2 * TEXT_LIMIT).removesuffix(".")
    if details.get("already_so"):
        draft.say(f"No change is needed to {markdown(what, TEXT_LIMIT)}: {reason[:1].lower()}{reason[1:]}.")
        return
    draft.fulfilled = False
    draft.say(f"I can't plan to {markdown(what, TEXT_LIMIT)}{rule}: {reason}.")
    possible = details.get("possible_when")
    if possible:
        draft.say(f"What would make it possible: {markdown(str(possible), 2 * TEXT_LIMIT)}.")
    elif error.code == "VALIDATION_FAILED":
        for value in [*details.values()][:3]:
            draft.say(f"- {markdown(str(value), TEXT_LIMIT)}")


def tell_no_plan(draft: Draft, error: HexaopsError) -> None:
    """A recommended change that cannot be planned now: the question is answered all the same."""
    reason = markdown(str(error.details.get("reason") or error.message), 2 * TEXT_LIMIT).removesuffix(".")
    draft.say(f"That change cannot be planned now: {reason}.")


def tell_forbidden(draft: Draft, facts: Facts) -> None:
    """The caller may not change anything here."""
    draft.fulfilled = False
    held = listing([markdown(one, NAME_LIMIT) for one in sorted(facts.permissions)], limit=20)
    draft.say(
        f"I can't plan changes for you: that needs the permission {markdown(EXECUTE, NAME_LIMIT)} "
        f"in this workspace, and you have {held or 'none'}."
    )


def tell_not_cured(draft: Draft, application: Application, facts: Facts) -> None:
    """A failing or pending application that a restart would not help."""
    problems = application.problems[:2]
    noted = [note_problem(draft, problem, facts) for problem in problems]
    details = dict.fromkeys(markdown(problem.detail, TEXT_LIMIT) for problem in problems)
    causes = listing([*details]) if details else "its state"
    draft.say(f"- {name_of(application, facts)}: a restart would not help ({causes})", *noted)


def answer_about_change(asked: Understanding, facts: Facts, draft: Draft) -> None:
    """A change was spoken of, not asked for: nothing is planned; offer the plan where that is what may be meant."""
    if asked.intent in {Intent.NO_ACTION, Intent.DENY}:
        draft.say("All right: I plan nothing. Nothing has been changed.")
        return
    targets = [found.entity for found in asked.targets if found.entity.kind == "application"]
    words = {
        Mode.HYPOTHETICAL: "I can plan it without changing anything: the plan shows what exactly would happen.",
        Mode.ADVICE: "I can't judge that for you; a plan shows what it would do before anything is changed.",
        Mode.CONDITIONAL: "I can't do things on a condition: I only plan changes that you confirm yourself.",
        Mode.SCHEDULED: "I can't do things at a later time: I only plan changes that you confirm yourself.",
        Mode.HOWTO: "Ask me for the change; I answer with its plan, and nothing happens until you confirm that plan.",
    }.get(asked.mode, "I plan a change only when you ask for it directly. Nothing has been changed.")
    draft.say(words)
    draft.fulfilled = asked.mode is Mode.HOWTO
    verb = _VERBS.get(asked.about) if asked.about else None
    known = [application for application in facts.applications or () if application.id in {t.id for t in targets}]
    if verb and asked.about and asked.about.value in actions_for(known, facts):
        for application in known[:3]:
            name = plain(application.name, NAME_LIMIT)
            parameters = {"application_id": application.id}
            draft.suggest(Suggestion(asked.about.value, f"Plan to {verb} {name}", f"{verb} {name}", parameters))
    draft.shown += [target.id for target in targets]


_VERBS = {
    Intent.RESTART_APPLICATION: "restart",
    Intent.SCALE_APPLICATION: "scale",
    Intent.START_APPLICATION: "start",
    Intent.STOP_APPLICATION: "stop",
}


def _value(value: object) -> str:
    """As a person writes it: a variable as NAME=value, other objects as JSON."""
    if isinstance(value, Mapping) and {*value} == {"name", "value"}:
        return f"{value['name']}={value['value']}"
    if isinstance(value, (Mapping, list)):
        return msgspec.json.encode(value).decode()
    return "none" if value is None else str(value)


def _spelled(pointer: str) -> str:
    """A JSON pointer (RFC 6901) as a person writes the field: its last two parts, unescaped."""
    parts = [part.replace("~1", "/").replace("~0", "~") for part in str(pointer).split("/") if part]
    return ".".join(parts[-2:])
