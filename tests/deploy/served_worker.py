"""A worker whose pages are served by a process that can be killed: the real one, but for Kafka,
whose records are handed to it. In its city somebody calls every line all the time.

    python -m tests.deploy.served_worker

It is set up as `reachline worker` is, by its environment. SERVED_RECOVERS: seconds after the start
at which its state is back and figures are shown. SERVED_BEHIND: seconds before the start at which
the figures stand, and do not move on; without it they move with the clock.
"""

import asyncio
import os
import time

from aiohttp import web

from streams.domain.board import SLOT
from streams.domain.instants import SECOND
from streams.domain.plan import Plan
from streams.domain.tally import CITY, LINE, Tally
from streams.engine.roles.line_owner import LineOwner
from streams.engine.roles.routes import Routes
from streams.engine.worker import Worker
from streams.settings import load

CALLED = Tally.of(line_offered=1, queue_offered=1, answered=1)


def now() -> int:
    return time.time_ns() // 1_000


def hear(owner: LineOwner, plan: Plan, until: int) -> None:
    """One call on every line, and all is heard of up to this instant."""
    for scope in (CITY, *(LINE + line for line in plan.lines)):
        owner.board.apply_figures(scope, 0, SLOT, until - until % SLOT, CALLED, False)
    owner.board.apply_watermark(0, until)
    owner.board.advance()


async def serve() -> None:
    settings = load(os.environ)
    plan = Plan.load(settings.plan)
    worker = Worker(settings, plan)
    begun = now()
    recovers = float(os.environ.get("SERVED_RECOVERS", "0"))
    behind = os.environ.get("SERVED_BEHIND")
    runner = web.AppRunner(worker.app.web.web_app)
    await runner.setup()
    await web.TCPSite(runner, settings.web_host, settings.web_port).start()

    await asyncio.sleep(recovers)
    owner = worker.line_owners[0] = LineOwner(
        0, plan, Routes(sources=1, partials=1, callers=1), end=0
    )
    worker.app.consumer.taken_over = True
    while True:
        hear(owner, plan, now() if behind is None else begun - int(behind) * SECOND)
        await asyncio.sleep(1)


if __name__ == "__main__":
    asyncio.run(serve())
