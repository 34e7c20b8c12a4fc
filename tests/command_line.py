"""The command line as a user has it: a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"


def candor(*words: str | Path, data_dir: Path) -> subprocess.CompletedProcess[str]:
    """One call of `python -m interview` with its database in `data_dir`."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("INTERVIEW_")} | {
        "INTERVIEW_DATA_DIR": str(data_dir),
        "COLUMNS": "160",
    }
    command = [sys.executable, "-m", "interview", *map(str, words)]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120)
