"""Alerts: create a rule, acknowledge what fires, silence or delete a rule. They change rows of our own only."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field, StringConstraints

from hexaops.analysis.alerting import AlertMetric, Rule, Severity
from hexaops.errors import NotFoundError
from hexaops.kit.durations import format_duration, format_time, parse_duration
from hexaops.kit.ids import stable_id
from hexaops.kit.text import plain
from hexaops.runbooks.model import (
    Draft,
    FieldChange,
    Fields,
    OwnRecord,
    RecordChange,
    Risk,
    Subject,
    TargetRef,
)
from hexaops.runbooks.parameters import Parameters, refused
from hexaops.runbooks.runbook import (
    NotApplicableError,
    Runbook,
    Step,
    Words,
    World,
    seconds_to_validate,
)

RULE, ALERT = "AlertRule", "Alert"
LONGEST_FOR_SECONDS = 86_400.0
LONGEST_SILENCE_SECONDS = 30 * 86_400.0
NAME_LIMIT = 120
NO_RIGHTS = ()


class AlertNotFoundError(NotFoundError):
    """No such alert or rule in this workspace."""

    code = "ALERT_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("Alert not found")


def _duration(longest: float) -> AfterValidator:
    def check(text: str) -> str:
        seconds = parse_duration(text)
        if seconds > longest:
            message = f"may be at most {format_duration(longest)}"
            raise ValueError(message)
        return text

    return AfterValidator(check)


def _finite(value: float) -> float:
    if not math.isfinite(value):
        message = "must be a finite number"
        raise ValueError(message)
    return value


Text = Annotated[str, StringConstraints(min_length=1, max_length=20)]


class CreateAlertParameters(Parameters):
    """The rule: a metric, what it is compared with, and for how long it must be so."""

    metric: Literal[
        "cpu_percent", "memory_percent", "cpu_cores", "memory_bytes", "cpu_throttled", "volume_usage", "error_rate",
        "latency_p95", "request_rate", "ready_replicas", "restarts",
    ]  # fmt: skip
    threshold: Annotated[float, Field(ge=0, le=1e15), AfterValidator(_finite)]
    comparison: Literal["above", "below"] = "above"
    duration: Annotated[Text, _duration(LONGEST_FOR_SECONDS)] = "5m"
    """How long it must be so; for restarts, within which they are counted."""
    severity: Literal["low", "medium", "high", "critical"] = "medium"
    name: Annotated[str, StringConstraints(min_length=1, max_length=NAME_LIMIT)] | None = None


class AlertParameters(Parameters):
    """`alert_id`: an alert, or the rule whose alert is meant."""


class AcknowledgeParameters(AlertParameters):
    """`alert_id`: the alert, or its rule. With `acknowledged: false` an acknowledgement is taken back."""

    acknowledged: bool = True


class SilenceParameters(AlertParameters):
    """`alert_id`: the rule, or one of its alerts. `duration` null ends the silence."""

    duration: Annotated[Text, _duration(LONGEST_SILENCE_SECONDS)] | None


def _nothing(_draft: Draft, _stable: float) -> float:
    return 0.1


STEPS = (
    Step("validate_alert", seconds_to_validate, examines=True),
    Step("apply_alert", _nothing),
    Step("verify_alert", _nothing),
)


class OwnRunbook(Runbook[Any]):
    """What all of these share: no right in the cluster, no cap, no kill switch."""

    rights = NO_RIGHTS
    steps = STEPS
    watched = ()
    changes_cluster: ClassVar[bool] = False
    takes_several: ClassVar[bool] = False


def _target(record: RecordChange, namespace: str) -> TargetRef:
    return TargetRef(kind=record.kind, namespace=namespace, name=record.id)


def _shown(record: OwnRecord, *names: str) -> Fields:
    """What a diff shows of a row, besides what changes."""
    return {name: record.fields[name] for name in names}


async def _rule_of(alert_id: str, world: World) -> OwnRecord:
    """The rule that an id names, itself or by one of its alerts; raises AlertNotFoundError."""
    found = await world.record(RULE, alert_id)
    if found is None and (alert := await world.record(ALERT, alert_id)) is not None:
        found = await world.record(RULE, str(alert.fields["rule_id"]))
    if found is None:
        raise AlertNotFoundError
    return found


def rule_fields(subject: Subject, parameters: CreateAlertParameters) -> Fields:
    """The rule's row, but for who made it and when."""
    rule = Rule(
        metric=AlertMetric(parameters.metric),
        comparison=parameters.comparison,
        threshold=parameters.threshold,
        for_seconds=parse_duration(parameters.duration),
    )
    name = parameters.name or f"{subject.name}: {rule.words}"
    severity: Severity = parameters.severity
    return {
        "name": plain(name, NAME_LIMIT),
        "application_id": subject.id,
        "kind": subject.kind,
        "namespace": subject.namespace,
        "application": subject.name,
        "metric": rule.metric.value,
        "comparison": rule.comparison,
        "threshold": rule.threshold,
        "for_seconds": rule.for_seconds,
        "severity": severity,
    }


