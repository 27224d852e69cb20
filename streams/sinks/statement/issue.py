"""What a statement is called: its number, its date of issue, and in place of which it stands.

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

from streams.domain import instants
from streams.sinks.statement.plain import FORM, Made, canonical

_SHOWN: Final = 8
"""Letters of the digest in a number: one pair in four thousand million is alike by chance, and of
one vendor's period there are a handful. The whole digest is with what the statement rests on."""


def issued(made: Made, now: int, issue: int | None = None, replaces: str | None = None) -> Made:
    """A statement with its number.

    Args:
        made: what it says.
        now: when it is made: its date of issue, which it shows in the plan's time zone.
        issue: which of the archive's it is, from 1 on; None if it is kept in none.
        replaces: the number of the one that it restates.
    """
    zone = ZoneInfo(made.object["period"]["time_zone"])
    date = instants.to_datetime(now).astimezone(zone).isoformat(timespec="seconds")
    return _numbered(made, date, issue, replaces)


def of_archive(made: Made, issue: int) -> Made:
    """A statement as it was kept. Those of form 1 get what they lack: the number that follows from
    what they say; when they were issued, and which hours were heard, nobody knows any more."""
    if made.object.get("form", 1) >= FORM:
        return made
    of = made.object
    numbered = _numbered(made, None, issue, None).object["issue"]
    ids = dict.fromkeys(each["contract"] for each in of["lines"])
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
                "lines": [each["line"] for each in of["lines"] if each["contract"] == id_],
            }
            for id_ in ids
        ],
        "issue": numbered,
    }
    results = [{"complete": True, "hours": None} | each for each in of["results"]]
    return Made(lacking | of | {"results": results}, made.books)


def _numbered(made: Made, date: str | None, issue: int | None, replaces: str | None) -> Made:
    of: dict[str, Any] = made.object
    digest = hashlib.sha256(canonical(made.content)).hexdigest()
    standing = ["p"] if of["provisional"] is not None else [] if issue is None else [str(issue)]
    parts = [of["vendor"]["id"], of["period"]["name"], *standing, digest[:_SHOWN]]
    known = {
        "number": "-".join(parts),
        "issue": issue,
        "date": date,
        "digest": digest,
        "replaces": replaces,
    }
    return Made(made.content | {"issue": known}, made.books)
