"""The service over TLS: no version before 1.2, its own commands trust it, the internal API asks for certificates."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.contract.serving import Served, serving

PATH = "/internal/v1/health"


@dataclass(frozen=True)
class Pair:
    """A certificate and its key."""

    certificate: Path
    key: Path


class Authority:
    """Issues certificates into a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority")])
        self.pair = self._write("authority", self._name, self._key, authority=True)

    def issue(self, name: str, *, ended: timedelta = timedelta(0)) -> Pair:
        """A certificate of the name for this machine; `ended`: that long ago."""
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        return self._write(name, subject, ec.generate_private_key(ec.SECP256R1()), authority=False, ended=ended)

    def revoke(self, pair: Pair) -> Path:
        """A list with this one certificate."""
        now, file = datetime.now(UTC), self._folder / "revoked.pem"
        serial = x509.load_pem_x509_certificate(pair.certificate.read_bytes()).serial_number
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(now - timedelta(minutes=1))
        listed = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self._name)
            .last_update(now - timedelta(minutes=1))
            .next_update(now + timedelta(days=1))
            .add_revoked_certificate(entry.build())
            .sign(self._key, hashes.SHA256())
        )
        file.write_bytes(listed.public_bytes(serialization.Encoding.PEM))
        return file

    def _write(
        self, file: str, subject: x509.Name, key: ec.EllipticCurvePrivateKey, *, authority: bool,
        ended: timedelta = timedelta(0),
    ) -> Pair:  # fmt: skip
        now = datetime.now(UTC)
        until = now - ended if ended else now + timedelta(days=1)
        made = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(until)
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        pair = Pair(self._folder / f"{file}.pem", self._folder / f"{file}.key")
        pair.certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
        pair.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return pair


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def revoked(authority: Authority) -> Pair:
    """A certificate that is on the list."""
    return authority.issue("sa-revoked")


@pytest.fixture(scope="module")
def secured(authority: Authority, revoked: Pair, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    own = authority.issue("service")
    settings = {
        "HEXAOPS_TLS_CERTIFICATE": str(own.certificate), "HEXAOPS_TLS_KEY": str(own.key),
        "HEXAOPS_TLS_CLIENT_CA": str(authority.pair.certificate),
        "HEXAOPS_TLS_CLIENT_CRL": str(authority.revoke(revoked)),
    }  # fmt: skip
    with serving(tmp_path_factory.mktemp("secured") / "home", settings=settings) as service:
        yield service


def asked(
    served: Served, authority: Authority, pair: Pair | None, method: str = "GET", path: str = PATH, **more: Any
) -> httpx2.Response:
    """The internal API's answer to the service account with a client certificate, or none."""
    context = ssl.create_default_context(cafile=str(authority.pair.certificate))
    if pair is not None:
        context.load_cert_chain(pair.certificate, pair.key)
    account = served.credentials["service_account"]
    headers = {"Authorization": f"Bearer {account['token']}", "X-Service-Account": account["id"]}
    with httpx2.Client(base_url=served.base_url, verify=context, trust_env=False) as client:
        return client.request(method, path, **{"headers": headers, **more})


def test_its_own_commands_trust_it(secured: Served) -> None:
    assert secured.base_url.startswith("https://")
    assert "web-app" in secured.command("apps")


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1:DeprecationWarning")
@pytest.mark.parametrize(("version", "accepted"), [("TLSv1_1", False), ("TLSv1_2", True), ("TLSv1_3", True)])
def test_no_version_before_1_2_is_spoken(secured: Served, authority: Authority, version: str, accepted: bool) -> None:
    wanted = ssl.TLSVersion[version]
    context = ssl.create_default_context(cafile=str(authority.pair.certificate))
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version, context.maximum_version = ssl.TLSVersion.MINIMUM_SUPPORTED, wanted
    address = urlsplit(secured.base_url)
    assert address.port is not None
    with socket.create_connection(("127.0.0.1", address.port), timeout=30) as plain:
        if not accepted:
            with pytest.raises(ssl.SSLError):
                context.wrap_socket(plain, server_hostname="127.0.0.1")
            return
        with context.wrap_socket(plain, server_hostname="127.0.0.1") as spoken:
            assert spoken.version() == version.replace("_", ".")


def test_the_internal_api_asks_for_the_accounts_certificate(secured: Served, authority: Authority) -> None:
    account = secured.credentials["service_account"]["id"]
    assert asked(secured, authority, authority.issue(account)).status_code == 200
    for refused in (None, authority.issue("sa-other")):
        answer = asked(secured, authority, refused)
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "CLIENT_CERTIFICATE_REQUIRED")


def test_a_revoked_and_an_expired_certificate_are_refused(secured: Served, authority: Authority, revoked: Pair) -> None:
    account = secured.credentials["service_account"]["id"]
    for refused in (revoked, authority.issue(account, ended=timedelta(minutes=5))):
        with pytest.raises(httpx2.TransportError):
            asked(secured, authority, refused)


def test_a_certificate_outlives_neither_its_account_nor_a_revoked_token(secured: Served, authority: Authority) -> None:
    own = authority.issue(secured.credentials["service_account"]["id"])
    accounts, body = "/internal/v1/service-accounts", {"name": "short-lived", "scopes": ["system:read"]}
    made = asked(secured, authority, own, "POST", accounts, json=body).json()["data"]
    account, token = made["service_account"]["id"], made["token"]
    pair, path = authority.issue(account), f"{accounts}/{account}"
    headers = {"Authorization": f"Bearer {token['token']}", "X-Service-Account": account}
    assert asked(secured, authority, pair, headers=headers).status_code == 200
    for disabled, status in ((True, 401), (False, 200)):
        assert asked(secured, authority, own, "PATCH", path, json={"disabled": disabled}).status_code == 200
        assert asked(secured, authority, pair, headers=headers).status_code == status
    assert asked(secured, authority, own, "DELETE", f"{path}/tokens/{token['id']}").status_code == 204
    answer = asked(secured, authority, pair, headers=headers)
    assert (answer.status_code, answer.json()["error"]["details"]["token_status"]) == (401, "revoked")


def test_a_certificate_of_another_authority_is_refused(secured: Served, authority: Authority, tmp_path: Path) -> None:
    stranger = Authority(tmp_path).issue(secured.credentials["service_account"]["id"])
    with pytest.raises(httpx2.TransportError):
        asked(secured, authority, stranger)
