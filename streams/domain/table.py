"""The walk itself: where a contact is, and what each event does to it.

The contact is in the menu, on its way to a line, waiting, talking, or away. The methods of
``Table`` that are called as the events are read like the table of the definition; those below them
say what *going on* means, and which visit an event is of. Nothing is judged here.

It is longer than a module should be, because it is one table: each row is read beside the others.
"""

from typing import Any, Final

from streams.domain import walked
from streams.domain.instants import SECOND
from streams.domain.open_visit import OpenVisit
from streams.domain.order import LEG, Events, hangup, in_order
from streams.domain.rows import (
    CALL_START,
    HANGUP,
    LEFT_REASONS,
    MENU_CHOICE,
    QUEUE_ANSWERED,
    QUEUE_ENTERED,
    QUEUE_LEFT,
    QUEUE_RETURNED,
    USUAL_FIELD,
    hangup_reason,
    number,
)
from streams.domain.walked import (
    AWAY,
    EXIT_KEY,
    IN_MENU,
    NO_ROW,
    ON_WAY,
    OTHER_CHOICE,
    OVERFLOW,
    POSITIONS,
    TALKING,
    TRANSFER,
    WAITING,
    Step,
    Walk,
    row_of_target,
)

TAKEN_BACK_WITHIN: Final = 30 * SECOND
"""Who is sent back into the queue of the same line as soon as this was not answered."""

_GOES_ON: Final = frozenset({OVERFLOW, "timeout", EXIT_KEY})


