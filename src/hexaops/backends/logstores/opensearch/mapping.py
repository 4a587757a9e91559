"""How an index has mapped the fields that matter: which of them are exact, and whether its words are ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Struct

from hexaops.backends.logstores.external.engine import engine_error
from hexaops.backends.logstores.external.http import EngineHttp
from hexaops.kit.timeout import Timeout

PROBE = "Aa_b.c-d:e7 f"
PROBED = ("aa", "b", "c", "d", "e7", "f")


class _Capability(msgspec.Struct):
    aggregatable: bool = False


class _Capabilities(msgspec.Struct):
    indices: list[str] | str = []
    fields: dict[str, dict[str, _Capability]] = {}


class _Token(msgspec.Struct):
    token: str


class _Tokens(msgspec.Struct):
    tokens: list[_Token] = []


class IndexMapping(Struct, frozen=True):
    """What is known of an index."""

    keywords: Mapping[str, str]
    """Field → the name under which its whole value is indexed."""
    analyzed: frozenset[str]
    """Fields whose words are indexed."""
    own_words: bool
    """Whether the message is cut into words as the query language does."""
    found: bool
    """Whether there is an index yet."""

    def keyword(self, field: str) -> str:
        """The name of a field's whole value."""
        return self.keywords.get(field, field)


async def read_mapping(http: EngineHttp, index: str, names: Sequence[str], timeout: Timeout) -> IndexMapping:
    """Ask for it; `names` begins with the message's."""
    wanted = ",".join(name for field in names for name in (field, f"{field}.keyword"))
    body = await http.get(f"/{index}/_field_caps", timeout, params={"fields": wanted, "ignore_unavailable": "true"})
    found = _decoded(http.name, body)
    keywords, analyzed = {}, set()
    for field in names:
        kinds = found.fields.get(field, {})
        if any(kind.aggregatable for kind in kinds.values()):
            keywords[field] = field
        elif f"{field}.keyword" in found.fields:
            keywords[field] = f"{field}.keyword"
        if "text" in kinds or "match_only_text" in kinds:
            analyzed.add(field)
    indices = [found.indices] if isinstance(found.indices, str) else found.indices
    own_words = bool(indices) and await _cuts_as_we_do(http, max(indices), names[0], timeout)
    return IndexMapping(keywords, frozenset(analyzed), own_words, bool(indices))


async def _cuts_as_we_do(http: EngineHttp, index: str, field: str, timeout: Timeout) -> bool:
    content = msgspec.json.encode({"field": field, "text": PROBE})
    body = await http.send(f"/{index}/_analyze", timeout, content=content, media_type="application/json", params={})
    try:
        return tuple(one.token for one in msgspec.json.decode(body, type=_Tokens).tokens) == PROBED
    except msgspec.MsgspecError:
        return False


def _decoded(name: str, body: bytes) -> _Capabilities:
    try:
        return msgspec.json.decode(body, type=_Capabilities)
    except msgspec.MsgspecError:
        raise engine_error(name, "it does not describe its fields as OpenSearch does") from None
