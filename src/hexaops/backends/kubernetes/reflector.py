"""Keeps one kind of the cache equal to the API server: list in pages, then watch, for ever.

After a broken, silent or ended watch it goes on from the last version seen (bookmarks count); only a 410
makes it list again, and then what disappeared meanwhile is deleted. A watch never starts without a version:
that would make the server send everything again and would lose deletions.
Protocol: https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
"""

from __future__ import annotations

import logging
import random
from typing import Any

from msgspec import Struct

from hexaops.backends.kubernetes.cache import WatchCache
from hexaops.backends.kubernetes.client import KubernetesClient
from hexaops.backends.kubernetes.decoding import RowDecoder, decoder_for
from hexaops.backends.kubernetes.errors import (
    KubernetesError,
    KubernetesForbiddenError,
    KubernetesGoneError,
    KubernetesNotFoundError,
    KubernetesUnavailableError,
    Target,
    error_from_status,
)
from hexaops.backends.kubernetes.kinds import PROMPT_KINDS
from hexaops.backends.kubernetes.lines import LineSplitter
from hexaops.kit.backoff import Backoff
from hexaops.kit.clock import Clock

logger = logging.getLogger(__name__)

_PAGED_LISTS = 2
"""Lists in pages that may end in a 410 before the whole collection is asked for at once."""
_FIRST_REST_SECONDS = 5.0
"""A right that is granted in the first minute shows soon, and so does a server that refused because it was starting."""


class WatchSettings(Struct, frozen=True):
    """How lists and watches behave."""

    page_size: int = 500
    watch_seconds: tuple[int, int] = (240, 300)
    """The server ends each watch after a random time in between, so that many clients do not return at once."""
    prompt_watch_seconds: tuple[int, int] = (7, 7)
    """The same for PROMPT_KINDS: a watch that the server does not end in time is dead, whatever else still answers.

    With the grace it is within STALE_SECONDS.
    """
    first_watch_seconds: int = 2
    """The same for the first watch after a failure: its agreed end says soon that nothing was missed."""
    grace_seconds: float = 2.0
    """How long such a watch may be silent beyond its agreed end."""
    stall_seconds: float = 100.0
    """Silence after which a watch counts as dead; a live one has a bookmark every 60 to 75 seconds."""
    list_timeout_seconds: float = 60.0
    first_delay_seconds: float = 0.5
    longest_delay_seconds: float = 30.0
    unavailable_retry_seconds: float = 300.0
    """How often a forbidden or absent kind is tried again in the long run; at first it is tried sooner."""
    refusal_seconds: float = 30.0
    """A kind that was read before must be refused for so long: a server that starts refuses everything at first."""


