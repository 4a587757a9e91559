"""Credentials that change while the service runs: a token file and an exec plugin.

Formats: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncGenerator, Generator
from datetime import datetime
from pathlib import Path

import httpx2
import msgspec
from lightkube.config.models import UserExec

from hexaops.backends.kubernetes.errors import KubernetesConfigError
from hexaops.kit.clock import Clock

REREAD_SECONDS = 60.0
"""As client-go: a projected token is rotated long before it expires."""
PLUGIN_SECONDS = 30.0
_EXPIRY_MARGIN_SECONDS = 30.0
_VERSIONS = ("client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1")


class TokenFileAuth(httpx2.Auth):
    """A bearer token from a file, read again each minute and after a 401."""

    def __init__(self, path: Path, *, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._token = ""
        self._read_at = 0.0

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        """Set the header; a 401 is answered by one more try if the file holds another token now."""
        used = self._current()
        request.headers["Authorization"] = f"Bearer {used}"
        response = yield request
        if response.status_code == 401 and self._reread() != used:
            request.headers["Authorization"] = f"Bearer {self._token}"
            yield request

    def _current(self) -> str:
        if not self._token or self._clock.monotonic() - self._read_at >= REREAD_SECONDS:
            return self._reread()
        return self._token

    def _reread(self) -> str:
        try:
            self._token = self._path.read_text().strip()
        except OSError as error:
            message = f"the token file {self._path} cannot be read"
            raise KubernetesConfigError(message) from error
        self._read_at = self._clock.monotonic()
        return self._token


class _PluginStatus(msgspec.Struct, rename="camel"):
    token: str = ""
    expiration_timestamp: str = ""


class _PluginAnswer(msgspec.Struct):
    status: _PluginStatus


class ExecAuth(httpx2.Auth):
    """A bearer token from a kubeconfig's exec plugin, kept until it expires or is refused."""

    def __init__(self, plugin: UserExec, *, clock: Clock, folder: Path | None) -> None:
        self._plugin = plugin
        self._clock = clock
        self._folder = folder
        self._token = ""
        self._expires: datetime | None = None
        self._lock = asyncio.Lock()

    async def async_auth_flow(self, request: httpx2.Request) -> AsyncGenerator[httpx2.Request, httpx2.Response]:
        """Set the header; after a 401 the plugin is asked again, once."""
        used = await self._current(refused="")
        request.headers["Authorization"] = f"Bearer {used}"
        response = yield request
        if response.status_code == 401:
            request.headers["Authorization"] = f"Bearer {await self._current(refused=used)}"
            yield request

    async def _current(self, *, refused: str) -> str:
        async with self._lock:
            if not self._token or self._token == refused or self._expired():
                answer = await self._ask()
                self._token = answer.token
                text = answer.expiration_timestamp
                self._expires = datetime.fromisoformat(text) if text else None
            return self._token

    def _expired(self) -> bool:
        if self._expires is None:
            return False
        return (self._expires - self._clock.now()).total_seconds() < _EXPIRY_MARGIN_SECONDS

    async def _ask(self) -> _PluginStatus:
        command = self._command()
        try:
            async with asyncio.timeout(PLUGIN_SECONDS):
                output = await self._run(command)
            status = msgspec.json.decode(output, type=_PluginAnswer).status
        except (OSError, TimeoutError, msgspec.MsgspecError) as error:
            message = f"the credential plugin {command[0]} gave no usable answer"
            raise KubernetesConfigError(message) from error
        if not status.token:
            message = f"the credential plugin {command[0]} gave no token (client certificates are not supported)"
            raise KubernetesConfigError(message)
        return status

    async def _run(self, command: list[str]) -> bytes:
        process = await asyncio.create_subprocess_exec(
            *command,
            env=self._environment(),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            output, complaint = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode != 0:
            said = complaint.decode(errors="replace").strip()[:200]
            message = f"the credential plugin {command[0]} ended with {process.returncode}: {said}"
            raise KubernetesConfigError(message)
        return output

    def _command(self) -> list[str]:
        if self._plugin.apiVersion not in _VERSIONS:
            message = f"kubeconfig: credential plugins of {self._plugin.apiVersion} are not supported"
            raise KubernetesConfigError(message)
        command = self._plugin.command
        if "/" in command and self._folder and not Path(command).is_absolute():
            command = str(self._folder / command)
        return [command, *(self._plugin.args or [])]

    def _environment(self) -> dict[str, str]:
        info = {
            "apiVersion": self._plugin.apiVersion,
            "kind": "ExecCredential",
            "spec": {"interactive": False},
        }
        added = {variable.name: variable.value for variable in self._plugin.env or []}
        return {**os.environ, **added, "KUBERNETES_EXEC_INFO": json.dumps(info)}
