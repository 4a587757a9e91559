"""The command line of the simulator.

Prints one line of JSON when it is ready, saves its state while it runs and when it ends, and ends with its parent
where it is asked to. The server and the world are imported after the options are read, so that `--help` and mistakes
answer at once.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import secrets
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.store import Event
    from simulator.world.world import World

STATE_FILE = "simulator-state.json"
KUBECONFIG_FILE = "simulator.kubeconfig"
AUDIT_FILE = "audit.log"
_IDENTITIES = ("admin", "reader", "writer")
_LEASES = "leases.coordination.k8s.io"
_SAVE_SECONDS = 5.0
_SAVE_SHARE = 0.02
"""At most this part of the time goes into saving."""
_PARENT_SECONDS = 1.0
_EPILOG = """\
scenarios:
  default      the documents' own world: 12 applications in 3 namespaces, 10 of them healthy, 4 nodes
  empty        4 nodes and no workloads
  generated:N  N running pods (up to 50000) with objects as large as real ones

faults: annotate a pod, a pod template or a node, and take the annotation away to heal it:
  kubectl annotate pod NAME hexaops.dev/fault=crash-loop     (or out-of-memory, image-pull, never-ready)
  kubectl annotate node NAME hexaops.dev/fault=not-ready
  hexaops.dev/ready-after=10s and hexaops.dev/stop-after=5s on a pod set how long it takes

Ready when it prints {"server": URL, "kubeconfig": PATH, "pid": PID}. The kubeconfig has the contexts admin, reader
and writer; PATH-reader and PATH-writer have one each. State is kept in HOME/simulator-state.json; HOME/audit.log
has one line for every write, as a real API server's audit log has.
"""


def make_parser() -> argparse.ArgumentParser:
    """The options."""
    parser = argparse.ArgumentParser(
        prog="python -m simulator",
        description="A simulated Kubernetes cluster behind a real Kubernetes API on 127.0.0.1.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    home = os.environ.get("HEXAOPS_HOME") or "~/.hexaops"
    parser.add_argument("--home", default=home, metavar="DIR", help="folder for the state (default: %(default)s)")
    parser.add_argument("--fresh", action="store_true", help="begin the scenario anew, whatever was saved")
    parser.add_argument("--scenario", metavar="NAME", help="default, empty or generated:N (default: what was saved)")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes any free one (default)")
    parser.add_argument("--speed", type=float, default=1.0, metavar="FACTOR", help="how fast time runs (default: 1)")
    parser.add_argument("--kubeconfig", metavar="PATH", help=f"where to write it (default: HOME/{KUBECONFIG_FILE})")
    parser.add_argument("--parent-pid", type=int, metavar="PID", help="end when this parent process is gone")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until stopped; returns the process's exit status."""
    parser = make_parser()
    options = parser.parse_args(arguments)
    if options.speed <= 0:
        parser.error("--speed has to be greater than 0")
    if options.parent_pid is not None and os.getppid() != options.parent_pid:
        parser.exit(1, "simulator: the parent process is gone already\n")
    from simulator.world.opening import check_scenario  # noqa: PLC0415 see the module's docstring
    from simulator.world.state import StateError  # noqa: PLC0415

    try:
        if options.scenario is not None:
            check_scenario(options.scenario)
        home = Path(options.home).expanduser()
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        kubeconfig = Path(options.kubeconfig).expanduser() if options.kubeconfig else home / KUBECONFIG_FILE
        asyncio.run(_serve(options, home, kubeconfig))
    except (ValueError, StateError, OSError) as error:
        print(f"simulator: {error}", file=sys.stderr)  # noqa: T201 the command's own output
        return 2
    return 0


