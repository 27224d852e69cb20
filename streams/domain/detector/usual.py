"""What is usual of a scope at an hour of the week, learnt over four weeks.

Every day leaves behind, for each of its hours, how many contacts came and how many of them came
into no queue, and what happened while the oldest caller waited too long: for how long that was, how
many were answered in it and how much was spoken in it. A day is learnt when it is over, so that
nothing that is usual changes within a day, and a replay learns the same.

An hour of the week has four days of evidence at most. So it is *shrunk*: with 40 contacts (20
answers) of the mean of its weekday added to it, and the weekday with as many of the scope's
(Efron & Morris, Stein's estimation rule and its competitors, 1973; here with a fixed weight). A
share of 3 of 10 where the weekday has 5 % is taken for (3 + 40 x .05) / 50 = 10 %.

A day with a page is left out: an outage is not usual. But a new level is learnt: when the plan has
changed and two whole days after that were at one level, they are what is usual from the opening of
the third on. Or an operator says so: then the share of who came into no queue on that day and the
one before is usual from the next day on, paged or not.

It is longer than a module should be, because what is counted of a day, what is learnt of days and
how that is stored are one form.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from streams.domain.histogram import Histogram
from streams.domain.instants import HOUR, MINUTE, SECOND

DAYS_LEARNT: Final = 28
ENOUGH_DAYS: Final = 7
"""After so many learnt days what is usual is known: a week has every weekday once."""

CONTACTS_OF_THE_MEAN: Final = 40
ANSWERS_OF_THE_MEAN: Final = 20

SHARE_UNTIL_LEARNT: Final = 0.03
"""Who comes into no queue on an ordinary day, until it is known: between the 2 % of a short menu
and the 5 % of a long one. The test against it is the one against 6 % that both get."""

TALK_UNTIL_LEARNT: Final = 240.0
"""Seconds of a conversation, on average, until it is known how many there are at once."""

FIRST_DAY: Final = 200

ONE_LEVEL: Final = 0.1
"""Two days whose shares differ by no more are at one level."""

FEW_CONTACTS: Final = 5
"""A day with fewer has no level to speak of."""

_QUARTER: Final = 15 * MINUTE
_HOURS_KEPT: Final = 20_000
_WEEK: Final = 7 * 24

LONG_WAITS: Final = 0.995
"""The share of waits within what is usual even of the longest."""
_WAIT_STEP: Final = 10 * SECOND
_ENOUGH_WAITS: Final = 1_000
"""Of fewer the one in two hundred is no more than a guess."""

_FORM: Final = 1
"""Of the state of what is usual, as it is stored."""


class LocalHours:
    """Which local day and hour of the week an instant lies in, Monday's first hour being 0.

    Args:
        local: gives the local time of an instant.
    """

    def __init__(self, local: Callable[[int], datetime]) -> None:
        self._local = local
        self._known: dict[int, tuple[int, int]] = {}

    def __call__(self, at: int) -> tuple[int, int]:
        quarter = at // _QUARTER  # zones are off by whole quarters of an hour
        found = self._known.get(quarter)
        if found is None:
            local = self._local(quarter * _QUARTER)
            if len(self._known) >= _HOURS_KEPT:
                self._known.clear()
            found = local.toordinal(), local.weekday() * 24 + local.hour
            self._known[quarter] = found
        return found


class Answering(NamedTuple):
    """What is usual while the oldest caller of a line waits too long.

    Attributes:
        per_second: answers.
        talking: conversations, on average.
    """

    per_second: float
    talking: float


class Hour:
    """What an hour of a day has seen; times in microseconds."""

    __slots__ = ("answers", "bad", "contacts", "gated", "talked")

    def __init__(self, counts: Sequence[int] = (0, 0, 0, 0, 0)) -> None:
        self.contacts, self.bad, self.answers, self.gated, self.talked = counts

    def counts(self) -> tuple[int, int, int, int, int]:
        """As it is stored."""
        return self.contacts, self.bad, self.answers, self.gated, self.talked


class Day:
    """What a day has seen, by hour of the week."""

    __slots__ = ("hours", "paged", "waits")

    def __init__(self) -> None:
        self.hours: dict[int, Hour] = {}
        self.waits: dict[int, int] = {}
        self.paged = False

    @property
    def contacts(self) -> int:
        """How many came."""
        return sum(hour.contacts for hour in self.hours.values())

    @property
    def share(self) -> float:
        """The share of them that came into no queue."""
        return sum(hour.bad for hour in self.hours.values()) / max(1, self.contacts)

    def state(self) -> list[Any]:
        """As it is stored."""
        hours = [[hour, *counts.counts()] for hour, counts in sorted(self.hours.items())]
        return [self.paged, hours, sorted(self.waits.items())]

    @staticmethod
    def restored(state: Sequence[Any]) -> "Day":
        """The day of a ``state``."""
        day = Day()
        day.paged = state[0]
        day.hours = {hour: Hour(counts) for hour, *counts in state[1]}
        day.waits = dict(state[2])
        return day


class Usual:
    """What is usual of a scope.

    Args:
        hours: gives the local day and hour of the week of an instant.
        expected: contacts per hour that the plan expects at an instant, until they are learnt; None
            where it does not say.
        changes: when the plan has changed of what this scope's callers meet, in order.
        relearns: when an operator has said that what they meet now is usual.
    """

    __slots__ = (
        "_accepted",
        "_answered_a_day",
        "_begins",
        "_changes",
        "_days",
        "_expected",
        "_hours",
        "_moved",
        "_now",
        "_per_day",
        "_quarter",
        "_rates",
        "_relearns",
        "_shares",
        "_today",
        "_upon",
        "_waits",
        "day",
        "days",
    )

    _waits: int | None

    def __init__(
        self,
        hours: Callable[[int], tuple[int, int]],
        expected: Callable[[int], float | None] = lambda at: None,
        changes: Iterable[int] = (),
        relearns: Iterable[int] = (),
    ) -> None:
        self._hours = hours
        self._expected = expected
        self._changes = sorted(hours(at)[0] for at in changes)
        self._relearns = sorted(hours(at)[0] for at in relearns)
        self._accepted = False
        self._begins = 0
        self._days: dict[int, Day] = {}
        self.day = 0
        self._today = Day()
        self._quarter = -1
        self._now = Hour()
        self._moved = False
        self._learn()

    # What happens today

    def _turn(self, at: int) -> Hour:
        """The hour that an instant lies in. Nothing that is older than today is learnt any more."""
        self._quarter = at // _QUARTER
        day, hour = self._hours(at)
        if day > self.day:
            self._next_day(day)
        found = self._today.hours.get(hour)
        if found is None:
            found = self._today.hours[hour] = Hour()
        self._now = found
        return found

    def came(self, at: int, bad: bool) -> None:
        """A contact came, into a queue or, ``bad``, into none."""
        now = self._now if at // _QUARTER == self._quarter else self._turn(at)
        now.contacts += 1
        now.bad += bad

    def answered(self, at: int, wait: int, gated: bool) -> None:
        """Somebody was answered after a wait, ``gated`` while the oldest waited too long."""
        now = self._now if at // _QUARTER == self._quarter else self._turn(at)
        now.answers += gated
        bound = -(-wait // _WAIT_STEP)
        waits = self._today.waits
        waits[bound] = waits.get(bound, 0) + 1

    def waited(self, since: int, until: int, talking: int) -> None:
        """The oldest waited too long from one instant to another, beside so many conversations."""
        now = self._now if until // _QUARTER == self._quarter else self._turn(until)
        now.gated += until - since
        now.talked += (until - since) * talking

    def page(self, at: int) -> None:
        """Somebody was paged today: the day is left out."""
        if at // _QUARTER != self._quarter:
            self._turn(at)
        self._today.paged = True

    def _next_day(self, day: int) -> None:
        if self._today.hours:
            self._days[self.day] = self._today
        self.day, self._today = day, Day()
        self._days = {d: kept for d, kept in self._days.items() if d >= day - DAYS_LEARNT}
        self._follow_change(day)
        self._moved = True
        self._learn()

    def _follow_change(self, day: int) -> None:
        """A change of the plan with two whole days at one level behind it is what is usual."""
        for change in reversed([each for each in self._changes if self._begins < each < day]):
            since = [
                kept
                for d, kept in sorted(self._days.items())
                if d > change and kept.contacts >= FEW_CONTACTS
            ]
            if len(since) >= 2 and abs(since[-1].share - since[-2].share) <= ONE_LEVEL:
                self._begins = change + 1
                since[-1].paged = since[-2].paged = False
                return

    # What is usual

    def _learn(self) -> None:
        days = [d for d, kept in self._days.items() if d >= self._begins and not kept.paged]
        self.days = len(days)
        week = [Hour() for _ in range(_WEEK)]
        seen = [0] * 7  # how many of each weekday were learnt
        waits: dict[int, int] = {}
        for d in days:
            seen[(d + 6) % 7] += 1  # ordinal day 1 was a Monday
            for hour, counts in self._days[d].hours.items():
                sums = week[hour]
                sums.contacts += counts.contacts
                sums.bad += counts.bad
                sums.answers += counts.answers
                sums.gated += counts.gated
                sums.talked += counts.talked
            for bound, count in self._days[d].waits.items():
                waits[bound] = waits.get(bound, 0) + count
        weekdays = [_sum(week[day * 24 : day * 24 + 24]) for day in range(7)]
        total = _sum(weekdays)
        self._per_day = total.contacts / max(1, self.days)
        self._answered_a_day = total.answers / max(1, self.days)
        self._shares = self._accepted_shares() or _shares(week, weekdays, total)
        self._rates = _rates(week, seen, self.days)
        self._upon = _upon(week, weekdays, total)
        self._waits = None
        if sum(waits.values()) >= _ENOUGH_WAITS:
            longest = Histogram(waits).quantile(LONG_WAITS)
            assert longest is not None
            self._waits = longest * _WAIT_STEP

    def _accepted_shares(self) -> list[float]:
        """Those since an operator has said so last; [] where nobody has, or nobody called."""
        said = [day for day in self._relearns if day < self.day]
        week = [Hour() for _ in range(_WEEK)]
        if said:
            for d, kept in self._days.items():
                if d >= said[-1] - 1 and (d <= said[-1] or not kept.paged):
                    for hour, counts in kept.hours.items():
                        week[hour].contacts += counts.contacts
                        week[hour].bad += counts.bad
        weekdays = [_sum(week[day * 24 : day * 24 + 24]) for day in range(7)]
        total = _sum(weekdays)
        self._accepted = total.contacts >= FEW_CONTACTS
        return _shares(week, weekdays, total) if self._accepted else []

    @property
    def known(self) -> bool:
        """Whether enough days are learnt."""
        return self.days >= ENOUGH_DAYS

    def share(self, at: int) -> float:
        """The usual share of contacts that come into no queue."""
        if self.known or self._accepted:
            return self._shares[self._hours(at)[1]]
        return SHARE_UNTIL_LEARNT

    def rate(self, at: int) -> float | None:
        """Contacts per hour that are usual; None where nobody knows."""
        return self._rates[self._hours(at)[1]] if self.known else self._expected(at)

    def per_day(self) -> float | None:
        """Contacts that a day brings; None until it is learnt."""
        return self._per_day if self.known else None

    def busy_day(self) -> float:
        """Contacts that a day brings; until that is learnt, those of a line of twenty an hour,
        doubled until it is no less than any day has brought: so a limit is seldom computed anew."""
        if self.known:
            return self._per_day
        most = max([self._today.contacts, *(day.contacts for day in self._days.values())])
        taken_for = FIRST_DAY
        while taken_for < most:
            taken_for *= 2
        return float(taken_for)

    def answering(self, at: int) -> Answering | None:
        """How a line is answered while somebody waits too long; None where nobody knows.

        Where that is not learnt, or has never been so, as many are taken to be answered as call:
        fewer could not be, or the queue would never end.
        """
        if self.known and self._upon:
            return self._upon[self._hours(at)[1]]
        rate = self.rate(at)
        return Answering(rate / 3600, rate / 3600 * TALK_UNTIL_LEARNT) if rate else None

    def answers_a_day(self) -> float:
        """Answers that a day brings while somebody waits too long; until that is learnt, all that
        there can be."""
        return self._answered_a_day if self.known and self._upon else self.busy_day()

    @property
    def longest_wait(self) -> int | None:
        """The wait within which all but one in two hundred were answered, in us; None until it is
        learnt."""
        return self._waits if self.known else None

    # What is stored

    def moved(self) -> bool:
        """Whether a day was learnt since this was asked last."""
        moved, self._moved = self._moved, False
        return moved

    def state(self) -> list[Any]:
        """The days that are over, as JSON can hold them: some 30 bytes for each of their hours, and
        28 days at most."""
        days = [[d, *kept.state()] for d, kept in sorted(self._days.items())]
        return [_FORM, self._begins, days]

    def today(self) -> list[Any]:
        """What today has seen so far."""
        return [self.day, *self._today.state()]

    def restore(self, state: Sequence[Any]) -> None:
        """Goes on from a ``state``; of another form it begins anew."""
        form, begins, days = state
        if form == _FORM:
            self._begins = begins
            self._days = {d: Day.restored(rest) for d, *rest in days}
            self._learn()

    def restore_today(self, today: Sequence[Any]) -> None:
        """Goes on with what today had seen."""
        self.day, *rest = today
        self._today = Day.restored(rest)
        self._quarter = -1
        self._learn()  # what an operator has said acts from a day on


def _sum(hours: Iterable[Hour]) -> Hour:
    counts = [each.counts() for each in hours]
    return Hour([sum(each) for each in zip(*counts, strict=True)])


def _shares(week: list[Hour], weekdays: list[Hour], total: Hour) -> list[float]:
    weight = CONTACTS_OF_THE_MEAN
    mean = (total.bad + weight * SHARE_UNTIL_LEARNT) / (total.contacts + weight)
    by_day = [(day.bad + weight * mean) / (day.contacts + weight) for day in weekdays]
    return [
        (hour.bad + weight * by_day[nth // 24]) / (hour.contacts + weight)
        for nth, hour in enumerate(week)
    ]


def _rates(week: list[Hour], seen: list[int], days: int) -> list[float]:
    """Contacts per hour: a weekday's hour is shrunk to the mean of that hour of all days."""
    found = []
    of_all = [sum(hour.contacts for hour in week[each::24]) / max(1, days) for each in range(24)]
    for nth, hour in enumerate(week):
        of_clock = of_all[nth % 24]
        expected = of_clock * seen[nth // 24]
        weight = min(CONTACTS_OF_THE_MEAN, expected)
        found.append(
            of_clock * (hour.contacts + weight) / (expected + weight) if expected else of_clock
        )
    return found


def _upon(week: list[Hour], weekdays: list[Hour], total: Hour) -> list[Answering]:
    """Answers per second and conversations while the oldest waits too long; [] of a line where
    that has never been, or nobody was answered in it."""
    if not total.answers or not total.gated:
        return []
    mean = Answering(total.answers * SECOND / total.gated, total.talked / total.gated)
    by_day = [_shrunk(day, mean) for day in weekdays]
    return [_shrunk(hour, by_day[nth // 24]) for nth, hour in enumerate(week)]


def _shrunk(hour: Hour, mean: Answering) -> Answering:
    added = ANSWERS_OF_THE_MEAN / mean.per_second  # seconds in which so many are answered
    seconds = hour.gated / SECOND + added
    return Answering(
        (hour.answers + ANSWERS_OF_THE_MEAN) / seconds,
        (hour.talked / SECOND + mean.talking * added) / seconds,
    )


def so_far(usual: Usual, midnight: int, at: int) -> float:
    """Contacts that are usual from a midnight until an instant."""
    found, since = 0.0, midnight
    while since < at:
        until = min(at, since - since % HOUR + HOUR)
        found += (usual.rate(since) or 0.0) * (until - since) / HOUR
        since = until
    return found