class CreateAlert(OwnRunbook):
    """Makes a rule that watches one application."""

    name = "create_alert"
    parameters = CreateAlertParameters
    words = Words(
        verb="create an alert for",
        done="created",
        does="watches a metric of an application, and alerts when it is beyond a threshold for long enough",
        undo="deletes the rule with its alerts",
        noun="Alert",
    )
    risk = "low"

    async def draft(self, subject: Subject, parameters: CreateAlertParameters, world: World) -> Draft:
        """Draft the rule."""
        fields = rule_fields(subject, parameters)
        rule_id = stable_id("rule-", subject.id, world.at.isoformat(), *(str(value) for value in fields.values()))
        changes = tuple(FieldChange(f"/{name}", None, value) for name, value in fields.items())
        record = RecordChange(kind=RULE, id=rule_id, verb="create", fields=fields, changes=changes)
        return Draft(
            action=self.name, subject=subject, target=_target(record, subject.namespace),
            description=f"Creating the alert '{fields['name']}'",
            parameters=parameters.model_dump(exclude={"reason"}, exclude_none=True), writes=(), records=(record,),
            risk="low", warnings=_warnings(subject, fields, world),
        )  # fmt: skip

    def inverse(self, draft: Draft) -> tuple[str, Fields]:
        """Delete it again."""
        return DeleteAlert.name, {"alert_id": draft.records[0].id}


def _warnings(subject: Subject, fields: Mapping[str, Any], world: World) -> tuple[str, ...]:
    """Of a share: whether there is something to take it of."""
    row = world.cache.find(subject.kind, subject.namespace, subject.name)
    totals = getattr(row, "resources", None)
    resource = {"cpu_percent": "cpu", "memory_percent": "memory"}.get(str(fields["metric"]))
    if totals is None or resource is None:
        return ()
    if getattr(totals, f"{resource}_limit") or getattr(totals, f"{resource}_request"):
        return ()
    return (f"Its pods set neither limits nor requests of {resource}: the alert cannot fire until they do",)


class DeleteAlert(OwnRunbook):
    """Removes a rule with its alerts and their history."""

    name = "delete_alert"
    target = "alert"
    parameters = AlertParameters
    words = Words(
        verb="delete the alert",
        done="deleted",
        does="removes an alert rule with its alerts and their history",
        undo="creates the rule again; its history is not restored",
        noun="Alert",
    )
    risk = "medium: its history is gone"

    async def draft(self, subject: Subject, parameters: AlertParameters, world: World) -> Draft:
        """Draft the removal."""
        rule = await _rule_of(subject.id, world)
        kept = {name: value for name, value in rule.fields.items() if name in RULE_FIELDS}
        changes = tuple(FieldChange(f"/{name}", value, None) for name, value in kept.items())
        record = RecordChange(kind=RULE, id=rule.id, verb="delete", fields=kept, changes=changes)
        risk: Risk = "medium"
        return Draft(
            action=self.name, subject=subject, target=_target(record, rule.namespace),
            description=f"Deleting the alert '{rule.fields['name']}'",
            parameters=parameters.model_dump(exclude={"reason"}, exclude_none=True), writes=(), records=(record,),
            risk=risk,
        )  # fmt: skip

    def inverse(self, draft: Draft) -> tuple[str, Fields]:
        """Create it again."""
        fields = draft.records[0].fields
        return CreateAlert.name, {
            "application_id": fields["application_id"],
            "metric": fields["metric"],
            "comparison": fields["comparison"],
            "threshold": fields["threshold"],
            "duration": f"{fields['for_seconds']:g}s",
            "severity": fields["severity"],
            "name": fields["name"],
        }


RULE_FIELDS = frozenset(
    {
        "name", "application_id", "kind", "namespace", "application", "metric", "comparison", "threshold",
        "for_seconds", "severity",
    }
)  # fmt: skip


