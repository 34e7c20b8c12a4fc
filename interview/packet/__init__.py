"""The review packet: what it holds, its warnings and words, its pages as PDF."""
