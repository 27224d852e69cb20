"""What a statement is called: its number, its date of issue, and what it replaces.

A number is the vendor, the period, the issue and the beginning of the digest of all that the
statement says::

    scheldelijn-2026-10-1-3f2a9c41   the first that was kept in the archive
    scheldelijn-2026-10-2-b07715d0   its restatement
    scheldelijn-2026-10-p-99e1c002   provisional
    scheldelijn-2026-10-3f2a9c41     final, and kept in no archive: nobody has counted it

So the same statement made again of the same data has the same number, two prints can be compared by
eight letters, and no two statements that differ have one number. Only the archive counts issues:
what it keeps as 0.json is issue 1.
"""

import hashlib
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from streams.domain import instants
from streams.sinks.statement.objects import Content, Issue, Statement, canonical
from streams.sinks.statement.plain import Issued, Made

_NUMBERED: Final = 2
"""The first form of a statement's object in which it has a number."""

_SHOWN: Final = 8
"""Letters of the digest in a number: one pair in four thousand million is alike by chance, and of
one vendor's period there are a handful. The whole digest is with what the statement rests on."""


def issued(made: Made, now: int, issue: int | None = None, replaces: str | None = None) -> Issued:
    """A statement with its number.

    Args:
        made: what it says.
        now: when it is made: its date of issue, which it shows in the plan's time zone.
        issue: which of the archive's it is, from 1 on; None if it is kept in none.
        replaces: the number of the one that it restates.
    """
    of = made.content
    zone = ZoneInfo(of.period.time_zone)
    date = instants.to_datetime(now).astimezone(zone).isoformat(timespec="seconds")
    digest = hashlib.sha256(made.json).hexdigest()
    numbered = Issue(
        number=_number(of, issue, digest),
        issue=issue,
        date=date,
        digest=digest,
        replaces=replaces,
    )
    fields = {name: getattr(of, name) for name in Content.__struct_fields__}
    return Issued(Statement(**fields, issue=numbered), made.books)


def of_archive(kept: dict[str, Any], books: str, issue: int) -> Issued:
    """A statement as it was kept. Those of form 1 get what they lack: the number that follows from
    what they say; when they were issued, and which hours were heard, nobody knows any more.

    Raises:
        msgspec.ValidationError: it is no statement.
    """
    if kept.get("form", 1) >= _NUMBERED:
        return Issued(msgspec.convert(kept, Statement), books)
    lines = kept.get("lines", [])
    contracts = dict.fromkeys(each["contract"] for each in lines)
    lacking = {
        "complete": True,
        "heard": None,
        "amounts_withheld": [],
        "contracts": [
            {
                "contract": id_,
                "valid_from": None,
                "valid_until": None,
                "thresholds": [],
                "lines": [each["line"] for each in lines if each["contract"] == id_],
            }
            for id_ in contracts
        ],
    }
    results = [{"complete": True, "hours": None} | each for each in kept.get("results", [])]
    digest = hashlib.sha256(canonical(kept)).hexdigest()
    known = lacking | kept | {"results": results}
    content = msgspec.convert(known, Content)
    numbered = {
        "number": _number(content, issue, digest),
        "issue": issue,
        "date": None,
        "digest": digest,
        "replaces": None,
    }
    return Issued(msgspec.convert(known | {"issue": numbered}, Statement), books)


def _number(of: Content, issue: int | None, digest: str) -> str:
    standing = ["p"] if of.provisional is not None else [] if issue is None else [str(issue)]
    return "-".join([of.vendor.id, of.period.name, *standing, digest[:_SHOWN]])
