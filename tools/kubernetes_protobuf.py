"""Extract how Kubernetes objects are laid out in protobuf from the Go modules k8s.io/api and k8s.io/apimachinery.

    python tools/kubernetes_protobuf.py API_FOLDER APIMACHINERY_FOLDER > simulator/server/protobuf.json

kubectl sends what it creates in that form. The file holds facts only: for each type and field number the JSON name,
the type, and whether a zero counts (`k`), the field is repeated (`r`) or a map (`m`).
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from simulator.resources import RESOURCES

GROUPS = {"": "core", "coordination.k8s.io": "coordination", "discovery.k8s.io": "discovery",
          "events.k8s.io": "events", "networking.k8s.io": "networking", "storage.k8s.io": "storage"}  # fmt: skip
EXTRA_ROOTS = (
    "policy.v1.Eviction", "autoscaling.v1.Scale", "apis.meta.v1.DeleteOptions",
    "authorization.v1.SubjectAccessReview", "authorization.v1.SelfSubjectAccessReview",
    "authorization.v1.SelfSubjectRulesReview",
)  # fmt: skip
KNOWN = {
    "string": "string", "bool": "bool", "int": "int", "int32": "int", "int64": "int", "uint32": "int",
    "float64": "double", "types.UID": "string", "resource.Quantity": "quantity",
    "intstr.IntOrString": "int-or-string", "metav1.Time": "time", "Time": "time", "metav1.MicroTime": "micro-time",
    "MicroTime": "micro-time", "runtime.RawExtension": "raw", "FieldsV1": "raw", "types.NodeName": "string",
}  # fmt: skip
FIELD = re.compile(r'^\t(?:\w+ +)?(\S+) +`json:"([^",]*)([^"]*)".*?protobuf:"\w+,(\d+),')
STRUCT = re.compile(r"^type (\w+) struct \{\n(.*?)^\}", re.M | re.S)
ALIAS = re.compile(r"^type (\w+) (\S+)$", re.M)


class Modules:
    """Types found so far."""

    def __init__(self, api: Path, apimachinery: Path) -> None:
        self._folders = {"apis.meta.v1": apimachinery / "pkg/apis/meta/v1"}
        self._api = api
        self._sources: dict[str, tuple[dict[str, str], dict[str, str]]] = {}
        self.types: dict[str, dict[str, str]] = {}

    def _source(self, package: str) -> tuple[dict[str, str], dict[str, str]]:
        if package not in self._sources:
            folder = self._folders.get(package) or self._api / package.replace(".", "/")
            text = (folder / "types.go").read_text()
            self._sources[package] = (dict(STRUCT.findall(text)), dict(ALIAS.findall(text)))
        return self._sources[package]

    def add(self, name: str) -> None:
        """Take a type and what it refers to."""
        if name in self.types:
            return
        package, _, short = name.rpartition(".")
        self.types[name] = fields = {}
        for line in self._source(package)[0][short].splitlines():
            if (found := FIELD.match(line)) is not None:
                go_type, json_name, options, number = found.groups()
                fields[number] = self._field(package, go_type, json_name, options)

    def _field(self, package: str, go_type: str, json_name: str, options: str) -> str:
        flags = "k" if go_type.startswith("*") else ""
        if "omitempty" not in options and "inline" not in options:
            flags = "k"
        resolved, more = self._resolve(package, go_type.lstrip("*"))
        return f"{json_name}|{flags}{more}|{resolved}"

    def _resolve(self, package: str, go_type: str) -> tuple[str, str]:
        go_type = go_type.lstrip("*")
        if go_type == "[]byte":
            return "bytes", ""
        if go_type.startswith("[]"):
            return self._resolve(package, go_type[2:])[0], "r"
        if go_type.startswith("map["):
            return self._resolve(package, go_type.partition("]")[2])[0], "m"
        if go_type in KNOWN:
            return KNOWN[go_type], ""
        prefix, _, short = go_type.rpartition(".")
        if prefix:
            package = "apis.meta.v1" if prefix == "metav1" else "core.v1"
        structs, aliases = self._source(package)
        if short in structs:
            self.add(f"{package}.{short}")
            return f"{package}.{short}", ""
        return self._resolve(package, aliases[short])


def main(api: Path, apimachinery: Path) -> None:
    """Print the extracted document."""
    modules = Modules(api, apimachinery)
    for resource in RESOURCES:
        group = GROUPS.get(resource.group, resource.group)
        modules.add(f"{group}.{resource.version}.{resource.kind}")
    for root in EXTRA_ROOTS:
        modules.add(root)
    lines = (
        f"{json.dumps(name)}:{json.dumps(fields, separators=(',', ':'))}"
        for name, fields in sorted(modules.types.items())
    )
    print("{\n" + ",\n".join(lines) + "\n}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