async def _serve(options: argparse.Namespace, home: Path, kubeconfig: Path) -> None:
    from simulator.resources import SNAPSHOTS  # noqa: PLC0415
    from simulator.server.access import MASTERS, READER_RULES, WRITER_RULES, User  # noqa: PLC0415
    from simulator.server.app import create_app, serve  # noqa: PLC0415
    from simulator.server.audit import AuditLog  # noqa: PLC0415
    from simulator.server.certificates import ensure_certificate  # noqa: PLC0415

    stopping = asyncio.Event()
    _watch_signals(stopping, options.parent_pid)
    world, scenario, tokens = _open(options, home)
    users = {token: User(f"simulator:{name}", (MASTERS,) if name == "admin" else ()) for name, token in tokens.items()}
    rules = {"simulator:reader": READER_RULES, "simulator:writer": WRITER_RULES}
    audit = AuditLog(home / AUDIT_FILE)
    app = create_app(
        world.store,
        users=users,
        rules=rules,
        logs=world.logs,
        usage=world.usage,
        meters=world.meters,
        audit=audit,
        installed=[SNAPSHOTS],
    )
    certificate = ensure_certificate(home / "pki")
    world.start()
    world.settle()
    saver = _Saver(home / STATE_FILE, world, scenario, tokens)
    async with serve(app, port=options.port, certificate=certificate) as url:
        _write_kubeconfigs(kubeconfig, url, tokens, certificate.authority)
        saver.save()
        tasks = [asyncio.create_task(world.run()), asyncio.create_task(saver.run())]
        if options.parent_pid is not None:
            tasks.append(asyncio.create_task(_watch_parent(stopping, options.parent_pid)))
        ready = {"server": url, "kubeconfig": str(kubeconfig), "pid": os.getpid()}
        print(json.dumps(ready), flush=True)  # noqa: T201 the command's own output
        await stopping.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        saver.save()
    app.close()


def _open(options: argparse.Namespace, home: Path) -> tuple[World, str, dict[str, str]]:
    """The world, its scenario's name, and a token for each identity."""
    from simulator.world.opening import open_world, reopen_world  # noqa: PLC0415
    from simulator.world.state import find_state  # noqa: PLC0415

    state = None if options.fresh else find_state(home / STATE_FILE)
    if state is not None and options.scenario in (None, state.scenario):
        return reopen_world(state, speed=options.speed), state.scenario, state.tokens
    scenario = options.scenario or "default"
    tokens = {name: secrets.token_urlsafe(24) for name in _IDENTITIES}
    return open_world(scenario, speed=options.speed), scenario, tokens


def _write_kubeconfigs(path: Path, server: str, tokens: dict[str, str], authority: Path) -> None:
    from simulator.server.kubeconfig import write_kubeconfig  # noqa: PLC0415

    path.parent.mkdir(parents=True, exist_ok=True)
    write_kubeconfig(path, server=server, tokens=tokens, current="admin", authority=authority)
    for name in ("reader", "writer"):
        beside = path.with_name(f"{path.stem}-{name}{path.suffix}")
        write_kubeconfig(beside, server=server, tokens={name: tokens[name]}, current=name, authority=authority)


class _Saver:
    """Saves the state when something changed, as often as its size allows."""

    def __init__(self, path: Path, world: World, scenario: str, tokens: dict[str, str]) -> None:
        self._path = path
        self._world = world
        self._scenario = scenario
        self._tokens = tokens
        self._changed = True
        world.store.subscribe(self._notice)

    def _notice(self, event: Event) -> None:
        # A lease is renewed all the time, and a lost renewal is no loss.
        self._changed = self._changed or event.key.resource != _LEASES

    def save(self) -> None:
        """Write the state, unless nothing changed since the last time."""
        from simulator.world.state import save_state  # noqa: PLC0415

        if self._changed:
            save_state(self._path, self._world, scenario=self._scenario, tokens=self._tokens)
            self._changed = False

    async def run(self) -> None:
        """Save again and again, until cancelled."""
        loop = asyncio.get_running_loop()
        pause = _SAVE_SECONDS
        while True:
            await asyncio.sleep(pause)
            began = loop.time()
            try:
                self.save()
            except OSError as error:
                print(f"simulator: cannot save the state: {error}", file=sys.stderr)  # noqa: T201
            pause = max(_SAVE_SECONDS, (loop.time() - began) / _SAVE_SHARE)


def _watch_signals(stopping: asyncio.Event, parent: int | None) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    if parent is None:
        return
    # The kernel also signals when only the parent's thread that started this process ends; hence the second look.
    loop.add_signal_handler(signal.SIGUSR1, lambda: stopping.set() if os.getppid() != parent else None)
    with suppress(OSError, AttributeError):
        import ctypes  # noqa: PLC0415

        ctypes.CDLL(None).prctl(1, signal.SIGUSR1)  # PR_SET_PDEATHSIG


async def _watch_parent(stopping: asyncio.Event, parent: int) -> None:
    # A parent that was killed tells nobody: its pid has to be looked at.
    while os.getppid() == parent:  # noqa: ASYNC110
        await asyncio.sleep(_PARENT_SECONDS)
    stopping.set()
