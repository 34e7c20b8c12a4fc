"""Serves the local Gemini for a developer: `make run-fake-gemini`, with GEMINI_PORT (8443)."""

from __future__ import annotations

import os
import signal
import sys

from gemini_server import gemini_server
from gemini_state import Pace


def main() -> None:
    with gemini_server(port=int(os.environ.get("GEMINI_PORT", "8443")), pace=Pace(ms_per_word=350)) as server:
        lines = [
            "# A stand-in for Gemini, for development. It understands nothing: replies are made to fit, and what it",
            "# says it heard is made up. Set these where the app is started; Ctrl-C ends it.",
            *(f"export {name}={value}" for name, value in server.environment.items()),
        ]
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()
        signal.sigwait({signal.SIGINT, signal.SIGTERM})


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    main()
