"""The secrets behind keys, links and invitations, and the door's cookie: made, hashed, compared, signed.

A secret is 256 bits, random or derived from the server's own key, so one SHA-256 is enough to store it by.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile

from itsdangerous import BadSignature, URLSafeTimedSerializer

COOKIE_LIFETIME = timedelta(days=7)


def new_secret() -> str:
    """256 random bits, safe in a URL's path."""
    return secrets.token_urlsafe(32)


def secret_hash(secret: str) -> str:
    """What is stored of a secret."""
    return hashlib.sha256(_bytes(secret)).hexdigest()


def same_secret(known: str, given: str) -> bool:
    """Whether they are equal, in a time that tells nothing of where they differ."""
    return secrets.compare_digest(_bytes(known), _bytes(given))


def signed_cookie(data_dir: Path, hashed: str) -> str:
    """The door's cookie for whoever holds the secret with this hash."""
    return _signer(data_dir).dumps(hashed)


def read_cookie(data_dir: Path, value: str) -> str | None:
    """The hash in the door's cookie; None when it is not ours or older than `COOKIE_LIFETIME`."""
    try:
        return str(_signer(data_dir).loads(_bytes(value), max_age=int(COOKIE_LIFETIME.total_seconds())))
    except BadSignature:
        return None


def derived_key(data_dir: Path, purpose: str, subject: str) -> bytes:
    """32 bytes that only this server can make, the same each time: HMAC-SHA256 under its own key."""
    return hmac.digest(_signing_key(data_dir).encode(), f"{purpose}:{subject}".encode(), "sha256")


def _bytes(text: str) -> bytes:
    """What came in, whatever it is: headers and cookies may hold what is no text."""
    return text.encode("utf-8", "surrogatepass")


def _signer(data_dir: Path) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(_signing_key(data_dir), salt="door")


def _signing_key(data_dir: Path) -> str:
    """Made once, readable by the server's own user only.

    A file without anything in it, as a power cut may leave one, is no key: anybody could sign with that.
    """
    path = data_dir / "cookie.key"
    if not path.exists() or not path.stat().st_size:
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile("w", dir=path.parent, delete=False) as fresh:
            fresh.write(secrets.token_hex(32))
            fresh.flush()
            os.fsync(fresh.fileno())  # the name must not come to the disk before what it names
        if path.exists() and not path.stat().st_size:
            Path(fresh.name).replace(path)
        with suppress(FileExistsError, FileNotFoundError):
            path.hardlink_to(fresh.name)  # whoever comes second keeps the first one's key
        Path(fresh.name).unlink(missing_ok=True)
    return path.read_text()
