"""The packet to take away, as PDF and JSON."""

from __future__ import annotations

import re

import streamlit as st

from interview.packet.model import Packet
from interview.packet.pdf import packet_pdf
from pages.components.problems import problems

FILES = "packet-files"
"""The key of the menu: true while it is open."""


def offer(packet: Packet) -> None:
    """The files are made when the menu is opened."""
    menu = st.popover("Take the packet", icon=":material/download:", key=FILES, on_change="rerun")
    if not menu.open:
        return
    name = re.sub(r"[^\w-]+", "-", packet.candidate_name).strip("-").lower() or "interview"
    with menu, problems():
        _file("Packet (PDF)", packet_pdf(packet), f"{name}-packet.pdf", "application/pdf")
        _file("Packet (JSON)", packet.model_dump_json(indent=2), f"{name}-packet.json", "application/json")


def _file(label: str, data: str | bytes, name: str, kind: str) -> None:
    st.download_button(label, data, name, kind, icon=":material/download:", on_click="ignore")
