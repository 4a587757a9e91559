"""`managedFields` as the API server keeps them: who set which fields. Only for the look and the size of objects."""

from __future__ import annotations

import json
from typing import Any

_KEYS = ("name", "type", "containerPort", "uid", "mountPath", "ip")


def managed_entry(manager: str, time: str, fields: dict[str, Any], *, subresource: str = "") -> dict[str, Any]:
    """One entry: a manager, when it last wrote, and the fields (values do not matter) that it set."""
    entry = {
        "manager": manager,
        "operation": "Update",
        "apiVersion": "v1",
        "time": time,
        "fieldsType": "FieldsV1",
        "fieldsV1": _fields(fields),
    }
    return {**entry, "subresource": subresource} if subresource else entry


def _fields(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return {f"f:{name}": _fields(inner) for name, inner in value.items()}
    if isinstance(value, list) and value and isinstance(value[0], dict):
        key = next((name for name in _KEYS if name in value[0]), None)
        if key is not None:
            return {f"k:{json.dumps({key: item[key]})}": {".": {}, **_fields(item)} for item in value if key in item}
    return {}