class Reflector:
    """One kind's list and watch; run `run()` as a task and cancel it to end."""

    def __init__(
        self,
        kind: str,
        client: KubernetesClient,
        cache: WatchCache,
        *,
        settings: WatchSettings,
        clock: Clock,
        rng: random.Random | None = None,
    ) -> None:
        self._kind = kind
        self._client = client
        self._cache = cache
        self._table = cache.table(kind)
        self._settings = settings
        self._clock = clock
        self._rng = rng or random.Random()  # noqa: S311  # jitter, not a secret
        self._decoder: RowDecoder = decoder_for(kind)
        self._version = ""
        self._failures = 0
        self._refused_since: float | None = None
        self._rests = 0

    async def run(self) -> None:
        """List and watch until cancelled."""
        while True:
            try:
                if not self._version:
                    await self._list()
                await self._watch()
            except KubernetesGoneError:
                if self._version:
                    self._failures = 0  # it was there to answer: what failed before was another thing
                self._version = ""
                await self._pause_after_failure()
            except (KubernetesForbiddenError, KubernetesNotFoundError) as error:
                await self._refused(error)
            except KubernetesError as error:
                self._fail(error.message)
                if error.details.get("http_status") == 504:
                    # "Too large resource version": the server was restored and knows less than we do.
                    self._version = ""
                if isinstance(error, KubernetesUnavailableError):
                    await self._wait_for_server()
                else:
                    await self._pause_after_failure()
            except Exception:  # the edge of a task: without it, one surprise would end this kind's updates
                logger.exception("watch failed unexpectedly", extra={"kind": self._kind})
                self._fail("unexpected failure, see the service's log")
                self._version = ""
                await self._pause_after_failure()

    # ------------------------------------------------------------------ list

    async def _list(self) -> None:
        for attempt in range(_PAGED_LISTS + 1):
            paged = attempt < _PAGED_LISTS
            try:
                rows, version = await self._collect(self._settings.page_size if paged else None)
            except KubernetesGoneError:
                if not paged:
                    raise
                continue
            self._take_over(rows, version)
            return

    async def _collect(self, limit: int | None) -> tuple[list[Any], str]:
        rows: list[Any] = []
        token = ""
        while True:
            body = await self._client.list_page(
                self._kind,
                limit=limit,
                continue_token=token,
                timeout=self._settings.list_timeout_seconds,
            )
            page = self._decoder.page(body, held=self._table.find)
            rows += page.rows
            token = page.continue_token
            if not token:
                return rows, page.resource_version

    def _take_over(self, rows: list[Any], version: str) -> None:
        changes = [*self._table.replace(rows)]
        self._version = version
        self._confirm(version)
        self._table.synced = True
        self._table.available = True
        self._cache.note_progress()
        self._cache.publish(changes)

    # ------------------------------------------------------------------ watch

    async def _watch(self) -> None:
        started = self._clock.monotonic()
        seconds, stall_seconds = self._watch_limits()
        splitter = LineSplitter()
        async with self._client.watch(
            self._kind,
            resource_version=self._version,
            timeout_seconds=seconds,
            stall_seconds=stall_seconds,
        ) as chunks:
            self._table.error = None
            self._refused_since = None
            self._rests = 0
            self._tell_recovery()
            async for chunk in chunks:
                lines = splitter.feed(chunk)
                if lines:
                    self._apply(lines)
        lasted = self._clock.monotonic() - started
        if lasted >= seconds - 1:
            # The server has ended it as agreed, so it has sent everything until now.
            self._confirm(self._version)
        else:
            # Nothing is confirmed, so the next one is short; and a server that ends watches at once must not be
            # asked in a tight loop.
            await self._pause_after_failure()

    def _watch_limits(self) -> tuple[int, float]:
        """How long to watch, and after how much silence the watch is dead."""
        settings = self._settings
        if self._failures:
            seconds = settings.first_watch_seconds
            return seconds, min(seconds + settings.grace_seconds, settings.stall_seconds)
        if self._kind not in PROMPT_KINDS:
            return self._rng.randint(*settings.watch_seconds), settings.stall_seconds
        seconds = self._rng.randint(*settings.prompt_watch_seconds)
        return seconds, min(seconds + settings.grace_seconds, settings.stall_seconds)

    def _apply(self, lines: list[bytes]) -> None:
        changes = []
        try:
            for line in lines:
                event = self._decoder.event(line)
                if event.row is not None:
                    change = (
                        self._table.remove(event.row.namespace, event.row.name, event.row)
                        if event.type == "DELETED"
                        else self._table.put(event.row)
                    )
                    changes.append(change)
                elif event.status is not None:
                    target = Target("watch", self._kind)
                    raise error_from_status(event.status.code or 500, event.status, target)
                self._advance(event.resource_version)
        finally:
            self._cache.publish(changes)
        self._confirm(self._version)

    def _advance(self, version: str) -> None:
        """Versions only grow; a lower one means that the server was restored and that its history is another."""
        if not version:
            return
        if (len(version), version) < (len(self._version), self._version):
            message = f"watch {self._kind}: version {version} after {self._version}"
            raise KubernetesGoneError(message)
        self._version = version

    # ------------------------------------------------------------------ state

    def _fail(self, reason: str) -> None:
        self._table.error = reason
        self._cache.note_progress()

    def _tell_recovery(self) -> None:
        """Whoever reaches the server again tells the other kinds, whose pauses may have grown long meanwhile."""
        if self._failures:
            self._cache.note_recovery()

    def _confirm(self, version: str) -> None:
        self._tell_recovery()
        self._failures = 0
        self._refused_since = None
        self._table.as_of = self._clock.now()
        self._table.confirmed_at = self._clock.monotonic()
        self._cache.clock_check.problem()
        self._table.resource_version = version
        self._table.error = None
        self._cache.note_progress()

    async def _refused(self, error: KubernetesError) -> None:
        """What was read before is kept, marked as out of date, until the refusal has lasted."""
        now = self._clock.monotonic()
        if self._refused_since is None:
            self._refused_since = now
        if self._table.synced and now - self._refused_since < self._settings.refusal_seconds:
            self._table.error = error.message
            await self._pause_after_failure()
        else:
            await self._rest(error)

    async def _rest(self, error: KubernetesError) -> None:
        """The kind is forbidden or absent: say so, let others go on, and look again rarely."""
        if self._rests == 0:
            logger.warning("kind not available", extra={"kind": self._kind, "reason": error.message})
        self._version = ""
        self._table.available = False
        self._table.synced = False
        self._table.error = error.message
        self._cache.publish([*self._table.replace([])])
        self._cache.note_progress()
        self._rests += 1
        rests = Backoff(_FIRST_REST_SECONDS, self._settings.unavailable_retry_seconds)
        await self._clock.sleep(rests.seconds(self._rests))

    async def _pause_after_failure(self) -> None:
        """Doubling, at most the longest delay, ± half of it."""
        await self._clock.sleep(self._next_pause())

    async def _wait_for_server(self) -> None:
        """The same pause, but soon over once the server answers another kind; not all kinds come at one moment."""
        await self._cache.wait_recovery(self._next_pause())
        await self._clock.sleep(self._rng.uniform(0.0, self._settings.first_delay_seconds))

    def _next_pause(self) -> float:
        settings = self._settings
        pauses = Backoff(settings.first_delay_seconds, settings.longest_delay_seconds, jitter_ratio=0.5)
        self._failures += 1
        return pauses.seconds(self._failures, self._rng)
