"""The figures of the other workers, for the live page.

Each worker has the figures of the lines that it owns; who looks at one worker's page wants to
see the city. So a worker asks its peers: the machines that a name in the settings resolves to. In
compose and Kubernetes that is the service's name, which stands for all replicas. A peer that does
not answer at once is left out: its lines then show as having no data.
"""

import asyncio
import time
from contextlib import suppress
from typing import Any, Final

import aiohttp
import orjson

PEER_PATIENCE: Final = 0.8
"""Seconds: figures come once a second, and a peer that takes longer is in trouble."""

ANSWERS_KEPT: Final = 0.9
"""Seconds for which one answer serves every page that asks."""


class Peers:
    """The other workers.

    Args:
        addresses: ``host:port`` separated by commas; a host may stand for several machines.
    """

    def __init__(self, addresses: str) -> None:
        self._addresses = [each.strip() for each in addresses.split(",") if each.strip()]
        self._asked = -ANSWERS_KEPT
        self._answers: list[dict[str, Any]] = []
        self._asking = asyncio.Lock()

    async def figures(self) -> list[dict[str, Any]]:
        """What each peer shows of its own lines; this worker itself may be among them."""
        async with self._asking:
            if self._addresses and time.monotonic() - self._asked >= ANSWERS_KEPT:
                self._answers = await self._ask()
                self._asked = time.monotonic()
        return self._answers

    async def _ask(self) -> list[dict[str, Any]]:
        found = await asyncio.gather(*map(_resolved, self._addresses))
        hosts = {host for each in found for host in each}
        timeout = aiohttp.ClientTimeout(total=PEER_PATIENCE)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            answers = await asyncio.gather(*(_own_figures(session, host) for host in sorted(hosts)))
        return [answer for answer in answers if answer is not None]


async def _resolved(address: str) -> list[str]:
    """Every machine that an address stands for; none while it resolves to none."""
    host, _, port = address.rpartition(":")
    with suppress(OSError):
        found = await asyncio.get_running_loop().getaddrinfo(host, int(port))
        machines = {str(to[0]) for *_, to in found}
        return [f"[{each}]:{port}" if ":" in each else f"{each}:{port}" for each in machines]
    return []


async def _own_figures(session: aiohttp.ClientSession, host: str) -> dict[str, Any] | None:
    with suppress(aiohttp.ClientError, TimeoutError, orjson.JSONDecodeError):
        async with session.get(f"http://{host}/figures?own") as answer:
            if answer.status == 200:
                own: dict[str, Any] = orjson.loads(await answer.read())
                return own
    return None
