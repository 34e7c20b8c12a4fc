"""What a connection to Gemini Live is set up with: sound out, both transcriptions, resumption, compression, two tools.

No thinking, no proactive audio and no affective dialog: newer models refuse some of them, and an interview needs none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from interview.live.voice import Opening

if TYPE_CHECKING:
    from google.genai import types

_TRIGGER_TOKENS, _TARGET_TOKENS = 96_000, 48_000
"""Context-window compression: audio takes about 25 tokens a second, so an hour of talk stays under the window."""

_VOICE = "Kore"
"""One of Gemini's prebuilt voices: the same for every candidate."""


def config_of(opening: Opening) -> types.LiveConnectConfig:
    from google.genai import types

    return types.LiveConnectConfig(
        response_modalities=[types.Modality.AUDIO],
        system_instruction=types.Content(parts=[types.Part(text=opening.instructions)]),
        tools=[types.Tool(function_declarations=_tools())],
        session_resumption=types.SessionResumptionConfig(handle=opening.handle),
        input_audio_transcription=types.AudioTranscriptionConfig(),
        output_audio_transcription=types.AudioTranscriptionConfig(),
        context_window_compression=types.ContextWindowCompressionConfig(
            trigger_tokens=_TRIGGER_TOKENS, sliding_window=types.SlidingWindow(target_tokens=_TARGET_TOKENS)
        ),
        history_config=_history(opening),
        speech_config=types.SpeechConfig(
            voice_config=types.VoiceConfig(prebuilt_voice_config=types.PrebuiltVoiceConfig(voice_name=_VOICE))
        ),
    )


def tells_history(opening: Opening) -> bool:
    """Whether the model is told what was said before; with a handle it knows."""
    return bool(opening.history) and opening.handle is None


def _history(opening: Opening) -> types.HistoryConfig | None:
    """The history comes before the talk and is not answered; without this it would be taken for the talk itself."""
    from google.genai import types

    return types.HistoryConfig(initial_history_in_client_content=True) if tells_history(opening) else None


def _tools() -> list[types.FunctionDeclaration]:
    from google.genai import types

    mark = {
        "type": "object",
        "properties": {
            "index": {"type": "integer", "description": "The number after Q of the question."},
            "status": {"type": "string", "enum": ["started", "answered", "skipped"]},
        },
        "required": ["index", "status"],
    }
    end = {
        "type": "object",
        "properties": {"reason": {"type": "string", "enum": ["finished", "stopped", "time_up"]}},
        "required": ["reason"],
    }
    return [
        types.FunctionDeclaration(
            name="mark_question",
            description="Note that a planned question was asked (started), answered, or skipped by the candidate.",
            parameters_json_schema=mark,
        ),
        types.FunctionDeclaration(
            name="end_interview",
            description="End the interview, after saying goodbye, once every question is through or the time is up.",
            parameters_json_schema=end,
        ),
    ]
