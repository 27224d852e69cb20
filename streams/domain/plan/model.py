"""What a plan says, as values: the city, its vendors, contracts, lines and opening hours.

These are the entries of the plan's file after reading, nothing looked up and nothing judged yet.
Several entries may share an id when their validities do not overlap: a line handed from one vendor
to the next, a contract renegotiated. ``Terms`` is what they come to for one line at one instant.

It is longer than a module should be, because every entry of the plan is a few lines of it.

Durations and instants are whole microseconds. Amounts of money and the targets that money hangs on
are decimals, so that 0.80 is eight tenths and a figure that meets its target exactly, meets it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from streams.domain.figures import measured
from streams.domain.instants import DAY, HOUR, MINUTE, SECOND
from streams.domain.plan.validity import Version

CITY_VENDOR: Final = "city"
"""The vendor that always exists: the city itself."""

CLOCKS: Final = ("queue", "choice", "start")
PERIODS: Final = ("daily", "monthly", "quarterly")
INTERNAL: Final = "internal"
PUBLIC: Final = "public"

PERMANENCES: Final = ("always", "urgent_only", "none")
OF_CALLS: Final = "line"
KINDS_OF_LINE: Final = (OF_CALLS, "announcement", "survey")
"""Announcements and surveys are stations on the way, never where a contact ends."""

PHONE: Final = "phone"
"""The channel of whatever does not say another; a line without more said is its telephone calls."""
DESK: Final = "desk"
OTHER: Final = "other"
"""Where what came by a channel, or an entrance, is counted that the plan does not name: labels are
bounded so. No entrance of the plan is called that."""

MOST_CHANNELS: Final = 10
"""That a plan may name: each is a city of its own in books and series."""

LONGEST_NUISANCE: Final = MINUTE
"""Whoever stays longer may have meant it, and heard what they called for."""

SCOPES: Final = ("per_line", "pooled")
COUNTINGS: Final = ("started", "whole", "proportional")
UNITS: Final = ("money", "percent_of_fee")
KINDS_OF_EXCLUSION: Final = ("hours", "event", "volume", "cause")
CAUSES: Final = ("lost", "blocked", "closed", "out_of_hours")
"""By which a contract may leave visits out: dispositions that may be somebody else's doing than the
vendor's, and what happens out of hours."""

OF_SWITCHES: Final = {
    "overflowed": 'write `overflow = "left_out"` in the contract',
    "callback": 'write `callbacks = "left_out"` in the contract, or nothing',
}
"""What no exclusion leaves out, for statements alone would: the contract's switches act on wall,
alert and statement alike."""

LONGEST_LOST_AFTER: Final = 12 * HOUR
"""A contact stays in state until it is lost, so this bounds the state."""

LONGEST_CALLBACK: Final = 7 * DAY
"""In opening hours: a callback is remembered until its time is over."""

LONGEST_PROMISE: Final = 14 * DAY
"""When that is at the latest, however seldom a line opens: the calls of all callers are remembered
for as long. It is a working day over Christmas and New Year, and two in weeks as they are."""


def is_id(text: str) -> bool:
    """Whether a line, and any other entry, can have this id.

    1 to 64 printable characters, as long as an event's ``line`` may be; no ``|``, which parts the
    keys of line partials; no space at either end.
    """
    return 0 < len(text) <= 64 and text.isprintable() and "|" not in text and text.strip() == text


@dataclass(frozen=True, slots=True)
class Step:
    """From this distance to the target on, this amount, instead of one per point."""

    points: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A malus or a bonus: what a distance to the target costs or earns in one period.

    A point is a percentage point; of the average speed of answer, a second. ``counting`` says what
    a part of a point counts for: a whole one ("per point or fraction": ``started``), nothing
    (``whole``), or its part (``proportional``). ``steps`` stand instead of ``per_point``; the
    furthest step that is reached applies. ``unit`` is the contract's currency, or a percentage of
    the period's fee. ``cap`` bounds the amount of one period.
    """

    per_point: Decimal = Decimal(0)
    counting: str = "started"
    steps: tuple[Step, ...] = ()
    cap: Decimal | None = None
    unit: str = "money"


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure that a vendor is paid by, with its target and what missing it costs.

    ``target`` is a ratio, or seconds for the average speed of answer. ``formula`` and ``threshold``
    are the contract's unless the measure has its own, and mean something for a service level only.
    """

    id: str
    figure: str
    target: Decimal
    formula: str
    threshold: int
    period: str
    scope: str = "per_line"
    lines: tuple[str, ...] = ()
    malus: Adjustment | None = None
    bonus: Adjustment | None = None


