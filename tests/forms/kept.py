"""Records as releases have written them: the same calls, midway, in every topic.

A file per release, a line per record. `python -m tests.forms` writes that of this release, which is
done once, before it is published; from then on nobody changes it, and each later release must be
able to go on from it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import msgspec
from aiokafka import ConsumerRecord

from streams.domain.counts import WIDTH
from streams.domain.instants import MINUTE, SECOND
from streams.engine.kafka import topics
from streams.engine.kafka.forms import FORM_HEADER, NEWEST
from tests.calls import Told
from tests.engine.pocket import Deployment
from tests.stories import at

HERE: Final = Path(__file__).parent
THIS_RELEASE: Final = HERE / "0.2.ndjson"

SOURCES: Final = 2
MIDWAY: Final = at("9:40")
"""When the records were kept: with calls that are over and gone, over, and going on."""


class KeptRecord(msgspec.Struct, omit_defaults=True):
    """A record; events of the inputs have no form."""

    topic: str
    partition: int
    key: bytes | None
    value: bytes | None
    form: int | None = None


class KeptRelease(msgspec.Struct):
    """The first line of a file: how many counts the release knew."""

    counts: int


def calls() -> list[tuple[str, Told]]:
    """Some calls, their events in the order in which they are told: answered and not, passed on,
    called back, with another choice, out of hours, without an end, late and broken ones."""
    told: list[tuple[str, Told]] = []

    def tell(call_id: str, when: str, event: str, **fields: Any) -> None:
        number = sum(1 for known, _ in told if known == call_id)
        told.append(
            (call_id, {"event": event, "event_id": f"{call_id}-{number}", "at": at(when), **fields})
        )

    def queue(call_id: str, when: str, phase: str, line: str, **fields: Any) -> None:
        tell(call_id, when, "queue", phase=phase, line=line, **fields)

    for number in range(12):
        begin, call_id = at("8:30") + number * 5 * MINUTE, f"call-{number}"
        caller = f"c{number % 5:031x}"
        line = ("waste", "migration")[number % 2]
        for offset, event, fields in (
            (0, "call-start", {"caller": caller}),
            (20, "menu-choice", {"line": line, "option": "1"}),
            (30, "queue", {"phase": "entered", "line": line}),
            (35 + 9 * number, "queue", {"phase": "answered", "line": line}),
            (300, "hangup", {"by": "caller"}),
        ):
            if number % 4 == 3 and fields.get("phase") == "answered":
                continue  # nobody picks up
            what = {"event": event, "event_id": f"{call_id}-{offset}", **fields}
            told.append((call_id, {**what, "at": begin + offset * SECOND}))
    queue("passed-on", "9:01", "entered", "waste")
    queue("passed-on", "9:02", "answered", "waste")
    queue("passed-on", "9:05", "left", "waste", reason="transfer", to_line="archive")
    queue("passed-on", "9:05:01", "entered", "archive")
    queue("promised", "9:03", "entered", "waste")
    tell("promised", "9:02", "call-start", caller="c" + 31 * "9")
    queue("promised", "9:04", "left", "waste", reason="callback")
    tell("promised", "9:04:10", "hangup")
    tell("early", "5:00", "call-start")
    tell("early", "5:01", "hangup", reason="closed")
    tell("changes", "9:20", "menu-choice", line="waste")
    tell("changes", "9:20:10", "menu-choice", line="migration")
    queue("waits", "9:38", "entered", "migration")
    queue("loud", "9:39", "entered", "no such line")
    return sorted(told, key=lambda each: each[1]["at"])


def rest() -> list[tuple[str, Told]]:
    """What is told after the records were kept."""
    return [
        ("waits", _told("waits", "9:45", "queue", phase="answered", line="migration")),
        ("waits", _told("waits", "9:50", "hangup")),
        ("passed-on", _told("passed-on", "9:41", "queue", phase="answered", line="archive")),
        ("passed-on", _told("passed-on", "9:42", "hangup", by="agent")),
        ("back", _told("back", "9:55", "call-start", direction="outbound", caller="c" + 31 * "9")),
        ("back", _told("back", "9:55:30", "queue", phase="answered", line="waste")),
        ("back", _told("back", "9:57", "hangup")),
        ("call-2", _told("call-2", "8:20", "menu-choice", line="waste")),  # late
    ]


def _told(call_id: str, when: str, event: str, **fields: Any) -> Told:
    return {"event": event, "event_id": f"{call_id}-{when}", "at": at(when), **fields}


def midway() -> Deployment:
    """A deployment that has come as far."""
    city = Deployment(SOURCES)
    told = calls()
    for until in (at("8:50"), at("9:10"), at("9:25"), MIDWAY):
        while told and told[0][1]["at"] <= until:
            city.send(*told.pop(0))
        for source in range(SOURCES):
            city.merge(source)
            city.checkpoint(source, until)
    return city


def written() -> bytes:
    """The file of this release."""
    encode = msgspec.json.encode
    lines = [encode(KeptRelease(WIDTH))]
    for (topic, partition), log in sorted(midway().topics.logs.items()):
        form = None if topic in topics.INPUTS else NEWEST
        lines += [encode(KeptRecord(topic, partition, each.key, each.value, form)) for each in log]
    return b"\n".join(lines) + b"\n"


def read(path: Path) -> tuple[int, list[ConsumerRecord[bytes, bytes]]]:
    """How many counts a release knew, and the records that it wrote."""
    first, *lines = path.read_bytes().splitlines()
    offsets: dict[tuple[str, int], int] = {}
    found = []
    for line in lines:
        each = msgspec.json.decode(line, type=KeptRecord)
        place = each.topic, each.partition
        offset = offsets[place] = offsets.get(place, -1) + 1
        headers = () if each.form is None else ((FORM_HEADER, b"%d" % each.form),)
        appended = at("23:00") // 1000
        found.append(
            ConsumerRecord(*place, offset, appended, 1, each.key, each.value, None, 0, 0, headers)
        )
    return msgspec.json.decode(first, type=KeptRelease).counts, found
