"""Plans that judge otherwise than one another, for tests of a plan that changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from hypothesis import strategies as st

from streams.domain.instants import SECOND
from streams.domain.plan import Plan
from streams.domain.plan.model import (
    Announcement,
    Contract,
    DatedHours,
    Entrance,
    Entries,
    Holidays,
    Hours,
    Line,
    LineException,
    Vendor,
)
from streams.domain.plan.validity import Version
from tests.stories import LINES, PLAN

OFFICE = ((480, 1080),)
ROUND_THE_CLOCK = ((0, 1440),)


def with_line(plan: Plan, line: str, **changed: object) -> Plan:
    """The plan with something about a line changed, at all times."""
    lines = tuple(
        replace(v, entry=replace(v.entry, **changed)) if v.entry.id == line else v  # type: ignore[arg-type]
        for v in plan.entries.lines
    )
    return Plan(replace(plan.entries, lines=lines))


def _entries(draw: st.DrawFn, begin: int, end: int) -> Callable[[Entries], Entries]:
    """One correction."""
    moment = st.none() | st.integers(begin // SECOND, end // SECOND).map(lambda at: at * SECOND)
    line = draw(st.sampled_from(LINES))
    kind = draw(
        st.sampled_from(
            (
                *("vendor", "vendor", "tier", "hours", "permanence", "contract", "kind"),
                *("ended", "added", "dated", "threshold", "exception", "holiday", "zone"),
                *("nuisance", "city", "entrances", "languages", "announcement", "names"),
            )
        )
    )

    def of_line(**changed: object) -> Callable[[Entries], Entries]:
        return lambda e: with_line(Plan(e), line, **changed).entries

    match kind:
        case "vendor":
            return of_line(vendor=draw(st.sampled_from(("acme", "nova", "city"))))
        case "tier":
            return of_line(tier=draw(st.integers(1, 3)))
        case "hours":
            return of_line(hours=draw(st.sampled_from((None, "office", "night"))))
        case "permanence":
            return of_line(permanence=draw(st.sampled_from(("always", "none"))))
        case "contract":
            return of_line(contract=draw(st.sampled_from(("default", "paid"))))
        case "kind":
            return of_line(kind=draw(st.sampled_from(("line", "survey"))))
        case "ended":
            until = draw(moment)
            return lambda e: replace(
                e,
                lines=tuple(
                    replace(v, until=until)
                    if v.entry.id == line and (v.since is None or until is None or v.since < until)
                    else v
                    for v in e.lines
                    if v.entry.id != line or until is not None
                ),
            )
        case "added":
            since = draw(moment)
            return lambda e: replace(
                e,
                lines=(
                    *(v for v in e.lines if v.entry.id != line),
                    Version(Line(line, vendor="nova"), since),
                ),
            )
        case "dated":
            at = draw(moment)
            return lambda e: replace(
                e,
                lines=(
                    *(v for v in e.lines if v.entry.id != line),
                    *([] if at is None else [Version(Line(line, vendor="acme"), None, at)]),
                    Version(Line(line, vendor="nova"), at),
                ),
            )
        case "threshold":
            fields = {
                "threshold": draw(st.sampled_from((5, 30, 90))) * SECOND,
                "clock": draw(st.sampled_from(("queue", "choice"))),
                "short_limit": draw(st.sampled_from((0, 20))) * SECOND,
                "lost_after": draw(st.sampled_from((900, 3600))) * SECOND,
                "overflow_counts": draw(st.booleans()),
            }
            return lambda e: replace(
                e,
                contracts=tuple(
                    replace(v, entry=replace(v.entry, **fields)) if v.entry.id == "paid" else v
                    for v in e.contracts
                ),
            )
        case "exception":
            since = draw(st.integers(begin // SECOND, end // SECOND)) * SECOND
            is_open = draw(st.booleans())
            one = LineException(line, since, since + 1800 * SECOND, is_open)
            return lambda e: replace(e, exceptions=(one,))
        case "holiday":
            day = date(2026, 11, 18)
            if draw(st.booleans()):
                return lambda e: replace(e, holidays=Holidays(((day, "Feast"),)))
            own = DatedHours(day, date(2026, 11, 19), ((600, 700),))
            return lambda e: replace(
                e, hours=(Version(Hours("office", 7 * (OFFICE,), exceptions=(own,))), *e.hours[1:])
            )
        case "zone":
            zone = draw(st.sampled_from(("UTC", "Asia/Kolkata", "America/New_York")))
            return lambda e: replace(e, city=replace(e.city, time_zone=zone))
        case "nuisance":
            soon = draw(st.sampled_from((0, 5, 60))) * SECOND
            return lambda e: replace(e, city=replace(e.city, nuisance=soon))
        case "city":
            contract = draw(st.sampled_from(("default", "paid")))
            return lambda e: replace(e, city=replace(e.city, contract=contract))
        case "entrances":
            ids = draw(st.sampled_from(((), ("main",), ("main", "business"))))
            return lambda e: replace(e, entrances=tuple(Version(Entrance(id_)) for id_ in ids))
        case "languages":
            languages = draw(st.sampled_from(((), ("nl",), ("nl", "en"))))
            return lambda e: replace(e, city=replace(e.city, languages=languages))
        case "announcement":
            return lambda e: replace(e, announcements=(Version(Announcement("delay")),))
        case _:
            return lambda e: replace(e, city=replace(e.city, name="Elsewhere"))


@st.composite
def corrected(draw: st.DrawFn, begin: int, end: int) -> Plan:
    """A plan that differs from `PLAN` in some entries."""
    entries = replace(
        PLAN.entries,
        vendors=(*PLAN.entries.vendors, Version(Vendor("nova", "Nova", "Nova", "nova"))),
        contracts=(*PLAN.entries.contracts, Version(Contract())),
        hours=(*PLAN.entries.hours, Version(Hours("night", 7 * (ROUND_THE_CLOCK,)))),
    )
    for _ in range(draw(st.integers(1, 4))):
        entries = _entries(draw, begin, end)(entries)
    return Plan(entries)
