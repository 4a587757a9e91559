"""Writes the console's third-party modules from npm: `python -m tools.vendor_console [--check]`.

Nothing is built: each file is the package's own, with its imports of other packages turned into relative ones and
without the line that names a source map. Versions and hashes are in `vendor.json`; a test compares the files with them.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "src/hexaops/web/static/vendor"
MANIFEST = "vendor.json"


@dataclass(frozen=True)
class Module:
    """One file of a package."""

    package: str
    version: str
    file: str
    name: str
    """Ours."""
    imports: tuple[tuple[str, str], ...] = ()
    """Packages that it imports, and our files in their place."""
    appended: str = ""


PREACT = ("preact", "./preact.js")
HOOKS = ("preact/hooks", "./hooks.js")
MODULES = (
    Module("preact", "11.2.0", "dist/preact.mjs", "preact.js"),
    Module("preact", "11.2.0", "hooks/dist/hooks.mjs", "hooks.js", (PREACT,)),
    Module("htm", "3.1.1", "dist/htm.mjs", "htm.js"),
    Module("@preact/signals-core", "1.14.5", "dist/signals-core.mjs", "signals-core.js"),
    Module(
        "@preact/signals", "2.11.4", "dist/signals.mjs", "signals.js",
        (PREACT, HOOKS, ("@preact/signals-core", "./signals-core.js")),
    ),
    Module("uplot", "1.6.32", "dist/uPlot.iife.min.js", "uplot.js", appended="export default uPlot;\n"),
    Module("uplot", "1.6.32", "dist/uPlot.min.css", "uplot.css"),
    Module("marked", "18.2.1", "lib/marked.esm.js", "marked.js"),
)  # fmt: skip


def rendered(module: Module, text: str) -> str:
    """The file as it is kept."""
    for package, ours in module.imports:
        text = re.sub(rf"""(?<=from)(\s*)["']{re.escape(package)}["']""", rf'\1"{ours}"', text)
    text = re.sub(r"^//# sourceMappingURL=.*$", "", text, flags=re.MULTILINE).rstrip() + "\n"
    return text + module.appended


def digest(content: bytes) -> str:
    """As it stands in the manifest."""
    return f"sha256-{hashlib.sha256(content).hexdigest()}"


def write(folder: Path = FOLDER) -> dict[str, dict[str, str]]:
    """Fetch the packages with npm and write files, licences and the manifest; returns the manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        wanted = sorted({f"{one.package}@{one.version}" for one in MODULES})
        command = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent", "--prefix", name]
        subprocess.run([*command, *wanted], check=True)  # noqa: S603 # npm with our own list
        manifest = {}
        for module in MODULES:
            package = Path(name) / "node_modules" / module.package
            content = rendered(module, (package / module.file).read_text(encoding="utf-8")).encode()
            (folder / module.name).write_bytes(content)
            licence = f"{module.package.replace('@', '').replace('/', '-')}.LICENSE"
            (folder / licence).write_bytes(_licence(package).read_bytes())
            about = json.loads((package / "package.json").read_text())
            manifest[module.name] = {
                "package": module.package, "version": module.version, "file": module.file,
                "license": about["license"], "license_file": licence, "content": digest(content),
            }  # fmt: skip
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n")
    return manifest


def _licence(package: Path) -> Path:
    return next(path for path in sorted(package.iterdir()) if path.name.upper().startswith("LICEN"))


def problems(folder: Path = FOLDER) -> list[str]:
    """Files that differ from the manifest, and modules that it does not name as the table does."""
    manifest = json.loads((folder / MANIFEST).read_text())
    found = [f"{name}: not what the manifest says" for name, one in manifest.items()
             if digest((folder / name).read_bytes()) != one["content"]]  # fmt: skip
    named = {one.name: (one.package, one.version) for one in MODULES}
    listed = {name: (one["package"], one["version"]) for name, one in manifest.items()}
    return found + [f"{name}: run python -m tools.vendor_console" for name in named.items() ^ listed.items()]


def main(arguments: list[str]) -> int:
    """Write the files, or compare them."""
    if arguments == ["--check"]:
        found = problems()
        print("\n".join(found) or "vendored modules are as the manifest says")
        return bool(found)
    for name, one in write().items():
        print(f"vendor: wrote {name} of {one['package']} {one['version']} ({one['license']})")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
