"""A visit while the walk goes on: what happens to it, and when in the walk that was."""

from streams.domain.walked import NO_ROW, TRANSFER, VisitRows


class OpenVisit(VisitRows):
    """A visit that the walk may still change.

    Attributes:
        line_id: its line.
        chosen_first: a menu choice began it.
        source, led_to: the visits that a transfer led from, and to which its own did.
        begun_step, answered_step, left_step, transfer_step: at which step of the walk it was begun,
            answered, left, and known to be left by a transfer.
    """

    __slots__ = (
        "answered_step",
        "begun_step",
        "chosen_first",
        "led_to",
        "left_step",
        "line_id",
        "source",
        "transfer_step",
    )

    def __init__(self, line_row: int, line_id: str, begun: int, step: int) -> None:
        super().__init__(line_row, begun)
        self.line_id = line_id
        self.begun_step = step
        self.answered_step = self.left_step = self.transfer_step = NO_ROW
        self.chosen_first = False
        self.source: OpenVisit | None = None
        self.led_to: OpenVisit | None = None

    def may_be(self, number: int) -> bool:
        """Whether this visit may be the one of a number that no visit has yet."""
        return number == NO_ROW or self.number == NO_ROW

    def led_by(self, source: "OpenVisit", transfer: int) -> None:
        """A transfer leads here from another visit."""
        self.source, source.led_to = source, self
        if self.transfer == NO_ROW:
            self.transfer = transfer

    def wait(self, row: int) -> None:
        """The queue is entered, for the first time or again."""
        if self.entered == NO_ROW and not self.queued:
            self.entered = row
        self.entries += 1
        self.queued = True
        self.not_left()
        self.laps += ((row, NO_ROW),)

    def queued_until(self, row: int) -> None:
        """A queue event of a visit without an entry: it was in the queue since its beginning. With
        ``NONE`` it still is."""
        self.queued = True
        self.laps += ((self.begun, row),)

    def end_lap(self, row: int) -> None:
        """It has left the queue, in whatever way."""
        self.laps = (*self.laps[:-1], (self.laps[-1][0], row))

    def talk(self, row: int, step: int) -> None:
        """Somebody answers; the first answer counts."""
        if self.answered != NO_ROW:
            return
        if self.laps and self.laps[-1][1] == NO_ROW:
            self.end_lap(row)
        else:
            self.queued_until(row)
        self.answered, self.answered_step = row, step

    def leave(self, row: int, step: int, reason: str, *, inferred: bool) -> None:
        """It is left."""
        self.left, self.left_step = row, step
        self.reason, self.inferred = reason, inferred
        if reason == TRANSFER:
            self.transfer_step = step

    def not_left(self) -> None:
        """As if it had not been left."""
        self.left = self.left_step = self.transfer_step = NO_ROW
        self.reason, self.inferred = "", False
        self.led_to = None

    def wait_on(self) -> None:
        """As if it had not been left: the lap that its leaving ended goes on."""
        if self.answered == NO_ROW and self.laps:
            self.end_lap(NO_ROW)
        self.not_left()

    def tell_reason(self, step: int, reason: str) -> None:
        """It is told now why it was left. That is a queue event: it had been queued."""
        self.inferred = False
        self.reason = reason
        if not self.queued:
            self.queued_until(self.left)
        if reason == TRANSFER:
            self.transfer_step = step

    def enter_late(self, row: int) -> None:
        """Its entry, told with a later instant than its answer: it did not wait."""
        self.entered = row
        self.entries += 1
        self.laps = ()
        self.disordered = True

    def take_back(self, row: int) -> None:
        """The answer is taken back: waiting since the entry, as if nobody had picked up. What lies
        between its leaving, if it was left, and now was spent elsewhere."""
        since = self.laps[-1][0] if self.laps else self.entered
        self.laps = (*self.laps[:-1], (since, self.left))
        if self.left != NO_ROW:
            self.laps += ((row, NO_ROW),)
        self.answered = self.answered_step = NO_ROW
        self.taken_back += 1
        self.not_left()
