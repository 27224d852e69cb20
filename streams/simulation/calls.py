"""The calls of a simulated city: what callers do, one thing after the other."""

import hashlib
from collections import deque
from math import log
from random import Random
from typing import Final

from streams.domain.instants import SECOND
from streams.domain.plan import Plan
from streams.simulation.callers import People
from streams.simulation.lines import MESSAGE, URGENT, Lines
from streams.simulation.queueing import OVER, Caller, Desk, Return, WrapUp
from streams.simulation.scenario import Scenario
from streams.simulation.truth import Told

_LATELY: Final = 2_000
"""Callers among whom somebody calls about something else."""

_ATTEMPTS: Final = 3
"""Calls in vain after which somebody gives up for good."""

_MENU_SPREAD: Final = 0.4

_GOODBYE: Final = 2.0
"""Seconds in which the first line says that a form goes to the desk, and goodbye."""


class Calls(Lines):
    """What happens in one run.

    Attributes:
        told: the events, and ``over``: the contacts that ended; whoever runs it takes them out.
    """

    def __init__(
        self,
        plan: Plan,
        seed: int,
        scenario: Scenario,
        start: int,
        until: int,
        people: People,
        scale: float,
    ) -> None:
        self._random = Random(f"{seed} city")
        self._name = f"{seed:x}-{start // SECOND:x}"
        self._key = f"{seed} {start}".encode()
        self._begun = 0
        self._lately: deque[str] = deque(maxlen=_LATELY)
        self._menu_mean = log(people.menu) - _MENU_SPREAD**2 / 2
        self._languages = plan.entries.city.languages
        super().__init__(plan, seed, scenario, start, until, people, scale)
        self.told = self._telling.told
        self.over: list[Told] = []

    # Callers, before the queue

    def _call(self, at: int, desk: Desk) -> None:
        self._expect(at, desk)
        self._begin(at, Return(desk, self._somebody(), 0, False))

    def _somebody(self) -> str | None:
        chance = self._random.random()
        if chance < self._people.withheld:
            return None
        if chance < self._people.withheld + self._people.known and self._lately:
            return self._random.choice(self._lately)
        who = str(self._begun).encode()
        pseudonym = hashlib.blake2b(who, key=self._key, digest_size=16).hexdigest()
        self._lately.append(pseudonym)
        return pseudonym

    def _begin(self, at: int, who: Return) -> None:
        self._begun += 1
        self._open += 1
        caller = Caller(f"{self._name}-{self._begun}", who.caller, who.desk, at)
        caller.attempt, caller.promised = who.attempt, who.promised
        draw = self._random
        language = draw.choice(self._languages) if self._languages else None
        entry = "callback" if who.promised else "main"
        self._telling.start(at, caller, entry, language)
        if who.promised:
            self._after(at, draw.random(), self._enter_as_promised, caller)
        elif self._open > self._trunks:
            self._after(at, 1, self._hear_busy, caller)
        elif not any(desk.open for desk in self._first) and draw.random() < 0.6:
            self._after(at, MESSAGE, self._hear_closed, caller)
        else:
            seconds = draw.lognormvariate(self._menu_mean, _MENU_SPREAD)
            if draw.random() < self._people.menu_hangup:
                self._after(at, seconds * draw.random(), self._give_up_in_menu, caller)
            else:
                self._after(at, seconds, self._choose, caller)

    def _hear_busy(self, at: int, caller: Caller) -> None:
        self._telling.hangup(at, caller, "busy", "system")
        self._call_again(at, caller)
        self._end(at, caller, "entrance_blocked")

    def _hear_closed(self, at: int, caller: Caller) -> None:
        if caller.number > len(caller.visits):
            caller.leave(at, "closed")
        self._telling.hangup(at, caller, "closed", "system")
        self._end(at, caller, "entrance_closed")

    def _give_up_in_menu(self, at: int, caller: Caller) -> None:
        self._telling.hangup(at, caller, "normal", "caller")
        self._end(at, caller, "abandoned_in_menu")

    def _choose(self, at: int, caller: Caller) -> None:
        draw, desk = caller.wanted.random, caller.wanted
        if draw.random() < self._people.wrong_choice:
            desk = draw.choice(self._first)
        caller.arrive(at, desk)
        self._telling.choice(at, caller, desk)
        if not desk.open:
            self._after(at, MESSAGE, self._hear_closed, caller)
        elif draw.random() < self._people.before_queue:
            self._after(at, 4 * draw.random(), self._give_up_before_queue, caller)
        else:
            self._after(at, draw.random(), self._enter, caller)

    def _give_up_before_queue(self, at: int, caller: Caller) -> None:
        caller.leave(at, "left_before_queue")
        self._telling.hangup(at, caller, "normal", "caller")
        self._end(at, caller)

    # Callers, in the queue

    def _enter_as_promised(self, at: int, caller: Caller) -> None:
        """Who is called back makes no choice: the visit begins in the queue."""
        if not caller.wanted.open:
            self._hear_closed(at, caller)
            return
        caller.arrive(at, caller.wanted)
        self._enter(at, caller)

    def _enter(self, at: int, caller: Caller) -> None:
        desk, people = caller.desk, self._people
        if not desk.open:
            self._after(at, MESSAGE, self._hear_closed, caller)
            return
        caller.entered = at
        self._telling.entered(at, caller)
        if desk.waiting >= people.longest_queue * max(1, self._scale):
            self._telling.left(at, caller, "full")
            caller.leave(at, "blocked")
            self._after(at, MESSAGE, self._hear_full, caller)
            return
        caller.chapter += 1
        caller.waiting = True
        desk.waiting += 1
        desk.queue.append(caller)
        self._ring(at, desk)
        if caller.waiting and not caller.promised:
            self._wait(at, caller)

    def _wait(self, at: int, caller: Caller) -> None:
        """What the caller will do unless answered before: the first of what they might."""
        draw, people = caller.desk.random, self._people
        seconds, action = draw.expovariate(1 / people.patience), self._abandon
        chance = draw.random()
        if chance < people.callback and caller.caller is not None:
            other, act = 60 + 60 * draw.random(), self._accept_callback
        elif chance < people.callback + people.voicemail:
            other, act = 180.0, self._leave_message
        elif chance < people.callback + people.voicemail + people.error:
            other, act = 120 * draw.random(), self._break
        else:
            other, act = seconds, action
        if other < seconds:
            seconds, action = other, act
        self._after(at, seconds, action, caller)
        if seconds > people.lap:
            self._after(at, people.lap, self._overflow, caller)

    def _abandon(self, at: int, caller: Caller) -> None:
        assert caller.entered is not None, "only who entered a queue can leave it"
        terms = self._plan.terms(caller.desk.line, caller.visit_begun)
        short = terms is not None and at - caller.entered <= terms.contract.short_limit
        self._stop_waiting(caller)
        caller.leave(at, "short_abandoned" if short else "abandoned")
        self._telling.hangup(at, caller, "normal", "caller")
        self._call_again(at, caller)
        self._end(at, caller)

    def _overflow(self, at: int, caller: Caller) -> None:
        """Round the queue once more, in the same place."""
        self._telling.left(at, caller, "overflow")
        self._telling.entered(at, caller)
        self._after(at, self._people.lap, self._overflow, caller)

    def _accept_callback(self, at: int, caller: Caller) -> None:
        self._stop_waiting(caller)
        self._telling.left(at, caller, "callback")
        caller.leave(at, "callback")
        draw = caller.desk.random
        if draw.random() < self._people.callback_kept:
            back = Return(caller.desk, caller.caller, 0, True)
            self._return(at, 1_800 + 5_400 * draw.random(), back)
        self._after(at, 2, self._hang_up_after_message, caller)

    def _leave_message(self, at: int, caller: Caller) -> None:
        self._stop_waiting(caller)
        self._telling.left(at, caller, "voicemail")
        caller.leave(at, "overflowed")
        self._after(at, 25, self._hang_up_after_message, caller)

    def _break(self, at: int, caller: Caller) -> None:
        self._stop_waiting(caller)
        caller.leave(at, "lost")
        self._telling.hangup(at, caller, "error", "system")
        self._end(at, caller)

    def _hear_full(self, at: int, caller: Caller) -> None:
        self._telling.hangup(at, caller, "busy", "system")
        self._call_again(at, caller)
        self._end(at, caller)

    def _hang_up_after_message(self, at: int, caller: Caller) -> None:
        self._telling.hangup(at, caller, "normal", "caller")
        self._end(at, caller)

    # Callers, with an agent

    def _answer(self, at: int, caller: Caller) -> None:
        caller.answered = at
        caller.chapter += 1
        self._telling.answered(at, caller)
        desk, people = caller.desk, self._people
        draw = desk.random
        spread = people.talk_spread
        talk = draw.lognormvariate(log(desk.talk) - spread**2 / 2, spread)
        if desk.terms.tier == 1 and desk is not caller.wanted:
            if caller.wanted.open:
                caller.to = caller.wanted
                self._after(at, 15 + 30 * draw.random(), self._transfer, caller)
                return
        elif desk.terms.tier == 1 and self._second and draw.random() < people.second_line:
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
        self._telling.left(at, caller, "transfer", caller.to)
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
        by = "caller" if caller.desk.random.random() < 0.7 else "agent"
        self._telling.hangup(at, caller, "normal", by)
        self._wrap_up(at, caller)
        self._end(at, caller)

    def _wrap_up(self, at: int, caller: Caller) -> None:
        seconds = caller.desk.random.expovariate(1 / self._people.wrap_up)
        self._after(at, seconds, self._free, WrapUp(caller.desk, caller.agent))

    def _free(self, at: int, done: WrapUp) -> None:
        done.desk.free(done.agent)
        self._ring(at, done.desk)

    # Callers, afterwards

    def _call_again(self, at: int, caller: Caller) -> None:
        draw = caller.wanted.random
        if caller.attempt < _ATTEMPTS and draw.random() < self._people.again:
            again = Return(caller.wanted, caller.caller, caller.attempt + 1, False)
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
            Told(
                caller.call_id,
                caller.caller,
                caller.wanted.line,
                caller.begun,
                at,
                outcome,
                tuple(caller.visits),
                caller.silent,
            )
        )
