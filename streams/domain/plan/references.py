"""Whether a plan's entries agree: names that name something, at all times, and only one thing."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from streams.domain import instants
from streams.domain.plan.fields import Reported, nearest
from streams.domain.plan.model import Contract, Entrance, Entries, Line, Menu
from streams.domain.plan.positions import Path
from streams.domain.plan.queues import key as queue_key
from streams.domain.plan.validity import N, Named, Version

_FOREVER = 2**63


_Entries = Sequence[tuple[Path, Version[N]]]
"""Entries and where they stand."""


def check_overlaps(found: _Entries[N], reported: Reported) -> None:
    """Two entries of one id, valid at the same time."""
    for id_, _, (path, later) in _clashes(found, lambda entry: [entry.id]):
        reported.append(
            (
                (*path, "id"),
                f'"{id_}" is there twice {_span(later)}: change the id, or end one '
                "with `valid_until` where the other begins with `valid_from`",
            )
        )


def check_options(found: _Entries[Line], reported: Reported) -> None:
    """Two lines under one menu option at the same time."""
    for option, (_, earlier), (path, later) in _clashes(found, lambda line: [line.option]):
        if earlier.entry.id != later.entry.id:
            message = f'"{option}" is also the menu option of "{earlier.entry.id}": change one'
            reported.append(((*path, "option"), message))


def check_queues(found: _Entries[Line], reported: Reported) -> None:
    """Two lines that one queue feeds at the same time."""
    for queue, (_, earlier), (path, later) in _clashes(
        found, lambda line: map(queue_key, line.queues)
    ):
        if earlier.entry.id != later.entry.id:
            message = f'"{queue}" also feeds "{earlier.entry.id}" then: leave it out of one of them'
            reported.append(((*path, "queues"), message))


def check_lines(entries: Entries, lines: _Entries[Line], reported: Reported) -> None:
    """Vendors, contracts and hours that lines name."""
    city = entries.city
    contracts = _and_always(Contract(), entries.contracts)
    vendors = _and_always(city.as_vendor(), entries.vendors)
    wrong_for_all = all(v.entry.id != city.contract for v in contracts)
    if wrong_for_all:
        _check_reference(("city", "contract"), "contract", city.contract, None, contracts, reported)
    for path, version in lines:
        line = version.entry
        _check_reference((*path, "vendor"), "vendor", line.vendor, version, vendors, reported)
        if not (wrong_for_all and line.contract == city.contract):
            at = (*path, "contract")
            _check_reference(at, "contract", line.contract, version, contracts, reported)
        for channel, contract in line.channels:
            at = (*path, "channels", channel, "contract")
            _check_reference(at, "contract", contract, version, contracts, reported)
        if line.hours:
            _check_reference(
                (*path, "hours"), "hours", line.hours, version, entries.hours, reported
            )


def check_entrances(entries: Entries, entrances: _Entries[Entrance], reported: Reported) -> None:
    """Contracts that entrances name."""
    contracts = _and_always(Contract(), entries.contracts)
    for path, version in entrances:
        if version.entry.contract is not None:
            at = (*path, "contract")
            _check_reference(at, "contract", version.entry.contract, version, contracts, reported)


def check_menus(menus: _Entries[Menu], lines: _Entries[Line], reported: Reported) -> None:
    """Lines that menus lead to."""
    known = {version.entry.id for _, version in lines}
    for path, version in menus:
        for key, line in version.entry.keys:
            if line and line not in known:
                reported.append(((*path, "keys", key), f'no line "{line}": {nearest(line, known)}'))


def check_contracts(entries: Entries, contracts: _Entries[Contract], reported: Reported) -> None:
    """Lines and hours that contracts name."""
    for path, version in contracts:
        _check_foreign_lines(path, version.entry, entries.lines, reported)
        for i, exclusion in enumerate(version.entry.exclusions):
            if exclusion.hours:
                at = (*path, "exclusion", i, "hours")
                _check_reference(at, "hours", exclusion.hours, version, entries.hours, reported)


def _and_always(always: N, versions: Sequence[Version[N]]) -> list[Version[N]]:
    there = any(v.entry.id == always.id for v in versions)
    return list(versions) if there else [*versions, Version(always)]


def _check_reference(
    path: Path,
    what: str,
    id_: str,
    user: Version[Named] | None,
    targets: Iterable[Version[Named]],
    reported: Reported,
) -> None:
    """A reference to nothing, or to what is not valid for as long as its user is."""
    targets = list(targets)
    versions = sorted((v for v in targets if v.entry.id == id_), key=_bounds)
    if not versions:
        reported.append((path, f'no {what} "{id_}": {nearest(id_, {v.entry.id for v in targets})}'))
        return
    if user is None:
        return
    covered, end = _bounds(user)
    for version in versions:
        since, until = _bounds(version)
        if since > covered:
            break
        covered = max(covered, until)
    if covered < end:
        after = "before its `valid_from`" if covered == -_FOREVER else f"at {_text(covered)}"
        reported.append(
            (
                path,
                f'{what} "{id_}" is not valid {after}, while "{user.entry.id}" is: '
                "let one begin or end with the other",
            )
        )


def _check_foreign_lines(
    path: Path, contract: Contract, lines: Sequence[Version[Line]], reported: Reported
) -> None:
    """Lines that a contract's measures and exclusions name, and that are not under it."""
    parts: tuple[tuple[str, Sequence[tuple[str, ...]]], ...] = (
        ("measure", [m.lines for m in contract.measures]),
        ("exclusion", [e.lines for e in contract.exclusions]),
    )
    under = {v.entry.id for v in lines if v.entry.contract == contract.id}
    for key, named in parts:
        for i, ids in enumerate(named):
            for id_ in ids:
                if id_ not in under:
                    message = f'no line "{id_}" under this contract: {nearest(id_, under)}'
                    reported.append(((*path, key, i, "lines"), message))


def _clashes(
    found: _Entries[N], of: Callable[[N], Iterable[str | None]]
) -> Iterator[tuple[str, tuple[Path, Version[N]], tuple[Path, Version[N]]]]:
    """Entries with the same word, where the later in the file overlaps an earlier."""
    by_word: dict[str, list[tuple[Path, Version[N]]]] = {}
    for path, version in found:
        for word in filter(None, of(version.entry)):
            later, known = (path, version), by_word.setdefault(word, [])
            overlapping = ((where, before) for where, before in known if _overlap(before, version))
            earlier = next(overlapping, None)
            if earlier is not None:
                yield word, earlier, later
            known.append(later)


def _bounds(version: Version[Named]) -> tuple[int, int]:
    since = -_FOREVER if version.since is None else version.since
    return since, _FOREVER if version.until is None else version.until


def _overlap(a: Version[Named], b: Version[Named]) -> bool:
    (a_since, a_until), (b_since, b_until) = _bounds(a), _bounds(b)
    return a_since < b_until and b_since < a_until


def _span(version: Version[Named]) -> str:
    if version.since is None and version.until is None:
        return "without limit"
    since = "" if version.since is None else f"from {_text(version.since)} "
    return since + ("on" if version.until is None else f"until {_text(version.until)}")


def _text(instant: int) -> str:
    return instants.text(instant)
