"""`python -m tools.seeded_bugs [NAME…]`: each suite has to fail on the bug that it is there to find.

Every bug is a small edit of a copy of the source in a temporary folder; nothing in the product can be switched off.
Exit status 1 when a suite passes in spite of its bug, and when it fails without one (`--without`).
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
NEEDED = ("src", "simulator", "testenv", "tests", "tools", "docs", "deploy", "benchmarks", "pyproject.toml")
LONGEST_SECONDS = 300


@dataclass(frozen=True)
class Bug:
    """An edit, and the tests that must find it."""

    what: str
    path: str
    right: str
    """Occurs once in the file."""
    wrong: str
    suite: str
    chosen: str = ""
    """pytest's -k."""


BUGS = {
    "verification": Bug(
        "a change is completed without being verified", "features/changes/work.py",
        "found = [await self._until_done(change, part, doing) for part in change.parts]",
        "found = [{} for part in change.parts]",
        "tests/features/actions/test_changes.py", "not_become_healthy",
    ),
    "retry": Bug(
        "a write whose outcome is unknown is sent again without reading back", "features/changes/writes.py",
        "if earlier is not None and is_applied(live, write):", "if False:",
        "tests/features/actions/test_refusals.py", "lost_reply",
    ),
    "fencing": Bug(
        "a process that was taken over goes on", "features/runs/store.py",
        "if current is None or current.fence != row.fence or current.status not in ACTIVE:", "if current is None:",
        "tests/features/runs/test_store.py",
    ),
    "database": Bug(
        "a change fails when its database does", "features/runs/runner.py",
        "            except UNAVAILABLE as error:", "            except ZeroDivisionError as error:",
        "tests/features/runs/test_runner.py",
    ),
    "unavailable": Bug(
        "an unreachable database is an error of the program", "storage/database.py",
        "        if not is_unavailable(error):", "        if True:",
        "tests/storage/test_faults.py",
    ),
    "kill switch": Bug(
        "a stop is not looked at before the write", "features/changes/writes.py",
        "        await self._automation.check(operation.workspace_id, session)\n", "",
        "tests/features/actions/test_meanwhile.py", "kill_switch or suspended",
    ),
    "caps": Bug(
        "changes are not capped", "features/changes/caps.py",
        "        if len(started) < cap:", "        if True:",
        "tests/features/changes/test_guardrails.py",
    ),
    "flapping": Bug(
        "the same change may be made again and again", "features/changes/caps.py",
        "    if not cap or len(started) < cap:", "    if True:",
        "tests/features/changes/test_guardrails.py", "rule_13",
    ),
    "plan": Bug(
        "a confirmation need not name the plan's hash", "features/changes/confirmation.py",
        "if not hmac.compare_digest(given_hash.encode(), row.hash.encode()):", "if False:",
        "tests/features/actions/test_confirmation.py", "altered",
    ),
    "idempotency": Bug(
        "a request is done again under its key", "features/access/idempotency.py",
        "        if isinstance(found, StoredAnswer):", "        if False:",
        "tests/features/access/test_idempotency.py",
    ),
    "membership": Bug(
        "everybody is a member of every workspace", "features/workspaces/directory.py",
        "        return Membership(self._view(rows[0], claims), cast(\"Role\", rows[0].role)) if rows else None",
        "        found = await self.find(workspace_id)\n        return Membership(found, \"admin\") if found else None",
        "tests/tenancy/test_requests.py", "no_answer_holds",
    ),
    "bound accounts": Bug(
        "a bound account administers everything", "features/access/authorize.py",
        "    return principal.scopes - {ADMINISTRATION}", "    return principal.scopes",
        "tests/tenancy/test_bound_accounts.py tests/features/access/test_service_accounts.py",
    ),
    "cursors": Bug(
        "a cursor is good for every list and caller", "features/access/paging.py",
        "    return json.dumps([str(principal), path, sorted(filters)])", "    return \"\"",
        "tests/features/access/test_paging.py",
    ),
    "redaction": Bug(
        "nothing is redacted", "kit/redaction/__init__.py",
        "    spans.sort()\n", "    spans.clear()\n",
        "tests/kit/redaction tests/test_secrets.py",
    ),
    "audit": Bug(
        "the audit log's hashes are not compared", "features/audit/reader.py",
        "    if row.hash != link(previous, canonical(row)):", "    if False:",
        "tests/features/audit/test_chain.py",
    ),
    "staleness": Bug(
        "silence is never noticed", "backends/kubernetes/staleness.py",
        "    if silent is None or silent <= STALE_SECONDS:", "    if True:",
        "tests/backends/kubernetes/test_staleness.py",
    ),
    "admission": Bug(
        "everything is admitted at once", "admission.py",
        "        if self.is_full(caller):", "        if False:",
        "tests/test_admission.py",
    ),
    "rates": Bug(
        "no rate is limited", "features/access/rates.py",
        "        if allowed:", "        allowed = True\n        if allowed:",
        "tests/features/access/test_rates.py",
    ),
    "headers": Bug(
        "headers have no bound", "cli/connections.py",
        "        if len(self.headers) >= MOST_HEADERS:", "        if False:",
        "tests/cli/test_connections.py", "headers",
    ),
    "connections": Bug(
        "silent connections stay", "cli/connections.py",
        "        if len(self.connections) > self.most:", "        if False:",
        "tests/cli/test_connections.py", "silent_connections",
    ),
    "watch": Bug(
        "what disappeared while a watch was broken stays", "backends/kubernetes/reflector.py",
        "another thing\n                self._version = \"\"\n", "another thing\n",
        "tests/backends/kubernetes/test_watching.py", "410_in_a_watch",
    ),
    "accepted": Bug(
        "a commit whose reply was lost is an error", "features/changes/confirmation.py",
        "            if found is None:\n                raise", "            if True:\n                raise",
        "tests/features/actions/test_accepted.py",
    ),
    "full disk": Bug(
        "a full disk is an error of the program", "storage/database.py",
        "        if not is_unavailable(error):", "        if True:",
        "tests/crash/test_full_disk.py",
    ),
    "stop": Bug(
        "a process that is stopped drops its requests", "cli/serving.py",
        "        for listener in sockets or []:\n            refuse_new(listener)\n",
        "        for one in self.server_state.connections:\n            one.transport.abort()\n",
        "tests/crash/test_stop.py",
    ),
    "log fence": Bug(
        "logs are searched in all workspaces", "backends/logstores/embedded/translate.py",
        "[] if workspaces is None else [_any_key((f\"workspace={one}\" for one in workspaces), keys)]", "[]",
        "tests/features/logs/test_fence.py",
    ),
    "breaker": Bug(
        "the autopilot goes on however many applications fail", "features/autopilot/deciding.py",
        "            if trips(len(detections), applications):", "            if False:",
        "tests/features/autopilot/test_many.py", "fifty_of_sixty",
    ),
}  # fmt: skip


