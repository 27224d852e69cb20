"""The page of metrics, written beside the worker's other work.

The client library writes the page of a thousand lines in seconds, and all that time nothing else is
done: no event is read, no heartbeat sent. Here the figures' series are kept as text and only what
has changed is written (``series_text``), everything else by the library, in parts. The page is the
library's byte for byte, in whichever format was asked for. After every stretch of work others get
their turn.
"""

import asyncio
from functools import partial
from time import perf_counter
from typing import Final

from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import CollectorRegistry

from streams.sinks.exposition import Encode, Families, parts, written
from streams.sinks.prometheus import ShownScopes
from streams.sinks.series_text import SeriesText

STRETCH: Final = 0.01
"""Seconds of work between two turns of others. A scope needs a tenth of a millisecond."""

FORMATS_KEPT: Final = 2
"""Formats whose page is kept: usually everybody asks for the same."""

_Format = tuple[object, object]


class MetricsPage:
    """Writes the page.

    Args:
        scopes: the lines, vendors and the city, whose figures are on the page.
        others: everything else that is on the page.
    """

    def __init__(self, scopes: ShownScopes, others: CollectorRegistry) -> None:
        self._scopes = scopes
        self._others = others
        self._formats: dict[_Format, SeriesText] = {}
        self._writing: dict[_Format, asyncio.Task[bytes]] = {}

    async def answer(self, accept: str) -> tuple[bytes, str]:
        """The page and its content type, in the format that the client asks for in ``Accept``.
        Who asks while it is being written gets the same."""
        encode, content_type = choose_encoder(accept)
        asked: _Format = encode, ""
        if isinstance(encode, partial):
            # The version of OpenMetrics changes nothing but native histograms, and we have none.
            asked = encode.func, encode.keywords["escaping"]
        task = self._writing.get(asked)
        if task is None:
            task = self._writing[asked] = asyncio.create_task(self._write(asked, encode))
            task.add_done_callback(lambda _: self._writing.pop(asked))
        # A client that hangs up does not cancel it for the others.
        return await asyncio.shield(task), content_type

    async def _write(self, asked: _Format, encode: Encode) -> bytes:
        series = self._formats.pop(asked, None) or SeriesText(encode)
        self._formats[asked] = series  # the newest last
        if len(self._formats) > FORMATS_KEPT:
            del self._formats[next(iter(self._formats))]
        pieces = []
        turn = perf_counter()
        for piece in series.write(self._scopes):
            pieces.append(piece)
            turn = await _others_turn(turn)
        for part in parts(self._others):
            pieces.append(written(encode, part))
            turn = await _others_turn(turn)
        return b"".join([*pieces, encode(Families())])


async def _others_turn(since: float) -> float:
    """Lets others work if it is time; when the next stretch began."""
    if perf_counter() - since < STRETCH:
        return since
    await asyncio.sleep(0)
    return perf_counter()
