"""The plan, asked: what holds for a line at an instant.

Everything is judged at the visit's own time, so that last month is judged by last month's contract
and the day on which a line changes hands by two vendors. ``knows`` and ``terms`` stand on the way
of every event and are made of dictionary look-ups; the rest is asked a few times a second.

It is longer than a module should be, because everything that the rest asks of a plan is asked here.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from streams.domain.instants import DAY, MINUTE, SECOND
from streams.domain.plan.answering import Answering
from streams.domain.plan.calendar import Calendar, Openings
from streams.domain.plan.first_lines import DayOfTerms, FirstLines
from streams.domain.plan.model import (
    CITY_VENDOR,
    DESK,
    INTERNAL,
    OF_CALLS,
    City,
    Contract,
    Entrance,
    Entries,
    Line,
    Receiver,
    Terms,
    Vendor,
    is_id,
)
from streams.domain.plan.paging import UNSAID
from streams.domain.plan.reader import read, read_file
from streams.domain.plan.turns import Turns
from streams.domain.plan.validity import Version, by_id, in_order, valid
from streams.domain.privacy import holds_number

TERMS_KEPT: Final = 100_000
"""Days of lines whose terms are kept ready: a thousand lines for a hundred days, in some 40 MB. A
cache that has grown to this is emptied."""

_QUARTER: Final = 15 * MINUTE
DAYS_KEPT: Final = 100_000
"""Quarter-hours of three years whose day is kept ready, in some 10 MB. A cache that has grown to
this is emptied."""

MOST_LINES_WITHOUT_PLAN: Final = 1_000
"""Lines are labels of metrics, and without a plan nothing but this bounds them."""


LAST_WITHIN: Final = 300 * DAY
"""How long after its end a line is remembered by those of its visits that begin later: for less
than by what was judged is kept (``judgement.KNOWS_BACK``), so that no restart forgets it."""

_ADDED: Final[dict[str, dict[str, Any]]] = {
    "entries": {
        "announcements": (),
        "entrances": (),
        "menus": (),
        "exceptions": (),
        "relearns": (),
        "city_before": (),
        "offsets": (),
    },
    "city": {"nuisance": 0, "pseudonyms": None, "page_of_today": INTERNAL, **UNSAID},
    "line": {"queues": (), "kind": OF_CALLS, "channels": ()},
    "vendor": {"receivers": ()},
}
"""What plans could not say at first, each with the value that stands for nothing said."""


def _without_nothing(said: dict[str, Any], added: dict[str, Any]) -> None:
    for key, nothing in added.items():
        if said[key] == nothing:
            del said[key]


def longest_within(contract: Contract) -> int:
    """The longest wait that is within a contract's threshold: instants are whole, so that what is
    below the threshold is at most one less."""
    return contract.threshold - (not contract.inclusive)


class Plan:
    """What a city has agreed, by line and instant.

    Attributes:
        entries: all that the plan says.
        city: the city's name.
        zone: its time zone.
        nuisance: hung up within this of its start, unanswered, a contact is a nuisance; 0: none
            is. Where it was another before (`nuisance_at`), the longest.
        entrance: the city's contract, as of its latest entry.
        has_parts, has_dated_entrance: whether some of the city's calls have figures of their own by
            entrance or language, and whether that depends on when they came.
        menus: the ids of all versions of the spoken menu.
        wide: of an entrance and a language that were asked for, the scopes (``domain.wide``).
        channels: those beside the telephone that are kept apart from each other.
        has_announcements: whether an event may tell that one was heard.
        has_any_line: it is the plan of those who have none.
    """

    has_any_line = False

    def __init__(self, entries: Entries) -> None:
        self.entries = entries
        self.city = entries.city.name
        self._calendar = Calendar(entries.city, entries.holidays, entries.offsets)
        self.zone: ZoneInfo = self._calendar.zone
        self._lines = by_id(entries.lines)
        self._contracts = by_id(entries.contracts, Contract())
        of_city = self._contracts[entries.city.contract]
        self.entrance = of_city[-1].entry
        self._is_steady = len(of_city) == 1 and not entries.city_before
        self._whole_within = longest_within(self.entrance)
        self._vendors = by_id(entries.vendors, entries.city.as_vendor())
        self._before = entries.city_before
        self.nuisance = max(
            entries.city.nuisance, *(each.entry.nuisance for each in self._before), 0
        )
        self._announcements = by_id(entries.announcements)
        self.has_announcements = bool(entries.announcements)
        self._entrances = by_id(entries.entrances)
        self._languages = frozenset(entries.city.languages)
        self.has_parts = bool(
            self._languages
            or entries.entrances
            or any(each.entry.languages or each.entry.has_entrances for each in self._before)
        )
        self.has_dated_entrance = bool(self._before) or any(
            version.since is not None or version.until is not None for version in entries.entrances
        )
        self._menus = by_id(entries.menus)
        self.menus = sorted(self._menus)
        self.wide: dict[tuple[str | None, str | None], tuple[str, ...]] = {}
        self.channels = frozenset(
            {DESK, *(channel for version in entries.lines for channel, _ in version.entry.channels)}
        )
        self._by_channel: dict[tuple[Terms, Contract], Terms] = {}
        self._openings = Openings(entries.hours, self._calendar)
        self._days: dict[int, int] = {}
        self._turns = Turns(self._lines, self._contracts, self._openings, entries.exceptions)
        self._always = {
            line
            for line, versions in self._lines.items()
            if any(v.since is None and v.until is None for v in versions)
        }
        self._terms: dict[tuple[str, int], DayOfTerms] = {}
        self._first_lines = FirstLines(lambda: self.lines, self._day_of)
        self._distinct: dict[tuple[Line, Contract, bool], Terms] = {}
        self._answering = Answering(entries.lines)

    @staticmethod
    def load(path: str | Path) -> "Plan":
        """The plan of a TOML file.

        Raises:
            PlanError: the file can't be read, or is wrong; names every mistake at once.
        """
        return Plan(read_file(path))

    @staticmethod
    def read(text: str, name: str = "plan") -> "Plan":
        """The plan of a TOML text; ``name`` stands for it in messages.

        Raises:
            PlanError: the plan is wrong; names every mistake at once.
        """
        return Plan(read(text, name))

    @staticmethod
    def default(contract: Contract | None = None, zone: str = "UTC") -> "Plan":
        """The plan of those who have none: every line seen, always open, the default contract.

        It knows any well-formed line id, up to ``MOST_LINES_WITHOUT_PLAN`` of them.
        """
        return _EveryLine(contract or Contract(), zone)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.entries,)

    def of(self, entries: Entries, since: int) -> "Plan":
        """A plan of other entries, which are those of this one from an instant on."""
        return Plan(entries)

    # On the way of every event

    def knows(self, line: str, at: int) -> bool:
        """Whether the plan has a line of this id at this instant."""
        return line in self._always or self._knows_at(line, at)

    def terms(self, line: str, at: int) -> Terms | None:
        """What holds for a visit at the line that begins at the instant; None: no such line then.

        Equal terms are the same object.
        """
        day = at // DAY
        try:
            edges, terms = self._terms[line, day]
        except KeyError:
            edges, terms = self._day_of(line, day)
        return terms[bisect_right(edges, at)]

    def first_line_open(self, at: int) -> bool:
        """Whether any first line is open at the instant; a plan that has none is never closed."""
        return self._first_lines.open_at(at)

    def nearest_terms(self, line: str, at: int) -> Terms:
        """The terms of the line's validity nearest in time; the default contract's for a line that
        the plan no longer has."""
        edges = [version.nearest(at) for version in self._lines.get(line, ())]
        terms = self.terms(line, min(edges, key=lambda edge: abs(edge - at))) if edges else None
        return terms or _of_no_plan(line)

    def last_terms(self, line: str, at: int) -> Terms:
        """What a visit is judged by that begins at the instant: the line's terms then, or those
        that it had last before it ended; the default contract's for a line that never was. Contacts
        in state outlive a change of plan, and no later change says anything of them."""
        terms = self.terms(line, at)
        if terms is None:
            ends = [v.until for v in self._lines.get(line, ()) if v.until is not None]
            last = max((end for end in ends if at - LAST_WITHIN < end <= at), default=None)
            terms = None if last is None else self.terms(line, last - 1)
        return terms or _of_no_plan(line)

    def announces(self, announcement: str, at: int) -> bool:
        """Whether the plan has an announcement of this id at the instant."""
        return valid(self._announcements.get(announcement, ()), at) is not None

    def entrance_at(self, entry: str, at: int) -> Entrance | None:
        """The entrance as of the instant; None: no such entrance then."""
        return valid(self._entrances.get(entry, ()), at)

    def menu_in_force(self, at: int) -> str | None:
        """The version of the menu at the instant: of several the one that began last, then the
        first by id; None where the plan has none then."""
        found = [
            (-(version.since if version.since is not None else -(2**62)), id_)
            for id_, versions in self._menus.items()
            for version in versions
            if version.valid(at)
        ]
        return min(found)[1] if found else None

    def menu_seconds(self, menu: str) -> float | None:
        """How long a version lasts by its latest entry, in seconds; None: the plan does not say."""
        versions = self._menus.get(menu, ())
        return versions[-1].entry.seconds / SECOND or None if versions else None

    def key_of(self, menu: str, line: str, at: int) -> str | None:
        """The key that leads to a line in a version of the menu, by its latest entry where it is
        heard at another time; None: the plan does not say."""
        versions = self._menus.get(menu, ())
        entry = valid(versions, at) or (versions[-1].entry if versions else None)
        keys = [key for key, to in entry.keys if to == line] if entry is not None else []
        return keys[0] if keys else None

    def speaks(self, language: str, at: int) -> bool:
        """Whether it is one of the city's languages at the instant."""
        then = valid(self._before, at)
        return language in (self._languages if then is None else then.languages)

    def has_entrances(self, at: int) -> bool:
        """Whether what came in by one entrance is kept apart from the rest at the instant."""
        then = valid(self._before, at)
        return bool(self.entries.entrances) if then is None else then.has_entrances

    def keeps_apart(self, channel: str, at: int) -> bool:
        """Whether what came by the channel is kept apart from all other channels at the instant."""
        then = valid(self._before, at)
        return channel in (self.channels if then is None else then.channels)

    def city_contract(self, at: int) -> Contract:
        """By what contacts of the instant are judged that never came to a line, and their whole
        wait; beyond its last entry, that."""
        if self._is_steady:
            return self.entrance
        then = valid(self._before, at)
        versions = self._contracts[self.entries.city.contract if then is None else then.contract]
        return valid(versions, at) or versions[-1].entry

    def whole_within(self, at: int) -> int:
        """The longest whole wait of a contact of the instant that is within the city's threshold,
        in us."""
        return self._whole_within if self._is_steady else longest_within(self.city_contract(at))

    def nuisance_at(self, at: int) -> int:
        """How soon whoever is not answered must have hung up to be a nuisance at the instant."""
        then = valid(self._before, at)
        return self.entries.city.nuisance if then is None else then.nuisance

    def by_channel(self, terms: Terms, channel: str, at: int) -> Terms:
        """The terms of a visit that came by another channel than the telephone: by the contract
        that its line has for that."""
        entry = valid(self._lines.get(terms.line, ()), at)
        own = dict(entry.channels).get(channel) if entry is not None else None
        contract = None if own is None else self.contract(own, at)
        if contract is None:
            return terms
        key = terms, contract
        found = self._by_channel.get(key)
        if found is None:
            found = self._by_channel[key] = replace(terms, contract=contract)
        return found

    def day_of(self, at: int) -> int:
        """The local midnight at or before the instant, looked up: all offsets from UTC are
        multiples of a quarter of an hour, so each of these lies in one day."""
        quarter = at // _QUARTER
        day = self._days.get(quarter)
        if day is None:
            if len(self._days) >= DAYS_KEPT:
                self._days.clear()
            day = self._days[quarter] = self.midnight(quarter * _QUARTER)
        return day

    def midnight(self, at: int) -> int:
        """The local midnight at or before the instant."""
        return self._calendar.midnight(at)

    def _knows_at(self, line: str, at: int) -> bool:
        return valid(self._lines.get(line, ()), at) is not None

    def _day_of(self, line: str, day: int) -> DayOfTerms:
        found = self._terms.get((line, day))
        if found is None:
            if len(self._terms) >= TERMS_KEPT:
                self._terms.clear()
            found = self._terms[line, day] = self._find_day(line, day * DAY)
        return found

    def _find_day(self, line: str, begin: int) -> DayOfTerms:
        edges, terms = [], [self._find_terms(line, begin)]
        edge = self._turns.next_edge(line, begin)
        while edge is not None and edge < begin + DAY:
            then = self._find_terms(line, edge)
            if then is not terms[-1]:
                edges.append(edge)
                terms.append(then)
            edge = self._turns.next_edge(line, edge)
        return edges, terms

    def _find_terms(self, line: str, at: int) -> Terms | None:
        entry = valid(self._lines.get(line, ()), at)
        if entry is None:
            return None
        contract = valid(self._contracts[entry.contract], at)
        assert contract is not None, "the reader lets no line outlive its contract"
        is_open = self._turns.is_open(entry, at)
        key = entry, contract, is_open
        terms = self._distinct.get(key)
        if terms is None:
            terms = self._distinct[key] = Terms(
                line=entry.id,
                names=entry.names,
                tier=entry.tier,
                vendor=entry.vendor,
                contract=contract,
                open=is_open,
                permanence=entry.permanence,
                option=entry.option,
                callback_within=entry.callback_within,
                is_station=entry.kind != OF_CALLS,
            )
        return terms

    # Lines, vendors, contracts

    @property
    def lines(self) -> list[str]:
        """Every line id that the plan ever knows, sorted."""
        return sorted(self._lines)

    def lines_at(self, at: int) -> list[Terms]:
        """The terms of every line valid at the instant, by id."""
        found = (self.terms(line, at) for line in self.lines)
        return [terms for terms in found if terms is not None]

    def lines_between(self, since: int, until: int) -> list[str]:
        """The ids of the lines valid at any instant from one to another, both included, sorted."""
        return [
            line
            for line in self.lines
            if any(version.overlaps(since, until) for version in self._lines[line])
        ]

    def answering_at(self, at: int) -> frozenset[str]:
        """The ids of the vendors that answer a line at the instant."""
        return self._answering.at(at).vendors

    def answered_by(self, vendor: str, at: int) -> Sequence[str]:
        """The ids of the lines that a vendor answers at the instant; of lines that are only learnt
        from the calls nothing is known."""
        return self._answering.at(at).lines.get(vendor, ())

    def first_lines_at(self, at: int) -> Sequence[str]:
        """The ids of the first lines at the instant, sorted."""
        return self._answering.at(at).first_lines

    def vendor(self, id_: str, at: int | None = None) -> Vendor | None:
        """The vendor as of the instant, by default as of its latest entry; None: no such vendor."""
        versions = self._vendors.get(id_, ())
        if at is None:
            return versions[-1].entry if versions else None
        return valid(versions, at)

    def receivers(self, vendor: str, at: int) -> tuple[Receiver, ...]:
        """Whom to call at a vendor at an instant, in their order; where nobody is on duty then, all
        of them: somebody has to be called."""
        found = self.vendor(vendor, at) or self.vendor(vendor)
        named = found.receivers if found is not None else ()
        on_duty = tuple(each for each in named if each.hours is None or self.within(each.hours, at))
        return on_duty or named

    def contract(self, id_: str, at: int) -> Contract | None:
        """The contract as of the instant; None: no such contract then."""
        return valid(self._contracts.get(id_, ()), at)

    # Hours

    def opens_at(self, line: str, at: int) -> int | None:
        """When a line that is closed now opens next; None: it is open, or stays closed."""
        terms = self.terms(line, at)
        return None if terms is not None and terms.open else self._turns.next(line, at)

    def closes_at(self, line: str, at: int) -> int | None:
        """When a line that is open now closes next; None: it is closed, or stays open."""
        terms = self.terms(line, at)
        return self._turns.next(line, at) if terms is not None and terms.open else None

    def expected_per_hour(self, line: str, at: int) -> float | None:
        """Calls expected per hour at the instant, 0 while closed; None: the plan does not say."""
        entry = valid(self._lines.get(line, ()), at)
        if entry is None or entry.expected is None:
            return None
        terms = self.terms(line, at)
        if terms is None or not terms.open:
            return 0.0
        local = self._calendar.local(at)
        return entry.expected[local.weekday()][local.hour]

    def local(self, at: int) -> datetime:
        """The local time at an instant."""
        return self._calendar.local(at)

    def within(self, hours: str, at: int) -> bool:
        """Whether opening hours of this id include the instant; no such hours then: they do not."""
        return self._openings.is_open(hours, at)

    # Identity

    def to_json(self) -> str:
        """What the plan says, as JSON with sorted keys and entries in the order of their ids.

        What a plan could not say at first is left out where it says nothing of it (``_ADDED``):
        statements that were made before name their plan by its digest.
        """
        entries = replace(
            self.entries,
            lines=in_order(self.entries.lines),
            vendors=in_order(self.entries.vendors),
            contracts=in_order(self.entries.contracts),
            hours=in_order(self.entries.hours),
            maintenance=tuple(sorted(self.entries.maintenance, key=lambda w: (w.since, w.until))),
            announcements=in_order(self.entries.announcements),
            entrances=in_order(self.entries.entrances),
            menus=in_order(self.entries.menus),
            exceptions=tuple(sorted(self.entries.exceptions, key=lambda e: (e.line, e.since))),
            relearns=tuple(sorted(self.entries.relearns, key=lambda e: (e.line, e.at))),
        )
        said = msgspec.to_builtins(entries, str_keys=True)
        _without_nothing(said, _ADDED["entries"])
        _without_nothing(said["city"], _ADDED["city"])
        for line in said["lines"]:
            _without_nothing(line["entry"], _ADDED["line"])
        for vendor in said["vendors"]:
            _without_nothing(vendor["entry"], _ADDED["vendor"])
        return msgspec.json.encode(said, order="sorted").decode()

    @cached_property
    def digest(self) -> str:
        """SHA-256 of ``to_json()``, in hex.

        Comments, order and spelling in the plan's file do not change it, nor do the editions of the
        time zones and public holidays on this machine.
        """
        return hashlib.sha256(self.to_json().encode()).hexdigest()


