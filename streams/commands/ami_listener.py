"""Listens to an Asterisk's manager interface, and puts what it tells into the spool."""

import threading
from collections.abc import Callable, Iterator
from typing import Final

import msgspec
from msgspec import Struct

from streams.commands.common import say, wall
from streams.domain.instants import SECOND
from streams.engine.failures import in_words
from streams.sources.ami_client import ManagerAwayError, ManagerRefusedError
from streams.sources.ami_events import MISSED, NAMES, is_of_use
from streams.sources.ami_messages import Message
from streams.sources.spool import NEARLY, Spool

_WAITS: Final = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds before Asterisk is tried again: what it tells meanwhile is lost, so soon at first."""


class Entry(Struct):
    """An event in the spool, and when it came."""

    at: int
    message: Message


class Listener:
    """Listens to Asterisk, and puts what it tells into the spool.

    Args:
        connect: gives events as they come (``ami_client.connect``); is given what says to stop.

    Attributes:
        refused: why nobody listens any more, as Asterisk does not let this user in; empty while it
            goes on.
    """

    def __init__(
        self, spool: Spool, connect: Callable[[Callable[[], bool]], Iterator[Message]]
    ) -> None:
        self._spool = spool
        self._connect = connect
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="asterisk", daemon=True)
        self._nearly = False
        self._lost = 0
        self._since = 0
        self.refused = ""

    def start(self) -> None:
        """Begins to listen, in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Ends; what was told is in the spool."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        tries, said = 0, ""
        self._put({"event": MISSED})
        while not self._stopped.is_set():
            try:
                for message in self._connect(self._stopped.is_set):
                    if not message:  # the login is done
                        self._say_gap(said)
                        tries, said = 0, ""
                    elif is_of_use(message):
                        self._put(message)
                return
            except ManagerRefusedError as error:
                self.refused = str(error)
                return
            except ManagerAwayError as error:
                if not said:
                    self._since = wall()
                    self._put({"event": MISSED})
                if said != (said := str(error)):
                    say(f"{said}; it is tried again")
            except Exception as error:  # whatever it is: nobody else would hear of it
                self.refused = f"listening to Asterisk has failed: {in_words(error)}"
                return
            self._stopped.wait(_WAITS[min(tries, len(_WAITS) - 1)])
            tries += 1

    def _say_gap(self, said: str) -> None:
        if said:
            seconds = (wall() - self._since) // SECOND
            say(
                f"Asterisk is back after {seconds} s; what it told meanwhile is in its queue_log "
                "alone: import that once with --reconcile, and what both have counts once"
            )

    def _put(self, message: Message) -> None:
        useful = {name: value for name, value in message.items() if name in NAMES}
        taken = self._spool.put(msgspec.json.encode(Entry(wall(), useful)))
        lost = self._spool.lost
        if not taken and (self._lost == 0 or lost >= 2 * self._lost):
            self._lost = lost
            say(
                f"the spool is full, or can't be written: {lost} events are lost; they are in the "
                "queue_log alone: import that with --reconcile once Kafka is back"
            )
        nearly = self._spool.fill >= NEARLY
        if nearly and not self._nearly:
            say(f"the spool is {self._spool.fill:.0%} full: when it is full, events are lost")
        self._nearly = nearly
