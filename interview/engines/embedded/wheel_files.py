"""Files that ship inside installed packages: found without importing the package, and checked before use."""

from __future__ import annotations

import hashlib
from importlib.util import find_spec
from pathlib import Path

from interview.errors import EngineFailure


def verified(package: str, name: str, sha256: str) -> bytes:
    """The bytes of file `name` inside `package`.

    Raises EngineFailure when the package is not installed, or the file is missing or not the one that was tested.
    """
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise EngineFailure(f"The embedded engine's package {package} is not installed: run `make run` again.")
    path = Path(spec.origin).parent / name
    data = path.read_bytes() if path.is_file() else b""
    if hashlib.sha256(data).hexdigest() != sha256:
        raise EngineFailure(f"The embedded engine's file {path.name} is not the one it was tested with.")
    return data
