"""Whom to call when a vendor's lines fail, and by which number: in the order in which they are
tried, some by day and others by night."""

import re
from collections.abc import Sequence
from typing import Final

from streams.domain.plan.fields import Reported, Table, nearest
from streams.domain.plan.model import Hours, Receiver, Vendor
from streams.domain.plan.positions import Path
from streams.domain.plan.validity import Version

AT_ALL_HOURS: Final = "always"
"""Hours of who can be called at any time."""

_NUMBER: Final = re.compile(r"\+?[0-9][0-9 ()/.-]{1,29}")
"""As it is dialled from the city; spaces and brackets as people write them."""

_LANGUAGE: Final = re.compile(r"[a-z]{2,3}")

MOST: Final = 10
"""Who is tried in vain ten times is not called an eleventh; a message names two."""


def receivers(table: Table) -> tuple[Receiver, ...]:
    """Those of a vendor's entry."""
    found = [_receiver(each) for each in table.tables("receivers")]
    if len(found) > MOST:
        table.report("receivers", f"are {len(found)}: write at most {MOST}")
    return tuple(found[:MOST])


def _receiver(table: Table) -> Receiver:
    table.require("name", "phone")
    phone = table.text("phone")
    if phone and not _NUMBER.fullmatch(phone):
        table.report("phone", 'is no telephone number: write such as "+32 3 000 00 00"')
    language = table.text("language") or None
    if language is not None and not _LANGUAGE.fullmatch(language):
        table.report("language", f'"{language}" is no language: write such as "nl" or "en"')
        language = None
    hours = table.text("hours", AT_ALL_HOURS)
    found = Receiver(table.text("name"), phone, language, None if hours == AT_ALL_HOURS else hours)
    table.close()
    return found


def check_receivers(
    vendors: Sequence[tuple[Path, Version[Vendor]]],
    hours: Sequence[Version[Hours]],
    reported: Reported,
) -> None:
    """Hours that receivers name."""
    known = {version.entry.id for version in hours}
    for path, version in vendors:
        for i, receiver in enumerate(version.entry.receivers):
            if receiver.hours is not None and receiver.hours not in known:
                hint = nearest(receiver.hours, {*known, AT_ALL_HOURS})
                message = f'no hours "{receiver.hours}": {hint}'
                reported.append(((*path, "receivers", i, "hours"), message))