def main(arguments: Sequence[str]) -> int:
    """Print a line for each bug; 1 when one was not found."""
    parser = argparse.ArgumentParser(prog="python -m tools.seeded_bugs")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BUGS))
    parser.add_argument("--without", action="store_true", help="run the suites without the bugs: all have to pass")
    given = parser.parse_args(arguments)
    if unknown := {*given.names} - {*BUGS}:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(BUGS)}")
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="hexaops-bugs-") as folder:
        copied = copy_of_the_source(Path(folder))
        for name in given.names or BUGS:
            told = finding(copied, BUGS[name], seeded=not given.without)
            as_wanted = (told is None) == given.without
            wrong += not as_wanted
            print(f"{name:16} {BUGS[name].what:66} {told or 'passed'}{'' if as_wanted else '  <- WRONG'}", flush=True)
    return 1 if wrong else 0


def copy_of_the_source(folder: Path) -> Path:
    """What the suites need, in a folder of its own."""
    for name in NEEDED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, symlinks=True)
        else:
            shutil.copy2(ROOT / name, folder / name)
    return folder


def finding(copied: Path, bug: Bug, *, seeded: bool = True) -> str | None:
    """The test that found the bug in the copy; None when its suite passed. The copy is as before afterwards."""
    path = copied / "src" / "hexaops" / bug.path
    original = path.read_text()
    assert original.count(bug.right) == 1, f"{bug.path} no longer has this once: {bug.right}"
    if seeded:
        path.write_text(original.replace(bug.right, bug.wrong))
    try:
        return _first_failure(copied, bug)
    finally:
        path.write_text(original)


def _first_failure(copied: Path, bug: Bug) -> str | None:
    chosen = ["-k", bug.chosen] if bug.chosen else []
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider", "-m", "not long",
               *chosen, *bug.suite.split()]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(copied / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(  # noqa: S603 # our own tests
            command, cwd=copied, env=environment, capture_output=True, text=True, timeout=LONGEST_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return "did not end"
    if done.returncode == 0:
        return None
    failed = [line for line in done.stdout.splitlines() if line.startswith(("FAILED tests", "ERROR tests"))]
    assert done.returncode == 1, f"{bug.suite}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
    return failed[0].partition(" - ")[0].rpartition("::")[2] if failed else "failed"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
