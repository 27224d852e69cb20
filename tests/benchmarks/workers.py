"""Workers as they run in production: `reachline worker`, watched from outside."""

import asyncio
import os
import signal
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from streams.engine.kafka import topics
from tests.benchmarks.loading import topic_partitions
from tests.benchmarks.measuring import ROOT, python
from tests.brokers import free_port

PATIENCE: Final = 600.0
"""Seconds after which what is waited for will not come."""

_TICKS: Final = os.sysconf("SC_CLK_TCK")


def cpu_of(pid: int) -> float:
    """CPU seconds that a process has used so far, all its threads included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


class Worker:
    """One `reachline worker` process."""

    def __init__(self, bootstrap: str, app: str, plan: Path, **settings: object) -> None:
        self.port = free_port()
        given = {
            "broker": bootstrap,
            "app": app,
            "plan": plan,
            "web_port": self.port,
            # A busy machine is to slow a worker down, not to send it away.
            "session_seconds": 45,
            **settings,
        }
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - open for as long as the worker
        self._child = subprocess.Popen(
            [python(), "-m", "streams.cli", "worker"],
            cwd=ROOT,
            env=os.environ
            | {f"REACHLINE_{name.upper()}": str(value) for name, value in given.items()},
            stdout=self._log,
            stderr=self._log,
        )

    def cpu(self) -> float:
        """CPU seconds that it has used so far."""
        return cpu_of(self._child.pid)

    def megabytes(self, peak: bool = False) -> float:
        """Memory that it has now, or has had at most."""
        wanted = "VmHWM:" if peak else "VmRSS:"
        for row in Path(f"/proc/{self._child.pid}/status").read_text().splitlines():
            if row.startswith(wanted):
                return int(row.split()[1]) / 1024
        raise RuntimeError(f"no {wanted} of the worker")

    def page(self, path: str, timeout: float = 60.0) -> bytes:
        """One of its web pages.

        Raises:
            OSError: it does not answer, or not with 200.
        """
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=timeout) as page:
            body: bytes = page.read()
        return body

    def ready(self, patience: float = PATIENCE) -> float:
        """Waits until it is ready; gives how many seconds that took."""
        begun = time.monotonic()
        while time.monotonic() - begun < patience:
            if self._child.poll() is not None:
                break
            with suppress(OSError):
                self.page("/ready", timeout=5.0)
                return time.monotonic() - begun
            time.sleep(0.05)
        raise RuntimeError(f"a worker is not ready:\n{self.said()}")

    def said(self) -> str:
        """The end of what it has logged."""
        self._log.seek(0)
        return self._log.read().decode()[-3000:]

    def running(self) -> bool:
        """Whether it has not ended."""
        return self._child.poll() is None

    def stop(self) -> None:
        """Ends it at a checkpoint; kills it when that takes too long."""
        self._child.send_signal(signal.SIGTERM)
        try:
            self._child.wait(60.0)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        self._log.close()


async def caught_up(bootstrap: str, app: str, workers: Iterable[Worker]) -> None:
    """Waits until the group has committed the ends of the input topics.

    Raises:
        TimeoutError: it has not in all patience.
        RuntimeError: a worker has ended.
    """
    workers = list(workers)
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap)
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await consumer.start()
    await admin.start()
    try:
        inputs: list[TopicPartition] = []
        for topic in topics.INPUTS:
            inputs += await topic_partitions(consumer, topic)
        ends = await consumer.end_offsets(inputs)
        due = {tp: end for tp, end in ends.items() if end}
        async with asyncio.timeout(PATIENCE):
            while True:
                committed = await admin.list_consumer_group_offsets(app)
                if all(tp in committed and committed[tp].offset >= end for tp, end in due.items()):
                    return
                for worker in workers:
                    if not worker.running():
                        raise RuntimeError(f"a worker has ended:\n{worker.said()}")
                await asyncio.sleep(0.05)
    finally:
        await consumer.stop()
        await admin.close()
