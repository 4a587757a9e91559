"""`python -m tools.docs`: writes the reference pages."""

from __future__ import annotations

from tools.docs.pages import FOLDER, PAGES


def main() -> None:
    """Write every page into `docs/`."""
    FOLDER.mkdir(exist_ok=True)
    for name, render in PAGES.items():
        (FOLDER / name).write_text(render(), encoding="utf-8")
        print(f"docs: wrote {FOLDER / name}")


if __name__ == "__main__":
    main()
