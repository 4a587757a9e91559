"""`docs/cli.md`: every command with its arguments and options, from the command line's own definition."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from hexaops.cli.commands import app
from tools.docs.tables import one_line, page, table

INTRO = (
    "`hexaops COMMAND --help` prints the same. Commands find the service and its credentials in `credentials.json` "
    'in the home folder. With `--json`, a list is `{"items": […], "next_cursor": …}`; pass the cursor to `--cursor` '
    "for the next page. `hexaops --install-completion` sets up completion for your shell."
)

EXAMPLES = """\
## Try it

```sh run
hexaops apps
```

```text answer
web-app … healthy … 3/3
12 applications
```

```sh run
hexaops apps --status unhealthy --json | jq -r '.items[].name'
```

```text answer
cache-service
```

What the service refuses is told on standard error, with a next step, and the exit code is not 0:

```sh run fails
hexaops actions run scale_application web-app replicas=5000 --plan-only
```"""


def commands(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Every command below a group, by its full name."""
    children = getattr(command, "commands", None)
    if children is None:
        yield name, command
        return
    for child_name, child in sorted(children.items()):
        if not child.hidden:
            yield from commands(child, f"{name} {child_name}")


def _part(name: str, command: Any) -> str:
    context = command.make_context(name, [], resilient_parsing=True)
    shown = [record for parameter in command.get_params(context) if (record := parameter.get_help_record(context))]
    rows = [(f"`{one_line(names)}`", one_line(text)) for names, text in shown]
    parts = [f"## {name}", one_line(command.help)]
    return "\n\n".join([*parts, table(("option", "meaning"), rows)])


def commands_page() -> str:
    """The page's text."""
    root = typer.main.get_command(app)
    return page("Command line", INTRO, EXAMPLES, *(_part(name, command) for name, command in commands(root, "hexaops")))