@dataclass(frozen=True, slots=True)
class Exclusion:
    """What a measure leaves out, and why, in words for the statement.

    By ``kind``: ``hours``, visits that begin in those opening hours; ``event``, visits that begin
    from ``since`` until ``until``; ``volume``, what comes above ``above`` times the expected calls
    of the same hour; ``cause``, visits with one of these dispositions. Empty ``lines`` and
    ``measures`` mean all of them.
    """

    id: str
    kind: str
    reason: str
    lines: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    hours: str | None = None
    since: int | None = None
    until: int | None = None
    above: Decimal | None = None
    causes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Contract:
    """How a line's visits are judged. The values here are the default contract's.

    ``further`` are the thresholds that its measures have beside the contract's own, in order.
    """

    id: str = "default"
    threshold: int = 20 * SECOND
    inclusive: bool = True
    formula: str = "abandons_negative"
    short_limit: int = 5 * SECOND
    short_counts: bool = True
    overflow_counts: bool = True
    clock: str = "queue"
    target: float = 0.80
    reach_limit: int = 180 * SECOND
    reach_target: float = 0.60
    callbacks_not_reached: bool = False
    lost_after: int = 4 * HOUR
    period: str = "monthly"
    false_pages: float = 1.0
    currency: str = "EUR"
    measures: tuple[Measure, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    further: tuple[int, ...] = field(init=False, default=())

    def __post_init__(self) -> None:
        levels = {
            each.threshold for each in self.measures if "threshold" in measured(each.figure).keys
        }
        object.__setattr__(self, "further", tuple(sorted(levels - {self.threshold})))


@dataclass(frozen=True, slots=True)
class Receiver:
    """Whom to call at a vendor. ``phone`` is a desk's, as it is dialled; ``language`` None is the
    city's first, ``hours`` None at any time."""

    name: str
    phone: str
    language: str | None = None
    hours: str | None = None


@dataclass(frozen=True, slots=True)
class Vendor:
    """Who answers lines. ``owner`` is who answers for it, ``receiver`` whom a page goes to in
    Alertmanager; ``receivers`` are called in their order."""

    id: str
    name: str
    owner: str
    receiver: str
    receivers: tuple[Receiver, ...] = ()


Minutes = tuple[int, int]
"""Open from the first minute of a local day to before the second; above 1440, the next day's."""


@dataclass(frozen=True, slots=True)
class DatedHours:
    """Hours of their own on the days from ``since`` to before ``until``."""

    since: date
    until: date
    intervals: tuple[Minutes, ...]


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours of a week. ``holidays`` None means that a holiday is a day as any other."""

    id: str
    week: tuple[tuple[Minutes, ...], ...]
    holidays: tuple[Minutes, ...] | None = ()
    exceptions: tuple[DatedHours, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """What a caller can choose, or a desk that calls are transferred to.

    ``hours`` None is always open. ``expected`` is calls per hour by weekday (Monday first) and hour
    of the day. ``callback_within`` is the time, of its opening hours, in which a callback must be
    kept. ``queues`` are those of the phone systems that feed the line (``queues``). ``kind`` is one
    of ``KINDS_OF_LINE``; ``channels`` are those that have a contract of their own, with its id.
    """

    id: str
    names: Mapping[str, str] = field(default_factory=dict, hash=False)
    tier: int = 1
    vendor: str = CITY_VENDOR
    contract: str = "default"
    hours: str | None = None
    permanence: str = "always"
    option: str | None = None
    expected: tuple[tuple[float, ...], ...] | None = None
    callback_within: int = 24 * HOUR
    queues: tuple[str, ...] = ()
    kind: str = OF_CALLS
    channels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Maintenance:
    """A time in which nobody is paged for these lines (none named: for any). Figures go on."""

    since: int
    until: int
    lines: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class LineException:
    """A line is open, or closed, from ``since`` to before ``until``, whatever its hours say."""

    line: str
    since: int
    until: int
    open: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Relearn:
    """From the day after ``at`` on, what a line was like on that day and the one before is
    usual."""

    line: str
    at: int


@dataclass(frozen=True, slots=True)
class Entrance:
    """A dialled number or another way in (``entry`` of the events). ``contract`` has the targets of
    everything that came in there; None: the city's."""

    id: str
    names: Mapping[str, str] = field(default_factory=dict, hash=False)
    contract: str | None = None


LONGEST_MENU: Final = HOUR
"""In which nobody listens to a menu to its end."""


@dataclass(frozen=True, slots=True)
class Menu:
    """A version of the spoken menu (``menu`` of the events). ``seconds`` is how long it lasts, in
    us, 0 where that is not said; ``keys`` are pairs of a key and the line that it leads to."""

    id: str
    seconds: int = 0
    keys: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a caller may hear and be told all that they called for (``informed`` of the events)."""

    id: str


@dataclass(frozen=True, slots=True)
class City:
    """Whose plan it is.

    ``contract`` is that of lines which name none. Who is not answered, and hangs up within
    ``nuisance`` of the start of the call, is a nuisance; 0: nobody is. ``pseudonyms`` is how the
    phone system's own pseudonyms of callers and agents are written, a regular expression; those
    that imports make need none. ``page_of_today`` says who may see the city's day: everybody, or
    who may see the wall.

    ``false_pages`` are those that each receiver puts up with in a quarter, None for as many as the
    contract of a line says; ``forgotten_after`` is how long is very long to wait; a line's page
    needs ``page_people`` in half an hour; what goes wrong within ``pages_together`` at one vendor
    is one page.
    """

    name: str = "city"
    time_zone: str = "UTC"
    languages: tuple[str, ...] = ()
    country: str | None = None
    subdivision: str | None = None
    contract: str = "default"
    nuisance: int = 0
    pseudonyms: str | None = None
    false_pages: float | None = None
    forgotten_after: int = 15 * MINUTE
    page_people: int = 8
    pages_together: int = 90 * MINUTE
    page_of_today: str = INTERNAL

    def as_vendor(self) -> Vendor:
        """The city as the vendor of lines that name no other."""
        return Vendor(id=CITY_VENDOR, name=self.name, owner=self.name, receiver=CITY_VENDOR)


@dataclass(frozen=True, slots=True)
class CityThen:
    """By what the city judged at a time, of a plan that was corrected (``composed``).

    ``channels`` are those that were kept apart, ``has_entrances`` says whether entrances were.
    ``has_any_line``: it had no plan, and took whatever line came.
    """

    contract: str
    nuisance: int
    languages: tuple[str, ...]
    channels: tuple[str, ...]
    has_entrances: bool
    has_any_line: bool


@dataclass(frozen=True, slots=True)
class Holidays:
    """Days added to the country's own public holidays, with their name, and days left out."""

    added: tuple[tuple[date, str], ...] = ()
    left_out: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Entries:
    """All that a plan's file says, in its order.

    No file says the last two: what the city judged by before the plan was corrected, and the
    offsets from UTC, in seconds from an instant on, where the time zone was another then.
    """

    lines: tuple[Version[Line], ...]
    city: City = City()
    vendors: tuple[Version[Vendor], ...] = ()
    contracts: tuple[Version[Contract], ...] = ()
    hours: tuple[Version[Hours], ...] = ()
    holidays: Holidays = Holidays()
    maintenance: tuple[Maintenance, ...] = ()
    announcements: tuple[Version[Announcement], ...] = ()
    entrances: tuple[Version[Entrance], ...] = ()
    menus: tuple[Version[Menu], ...] = ()
    exceptions: tuple[LineException, ...] = ()
    relearns: tuple[Relearn, ...] = ()
    city_before: tuple[Version[CityThen], ...] = ()
    offsets: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for a visit at a line that begins at one instant. ``is_station``: the line is an
    announcement or a survey."""

    line: str
    names: Mapping[str, str] = field(hash=False)
    tier: int
    vendor: str
    contract: Contract
    open: bool
    permanence: str
    option: str | None
    callback_within: int
    is_station: bool = False
