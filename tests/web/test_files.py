"""What the console serves, without a browser: its files, their headers, and what their code must not do."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from hexaops.backends.logstores.query.parser import FIELDS
from hexaops.features.access.permissions import SCOPES
from hexaops.features.signin.problems import Problem
from hexaops.web.files import FOLDER, ConsoleFiles
from tests.serving import AccessWorld

MOST_BYTES = 120_000
OWN = sorted(path for path in FOLDER.rglob("*.js") if "vendor" not in path.parts)
SINKS = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|dangerouslySetInnerHTML|\beval\(|new Function|srcdoc"
)
SECRETS = re.compile(r"(?:local|session)Storage\.setItem\([^)]*[Tt]oken")
LITERAL_LINK = re.compile(r"https?://(?!www\.w3\.org)")


@pytest.fixture(scope="module")
def files() -> ConsoleFiles:
    return ConsoleFiles()


def test_everything_is_small(files: ConsoleFiles) -> None:
    sent = [files.find(files.version, name) for name in files.names if name != "index.html"]
    total = len(files.index.compressed) + sum(len(one.compressed) for one in sent if one)
    assert total <= MOST_BYTES, f"{total} bytes compressed"


def test_comments_are_not_sent_but_licences_are(files: ConsoleFiles) -> None:
    own = files.find(files.version, "lib/api.js")
    others = files.find(files.version, "vendor/marked.js")
    assert own
    assert others
    assert b"\n//" not in own.plain
    assert b'const API = "/api/v1";' in own.plain
    assert others.plain == (FOLDER / "vendor/marked.js").read_bytes()


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_no_text_becomes_markup_and_nothing_is_loaded_from_elsewhere(path: Path) -> None:
    text = path.read_text()
    assert not SINKS.search(text)
    assert not SECRETS.search(text)
    assert not LITERAL_LINK.search(text)


def test_the_page_words_every_problem_of_the_sign_in() -> None:
    text = (FOLDER / "lib/text.js").read_text()
    worded = re.findall(r"^  ([A-Z_]+): \[", text, re.MULTILINE)
    assert sorted(worded) == sorted(Problem)


def test_the_query_box_completes_the_fields_of_the_language() -> None:
    text = (FOLDER / "screens/logs/completion.js").read_text().partition("};")[0]
    assert sorted(re.findall(r"^  (\w+): ", text, re.MULTILINE)) == sorted(FIELDS)


def test_the_settings_offer_every_scope() -> None:
    text = (FOLDER / "screens/settings/new-account.js").read_text()
    assert re.findall(r'^  "([a-z:]+)": ', text, re.MULTILINE) == list(SCOPES)


def test_every_import_names_a_file_that_is_there() -> None:
    for path in OWN:
        for target in re.findall(r"""(?:from |import\(|^import )["'](\.[^"']+)["']""", path.read_text(), re.MULTILINE):
            assert (path.parent / target).is_file(), f"{path.name} imports {target}"


def test_modules_are_preloaded_before_what_imports_them(files: ConsoleFiles) -> None:
    assert {"app.js", "lib/html.js", "vendor/preact.js", "vendor/signals-core.js"} <= set(files.first)
    assert "vendor/uplot.js" not in files.first  # loaded with the first chart
    assert all(name in files.names for name in files.first)


async def test_the_page_runs_and_loads_nothing_but_its_own_files(access: AccessWorld, files: ConsoleFiles) -> None:
    answer = await access.client.get("/")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "require-trusted-types-for 'script'; trusted-types 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script(?! type=\"module\" src=)|<style|\son\w+=|style=", answer.text)
    sources = re.findall(r'(?:src|href)="([^"]+)"', answer.text)
    assert sources
    for source in sources:
        found = await access.client.get(source)
        assert found.status_code == 200, source
        assert "immutable" in found.headers["cache-control"]
        assert found.headers["x-content-type-options"] == "nosniff"


async def test_files_are_sent_compressed_to_whoever_takes_it(access: AccessWorld, files: ConsoleFiles) -> None:
    path = f"/console/{files.version}/app.js"
    plain = await access.client.get(path, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    packed = await access.client.get(path, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content
    found = files.find(files.version, "app.js")
    assert found
    assert gzip.decompress(found.compressed) == plain.content


@pytest.mark.parametrize(
    "name",
    [
        "../../config.py",
        "..%2f..%2fconfig.py",
        "vendor/vendor.json",
        "vendor/preact.LICENSE",
        "index.html",
        "",
        "none.js",
    ],
)
async def test_nothing_else_is_served(access: AccessWorld, files: ConsoleFiles, name: str) -> None:
    assert (await access.client.get(f"/console/{files.version}/{name}")).status_code == 404
    assert (await access.client.get("/console/0000000000000000/app.js")).status_code == 404
