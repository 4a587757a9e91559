"""HTTP client for both APIs; errors become messages with a next step."""

from __future__ import annotations

import base64
import json
import math
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import typer

from hexaops.cli.credentials import read_credentials
from hexaops.cli.failures import USAGE, CliError, no_credentials, no_service, refusal
from hexaops.cli.options import Options

if TYPE_CHECKING:
    import ssl

    import httpx2

TIMEOUT_SECONDS = 60.0
CONNECT_SECONDS = 5.0
Body = Mapping[str, Any]
OPENED = "opened"
"""First of the events of a stream, without data: the service has accepted the request."""


class Api:
    """Client for one command."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._credentials: Mapping[str, Any] = read_credentials(options.home) or {}
        self._client: httpx2.Client | None = None
        self._workspace_id: str | None = None

    @property
    def base_url(self) -> str:
        """URL of the service: as given, else from the home folder."""
        url = self._options.url or self._credentials.get("base_url")
        if not url:
            raise no_credentials(str(self._options.home))
        return str(url).rstrip("/")

    def workspace(self, path: str = "") -> str:
        """A path within the chosen workspace."""
        if self._workspace_id is None:
            self._workspace_id = self._find_workspace()
        return f"/api/v1/workspaces/{self._workspace_id}{path}"

    def aiops(self, path: str) -> str:
        """A path under the workspace's AI operations."""
        return self.workspace(f"/aiops{path}")

    def get(self, path: str, **parameters: Any) -> Any:
        """GET a path; returns the response body."""
        return self._call("GET", path, parameters=parameters)

    def post(self, path: str, body: Body | None = None) -> Any:
        """POST; a broken connection is retried once under the same idempotency key."""
        return self._call("POST", path, body=body or {}, key=str(uuid.uuid4()))

    def send(self, method: str, path: str, body: Body | None = None) -> Any:
        """PATCH, PUT or DELETE; returns the response body."""
        return self._call(method, path, body=body)

    def internal(self, method: str, path: str, body: Body | None = None, **parameters: Any) -> Any:
        """Call the internal API as the home folder's service account."""
        key = str(uuid.uuid4()) if method == "POST" else None
        return self._call(method, f"/internal/v1{path}", body=body, parameters=parameters, account=True, key=key)

    def lines(self, path: str, **parameters: Any) -> Iterator[str]:
        """Lines of an answer of the internal API that may be long, as they come."""
        client, given = self._open(), {name: value for name, value in parameters.items() if value is not None}
        url, headers = f"/internal/v1{path}", self._account_headers()
        with _explained(self.base_url), client.stream("GET", url, params=given, headers=headers) as response:
            if response.status_code >= 400:
                response.read()
                raise _refused(response)
            yield from response.iter_lines()

    def stream(self, path: str, body: Body) -> Iterator[tuple[str, Any]]:
        """Server-sent events of a POST, each with its data; an `error` event is raised as CliError."""
        return self._stream("POST", path, {"json": body})

    def tail(self, path: str, **parameters: Any) -> Iterator[tuple[str, Any]]:
        """Server-sent events of a GET that runs until it is stopped."""
        given = {name: value for name, value in parameters.items() if value}
        return self._stream("GET", path, {"params": given})

    def _stream(self, method: str, path: str, arguments: dict[str, Any]) -> Iterator[tuple[str, Any]]:
        client = self._open()
        headers = {**self._user_headers(), "accept": "text/event-stream"}
        with _explained(self.base_url), client.stream(method, path, headers=headers, **arguments) as response:
            if response.status_code >= 400:
                response.read()
                raise _refused(response)
            yield OPENED, None
            for name, data in _events(response.iter_lines()):
                if name == "error":
                    raise refusal(500, data, {})
                yield name, data

    def variables(self) -> dict[str, str]:
        """What a shell needs to call the service; the service account only of the home folder's own one."""
        self.workspace()
        found = {"URL": self.base_url, "WORKSPACE": str(self._workspace_id)}
        found["TOKEN"] = self._user_headers()["Authorization"].removeprefix("Bearer ")
        account = self._credentials.get("service_account") if self._is_own_service() else None
        return found | ({"ACCOUNT": account["id"], "ACCOUNT_TOKEN": account["token"]} if account else {})

    def close(self) -> None:
        """Close the connection."""
        if self._client is not None:
            self._client.close()

    def _call(
        self,
        method: str,
        path: str,
        *,
        body: Body | None = None,
        parameters: Body | None = None,
        key: str | None = None,
        account: bool = False,
    ) -> Any:
        _check_numbers(body or {})
        client = self._open()
        headers = self._account_headers() if account else self._user_headers()
        if key is not None:
            headers["Idempotency-Key"] = key
        given = {name: value for name, value in (parameters or {}).items() if value is not None}
        arguments: dict[str, Any] = {"params": given, "headers": headers, "json": body}
        import httpx2  # noqa: PLC0415 # imported by `_open` already

        with _explained(self.base_url):
            try:
                response = client.request(method, path, **arguments)
            except (httpx2.ReadError, httpx2.RemoteProtocolError):
                if method != "GET" and key is None:
                    raise
                response = client.request(method, path, **arguments)
        if response.status_code >= 400:
            raise _refused(response)
        return response.json() if response.content else None

    def _open(self) -> httpx2.Client:
        if self._client is None:
            import httpx2  # noqa: PLC0415 # slow to import, and --help needs none of it

            timeout = httpx2.Timeout(TIMEOUT_SECONDS, connect=CONNECT_SECONDS)
            with _explained(self.base_url):
                self._client = httpx2.Client(
                    base_url=self.base_url, timeout=timeout, trust_env=False, verify=self._trusted()
                )
        return self._client

    def _trusted(self) -> ssl.SSLContext | bool:
        """The service's very certificate, if it is the home folder's own service; else what the system trusts."""
        file = self._credentials.get("certificate") if self._is_own_service() else None
        if not file:
            return True
        import ssl  # noqa: PLC0415 # slow to import, and most services on this machine speak plain HTTP

        context = ssl.create_default_context(cafile=str(file))
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        context.check_hostname = False  # trusted are only the certificates of that file, whatever names they have
        return context

    def _user_headers(self) -> dict[str, str]:
        token = self._options.token or (self._credentials.get("user_token") if self._is_own_service() else None)
        if not token:
            raise CliError(
                f"No token for {self.base_url}.",
                hint="Pass --token (or HEXAOPS_TOKEN); the home folder's token is only sent to its own service.",
                exit_code=4,
            )
        return {"Authorization": f"Bearer {token}"}

    def find_user_id(self) -> str | None:
        """The token's user id, as in member lists; None without a readable token.

        Only the service can verify the token; this just reads its claims.
        """
        try:
            part = self._user_headers()["Authorization"].split(".")[1]
            claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
            subject, issuer = str(claims["sub"]), str(claims["iss"])
        except (CliError, IndexError, KeyError, TypeError, ValueError):
            return None
        return f"local:{subject}" if issuer.startswith("urn:hexaops:local:") else subject

    def _account_headers(self) -> dict[str, str]:
        account = self._credentials.get("service_account") if self._is_own_service() else None
        if not account:
            raise CliError(
                "This command needs the service account of the home folder's credentials.json.",
                hint="Use the --home that `hexaops serve` was started with.",
                exit_code=4,
            )
        return {"Authorization": f"Bearer {account['token']}", "X-Service-Account": str(account["id"])}

    def _is_own_service(self) -> bool:
        own = str(self._credentials.get("base_url", "")).rstrip("/")
        return self._options.url is None or self._options.url.rstrip("/") == own

    def _find_workspace(self) -> str:
        wanted = self._options.workspace
        own = self._credentials.get("workspace_id") if self._is_own_service() else None
        if wanted is None and own and self._options.token is None:
            return str(own)
        found = self.get("/api/v1/workspaces")["data"]
        matching = [one for one in found if wanted in {None, one["id"], one["name"]}]
        if len(matching) == 1:
            return str(matching[0]["id"])
        names = ", ".join(f"{one['name']} ({one['id']})" for one in found) or "none"
        problem = "Which workspace?" if wanted is None or matching else f"You have no workspace {wanted!r}."
        raise CliError(problem, hint=f"Pass --workspace with one of: {names}")


