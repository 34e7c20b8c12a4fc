"""What a client sends to the Live API, read strictly: a setup with all that the product needs, and nothing unknown."""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

KNOWN_MODEL = re.compile(r"gemini-[a-z0-9][a-z0-9.-]*")
AUDIO_IN = "audio/pcm;rate=16000"


class Wire(BaseModel):
    """Either casing, as the client sends both; an unknown field is an error."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True)


class Part(Wire):
    text: str = ""


class Content(Wire):
    role: Literal["user", "model", "system"] | None = None
    parts: tuple[Part, ...] = Field(min_length=1)

    @property
    def text(self) -> str:
        return "\n".join(part.text for part in self.parts)


def _with_words(content: Content) -> Content:
    if not content.text.strip():
        raise ValueError("it has no words")
    return content


class GenerationConfig(BaseModel):
    """Other generation settings are taken as they are."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="allow", frozen=True)

    response_modalities: tuple[Literal["AUDIO"]]
    thinking_config: None = None
    enable_affective_dialog: None = None


class FunctionDeclaration(Wire):
    name: str = Field(pattern=r"^[A-Za-z_][A-Za-z0-9_.:-]{0,63}$")
    description: str = Field(min_length=1)
    parameters: dict[str, Any] | None = None
    parameters_json_schema: dict[str, Any] | None = None
    behavior: Literal["BLOCKING", "NON_BLOCKING"] | None = None
    response: dict[str, Any] | None = None
    response_json_schema: dict[str, Any] | None = None

    @property
    def schema_type(self) -> str:
        return str((self.parameters or self.parameters_json_schema or {}).get("type", "")).lower()


def _with_schema(declaration: FunctionDeclaration) -> FunctionDeclaration:
    if declaration.schema_type != "object":
        raise ValueError("its parameters need a schema of type object")
    return declaration


class Tool(Wire):
    function_declarations: tuple[Annotated[FunctionDeclaration, AfterValidator(_with_schema)], ...] = Field(
        min_length=1
    )


class SessionResumption(Wire):
    handle: str | None = None
    transparent: bool | None = None


class Transcription(Wire):
    language_codes: tuple[str, ...] | None = None


class AutomaticActivityDetection(Wire):
    disabled: bool = False
    start_of_speech_sensitivity: Literal["START_SENSITIVITY_HIGH", "START_SENSITIVITY_LOW"] | None = None
    end_of_speech_sensitivity: Literal["END_SENSITIVITY_HIGH", "END_SENSITIVITY_LOW"] | None = None
    prefix_padding_ms: int | None = Field(None, ge=0)
    silence_duration_ms: int | None = Field(None, ge=0)


class RealtimeInputConfig(Wire):
    automatic_activity_detection: AutomaticActivityDetection = AutomaticActivityDetection()
    activity_handling: Literal["START_OF_ACTIVITY_INTERRUPTS", "NO_INTERRUPTION"] = "START_OF_ACTIVITY_INTERRUPTS"
    turn_coverage: Literal["TURN_INCLUDES_ONLY_ACTIVITY", "TURN_INCLUDES_ALL_INPUT"] | None = None


class SlidingWindow(Wire):
    target_tokens: int | None = Field(None, ge=0)


class ContextWindowCompression(Wire):
    trigger_tokens: int | None = Field(None, ge=0)
    sliding_window: SlidingWindow


class HistoryConfig(Wire):
    """The client tells the history first: content up to a complete turn is taken in and not answered."""

    initial_history_in_client_content: bool


class Proactivity(Wire):
    proactive_audio: Literal[True]


class Setup(Wire):
    """One connection's setup."""

    model: str
    generation_config: GenerationConfig
    system_instruction: Annotated[Content, AfterValidator(_with_words)]
    tools: tuple[Tool, ...] = ()
    session_resumption: SessionResumption
    input_audio_transcription: Transcription
    output_audio_transcription: Transcription
    realtime_input_config: RealtimeInputConfig = RealtimeInputConfig()
    context_window_compression: ContextWindowCompression
    proactivity: Proactivity | None = None
    history_config: HistoryConfig | None = None
    safety_settings: tuple[dict[str, Any], ...] = ()

    @property
    def history_comes_first(self) -> bool:
        return self.history_config is not None and self.history_config.initial_history_in_client_content

    @property
    def handle(self) -> str | None:
        return self.session_resumption.handle

    @property
    def instruction(self) -> str:
        return self.system_instruction.text

    @property
    def declared(self) -> frozenset[str]:
        """The names of the declared functions."""
        return frozenset(function.name for tool in self.tools for function in tool.function_declarations)


class Refused(Exception):
    """What a client sent cannot be taken: the connection is closed with this code and reason."""

    def __init__(self, reason: str, code: int = 1007) -> None:
        super().__init__(reason)
        # A close frame's reason is at most 123 bytes (RFC 6455, 5.5).
        self.code, self.reason = code, reason.encode()[:120].decode(errors="ignore")


class Blob(Wire):
    data: str
    mime_type: str


class RealtimeInput(Wire):
    audio: Blob | None = None
    text: str | None = None
    audio_stream_end: bool | None = None
    activity_start: dict[str, Any] | None = None
    activity_end: dict[str, Any] | None = None


class ClientContent(Wire):
    turns: tuple[Content, ...] = ()
    turn_complete: bool = False

    @property
    def text(self) -> str:
        return "\n".join(turn.text for turn in self.turns)

    @property
    def has_history(self) -> bool:
        return any(turn.role == "model" for turn in self.turns)


class FunctionResponse(Wire):
    id: str
    name: str
    response: dict[str, Any]
    scheduling: Literal["SILENT", "WHEN_IDLE", "INTERRUPT"] | None = None
    will_continue: bool | None = None


class ToolResponse(Wire):
    function_responses: tuple[FunctionResponse, ...] = Field(min_length=1)


class ClientMessage(Wire):
    """One message; exactly one field is set."""

    setup: Setup | None = None
    client_content: ClientContent | None = None
    realtime_input: RealtimeInput | None = None
    tool_response: ToolResponse | None = None


def read_message(frame: str | bytes) -> ClientMessage:
    """A text or binary frame that holds JSON. Raises Refused (1007) naming the field that is missing or wrong."""
    try:
        message = json.loads(frame)
    except ValueError:
        raise Refused("Request contains an invalid argument: not JSON.") from None
    if not isinstance(message, dict) or len(message) != 1:
        raise Refused("A message has exactly one field.")
    try:
        return ClientMessage.model_validate(message)
    except ValidationError as error:
        first = error.errors()[0]
        raise Refused(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None


def read_setup(frame: str | bytes) -> Setup:
    """The first message of a connection. Raises Refused (1007)."""
    setup = read_message(frame).setup
    if setup is None:
        raise Refused("The first message must be setup.")
    model = setup.model.removeprefix("models/")
    if model == setup.model or not KNOWN_MODEL.fullmatch(model):
        raise Refused(f"{setup.model} is not found for API version v1beta.")
    return setup


def read_audio(blob: Blob) -> bytes:
    """pcm: 16 kHz mono s16le bytes. Either base64 alphabet, as the client's is the URL-safe one. Raises Refused."""
    if blob.mime_type.replace(" ", "") != AUDIO_IN:
        raise Refused(f"Audio must be {AUDIO_IN}, not {blob.mime_type}.")
    try:
        pcm = base64.b64decode(blob.data.translate(str.maketrans("-_", "+/")), validate=True)
    except binascii.Error:
        raise Refused("The audio is not base64.") from None
    if len(pcm) % 2:
        raise Refused("The audio ends in half a sample.")
    return pcm
