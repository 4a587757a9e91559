"""Classes of ordinary lines that name a secret and hold none, several of each."""

from __future__ import annotations

import pytest

from hexaops.kit.redaction import redact
from hexaops.kit.redaction.batches import redact_all
from tests.kit.redaction.ordinary_prose import PROSE

REVISION = "9f2c41d07be58a6310ccf4d2a7be9930d1e85f62"
DIGEST = "5c1f0ad28b9e47f3b6a1d2c3e4f5061728394a5b6c7d8e9fa0b1c2d3e4f50617"
ORDINARY = {
    "checksums of secrets": (
        f"checksum/secret: {DIGEST}",
        f"        checksum/redis-secret: {DIGEST}",
        f'"checksum/credentials":"{DIGEST}"',
        f"secret_checksum={DIGEST}",
        f"token-fingerprint: {REVISION}",
    ),
    "results of tests": (
        "--- PASS: TestLogin/valid_11 (0.25s)",
        "--- PASS: TestRotateKeys/two_nodes_42 (1.07s)",
        "PASS src/auth/token.test.ts",
        "PASS: tests/unit/parse_07.sh",
        "tests/test_password.py::test_too_short_12 PASSED",
        "src/auth/token.go:118:12: undefined: claims",
        "spec/models/password_spec.rb:31",
        "AssertionError: lib/secret.ts:77:3 expected 2",
        "def test_det_distribution_gh18272(self, dim):",
        "test_skew_2D_WithMask PASSED",
        "FAILED test_conv1d_full_with_out - AssertionError",
        "PASSED tests/api/test_token.py::TestRefresh::test_twice_2x",
    ),
    "names of a Secret's keys": (
        "secretKeys:\n    adminPasswordKey: postgres-password",
        "existingSecretPasswordKey: redis-password",
        "existingSecret: kafka-user-passwords",
        "passwordKey: mariadb-root-password",
        "tokenKey: api-token",
        "userPasswordKey: password",
    ),
    "variables": (
        "DB_PASSWORD=${DB_PASSWORD:?required}",
        "API_TOKEN=${API_TOKEN:?set it first}",
        "SECRET=${SECRET:+present}",
        "//registry.example.org/:_authToken=${NPM_TOKEN}",
        'export PGPASSWORD=$(kubectl get secret --namespace default pg -o jsonpath="{.data.password}" | base64 -d)',
        "TOKEN=$(vault read -field=token auth/x)",
        "password_hash = ?",
        "UPDATE users SET password = ?, token = ? WHERE id = ?",
        "SELECT id FROM users WHERE password = $1",
        "password => [FILTERED]",
        '{"password"=>"[FILTERED]", "token"=>"[FILTERED]"}',
        "db_password = (sensitive value)",
        "client_secret = (known after apply)",
        '"password": "[HIDDEN]"',
        "password: \u2022\u2022\u2022\u2022\u2022\u2022\u2022\u2022",
    ),
    "code": (
        'if password == "" { return errors.New("empty password") }',
        "if token == nil || secret == nil {",
        "assert password =~ /x/",
        'read -s -p "Password: " PW',
        "input('Token: ', hidden)",
        "ActionController::InvalidAuthenticityToken (ActionController::InvalidAuthenticityToken):",
        "raise Devise::InvalidConfirmationTokenError",
    ),
    "flags": (
        "docker login --username bot --password-stdin ghcr.io",
        "helm registry login -u ci --password-stdin registry.example.net",
        "gpg --armor --export-secret-keys release@example.net",
        "gpg --list-secret-keys ops@example.net",
        "mkdir -p build -u root",
        "docker run -u 1000:1000 -p 8080:80 web",
        "docker run -u node -p 127.0.0.1:9229:9229 web",
        "ssh -l deploy -p 2222 bastion",
        "pytest -p no:randomly -u x",
        "tool --sort-key created_at --cache-key build-2024",
    ),
    "ids of keys": (
        "gpg: using RSA key 4AEE18F83AFDEB23A1B2C3D4E5F60718293A4B5C",
        "gpg:                using EDDSA key 0x9B1C23D45E6F7A80",
        f"cache-key: linux-node-{DIGEST}",
        "object_key=uploads/2026/11/IMG_20261130_101112.jpg",
        f"dedup_key={REVISION}",
        "idempotency-key: 4b1d3f4e-7a0e-4c57-9a53-0f4a1c6a1d20",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ),
    "mechanisms and accounts": (
        "AUTH PLAIN LOGIN",
        "250-AUTH PLAIN LOGIN CRAM-MD5",
        "nobody:*:19700:0:99999:7:::",
        "daemon:*:1:1:System:/var/root:/usr/bin/false",
        "2001:10:0:0:abcd:ef01",
        "00:16:3e:1a:2b:3c",
        "user=system:serviceaccount:default:builder",
        'user="system:node:ip-10-0-1-17"',
        "USER=1000:1000",
        "login attempts 5 / 10 per minute",
        "users / sessions view loaded",
    ),
    "revisions in addresses": (
        f"https://git.example.net/infra/password-reset/-/commit/{REVISION}",
        f"https://github.com/acme/webhooks/commit/{REVISION}",
        f"https://github.com/acme/reset-password/blob/{REVISION}/README.md",
        f"https://git.example.net/acme/invite/tree/{REVISION}",
    ),
    "keys of a cache": (
        f"cache miss key=secrets-sync:ingress:{REVISION[:32]}",
        f"evicted key=token-service:payments:{REVISION[:32]} after 30s",
        f"hit key=password-reset:{REVISION[:32]}",
    ),
    "nothing, or what is encrypted": (
        "password: ~",
        "password: !vault |",
        "secret: >-",
        "  password: ENC[AES256_GCM,data:x7k2,iv:Zm9v,tag:YmFy,type:str]",
        "spring.datasource.password=ENC(G6N718UuyPE5bHyWKyuLQSm02auQPUtm)",
    ),
    "directories": ("pwd: /builds/acme/web", "pwd=C:\\build\\web", "PWD=/srv/app", "pwd: ~/src/app"),
    "references of code": (
        'db_password = data.vault_generic_secret.db.data["password"]',
        'let token = req.headers.authorization?.split(" ")[1];',
        "const secret = config?.auth?.secret;",
    ),
    "fields after a sentence": (
        f"Add secretKeyRef for the mail password [traceId={REVISION[:32]},spanId={REVISION[:16]}]",
        f"rotated the signing key [trace_id={REVISION[:32]}]",
        'WWW-Authenticate: Bearer error="invalid_token", error_description="The access token expired"',
        'www-authenticate: Bearer realm="x", error="insufficient_scope"',
    ),
    "references and settings": (
        "password: !Ref DBPassword",
        "wifi: !secret wifi_password",
        "password_encryption = scram-sha-256",
        "tokenizer: cl100k_base",
        'removing secret "bootstrap-token-ab12cd"',
        'secret "db-x8kl2f9" not found',
        "image admin:v2.10.3-rc1",
        "root:x:0:0:root:/root:/bin/bash",
        "new value: 42",
        "seed: 20261130",
        "treated as the password field",
    ),
    "states": (
        "state=Running code=OOMKilled",
        "state=ContainerCreating reason=Pending",
        "code=ECONNREFUSED syscall=connect",
        "GET /orders?state=awaiting_payment&code=DE 200",
    ),
}  # fmt: skip
ORDINARY |= PROSE
LINES = [line for lines in ORDINARY.values() for line in lines]


@pytest.mark.parametrize("kind", ORDINARY)
def test_lines_of_a_kind_stay(kind: str) -> None:
    assert [redact(line) for line in ORDINARY[kind]] == [*ORDINARY[kind]]


def test_the_same_of_many_at_once() -> None:
    assert redact_all(LINES) == LINES
