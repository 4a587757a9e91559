"""The size check finds what is over a limit, and lets a stated reason stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import sizes


def _function(name: str, lines: int, *, head: str = "") -> str:
    return f"def {name}():{head}\n" + "    value = 1\n" * (lines - 1)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "src" / "package").mkdir(parents=True)
    return tmp_path


def _write(project: Path, text: str) -> None:
    (project / "src" / "package" / "module.py").write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "notes", "failures"),
    [
        pytest.param(_function("short", 40), 0, 0, id="function at 40"),
        pytest.param(_function("long", 41), 1, 0, id="function over 40 is a note"),
        pytest.param(_function("long", 61), 0, 1, id="function over 60 fails"),
        pytest.param(_function("long", 61, head="  # size: one table"), 0, 0, id="function with a reason"),
        pytest.param("x = 1\n" * 300, 0, 0, id="file at 300"),
        pytest.param("x = 1\n" * 301, 1, 0, id="file over 300 is a note"),
        pytest.param("x = 1\n" * 501, 0, 1, id="file over 500 fails"),
        pytest.param("# size: generated\n" + "x = 1\n" * 501, 0, 0, id="file with a reason"),
        pytest.param("def f(self, a, b, c, d, e, f, g, h): ...\n", 0, 0, id="8 parameters"),
        pytest.param("async def f(a, b, c, d, e, f, g, *, h, i): ...\n", 0, 1, id="9 parameters fail"),
    ],
)
def test_limits(project: Path, text: str, notes: int, failures: int, capsys: pytest.CaptureFixture[str]) -> None:
    _write(project, text)
    assert sizes.main(project) == (1 if failures else 0)
    printed = capsys.readouterr().out
    assert printed.count("note  ") == notes
    assert printed.count("FAIL  ") == failures
