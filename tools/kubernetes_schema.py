"""Extract what fields Kubernetes objects have from a running API server's OpenAPI documents.

    python tools/kubernetes_schema.py KUBECONFIG > simulator/server/schema.json

The simulator checks bodies, merges strategic patches and answers OpenAPI questions from that file. It holds facts
only (names, types, merge keys), no descriptions. Run it against `testenv/control-plane` when Kubernetes moves on.
"""

from __future__ import annotations

import json
import ssl
import sys
import urllib.request
from pathlib import Path
from typing import Any

from simulator.resources import RESOURCES

EXTRA = (
    ("authorization.k8s.io/v1", "SubjectAccessReview"),
    ("authorization.k8s.io/v1", "SelfSubjectAccessReview"),
    ("authorization.k8s.io/v1", "SelfSubjectRulesReview"),
    ("policy/v1", "Eviction"),
    ("autoscaling/v1", "Scale"),
    ("v1", "DeleteOptions"),
)
"""Kinds of bodies that are no stored objects."""
ALSO_READ = ("authorization.k8s.io/v1",)


class Extraction:
    """Definitions found so far, by short name."""

    def __init__(self) -> None:
        self.types: dict[str, Any] = {}

    def add(self, full_name: str, schemas: dict[str, Any]) -> str | None:
        """Take a definition and what it refers to; None when it is a plain value or any object."""
        definition = schemas[full_name]
        short = full_name.removeprefix("io.k8s.api.").removeprefix("io.k8s.apimachinery.pkg.")
        if "properties" not in definition:
            return None
        if short not in self.types:
            self.types[short] = {}
            self.types[short] = {
                name: self.field(field, schemas) for name, field in sorted(definition["properties"].items())
            }
        return short

    def field(self, field: dict[str, Any], schemas: dict[str, Any]) -> Any:
        """One field: a type name, `[item]` for a list, `{"map": value}`, or these with a merge key."""
        found = self.value(field, schemas)
        strategies = str(field.get("x-kubernetes-patch-strategy", "")).split(",")
        if "merge" in strategies and isinstance(found, list):
            return {"list": found[0], "merge": field.get("x-kubernetes-patch-merge-key", "")}
        if "retainKeys" in strategies:
            return {"type": found, "retain": True}
        return found

    def value(self, field: dict[str, Any], schemas: dict[str, Any]) -> Any:
        """The type of a value."""
        if "allOf" in field:
            field = field["allOf"][0]
        if "$ref" in field:
            full_name = field["$ref"].rsplit("/", 1)[1]
            return self.add(full_name, schemas) or plain(full_name, schemas[full_name])
        if field.get("type") == "array":
            return [self.value(field["items"], schemas)]
        if field.get("type") == "object":
            inner = field.get("additionalProperties")
            return {"map": self.value(inner, schemas)} if isinstance(inner, dict) else "any"
        return plain("", field)


def plain(name: str, field: dict[str, Any]) -> str:
    """The name of a value that has no fields."""
    if name.endswith(("Quantity", "IntOrString")):
        return "int-or-string"
    if name.endswith(("Time", "MicroTime")):
        return "time"
    return {"string": "string", "integer": "integer", "boolean": "boolean", "number": "number"}.get(
        str(field.get("type")), "any"
    )


def main(kubeconfig: Path) -> None:
    """Print the extracted document."""
    configuration = json.loads(kubeconfig.read_text())
    cluster, user = configuration["clusters"][0]["cluster"], configuration["users"][0]["user"]
    context = ssl.create_default_context(cafile=cluster["certificate-authority"])
    wanted = {(resource.api_version, resource.kind) for resource in RESOURCES} | set(EXTRA)
    extraction, kinds = Extraction(), {}
    for version in dict.fromkeys([*(resource.api_version for resource in RESOURCES), *ALSO_READ]):
        path = f"apis/{version}" if "/" in version else f"api/{version}"
        request = urllib.request.Request(  # noqa: S310 - the address stands in the kubeconfig that was given
            f"{cluster['server']}/openapi/v3/{path}", headers={"Authorization": f"Bearer {user['token']}"}
        )
        with urllib.request.urlopen(request, context=context, timeout=30) as answer:  # noqa: S310
            schemas = json.load(answer)["components"]["schemas"]
        for full_name, definition in schemas.items():
            for served in definition.get("x-kubernetes-group-version-kind", ()):
                api_version = "/".join(filter(None, (served["group"], served["version"])))
                if (api_version, served["kind"]) in wanted:
                    kinds[f"{api_version}/{served['kind']}"] = extraction.add(full_name, schemas)
    types = ",\n".join(
        f"{json.dumps(name)}:{json.dumps(fields, separators=(',', ':'))}"
        for name, fields in sorted(extraction.types.items())
    )
    print(f'{{"kinds":{json.dumps(kinds, indent=0, sort_keys=True)},\n"types":{{\n{types}}}}}')


if __name__ == "__main__":
    main(Path(sys.argv[1]))
