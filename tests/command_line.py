"""The command line: called in this process, and as a user has it, a process of its own."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from rich.console import Console

from interview import cli

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
WIDE = 160


def candor(*words: str | Path, data_dir: Path) -> CompletedProcess[str]:
    """What `python -m interview` answers with its database in `data_dir`, without the start of a process."""
    command, out, err = ["interview", *map(str, words)], io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        for name in os.environ.keys() - _environment(data_dir).keys():
            patch.delenv(name)
        patch.setenv("INTERVIEW_DATA_DIR", str(data_dir))
        patch.setattr(sys, "argv", command)
        patch.setattr(cli, "out", Console(width=WIDE))
        patch.setattr(cli, "err", Console(width=WIDE, stderr=True))
        with pytest.raises(SystemExit) as ended:
            cli.main()
    return CompletedProcess(command, ended.value.code, out.getvalue(), err.getvalue())


def candor_process(*words: str | Path, data_dir: Path) -> CompletedProcess[str]:
    """One call of `python -m interview` with its database in `data_dir`."""
    command = [sys.executable, "-m", "interview", *map(str, words)]
    env = _environment(data_dir)
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120)


def _environment(data_dir: Path) -> dict[str, str]:
    """This one's without settings of ours."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith("INTERVIEW_")}
    return mine | {"INTERVIEW_DATA_DIR": str(data_dir), "COLUMNS": str(WIDE)}
