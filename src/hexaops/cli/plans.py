"""Prints a plan: what would change, what it affects, its risk and when it expires."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import typer

from hexaops.cli.output import cell, print_facts, print_wrapped
from hexaops.cli.times import relative

DIFF_LINES = 40


def print_plan(plan: Mapping[str, Any]) -> None:
    """The whole plan."""
    targets = plan.get("targets") or [plan.get("target") or {}]
    warnings = plan.get("warnings") or []
    usual = plan.get("estimated_duration")
    expires = plan.get("expires_at")
    typer.echo(f"\nPlan {plan['plan_id']}: {cell(plan.get('description') or plan.get('action'))}")
    print_facts(
        {
            "  target": [f"{one.get('kind')} {one.get('namespace')}/{one.get('name')}" for one in targets],
            "  risk": plan.get("risk"),
            # An estimate counts undisturbed changes: beside a warning it says so.
            "  takes about": f"{usual}, if nothing below holds it up" if usual and warnings else usual,
            "  affects": blast_radius(plan.get("blast_radius")),
            "  confirm before": f"{expires} ({relative(expires, datetime.now(UTC))})" if expires else None,
        }
    )
    for change in plan.get("changes") or []:
        shown = f"{_field(change['path'])}: {_value(change.get('from'))} → {_value(change.get('to'))}"
        print_wrapped(shown, prefix="  change  ")
    for line in diff_lines(plan.get("diff")):
        typer.echo(f"  {line}")
    for warning in warnings:
        print_wrapped(cell(warning), prefix="  ! ", colour="yellow")


def _field(pointer: str) -> str:
    """A JSON pointer (RFC 6901) as people write fields: the last two parts, unescaped."""
    parts = [part.replace("~1", "/").replace("~0", "~") for part in str(pointer).split("/") if part]
    return cell(".".join(parts[-2:]))


def _value(value: Any) -> str:
    return "none" if value is None else cell(value)


def blast_radius(value: Any) -> str | None:
    """On one line, empty parts left out."""
    if not isinstance(value, Mapping):
        return cell(value) if value else None
    known = [(name.replace("_", " "), part) for name, part in value.items() if part is not None and part != []]
    return "; ".join(f"{name}: {_brief(part)}" for name, part in known) or None


def _brief(value: Any) -> str:
    if isinstance(value, Mapping) and set(value) == {"from", "to"}:
        return f"{cell(value['from'])} → {cell(value['to'])}"
    if isinstance(value, list):
        return ", ".join(cell(part.get("name", part)) if isinstance(part, Mapping) else cell(part) for part in value)
    return cell(value)


def diff_lines(diff: Any) -> list[str]:
    """The dry run's diff, line by line, indentation kept."""
    lines = [_safe(line) for line in str(diff or "").splitlines()]
    more = len(lines) - DIFF_LINES
    return [*lines[:DIFF_LINES], *([f"… {more} more lines"] if more > 0 else [])]


def _safe(line: str) -> str:
    body = line.lstrip("+- @")
    return line[: len(line) - len(body)] + cell(body)
