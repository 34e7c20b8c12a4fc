"""The voice that needs no key is started once, however long that takes: with the real worker and its models."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bounded import bounded

from interview.live.embedded import EmbeddedVoice
from interview.settings import Settings


def test_a_start_that_somebody_did_not_wait_for_goes_on_for_the_next(tmp_path: Path) -> None:
    """On a machine that needs longer than a join waits, trying again has to lead somewhere."""

    async def give_up_and_come_again() -> bool:
        voice = EmbeddedVoice(Settings(data_dir=tmp_path))
        try:
            hasty = asyncio.create_task(voice.start())
            while voice.speech._keeper is None:
                await asyncio.sleep(0)
            begun = voice.speech._keeper
            hasty.cancel()
            await asyncio.wait({hasty})
            await voice.start()
            return voice.speech._keeper is begun and voice.most_talks > 0
        finally:
            await voice.close()

    with bounded(240):
        assert asyncio.run(give_up_and_come_again())


def test_a_start_that_is_not_over_ends_with_the_voice(tmp_path: Path) -> None:
    async def close_meanwhile() -> bool:
        voice = EmbeddedVoice(Settings(data_dir=tmp_path))
        starting = asyncio.create_task(voice.start())
        while voice.speech._keeper is None:
            await asyncio.sleep(0)
        await voice.close()
        await asyncio.wait({starting})
        return starting.cancelled() and voice.speech.worker_pid is None

    with bounded(240):
        assert asyncio.run(close_meanwhile())
