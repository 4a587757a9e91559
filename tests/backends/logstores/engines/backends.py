"""The engines that the conformance suite runs against, each started once."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest

from hexaops.backends.logstores.external.engine import Engine
from hexaops.backends.logstores.external.fields import Fields
from hexaops.backends.logstores.external.http import EngineAddress, EngineHttp
from hexaops.backends.logstores.lines import time_text
from hexaops.backends.logstores.victorialogs.engine import VictoriaLogs
from testenv.logengines import victorialogs
from tests.backends.logstores.engines.conformance import Backend

Start = Callable[[Path], AbstractContextManager[Backend]]


@contextmanager
def victoria_logs(folder: Path) -> Iterator[Backend]:
    """The real server, built with Go."""
    binary = victorialogs.build()
    if binary is None:
        pytest.skip("VictoriaLogs cannot be built here: Go or the module proxy is missing")
    with victorialogs.serving(binary, folder) as server:

        @asynccontextmanager
        async def opened(fields: Fields) -> AsyncIterator[Engine]:
            http = EngineHttp("victorialogs", EngineAddress(server.url))
            yield VictoriaLogs(http, replace(fields, time="_time", message="_msg"))
            await http.close()

        async def fill(rows: Sequence[Mapping[str, str]], times: Sequence[int]) -> None:
            body = "".join(
                json.dumps({**row, "time": time_text(time)}) + "\n" for row, time in zip(rows, times, strict=True)
            )
            query = "_stream_fields=workspace_id,component&_time_field=time&_msg_field=message"
            async with httpx2.AsyncClient(base_url=server.url) as client:
                sent = await client.post(
                    f"/insert/jsonline?{query}", content=body, headers={"Content-Type": "application/x-ndjson"}
                )
                sent.raise_for_status()
                (await client.get("/internal/force_flush")).raise_for_status()

        yield Backend("victorialogs", opened, fill)


REAL: Mapping[str, Start] = {"victorialogs": victoria_logs}
