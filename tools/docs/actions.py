"""`docs/actions.md`: every kind of change, from the catalogue of runbooks."""

from __future__ import annotations

from typing import Any

from hexaops.backends.kubernetes.kinds import KINDS
from hexaops.runbooks.catalog import CATALOG, OPERATIONS_OWN
from hexaops.runbooks.runbook import Right, Runbook
from tools.docs.tables import page, table

INTRO = (
    "The closed set of changes behind `POST …/aiops/actions`. Each is planned, confirmed, verified and undone as "
    "described in [changes.md](changes.md). Every action takes a `reason` for the audit log. Actions on applications "
    "take `application_id`, or `application_ids` for one plan over several; actions on a project take `project`, "
    "those on an alert `alert_id`."
)

EXAMPLES = """\
## Try it

```sh run
curl -s $URL/api/v1/workspaces/$WORKSPACE/aiops/actions -H "Authorization: Bearer $TOKEN" \\
  --json '{"action": "restart_application",
           "parameters": {"application_id": "admin-portal", "reason": "stuck", "confirmation": true}}'
```

```json answer
{"data": {"action_id": "action_…", "description": "Restarting application 'admin-portal'", "estimated_duration": "…",
          "steps": [{"step": "validate_application"}, {"step": "drain_connections"}, {"step": "restart_pods"},
                    {"step": "verify_health"}]}}
```

```sh run
hexaops actions run scale_application background-worker replicas=2 --plan-only
```

```text answer
replicas: 1 → 2
```

```python run
from hexaops.client import Client

with Client.from_home() as client:
    planned = client.plan("update_quota", project="backend", hard={"pods": "50"})
    print(planned.plan.description, planned.plan.risk)
    print(planned.plan.diff)
```"""

OWN = (
    "# Changes that operations and backups alone plan\n\nNo user can ask for these: [operations](operations.md) plan "
    "them for what they have found, [backups](backups.md) to restore one. They can be confirmed, and follow "
    "every rule of [changes.md](changes.md)."
)


def actions_page() -> str:
    """The page's text."""
    overview = table(
        ("action", "does", "risk", "undo"),
        [(f"[`{book.name}`](#{book.name})", book.words.does, book.risk, book.words.undo) for book in CATALOG],
    )
    sections = (*(_section(book) for book in CATALOG), OWN, *(_section(book) for book in OPERATIONS_OWN))
    return page("Actions", INTRO, "\n\n".join((overview, EXAMPLES, *sections)))


def _section(book: Runbook[Any]) -> str:
    rows = [
        (f"`{name}`", _type(field), "yes" if name in _schema(book).get("required", ()) else "no")
        for name, field in _schema(book)["properties"].items()
        if name != "reason"
    ]
    parameters = table(("parameter", "type", "needed"), rows) if rows else "It takes no parameters of its own."
    steps = " → ".join(f"`{step.name}`" for step in book.steps)
    rights = ", ".join(f"`{_right(right)}`" for right in book.rights) or "none in the cluster"
    whole = "" if book.takes_several or book.target != "application" else " One application at a time."
    about = (book.parameters.__doc__ or "").strip() if rows else ""
    return f"## {book.name}\n\n{_first_line(book)} {about}{whole}\n\n{parameters}\n\nSteps: {steps}. Rights: {rights}."


def _first_line(book: Runbook[Any]) -> str:
    return (type(book).__doc__ or "").strip().splitlines()[0]


def _schema(book: Runbook[Any]) -> dict[str, Any]:
    return dict(book.parameters.model_json_schema())


def _type(field: dict[str, Any]) -> str:
    """A JSON schema in a word or two."""
    kinds = [one for one in field.get("anyOf", [field]) if one.get("type") != "null"]
    kind = kinds[0]
    if kind.get("type") == "array":
        items = kind["items"]
        return "list of objects" if "$ref" in items else f"list of {_type(items)}"
    if kind.get("type") == "object":
        return "map of text to text or null"
    if choices := kind.get("enum"):
        return ", ".join(f"`{one}`" for one in choices)
    bounds = [str(kind[key]) for key in ("minimum", "maximum") if key in kind]
    return str(kind.get("type")) + (f", {' to '.join(bounds)}" if len(bounds) == 2 else "")


def _right(right: Right) -> str:
    plural = KINDS[right.kind].plural
    return f"{right.verb} {plural}/{right.subresource}" if right.subresource else f"{right.verb} {plural}"
