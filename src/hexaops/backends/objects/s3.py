"""A bucket of an S3-compatible store. A put is one request, so it is whole or not there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hexaops.backends.objects.store import ObjectStoreError
from hexaops.kit.redaction import redact

if TYPE_CHECKING:
    from obstore.store import S3Store

REQUEST_SECONDS, CONNECT_SECONDS = 30, 5
REASON_LIMIT = 200


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """Where it is, and the key that opens it; without a key, that of the environment or of the machine's role."""

    name: str
    prefix: str = ""
    endpoint: str | None = None
    """URL of a store other than AWS."""
    region: str = "us-east-1"
    access_key: str | None = None
    secret_key: str | None = field(default=None, repr=False)
    retry_seconds: float = 30.0
    """How long a request that fails is sent again."""


class BucketStore:
    """Connects with its first use."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._opened: S3Store | None = None

    def put(self, name: str, content: bytes) -> None:
        """One PUT; multipart uploads would leave parts behind."""
        with self._told():
            self._store().put(name, content, use_multipart=False)

    def get(self, name: str) -> bytes:
        """The object's content."""
        with self._told():
            return bytes(self._store().get(name).bytes())

    def exists(self, name: str) -> bool:
        """Whether the object is there."""
        with self._told():
            try:
                self._store().head(name)
            except FileNotFoundError:
                return False
            return True

    def delete(self, name: str) -> None:
        """S3 answers the deletion of what is not there like any other."""
        with self._told():
            self._store().delete(name)

    def tidy(self, prefix: str) -> None:
        """A put leaves nothing unfinished."""

    def _store(self) -> S3Store:
        if self._opened is None:
            from obstore.store import S3Store  # noqa: PLC0415 # only where a bucket is configured

            bucket, given = self._bucket, dict[str, Any]()
            if bucket.access_key is not None:
                given = {"access_key_id": bucket.access_key, "secret_access_key": bucket.secret_key or ""}
            if bucket.endpoint is not None:
                given |= {"endpoint": bucket.endpoint, "virtual_hosted_style_request": False}
            self._opened = S3Store(
                bucket.name,
                prefix=bucket.prefix or None,
                region=bucket.region,
                client_options={
                    "timeout": f"{REQUEST_SECONDS}s",
                    "connect_timeout": f"{CONNECT_SECONDS}s",
                    "allow_http": (bucket.endpoint or "").startswith("http://"),
                },
                retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=bucket.retry_seconds)},
                **given,
            )
        return self._opened

    @contextmanager
    def _told(self) -> Iterator[None]:
        from obstore.exceptions import BaseError  # noqa: PLC0415 # only where a bucket is configured

        try:
            yield
        except (BaseError, OSError, ValueError) as error:
            raise ObjectStoreError(f"The bucket of archives cannot be used: {self._reason(error)}") from None

    def _reason(self, error: Exception) -> str:
        """The kind of error: the text of one may hold signed addresses, and is for nobody's eyes."""
        kind = type(error).__name__.removesuffix("Error")
        first = str(error).strip().splitlines()[:1]
        text = redact(first[0])[:REASON_LIMIT] if first else ""
        for secret in (self._bucket.secret_key, self._bucket.access_key, self._bucket.endpoint):
            text = text.replace(secret, "[redacted]") if secret else text
        return f"{kind}: {text}" if text else kind
