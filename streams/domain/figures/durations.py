"""How long the menu takes, and how long people talk."""

from typing import Final

from streams.domain.figures.figure import Counts, Figure, seconds


def menu_time(tally: Counts) -> float | None:
    """Mean of choice - start, in seconds; negative ones are left out and counted.

    >>> menu_time(Tally.of(menu_sum=300_000_000, menu_count=20, menu_negative=1))
    15.0
    """
    return seconds(tally["menu_sum"], tally["menu_count"])


def talk_time(tally: Counts) -> float | None:
    """Mean of hangup or left - answered, in seconds.

    >>> talk_time(Tally.of(talk_sum=3_600_000_000, talk_count=20))
    180.0
    """
    return seconds(tally["talk_sum"], tally["talk_count"])


MENU_TIME: Final = Figure(
    name="menu_time",
    title="menu time",
    formula="mean time from the start of a call to its menu choice",
    unit="seconds",
    better="lower",
    value=menu_time,
    source="ours: what a menu costs the people who listen to it",
    metric="menu_time_seconds",
    help="Mean time from call start to menu choice",
    windows=("60m", "today"),
    place=100,
)

TALK_TIME: Final = Figure(
    name="talk_time",
    title="talk time",
    formula="mean time from answer to hangup or transfer",
    unit="seconds",
    better="neither",
    value=talk_time,
    source="ours: the time of two people, the one who called and the one who answered",
    metric="talk_time_seconds",
    help="Mean time from answer to end",
    place=110,
)
