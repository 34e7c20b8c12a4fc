"""How a review packet's levels, questions, warnings and decisions are put into words, on pages and on paper."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from interview.models import CriterionStatus
from interview.packet.model import Asked, GivenLevel, Packet
from interview.packet.warnings import WarningKind
from interview.policy import STRONG, THIN
from interview.reviewing.deciding import Decision, Verdict

AID = "Scores are an aid: software made them from the words of the transcript alone. People read them and decide."
SO_FAR = "These are the levels so far; the interview is not complete. "

VERDICTS: Mapping[Verdict, str] = {
    "advance": "Advance",
    "hold": "Hold",
    "decline": "Decline",
    "no_decision": "No decision",
}
ASKED: Mapping[Asked, str] = {
    "answered": "Answered",
    "skipped": "Skipped",
    "asked": "Asked, not answered",
    "not_asked": "Not asked",
}
WARNINGS: Mapping[WarningKind, str] = {
    "injection": "Words to the software",
    "abuse": "Abuse",
    "distress": "Distress",
    "machine_drafted": "Drafted by a machine",
    "documents": "The documents",
    "low_quality": "Low transcript quality",
    "doubtful_words": "Not clearly understood",
    "not_assessed": "Not assessed",
    "spread": "Wide spread",
    "thin_evidence": "Thin evidence",
    "copied_question": "Repeats the question",
    "copied_anchor": "Repeats the rubric",
    "keyword_list": "A list of terms",
    "vivid_but_thin": "Vivid but thin",
    "off_topic": "Off topic",
    "voice_failed": "A technical fault",
}
NOT_SHOWN = "The transcript does not show it"


def decided(one: Decision) -> str:
    """The verdict, as in `Advance`; only that there is one, where it is closed to the reader."""
    return VERDICTS[one.decision] if one.decision else "Decided"


def why(one: Decision) -> str:
    """The reason, or why it is not told."""
    return one.reason if one.decision else "closed to you until you have rated the session that counts"


def level_of(score: float) -> str:
    """As in `3.4 of 5`."""
    return f"{score:.1f} of 5" if score else "No score"


def standing(status: CriterionStatus, level: float, low: float = 0.0, high: float = 0.0) -> str:
    """The level in words. Weak, not probed and without evidence are three different things."""
    if status == "not_assessed":
        return "Not probed: no answer was about this"
    if status == "insufficient_evidence":
        return "No evidence: it was asked about, and nothing that was said shows it"
    word = "Weak" if level < THIN else "Strong" if level >= STRONG else "Sound"
    doubt = f" (between {low:.1f} and {high:.1f})" if high - low >= 0.1 else ""
    return f"{word}: {level:.1f} of 5{doubt}"


def given(one: GivenLevel) -> str:
    """A reviewer's level with their note, as in `Ines: 4 of 5 “A clear account.”`."""
    level = f"{one.level} of 5" if one.level else NOT_SHOWN.lower()
    return f"{one.reviewer}: {level}" + (f" “{one.note}”" if one.note else "")


def asked_in_words(packet: Packet) -> str:
    """As in `6 answered, 1 skipped, 2 not asked, 3 follow-ups, 1 hint given`."""
    found = Counter(one.standing for one in packet.questions)
    told = [f"{found[standing]} {words.lower()}" for standing, words in ASKED.items() if found[standing]]
    follow_ups, hints = sum(one.follow_ups for one in packet.questions), len(packet.hints)
    told += [counted(follow_ups, "follow-up", "follow-ups")] if follow_ups else []
    told += [counted(hints, "hint given", "hints given")] if hints else []
    told += [] if packet.hints_known else ["whether hints were given is not known"]
    return ", ".join(told)


def length(packet: Packet) -> str:
    """As in `31 of 45 minutes`; a transcript from elsewhere had no limit."""
    limit = "" if packet.status == "imported" else f" of {packet.time_limit_minutes:.0f}"
    return f"{packet.minutes:.0f}{limit} minutes"


def asked_by_voice(packet: Packet) -> str:
    """As in `Asked by voice with prompt live-1, model gemini-live.`; "" where no live model asked."""
    told = ", then with ".join(f"prompt {one.prompt}, model {one.model}" for one in packet.voices)
    return f"Asked by voice with {told}." if told else ""


def counted(number: int, one: str, more: str) -> str:
    """As in `1 hint`, `3 hints`."""
    return f"{number} {one if number == 1 else more}"
