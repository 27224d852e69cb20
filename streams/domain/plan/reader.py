"""A plan's TOML read, with everything that is wrong with it found in one go.

It is longer than a module should be, because each table of the plan is read in the order of its
keys.
"""

import pathlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from streams.domain.instants import HOUR, MINUTE, SECOND
from streams.domain.plan import (
    paging,
    positions,
    queues,
    receivers,
    references,
    relearning,
    syntax,
    week,
)
from streams.domain.plan.contracts import contract
from streams.domain.plan.fields import Reported, Table, nearest
from streams.domain.plan.model import (
    CITY_VENDOR,
    INTERNAL,
    KINDS_OF_LINE,
    LONGEST_CALLBACK,
    LONGEST_MENU,
    LONGEST_NUISANCE,
    MOST_CHANNELS,
    OF_CALLS,
    OTHER,
    PERMANENCES,
    PHONE,
    PUBLIC,
    Announcement,
    City,
    Contract,
    Entrance,
    Entries,
    Holidays,
    Hours,
    Line,
    LineException,
    Maintenance,
    Menu,
    Vendor,
    is_id,
)
from streams.domain.plan.positions import Path
from streams.domain.plan.validity import Version
from streams.domain.privacy import pseudonym_pattern

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", re.ASCII)
_OPTION = re.compile(r"[0-9*#]{1,4}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with a plan.

    Attributes:
        path: the dotted path, entries counted from 1, such as ``line[2].contract``.
        line: the line of the file, where it can be found.
        message: what is wrong, and what to do.
    """

    path: str
    line: int | None
    message: str

    def __str__(self) -> str:
        where = [f"line {self.line}"] if self.line else []
        return ": ".join([*where, *([self.path] if self.path else []), self.message])


class PlanError(Exception):
    """A plan that can't be used, with every mistake in it."""

    def __init__(self, name: str, mistakes: list[Mistake]) -> None:
        super().__init__(name, mistakes)
        self.name = name
        self.mistakes = mistakes

    def __str__(self) -> str:
        return "\n".join(f"{self.name}: {mistake}" for mistake in self.mistakes)


def read_file(path: str | pathlib.Path) -> Entries:
    """The entries of a plan's file.

    Raises:
        PlanError: the file can't be read, or the plan is wrong.
    """
    try:
        text = pathlib.Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        why = error.strerror or str(error)
        raise PlanError(str(path), [Mistake("", None, f"cannot be read: {why}")]) from error
    except UnicodeDecodeError as error:
        message = f"is not UTF-8 text at byte {error.start}: save it as UTF-8"
        raise PlanError(str(path), [Mistake("", None, message)]) from error
    return read(text, str(path))


def read(text: str, name: str) -> Entries:
    """The entries of a plan.

    Raises:
        PlanError: the plan is wrong.
    """
    entries, mistakes = _read(text)
    if mistakes:
        raise PlanError(name, mistakes)
    return entries


def check(text: str, name: str = "plan") -> list[Mistake]:
    """Every mistake in a plan, in the order of its lines; none, and it can be used."""
    try:
        read(text, name)
    except PlanError as error:
        return error.mistakes
    return []


def _read(text: str) -> tuple[Entries, list[Mistake]]:
    values, source, unreadable = syntax.parse(text)
    reported: Reported = []
    entries = _entries(Table(values, (), reported)) if values is not None else Entries(lines=())
    mistakes: list[Mistake] = []
    if reported or unreadable:
        found = positions.lines(source)
        on = {line: positions.text(path) for path, line in found.items()}
        mistakes += [Mistake(on.get(n or 0, ""), n, m) for n, m in unreadable]
        mistakes += [
            Mistake(positions.text(p), positions.line_of(p, found), m) for p, m in reported
        ]
    return entries, sorted(dict.fromkeys(mistakes), key=lambda m: (m.line or 0, m.path))


E = TypeVar("E", Vendor, Contract, Line, Hours, Announcement, Entrance, Menu)


def _entries(top: Table) -> Entries:
    city = _city(top.table("city"))
    zone = ZoneInfo(city.time_zone)
    reported = top.reported
    contracts = _versions(top.tables("contract"), contract, zone)
    hours = _versions(top.tables("hours"), week.hours, zone)
    vendors = _versions(top.tables("vendor"), _vendor, zone)
    lines = _versions(top.tables("line"), lambda table: _line(table, city), zone)
    holidays = _holidays(top.table("holidays"))
    menus = _versions(top.tables("menu"), _menu, zone)
    entrances = _versions(top.tables("entrance"), lambda table: _entrance(table, city), zone)
    announcements = _versions(top.tables("announcement"), _announcement, zone)
    ids = [v.entry.id for _, v in lines]
    exceptions = _exceptions(top.tables("exception"), ids, zone)
    relearns = relearning.relearns(top.tables("relearn"), ids, zone)
    maintenance = _maintenance(top.tables("maintenance"), ids)
    if not lines and not top.raw("line"):
        top.report("line", 'there is no line: write [[line]] and id = "waste"')
    top.close()
    entries = Entries(
        lines=_of(lines),
        city=city,
        vendors=_of(vendors),
        contracts=_of(contracts),
        hours=_of(hours),
        holidays=holidays,
        maintenance=maintenance,
        announcements=_of(announcements),
        entrances=_of(entrances),
        menus=_of(menus),
        exceptions=exceptions,
        relearns=relearns,
    )
    references.check_overlaps(contracts, reported)
    references.check_overlaps(hours, reported)
    references.check_overlaps(vendors, reported)
    receivers.check_receivers(vendors, entries.hours, reported)
    references.check_overlaps(lines, reported)
    references.check_overlaps(announcements, reported)
    references.check_overlaps(entrances, reported)
    references.check_overlaps(menus, reported)
    references.check_menus(menus, lines, reported)
    references.check_entrances(entries, entrances, reported)
    references.check_options(lines, reported)
    references.check_queues(lines, reported)
    references.check_lines(entries, lines, reported)
    references.check_contracts(entries, contracts, reported)
    return entries


def _of(found: list[tuple[Path, Version[E]]]) -> tuple[Version[E], ...]:
    return tuple(version for _, version in found)


def _versions(
    tables: list[Table], read_entry: Callable[[Table], E], zone: ZoneInfo
) -> list[tuple[Path, Version[E]]]:
    """Entries with their validity, and where they stand."""
    found = []
    for table in tables:
        since = table.instant("valid_from", zone)
        until = table.instant("valid_until", zone)
        if since is not None and until is not None and since >= until:
            table.report("valid_until", "is not after `valid_from`; it is when the entry ends")
            until = None
        found.append((table.path, Version(read_entry(table), since, until)))
        table.close()
    return found


def _city(table: Table | None) -> City:
    if table is None:
        return City()
    languages = table.texts("languages")
    for language in languages:
        if not _LANGUAGE.fullmatch(language):
            table.report("languages", f'"{language}" is no language: write such as "nl" or "en"')
    zone = table.text("time_zone", "UTC")
    if not _is_zone(zone):
        hint = nearest(zone, available_timezones()) or 'write such as "Europe/Brussels"'
        table.report("time_zone", f'no time zone "{zone}": {hint}')
        zone = "UTC"
    city = City(
        name=table.text("name", City().name),
        time_zone=zone,
        languages=languages,
        country=table.text("country") or None,
        subdivision=table.text("subdivision") or None,
        contract=table.id("contract", City().contract),
        nuisance=table.duration("nuisance_seconds", City().nuisance, 0, LONGEST_NUISANCE),
        page_of_today=table.choice("page_of_today", (INTERNAL, PUBLIC), INTERNAL),
        pseudonyms=_pseudonyms(table),
        **paging.entries(table),
    )
    _note_country(table, city)
    table.close()
    return city


def _pseudonyms(table: Table) -> str | None:
    written = table.text("pseudonyms") or None
    if written is not None:
        try:
            pseudonym_pattern(written)
        except ValueError as error:
            table.report("pseudonyms", f"{error}")
            return None
    return written


def _is_zone(key: str) -> bool:
    try:
        ZoneInfo(key)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _note_country(table: Table, city: City) -> None:
    if city.country is None:
        if city.subdivision:
            table.report("subdivision", "is a part of no country: write `country` too")
        return
    import holidays
    from holidays.registry import EntityLoader

    # To ask for their parts imports two hundred countries: a fifth of a replay's start.
    countries = list(EntityLoader.get_country_codes())
    if city.country not in countries:
        hint = nearest(city.country, countries) or 'write two letters, such as "BE"'
        table.report("country", f'no public holidays are known of "{city.country}": {hint}')
    elif city.subdivision:
        parts = holidays.list_supported_countries()[city.country]
        if city.subdivision not in parts:
            hint = nearest(city.subdivision, parts)
            table.report(
                "subdivision", f'"{city.subdivision}" is no part of {city.country}: {hint}'
            )


def _vendor(table: Table) -> Vendor:
    id_ = table.id()
    name = table.text("name", id_)
    return Vendor(
        id=id_,
        name=name,
        owner=table.text("owner", name),
        receiver=table.text("receiver", id_),
        receivers=receivers.receivers(table),
    )


def _channels(table: Table) -> tuple[tuple[str, str], ...]:
    """The contract of each channel that has one of its own."""
    channels = table.table("channels")
    if channels is None:
        return ()
    found = []
    for channel in channels.words():
        own = channels.table(channel)
        if channel == PHONE or not is_id(channel):
            channels.report(channel, 'is no channel but the telephone: write such as "desk"')
        elif own is not None:
            own.require("contract")
            found.append((channel, own.id("contract", City().contract)))
            own.close()
    channels.close()
    if len(found) > MOST_CHANNELS:
        table.report("channels", f"are {len(found)}, at most {MOST_CHANNELS} are kept apart")
    return tuple(sorted(found))


def _entrance(table: Table, city: City) -> Entrance:
    if table.raw("id") == OTHER:
        table.report("id", f'"{OTHER}" is what all entrances without an entry are: change it')
    return Entrance(
        id=table.id(),
        names=_names(table, city),
        contract=table.id("contract") if table.has("contract") else None,
    )


def _menu(table: Table) -> Menu:
    keys = table.table("keys")
    found = []
    for key in keys.words() if keys is not None else ():
        assert keys is not None
        if not _OPTION.fullmatch(key):
            keys.report(key, f'"{key[:40]}" can\'t be dialled: write up to four of 0-9, * and #')
        found.append((key, keys.id(key)))
    return Menu(
        id=table.id(),
        seconds=table.duration("seconds", 0, SECOND, LONGEST_MENU),
        keys=tuple(sorted(found)),
    )


def _announcement(table: Table) -> Announcement:
    return Announcement(id=table.id())


def _line(table: Table, city: City) -> Line:
    tier = table.whole("tier", 1, 1, 3)
    option = table.text("option") or None
    if option is not None and not _OPTION.fullmatch(option):
        table.report("option", f'"{option}" can\'t be dialled: write up to four of 0-9, * and #')
    if tier == 1 and table.has("permanence"):
        table.report("permanence", "is a second line's: leave it out, or write tier = 2")
    return Line(
        id=table.id(),
        names=_names(table, city),
        tier=tier,
        vendor=table.id("vendor", CITY_VENDOR),
        contract=table.id("contract", city.contract),
        hours=table.id("hours") if table.has("hours") else None,
        permanence=table.choice("permanence", PERMANENCES, "always"),
        option=option,
        expected=week.expected(table, "expected_per_hour"),
        callback_within=table.duration("callback_within", 24 * HOUR, MINUTE, LONGEST_CALLBACK),
        queues=queues.read(table),
        kind=table.choice("kind", KINDS_OF_LINE, OF_CALLS),
        channels=_channels(table),
    )


def _names(table: Table, city: City) -> dict[str, str]:
    by_language = table.table("names")
    if by_language is None:
        return {}
    for language in by_language.words():
        if language not in city.languages:
            hint = nearest(language, city.languages) if city.languages else ""
            message = f'is none of the city\'s languages: add "{language}" to them'
            by_language.report(language, message + (f", or {hint}" if hint else ""))
    return {language: by_language.text(language) for language in by_language.words()}


def _holidays(table: Table | None) -> Holidays:
    if table is None:
        return Holidays()
    added = []
    for extra in table.tables("extra"):
        extra.require("date")
        day = extra.day("date")
        name = extra.text("name", "holiday")
        extra.close()
        if day is not None:
            added.append((day, name))
    left_out = tuple(table.days("left_out"))
    if both := {day for day, _ in added} & set(left_out):
        table.report("left_out", f"{min(both)} is also under `extra`: write it in one of them")
    table.close()
    return Holidays(tuple(sorted(added)), tuple(sorted(left_out)))


def _exceptions(tables: list[Table], lines: list[str], zone: ZoneInfo) -> tuple[LineException, ...]:
    found: list[LineException] = []
    for table in tables:
        table.require("line", "from", "until", "reason")
        line = table.id("line") if table.has("line") else ""
        if line and line not in lines:
            table.report("line", f'no line "{line}": {nearest(line, lines)}')
        since, until = (table.instant(key, None, zone) for key in ("from", "until"))
        is_open = table.flag("open", False)
        reason = table.text("reason")
        table.close()
        if since is None or until is None:
            continue
        if since >= until:
            table.report("until", "is not after `from`: write when the exception ends")
        elif any(e.line == line and e.since < until and since < e.until for e in found):
            table.report("from", f'"{line}" has another exception then: end one where one begins')
        found.append(LineException(line, since, until, is_open, reason))
    return tuple(found)


def _maintenance(tables: list[Table], lines: list[str]) -> tuple[Maintenance, ...]:
    found = []
    for table in tables:
        table.require("from", "until")
        since, until = table.instant("from"), table.instant("until")
        named = table.texts("lines", sorted(set(lines)))
        reason = table.text("reason")
        table.close()
        if since is None or until is None:
            continue
        if since >= until:
            table.report("until", "is not after `from`: write when the maintenance ends")
        found.append(Maintenance(since, until, named, reason))
    return tuple(found)
