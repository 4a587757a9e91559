"""Lines without a secret, of the kind that a pattern for secrets likes to alter: words and numbers after telling names,
digests, ids, addresses, sentences about credentials, and the daily lines of clusters and applications."""

from __future__ import annotations

import random

from tests.kit.redaction.corpus import HEX, LOWER, of, uid

WORDS = ["refresh", "expired", "invalid", "missing", "valid", "revoked", "rotated", "unknown", "required", "enabled", "disabled", "changed", "default", "primary", "opaque", "vault", "none", "null", "true", "false", "admin", "web", "frontend", "database", "checkout", "orders", "payments", "staging"]  # fmt: skip
TEMPLATES = (
    'Normal Pulled pod/{app}-{hash}-{end} Successfully pulled image "registry.example/{app}:v1.{n}.3" in {n}ms',
    "Pulling image ghcr.io/acme/{app}@sha256:{hex64}",
    'Error: secret "{app}-credentials" not found',
    'MountVolume.SetUp failed for volume "{app}-token" : secret "{app}-tls" not found',
    'I0711 11:33:17.{n} 1 secret.go:{n}] "Secret synced" secret="{app}/{app}-tls" kind="kubernetes.io/tls"',
    'E1129 controller.go:114] error syncing "{app}/sh.helm.release.v1.{app}.v{n}": object has been modified',
    "token: {word}", "token={word}", "secret={word}", "secret: {word}", "credentials={word}", "api_key: {word}",
    "tokens={n}", "token={n}", "tokens: {n}", "prompt_tokens={n} completion_tokens={n}", "max_tokens: {n}",
    "token_count={n}", "password_attempts={n}", "password_length={n}", "secret_version={n}", "key={app}", "key: {app}.{word}",
    "access_key_age={n}d", "token_ttl={n}s", "token expires in {n}s", "token expired {n} minutes ago", "auth={word}",
    "password {word}", "the password is {word}", "password was {word}", "no password set", "password authentication failed for user \"{app}\"",
    "invalid credentials for user {app}", "authentication {word} for {app} from 10.0.{b}.{b}:{n}", "Authorization: {word}",
    "rbac.authorization.k8s.io/v1 ClusterRole {app}-reader created", "authorization mode: RBAC,Node",
    "Bearer authentication is {word}", "Basic realm={app}", "basic auth {word} for {app}",
    "next_token={word}", "nextPageToken: {n}", "continue token {word}", "cancellation token was {word}", "csrf check {word}",
    "unexpected token '{word}' at line {n}", "SyntaxError: Unexpected token < in JSON at position {n}", "parse error: token IDENT",
    "partition key {app}", "primary key {n} of table orders", "duplicate key value violates unique constraint \"{app}_pkey\"",
    "cache key {app}:{n} missed", "public key fingerprint {word}", "foreign key constraint fails", "idempotency key {uuid} replayed",
    "rotating secret {app}-tls, {n} of {n} done", "Secret {app}/{app}-tls updated", "updated secrets {n}, config maps {n}",
    "reading credentials from /var/run/secrets/{app}/token", "password_file=/etc/{app}/password", "token_path: /var/run/{app}",
    "PASSWORD=$(DB_PASSWORD)", "PASSWORD=${DB_PASSWORD}", "token: ${{ secrets.TOKEN }}", "password: <redacted>", "password=****",
    "secretKeyRef: {app}", "secretName: {app}-tls", "imagePullSecrets: regcred", "existingSecret: {app}-db",
    '{"level":"info","ts":"2026-11-29T10:{b}:00Z","msg":"token {word}","trace_id":"{hex32}","span_id":"{hex16}","token_type":"Bearer"}',
    '{"level":"warn","msg":"password {word}","user_id":{n},"request_id":"{uuid}","key":"{app}"}',
    '10.0.{b}.{b} - - [29/Nov/2026:10:{b}:00 +0000] "GET /api/v1/{app}/{n}?page={n}&sort=key HTTP/1.1" 200 {n} "-" "curl/8.5.0"',
    'GET /oauth/token 401 {n}ms', 'POST /v1/secrets/{app} 200 {n}', "GET /webhooks/{app} 404", "GET /hooks/{word} 405",
    "https://{app}.example.com/reset-password sent", "https://registry.example:5000/v2/{app}/blobs/sha256:{hex64}",
    "http://10.0.{b}.{b}:8080/healthz: connection refused", "dial tcp 10.0.{b}.{b}:{n}: i/o timeout", "user@{app}.example.com logged in",
    "mailto:ops@{app}.example.com", "from {app}@10.0.{b}.{b}:{n}", "commit {hex40} by bot", "merge {hex40} into main",
    "etag \"{hex32}\"", "trace {hex32} span {hex16}", "checksum sha256={hex64}", "md5: {hex32}", "uid {uuid}", "volume pvc-{uuid} bound",
    "Created pod: {app}-{hash}-{end}", "node ip-10-0-{b}-{b}.eu-west-1.compute.internal is ready", "container containerd://{hex64} died",
    "Scaled up replica set {app}-{hash} to {n}", "leader election lost: {app}_{uuid}", "lease {app} renewed by {app}-{hash}-{end}",
    "java.lang.IllegalStateException: token {word} at com.acme.auth.TokenService.check(TokenService.java:{n})",
    "org.springframework.security.authentication.BadCredentialsException: Bad credentials", "at Password.verify (password.js:{n}:{b})",
    "Traceback: KeyError: 'password'", "KeyError: 'token'", "missing field `token` at line {n}", "AttributeError: no attribute 'secret_key'",
    "level=info msg=\"session {word}\" session_count={n}", "sessions={n} active", "session timeout after {n}s", "cookie policy {word}",
    "cookies: {n}", "Set-Cookie header {word}", "cookie jar has {n} entries", "lang=en; theme=dark", "signature {word} for {app}",
    "signature={word}", "jwt {word}", "JWT expired at 2026-11-29T10:{b}:00Z", "otp {word}", "mnemonic {word}",
    "certificate for {app} expires in {n} days", "ssh: handshake failed: no supported methods remain", "tls: bad certificate",
    "kubectl apply -p {app} -w", "docker run -p {n}:80 {app}", "mysql -h db -P 3306 -D shop", "curl -u {app} https://db:9200", "tar -p -w {app}",
    "vault: token renewed, lease {n}s", "vault lease {word}", "oidc: token {word}, retrying in {n}s", "got {n} tokens in {n}.{b}s",
    "bucket token-bucket-{app} refilled to {n}", "rate limiter: {n} tokens left", "tokenizer loaded {n} tokens", "keyboard={word}",
    "hello passenger {n}", "compass={word}", "bypass: {word}", "passed={n} failed={n}", "pass: {n}, fail: {n}", "PASS: {app}_test",
    "pwd=/home/{app}", "cwd {app} pwd {word}", "secretary={word}", "the key is {word}", "key of {app} is {word}", "credential {word} for {app}",
    "apiVersion: external-secrets.io/v1 kind: ExternalSecret name: {app}", "hash={hex8}", "version=v1.{n}.{b} revision={hex8} go=go1.24.1",
    "id=sess_01jq{low22} ended", "msg_01jq{low22} stored", "op-01jq{low22} completed", "action_01jq{low22} awaiting confirmation",
)  # fmt: skip


def line(rng: random.Random) -> str:
    """One line without a secret."""
    values = {
        "app": rng.choice(["web-app", "api-service", "token-service", "checkout", "secret-sync", "auth", "payments-db"]),
        "hash": "".join(rng.choice("bcdfghjklmnpqrstvwxz2456789") for _ in range(10)),
        "end": "".join(rng.choice("bcdfghjklmnpqrstvwxz2456789") for _ in range(5)),
        "word": rng.choice(WORDS), "n": str(rng.randrange(1, 9000)), "b": str(rng.randrange(10, 60)), "uuid": uid(rng),
        "hex64": of(HEX, 64)(rng), "hex40": of(HEX, 40)(rng), "hex32": of(HEX, 32)(rng), "hex16": of(HEX, 16)(rng),
        "hex8": of(HEX, 8)(rng), "low22": of(LOWER, 22)(rng),
    }  # fmt: skip
    text = rng.choice(TEMPLATES)
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text
