"""Moments as people read them, in the visitor's own time zone."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st


def moment(at: datetime) -> str:
    """Day and time, as in `3 Mar 2026, 14:05`."""
    local = at.astimezone(zone())
    return f"{local.day} {local:%b %Y, %H:%M}"


def day(at: datetime) -> str:
    """The day alone, as in `3 Mar 2026`."""
    local = at.astimezone(zone())
    return f"{local.day} {local:%b %Y}"


def time_of_day(at: datetime) -> str:
    """As in `14:05:09`."""
    return f"{at.astimezone(zone()):%H:%M:%S}"


def minutes(milliseconds: int) -> str:
    """A length of time as `mm:ss`; more than an hour counts on in minutes."""
    seconds = max(0, milliseconds) // 1000
    return f"{seconds // 60:02d}:{seconds % 60:02d}"


def zone() -> tzinfo:
    """What the visitor's browser says; UTC where it says nothing that is known here."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return UTC
