"""How commands fail: what went wrong, what to do next, and the exit code."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

import typer

REFUSED = 1
USAGE = 2
UNREACHABLE = 3
NOT_ALLOWED = 4
UNANSWERED = 5

LONGEST_DETAIL = 2_000
"""As long as the service's own reasons."""
AUTOMATION_RULE = 17
"""Number of the kill switch's safety rule."""


class CliError(Exception):
    """Ends a command with a message, a next step and an exit code."""

    def __init__(
        self, message: str, *, hint: str | None = None, exit_code: int = REFUSED, body: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.exit_code = exit_code
        self.body = body
        """The service's error body, if there is one."""


def report(error: CliError, *, as_json: bool) -> None:
    """Print the error to standard error."""
    if as_json:
        body = error.body or {"error": {"code": "CLI_ERROR", "message": error.message, "details": {}}}
        typer.echo(json.dumps({**body, "hint": error.hint}, indent=2, ensure_ascii=False), err=True)
        return
    typer.secho(f"Error: {error.message}", fg="red" if sys.stderr.isatty() else None, err=True)
    if error.hint:
        typer.echo(f"  {error.hint}", err=True)


def no_service(url: str) -> CliError:
    """Connection refused."""
    return CliError(
        f"No hexaops service answers at {url}.",
        hint="Start one with `hexaops serve` in another terminal, or pass --url.",
        exit_code=UNREACHABLE,
    )


def no_credentials(home: str) -> CliError:
    """The home folder has no credentials."""
    return CliError(
        f"No credentials in {home}/credentials.json.",
        hint="Start the service with `hexaops serve`, or pass --url, --token and --workspace.",
        exit_code=UNREACHABLE,
    )


def refusal(status: int, body: Mapping[str, Any], headers: Mapping[str, str]) -> CliError:
    """The service's error as a message with a next step."""
    error = body.get("error") if isinstance(body.get("error"), dict) else {}
    assert isinstance(error, dict)
    code, details = str(error.get("code", f"HTTP {status}")), error.get("details") or {}
    message = f"{error.get('message', 'the service refused the request')} ({code})"
    exit_code = NOT_ALLOWED if status in {401, 403} else UNREACHABLE if status == 503 else REFUSED
    shown = _details(details) if status not in {401, 404, 429} else ""
    hint = _next_step(status, code, details, headers)
    if status >= 500 and body.get("request_id"):
        hint = f"{hint or ''} See the service's log, request id {body['request_id']}.".strip()
    return CliError(message + shown, hint=hint, exit_code=exit_code, body=body)


def _details(details: Any) -> str:
    if not isinstance(details, Mapping):
        return ""
    lines = [f"\n  {key}: {_short(value)}" for key, value in list(details.items())[:12] if value not in (None, "", [])]
    return "".join(lines)


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_DETAIL else text[: LONGEST_DETAIL - 1] + "…"


def _next_step(status: int, code: str, details: Any, headers: Mapping[str, str]) -> str | None:
    by_code = {
        "PLAN_STALE": "The target has changed since the plan was made. Ask again for a new plan.",
        "PLAN_EXPIRED": "A plan can be confirmed for 10 minutes. Ask again for a new plan.",
        "OPERATION_IN_PROGRESS": "Wait for it to end: `hexaops actions watch ID` follows it.",
        "WORKSPACE_NOT_FOUND": "`hexaops workspace list` lists your workspaces.",
        "APPLICATION_NOT_FOUND": "`hexaops apps` lists the applications.",
        "AUTOMATION_DISABLED": "`hexaops automation status` says by whom; `hexaops automation on` resumes changes.",
    }
    if code == "GUARDRAIL_REFUSED" and isinstance(details, Mapping) and details.get("rule") == AUTOMATION_RULE:
        code = "AUTOMATION_DISABLED"
    if code in by_code:
        return by_code[code]
    if status == 401:
        return "The token is invalid or has expired: `hexaops serve` writes a new one at each start, or pass --token."
    if status == 403:
        needed = details.get("required_permission") if isinstance(details, Mapping) else None
        return f"An administrator of the workspace can give you a role with {needed or 'that permission'}."
    if status == 404:
        return "It does not exist or belongs to someone else."
    if status == 429:
        return f"Wait {headers.get('retry-after', 'a few')} seconds and try again."
    return None
