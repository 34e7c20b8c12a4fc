"""Speech with no key: words from sound and sound from words, on this machine and with no network.

`client.Speech` is what the voice loop uses. It keeps one worker process (`worker`), shared by all talks, in which the
models and the GPL speech synthesisers run; `endpointing` says in the app's own process when a candidate speaks and when
their turn has ended.
"""
