"""The server's own key, which signs the door's cookie."""

from __future__ import annotations

from pathlib import Path

import pytest
from itsdangerous import URLSafeTimedSerializer

from interview.tokens import derived_key, read_cookie, signed_cookie


def test_a_key_that_was_lost_in_a_power_cut_signs_nothing(tmp_path: Path) -> None:
    """What is left of it may be a file without anything in it, which everybody knows; another key is made."""
    key = tmp_path / "cookie.key"
    key.touch(mode=0o600)
    forged = URLSafeTimedSerializer("", salt="door").dumps("somebody's hash")
    assert read_cookie(tmp_path, forged) is None
    assert read_cookie(tmp_path, signed_cookie(tmp_path, "a hash")) == "a hash"
    assert [file.name for file in tmp_path.iterdir()] == ["cookie.key"]
    assert len(key.read_text()) == 64


def test_the_key_is_on_the_disk_before_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named: list[bool] = []
    monkeypatch.setattr("os.fsync", lambda _: named.append((tmp_path / "cookie.key").exists()))
    first = derived_key(tmp_path, "purpose", "subject")
    assert named == [False]
    assert derived_key(tmp_path, "purpose", "subject") == first
