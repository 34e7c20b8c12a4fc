"""What can be set from outside, and the defaults. Environment variables, prefix `INTERVIEW_` unless a standard name."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, BaseModel, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from interview.errors import InvalidPayload


class IceServer(BaseModel):
    """A STUN or TURN server, as WebRTC names its fields."""

    urls: str | list[str]
    username: str | None = None
    credential: SecretStr | None = None


class Settings(BaseSettings):
    """`ice_servers`: JSON, such as `[{"urls": "turn:turn.example.org", "username": "…", "credential": "…"}]`.

    `voice_pause_seconds`: the least silence after which the embedded voice takes an answer as ended. `most_talks`: by
    the embedded voice at once; None: as many as the machine was measured to carry. `webhook_private_hosts`: JSON, the
    names of hosts in private networks that webhooks may be at.

    Token limits stop a runaway; prices are US dollars per million tokens, and without them a cost is not known.
    """

    model_config = SettingsConfigDict(
        env_prefix="INTERVIEW_", env_ignore_empty=True, extra="ignore", hide_input_in_errors=True, populate_by_name=True
    )

    engine: Literal["auto", "gemini", "embedded"] = "auto"
    gemini_api_key: SecretStr | None = Field(None, validation_alias=AliasChoices("gemini_api_key", "GEMINI_API_KEY"))
    google_gemini_base_url: str | None = Field(
        None, validation_alias=AliasChoices("google_gemini_base_url", "GOOGLE_GEMINI_BASE_URL")
    )
    text_model: str = "gemini-3.8-flash"
    live_model: str = "gemini-3.8-live"
    text_deadline_seconds: float = Field(60, gt=0, le=600)
    scoring_samples: int = Field(1, ge=1, le=7)
    redact: bool = True
    tokens_per_interview: int = Field(3_000_000, ge=1)
    tokens_per_day: int = Field(100_000_000, ge=1)
    text_input_price: float | None = Field(None, ge=0)
    text_output_price: float | None = Field(None, ge=0)
    live_input_price: float | None = Field(None, ge=0)
    live_output_price: float | None = Field(None, ge=0)
    voice_pause_seconds: float = Field(2.1, ge=0.5, le=10)
    most_talks: int | None = Field(None, ge=1, le=50)
    ice_servers: list[IceServer] = Field([], max_length=10)
    webhook_private_hosts: list[str] = Field([], max_length=50)
    data_dir: Path = Path(".data")
    database_url: str = ""
    admin_key: SecretStr | None = Field(None, min_length=32)
    session_timeout_minutes: float = Field(30, gt=0, le=7 * 24 * 60)
    checkpoint_interval_minutes: float = Field(10, gt=0, le=24 * 60)
    max_questions_per_competency: int = Field(3, ge=1, le=10)
    public_url: str = "http://127.0.0.1:8501"

    @property
    def database(self) -> str:
        """The database's SQLAlchemy URL."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'candor.sqlite3').absolute()}"

    @property
    def uses_gemini(self) -> bool:
        """Whether Gemini plans, rates and speaks: it was asked for, or there is a key and no other wish."""
        return self.engine == "gemini" or (self.engine == "auto" and self.gemini_api_key is not None)

    @property
    def session_timeout(self) -> timedelta:
        return timedelta(minutes=self.session_timeout_minutes)

    @property
    def checkpoint_interval(self) -> timedelta:
        return timedelta(minutes=self.checkpoint_interval_minutes)


def read_settings() -> Settings:
    """The settings of the environment. Raises InvalidPayload that names the one that is not right, never its value."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_input=False, include_context=False)[0]
        name = f"INTERVIEW_{'_'.join(map(str, first['loc']))}".upper()
        raise InvalidPayload(f"The setting {name} is not right: {first['msg']}.") from None
