"""`python -m tools.contract extract FOLDER [--check]`: writes the data file, or says that it is out of date."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from tools.contract.facts import DOCUMENTS, extract

DATA_FILE = Path("tests/contract/contract.json")


def _arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.contract", description=__doc__)
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("extract", help="facts of the two API documents into the data file")
    command.add_argument("folder", type=Path, help=f"folder of {' and '.join(DOCUMENTS.values())}")
    command.add_argument("--check", action="store_true", help="write nothing; 1 when the file is out of date")
    command.add_argument("--data-file", type=Path, default=DATA_FILE, help="default: %(default)s")
    return parser.parse_args(argv)


def main(argv: list[str]) -> int:
    """Exit status: 0 fine or skipped (`--check` without the folder), 1 out of date, 2 no documents to read."""
    arguments = _arguments(argv)
    missing = [name for name in DOCUMENTS.values() if not (arguments.folder / name).is_file()]
    if missing:
        outcome = "skipped" if arguments.check else "nothing written"
        print(f"contract: {outcome}, no {' and no '.join(missing)} in {arguments.folder}")
        return 0 if arguments.check else 2
    text = json.dumps(extract(arguments.folder), indent=1, ensure_ascii=False) + "\n"
    if not arguments.check:
        arguments.data_file.write_text(text, encoding="utf-8")
        print(f"contract: wrote {arguments.data_file}")
        return 0
    if arguments.data_file.is_file() and arguments.data_file.read_text(encoding="utf-8") == text:
        print(f"contract: {arguments.data_file} is up to date")
        return 0
    print(f"contract: {arguments.data_file} is out of date; run `make contract-update` and read the difference")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
