"""get, list and watch of stored objects."""

from __future__ import annotations

import random
from dataclasses import dataclass

import msgspec
from starlette.responses import Response

from simulator.server.call import Call
from simulator.server.encoding import EncodedObjects, typed_prefix
from simulator.server.events import to_events_group
from simulator.server.listing import (
    Page,
    Selection,
    check_options,
    parse_flag,
    parse_integer,
    parse_selection,
    read_page,
    too_large,
)  # fmt: skip
from simulator.server.negotiation import answer, negotiate
from simulator.server.selectors import Object
from simulator.server.streaming import Stream
from simulator.server.tables.render import partial, render_table
from simulator.server.watching import Render, WatchHub, WatchOptions, error_line
from simulator.status import Expired, NotFound, StatusError
from simulator.store import Store


@dataclass(frozen=True)
class Reader:
    """Reads of one store."""

    store: Store
    encoded: EncodedObjects
    hub: WatchHub
    bookmark_seconds: float

    async def get(self, call: Call) -> Response:
        """One object."""
        resource, place = call.known, call.place
        obj = self.store.find(resource.key, place.namespace, place.name)
        if obj is None:
            raise NotFound(resource.qualified, place.name)
        return await self.answer_one(call, obj)

    async def answer_one(self, call: Call, obj: Object, *, status: int = 200) -> Response:
        """One object in the form that the client asked for."""
        resource = call.known
        form = negotiate(call.request.headers.get("accept", ""), collection=False)
        if form == "table":
            version = {"resourceVersion": obj["metadata"].get("resourceVersion", "")}
            content = self._table(call, [obj], version)
        elif form == "metadata":
            content = msgspec.json.encode(partial(obj))
        else:
            content = self.encoded.typed(obj, resource)
        return await answer(call.request, content + b"\n", status=status, warnings=call.warnings)

    async def list_page(self, call: Call) -> Response:
        """A page of objects."""
        resource = call.known
        check_options(call.query, watching=False)
        selection = parse_selection(call.query, resource, call.place.namespace)
        page = read_page(self.store, resource, selection, call.query)
        return await self.answer_page(call, page)

    async def answer_page(self, call: Call, page: Page) -> Response:
        """Objects in the form that the client asked for."""
        resource = call.known
        metadata: Object = {"resourceVersion": str(page.resource_version)}
        if page.token:
            metadata["continue"] = page.token
            if page.remaining is not None:
                metadata["remainingItemCount"] = page.remaining
        form = negotiate(call.request.headers.get("accept", ""), collection=True)
        if form == "table":
            content = self._table(call, page.items, metadata)
        elif form == "metadata":
            items = [partial(obj) for obj in page.items]
            kind = {"kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1"}
            content = msgspec.json.encode({**kind, "metadata": metadata, "items": items})
        else:
            content = b"".join(
                (
                    typed_prefix(f"{resource.kind}List", resource.api_version),
                    b'"metadata":',
                    msgspec.json.encode(metadata),
                    b',"items":[',
                    b",".join([self.encoded.item(obj, resource) for obj in page.items]),
                    b"]}",
                )
            )
        return await answer(call.request, content + b"\n")

    async def watch(self, call: Call) -> Response:
        """Changes as they come."""
        resource = call.known
        check_options(call.query, watching=True)
        selection = parse_selection(call.query, resource, call.place.namespace, call.place.name)
        render = self._renderer(call)
        try:
            options = self._watch_options(call, selection)
        except Expired as error:
            return Response(error_line(error), media_type="application/json")
        watch = self.hub.open(resource, selection, options.started_at)
        return Stream(self.hub.stream(watch, options, render), on_gone=watch.end)

    def _watch_options(self, call: Call, selection: Selection) -> WatchOptions:
        query, store = call.query, self.store
        text = query.get("resourceVersion", "")
        if text and not text.isdigit():
            message = f'resourceVersion: Invalid value: "{text}": strconv.ParseUint: parsing "{text}": invalid syntax'
            raise StatusError(500, "", message)
        version = int(text or 0)
        initial_events = parse_flag(query, "sendInitialEvents")
        told = query.get("sendInitialEvents", "")
        if initial_events and version > store.resource_version:
            raise too_large(version, store.resource_version)
        bookmarks = parse_flag(query, "allowWatchBookmarks")
        everything = initial_events or (not version and not told)
        initial = None
        if everything:
            objects = store.iterate_at(call.known.key, selection.namespace, store.resource_version)
            initial = [obj for obj in objects if selection.matches(obj)]
        replay = []
        if version and not everything and version < store.resource_version:
            replay = [
                event
                for event in store.events_after(version)
                if event.key.resource == call.known.key and selection.namespace in (None, event.key.namespace)
            ]
        timeout = parse_integer(query, "timeoutSeconds") or random.randint(1800, 3600)
        return WatchOptions(
            timeout_seconds=timeout,
            bookmarks=bookmarks,
            bookmark_seconds=self.bookmark_seconds,
            initial=initial,
            replay=replay,
            mark_initial_end=initial_events and bookmarks,
            started_at=max(version, store.resource_version),
        )

    def _renderer(self, call: Call) -> Render:
        resource = call.known
        form = negotiate(call.request.headers.get("accept", ""), collection=False)
        if form == "table":
            return self._table_renderer(call)
        if form == "metadata":
            return lambda _, obj: msgspec.json.encode(partial(obj))
        return lambda _, obj: self.encoded.typed(obj, resource)

    def _table_renderer(self, call: Call) -> Render:
        headers = [True]

        def render(_: str, obj: Object) -> bytes:
            first, headers[0] = headers[0], False
            version = {"resourceVersion": obj["metadata"]["resourceVersion"]}
            return self._table(call, [obj], version, headers=first)

        return render

    def _table(self, call: Call, objects: list[Object], metadata: Object, *, headers: bool = True) -> bytes:
        resource = call.known
        include = call.query.get("includeObject") or "Metadata"
        if include == "Object" and resource.stored_as and resource.qualified != resource.stored_as:
            return render_table(
                resource, [to_events_group(obj) for obj in objects], now=self.store.clock.now(),
                metadata=metadata, include=include, headers=headers,
            )  # fmt: skip
        version = "v1beta1" if "v=v1beta1" in call.request.headers.get("accept", "").split(",")[0] else "v1"
        return render_table(
            resource, objects, now=self.store.clock.now(), metadata=metadata, version=version,
            include=include, headers=headers,
        )  # fmt: skip
