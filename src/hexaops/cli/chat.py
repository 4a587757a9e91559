"""`hexaops chat`: a conversation that asks before every change and shows its steps live."""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from hexaops.cli.answers import plans_of, print_answer, suggestions_of, undo_of
from hexaops.cli.client import Api, open_api
from hexaops.cli.confirming import Origin, Settled, ask_user, settle, undo
from hexaops.cli.failures import NOT_ALLOWED, CliError, report
from hexaops.cli.options import Options
from hexaops.cli.output import cell, print_json

PROMPT = "you> "
HELP = "/1, /2, … picks a suggestion, /end closes the session, /quit leaves it open."


def chat(
    context: typer.Context,
    session: Annotated[str | None, typer.Option(help="Continue this session.")] = None,
) -> None:
    """Start a conversation; Ctrl-D ends it.

    Questions may be piped in, one per line; the line after a plan confirms it with yes.

    Examples: `hexaops chat`, `hexaops chat --session sess_…`,
    `printf 'restart database-app\\nyes\\n' | hexaops chat`
    """
    options: Options = context.obj
    api = open_api(context)
    conversation = Conversation(api, options, session)
    if sys.stdin.isatty() and not options.as_json:
        workspace = api.workspace().rsplit("/", 1)[-1]
        typer.echo(f"hexaops at {api.base_url}, workspace {workspace}.\nAsk anything. {HELP}")
    for line in _lines(prompt=not options.as_json):
        if not conversation.take(line):
            break
    if conversation.session_id and not options.as_json:
        typer.echo(f"\nContinue later with: hexaops chat --session {conversation.session_id}", err=True)
    raise typer.Exit(conversation.exit_code)


@dataclass
class Conversation:
    """One session, as the terminal sees it."""

    api: Api
    options: Options
    session_id: str | None = None
    exit_code: int = 0
    suggestions: Sequence[Mapping[str, Any]] = ()

    def take(self, line: str) -> bool:
        """Obey or ask one line, and whatever is typed at the prompts that follow; False ends the conversation."""
        while line:
            if not line.startswith("/"):
                line = self._say(line)
                continue
            if line in {"/quit", "/exit"}:
                return False
            if line == "/end":
                self._end()
                return False
            line = self._obey(line)
        return True

    def _obey(self, command: str) -> str:
        """What a command asks in the user's stead, or nothing."""
        number = command[1:]
        if number.isascii() and number.isdigit() and 0 < int(number) <= len(self.suggestions):
            message = str(self.suggestions[int(number) - 1]["message"])
            typer.echo(f"{PROMPT}{cell(message)}", err=self.options.as_json)
            return message
        if command != "/help":
            typer.echo(f"Unknown command: {cell(command)}", err=True)
        typer.echo(HELP, err=self.options.as_json)
        return ""

    def _say(self, text: str) -> str:
        """Ask, show the answer, offer its plans; returns what was typed instead of confirming.

        A refusal is reported and does not end the conversation.
        """
        body = {"message": text, **({"session_id": self.session_id} if self.session_id else {})}
        try:
            data = self._answer(body)
            self.session_id, self.suggestions = data["session_id"], suggestions_of(data)
            settled = self._offer(data)
        except CliError as error:
            report(error, as_json=self.options.as_json)
            self.exit_code = error.exit_code
            if error.exit_code == NOT_ALLOWED:
                raise typer.Exit(error.exit_code) from None
            return ""
        except KeyboardInterrupt:
            typer.echo("\nStopped waiting for the answer.", err=True)
            return ""
        self.exit_code = max(self.exit_code, settled.exit_code)
        return settled.other

    def _end(self) -> None:
        """Close the session and show what it held."""
        if self.session_id is None:
            return
        ended = self.api.post(self.api.aiops(f"/sessions/{self.session_id}/end"))["data"]
        self.session_id = None
        if self.options.as_json:
            print_json(ended)
            return
        counted = {name.replace("_", " "): value for name, value in ended["summary"].items() if value is not None}
        typer.echo("Session ended: " + ", ".join(f"{cell(value)} {name}" for name, value in counted.items()))

    def _answer(self, body: dict[str, Any]) -> dict[str, Any]:
        live = sys.stdout.isatty() and not self.options.as_json
        for name, data in self.api.stream(self.api.aiops("/chat"), body):
            if name == "final":
                final: dict[str, Any] = data["data"]
                if self.options.as_json:
                    print_json(final)
                else:
                    if live:
                        typer.echo("\r\x1b[K", nl=False)
                    print_answer(final, numbered=True)
                return final
            if live and name == "status":
                typer.secho(f"\r\x1b[K  {cell(data.get('stage'))}…", dim=True, nl=False)
        message = "The answer was cut off."
        raise CliError(message, hint="Ask again; `hexaops sessions history` shows what was stored.")

    def _offer(self, data: Mapping[str, Any]) -> Settled:
        as_json = self.options.as_json
        origin = Origin(self.session_id, data["message_id"])
        ask = functools.partial(ask_user, to_stderr=as_json)
        if plans := plans_of(data):
            return settle(self.api, plans, origin, ask, as_json=as_json)
        if reference := undo_of(data):
            return undo(self.api, reference, origin, ask, as_json=as_json)
        return Settled()


def _lines(*, prompt: bool) -> Iterator[str]:
    interactive = sys.stdin.isatty()
    if interactive:
        import readline  # noqa: F401, PLC0415 # gives `input` its history and line editing
    while True:
        try:
            line = input(PROMPT) if interactive else sys.stdin.readline()
        except (EOFError, KeyboardInterrupt):
            return
        if not interactive:
            if not line:
                return
            if prompt and line.strip():
                typer.echo(f"{PROMPT}{line.strip()}")
        if line.strip():
            yield line.strip()
