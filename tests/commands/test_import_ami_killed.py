"""`reachline import asterisk-ami --to kafka`, killed again and again: what was in the spool is told
once."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
import uuid
from collections import Counter
from pathlib import Path

from streams.settings import Settings
from streams.sources.spool import Spool, SpoolPlace
from tests.ami import SECRET, USER, Manager, answered, joins, over, wire
from tests.asterisk import BEGIN, PLAN, log, translated
from tests.running import fresh_topics
from tests.topics_of_events import told

CALLS = 300  # in each connection
LIVES = 4


def city(life: int) -> tuple[bytes, list[str]]:
    """Calls that are answered and end, as the interface tells of them, and the log's lines."""
    said, lines = b"", list[str]()
    for n in range(life * CALLS, (life + 1) * CALLS):
        call = str(n)
        said += wire(
            [joins(n, call), *answered(n + 9, call, 9), over(n + 60, call, "agent", 9, 51)]
        )
        lines += log(
            (n, call, "waste", "NONE", "ENTERQUEUE", "", "+3232210000", 1),
            (n + 9, call, "waste", "PJSIP/71", "CONNECT", 9, f"{BEGIN}.9{call}", 4),
            (n + 60, call, "waste", "PJSIP/71", "COMPLETEAGENT", 9, 51, 1),
        )
    return said, lines


def in_the_spool(folder: Path, lives: set[Path]) -> int:
    """Entries of the import's newest life, which is none of these."""
    newest = max(folder.glob("*.spool"), default=None)
    if newest is None or newest in lives:
        return 0
    return sum(1 for _ in Spool(folder, 1 << 30).entries(SpoolPlace(int(newest.stem)), 10**6))


async def test_what_was_heard_is_told_once(bootstrap: str, tmp_path: Path) -> None:
    settings = Settings(broker=bootstrap, app=f"test-{uuid.uuid4().hex[:8]}", partitions=2)
    await fresh_topics(settings)
    rng = random.Random(1)
    lives = [city(life) for life in range(LIVES)]
    manager = Manager(*([said, None] for said, _ in lives))
    secret, spool = tmp_path / "secret", tmp_path / "spool"
    secret.write_text(SECRET)
    secret.chmod(0o600)
    (tmp_path / "plan.toml").write_text('[[line]]\nid = "waste"\n')
    environment = os.environ | {
        "REACHLINE_PSEUDONYM_KEY": "8f3a61c0d27be945",
        "REACHLINE_BROKER": bootstrap,
        "REACHLINE_APP": settings.app,
    }
    command = [
        *(sys.executable, "-m", "streams.cli", "import", "asterisk-ami", "--to", "kafka"),
        *("--connect", f"127.0.0.1:{manager.port}", "--user", USER, "--secret-file", str(secret)),
        *("--spool", str(spool), "--plan", str(tmp_path / "plan.toml")),
    ]

    def start() -> subprocess.Popen[bytes]:
        with (tmp_path / "said").open("ab") as said:
            return subprocess.Popen(command, env=environment, stderr=said)

    running = start()
    try:
        ended: set[Path] = set()
        for _ in range(LIVES):
            # Four events a call, and the mark of a beginning.
            while in_the_spool(spool, ended) < 4 * CALLS + 1:
                assert running.poll() is None, (tmp_path / "said").read_text()
                await asyncio.sleep(0.05)
            await asyncio.sleep(rng.uniform(0, 1.5))
            running.send_signal(signal.SIGKILL)
            running.wait()
            ended |= {*spool.iterdir()}
            running = start()
        lines = [line for _, of_life in lives for line in of_life]
        wanted = Counter((e.call_id, e.event_id) for e in translated(lines, PLAN).events)
        deadline = time.monotonic() + 60
        while (found := await told(bootstrap)) != wanted and time.monotonic() < deadline:
            assert not found - wanted, "doubled, or what nobody told"
            await asyncio.sleep(0.3)
        assert found == wanted, (tmp_path / "said").read_text()
        assert "Traceback" not in (tmp_path / "said").read_text()
    finally:
        running.kill()
        running.wait()
        manager.close()
