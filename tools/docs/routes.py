"""`docs/api.md`: every route with who may call it, from the table of routes."""

from __future__ import annotations

from hexaops.api import ROUTES
from hexaops.features.routing import Entry
from tools.client.operations import has_method, method_name
from tools.docs.tables import page, summary, table

INTRO = (
    "`/openapi.json` of the running service describes every field and error; `/docs` shows it as a page. Public "
    "routes take a user's JWT, internal ones a service account's token with `X-Service-Account`; probes take neither. "
    "*Needs* is the permission or scope required in the workspace of the path or object.\n\n"
    "Lists that page take `limit` and `cursor`: send the `next_cursor` of the answer before, with the same filters. "
    "A cursor is signed, and good for its caller and list only; another one is 400 `INVALID_CURSOR`."
)
EXAMPLES = """\
## Try it

`eval "$(hexaops env)"` sets what the examples of these pages name: `URL`, `WORKSPACE` and a user's `TOKEN`, and the
service account `ACCOUNT` with its `ACCOUNT_TOKEN`. They run as they stand on the embedded default (`make run`); the
answers beneath them are shortened.

```sh run
curl -s $URL/api/v1/workspaces/$WORKSPACE/overview -H "Authorization: Bearer $TOKEN"
```

```json answer
{"data": {"workspace": {"id": "ws-…", "name": "Production Workspace"}, "summary": {"applications": {"total": 12}},
          "health_metrics": {"overall_score": 93.0}}}
```

An internal route takes the service account:

```sh run
curl -s $URL/internal/v1/workspaces/$WORKSPACE/overview \\
  -H "Authorization: Bearer $ACCOUNT_TOKEN" -H "X-Service-Account: $ACCOUNT"
```

Every operation of the public API has a name, which the command line and the client share:

```sh run
hexaops call list_applications status=unhealthy
```

```python run
from hexaops.client import Client

with Client.from_home() as client:
    print(client.list_nodes().cluster_metrics)
```"""
AUDIENCES = {"user": "Public API", "service": "Internal API", "anyone": "Probes"}


def _rows(audience: str) -> list[tuple[str, ...]]:
    return [
        (
            f"`{entry.method} {entry.path}`",
            entry.policy.permission or "—",
            _limit(entry),
            *([f"`{method_name(entry)}`" if has_method(entry) else "—"] if audience != "anyone" else []),
            summary(entry.endpoint),
        )
        for entry in ROUTES
        if entry.policy.audience == audience
    ]


def _limit(entry: Entry) -> str:
    return "—" if entry.policy.limit == "none" else f"`rate_limit_{entry.policy.limit}`"


def _head(audience: str) -> tuple[str, ...]:
    return ("route", "needs", "limited by", *(["`hexaops.client`"] if audience != "anyone" else []), "what it does")


def routes_page() -> str:
    """The page's text."""
    parts = [f"## {title}\n\n{table(_head(audience), _rows(audience))}" for audience, title in AUDIENCES.items()]
    return page("Routes", INTRO, EXAMPLES, *parts)
