"""`reachline import asterisk-ami --to kafka`, killed again and again: what was in the spool is told
once."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from pathlib import Path

from streams.sources.spool import Spool, SpoolPlace
from tests.ami import SECRET, USER, Manager, answered, joins, over, wire
from tests.asterisk import BEGIN, log, translated
from tests.certificates import an_authority
from tests.killed_imports import KilledImport, two_partitions

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


def shown_of(process: int) -> str:
    """What a list of processes has of one, with its environment, where there is such a list."""
    folder = Path(f"/proc/{process}")
    texts = (folder / name for name in ("cmdline", "environ"))
    return "".join(text.read_bytes().decode() for text in texts if text.exists())


async def test_what_was_heard_is_told_once(bootstrap: str, tmp_path: Path) -> None:
    settings = await two_partitions(bootstrap)
    rng = random.Random(1)
    lives = [city(life) for life in range(LIVES)]
    authority = an_authority(tmp_path)
    certificate = authority.issue("pbx", "IP:127.0.0.1")
    manager = Manager(*([said, None] for said, _ in lives), certificate=certificate)
    secret, spool = tmp_path / "secret", tmp_path / "spool"
    secret.write_text(SECRET)
    secret.chmod(0o600)
    (tmp_path / "plan.toml").write_text('[[line]]\nid = "waste"\n')
    importing = KilledImport(
        *(settings, tmp_path, "asterisk-ami", "--connect", f"127.0.0.1:{manager.port}"),
        *("--user", USER, "--secret-file", secret, "--spool", spool),
        *("--plan", tmp_path / "plan.toml", "--tls", "--ca-file", authority.certificate),
    )
    importing.start()
    try:
        ended: set[Path] = set()
        for _ in range(LIVES):
            # Four events a call, and the mark of a beginning.
            while in_the_spool(spool, ended) < 4 * CALLS + 1:
                assert importing.running is not None
                assert importing.running.poll() is None, importing.said
                await asyncio.sleep(0.05)
            await asyncio.sleep(rng.uniform(0, 1.5))
            assert SECRET not in shown_of(importing.running.pid)
            importing.kill()
            ended |= {*spool.iterdir()}
            importing.start()
        lines = [line for _, of_life in lives for line in of_life]
        wanted = Counter((e.call_id, e.event_id) for e in translated(lines, by_order=True).events)
        await importing.has_told(wanted)
    finally:
        importing.kill()
        manager.close()
