"""One connection of a local Gemini Live: hears real audio, follows a script, speaks, fails as it is told to."""

from __future__ import annotations

import asyncio
import base64
import json
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal

from gemini_audio import MESSAGE_MS, RATE_IN, RATE_OUT, Ear, tone
from gemini_script import (
    Abort,
    CancelTools,
    Close,
    Fault,
    Garbage,
    GoAway,
    RefuseConnects,
    RefuseHandle,
    Silence,
    Turn,
    UnknownMessage,
    pieces,
)
from gemini_wire import (
    ClientContent,
    RealtimeInput,
    Refused,
    ToolResponse,
    read_audio,
    read_message,
    read_setup,
)
from starlette.websockets import WebSocket, WebSocketDisconnect

if TYPE_CHECKING:
    from gemini_state import Connection, LiveState


class _Gone(Exception):
    """The other side is no longer there."""


class Talk:
    """Speaks the protocol on one accepted WebSocket until either side ends it."""

    def __init__(self, websocket: WebSocket, state: LiveState) -> None:
        self.websocket, self.state = websocket, state
        self.ear = Ear(state.hearing)
        self.voice: asyncio.Task[None] | None = None
        self.timers: set[asyncio.Task[None]] = set()
        self.hearing = False
        self.history_told = False
        self.heard: deque[str] = deque()
        self.turn_calls: list[str] = []
        self.close_code: int | None = None
        self.record: Connection

    async def run(self) -> None:
        await self.websocket.accept()
        try:
            setup = read_setup(await self._receive())
            self.record = self.state.connected(self, setup)
            await self._converse()
        except Refused as refusal:
            await self._close(refusal.code, refusal.reason)
        except _Gone:
            pass
        finally:
            for task in (*self.timers, *([self.voice] if self.voice else ())):
                task.cancel()
            self.state.disconnected(self, self.close_code or 1006)

    async def _converse(self) -> None:
        await self._send({"setupComplete": {}})
        await self._send_handle()
        if self.record.conversation.opens and not self.record.conversation.said:
            await self._answer(spoken=False)
        while True:
            message = read_message(await self._receive())
            if message.setup is not None:
                raise Refused("setup may be sent only once.")
            if message.client_content is not None:
                await self._content(message.client_content)
            if message.realtime_input is not None:
                await self._realtime(message.realtime_input)
            if message.tool_response is not None:
                self._tool_response(message.tool_response)

    # --- what the client sends ------------------------------------------------------------------------------------

    async def _content(self, content: ClientContent) -> None:
        self.state.note(lambda: self.record.contents.append(content))
        self.state.continue_by_history(self.record, content.text, content.has_history)
        if content.turn_complete and self.record.setup.history_comes_first and not self.history_told:
            self.history_told = True  # taken in, not answered
        elif content.turn_complete:
            await self._answer(spoken=False)

    async def _realtime(self, given: RealtimeInput) -> None:
        text = given.text
        if text is not None:
            self.state.note(lambda: self.record.texts.append(text))
            self.state.continue_by_history(self.record, text, has_history=False)
            await self._answer(spoken=False)
        if given.audio is not None:
            pcm = read_audio(given.audio)
            self.state.note(lambda: self.record.audio.extend(pcm))
            if not self._manual:
                for event in self.ear.hear(pcm):
                    await self._speech(event)
        if given.audio_stream_end:
            for event in self.ear.end():
                await self._speech(event)
        if given.activity_start is not None or given.activity_end is not None:
            if not self._manual:
                raise Refused("Explicit activity control is not supported with automatic activity detection.")
            await self._speech("barged_in" if given.activity_start is not None else "ended")

    @property
    def _manual(self) -> bool:
        return self.record.setup.realtime_input_config.automatic_activity_detection.disabled

    @property
    def _speaking(self) -> bool:
        return self.voice is not None and not self.voice.done()

    async def _speech(self, event: Literal["began", "barged_in", "ended"]) -> None:
        if event == "barged_in" and self._speaking:
            if self.record.setup.realtime_input_config.activity_handling == "NO_INTERRUPTION":
                return
            await self._interrupt()
        if self._speaking:
            return
        if event == "ended":
            await self._answer(spoken=True)
        elif not self.hearing:
            await self._begin_hearing()

    def _tool_response(self, response: ToolResponse) -> None:
        calls = self.record.conversation.calls
        for answer in response.function_responses:
            if answer.id not in calls:
                raise Refused(f"tool_response: no function call has the id {answer.id}.")
            calls[answer.id] = True
        self.state.note(lambda: self.record.tool_responses.extend(response.function_responses))

    # --- what the server sends ------------------------------------------------------------------------------------

    async def _begin_hearing(self) -> None:
        """The first piece of a transcription comes while the candidate is still speaking."""
        turns = self.record.conversation.turns
        self.hearing = True
        self.heard = deque(pieces(turns[0].hears, 3) if turns else ())
        if turns and turns[0].late < len(self.heard):
            await self._send_heard(self.heard.popleft())

    async def _send_heard(self, piece: str) -> None:
        await self._send({"serverContent": {"inputTranscription": {"text": piece}}})

    async def _answer(self, *, spoken: bool) -> None:
        """The next turn of the script, if any is left. Text while the server speaks interrupts it, as speech does."""
        if self._speaking:
            await self._interrupt()
        if spoken and not self.hearing:
            await self._begin_hearing()
        heard = self.heard if spoken else deque[str]()
        self.hearing, self.heard = False, deque()
        if turns := self.record.conversation.turns:
            self.voice = asyncio.create_task(self._speak(turns.popleft(), heard))

    async def _interrupt(self) -> None:
        assert self.voice is not None
        self.voice.cancel()
        self.voice = None
        self.state.note(self._count_interruption)
        calls = self.record.conversation.calls
        if open_calls := [call for call in self.turn_calls if not calls[call]]:
            await self._send({"toolCallCancellation": {"ids": open_calls}})
        await self._send({"serverContent": {"interrupted": True}})
        await self._complete(audio_ms=0)

    def _count_interruption(self) -> None:
        self.record.interruptions += 1

    async def _speak(self, turn: Turn, heard: deque[str]) -> None:
        """All of one turn; cancelled by a barge-in."""
        audio_ms = turn.play_ms(self.state.pace.ms_per_word)
        with suppress(_Gone):
            while len(heard) > turn.late:
                await self._send_heard(heard.popleft())
            if turn.says:
                self.state.said(self.record, turn.says)
            await self._call_tools(turn, "start")
            if not turn.resumable:
                await self._send({"sessionResumptionUpdate": {"resumable": False}})
            play_out = asyncio.get_running_loop().time() + audio_ms / 1000
            if not await self._send_turn(turn, audio_ms, heard):
                return
            await self._call_tools(turn, "end")
            await self._content_flag("generationComplete")
            # As the real one does, which takes the client to play at real speed.
            await asyncio.sleep(play_out - asyncio.get_running_loop().time())
            self.voice = None
            await self._complete(audio_ms)
            for fault in turn.faults:
                if fault.after_ms is None:
                    await self.strike(fault)

    async def _send_turn(self, turn: Turn, audio_ms: int, late: deque[str]) -> bool:
        """Audio and its transcription; False when a fault ended the turn."""
        words = deque(pieces(turn.says, max(1, len(turn.says.split()) // 3)))
        every_ms, spoken = audio_ms / max(1, len(words)), 0
        timed = [(min(row.after_ms, audio_ms), row) for row in turn.faults if row.after_ms is not None]
        faults = deque(sorted(timed, key=lambda pair: pair[0]))
        for at in (*range(0, audio_ms, MESSAGE_MS), audio_ms):
            while faults and faults[0][0] <= at:
                if not await self.strike(faults.popleft()[1]):
                    return False
            while words and spoken * every_ms <= at:
                await self._send({"serverContent": {"outputTranscription": {"text": words.popleft()}}})
                spoken += 1
            if at < audio_ms:
                await self._send_audio(tone(turn.tone_hz, at, min(MESSAGE_MS, audio_ms - at)))
                await asyncio.sleep(MESSAGE_MS / 1000 / self.state.pace.speed)
            while late:
                await self._send_heard(late.popleft())
        return True

    async def _send_audio(self, pcm: bytes) -> None:
        data = base64.urlsafe_b64encode(pcm).decode()
        part = {"inlineData": {"mimeType": f"audio/pcm;rate={RATE_OUT}", "data": data}}
        await self._send({"serverContent": {"modelTurn": {"role": "model", "parts": [part]}}})

    async def _call_tools(self, turn: Turn, at: Literal["start", "end"]) -> None:
        if at == "start":
            self.turn_calls = []
        calls = [call for call in turn.tools if call.at == at]
        if not calls:
            return
        known = self.record.conversation.calls
        ids = [f"call-{len(known) + number}" for number in range(len(calls))]
        known.update(dict.fromkeys(ids, False))
        self.turn_calls += ids
        rows = [{"id": id_, "name": call.name, "args": call.args} for id_, call in zip(ids, calls, strict=True)]
        await self._send({"toolCall": {"functionCalls": rows}})

    async def _complete(self, audio_ms: int) -> None:
        await self._content_flag("turnComplete")
        heard, spoken = len(self.record.audio) // (RATE_IN // 25 * 2), audio_ms // 40
        usage = {"promptTokenCount": heard, "responseTokenCount": spoken, "totalTokenCount": heard + spoken}
        await self._send({"usageMetadata": usage})
        await self._send_handle()
        self.state.note(self._count_turn)

    def _count_turn(self) -> None:
        self.record.turns_completed += 1

    async def _content_flag(self, name: str) -> None:
        await self._send({"serverContent": {name: True}})

    async def _send_handle(self) -> None:
        handle = self.state.new_handle(self.record.conversation)
        await self._send({"sessionResumptionUpdate": {"newHandle": handle, "resumable": True}})

    # --- faults ---------------------------------------------------------------------------------------------------

    async def strike(self, fault: Fault) -> bool:
        """Makes it happen now. False when the turn does not go on after it."""
        match fault:
            case Close():
                await self._close(fault.code, fault.reason)
            case Abort():
                self.websocket.scope["state"]["abort"]()
            case GoAway():
                timer = asyncio.create_task(self._leave(fault))
                self.timers.add(timer)
            case Garbage():
                await self.websocket.send_text("{not JSON")
            case UnknownMessage():
                await self._send({"weatherReport": {"sky": "clear"}})
            case CancelTools():
                await self._send({"toolCallCancellation": {"ids": self.turn_calls}})
            case RefuseConnects():
                self.state.refuse_connections(fault.count, fault.code)
            case RefuseHandle():
                self.state.refuse_next_handle()
        return not isinstance(fault, Close | Abort | Silence)

    async def _leave(self, notice: GoAway) -> None:
        with suppress(_Gone):
            await self._send({"goAway": {"timeLeft": f"{notice.time_left_ms / 1000:g}s"}})
            await asyncio.sleep(notice.time_left_ms / 1000)
            await self._close(notice.code, "The connection's time is up.")

    # --- the socket -----------------------------------------------------------------------------------------------

    async def _receive(self) -> str | bytes:
        message = await self.websocket.receive()
        if message["type"] == "websocket.disconnect":
            self.close_code = self.close_code or message["code"]
            raise _Gone
        return message.get("text") or message.get("bytes") or b""

    async def _send(self, message: dict[str, Any]) -> None:
        """Binary frames that hold JSON, as Gemini's are."""
        try:
            await self.websocket.send_bytes(json.dumps(message).encode())
        except (WebSocketDisconnect, RuntimeError):
            raise _Gone from None

    async def _close(self, code: int, reason: str) -> None:
        with suppress(WebSocketDisconnect, RuntimeError):
            self.close_code = self.close_code or code
            await self.websocket.close(code, reason)
