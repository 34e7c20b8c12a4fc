"""What can be set from outside, and the defaults. Environment variables, prefix `INTERVIEW_` unless a standard name."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from interview.errors import InvalidPayload


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix="INTERVIEW_", env_ignore_empty=True, extra="ignore", hide_input_in_errors=True
    )

    engine: Literal["auto", "embedded"] = "auto"
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
