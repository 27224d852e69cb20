"""`reachline import ... --to kafka` as a process that is killed and started again."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
import uuid
from collections import Counter
from pathlib import Path

from streams.engine.kafka.topics import SOURCES
from streams.settings import Settings
from tests.running import fresh_topics, records_of
from tests.topics_of_events import told

KEY = "8f3a61c0d27be945"


async def two_partitions(bootstrap: str) -> Settings:
    """An application of its own, with its topics."""
    settings = Settings(broker=bootstrap, app=f"test-{uuid.uuid4().hex[:8]}", partitions=2)
    await fresh_topics(settings)
    return settings


class KilledImport:
    """The command; what it says goes to `said`, whichever of its lives says it."""

    def __init__(self, settings: Settings, folder: Path, *words: object) -> None:
        self.running: subprocess.Popen[bytes] | None = None
        self._bootstrap = settings.broker
        self._written_before = 0
        self._said = folder / "said"
        self._command = [sys.executable, "-m", "streams.cli", "import", *map(str, words)]
        self._command += ["--to", "kafka"]
        self._environment = os.environ | {
            "REACHLINE_PSEUDONYM_KEY": KEY,
            "REACHLINE_BROKER": settings.broker,
            "REACHLINE_APP": settings.app,
        }

    @property
    def said(self) -> str:
        return self._said.read_text()

    def start(self) -> None:
        with self._said.open("ab") as said:
            self.running = subprocess.Popen(
                self._command, env=self._environment, stderr=said, stdin=subprocess.DEVNULL
            )

    def kill(self) -> None:
        if self.running is not None:
            self.running.kill()
            self.running.wait()

    async def has_written(self) -> bool:
        """Whether this life of it has written something: one that is killed before that tries
        nothing."""
        return len(await records_of(self._bootstrap, SOURCES)) > self._written_before

    async def starts(self) -> None:
        """Starts it, behind what its lives before have written."""
        self._written_before = len(await records_of(self._bootstrap, SOURCES))
        self.start()

    def ends(self) -> None:
        """Waits until it has ended by itself, and well."""
        assert self.running is not None
        assert self.running.wait(60) == 0, self.said

    async def has_told(self, wanted: Counter[tuple[str, str]]) -> None:
        """Waits until these events are in the topics, each as often as here, and no other."""
        deadline = time.monotonic() + 60
        while (found := await told(self._bootstrap)) != wanted and time.monotonic() < deadline:
            doubled = found - wanted
            assert not doubled, f"doubled, or what nobody told: {doubled}\n{self.said}"
            await asyncio.sleep(0.3)
        assert found == wanted, f"lost: {wanted - found}\n{self.said}"
        assert "Traceback" not in self.said
