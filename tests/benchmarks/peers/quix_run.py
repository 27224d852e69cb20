"""The job on Quix Streams: calls as state, lines as tumbling windows, in RocksDB with changelogs.

    python quix_run.py BOOTSTRAP EVENTS PREFIX [--windows]

The documented way: the four topics together (`concat`), a stateful function per call, the
differences regrouped by line (`group_by`, through a topic of its own), a tumbling window of a
quarter-hour by the visit's beginning. With ``--windows`` only the last of these, over a topic that
is keyed by line already: the number of events per line and quarter-hour.
"""

import os
import sys
import tempfile
import uuid
from datetime import timedelta

import job
import report
from quixstreams import Application
from quixstreams.dataframe.windows import Reduce

bootstrap, wanted, prefix = sys.argv[1], int(sys.argv[2]), sys.argv[3]
only_windows = "--windows" in sys.argv

app = Application(
    broker_address=bootstrap,
    consumer_group=f"quix-{uuid.uuid4().hex[:8]}",
    auto_offset_reset="earliest",
    state_dir=tempfile.mkdtemp(),
    loglevel="ERROR",
    commit_interval=5.0,
)
QUARTER = timedelta(minutes=15)
GRACE = timedelta(hours=12)  # topics have no order among each other: nothing may close too early

watch: report.Stopwatch | None = None
seen = skipped = handed_on = added = 0
counts: dict[tuple[str, int], list[int]] = {}


def note() -> None:
    global watch, seen, skipped
    seen += 1
    if watch is None:
        watch, skipped = report.Stopwatch(), seen


def finish_when_done() -> None:
    if seen >= wanted and added >= handed_on:
        app.stop()


def fold(value, state):
    global handed_on
    note()
    facts, differences = job.apply(state.get("facts"), job.decode(value))
    state.set("facts", facts)
    handed_on += len(differences)
    finish_when_done()
    return differences


def keep(value, key, timestamp, headers) -> None:
    global added
    added += 1
    line = key.decode() if isinstance(key, bytes) else key
    total = value["value"]
    counts[line, value["start"]] = total if isinstance(total, list) else [total]
    finish_when_done()


def event_time(value, headers, timestamp, timestamp_type) -> int:
    return job._milliseconds(job.decode(value)["at"])


if not only_windows:
    frames = [
        app.dataframe(app.topic(prefix + name, key_deserializer="str", value_deserializer="bytes"))
        for name in ("call-start", "menu-choice", "queue", "hangup")
    ]
    frame = frames[0].concat(frames[1]).concat(frames[2]).concat(frames[3])
    frame = frame.apply(fold, stateful=True, expand=True)
    frame = frame.set_timestamp(lambda value, key, timestamp, headers: value[1])
    frame = frame.group_by(
        lambda value: value[0], name="line", key_serializer="str", key_deserializer="str"
    )
    window = frame.tumbling_window(QUARTER, grace_ms=GRACE)
    results = window.agg(
        value=Reduce(
            reducer=lambda total, value: job.add(total, value[2]),
            initializer=lambda value: value[2],
        )
    ).current()
else:
    topic = app.topic(
        prefix + "by-line",
        key_deserializer="str",
        value_deserializer="bytes",
        timestamp_extractor=event_time,
    )
    frame = app.dataframe(topic).update(lambda value: note())
    results = frame.tumbling_window(QUARTER, grace_ms=GRACE).count().current()
    handed_on = wanted
results.update(keep, metadata=True)

app.run()
took = watch.took(seen - skipped)
report.write(took, job.answer(counts))
os._exit(0)
