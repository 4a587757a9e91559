"""A plan before it is confirmed: what would change, for whom, how risky, and until when it may be confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import typer

from hexaops.cli.output import cell, print_facts

DIFF_LINES = 40


def print_plan(plan: Mapping[str, Any]) -> None:
    """The whole plan."""
    target = plan.get("target") or {}
    typer.echo(f"\nPlan {plan['plan_id']}: {cell(plan.get('description') or plan.get('action'))}")
    print_facts(
        {
            "  target": f"{target.get('kind')} {target.get('namespace')}/{target.get('name')}",
            "  risk": plan.get("risk"),
            "  takes about": plan.get("estimated_duration"),
            "  blast radius": blast_radius(plan.get("blast_radius")),
            "  confirm before": plan.get("expires_at"),
        }
    )
    for change in plan.get("changes") or []:
        typer.echo(f"  change  {cell(change['path'])}: {cell(change.get('from'))} → {cell(change.get('to'))}")
    for line in diff_lines(plan.get("diff")):
        typer.echo(f"  {line}")
    for warning in plan.get("warnings") or []:
        typer.secho(f"  ! {cell(warning)}", fg="yellow")


def blast_radius(value: Any) -> str | None:
    """On one line, without what is empty."""
    if not isinstance(value, Mapping):
        return cell(value) if value else None
    return "; ".join(f"{name.replace('_', ' ')}: {_brief(part)}" for name, part in value.items() if part != []) or None


def _brief(value: Any) -> str:
    if isinstance(value, Mapping) and set(value) == {"from", "to"}:
        return f"{cell(value['from'])} → {cell(value['to'])}"
    if isinstance(value, list):
        return ", ".join(cell(part.get("name", part)) if isinstance(part, Mapping) else cell(part) for part in value)
    return cell(value)


def diff_lines(diff: Any) -> list[str]:
    """The server-side dry run's difference, line by line, each with its indentation."""
    lines = [_safe(line) for line in str(diff or "").splitlines()]
    more = len(lines) - DIFF_LINES
    return [*lines[:DIFF_LINES], *([f"… {more} more lines"] if more > 0 else [])]


def _safe(line: str) -> str:
    body = line.lstrip("+- @")
    return line[: len(line) - len(body)] + cell(body)
