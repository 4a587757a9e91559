"""`Idempotency-Key`: a request sent twice is processed once.

The key is claimed in a committed row before the work. The first transaction of the work that commits marks the claim
`effective` in that same transaction (see `ClaimMarker`), which also fences: a claim that another process has taken
over lets nothing commit. So after a kill it is known whether anything was done:

- `claimed` by a dead process: nothing was done, the request is done anew;
- `effective` by a dead process: something was done and its answer is lost: 409 `IDEMPOTENCY_OUTCOME_UNKNOWN`, unless
  doing it again is the same, as confirming a plan is, which always names the plan's one operation;
- `answered`: the stored answer is replayed for a day, with `Idempotent-Replayed: true`.

A refused request (4xx) changed nothing, so it gives its key back.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import StreamingResponse
from starlette.exceptions import HTTPException
from starlette.responses import AsyncContentStream

from hexaops.errors import ConflictError, HexaopsError, ValidationFailedError
from hexaops.features.access.caller import Caller
from hexaops.features.access.idempotency_store import Answer, Claim, ClaimLostError, IdempotencyStore, StoredAnswer
from hexaops.storage.database import DatabaseUnavailableError

logger = logging.getLogger(__name__)

Handler = Callable[[Request], Awaitable[Response]]

HEADER = "Idempotency-Key"
KEY = re.compile(r"[\x21-\x7e]{1,255}")
LIFETIME = timedelta(hours=24)
LARGEST_ANSWER_BYTES = 4_000_000
"""A longer streamed response is not stored; its key then reports an unknown outcome."""


class IdempotencyKeyReusedError(HexaopsError):
    """The key was used for a different request."""

    code = "IDEMPOTENCY_KEY_REUSED"
    status = 422


class IdempotencyInProgressError(ConflictError):
    """The first request with this key is still running."""

    code = "IDEMPOTENCY_KEY_IN_PROGRESS"
    permanent = False


class IdempotencyOutcomeUnknownError(ConflictError):
    """The first request took effect but its response was lost in a crash."""

    code = "IDEMPOTENCY_OUTCOME_UNKNOWN"


class IdempotencyService:
    """Runs a route's handler under the request's key, if any."""

    def __init__(self, claims: IdempotencyStore) -> None:
        self._claims = claims

    async def run(
        self, request: Request, caller: Caller, handler: Handler, repeatable: Callable[[bytes], bool] | None = None
    ) -> Response:
        """The handler's answer, or the stored one."""
        key = request.headers.get(HEADER)
        if key is None:
            return await handler(request)
        if not KEY.fullmatch(key):
            details = {HEADER: "1 to 255 visible ASCII characters"}
            raise ValidationFailedError("The idempotency key is not valid", details=details)
        row_id = _digest(str(caller.principal), key)
        fingerprint = _digest(request.method, request.url.path, request.url.query, await request.body())
        again = repeatable is not None and repeatable(await request.body())
        found = await self._claims.take(row_id, fingerprint=fingerprint, lifetime=LIFETIME, again=again)
        seal = AnswerSeal(str(caller.principal), key)
        if isinstance(found, StoredAnswer):
            return _replay(found, fingerprint, seal)
        return await self._work(found, request, handler, seal)

    async def _work(self, claim: Claim, request: Request, handler: Handler, seal: AnswerSeal) -> Response:
        streaming = False
        try:
            response = await self._handled(claim, request, handler)
            if response.status_code >= 400:
                await self._claims.give_back(claim)
            elif isinstance(response, StreamingResponse):
                streaming = True
                response.body_iterator = self._kept(claim, response, response.body_iterator, seal)
            else:
                await self._answer(claim, _answer_of(response, seal.close(bytes(response.body))))
        finally:
            if not streaming:
                self._claims.release(claim)
        return response

    async def _answer(self, claim: Claim, answer: Answer) -> None:
        """Keep the response; what has taken effect is answered even if that fails."""
        try:
            await self._claims.answer(claim, answer)
        except DatabaseUnavailableError:
            if not claim.effective:
                raise
            logger.warning("the answer of a request with an idempotency key could not be stored")

    async def _handled(self, claim: Claim, request: Request, handler: Handler) -> Response:
        try:
            with self._claims.binding(claim):
                return await handler(request)
        except ClaimLostError:
            raise _in_progress() from None
        except Exception as error:
            refused = isinstance(error, RequestValidationError | HTTPException)
            refused |= isinstance(error, HexaopsError) and error.status < 500
            if refused or not claim.effective:
                await self._claims.give_back(claim)
            raise

    async def _kept(
        self, claim: Claim, response: Response, parts: AsyncContentStream, seal: AnswerSeal
    ) -> AsyncIterator[bytes]:
        """Pass the stream through and store it when it ends."""
        body: bytearray | None = bytearray()
        try:
            with self._claims.binding(claim):
                async for part in parts:
                    data = part.encode() if isinstance(part, str) else bytes(part)
                    body = _joined(body, data)
                    yield data
            if body is not None:
                await self._claims.answer(claim, _answer_of(response, seal.close(bytes(body))))
        finally:
            self._claims.release(claim)


class AnswerSeal:
    """Stored responses may hold one-time secrets, so they are encrypted with the key."""

    def __init__(self, principal: str, key: str) -> None:
        self._cipher = AESGCM(hashlib.sha256(f"hexaops answer\n{principal}\n{key}".encode()).digest())

    def close(self, body: bytes) -> bytes:
        """What is stored."""
        nonce = os.urandom(12)
        return nonce + self._cipher.encrypt(nonce, body, None)

    def open(self, stored: bytes) -> bytes:
        """The answer."""
        return self._cipher.decrypt(stored[:12], stored[12:], None)


def _in_progress() -> IdempotencyInProgressError:
    message = "A request with this idempotency key is still in progress"
    return IdempotencyInProgressError(message, headers={"Retry-After": "1"})


def _joined(body: bytearray | None, part: bytes) -> bytearray | None:
    """The body with its next part, or None once it is too long to be stored."""
    if body is None or len(body) + len(part) > LARGEST_ANSWER_BYTES:
        return None
    body += part
    return body


def _answer_of(response: Response, body: bytes) -> Answer:
    return Answer(response.status_code, response.headers.get("content-type", "application/json"), body)


def _replay(found: StoredAnswer, fingerprint: str, seal: AnswerSeal) -> Response:
    if found.fingerprint != fingerprint:
        raise IdempotencyKeyReusedError("This idempotency key was used for another request")
    if found.answer is not None:
        headers = {"Idempotent-Replayed": "true", "Content-Type": found.answer.media_type}
        return Response(seal.open(found.answer.body), found.answer.status, headers)
    if found.alive:
        raise _in_progress()
    message = "The request took effect but its response was lost; check what it changed, or retry with a new key"
    raise IdempotencyOutcomeUnknownError(message)


def _digest(*parts: str | bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(f"{len(data)}:".encode() + data)
    return digest.hexdigest()