class Table:
    """Walks through one contact.

    Attributes:
        events: the contact's events; ``measured`` says whether the walk may be remembered.
        steps: what each event did.
    """

    def __init__(self, rows: list[Any]) -> None:
        self.events = Events(rows)
        self._begin()

    def _begin(self) -> None:
        self.steps: list[Step] = []
        self._visits: list[OpenVisit] = []
        self._numbered: dict[tuple[str, int], OpenVisit] = {}
        self._where = IN_MENU
        self._at: OpenVisit | None = None
        self._start = NO_ROW
        self._last_choice = NO_ROW
        self._step = 0
        self._plain = True
        self._did: list[str] = []

    def walk(self) -> Walk:
        """Walks through all events, and once more where some stand behind the hangup."""
        events = self.events
        order = in_order(events, events.ties(range(len(events.kinds))), self._here, self._go)
        end = hangup(events, order)
        beyond: list[int] = []
        if end != NO_ROW:
            place = order.index(end)
            before, after = order[:place], order[place + 1 :]
            beyond = [row for row in after if not self._moves(row, end)]
            if after:
                moved = sorted(row for row in after if row not in beyond)
                self._begin()
                order = in_order(events, [[row] for row in before], self._here, self._go)
                order += in_order(events, events.ties(moved), self._here, self._go)
                order.append(end)
                self._go(end)
            self._plain = self._plain and not after
            self.steps[-1] = self.steps[-1]._replace(did=(walked.ENDS,))
            for row in beyond:
                self._go_nowhere(row)
        everything = (*order, *beyond)
        hangups = [row for row in everything if events.is_hangup(row)]
        return Walk(
            tuple(self._closed()),
            start=self._start,
            hangup=end,
            hung_up=None if end == NO_ROW else hangup_reason(events.code(end)),
            position=self._where,
            order=everything,
            after_hangup=len(beyond),
            alone=len(hangups) == len(everything),
            # A hangup that was a leg's ended the contact, until more was known of it; one without
            # its start had begun otherwise.
            plain=self._plain and hangups in ([], [end]) and self._start in (NO_ROW, everything[0]),
        )

    def _moves(self, row: int, end: int) -> bool:
        """Whether an event behind the hangup stands just before it."""
        return (
            self.events.kinds[row] in (MENU_CHOICE, QUEUE_ENTERED)
            and self.events.apart(end, row) <= LEG
        )

    def _closed(self) -> list[OpenVisit]:
        for visit in self._visits:
            if visit.led_to is not None:
                visit.to = self._visits.index(visit.led_to)
            visit.source = visit.led_to = None
        return self._visits

    # The table

    def _go(self, row: int) -> None:
        kind = self.events.kinds[row]
        where, here = self._where, self._at
        self._did = []
        if kind == CALL_START:
            if self._start == NO_ROW:
                self._start = row
                self._did.append(walked.BEGINS)
            else:
                self._did.append(walked.BEGUN_BEFORE)
        elif kind == MENU_CHOICE:
            self._choose(row, self.events.words[row])
        elif kind < HANGUP:
            line_id, told_number = self.events.words[row], number(self.events.code(row))
            if kind == QUEUE_ENTERED:
                self._enter(row, line_id, told_number)
            elif kind == QUEUE_ANSWERED:
                self._answer(row, line_id, told_number)
            elif kind == QUEUE_RETURNED:
                self._return(row, line_id, told_number)
            else:
                self._leave(row, line_id, told_number, kind)
        else:
            self._did.append(walked.OF_A_LEG)
        at_line = NO_ROW if here is None else here.line
        self.steps.append(Step(row, POSITIONS[where], at_line, tuple(self._did)))
        self._step += 1

    def _here(self) -> tuple[int, str]:
        return self._where, "" if self._at is None else self._at.line_id

    def _go_nowhere(self, row: int) -> None:
        at_line = NO_ROW if self._at is None else self._at.line
        self.steps.append(Step(row, POSITIONS[self._where], at_line, (walked.AFTER_HANGUP,)))

    def _choose(self, row: int, line_id: str) -> None:
        here = self._at
        if here is not None and here.line_id == line_id:
            if here.choice == NO_ROW:
                here.choice = row
            self._did.append(walked.CHOSEN_HERE)
        else:
            visit = self._begin_visit(row, line_id, EXIT_KEY, by_choice=True)
            visit.choice = row
            visit.chosen_first = True
            self._stand(ON_WAY, visit)
            self._did.append(walked.CHOSEN)
        self._last_choice = self._step

    def _enter(self, row: int, line_id: str, told_number: int) -> None:
        visit, another = self._named(line_id, told_number, comes_again=True)
        if visit is None and not another:
            visit = self._entered_by(row, line_id, told_number)
        if visit is None:
            visit = self._begin_visit(row, line_id, OVERFLOW)
            visit.wait(row)
            self._stand(WAITING, visit)
            self._did.append(walked.QUEUED)
        elif visit is not self._at:
            if visit.answered != NO_ROW:
                self._take_back(row, visit)
            else:
                self._go_on_with(row, visit)
                visit.wait(row)
                self._stand(WAITING, visit)
                self._did.append(walked.WAITS_AGAIN)
        elif self._where == ON_WAY:
            visit.wait(row)
            self._stand(WAITING, visit)
            self._did.append(walked.QUEUED)
        elif self._where == WAITING:
            visit.entries += 1
            self._did.append(walked.LAP)
        elif visit.entered == NO_ROW:
            visit.enter_late(row)
            self._plain = False
            self._did.append(walked.ENTRY_TOLD_LATE)
        else:
            self._take_back(row, visit)
        self._number(visit, line_id, told_number)

    def _answer(self, row: int, line_id: str, told_number: int) -> None:
        visit, another = self._named(line_id, told_number, comes_again=True)
        if visit is None and not another:
            here = self._at
            if here is not None and here.line_id == line_id and here.may_be(told_number):
                visit = here
            else:
                visit = self._earlier(line_id, told_number)
        if visit is None:
            visit = self._begin_visit(row, line_id, OVERFLOW)
            self._did.append(walked.ANSWERED_WITHOUT_ENTRY)
        elif visit is not self._at:
            self._go_on_with(row, visit)
            visit.wait_on()
            self._did.append(walked.ANSWERED_AFTER_ALL)
        elif self._where == TALKING:
            self._did.append(walked.ANSWERED_BEFORE)
        else:
            self._plain = self._plain and self._where == WAITING
            self._did.append(walked.TALKS)
        visit.talk(row, self._step)
        self._stand(TALKING, visit)
        self._number(visit, line_id, told_number)

    def _return(self, row: int, line_id: str, told_number: int) -> None:
        visit = self._known(line_id, told_number)
        if visit is None:
            self._did.append(walked.NOBODY_TALKS)
            return
        self._number(visit, line_id, told_number)
        if visit is self._at and self._where == ON_WAY:
            visit.queued_until(NO_ROW)
            self._plain = False
            self._stand(WAITING, visit)
            self._did.append(walked.QUEUED_WITHOUT_ENTRY)
        elif visit.answered != NO_ROW and (visit is self._at or visit is self._left_last()):
            self._take_back(row, visit)
        else:
            self._did.append(walked.NOBODY_TALKS)

    def _leave(self, row: int, line_id: str, told_number: int, kind: int) -> None:
        reason = LEFT_REASONS[kind - QUEUE_LEFT]
        target = self.events.told(row, USUAL_FIELD) if reason == TRANSFER else None
        if target == line_id:
            target = None  # no other line
        there = self._at is not None and self._at.line_id == target
        visit = self._known(line_id, told_number)
        if visit is not None and visit is not self._at:
            self._left_before(row, visit, reason, there)
        elif visit is None and there:
            # It is there already: the visit that it left, untold, was before that.
            assert self._at is not None
            visit = OpenVisit(row, line_id, row, self._step)
            self._visits.insert(self._visits.index(self._at), visit)
            self._left_unqueued(row, visit, reason)
            self._at.led_by(visit, row)
            self._plain = False
        else:
            if visit is None:
                visit = self._begin_visit(row, line_id, OVERFLOW)
                self._left_unqueued(row, visit, reason)
            else:
                if self._where == WAITING:
                    visit.end_lap(row)
                elif self._where == ON_WAY:
                    visit.queued_until(row)
                    self._plain = False
                visit.leave(row, self._step, reason, inferred=False)
                self._did.append(walked.LEAVES)
            if target is None:
                self._stand(AWAY, None)
            else:
                to = OpenVisit(row_of_target(row), target, row, self._step)
                self._visits.append(to)
                to.led_by(visit, row)
                self._stand(ON_WAY, to)
        self._number(visit, line_id, told_number)

    def _left_unqueued(self, row: int, visit: OpenVisit, reason: str) -> None:
        visit.queued_until(row)
        visit.leave(row, self._step, reason, inferred=False)
        self._did.append(walked.LEFT_WITHOUT_ENTRY)

    def _left_before(self, row: int, visit: OpenVisit, reason: str, there: bool) -> None:
        """The contact has moved on already from the visit that is now said to be left."""
        if not visit.inferred:
            self._did.append(walked.LEFT_BEFORE)
            return
        self._plain = False
        visit.tell_reason(self._step, reason)
        if there:
            assert self._at is not None
            self._at.led_by(visit, row)
        self._did.append(walked.REASON_TOLD)

    # Going on

    def _begin_visit(
        self, row: int, line_id: str, reason: str, *, by_choice: bool = False
    ) -> OpenVisit:
        """The contact goes on from where it is, and a visit begins: with the transfer, if that is
        how it goes on."""
        source, transfer = self._go_on(row, reason, by_choice=by_choice)
        begun = row if source is None else transfer
        visit = OpenVisit(row, line_id, begun, self._step)
        self._visits.append(visit)
        if source is not None:
            visit.led_by(source, transfer)
        return visit

    def _go_on_with(self, row: int, visit: OpenVisit) -> None:
        """The contact goes on from where it is with a visit that it had before."""
        self._plain = False
        here = self._at
        if here is not None and here.line_id == visit.line_id and self._where == ON_WAY:
            # The number says that it came for the visit that it had: no other was begun.
            self._never_was(here)
            source, transfer = here.source, here.transfer
        else:
            source, transfer = self._go_on(row, OVERFLOW)
        if source is not None and source is not visit:
            visit.led_by(source, transfer)

    def _go_on(
        self, row: int, reason: str, *, by_choice: bool = False
    ) -> tuple[OpenVisit | None, int]:
        """The contact goes on from where it is. Where that is a transfer, returns the visit that it
        leads from, and the event."""
        here = self._at
        if here is None:
            return None, NO_ROW
        if self._where == TALKING:
            here.leave(row, self._step, TRANSFER, inferred=True)
            self._did.append(walked.INFERRED[TRANSFER])
            return here, row
        if self._is_sent():
            # That visit never was, and where it lands is what the transfer began.
            self._never_was(here)
            return here.source, here.transfer
        if self._where == WAITING:
            here.end_lap(row)
        elif by_choice:
            reason = OTHER_CHOICE
        else:
            reason = OVERFLOW
        here.leave(row, self._step, reason, inferred=True)
        self._did.append(walked.INFERRED[reason])
        return None, NO_ROW

    def _never_was(self, visit: OpenVisit) -> None:
        self._visits.remove(visit)
        for other in self._visits:  # several, where one was told to lead where it was already
            if other.led_to is visit:
                other.led_to = None
        self._plain = False
        self._did.append(walked.NEVER_WAS)

    def _take_back(self, row: int, visit: OpenVisit) -> None:
        """The answer is taken back: waiting since the entry, as if nobody had picked up."""
        self._plain = False
        if visit is not self._at:
            self._go_on_with(row, visit)
        visit.take_back(row)
        if self.events.kinds[row] == QUEUE_ENTERED:
            visit.entries += 1
        self._stand(WAITING, visit)
        self._did.append(walked.WAITS_AS_BEFORE)

    def _stand(self, where: int, visit: OpenVisit | None) -> None:
        self._where, self._at = where, visit

    def _is_sent(self) -> bool:
        """Whether the contact is on its way by a transfer."""
        return self._where == ON_WAY and self._at is not None and not self._at.chosen_first

    # Which visit an event is of

    def _named(
        self, line_id: str, told_number: int, *, comes_again: bool
    ) -> tuple[OpenVisit | None, bool]:
        """The visit of this number, and whether the number stands for another one by now: who comes
        to the line again after an answer at another line begins another visit."""
        visit = None if told_number == NO_ROW else self._numbered.get((line_id, told_number))
        if visit is None or not comes_again:
            return visit, False
        another = any(
            other.line_id != line_id
            and other.answered != NO_ROW
            and other.answered_step > visit.begun_step
            for other in self._visits
        )
        return (None, True) if another else (visit, False)

    def _entered_by(self, row: int, line_id: str, told_number: int) -> OpenVisit | None:
        """The visit that an ``entered`` is of, where no number says so; None: a new one."""
        here = self._at
        if here is not None and here.line_id == line_id:
            if self._where != TALKING or here.entered == NO_ROW:
                if here.may_be(told_number):
                    return here
                return None if self._where == TALKING else self._earlier(line_id, told_number)
            return here if self._is_sent_back(row, here) else None
        last = self._left_last()
        if last is not None and last.line_id == line_id and self._is_sent_back(row, last):
            return last
        return self._earlier(line_id, told_number)

    def _is_sent_back(self, row: int, visit: OpenVisit) -> bool:
        """Whether who enters now was answered so shortly before that it was no answer."""
        return (
            visit.answered != NO_ROW and self.events.apart(visit.answered, row) <= TAKEN_BACK_WITHIN
        )

    def _known(self, line_id: str, told_number: int) -> OpenVisit | None:
        """The visit of this number; without one the visit at the line where the contact is, else
        its last one there, unless the number says that it is another."""
        visit, _ = self._named(line_id, told_number, comes_again=False)
        if visit is None:
            here = self._at
            visit = here if here is not None and here.line_id == line_id else None
            visit = visit or self._last_at(line_id)
            if visit is not None and not visit.may_be(told_number):
                visit = None
        return visit

    def _number(self, visit: OpenVisit, line_id: str, told_number: int) -> None:
        if told_number == NO_ROW:
            return
        self._numbered[line_id, told_number] = visit
        if visit.number == NO_ROW:
            visit.number = told_number

    def _last_at(self, line_id: str) -> OpenVisit | None:
        """The contact's last visit at a line, but for the one where it is."""
        for visit in reversed(self._visits):
            if visit.line_id == line_id and visit is not self._at:
                return visit
        return None

    def _left_last(self) -> OpenVisit | None:
        """The visit that the contact left last, while it is away or only on its way by transfer."""
        if self._is_sent():
            return self._visits[-2] if len(self._visits) > 1 else None
        return self._visits[-1] if self._visits and self._at is None else None

    def _earlier(self, line_id: str, told_number: int) -> OpenVisit | None:
        """An earlier visit of the line that goes on: it was left, unanswered, for another queue,
        and nothing but queues came since."""
        visit = self._last_at(line_id)
        if visit is None or not visit.may_be(told_number):
            return None
        if visit.answered != NO_ROW or not (visit.inferred or visit.reason in _GOES_ON):
            return None
        left = visit.left_step
        if self._last_choice >= left:
            return None
        for other in self._visits:
            if other is not visit and (
                (other.answered != NO_ROW and other.answered_step >= left)
                or other.transfer_step >= left
            ):
                return None
        return visit
