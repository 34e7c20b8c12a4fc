"""One call, put together: the widget in the page, the voice down, the microphone up, and the watch over both."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from time import monotonic
from typing import TYPE_CHECKING, Any, cast

import streamlit as st

from interview.errors import logged
from interview.live.line import Microphone
from interview.settings import IceServer
from pages.components.webrtc.face import Trouble, dress
from pages.components.webrtc.playback import Playback, Played
from pages.components.webrtc.sink import Uplink

if TYPE_CHECKING:
    from streamlit_webrtc import MediaPlayerFactory, Translations, WebRtcStreamerContext
    from streamlit_webrtc.config import RTCConfiguration, RTCIceServer

    from pages.components.webrtc.source import SourceTrack

SILENT_SECONDS = 5.0
"""A muted microphone still sends frames. Without any the candidate is gone; WebRTC itself would take half a minute."""

_WORDS = {
    "start": "Connect",
    "stop": "Disconnect",
    "select_device": "Choose a microphone",
    "media_api_not_available": "This browser gives pages no microphone. It needs an https address, or another browser.",
    "device_ask_permission": "Please allow this page to use the microphone.",
    "device_not_available": "No microphone was found. Plug one in, then try again.",
    "device_access_denied": "The browser has blocked the microphone. Allow it beside the address, then try again.",
}


@dataclass(frozen=True)
class CallState:
    """How a call is now.

    `playing`: connected, and packets leave. `connecting`: the browser has begun to, and no packet has left yet; on a
    busy machine that may last beyond the browser's last word on it. `dropped`: it has ended on our side, and the
    browser has not noticed, so that its widget offers no new one. `level_dbfs`: of the microphone's last 100 ms.
    `silent_seconds`: since the last frame while connected. `heard_ms`: sound that came in. `played`: what went out.
    `trouble`: why the browser gave no microphone when it was last asked.
    """

    playing: bool
    connecting: bool
    connected_once: bool
    level_dbfs: float | None
    silent_seconds: float
    heard_ms: int
    played: Played
    trouble: Trouble | None = None
    dropped: bool = False


@dataclass(frozen=True)
class _Player:
    """What the widget takes for a media player: the one place where it stops our track before it closes a connection.

    A `source_audio_track` goes through one more relay and is never stopped: each call would leave a task behind.
    """

    audio: SourceTrack
    video: None = None


class Call:
    """One candidate's line in one page. It outlives its connections: after another Connect the same call goes on.

    `speaker` is where the interview plays. Everything may be used from any thread, and nothing waits. `on_gone` is
    called once each time the candidate goes: no frame for five seconds, or the connection's end unless by `close`. It
    is called on the server's loop or the thread that ended the connection, and must not wait.
    """

    def __init__(self, key: str, on_gone: Callable[[], None]) -> None:
        self.key, self.on_gone = key, on_gone
        self.speaker = Playback()
        self.closed = False
        self.trouble: Trouble | None = None
        self.uplink = Uplink()
        self._track: SourceTrack | None = None
        self._context: WebRtcStreamerContext[Any, Any] | None = None
        self._connected_once = self._gone = False
        self._since = 0.0

    def attach(self, microphone: Microphone | None) -> None:
        """Whom the candidate is heard by from now on: the device check, then the interview; None: nobody."""
        self.uplink.attach(microphone)

    def state(self) -> CallState:
        return CallState(
            playing=self._playing(),
            connecting=self._connecting(),
            connected_once=self._connected_once,
            level_dbfs=self.uplink.level_dbfs if self._playing() else None,
            silent_seconds=self._silent_seconds() if self._playing() else 0.0,
            heard_ms=self.uplink.heard_ms,
            played=self.speaker.played(),
            trouble=None if self._playing() else self.trouble,
            dropped=self._dropped(),
        )

    def close(self) -> None:
        """End the call for good; another one needs another key."""
        from pages.components.webrtc.hooks import hang_up

        self.closed = True
        self.attach(None)
        if self._track is not None:
            self._track.stop()
        if self._context is not None:
            hang_up(self._context)

    def connect(self) -> _Player:
        """The player of a new connection; the widget asks for it when the browser makes an offer."""
        from pages.components.webrtc.source import SourceTrack

        before, self._track = self._track, None
        if before is not None:
            before.stop()
        self.uplink.begin()
        self._since, self._gone = 0.0, False
        track = self._track = SourceTrack(self.speaker, on_packet=self._watch)
        track.add_listener("ended", lambda: self._ended(track))
        if self.closed:
            track.stop()
        return _Player(track)

    def belongs_to(self, context: WebRtcStreamerContext[Any, Any]) -> None:
        self._context = context

    def _playing(self) -> bool:
        return self._since > 0 and self._track is not None and self._track.readyState == "live"

    def _connecting(self) -> bool:
        if self._context is None or self.closed or self._playing():
            return False
        return self._context.state.signalling or (self._context.state.playing and not self._since)

    def _dropped(self) -> bool:
        if self._context is None or self.closed or self._playing() or self._context.state.signalling:
            return False
        return self._context.state.playing and self._since > 0

    def _silent_seconds(self) -> float:
        return monotonic() - max(self._since, self.uplink.last_frame or 0.0)

    def _watch(self) -> None:
        """With every packet, fifty times a second: it costs no timer and ends with the connection."""
        self._since, self._connected_once = self._since or monotonic(), True
        if self._silent_seconds() < SILENT_SECONDS:
            self._gone = False
        else:
            self._tell()

    def _ended(self, track: SourceTrack) -> None:
        if track is self._track and self._since and not self.closed:
            self._tell()

    def _tell(self) -> None:
        if self._gone:
            return
        self._gone = True
        try:
            self.on_gone()
        except Exception as error:  # noqa: BLE001 - the connection lives on, whatever its listener meets
            logged(error, "line_listener_failed")


@lru_cache(maxsize=1)
def prepare() -> None:
    """Import what calls need, change aiortc, then quieten the collector. Once in a process; the first call does it if
    the server has not, in about a second."""
    streamlit_says = logging.getLogger("streamlit.runtime.scriptrunner_utils.script_run_context")
    before = streamlit_says.level
    streamlit_says.setLevel(logging.ERROR)  # that the server's own thread runs no page is no news
    try:
        import streamlit_webrtc  # noqa: F401 - imported warm, before the collector is settled
    finally:
        streamlit_says.setLevel(before)
    from pages.components.webrtc import hooks, source  # noqa: F401

    hooks.install()
    hooks.serve_widget()
    hooks.settle()


def call(key: str, *, ice_servers: Sequence[IceServer], on_gone: Callable[[], None]) -> Call:
    """Draw the call's widget (Connect, Disconnect, choice of microphone) and give the call, which the tab keeps.

    `key` names it among the calls of a session; a call that has been closed stays closed under its key. May run the
    page anew while the connection is being made.
    """
    from streamlit_webrtc import AudioSinkTrack, WebRtcMode, webrtc_streamer

    from pages.components.webrtc.hooks import count_as_drawn

    prepare()
    count_as_drawn(st.session_state, key)
    name = f"{key}:call"
    held: Call = st.session_state.setdefault(name, Call(key, on_gone))
    held.on_gone = on_gone
    place = f"widget-{key}"
    with st.container(key=place, gap=None):
        context = webrtc_streamer(
            key=key,
            mode=WebRtcMode.SENDRECV,
            player_factory=cast("MediaPlayerFactory", held.connect),
            sink_audio_track=AudioSinkTrack(held.uplink.on_frame),
            sendback_video=False,
            media_stream_constraints={
                "audio": {"echoCancellation": True, "noiseSuppression": True, "autoGainControl": True},
                "video": False,
            },
            rtc_configuration=_configuration(ice_servers),
            audio_html_attrs={"autoPlay": True, "hidden": True},
            translations=cast("Translations", _WORDS),
            desired_playing_state=False if held.closed else None,
            media_toggle_controls=False,  # the interview has a Mute of its own, which the interviewer knows of
        )
        held.trouble = dress(place, title="Your microphone")
    held.belongs_to(context)
    return held


def _configuration(servers: Sequence[IceServer]) -> RTCConfiguration:
    """Always with `iceServers`: without, the widget looks for public ones, which takes 45 s on a closed network."""
    return {"iceServers": [_ice_server(server) for server in servers]}


def _ice_server(server: IceServer) -> RTCIceServer:
    """A browser takes a given null for a name: what is not set is left out."""
    described: RTCIceServer = {"urls": server.urls}
    if server.username is not None:
        described["username"] = server.username
    if server.credential is not None:
        described["credential"] = server.credential.get_secret_value()
    return described
