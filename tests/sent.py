"""A broker that is thought of, for imports: what was written with its position, what goes wrong."""

from __future__ import annotations

from collections.abc import Iterable

from streams.domain.events import Event
from streams.settings import Settings


class Broker:
    """What was written, and what goes wrong next."""

    def __init__(self) -> None:
        self.stored: dict[str, bytes] = {}
        self.events: list[Event] = []
        self.troubles: list[Exception | None] = []

    def trouble(self) -> None:
        if self.troubles and (error := self.troubles.pop(0)) is not None:
            raise error

    def output(self, settings: Settings, source: str) -> Output:
        return Output(self, source)


class Output:
    """In place of ``SourceOutput``."""

    def __init__(self, broker: Broker, source: str) -> None:
        self.broker, self.source = broker, source

    async def __aenter__(self) -> Output:
        self.broker.trouble()
        self.stored = self.broker.stored.get(self.source)
        self.others = {*self.broker.stored} - {self.source}
        return self

    async def __aexit__(self, *_: object) -> None: ...

    async def write(self, events: Iterable[Event], stored: bytes) -> None:
        self.broker.trouble()
        self.broker.events += events
        self.broker.stored[self.source] = self.stored = stored
