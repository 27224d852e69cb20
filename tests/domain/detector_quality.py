"""What the detectors are worth: false pages and minutes to notice, on queues and on real days.

    python -m tests.domain.detector_quality      # writes detector_quality.json and .md beside it

Lines are Erlang-A queues (``erlang_a``) that have learnt four weeks before anything is counted.
The budget is one false page a quarter of one scope, so a channel pages three times more rarely.
Pages of E, F and S within 90 minutes are one. The 30 s of the seal come on top. Everything is
seeded; ``test_detector_quality.py`` computes a part of it again and compares it with the files.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from statistics import median
from typing import Any

from streams.domain import instants
from streams.domain.alarms import replayed
from streams.domain.instants import HOUR, MINUTE
from streams.domain.plan import Plan
from tests.bank import real_calls
from tests.domain.erlang_a import (
    OPENS,
    Fed,
    Queueing,
    Trouble,
    at_level,
    detector,
    merged,
    overloaded,
)
from tests.stories import contacts

HERE = Path(__file__).parent

QUARTER = 91
LEARNT = 28
TIMES = 20
"""How often something goes wrong; its median is good to a few calls."""

QUARTERS = {2: 6, 5: 6, 20: 8, 36: 5, 120: 1}
"""Of each line; most where the mean is near what is wanted, and few at the rate that takes long."""

NOON = 12 * HOUR


def lines(an_hour: int) -> dict[str, Queueing]:
    """Lines on which nothing ever goes wrong."""
    return {
        "level .80": at_level(an_hour, 0.80),
        "level .90": at_level(an_hour, 0.90),
        "level .85, rings 4 s": at_level(an_hour, 0.85, 4.0),
        "level .85, rings 8 s, log-normal": at_level(an_hour, 0.85, 8.0, True),
        "overloaded": overloaded(an_hour),
        "breaks": at_level(an_hour, 0.80, breaks=0.03),
    }


def false_pages(an_hour: int) -> dict[str, float]:
    """Pages a line and quarter of each of these."""
    found = {}
    for name, line in lines(an_hour).items():
        fed = Fed(line, f"{an_hour} {name}").days_on_end(LEARNT)
        fed.pages.clear()
        fed.days_on_end(QUARTERS[an_hour] * QUARTER)
        found[name] = round(merged(fed.pages) / QUARTERS[an_hour], 2)
    return found


@lru_cache
def learnt(line: Queueing) -> str:
    """What a detector of the line remembers after four ordinary weeks."""
    fed = Fed(line, "learns").days_on_end(LEARNT)
    return json.dumps([fed.watch.usual.state(), fed.watch.state()])


def delays(line: Queueing, trouble: Trouble, kind: str, times: int = TIMES) -> list[float]:
    """Minutes from the beginning of the trouble to the page, each time."""
    found = []
    for n in range(times):
        watch = detector()
        usual, state = json.loads(learnt(line))
        watch.usual.restore(usual)
        watch.restore(state)
        fed = Fed(line, f"trouble {n}", watch)
        fed.days = LEARNT
        begun = fed.a_day(trouble) + trouble.since
        pages = [at for at, which, _ in fed.pages if which == kind and at >= begun]
        found.append((min(pages) - begun) / MINUTE if pages else 999.0)
    return sorted(found)


def quantiles(found: list[float]) -> str:
    """The median, and the slowest of ten."""
    late = found[int(0.9 * len(found))]
    return f"{median(found):.0f} / {'never' if late > 900 else f'{late:.0f}'}"


def noticed(an_hour: int) -> dict[str, list[str]]:
    """What goes wrong at a line of so many calls an hour: minutes, and what is wanted at most."""
    usual, crowded = at_level(an_hour, 0.85), overloaded(an_hour)
    found: dict[str, list[str]] = {}
    if an_hour in (20, 120):
        nobody = delays(usual, Trouble(NOON, refused=1.0), "no_entry")
        found["nobody enters"] = [quantiles(nobody), {20: "16", 120: "4"}[an_hour]]
    unanswered = Trouble(NOON, unanswered=True)
    at_most = {5: "110", 20: "20", 36: "13", 120: "7"}[an_hour]
    found["nobody answers"] = [quantiles(delays(usual, unanswered, "no_answers")), at_most]
    if an_hour > 5:
        slow = quantiles(delays(crowded, unanswered, "no_answers"))
        at_most = {20: "32", 36: "18", 120: "8"}[an_hour]
        found["nobody answers, an overloaded line"] = [slow, at_most]
    if an_hour == 120:
        falls = delays(usual, Trouble(NOON, refused=0.7), "no_entry")
        found["entries fall to 30 %"] = [quantiles(falls), "8"]
        declines = Trouble(NOON, refused=1.0, declines=2 * HOUR)
        found["entries decline over 2 h"] = [quantiles(delays(usual, declines, "no_entry")), "60"]
        half = delays(usual, Trouble(NOON, refused=0.48), "no_entry")
        found["48 % refused"] = [quantiles(half), "10"]
        most = delays(usual, Trouble(NOON, refused=0.9), "no_entry")
        found["90 % refused"] = [quantiles(most), "4"]
    if an_hour > 5:
        at_most = {20: "35", 36: "20", 120: "10"}[an_hour]
        for name, since in (
            ("silent from the opening", OPENS),
            ("silent from the eighth minute", OPENS + 8 * MINUTE),
            ("silent from the second hour", OPENS + HOUR),
        ):
            found[name] = [
                quantiles(delays(usual, Trouble(since, silent=True), "silence")),
                at_most,
            ]
    return found


BANK = Plan.read(
    """
