"""A receiver of alerts that shows what arrives: the last step to somebody's telephone.

A worker posts to it as to an Alertmanager (API v2), and it shows each alert as Alertmanager's
message would be read, once when it comes and once when it is over. It listens on this machine
alone, groups nothing and silences nothing: it shows the path, and is no Alertmanager.
"""

import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec
from aiohttp import web

from streams.domain import instants
from streams.domain.instants import SECOND
from streams.domain.plan import Plan
from streams.sinks import notification
from streams.sinks.annotations import PAGE
from streams.sinks.live_table import clock

HOST: Final = "127.0.0.1"

_MOST_SHOWN: Final = 10_000
"""Alerts that are remembered as shown; a demo has a dozen, and no flood may fill the memory."""

_INDENT: Final = 10 * " "  # as below every happening


class Posted(msgspec.Struct, frozen=True, rename="camel"):
    """One alert as it is posted."""

    labels: dict[str, str]
    annotations: dict[str, str] = {}
    ends_at: str = ""


_decoder: Final = msgspec.json.Decoder(list[Posted])


class AlertReceiver:
    """Listens, and keeps what is to be shown until somebody asks.

    Args:
        plan: whom pages go to.
        language: in which it is shown.
        shown: the clock by which it is said when something came.
        now: the machine's clock, which the posted instants are of.
    """

    def __init__(
        self,
        plan: Plan,
        language: str,
        shown: Callable[[], int],
        now: Callable[[], int] = lambda: time.time_ns() // 1_000,
    ) -> None:
        self._plan = plan
        self._language = language
        self._clock = shown
        self._now = now
        self._firing: dict[tuple[tuple[str, str], ...], str] = {}
        self._shown: deque[str] = deque(maxlen=_MOST_SHOWN)
        self._runner: web.AppRunner | None = None

    async def start(self) -> str:
        """Listens on a free port; gives the address."""
        app = web.Application()
        app.router.add_post("/api/v2/alerts", self._posted)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, 0).start()
        _, port, *_ = self._runner.addresses[0]
        return f"http://{HOST}:{port}"

    async def stop(self) -> None:
        """Listens no more."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _posted(self, request: web.Request) -> web.Response:
        try:
            self.receive(await request.read())
        except (msgspec.DecodeError, ValueError) as error:
            return web.Response(status=400, text=f"not a list of alerts: {error}")
        return web.Response()

    def receive(self, body: bytes) -> None:
        """Takes what was posted.

        Raises:
            DecodeError, ValueError: it is no list of alerts; nothing of it is taken.
        """
        posted = _decoder.decode(body)
        ends = [instants.parse(each.ends_at) if each.ends_at else None for each in posted]
        for alert, end in zip(posted, ends, strict=True):
            key = tuple(sorted(alert.labels.items()))
            subject = notification.subject(alert.annotations, self._language)
            if end is not None and end <= self._now():
                if self._firing.pop(key, None) is not None:
                    self._shown.append(self._headed(subject, alert.labels))
            elif key not in self._firing and len(self._firing) < _MOST_SHOWN:
                self._firing[key] = subject
                self._shown.append(self._headed(subject, alert.labels))
                for line in notification.lines(alert.annotations, self._language):
                    self._shown.append(_INDENT + line)

    def arrived(self) -> list[str]:
        """What has come since this was asked last, line by line."""
        found = [*self._shown]
        self._shown.clear()
        return found

    def _headed(self, subject: str, labels: Mapping[str, Any]) -> str:
        """With the time, and whom it goes to."""
        severity = labels.get("severity", "")
        vendor = self._plan.vendor(labels.get("vendor", ""))
        to = vendor.receiver if vendor is not None and severity == PAGE else f"{severity}s"
        return f"{clock(self._clock() / SECOND, self._plan)}  {severity} to {to}: {subject}"
