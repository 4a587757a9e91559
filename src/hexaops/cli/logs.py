"""`hexaops logs`: search the workspace's log lines, or follow them as they are stored."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer
from msgspec import Struct

from hexaops.cli.client import OPENED, Api, open_api
from hexaops.cli.failures import UNREACHABLE, USAGE, CliError
from hexaops.cli.log_upkeep import keep_up
from hexaops.cli.options import Options
from hexaops.cli.output import cell, print_list, print_next, print_table
from hexaops.kit.durations import parse_duration, parse_time
from hexaops.kit.text import plain, without_escapes

COLOURS = {"error": "red", "warning": "yellow", "debug": "bright_black"}
LONGEST_MESSAGE = 8_000
FOLLOWED_AFTER = 10
"""Stored lines shown before new ones are followed, unless --limit says otherwise."""


def logs(  # noqa: PLR0913, PLR0917 # size: one parameter an option
    context: typer.Context,
    query: Annotated[list[str] | None, typer.Argument(help="Words to search for, as in docs/logs.md.")] = None,
    app: Annotated[list[str] | None, typer.Option("--app", "-a", help="Only this application; repeatable.")] = None,
    level: Annotated[
        list[str] | None, typer.Option("--level", "-l", help="debug, info, warning, error or unknown; repeatable.")
    ] = None,
    since: Annotated[str | None, typer.Option(help="A duration such as 15m, or a time [1h].")] = None,
    until: Annotated[str | None, typer.Option(help="A duration before now, or a time [now].")] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", "-n", min=1, max=1000, help="How many lines, the newest [100].")
    ] = None,
    cursor: Annotated[str | None, typer.Option(help="Where the previous page ended, as it was printed.")] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Keep printing new lines until Ctrl-C.")] = False,
    patterns: Annotated[bool, typer.Option("--patterns", help="Count message patterns instead of lines.")] = False,
) -> None:
    """Search the logs, or follow them. Lines are printed oldest first.

    With --json a search prints one object, and --follow prints one object per line. `hexaops logs verify` checks the
    files of the home folder's log store; `hexaops logs repair`, with the service stopped, takes damaged parts out.

    Examples: `hexaops logs --app web-app --since 15m`, `hexaops logs 'error AND timeout' -n 20`,
    `hexaops logs --level error --follow`
    """
    options: Options = context.obj
    if query in (["verify"], ["repair"]):
        keep_up(options.home, "verify" if query == ["verify"] else "repair", as_json=options.as_json)
        return
    if follow and (until or cursor or patterns):
        raise CliError("--follow goes with neither --until, --cursor nor --patterns.", exit_code=USAGE)
    api = open_api(context)
    wanted = Wanted(" ".join(query or []), app or [], level or [])
    now = datetime.now(UTC)
    times = (moment(since or "1h", now), moment(until or "0s", now))
    if follow:
        follow_lines(api, wanted, times[0], limit or FOLLOWED_AFTER, as_json=options.as_json)
        return
    found = _search(api, wanted, times, limit or 100, aggregate=patterns, cursor=cursor)
    if patterns:
        _print_patterns(options, found, limit or 100)
    elif options.as_json:
        print_list(found["logs"], found["pagination"], total=found["total_hits"], limits=found["limits"])
    else:
        for line in reversed(found["logs"]):
            print_line(line)
        _print_end(found)


class Wanted(Struct, frozen=True):
    """Which lines."""

    text: str
    components: Sequence[str]
    levels: Sequence[str]


def moment(text: str, now: datetime) -> datetime:
    """A time given as such or as a duration before now; raises CliError."""
    try:
        return now - timedelta(seconds=parse_duration(text))
    except (ValueError, OverflowError):
        pass
    try:
        return parse_time(text)
    except ValueError:
        hint = "Write a duration such as 30s, 15m, 2h, 7d, or a time such as 2026-01-31T12:00:00Z."
        raise CliError(f"Not a time: {text}", hint=hint, exit_code=USAGE) from None


def print_line(line: Mapping[str, Any]) -> None:
    """One line: coloured and in local time on a terminal."""
    typer.echo(styled_line(line, local_time=sys.stdout.isatty()))


def styled_line(line: Mapping[str, Any], *, local_time: bool) -> str:
    """One line in its level's colour, with what matched in bold."""
    time = parse_time(line["timestamp"]).astimezone().strftime("%b %d %H:%M:%S") if local_time else line["timestamp"]
    colour = COLOURS.get(line["level"])
    where = typer.style(cell(line["pod"] or line["component"]), fg="cyan")
    message = _highlighted(line["message"], line.get("highlight") or [], colour)
    return f"{time}  {typer.style(line['level'].ljust(7), fg=colour)}  {where}  {message}"


