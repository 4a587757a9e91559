"""The console's third-party modules are what their manifest says, each with its licence."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from tools.vendor_console import FOLDER, MANIFEST, MODULES, Module, problems, rendered

ALLOWED = {"MIT", "Apache-2.0", "BSD-3-Clause", "BSD-2-Clause", "ISC"}


def test_every_file_has_the_hash_of_the_manifest() -> None:
    assert problems() == []


def test_a_changed_file_is_found(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "vendor")
    name = MODULES[0].name
    (tmp_path / "vendor" / name).write_text("export {};")
    assert problems(tmp_path / "vendor") == [f"{name}: not what the manifest says"]


def test_a_licence_that_we_may_ship_stands_beside_each() -> None:
    manifest = json.loads((FOLDER / MANIFEST).read_text())
    for one in manifest.values():
        assert one["license"] in ALLOWED
        assert (FOLDER / one["license_file"]).stat().st_size > 500
    kept = {path.name for path in FOLDER.iterdir()}
    assert kept == {MANIFEST, *manifest, *(one["license_file"] for one in manifest.values())}


def test_imports_become_relative_and_source_maps_go() -> None:
    module = Module("b", "1", "b.mjs", "b.js", (("a", "./a.js"),), appended="export default b;\n")
    text = 'import{x}from"a";import y from "ab";\n//# sourceMappingURL=b.map\n'
    assert rendered(module, text) == 'import{x}from"./a.js";import y from "ab";\nexport default b;\n'
