"""No machine's wrong clock loses a figure, makes an event late, or seals a quarter-hour."""

from __future__ import annotations

import asyncio
import time
import uuid
from pathlib import Path

import orjson
import pytest
from aiokafka import AIOKafkaProducer

from streams.domain import instants
from streams.settings import Settings
from tests.running import ROOT, WorkerProcess, fresh_topics, until

SECONDS = 14.0


async def phone(bootstrap: str, seconds: float) -> int:
    """Calls that come now, each of four events; gives how many."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap)
    await producer.start()
    ends, number = time.monotonic() + seconds, 0
    while time.monotonic() < ends:
        number += 1
        call = f"call-{number}"
        for event, fields in (
            ("call-start", {}),
            ("menu-choice", {"line": "waste"}),
            ("queue", {"line": "waste", "phase": "entered"}),
            ("hangup", {}),
        ):
            at = instants.text(time.time_ns() // 1000)
            told = {"event": event, "event_id": f"{call}-{event}", "call_id": call, "at": at}
            value = orjson.dumps(told | fields)
            await producer.send_and_wait(f"contact.{event}", value, key=call.encode())
        await asyncio.sleep(0.05)
    await producer.stop()
    return number


@pytest.mark.slow
@pytest.mark.in_turn("wrong")
@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param("1800,5,7", id="30 min ahead for two seconds"),
        pytest.param("1200,0,1e9", id="20 min ahead"),
        pytest.param("-7200,0,1e9", id="2 h behind"),
    ],
)
async def test_a_clock_that_is_wrong_harms_nobody(
    bootstrap: str, tmp_path: Path, wrong: str
) -> None:
    settings = Settings(
        broker=bootstrap,
        app=f"test-{uuid.uuid4().hex[:8]}",
        partitions=2,
        checkpoint_seconds=0.1,
        session_seconds=6.0,
    )
    await fresh_topics(settings)
    worker = WorkerProcess(
        settings,
        tmp_path,
        command=[ROOT / "tests" / "faults" / "wrong_clock.py"],
        WRONG_CLOCK=wrong,
    )
    try:
        worker.wait_ready()
        phoning = asyncio.create_task(phone(bootstrap, SECONDS))
        ahead, behind, said = 0.0, [], False
        while not phoning.done():
            await asyncio.sleep(0.2)
            metrics = await asyncio.to_thread(worker.metrics)
            clocks = metrics.get("contact_partition_clock_timestamp_seconds", {}).values()
            ahead = max([ahead, *(clock - time.time() for clock in clocks)])
            behind += [time.time() - min(clocks)] if clocks else []
            off = sum(metrics.get("contact_machine_clock_ahead_seconds", {}).values())
            said |= abs(off - float(wrong.split(",")[0])) < 5
        calls = await phoning
        assert ahead < 0.5, "sealed before its time"
        assert sorted(behind)[len(behind) * 9 // 10] < 3, "figures stood still"
        assert said
        until(worker.has_read_all, 20)
        booked = worker.metrics()["contact_city_contacts"]
        today = [n for labels, n in booked.items() if ("window", "today") in labels]
        assert max(today, default=0) == calls
        assert sum(worker.metrics()["contact_late_total"].values()) == 0
        assert "clock differs from the brokers'" in worker.text()
        if wrong.endswith("1e9"):
            assert "this machine's clock is" in worker.get("/healthy")[1]
    finally:
        worker.kill()
