"""`python -m tools.docs`: writes the reference pages, and the client's methods."""

from __future__ import annotations

from tools.client.render import FOLDER as CLIENT
from tools.client.render import render as render_client
from tools.docs.pages import FOLDER, PAGES


def main() -> None:
    """Write every page into `docs/`, and the generated part of `hexaops.client`."""
    FOLDER.mkdir(exist_ok=True)
    for name, render in PAGES.items():
        (FOLDER / name).write_text(render(), encoding="utf-8")
        print(f"docs: wrote {FOLDER / name}")
    for name, text in render_client().items():
        (CLIENT / name).write_text(text, encoding="utf-8")
        print(f"docs: wrote {CLIENT / name}")


if __name__ == "__main__":
    main()