def _of_no_plan(line: str) -> Terms:
    within = Line(line).callback_within
    return Terms(line, {}, 1, CITY_VENDOR, Contract(), True, "always", None, within)


class _EveryLine(Plan):
    """The plan of those who have none; it learns its lines from the calls. ``since`` is from when
    on, where there was a plan before."""

    has_any_line = True

    def __init__(
        self,
        contract: Contract,
        zone: str,
        entries: Entries | None = None,
        since: int | None = None,
    ) -> None:
        city = City(time_zone=zone, contract=contract.id)
        super().__init__(entries or Entries(lines=(), city=city, contracts=(Version(contract),)))
        self._contract = contract
        self._since = since
        self._learned: set[str] = set()
        self.has_announcements = True

    def __reduce__(self) -> tuple[Any, ...]:
        zone = self.entries.city.time_zone
        return type(self), (self._contract, zone, self.entries, self._since)

    def of(self, entries: Entries, since: int) -> Plan:
        return _EveryLine(self._contract, self.entries.city.time_zone, entries, since)

    def _knows_at(self, line: str, at: int) -> bool:
        since = self._since
        if line not in self._learned and (since is None or not super()._knows_at(line, since)):
            if len(self._learned) >= MOST_LINES_WITHOUT_PLAN or not is_id(line):
                return False
            if holds_number(
                line
            ):  # a call sent on to somebody's own telephone: no name of a series
                return False
            self._learned.add(line)
            if since is None:
                self._always.add(line)
            learned = Version(Line(id=line, contract=self._contract.id), since)
            self._lines.setdefault(line, []).append(learned)
        return super()._knows_at(line, at)

    def _find_terms(self, line: str, at: int) -> Terms | None:
        return super()._find_terms(line, at) if self.knows(line, at) else None

    def announces(self, announcement: str, at: int) -> bool:
        return True

    def answering_at(self, at: int) -> frozenset[str]:
        if self._since is not None and at < self._since:
            return super().answering_at(at)
        return frozenset({CITY_VENDOR})

    def first_lines_at(self, at: int) -> Sequence[str]:
        return [terms.line for terms in self.lines_at(at) if terms.tier == 1]
