"""Why a voice failed or time was lost, in words for the hiring team; the codes are those of the events."""

from __future__ import annotations

_WORDS = {
    "connection_lost": "the connection to the voice was lost",
    "going_away": "the voice ended its connection",
    "handle_refused": "the voice did not take up the talk where it was",
    "key_refused": "the voice model refused the key; check GEMINI_API_KEY",
    "model_unknown": "the voice model is not known; check INTERVIEW_LIVE_MODEL",
    "quota": "the quota of the voice model was used up",
    "refused": "the voice model did not take the talk",
    "setup": "the voice model did not take the interview's setup",
    "llm_failure": "the engine could not be reached",
    "voice_failed": "the voice failed",
    "tried_again": "what failed was tried again until it worked",
    "voice_unavailable": "the voice was not available",
    "internal_error": "an error of the service, whose number stands in its log",
}


def in_words(code: str) -> str:
    """Without a capital or a full stop; a code that has no words here is its own."""
    return _WORDS.get(code, code.replace("_", " "))