[city]
name = "The bank"
time_zone = "Asia/Jerusalem"
[[vendor]]
id = "desk"
name = "The desk"
[[hours]]
id = "bank"
sun-thu = "07:00-24:00"
fri = "07:00-14:00"
sat = "19:40-24:00"
"""
    + "".join(
        f'[[line]]\nid = "{line}"\nvendor = "desk"\nhours = "bank"\n'
        for line in ("PS", "PE", "IN", "NE", "NW", "TT")
    )
)

TRUE = {
    "Wed 03 12:50": "true: the incident; hardly anybody came into a queue until two",
    "Wed 10 07:20": "true: of NW nobody came into the queue from 7:20 to 7:57",
    "Thu 11 14:51": "true: of NW two of nineteen were answered while somebody waited too long",
    "Sun 14 16:00": "true: of IN nobody came into the queue from 16:00 to 17:30, in any hour, and "
    "in the same alert: PS was not called for 25 minutes from 20:39 on",
}
"""What was so when it paged, judged by hand from what all lines did at the time."""


def real() -> list[list[str]]:
    """Every page of E, F and S of the fortnight at the bank."""
    facts = [(event, instants.parse(event.at)) for event in real_calls()]
    rows = []
    for alert in replayed(contacts(facts), BANK, facts[-1][1]):
        if alert.severity != "page" or alert.kind == "forgotten":
            continue
        since = f"{BANK.local(alert.since):%a %d %H:%M}"
        opened = f"{BANK.local(alert.opened_at):%a %d %H:%M}"
        of = ", ".join(alert.lines) or alert.subject.scope
        rows.append([alert.kind, of, since, opened, TRUE.get(since, "not judged")])
    return rows


def measure(rates: tuple[int, ...] = (2, 5, 20, 36, 120)) -> dict[str, Any]:
    """The tables, of these rates."""
    return {
        "false pages": {str(each): false_pages(each) for each in rates},
        "noticed": {str(each): noticed(each) for each in rates if each > 2},
    }


def table(head: list[str], rows: list[list[Any]]) -> str:
    """Markdown."""
    shown = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(str(cell) for cell in line) + " |\n" for line in shown)


def not_reached(stationary: dict[str, dict[str, float]]) -> str:
    """Which rates and lines page more often than is wanted; so few quarters tell no more of a cell
    than that it is about so."""
    found = []
    for rate, cells in stationary.items():
        mean = sum(cells.values()) / len(cells)
        if mean > 0.6:
            found.append(f"the mean at {rate} an hour ({mean:.2f}, within the budget)")
        found += [f"{rate} an hour, {name} ({cell})" for name, cell in cells.items() if cell > 1.25]
    return "; ".join(found) or "nothing"


def markdown(found: dict[str, Any]) -> str:
    """The tables as a page."""
    stationary = found["false pages"]
    names = list(next(iter(stationary.values())))
    parts = [
        "# What the detectors are worth\n\nWritten by `python -m tests.domain.detector_quality`,"
        " which says how it is measured; a test computes a part of it again.\n\n"
        "## Nothing goes wrong\n\nPages of no entry, no answers and silence, a line and quarter, on"
        " Erlang-A queues that are as they always are; one is the budget. Wanted are at most 0.6 on"
        " average of a rate, and 1.25 of any.\n\n",
        table(
            ["calls an hour", *names, "mean"],
            [
                [rate, *cells.values(), f"{sum(cells.values()) / len(cells):.2f}"]
                for rate, cells in stationary.items()
            ],
        ),
        f"\nNot reached: {not_reached(stationary)}.\n"
        "\n## Something goes wrong\n\nMinutes from its beginning to the page, the median and the"
        " 90th percentile; the seal of 30 s comes on top. What is wanted is of the median.\n\n",
        table(
            ["calls an hour", "what", "minutes", "at most"],
            [
                [rate, what, *cells]
                for rate, troubles in found["noticed"].items()
                for what, cells in troubles.items()
            ],
        ),
        "\n## The bank, 1 to 14 February 1999\n\nReal calls, with opening hours and without any"
        " week before them; every page, judged by hand.\n\n",
        table(["kind", "lines", "since", "opened", "judgement"], found["real"]),
        "\nWanted are the incident and no other page of no entry and no answers. The three others"
        " stand because each was so: eight of eight callers of NW gave up before its queue on the"
        " 10th, on the 11th callers waited nine minutes, on the 14th four of four gave up. A gate"
        " that kept them quiet would keep an outage of such a line quiet. Of silences, PS was not"
        " called on the 8th from 13:11 to 13:42: by then six days were learnt, and seven are"
        " needed.\n",
        "\n## What no budget buys\n\n48 % of 120 contacts an hour refused, at a usual 3 %: half of"
        " all draws page within seven minutes, one in ten after more than 13, and one in eleven has"
        " at most nine refused among the first 27 contacts, in ten minutes or more. These nine are"
        " evidence of 9 ln(.33 / .06) + 18 ln(.67 / .94) = 9.3 nats, if the share were known"
        " beforehand: what an ordinary line of 1,200 contacts a day shows by chance once in"
        " exp(9.3) = 11,000 of them, ten times a quarter. A draw that goes on with eleven good"
        " contacts pages after 24 minutes. The budget is kept.\n",
        "\n## Not measured yet\n\nIncidents put into real days; the year of ordinary days; a new"
        " menu; one of two thousand calls without an ending.\n",
    ]
    return "".join(parts)


def text_of(found: dict[str, Any]) -> str:
    """As it is kept."""
    return json.dumps(found, indent=1) + "\n"


if __name__ == "__main__":
    measured = measure() | {"real": real()}
    HERE.joinpath("detector_quality.json").write_text(text_of(measured), encoding="utf-8")
    HERE.joinpath("detector_quality.md").write_text(markdown(measured), encoding="utf-8")
