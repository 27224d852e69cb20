"""The calls of a simulated city: the talk with an agent, and what comes after the call."""

from math import log
from typing import Final

from streams.domain.instants import SECOND
from streams.simulation.queueing import OVER, Caller, Return, WrapUp
from streams.simulation.shifts import URGENT, Shifts
from streams.simulation.truth import ContactTruth

_ATTEMPTS: Final = 3
"""Calls in vain after which a caller gives up for good."""

_GOODBYE: Final = 2.0
"""Seconds in which the first line says that it sends a form to the second, and goodbye."""


class Talks(Shifts):
    """What happens from the answer on.

    Attributes:
        over: the contacts that ended; the caller of ``run`` clears them.
    """

    over: list[ContactTruth]

    def _begin(self, at: int, who: Return) -> None:
        """A call begins."""
        raise NotImplementedError

    def _enter(self, at: int, caller: Caller) -> None:
        """The caller enters the queue of their line."""
        raise NotImplementedError

    # With an agent

    def _answer(self, at: int, caller: Caller) -> None:
        caller.answered = at
        caller.chapter += 1
        self._emit.answered(at, caller)
        line, behaviour = caller.line, self._behaviour
        draw = line.random
        spread = behaviour.talk_spread
        talk = draw.lognormvariate(log(line.talk) - spread**2 / 2, spread)
        if line.terms.tier == 1 and line is not caller.wanted:
            if caller.wanted.open:
                caller.to = caller.wanted
                self._after(at, 15 + 30 * draw.random(), self._transfer, caller)
                return
        elif line.terms.tier == 1 and self._second and draw.random() < behaviour.second_line:
            to = draw.choice(self._second)
            permanence = to.terms.permanence
            if permanence == "none" or (
                to.open and (permanence == "always" or draw.random() < URGENT)
            ):
                caller.to = to
                self._after(at, talk / 2, self._transfer, caller)
                return
        self._after(at, talk, self._say_goodbye, caller)

    def _transfer(self, at: int, caller: Caller) -> None:
        self._emit.left(at, caller, "transfer", caller.to)
        caller.leave(at, "answered")
        self._wrap_up(at, caller)
        caller.arrive(at, caller.to)
        caller.chapter += 1
        if caller.to.terms.permanence == "none":
            caller.leave(at, "form")
            self._after(at, _GOODBYE, self._hang_up_after_message, caller)
        else:
            self._after(at, 0.8, self._enter, caller)

    def _say_goodbye(self, at: int, caller: Caller) -> None:
        caller.leave(at, "answered")
        by = "caller" if caller.line.random.random() < 0.7 else "agent"
        self._emit.hangup(at, caller, "normal", by)
        self._wrap_up(at, caller)
        self._end(at, caller)

    def _wrap_up(self, at: int, caller: Caller) -> None:
        seconds = caller.line.random.expovariate(1 / self._behaviour.wrap_up)
        self._after(at, seconds, self._free, WrapUp(caller.line, caller.agent))

    def _free(self, at: int, done: WrapUp) -> None:
        done.line.free(done.agent)
        self._ring(at, done.line)

    # After the call

    def _hang_up_after_message(self, at: int, caller: Caller) -> None:
        self._emit.hangup(at, caller, "normal", "caller")
        self._end(at, caller)

    def _call_again(self, at: int, caller: Caller) -> None:
        draw = caller.wanted.random
        if caller.attempt < _ATTEMPTS and draw.random() < self._behaviour.again:
            again = Return(caller.wanted, caller.pseudonym, caller.attempt + 1, False)
            self._return(at, 60 + draw.expovariate(1 / 900), again)

    def _return(self, at: int, seconds: float, who: Return) -> None:
        if at + seconds * SECOND < self._until:
            self._after(at, seconds, self._begin, who)

    def _end(self, at: int, caller: Caller, outcome: str = "contacts_with_visit") -> None:
        caller.chapter = OVER
        self._open -= 1
        if caller.visits:
            outcome = "contacts_with_visit"
        self.over.append(
            ContactTruth(
                caller.call_id,
                caller.pseudonym,
                caller.wanted.id,
                caller.begun,
                at,
                outcome,
                tuple(caller.visits),
                caller.silent,
            )
        )
