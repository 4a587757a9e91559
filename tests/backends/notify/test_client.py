"""The sender against real servers: hostile URLs, rebinding, TLS under the name, and every way a receiver fails."""

from __future__ import annotations

import ssl
import subprocess
from pathlib import Path

import pytest

from hexaops.backends.notify.addresses import AddressPolicy
from hexaops.backends.notify.client import EXCERPT_BYTES, NotifySender
from hexaops.backends.notify.errors import ForbiddenTargetError, SendError, TimedOutError, UnreachableError
from tests.backends.notify.receiver import Answer, serve_receiver


class Names:
    """A resolver whose answers are given, one list for each question; the last one stays."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def resolve(self, host: str, port: int) -> list[str]:
        self.asked += 1
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def close(self) -> None:
        """Nothing is held."""


def loopback(**options: object) -> NotifySender:
    """A sender as the embedded mode has it."""
    return NotifySender(AddressPolicy(["127.0.0.0/8"]), allow_http=True, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "http://kubernetes.default.svc/",
        "http://0.0.0.0/",
        "http://127.1/",
        "http://0177.0.0.1/",
        "http://[fe80::1%25eth0]/",
        "http://[64:ff9b::7f00:1]/",
        "http://127.0.0.1@example.com/",
        "http://example.com@127.0.0.1/",
        "http://user:word@example.com/",
        "http://example.com\\@127.0.0.1/",
        "http://127。0。0。1/",
        "http://example.com:22/",
        "https://xn--fa-hia.example.com/",
        "https://faß.example.com/",
        "https://βόλος.example.com/",
        "https://example.com:2379/",
        "https://example.com:6379/",
        "https://example.com:6443/",
        "https://example.com:10250/",
        "http://example.com:0/",
        "http://example.com:99999/",
        "http://example.com/#part",
        "http:///path",
        "http://example.com/ x",
        "http://example.com/\r\nX: y",
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://example.com/",
        "//example.com/",
        "",
        "https://" + "a" * 3000 + ".example.com/",
    ],
)
async def test_hostile_urls_are_refused_before_anything_is_sent(url: str) -> None:
    names = Names(["10.96.0.1"])
    sender = NotifySender(AddressPolicy(), allow_http=True, resolver=names)
    with pytest.raises(ForbiddenTargetError):
        await sender.check(url)
    with pytest.raises(ForbiddenTargetError):
        await sender.post(url, headers={}, body=b"{}")
    await sender.close()


async def test_plain_http_needs_the_setting() -> None:
    sender = NotifySender(AddressPolicy(), resolver=Names(["8.8.8.8"]))
    with pytest.raises(ForbiddenTargetError, match="https"):
        await sender.check("http://example.com/")
    await sender.check("https://example.com/")


async def test_a_name_is_resolved_as_it_is_sent() -> None:
    class Asked(Names):
        hosts: list[str]

        async def resolve(self, host: str, port: int) -> list[str]:
            self.hosts.append(host)
            return await super().resolve(host, port)

    names = Asked(["8.8.8.8"])
    names.hosts = []
    sender = NotifySender(AddressPolicy(), resolver=names)
    await sender.check("https://bücher.example.com:8443/hook")
    await sender.check("https://xn--bcher-kva.example.com/hook")
    assert names.hosts == ["xn--bcher-kva.example.com"] * 2


async def test_one_forbidden_address_among_good_ones_refuses_the_name() -> None:
    sender = NotifySender(AddressPolicy(), resolver=Names(["8.8.8.8", "169.254.169.254"]))
    with pytest.raises(ForbiddenTargetError, match="link-local"):
        await sender.check("https://example.com/")


async def test_a_name_that_is_rebound_between_check_and_send_is_refused() -> None:
    async with serve_receiver() as receiver:
        sender = NotifySender(AddressPolicy(), allow_http=True, resolver=Names(["8.8.8.8"], ["127.0.0.1"]))
        url = f"http://rebind.example:{receiver.port}/"
        await sender.check(url)
        with pytest.raises(ForbiddenTargetError, match="loopback"):
            await sender.post(url, headers={}, body=b"{}")
        assert receiver.requests == []
        await sender.close()


async def test_the_name_is_resolved_once_and_the_connection_goes_to_that_answer() -> None:
    async with serve_receiver(Answer(200, body=b"thanks")) as receiver:
        names = Names(["127.0.0.1"], ["169.254.169.254"])
        sender = loopback(resolver=names)
        reply = await sender.post(
            f"http://hooks.example:{receiver.port}/in?a=1", headers={"webhook-id": "evt_1"}, body=b'{"a":1}'
        )
        assert (reply.status_code, reply.excerpt) == (200, "thanks")
        assert names.asked == 1
        (received,) = receiver.requests
        assert received.line == "POST /in?a=1 HTTP/1.1"
        assert received.headers["host"] == f"hooks.example:{receiver.port}"
        assert received.headers["user-agent"].startswith("hexaops/")
        assert received.headers["webhook-id"] == "evt_1"
        assert received.body == b'{"a":1}'
        await sender.close()


async def test_the_next_address_is_tried_when_one_does_not_connect() -> None:
    async with serve_receiver() as receiver:
        sender = loopback(resolver=Names(["127.0.0.9", "127.0.0.1"]))
        reply = await sender.post(f"http://hooks.example:{receiver.port}/", headers={}, body=b"{}")
        assert reply.status_code == 204
        await sender.close()


async def test_redirects_are_answers_and_not_followed() -> None:
    async with serve_receiver() as other, serve_receiver(Answer(307, {"Location": other.url})) as receiver:
        sender = loopback()
        reply = await sender.post(receiver.url, headers={}, body=b"{}")
        assert reply.status_code == 307
        assert other.requests == []
        await sender.close()


async def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serve_receiver() as proxy, serve_receiver() as receiver:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        sender = loopback()
        await sender.post(receiver.url, headers={}, body=b"{}")
        assert (len(receiver.requests), len(proxy.requests)) == (1, 0)
        await sender.close()


async def test_a_long_answer_is_read_in_part_and_cleaned() -> None:
    async with serve_receiver(Answer(500, body=b"\x1b[31mno\x00" + b"x" * 5_000_000)) as receiver:
        sender = loopback()
        reply = await sender.post(receiver.url, headers={}, body=b"{}")
        assert len(reply.excerpt.encode()) <= EXCERPT_BYTES
        assert reply.excerpt.startswith("nox")
        await sender.close()


@pytest.mark.parametrize(
    ("answer", "limit_seconds", "error"),
    [(Answer(hang=True), 0.05, TimedOutError), (Answer(reset=True), 60, UnreachableError)],
)
async def test_receivers_that_do_not_answer(answer: Answer, limit_seconds: float, error: type[SendError]) -> None:
    async with serve_receiver(answer) as receiver:
        sender = loopback(timeout_seconds=limit_seconds)
        with pytest.raises(error):
            await sender.post(receiver.url, headers={}, body=b"{}")
        await sender.close()


async def test_a_closed_port_and_an_unknown_name() -> None:
    async with serve_receiver() as receiver:
        url = receiver.url
    sender = loopback()
    with pytest.raises(UnreachableError, match="no connection"):
        await sender.post(url, headers={}, body=b"{}")
    with pytest.raises(UnreachableError, match="could not be resolved"):
        await sender.check("https://nobody.invalid/")
    await sender.close()


def make_certificate(folder: Path, name: str) -> Path:
    """A self-signed certificate with its key in one file."""
    file = folder / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}", "-keyout", file, "-out", folder / "crt"],
        check=True, capture_output=True,
    )  # fmt: skip
    file.write_bytes(file.read_bytes() + (folder / "crt").read_bytes())
    return file


async def test_tls_is_verified_under_the_name_not_the_address(tmp_path: Path) -> None:
    file = make_certificate(tmp_path, "hooks.example")
    serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    serving.load_cert_chain(file)
    seen: list[str | None] = []
    serving.sni_callback = lambda _socket, name, _context: seen.append(name)
    async with serve_receiver(tls=serving) as receiver:
        sender = loopback(resolver=Names(["127.0.0.1"]), tls=ssl.create_default_context(cafile=str(file)))
        reply = await sender.post(f"https://hooks.example:{receiver.port}/", headers={}, body=b"{}")
        assert reply.status_code == 204
        assert seen == ["hooks.example"]
        with pytest.raises(UnreachableError, match="no connection"):
            await sender.post(f"https://other.example:{receiver.port}/", headers={}, body=b"{}")
        await sender.close()
        strict = loopback(resolver=Names(["127.0.0.1"]))
        with pytest.raises(UnreachableError):
            await strict.post(f"https://hooks.example:{receiver.port}/", headers={}, body=b"{}")
        await strict.close()
