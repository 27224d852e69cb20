"""What a statement says, as the objects that its JSON is made of and its page is made from.

Instants are RFC 3339 in UTC, days are local. What was judged is in ``result_objects``.
"""

from typing import Any, Final

import msgspec
import orjson
from msgspec import UNSET, Struct, UnsetType, field

from streams.sinks.statement.result_objects import Hours, Number, Result

CONTENT_FORM: Final = 3
"""Of a statement's object; raised when something in it changes its meaning. In 1, the hours heard
were not counted, and a statement had no number; in 2, what became of contacts was not counted."""

Volumes = dict[str, int]
"""Visits by the names that the books give them, and ``imbalance``: what they do not add up by."""


Outcomes = dict[str, int]
"""Whole contacts by what became of them, and ``contacts``: all of them together."""


class Vendor(Struct, frozen=True):
    """A vendor."""

    id: str
    name: str


class Span(Struct, frozen=True, kw_only=True):
    """The period of a statement.

    Attributes:
        name: as it is asked for, such as 2026-10.
        kind: day, month, quarter or year.
        first_day, day_after: local days.
        begin, end: the same as instants.
        hours: its length, which changes of the clock make uneven.
        time_zone: of the plan, by its IANA name.
    """

    name: str
    kind: str
    first_day: str
    day_after: str
    begin: str
    end: str
    hours: Number
    time_zone: str


class BooksUsed(Struct, frozen=True, kw_only=True):
    """The books that a statement rests on.

    Attributes:
        digest: SHA-256 of their text.
        quarter_hours: the lines of that text.
        from: of the first quarter-hour.
        until: of the last one's end.
    """

    digest: str
    quarter_hours: int
    since: str = field(name="from")
    until: str


class Provisional(Struct, frozen=True, kw_only=True):
    """Why a statement can still change.

    Attributes:
        as_of: what came later is not in it.
        quarter_hours, visits: how many are not final.
        period_over: whether the period had ended.
    """

    as_of: str
    quarter_hours: int
    visits: int
    period_over: bool


class Silence(Struct, frozen=True, kw_only=True):
    """A time in which nothing was heard though calls were to be expected.

    Attributes:
        from: when it began.
        until: when it ended.
        open: its hours in which a line was open.
        line: the one that was silent; null for all of them.
        queue: calls came, and nobody entered a queue.
    """

    since: str = field(name="from")
    until: str
    open: Number
    line: str | None
    queue: bool


class Heard(Hours, frozen=True, kw_only=True):
    """How much of the period is known: hours in which at least one line was open.

    Attributes:
        open: without what the contract leaves out.
        heard: of these, those in which somebody called the city.
        with_visit: of these, those with a visit to a line of the vendor.
        lines: the hours of each line.
        silences: the longest first.
    """

    lines: dict[str, Hours]
    silences: list[Silence]


class Contract(Struct, frozen=True, kw_only=True):
    """A version of a contract.

    Attributes:
        contract: its id in the plan.
        valid_from, valid_until: null where the plan gives no date.
        thresholds: seconds within which an answer is in time; the contract's own first.
        lines: under it in the period.
    """

    contract: str
    valid_from: str | None
    valid_until: str | None
    thresholds: list[Number]
    lines: list[str]


class Assigned(Struct, frozen=True, kw_only=True):
    """A line that the vendor answered.

    Attributes:
        line: its id in the plan.
        names: by language.
        contract: by which it is judged.
        from: since when.
        until: until when.
    """

    line: str
    names: dict[str, str]
    contract: str
    since: str = field(name="from")
    until: str


class Amounts(Struct, frozen=True, kw_only=True):
    """Sums of what is due.

    Attributes:
        unit: money or percent_of_fee.
        currency: of money.
        malus, bonus: to be deducted, to be added.
        balance: bonus less malus.
    """

    unit: str
    currency: str
    malus: str
    bonus: str
    balance: str


class Worst(Struct, frozen=True, kw_only=True):
    """One of the worst quarter-hours of a line.

    Attributes:
        line, start: which.
        contract, measure: by what it is counted.
        part, whole, value: before exclusions.
        misses: what is missing above the line.
        left_out: by exclusion, which share of it remains.
    """

    line: str
    start: str
    contract: str
    measure: str
    part: Number
    whole: Number
    value: Number | None
    misses: Number
    left_out: dict[str, Number]


class Remark(Struct, frozen=True, kw_only=True):
    """Something to be known besides.

    Attributes:
        note: inside_quarter_hour, event_widened, unattributed, overflow_left_out or short_left_out.
        about: ids, instants or numbers that it speaks of.
    """

    note: str
    about: list[str | int]


class Issue(Struct, frozen=True, kw_only=True):
    """What a statement is called.

    Attributes:
        number: unlike that of every other statement.
        issue: which of the archive's it is, from 1 on; null if it is kept in none.
        date: of issue, in the plan's time zone; null where release 0.1 did not keep it.
        digest: SHA-256 of all that it says besides.
        replaces: the number of the statement that it restates.
    """

    number: str
    issue: int | None
    date: str | None
    digest: str
    replaces: str | None


class Content(Struct, frozen=True, kw_only=True):
    """All that a statement says, whenever it is made: a function of the plan and the books.

    Attributes:
        form: of this object.
        city: its name.
        vendor, period: whose it is, and of when.
        plan_digest: SHA-256 of the plan.
        books: that it rests on.
        provisional: null when nothing can change any more.
        complete: whether enough was heard of every result.
        heard: null where release 0.1 did not count the hours.
        contracts: each version of each contract of the period.
        lines: that the vendor answered.
        results: one per measure, line and period.
        amounts: what is due.
        amounts_withheld: what is not due, because too little was heard.
        contacts: distinct ones of the vendor.
        outcomes: what became of those whose first visit was at a line of the vendor's, so that each
            is on one vendor's statement: ``contacts``, each outcome, the dead ends at a desk that
            had closed, and ``imbalance``: what outcomes do not add up to contacts by. Left out
            where the books are of a release that did not count it.
        volumes: visits of each line.
        total: of all lines.
        days: of each local day.
        worst: quarter-hours, those with the most misses first.
        notes: to be known besides.
    """

    form: int
    city: str
    vendor: Vendor
    period: Span
    plan_digest: str
    books: BooksUsed
    provisional: Provisional | None
    complete: bool
    heard: Heard | None
    contracts: list[Contract]
    lines: list[Assigned]
    results: list[Result]
    amounts: list[Amounts]
    amounts_withheld: list[Amounts]
    contacts: int
    outcomes: Outcomes | UnsetType = UNSET
    volumes: dict[str, Volumes]
    total: Volumes
    days: dict[str, Volumes]
    worst: list[Worst]
    notes: list[Remark]


class Statement(Content, frozen=True, kw_only=True):
    """What a vendor did in a period, and what it is paid for it.

    Attributes:
        issue: what it is called.
    """

    issue: Issue


def canonical(of: Any) -> bytes:
    """An object's canonical JSON: sorted keys, two spaces, one line feed at the end."""
    return orjson.dumps(
        msgspec.to_builtins(of),
        option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE,
    )
