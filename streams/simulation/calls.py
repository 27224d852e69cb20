"""The calls of a simulated city, from the first ring through the menu and the queue.

`talks` is the chapter after it: with an agent, and after the call.
"""

import hashlib
from collections import deque
from math import log
from random import Random
from typing import Final

from streams.domain.instants import SECOND
from streams.simulation.queueing import Caller, Line, Return
from streams.simulation.scenario import Run
from streams.simulation.shifts import MESSAGE
from streams.simulation.talks import Talks

_LATELY: Final = 2_000
"""The latest callers; some of them call again about something else."""

_MENU_SPREAD: Final = 0.4


class Calls(Talks):
    """What happens in one run.

    Attributes:
        emitted: the events; the caller of ``run`` clears them.
    """

    def __init__(self, run: Run) -> None:
        self._random = Random(f"{run.seed} city")
        self._name = f"{run.seed:x}-{run.start // SECOND:x}"
        self._key = f"{run.seed} {run.start}".encode()
        self._begun = 0
        self._lately: deque[str] = deque(maxlen=_LATELY)
        self._menu_mean = log(run.behaviour.menu) - _MENU_SPREAD**2 / 2
        self._languages = run.plan.entries.city.languages
        super().__init__(run)
        self.emitted = self._emit.emitted
        self.over = []

    # Before the queue

    def _call(self, at: int, line: Line) -> None:
        self._expect(at, line)
        self._begin(at, Return(line, self._somebody(), 0, False))

    def _somebody(self) -> str | None:
        chance = self._random.random()
        if chance < self._behaviour.withheld:
            return None
        if chance < self._behaviour.withheld + self._behaviour.known and self._lately:
            return self._random.choice(self._lately)
        who = str(self._begun).encode()
        pseudonym = hashlib.blake2b(who, key=self._key, digest_size=16).hexdigest()
        self._lately.append(pseudonym)
        return pseudonym

    def _begin(self, at: int, who: Return) -> None:
        self._begun += 1
        self._open += 1
        caller = Caller(f"{self._name}-{self._begun}", who.pseudonym, who.line, at)
        caller.attempt, caller.promised = who.attempt, who.promised
        draw = self._random
        language = draw.choice(self._languages) if self._languages else None
        entry = "callback" if who.promised else "main"
        self._emit.start(at, caller, entry, language)
        if who.promised:
            self._after(at, draw.random(), self._enter_as_promised, caller)
        elif self._open > self._trunks:
            self._after(at, 1, self._hear_busy, caller)
        elif not any(line.open for line in self._first) and draw.random() < 0.6:
            self._after(at, MESSAGE, self._hear_closed, caller)
        else:
            seconds = draw.lognormvariate(self._menu_mean, _MENU_SPREAD)
            if draw.random() < self._behaviour.menu_hangup:
                self._after(at, seconds * draw.random(), self._give_up_in_menu, caller)
            else:
                self._after(at, seconds, self._choose, caller)

    def _hear_busy(self, at: int, caller: Caller) -> None:
        self._emit.hangup(at, caller, "busy", "system")
        self._call_again(at, caller)
        self._end(at, caller, "entrance_blocked")

    def _hear_closed(self, at: int, caller: Caller) -> None:
        if caller.visit > len(caller.visits):
            caller.leave(at, "closed")
        self._emit.hangup(at, caller, "closed", "system")
        self._end(at, caller, "entrance_closed")

    def _give_up_in_menu(self, at: int, caller: Caller) -> None:
        self._emit.hangup(at, caller, "normal", "caller")
        self._end(at, caller, "abandoned_in_menu")

    def _choose(self, at: int, caller: Caller) -> None:
        draw, line = caller.wanted.random, caller.wanted
        if draw.random() < self._behaviour.wrong_choice:
            line = draw.choice(self._first)
        caller.arrive(at, line)
        self._emit.choice(at, caller, line)
        if not line.open:
            self._after(at, MESSAGE, self._hear_closed, caller)
        elif draw.random() < self._behaviour.before_queue:
            self._after(at, 4 * draw.random(), self._give_up_before_queue, caller)
        else:
            self._after(at, draw.random(), self._enter, caller)

    def _give_up_before_queue(self, at: int, caller: Caller) -> None:
        caller.leave(at, "left_before_queue")
        self._emit.hangup(at, caller, "normal", "caller")
        self._end(at, caller)

    # In the queue

    def _enter_as_promised(self, at: int, caller: Caller) -> None:
        """A caller who is called back makes no choice: the visit begins in the queue."""
        if not caller.wanted.open:
            self._hear_closed(at, caller)
            return
        caller.arrive(at, caller.wanted)
        self._enter(at, caller)

    def _enter(self, at: int, caller: Caller) -> None:
        line, behaviour = caller.line, self._behaviour
        if not line.open:
            self._after(at, MESSAGE, self._hear_closed, caller)
            return
        caller.entered = at
        self._emit.entered(at, caller)
        if line.waiting >= behaviour.longest_queue * max(1, self._scale):
            self._emit.left(at, caller, "full")
            caller.leave(at, "blocked")
            self._after(at, MESSAGE, self._hear_full, caller)
            return
        caller.chapter += 1
        caller.waiting = True
        line.waiting += 1
        line.queue.append(caller)
        self._ring(at, line)
        if caller.waiting and not caller.promised:
            self._wait(at, caller)

    def _wait(self, at: int, caller: Caller) -> None:
        """Plans what the caller does unless answered before: whichever comes first."""
        draw, behaviour = caller.line.random, self._behaviour
        seconds, action = draw.expovariate(1 / behaviour.patience), self._abandon
        chance = draw.random()
        if chance < behaviour.callback and caller.pseudonym is not None:
            other, act = 60 + 60 * draw.random(), self._accept_callback
        elif chance < behaviour.callback + behaviour.voicemail:
            other, act = 180.0, self._leave_message
        elif chance < behaviour.callback + behaviour.voicemail + behaviour.error:
            other, act = 120 * draw.random(), self._break
        else:
            other, act = seconds, action
        if other < seconds:
            seconds, action = other, act
        self._after(at, seconds, action, caller)
        if seconds > behaviour.lap:
            self._after(at, behaviour.lap, self._overflow, caller)

    def _abandon(self, at: int, caller: Caller) -> None:
        assert caller.entered is not None, "only who entered a queue can leave it"
        terms = self._plan.terms(caller.line.id, caller.visit_begun)
        short = terms is not None and at - caller.entered <= terms.contract.short_limit
        self._stop_waiting(caller)
        caller.leave(at, "short_abandoned" if short else "abandoned")
        self._emit.hangup(at, caller, "normal", "caller")
        self._call_again(at, caller)
        self._end(at, caller)

    def _overflow(self, at: int, caller: Caller) -> None:
        """The caller goes round the queue once more, and keeps the position in it."""
        self._emit.left(at, caller, "overflow")
        self._emit.entered(at, caller)
        self._after(at, self._behaviour.lap, self._overflow, caller)

    def _accept_callback(self, at: int, caller: Caller) -> None:
        self._stop_waiting(caller)
        self._emit.left(at, caller, "callback")
        caller.leave(at, "callback")
        draw = caller.line.random
        if draw.random() < self._behaviour.callback_kept:
            back = Return(caller.line, caller.pseudonym, 0, True)
            self._return(at, 1_800 + 5_400 * draw.random(), back)
        self._after(at, 2, self._hang_up_after_message, caller)

    def _leave_message(self, at: int, caller: Caller) -> None:
        self._stop_waiting(caller)
        self._emit.left(at, caller, "voicemail")
        caller.leave(at, "overflowed")
        self._after(at, 25, self._hang_up_after_message, caller)

    def _break(self, at: int, caller: Caller) -> None:
        self._stop_waiting(caller)
        caller.leave(at, "lost")
        self._emit.hangup(at, caller, "error", "system")
        self._end(at, caller)

    def _hear_full(self, at: int, caller: Caller) -> None:
        self._emit.hangup(at, caller, "busy", "system")
        self._call_again(at, caller)
        self._end(at, caller)