class AcknowledgeAlert(OwnRunbook):
    """Acknowledges an alert: no further notifications until it is resolved."""

    name = "acknowledge_alert"
    target = "alert"
    parameters = AcknowledgeParameters
    words = Words(
        verb="acknowledge the alert",
        done="acknowledged",
        does="marks a firing alert as looked after",
        undo="takes the acknowledgement back",
        noun="Alert",
    )
    risk = "low"

    async def draft(self, subject: Subject, parameters: AcknowledgeParameters, world: World) -> Draft:
        """Draft the new status."""
        alert = await world.record(ALERT, subject.id)
        if alert is None:
            rule = await _rule_of(subject.id, world)
            alert = await world.record(ALERT, str(rule.fields["open_alert_id"] or ""))
            if alert is None:
                raise NotApplicableError("The rule does not fire now", possible="while its alert is firing")
        before = alert.fields["status"]
        wanted, from_ = ("acknowledged", {"firing", "silenced"}) if parameters.acknowledged else (
            "firing", {"acknowledged"},
        )  # fmt: skip
        if before not in from_:
            raise NotApplicableError(f"The alert is {before}", possible=f"while it is {' or '.join(sorted(from_))}")
        change = FieldChange("/status", before, wanted)
        record = RecordChange(
            kind=ALERT,
            id=alert.id,
            verb="update",
            fields=_shown(alert, "title", "severity", "status"),
            changes=(change,),
        )
        verb = "Acknowledging" if parameters.acknowledged else "Taking back the acknowledgement of"
        return Draft(
            action=self.name, subject=subject, target=_target(record, alert.namespace),
            description=f"{verb} the alert '{alert.fields['title']}'",
            parameters=parameters.model_dump(exclude={"reason"}), writes=(), records=(record,), risk="low",
        )  # fmt: skip

    def inverse(self, draft: Draft) -> tuple[str, Fields]:
        """The other way round."""
        acknowledged = not draft.parameters["acknowledged"]
        return self.name, {"alert_id": draft.records[0].id, "acknowledged": acknowledged}

    def done(self, draft: Draft) -> str:
        """Past tense."""
        return "acknowledged" if draft.parameters["acknowledged"] else "set back to firing"


class SilenceAlert(OwnRunbook):
    """Silences a rule for a while: it is still evaluated, but sends no notifications."""

    name = "silence_alert"
    target = "alert"
    parameters = SilenceParameters
    words = Words(
        verb="silence the alert",
        done="silenced",
        does="keeps a rule's alerts from being sent for a while",
        undo="restores the previous silence, or ends it",
        noun="Alert",
    )
    risk = "low; medium for more than a day"

    async def draft(self, subject: Subject, parameters: SilenceParameters, world: World) -> Draft:
        """Draft the end of the silence."""
        rule = await _rule_of(subject.id, world)
        before = rule.fields["silenced_until"]
        seconds = parse_duration(parameters.duration) if parameters.duration else None
        after = format_time(world.at + timedelta(seconds=seconds)) if seconds else None
        if after is None and (before is None or before <= format_time(world.at)):
            raise NotApplicableError("The alert is not silenced", possible="while it is silenced")
        if seconds is not None and seconds <= 0:
            raise refused("duration", "must be longer than 0 s, or null to end the silence")
        change = FieldChange("/silenced_until", before, after)
        record = RecordChange(
            kind=RULE,
            id=rule.id,
            verb="update",
            fields=_shown(rule, "name", "severity", "silenced_until"),
            changes=(change,),
        )
        does = f"Silencing the alert '{rule.fields['name']}' until {after}" if after else (
            f"Ending the silence of the alert '{rule.fields['name']}'"
        )  # fmt: skip
        risk: Risk = "medium" if seconds is not None and seconds > LONGEST_FOR_SECONDS else "low"
        return Draft(
            action=self.name, subject=subject, target=_target(record, rule.namespace), description=does,
            parameters=parameters.model_dump(exclude={"reason"}), writes=(), records=(record,), risk=risk,
            prior={"at": format_time(world.at)},
        )  # fmt: skip

    def inverse(self, draft: Draft) -> tuple[str, Fields]:
        """End it, or what was left of the silence before."""
        before = draft.records[0].changes[0].before
        left = _seconds_between(draft.prior["at"], before) if before else 0
        duration = f"{left}s" if left > 0 else None
        return self.name, {"alert_id": draft.records[0].id, "duration": duration}

    def done(self, draft: Draft) -> str:
        """Past tense."""
        return "silenced" if draft.parameters["duration"] else "no longer silenced"


def _seconds_between(earlier: str, later: str) -> int:
    start, end = datetime.fromisoformat(earlier), datetime.fromisoformat(later)
    return round((end - start).total_seconds())
