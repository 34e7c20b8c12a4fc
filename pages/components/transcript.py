"""The transcript of a session as one block of HTML: every entry has an address, and cited words are marked.

A link to `#words-12-40` (see `address`) scrolls the block to these words of entry 12; `#entry-12` to the entry. Only
escaped text goes in; colours come from the page's own, so that it reads in light and dark alike.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from interview.contract import TranscriptLine
from interview.models import Evidence

_TITLE = "not clearly understood"
_NOT_CLEAR = "The words with dots under them were not clearly understood. They count for nothing."
SPEAKERS = {"candidate": "Candidate", "interviewer": "Interviewer"}

STYLE = """
<style>
.transcript { max-height: 80vh; overflow-y: auto; overscroll-behavior: contain; padding: 0 1rem;
  border: 1px solid color-mix(in srgb, currentColor 20%, transparent); border-radius: 0.375rem; }
.transcript .entry { padding: 0.5rem 0.75rem; margin: 0.5rem -0.75rem; border-radius: 0.375rem;
  border-inline-start: 0.25rem solid transparent; scroll-margin-top: 1rem; }
.transcript .entry.candidate { background: color-mix(in srgb, currentColor 5%, transparent); }
.transcript .entry:target, .transcript .entry:has(> p mark:target) {
  border-inline-start-color: currentColor; background: color-mix(in srgb, currentColor 11%, transparent); }
.transcript .entry p { margin: 0.25rem 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.transcript .who { font-size: 0.875rem; opacity: 0.8; }
.transcript .who b { font-weight: 600; }
.transcript .note { font-size: 0.875rem; font-style: italic; opacity: 0.85; margin: 0.25rem 0 0.25rem 0.75rem; }
.transcript .entry .entry { margin: 0.5rem 0 0 1rem; }
.transcript mark { color: inherit; scroll-margin-top: 4rem; border-radius: 0.2rem;
  background: color-mix(in srgb, currentColor 16%, transparent);
  text-decoration: underline; text-decoration-thickness: 2px; text-underline-offset: 0.2em; }
.transcript .doubtful { text-decoration: underline dotted; text-underline-offset: 0.3em; }
.transcript mark:target { outline: 2px solid currentColor; }
</style>
"""


@dataclass(frozen=True)
class Notes:
    """What happened at the entries, by entry id: sentences of our own or plain data, escaped when shown.

    `before`: above the entry, such as a change of topic; `beside`: under its words.
    """

    before: Mapping[int, Sequence[str]] = field(default_factory=dict)
    beside: Mapping[int, Sequence[str]] = field(default_factory=dict)


def transcript_html(
    lines: Sequence[TranscriptLine], evidence: Iterable[Evidence] = (), notes: Notes | None = None
) -> str:
    """The block, scrolling in itself. A correction stands under the entry that it corrects."""
    marked = spans(evidence)
    parts = [_entry(together, marked, notes or Notes()) for together in _with_corrections(lines)]
    said = "".join(parts) or '<p class="who">Nothing has been said yet.</p>'
    return f'<div class="transcript" id="transcript" role="region" aria-label="Transcript" tabindex="0">{said}</div>'


def spans(evidence: Iterable[Evidence]) -> dict[int, list[tuple[int, int]]]:
    """The cited spans by entry, in order; those that overlap or touch have become one."""
    merged: dict[int, list[tuple[int, int]]] = {}
    for piece in sorted(evidence, key=lambda one: (one.entry_id, one.start)):
        known = merged.setdefault(piece.entry_id, [])
        if known and piece.start <= known[-1][1]:
            known[-1] = (known[-1][0], max(known[-1][1], piece.end))
        else:
            known.append((piece.start, piece.end))
    return merged


def address(piece: Evidence, marked: Mapping[int, Sequence[tuple[int, int]]]) -> str:
    """The fragment that leads to these words: of the merged span that holds them."""
    start = next(start for start, end in marked[piece.entry_id] if start <= piece.start < max(end, start + 1))
    return f"words-{piece.entry_id}-{start}"


def _with_corrections(lines: Sequence[TranscriptLine]) -> list[list[TranscriptLine]]:
    """Each entry followed by its corrections and theirs, in the order of the first wordings."""
    groups: list[list[TranscriptLine]] = []
    by_id: dict[int, list[TranscriptLine]] = {}
    for line in lines:
        group = by_id.get(line.corrects) if line.corrects is not None else None
        if group is None:
            group = []
            groups.append(group)
        group.append(line)
        by_id[line.entry_id] = group
    return groups


def _entry(together: Sequence[TranscriptLine], marked: Mapping[int, list[tuple[int, int]]], notes: Notes) -> str:
    first, *corrections = together
    above = "".join(_note(note) for note in notes.before.get(first.entry_id, ()))
    inside = "".join(_one(later, marked, notes, label="Corrected to") for later in corrections)
    label = f"{SPEAKERS.get(first.role, first.role)}{', first wording' if corrections else ''}"
    return above + _one(first, marked, notes, label=label, inside=inside)


def _one(
    line: TranscriptLine, marked: Mapping[int, list[tuple[int, int]]], notes: Notes, *, label: str, inside: str = ""
) -> str:
    cut = "" if line.final else ", cut off"
    words = _marked(line, marked.get(line.entry_id, []))
    beside = _note(_NOT_CLEAR) if line.doubtful else ""
    beside += "".join(_note(note) for note in notes.beside.get(line.entry_id, ()))
    return (
        f'<div class="entry {html.escape(line.role)}" id="entry-{line.entry_id}">'
        f'<span class="who"><b>{html.escape(label)}</b> {html.escape(line.timestamp)}{cut}</span>'
        f'<p dir="auto">{words}</p>{beside}{inside}</div>'
    )


def _marked(line: TranscriptLine, found: Sequence[tuple[int, int]]) -> str:
    """The escaped words with the cited spans in `<mark>`."""
    parts, done = [], 0
    for start, end in found:
        parts.append(_dotted(line, done, start))
        parts.append(f'<mark id="words-{line.entry_id}-{start}">{_dotted(line, start, end)}</mark>')
        done = end
    return "".join(parts) + _dotted(line, done, len(line.text))


def _dotted(line: TranscriptLine, start: int, end: int) -> str:
    """That part of the words, escaped; what was not clearly understood is underlined with dots and named."""
    parts, done = [], start
    for since, until in line.doubtful:
        since, until = max(since, start), min(until, end)
        if since < until:
            words = html.escape(line.text[since:until])
            parts.append(f'{html.escape(line.text[done:since])}<span class="doubtful" title="{_TITLE}">{words}</span>')
            done = until
    return "".join(parts) + html.escape(line.text[done:end])


def _note(words: str) -> str:
    return f'<div class="note" dir="auto">{html.escape(words)}</div>'
