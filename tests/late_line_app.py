"""The app on a busy machine: a call stands for the browser a second before the server sends its first packet.

PYTHONPATH=. .venv/bin/python tests/late_line_app.py --server.port 8501
"""

from __future__ import annotations

import asyncio
import sys

from av.packet import Packet
from av.stream import Stream
from streamlit.web import cli

from pages.components.webrtc.source import SourceTrack

LATE_SECONDS = 2.0

_on_time = SourceTrack.recv


async def _late(self: SourceTrack) -> Packet[Stream]:
    if not self.started:
        await asyncio.sleep(LATE_SECONDS)
    return await _on_time(self)


if __name__ == "__main__":
    SourceTrack.recv = _late  # type: ignore[method-assign]
    sys.argv = ["streamlit", "run", "app.py", *sys.argv[1:]]
    sys.exit(cli.main())
