"""The stream's alerts on their way to Alertmanager, by its API v2.

Alertmanager keeps an alert only as long as it is sent: one that nobody re-sends ends by itself.
So the owner of a line posts all that is open every minute, to every Alertmanager (they agree among
themselves who notifies), and what is resolved until each has heard of it. An alert's labels are the
same from any worker and after any crash, so that Alertmanager sees one alert and sends one page.

Each Alertmanager has a task of its own: one that hangs does not keep the others waiting. Rounds go
out with nothing open, too, so that an Alertmanager that is down is noticed before it is needed.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import aiohttp
from yarl import URL

from streams.domain.detector import Alert
from streams.domain.plan import Plan
from streams.sinks.alert_bodies import LASTS, bodies
from streams.sinks.links import Links

EVERY: Final = 60.0
"""Seconds between rounds."""

RETRY: Final = 5.0
"""Seconds to the next round after one that failed: an alert that could not be sent is urgent."""

TIMEOUT: Final = 10.0
"""Seconds that an Alertmanager may need. It answers in milliseconds, or is in trouble."""

_log = logging.getLogger(__name__)

Post = Callable[[URL, Sequence[Mapping[str, Any]]], Awaitable[None]]
"""Posts alerts to an address; raises an error of aiohttp's or ``TimeoutError`` when they were not
accepted."""


class AddressError(ValueError):
    """What is no address of an Alertmanager; the message says so, without credentials."""


def addresses(text: str) -> list[str]:
    """The addresses of Alertmanagers, which commas stand between.

    Raises:
        AddressError: one of them is none.
    """
    found = [each.strip() for each in text.split(",") if each.strip()]
    for address in found:
        _url(address)
    return found


def _url(address: str) -> URL:
    shown = address.rpartition("@")[2]  # without a name and password
    wrong = AddressError(f"{shown} is no address of an Alertmanager: write http://HOST:PORT")
    try:
        url = URL(address)
    except ValueError:
        raise wrong from None
    if url.scheme not in ("http", "https") or not url.host:
        raise wrong
    return url


class Peer:
    """One Alertmanager, and how the rounds to it go.

    Attributes:
        name: host and port, as it is known in metrics; no credentials.
        rounds: rounds that it accepted.
        failures: rounds that it didn't.
        delivered: alerts in the rounds that it accepted.
        last_success: when it last accepted a round; None before the first.
        last_error: why it did not accept the latest round; empty when it did.
    """

    def __init__(self, address: str) -> None:
        url = _url(address)
        self.url = url / "api" / "v2" / "alerts"
        self.name = f"{url.host}:{url.port}"
        self.rounds = self.failures = self.delivered = 0
        self.last_success: int | None = None
        self.last_error = ""
        self.wake = asyncio.Event()
        self.resolved: dict[str, tuple[Alert, int]] = {}  # still to be sent, and since when

    @property
    def up(self) -> bool:
        """Whether it accepted the latest round; True before the first."""
        return not self.last_error


class Alertmanagers:
    """Keeps every Alertmanager informed of the alerts of the lines that this worker owns.

    Args:
        addresses: of each Alertmanager, such as ``http://alertmanager:9093``.
        plan: names and vendors of the lines.
        links: where runbooks and dashboards are.
        post: how alerts are posted; by default over HTTP.
        clock: the present instant.
        certain: whether the lines are this worker's without doubt. One that was frozen may have
            lost them, and must not revive what its successor has ended.
        machine: when, by the machine's clock, ``clock`` shows an instant.
    """

    def __init__(
        self,
        addresses: Iterable[str],
        plan: Plan,
        links: Links | None = None,
        post: Post | None = None,
        clock: Callable[[], int] = lambda: time.time_ns() // 1_000,
        certain: Callable[[], bool] = lambda: True,
        machine: Callable[[int], int] = lambda shown: shown,
    ) -> None:
        self.peers = [Peer(address) for address in addresses]
        self._plan = plan
        self._links = links or Links()
        self._post = post
        self._clock = clock
        self._certain = certain
        self._machine = machine
        self._open: dict[str, Alert] = {}

    @property
    def open(self) -> int:
        """Alerts that are open."""
        return len(self._open)

    @property
    def failing(self) -> bool:
        """Whether no Alertmanager accepted its latest round: alerts reach nobody from here."""
        return bool(self.peers) and not any(peer.up for peer in self.peers)

    def send(self, alert: Alert) -> None:
        """Sends an alert that opened, changed, was resolved, or came with a line that is now owned.

        What opens or ends goes out at once, and what is to wake somebody after all; new numbers go
        with the next round.
        """
        known = self._open.get(alert.id)
        if alert.resolved_at is None:
            self._open[alert.id] = alert
            if known is not None:
                if known.severity == alert.severity:
                    return
                self._end_as(known)
        else:
            self._open.pop(alert.id, None)
        for peer in self.peers:
            if alert.resolved_at is None:
                peer.resolved.pop(alert.id, None)
            else:
                peer.resolved[alert.id] = alert, self._clock()
            peer.wake.set()

    def _end_as(self, known: Alert) -> None:
        """What wakes somebody after all is another alert to Alertmanager: the one that woke nobody
        ends there."""
        now = self._clock()
        for peer in self.peers:
            peer.resolved[f"{known.id} {known.severity}"] = replace(known, resolved_at=now), now

    def release(self) -> None:
        """Sends nothing more about any line: their next owner goes on with their alerts, and with
        those that have ended lately, which an Alertmanager may not have heard of."""
        self._open = {}
        for peer in self.peers:
            peer.resolved = {}

    async def run(self) -> None:
        """Sends rounds until it is cancelled."""
        if self._post is not None:
            await self._run(self._post)
            return
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(TIMEOUT)) as session:
            await self._run(_over(session))

    async def _run(self, post: Post) -> None:
        async with asyncio.TaskGroup() as tasks:
            for peer in self.peers:
                tasks.create_task(self._keep_informed(peer, post))

    async def _keep_informed(self, peer: Peer, post: Post) -> None:
        while True:
            peer.wake.clear()
            await self.round(peer, post)
            try:
                async with asyncio.timeout(EVERY if peer.up and self._certain() else RETRY):
                    await peer.wake.wait()
            except TimeoutError:
                continue
            if not peer.up:
                # Something new is no reason to knock more often on a door that does not open.
                await asyncio.sleep(RETRY)

    async def round(self, peer: Peer, post: Post) -> None:
        """Posts what is open, and what was resolved since the last round that was accepted."""
        now = self._clock()
        # What ended longer ago than it lasts has ended for the Alertmanager, too.
        peer.resolved = {
            id_: (alert, ended)
            for id_, (alert, ended) in peer.resolved.items()
            if now - ended <= LASTS
        }
        certain = self._certain()
        resolved = dict(peer.resolved) if certain else {}
        open_ = self._open.values() if certain else ()
        sent = [*open_, *(alert for alert, _ in resolved.values())]
        plan, links = self._plan, self._links
        alerts = [each for alert in sent for each in bodies(alert, plan, links, now, self._machine)]
        try:
            await post(peer.url, alerts)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            if peer.up:
                _log.warning("Alertmanager %s accepts no alerts: %s", peer.name, error)
            peer.failures += 1
            peer.last_error = str(error) or type(error).__name__
            return
        if not peer.up:
            _log.info("Alertmanager %s accepts alerts again", peer.name)
        peer.last_error = ""
        peer.rounds += 1
        peer.delivered += len(alerts)
        peer.last_success = now
        for id_, ended in resolved.items():
            if peer.resolved.get(id_) is ended:
                del peer.resolved[id_]


def _over(session: aiohttp.ClientSession) -> Post:
    async def post(url: URL, alerts: Sequence[Mapping[str, Any]]) -> None:
        async with session.post(url, json=alerts) as response:
            if response.status >= 400:
                why = (await response.text())[:200]
                raise aiohttp.ClientError(f"{response.status} {response.reason}: {why}")

    return post
