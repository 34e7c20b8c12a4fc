"""A client of `/ws/live`: holds a spoken interview with WAV files for a candidate's voice.

Each WAV file (16 kHz, mono, 16 bits) is an answer, spoken when the interviewer has finished; in between there is
silence. When the last one has been replied to, the interview is stopped. The token stands in the environment, for the
command line is there for all to see:

    CANDOR_TOKEN=… python examples/live_client.py http://127.0.0.1:8501 INTERVIEW_ID answer1.wav answer2.wav

It needs `websockets`. To take the protocol from here into another language, read `talk`, top to bottom.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import urllib.error
import urllib.request
import wave
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

UP_RATE, DOWN_RATE = 16_000, 24_000
TICK_SECONDS = 0.02
UP_BYTES, DOWN_BYTES = UP_RATE // 50 * 2, DOWN_RATE // 50 * 2
"""What 20 ms take, mono s16le."""


@dataclass
class Talk:
    """How a talk went. `captions`: by sequence, who said what, as it stood last. `ended`: why, None if it was cut.

    `close_code`: the WebSocket's. `errors`: (code, sentence) of each failure that was told.
    """

    session_id: str
    captions: dict[int, tuple[str, str]] = field(default_factory=dict)
    ended: str | None = None
    errors: list[tuple[str, str]] = field(default_factory=list)
    close_code: int | None = None


@dataclass
class Room:
    """The candidate's side: what is said next, what is being played, and the microphone's and loudspeaker's clock."""

    answers: list[bytes]
    speaking: bytes = b""
    playing: bytearray = field(default_factory=bytearray)
    turn_complete: bool = False

    def say(self) -> bytes:
        """The next 20 ms of the microphone."""
        if self.turn_complete and not self.playing and not self.speaking and self.answers:
            self.speaking, self.turn_complete = self.answers.pop(0), False
        now, self.speaking = self.speaking[:UP_BYTES], self.speaking[UP_BYTES:]
        return now.ljust(UP_BYTES, b"\0")

    def hear(self) -> bytes:
        """The next 20 ms of the loudspeaker."""
        now = bytes(self.playing[:DOWN_BYTES])
        del self.playing[:DOWN_BYTES]
        return now.ljust(DOWN_BYTES, b"\0")

    @property
    def has_said_all(self) -> bool:
        return not self.answers and not self.speaking and self.turn_complete and not self.playing


async def talk(
    url: str,
    token: str,
    interview_id: str,
    answers: Sequence[bytes] = (),
    *,
    session_id: str | None = None,
    voice: Path | None = None,
    show: Callable[[str], None] = print,
) -> Talk:
    """Hold an interview until it ends or the connection does.

    `url`: the server's, without a path. `answers`: 16 kHz mono s16le each. `session_id`: go on with this one. `voice`:
    where the interviewer's voice is written to, as it would have been played. Without answers there is silence.
    """
    resumed = session_id is not None
    if session_id is None:
        session_id = await asyncio.to_thread(live_session, url, token, interview_id)
    talked, room = Talk(session_id), Room(list(answers))
    start = {"type": "start", "interview_id": interview_id, "session_id": session_id, "resume": resumed, "token": token}
    async with connect(f"ws{url.removeprefix('http')}/ws/live") as socket:
        await socket.send(json.dumps(start))
        clock = asyncio.create_task(_keep_time(socket, room, voice, stops=bool(answers)))
        try:
            async for message in socket:
                if isinstance(message, bytes):
                    room.playing += message
                else:
                    _take(json.loads(message), talked, room, show)
        except ConnectionClosed as error:
            show(f"The connection was lost: {error}")
        finally:
            clock.cancel()
            await asyncio.gather(clock, return_exceptions=True)
        talked.close_code = socket.close_code
    return talked


def live_session(url: str, token: str, interview_id: str) -> str:
    """The id of the interview's session that is to be spoken."""
    request = urllib.request.Request(  # noqa: S310 - the address is the caller's own
        f"{url}/api/live/session",
        data=json.dumps({"interview_id": interview_id}).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
        return str(json.load(answer)["session_id"])


def _take(message: dict[str, Any], talked: Talk, room: Room, show: Callable[[str], None]) -> None:
    """What a client does on each message; types that it does not know it leaves alone."""
    match message["type"]:
        case "transcript":
            talked.captions[message["sequence"]] = (message["role"], message["text"])
            if message["final"]:
                show(f"{message['role']}: {message['text']}")
        case "interrupted":
            room.playing.clear()
        case "turn_complete":
            room.turn_complete = True
        case "status" | "ended":
            show(f"[{message['message']}]")
        case "error":
            talked.errors.append((message["code"], message["message"]))
            show(f"[{message['code']}: {message['message']}]")
    if message["type"] == "ended":
        talked.ended = message["reason"]


async def _keep_time(socket: ClientConnection, room: Room, voice: Path | None, *, stops: bool) -> None:
    """Every 20 ms: as much sound up, as much sound played. Both in real time, whatever comes faster."""
    due = asyncio.get_running_loop().time()
    with wave.open(str(voice), "wb") if voice else nullcontext() as played, suppress(ConnectionClosed):
        if played:
            played.setparams((1, 2, DOWN_RATE, 0, "NONE", ""))
        while True:
            await socket.send(room.say())
            heard = room.hear()
            if played:
                played.writeframes(heard)
            if stops and room.has_said_all:
                await socket.send('{"type": "stop"}')
                stops = False
            due += TICK_SECONDS
            await asyncio.sleep(due - asyncio.get_running_loop().time())


def read_wav(file: Path) -> bytes:
    """16 kHz mono s16le; SystemExit with a sentence for any other kind."""
    with wave.open(str(file), "rb") as sound:
        if (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) != (UP_RATE, 1, 2):
            raise SystemExit(f"{file} is not 16 kHz, mono, 16 bits. Try: ffmpeg -i IN -ar 16000 -ac 1 OUT.wav")
        return sound.readframes(sound.getnframes())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url", help="the server, such as http://127.0.0.1:8501")
    parser.add_argument("interview_id")
    parser.add_argument("answers", nargs="*", type=Path, help="WAV files: 16 kHz, mono, 16 bits")
    parser.add_argument("--resume", metavar="SESSION_ID", help="go on with this session")
    parser.add_argument("--voice", type=Path, help="write the interviewer's voice to this WAV file")
    wanted = parser.parse_args()
    token = os.environ.get("CANDOR_TOKEN") or sys.exit("Put an API key or an invitation's token into CANDOR_TOKEN.")
    answers = [read_wav(file) for file in wanted.answers]
    going = talk(wanted.url, token, wanted.interview_id, answers, session_id=wanted.resume, voice=wanted.voice)
    try:
        talked = asyncio.run(going)
    except urllib.error.HTTPError as error:
        sys.exit(f"The server refuses: {json.load(error).get('message', error)}")
    except KeyboardInterrupt:
        sys.exit("Left. The session stays open; --resume goes on with it.")
    if talked.ended is None:
        sys.exit(f"The talk was cut. Go on with --resume {talked.session_id}")


if __name__ == "__main__":
    main()
