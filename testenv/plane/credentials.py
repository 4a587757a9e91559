"""Certificates, tokens and kubeconfigs of one control plane; all of them die with its folder."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

_NAMES = (
    "subjectAltName=IP:127.0.0.1,IP:10.96.0.1,DNS:localhost,DNS:kubernetes.default.svc,"
    "DNS:metrics-server.kube-system.svc\nextendedKeyUsage=serverAuth,clientAuth\n"
)


def make_certificates(pki: Path) -> None:
    """One authority, the servers' certificates, the front proxy's, and the service accounts' key."""
    pki.mkdir(mode=0o700, parents=True)

    def openssl(*arguments: str) -> None:
        quiet = subprocess.DEVNULL
        subprocess.run(["openssl", *arguments], cwd=pki, check=True, stdout=quiet, stderr=quiet)

    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.crt", "-days", "30",
            "-subj", "/CN=control-plane-test", "-addext",
            "keyUsage=critical,keyCertSign,cRLSign,digitalSignature")  # fmt: skip
    for name, subject in {"server": "/CN=kubernetes", "front-proxy": "/CN=front-proxy"}.items():
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr",
                "-subj", subject)  # fmt: skip
        (pki / f"{name}.ext").write_text(_NAMES)
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial",
                "-out", f"{name}.crt", "-days", "30", "-extfile", f"{name}.ext")  # fmt: skip
    openssl("genrsa", "-out", "service-account.key", "2048")


def write_kubeconfig(path: Path, server: str, authority: Path, token: str, user: str = "admin") -> None:
    """A kubeconfig as JSON, which every client reads as the YAML that it also is."""
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "test",
        "clusters": [{"name": "test", "cluster": {"server": server, "certificate-authority": str(authority)}}],
        "users": [{"name": user, "user": {"token": token}}],
        "contexts": [{"name": "test", "context": {"cluster": "test", "user": user}}],
    }
    path.touch(mode=0o600)
    path.write_text(json.dumps(content, indent=1))
