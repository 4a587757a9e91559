"""Makes the redaction's vendor rules of gitleaks' configuration.

`python -m tools.secret_rules gitleaks.toml LICENSE`, with the two files of a release of github.com/gitleaks/gitleaks.
gitleaks writes its patterns for RE2, whose time is linear. Python's `re` backtracks, so the translation bounds every
repetition, drops the leading context that only a scanner of files needs, and gives `(?i)` in the middle of a pattern
the scope that RE2 gives it. Rules that depend on a file's path, span several lines or know a secret by its entropy
alone are left out: hexaops' own readers of structure cover those.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent / "src/hexaops/kit/redaction"
LEFT_OUT = {
    "curl-auth-header", "curl-auth-user", "freemius-secret-key", "generic-api-key", "hashicorp-tf-password",
    "kubernetes-secret-yaml", "nuget-config-password", "pkcs12-file", "private-key",
}  # fmt: skip
CONTEXT = r"[\w.-]{0,50}?"
LONGEST_RUN, LONGEST_TAIL = 512, 4096
END, OUR_END = r"""(?:[\x60'"\s;]|\\[nr]|$)""", "(?![A-Za-z0-9])"
"""A log line goes on with a comma, a bracket or a full stop where a file has a quote."""
QUANTIFIER = re.compile(r"\{(\d+),\}")


def translate(pattern: str) -> str:
    """An RE2 pattern as one for `re` (with `re.ASCII`), every repetition bounded."""
    pattern = (
        pattern.replace(END, OUR_END).replace(CONTEXT, "").replace(r"\z", r"\Z").replace("[[:alnum:]]", "[a-zA-Z0-9]")
    )
    out, at, open_scopes = "", 0, [0]
    while at < len(pattern):
        piece = _piece(pattern, at)
        at += len(piece)
        if piece == "(?i)":
            out += "(?i:"
            open_scopes[-1] += 1
        elif piece == "(":
            out += piece
            open_scopes.append(0)
        elif piece == ")":
            out += ")" * (open_scopes.pop() + 1)
        elif piece == "+":
            out += f"{{1,{LONGEST_RUN}}}"
        elif piece == "*":
            out += f"{{0,{LONGEST_RUN}}}"
        else:
            out += QUANTIFIER.sub(rf"{{\1,{LONGEST_TAIL}}}", piece)
    return out + ")" * open_scopes.pop()


def _piece(pattern: str, at: int) -> str:
    """The next escape, character class, inline flag, quantifier or single character."""
    if pattern[at] == "\\":
        return pattern[at : at + 2]
    if pattern.startswith("(?i)", at):
        return "(?i)"
    if pattern[at] == "[":
        end = at + 1
        while pattern[end] != "]" or end == at + 1:
            end += 2 if pattern[end] == "\\" else 1
        return pattern[at : end + 1]
    if pattern[at] == "{":
        end = pattern.find("}", at)
        if re.fullmatch(r"\{\d+,?\d*\}", pattern[at : end + 1]):
            return pattern[at : end + 1]
    return pattern[at]


def _rule(rule: dict[str, Any]) -> dict[str, Any]:
    pattern = translate(rule["regex"])
    re.compile(pattern, re.ASCII)
    made: dict[str, Any] = {"id": rule["id"], "pattern": pattern, "keywords": rule["keywords"]}
    if "entropy" in rule:
        made["entropy"] = rule["entropy"]
    if "secretGroup" in rule:
        made["group"] = rule["secretGroup"]
    allowed = [text for allow in rule.get("allowlists", []) for text in allow.get("regexes", [])]
    allowed = [translate(text) for text in allowed if "[" in text]  # shapes; not the values of known examples
    return {**made, "allowed": allowed} if allowed else made


def main() -> None:
    """Write `gitleaks.json` and its licence beside the redaction."""
    config, licence = Path(sys.argv[1]), Path(sys.argv[2]).read_text()
    if "MIT License" not in licence:
        sys.exit("The rules are not under the MIT licence any more: look before taking them")
    rules = tomllib.loads(config.read_text())["rules"]
    made = [_rule(rule) for rule in rules if rule["id"] not in LEFT_OUT]
    lines = ",\n".join(json.dumps(rule) for rule in made)
    (FOLDER / "gitleaks.json").write_text(f"[\n{lines}\n]\n")
    (FOLDER / "gitleaks.LICENSE").write_text(licence)
    print(f"{len(made)} of {len(rules)} rules")


if __name__ == "__main__":
    main()