def open_api(context: typer.Context) -> Api:
    """A client for the service named by the global options; closed when the command ends."""
    api = Api(context.obj)
    context.call_on_close(api.close)
    return api


def segment(text: str) -> str:
    """A name or id quoted as one path segment."""
    return quote(text, safe="")


def _check_numbers(body: Body) -> None:
    """Raise CliError for a number that JSON has no word for."""
    for name, value in body.items():
        if isinstance(value, float) and not math.isfinite(value):
            raise CliError(f"{name}: {value} is not a number that can be sent", exit_code=USAGE)
        if isinstance(value, Mapping):
            _check_numbers(value)


@contextmanager
def _explained(url: str) -> Iterator[None]:
    import httpx2  # noqa: PLC0415 # slow to import, and --help needs none of it

    try:
        yield
    except httpx2.ConnectError:
        raise no_service(url) from None
    except httpx2.TimeoutException:
        message = f"The service at {url} did not answer in time."
        raise CliError(message, hint="Check its log, or try again.", exit_code=3) from None
    except (httpx2.InvalidURL, httpx2.UnsupportedProtocol, UnicodeError):
        raise CliError(f"Not a URL: {url}", hint="Write it as http://HOST:PORT.", exit_code=2) from None
    except httpx2.TransportError as error:
        message = f"Connection to {url} lost ({type(error).__name__})."
        raise CliError(message, hint="Is the service still running? `hexaops serve` starts it.", exit_code=3) from None


def _refused(response: httpx2.Response) -> CliError:
    try:
        body = response.json()
    except ValueError:
        body = {}
    return refusal(response.status_code, body if isinstance(body, dict) else {}, response.headers)


def _events(lines: Iterator[str]) -> Iterator[tuple[str, Any]]:
    name, data = "message", ""
    for line in lines:
        if line.startswith("event:"):
            name = line[6:].strip()
        elif line.startswith("data:"):
            data += line[5:].strip()
        elif not line and data:
            yield name, json.loads(data)
            name, data = "message", ""
