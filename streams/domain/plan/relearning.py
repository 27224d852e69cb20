"""When an operator has said that what a line is like now is usual (``[[relearn]]``)."""

from zoneinfo import ZoneInfo

from streams.domain.plan.fields import Table, nearest
from streams.domain.plan.model import Relearn


def relearns(tables: list[Table], lines: list[str], zone: ZoneInfo) -> tuple[Relearn, ...]:
    """The entries, in the order of the file."""
    found = []
    for table in tables:
        table.require("line", "at")
        line = table.id("line") if table.has("line") else ""
        if line and line not in lines:
            table.report("line", f'no line "{line}": {nearest(line, lines)}')
        at = table.instant("at", None, zone)
        table.close()
        if line and at is not None:
            found.append(Relearn(line, at))
    return tuple(found)
