"""Sealed secrets open with their key and for their owner only; the key is made once, for its owner's eyes."""

from __future__ import annotations

import base64
import stat
from pathlib import Path

import pytest

from hexaops.features.webhooks.errors import SecretUnreadableError
from hexaops.features.webhooks.sealing import SecretBox
from hexaops.features.webhooks.signing import new_secret
from hexaops.kit.keys import SecretKey
from hexaops.logs import Redactor


def box_in(home: Path, key: str | None = None) -> SecretBox:
    """A process's box."""
    return SecretBox(SecretKey(home, key), redactor=Redactor())


def test_every_process_of_a_home_opens_what_another_sealed(tmp_path: Path) -> None:
    secret = new_secret()
    sealed = box_in(tmp_path / "home").seal(secret, owner="wh_1")
    assert box_in(tmp_path / "home").unseal(sealed, owner="wh_1") == secret
    key = tmp_path / "home" / "secrets.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert [file.name for file in key.parent.iterdir()] == ["secrets.key"]
    assert box_in(tmp_path / "home").seal(secret, owner="wh_1") != sealed


def test_another_key_or_owner_does_not_open(tmp_path: Path) -> None:
    key = base64.b64encode(b"k" * 32).decode()
    sealed = box_in(tmp_path, key).seal(new_secret(), owner="wh_1")
    with pytest.raises(SecretUnreadableError):
        box_in(tmp_path, key).unseal(sealed, owner="wh_2")
    with pytest.raises(SecretUnreadableError):
        box_in(tmp_path).unseal(sealed, owner="wh_1")


@pytest.mark.parametrize("key", ["short", "bm90IGxvbmc=", "!!!"])
def test_a_key_of_the_wrong_form_is_refused(tmp_path: Path, key: str) -> None:
    with pytest.raises(SecretUnreadableError, match="32 bytes"):
        box_in(tmp_path, key).seal(new_secret(), owner="wh_1")
