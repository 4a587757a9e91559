"""The process's key: made when it is missing, and refused in words when it is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from hexaops.kit.keys import SecretKey, UnusableKeyError


def test_a_missing_key_is_made_when_needed(tmp_path: Path) -> None:
    key = SecretKey(tmp_path)
    key.check()
    assert not (tmp_path / "secrets.key").exists()
    made = key.get()
    again = SecretKey(tmp_path)
    again.check()
    assert again.get() == made


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"short", b"c2hvcnQ="])
def test_what_is_no_key_is_refused_before_it_is_needed(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "secrets.key").write_bytes(content)
    with pytest.raises(UnusableKeyError, match="32 bytes in base64"):
        SecretKey(tmp_path).check()
