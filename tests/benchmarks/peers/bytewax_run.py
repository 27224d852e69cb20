"""The job on Bytewax, from events in memory: no broker, and the recovery store only when asked.

    python bytewax_run.py FILE EVENTS [--recovery] [--windows]

A stateful function per call, the differences keyed by line into a tumbling window of a quarter-hour
by the visit's beginning. With ``--windows`` only the window: the number of events per line and
quarter-hour. With ``--recovery`` state is snapshot into its SQLite store every second.
"""

import os
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import bytewax.operators as op
import job
import report
from bytewax.dataflow import Dataflow
from bytewax.operators import windowing
from bytewax.operators.windowing import EventClock, TumblingWindower
from bytewax.outputs import DynamicSink, StatelessSinkPartition
from bytewax.recovery import RecoveryConfig, init_db_dir
from bytewax.testing import TestingSource, run_main

path, wanted = sys.argv[1], int(sys.argv[2])
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
_CALL = b'"call_id":"'

with Path(path).open("rb") as file:
    events = [line[:-1] for line in islice(file, wanted)]

counts: dict[tuple[str, int], list[int]] = {}


class _Keep(StatelessSinkPartition):
    def write_batch(self, items):
        for line, (window, total) in items:
            start = int((EPOCH + window * QUARTER).timestamp() * 1000)
            counts[line, start] = total if isinstance(total, list) else [total]


class Keep(DynamicSink):
    def build(self, step_id, worker_index, worker_count):
        return _Keep()


def keyed(value):
    start = value.index(_CALL) + len(_CALL)
    return value[start : start + 32].decode(), value


def fold(facts, value):
    facts, differences = job.apply(facts, job.decode(value))
    return facts, differences


def by_line(item):
    _, difference = item
    return difference[0], (difference[1], difference[2])


flow = Dataflow("calls")
source = op.input("in", flow, TestingSource(events, batch_size=1000))
if "--windows" in sys.argv:
    decoded = op.map("decode", source, job.decode)
    named = op.filter("named", decoded, lambda event: "line" in event)
    lines = op.map(
        "by line",
        named,
        lambda event: (event["line"], datetime.fromisoformat(event["at"])),
    )
    clock = EventClock(lambda at: at, wait_for_system_duration=timedelta(minutes=1))
    windower = TumblingWindower(align_to=EPOCH, length=QUARTER)
    folded = windowing.fold_window(
        "count",
        lines,
        clock,
        windower,
        lambda: 0,
        lambda n, _: n + 1,
        lambda a, b: a + b,
        ordered=False,
    )
else:
    calls = op.map("by call", source, keyed)
    differences = op.stateful_flat_map("fold", calls, fold)
    lines = op.map("by line", differences, by_line)
    clock = EventClock(
        lambda item: datetime.fromtimestamp(item[0] / 1000, UTC),
        wait_for_system_duration=timedelta(hours=12),  # differences are booked where visits began
    )
    windower = TumblingWindower(align_to=EPOCH, length=QUARTER)
    folded = windowing.fold_window(
        "count",
        lines,
        clock,
        windower,
        lambda: None,
        lambda total, item: job.add(total, item[1]),
        lambda a, b: job.add(a, b),
        ordered=False,  # in order, a value waits until the clock has passed it
    )
op.output("out", folded.down, Keep())

recovery = {}
if "--recovery" in sys.argv:
    directory = Path(tempfile.mkdtemp())
    init_db_dir(directory, 1)
    recovery = {
        "recovery_config": RecoveryConfig(str(directory)),
        "epoch_interval": timedelta(seconds=1),
    }

watch = report.Stopwatch()
run_main(flow, **recovery)
took = watch.took(len(events))
report.write(took, job.answer(counts))
os._exit(0)
