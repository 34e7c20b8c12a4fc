"""How the review looks, and what in it happens without drawing the page anew: quotes are followed and played."""

from __future__ import annotations

import streamlit as st

from pages.components.in_view import in_view
from pages.components.transcript import STYLE

_AFRESH = "review-afresh"

_LAYOUT = """
<style>
.review .columns { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 2rem; align-items: start; }
.review .columns > .transcript { position: sticky; top: 4.5rem; max-height: calc(100vh - 6rem); }
[data-testid=stColumn]:has(> * .transcript) { position: sticky; top: 4.5rem; align-self: flex-start; }
[data-testid=stColumn] .transcript { max-height: calc(100vh - 10rem); }
@media (max-width: 900px) {
  .review .columns { grid-template-columns: minmax(0, 1fr); gap: 1rem; }
  .review .columns > .transcript { position: static; max-height: 75vh; }
}
@media (min-width: 641px) { .review.down { display: none; } }
@media (max-width: 640px) {
  [data-testid=stColumn]:has(> * .transcript) { position: static; }
  [data-testid=stColumn] .transcript { max-height: 75vh; }
}
.review[id], #rate { scroll-margin-top: 4.5rem; }
.review h3 { font-size: 1.15rem; font-weight: 600; margin: 1rem 0 0.25rem; padding: 0; }
.review h4 { font-size: 1rem; font-weight: 600; margin: 0; padding: 0; }
.review .columns > * > :first-child { margin-top: 0; }
.review p, .review td, .review th, .review li { overflow-wrap: anywhere; }
.review p { margin: 0.25rem 0; }
.review .small { font-size: 0.875rem; opacity: 0.85; }
.review .figure { font-size: 2rem; font-weight: 600; line-height: 1.2; }
.review .figure .small { display: inline-block; font-weight: 400; }
.review .bar { height: 0.5rem; border-radius: 0.25rem; background: color-mix(in srgb, currentColor 14%, transparent); }
.review .bar span { display: block; height: 100%; border-radius: 0.25rem;
  background: color-mix(in srgb, currentColor 65%, transparent); }
.review .bars > div { display: flex; justify-content: space-between; align-items: baseline; gap: 1rem;
  margin-top: 0.5rem; }
.review .bars > div > :last-child { white-space: nowrap; }
.review details { border-top: 1px solid color-mix(in srgb, currentColor 20%, transparent); padding: 0.75rem 0; }
.review summary { cursor: pointer; }
.review summary b { font-weight: 600; }
.review summary .level { float: inline-end; }
.review summary .bar { margin-top: 0.5rem; }
.review .criterion { margin: 0.75rem 0 0 0.75rem; }
.review blockquote { margin: 0.25rem 0; padding: 0 0 0 0.75rem; overflow-wrap: anywhere;
  border-inline-start: 2px solid color-mix(in srgb, currentColor 30%, transparent); }
.review ul, .review ol { margin: 0.25rem 0; padding-inline-start: 1.25rem; }
.review li { margin: 0.15rem 0; padding: 0; }
.review .more { border: 0; padding: 0; }
.review a { color: inherit; text-decoration: underline; text-underline-offset: 0.2em; }
.review a:focus-visible, .review summary:focus-visible, .review button:focus-visible {
  outline: 2px solid currentColor; outline-offset: 2px; }
.review .play { font: inherit; font-size: 0.875rem; color: inherit; background: none; cursor: pointer;
  padding: 0 0.4rem; border-radius: 0.375rem; border: 1px solid color-mix(in srgb, currentColor 35%, transparent); }
.review .play:hover { background: color-mix(in srgb, currentColor 10%, transparent); }
.review .sides { overflow-x: auto; }
.review .sides th { overflow-wrap: break-word; }
.review table { border-collapse: collapse; width: 100%; font-size: 0.9rem; margin: 0; }
.review th { text-align: start; font-weight: 600; }
.review th, .review td { padding: 0.35rem 0.6rem; border: 0;
  border-bottom: 1px solid color-mix(in srgb, currentColor 18%, transparent); }
.review tbody th { font-weight: 400; min-width: 10rem; }
.review td { white-space: nowrap; }
@media (max-width: 640px) {
  .review .sides :is(th, td) { padding-inline: 0.25rem; }
  .review .sides tbody th { min-width: 7.5rem; }
}
.review .differs { font-weight: 600; border: 1px solid currentColor; border-radius: 0.375rem; padding: 0 0.3rem;
  margin-inline-start: 0.35rem; }
</style>
"""

_FOLLOW = """
<script>
// A browser looks for the place that an address names before the page has been drawn: look again.
if (location.hash && !document.querySelector(":target")) location.replace(location.hash);
if (!window.candorPlays) {
  window.candorPlays = true;
  const play = (audio, at) => { audio.currentTime = at; audio.play().catch(() => audio.focus()); };
  document.addEventListener("click", (event) => {
    const wanted = event.target instanceof Element && event.target.closest("button[data-sound]");
    if (!wanted) return;
    const at = Number(wanted.dataset.at) / 1000;
    const box = () => document.querySelector(".st-key-sound-" + CSS.escape(wanted.dataset.sound));
    const audio = box()?.querySelector("audio");
    if (audio) { play(audio, at); return; }
    // The recording is put together when somebody asks for it: ask, and play when it is there.
    const coming = new MutationObserver(() => {
      const audio = box()?.querySelector("audio");
      if (audio) { coming.disconnect(); play(audio, at); }
    });
    coming.observe(document.body, { childList: true, subtree: true });
    setTimeout(() => coming.disconnect(), 60000);
    box()?.querySelector("button")?.click();
  });
}
</script>
"""


def afresh() -> None:
    """Before a page is drawn anew that will be another one: it is shown from its beginning."""
    st.session_state[_AFRESH] = st.session_state.get(_AFRESH, 0) + 1


def dress() -> None:
    """The styles; before everything else of the review."""
    st.html(f"{STYLE}{_LAYOUT}")
    if times := st.session_state.get(_AFRESH):
        with st.container(key="review-beginning"):
            st.html("<span></span>")
        in_view("review-beginning", str(times))


def follow() -> None:
    """What makes links and play controls work; after everything that they lead to."""
    st.html(_FOLLOW, unsafe_allow_javascript=True)
