"""A worker on a machine whose wall clock is wrong: now and then, or always.

`WRONG_CLOCK="1800,5,7"`: from the fifth second of the process to the seventh the clock is 1800
seconds ahead. What Python asks for the time, aiokafka and logging included, is shown that; the
monotonic clock goes on as it does.
"""

from __future__ import annotations

import os
import sys
import time

AHEAD, FROM, TO = map(float, os.environ["WRONG_CLOCK"].split(","))

_begun = time.monotonic()
_time, _time_ns = time.time, time.time_ns


def _ahead() -> float:
    return AHEAD if FROM <= time.monotonic() - _begun < TO else 0.0


time.time = lambda: _time() + _ahead()
time.time_ns = lambda: _time_ns() + round(_ahead() * 1e9)

from streams.cli import main  # noqa: E402 - it and all that it loads see the wrong clock

sys.exit(main(["worker"]))
