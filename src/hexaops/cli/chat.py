"""`hexaops chat`: a conversation that streams its answers, asks before every change, and shows its steps live."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from hexaops.cli.answers import plans_of, print_answer
from hexaops.cli.client import Api, open_api
from hexaops.cli.confirming import asked, carry_out
from hexaops.cli.failures import NOT_ALLOWED, CliError, report
from hexaops.cli.options import Options
from hexaops.cli.output import cell, print_json
from hexaops.cli.plans import print_plan
from hexaops.cli.proposals import proposal_of

PROMPT = "you> "
HELP = "/end closes the session, /quit leaves it open, /help shows this. Anything else is asked."


def chat(
    context: typer.Context,
    session: Annotated[str | None, typer.Option(help="Go on in this session.")] = None,
) -> None:
    """Talk to the service; an empty line does nothing, Ctrl-D ends.

    Questions may be piped in, one a line; a plan is confirmed by a line that says yes.

    Examples: `hexaops chat`, `hexaops chat --session sess_…`,
    `printf 'restart database-app\\nyes\\n' | hexaops chat`
    """
    options: Options = context.obj
    api = open_api(context)
    conversation = Conversation(api, options, session)
    if sys.stdin.isatty() and not options.as_json:
        workspace = api.workspace().rsplit("/", 1)[-1]
        typer.echo(f"hexaops at {api.base_url}, workspace {workspace}. {HELP}")
    for line in _lines(prompt=not options.as_json):
        if line in {"/quit", "/exit"}:
            break
        if line == "/help":
            typer.echo(HELP)
        elif line == "/end":
            conversation.end()
            break
        else:
            conversation.say(line)
    if conversation.session_id and not options.as_json:
        typer.echo(f"\nGo on later with: hexaops chat --session {conversation.session_id}", err=True)
    raise typer.Exit(conversation.exit_code)


@dataclass
class Conversation:
    """One session, from the terminal's side."""

    api: Api
    options: Options
    session_id: str | None = None
    exit_code: int = 0

    def say(self, text: str) -> None:
        """Ask, show the answer as it comes, offer its plans. A refusal is told and does not end the conversation."""
        body = {"message": text, **({"session_id": self.session_id} if self.session_id else {})}
        try:
            data = self._answer(body)
            self.session_id = data["session_id"]
            for plan in plans_of(data):
                self._offer(plan, data)
        except CliError as error:
            report(error, as_json=self.options.as_json)
            self.exit_code = error.exit_code
            if error.exit_code == NOT_ALLOWED:
                raise typer.Exit(error.exit_code) from None
        except KeyboardInterrupt:
            typer.echo("\nStopped watching; what was started goes on (`hexaops actions` shows it).", err=True)

    def end(self) -> None:
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
        live = not self.options.as_json
        streamed = False
        for name, data in self.api.stream(self.api.aiops("/chat"), body):
            if name == "final":
                final: dict[str, Any] = data["data"]
                if not live:
                    print_json(final)
                elif sys.stdout.isatty():
                    print_answer(final)
                else:
                    typer.echo("")
                    print_answer(final, with_text=not streamed)
                return final
            if live and name == "delta" and not sys.stdout.isatty():
                typer.echo(data.get("content", ""), nl=False)
                streamed = True
            elif live and name == "status" and sys.stdout.isatty():
                typer.secho(f"  {cell(data.get('stage'))}…", dim=True)
        message = "The answer broke off."
        raise CliError(message, hint="Ask again; `hexaops sessions history` shows what was stored.")

    def _offer(self, plan: Any, data: dict[str, Any]) -> None:
        if not self.options.as_json:
            print_plan(plan)
        if not asked("\nCarry it out?"):
            typer.echo("Nothing was changed.")
            return
        proposal = proposal_of(self.api, plan, session_id=self.session_id, message_id=data["message_id"])
        code = carry_out(self.api, proposal, wait=True, as_json=self.options.as_json)
        self.exit_code = max(self.exit_code, code)


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