def _highlighted(message: str, spans: Sequence[Sequence[int]], colour: str | None) -> str:
    parts, at = [], 0
    for start, end in spans:
        parts += [(message[at:start], False), (message[start:end], True)]
        at = end
    parts.append((message[at:], False))
    return "".join(typer.style(_spaced(text), fg=colour, bold=True if bold else None) for text, bold in parts if text)


def _spaced(text: str) -> str:
    """`plain`, with the spaces at its ends that a part of a line needs."""
    text = without_escapes(text)
    body = plain(text, LONGEST_MESSAGE)
    return f"{' ' * text[:1].isspace()}{body}{' ' * (text[-1:].isspace() and bool(body))}"


def _search(
    api: Api, wanted: Wanted, times: tuple[datetime, datetime], limit: int, *, aggregate: bool, cursor: str | None
) -> dict[str, Any]:
    start, end = times
    body = {
        "query": {
            "text": wanted.text,
            "time_range": {"start": start.isoformat(), "end": end.isoformat()},
            "filters": {"components": wanted.components, "log_level": wanted.levels},
        },
        "options": {"limit": limit, "highlight": True, "aggregate": aggregate, "cursor": cursor},
    }
    found: dict[str, Any] = api.post(api.aiops("/logs/query"), body)["data"]
    return found


def follow_lines(api: Api, wanted: Wanted, since: datetime, limit: int, *, as_json: bool) -> None:
    """Stored lines first, then new ones. The stream is opened before the search, so nothing falls between them."""
    shown: set[tuple[str, str, str]] = set()
    stream = api.tail(api.aiops("/logs/tail"), text=wanted.text, components=wanted.components, log_level=wanted.levels)
    try:
        for name, data in stream:
            if name == OPENED:
                stored = _search(api, wanted, (since, datetime.now(UTC)), limit, aggregate=False, cursor=None)
                for line in reversed(stored["logs"]):
                    shown.add(_key(line))
                    _print_one(line, as_json=as_json)
            elif name == "missed":
                typer.echo(f"({data['lines']} lines were missed: they came too fast)", err=True)
            elif name == "problem":
                typer.echo(f"({data['message']}: {cell(data['details'].get('reason'))})", err=True)
            elif name == "line" and _key(data) not in shown:
                _print_one(data, as_json=as_json)
    except KeyboardInterrupt:
        return
    raise CliError("The service ended the stream.", hint="Run the command again.", exit_code=UNREACHABLE)


def _key(line: Mapping[str, Any]) -> tuple[str, str, str]:
    return line["timestamp"], line["pod"], line["message"]


def _print_one(line: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(line, ensure_ascii=False))
    else:
        print_line(line)


def _print_patterns(options: Options, found: Mapping[str, Any], limit: int) -> None:
    patterns = (found["patterns"] or [])[:limit]
    if options.as_json:
        print_list(patterns, total=found["total_hits"], limits=found["limits"])
        return
    print_table(("Lines", "Pattern"), [(one["frequency"], one["pattern"]) for one in patterns])
    typer.echo(f"{len(patterns)} patterns of {found['total_hits']} lines", err=True)


def _print_end(found: Mapping[str, Any]) -> None:
    shown, total = len(found["logs"]), found["total_hits"]
    for limit in found["limits"]:
        typer.secho(cell(limit), fg="yellow", err=True)
    if not total:
        typer.echo("No lines match. --since looks further back (default: 1h).", err=True)
    elif shown < total:
        typer.echo(f"\nThe newest {shown} of {total} lines.", err=True)
    print_next(found["pagination"])
