"""The stream's own health: whether it is there, moves, and its figures can be believed.

What leaves callers unwatched wakes somebody while any line is open, and waits as a ticket while
none is. What only makes numbers wrong or late waits for working hours.
"""

from typing import Final

from streams.sinks.annotations import PAGE, TICKET
from streams.sinks.links import Links
from streams.sinks.rules.promises import LINE_INFO, LINE_OPEN
from streams.sinks.rules.rule import Alert
from streams.sinks.rules.silence import IN_HOURS

JOB: Final = "reachline"
"""The workers' job in ``prometheus.yml``."""

ABSENT: Final = 150
"""Seconds without any worker before somebody is woken. A restart or drain of ninety takes up to 45
more to be noticed: a successor is looked up every 15 s and scraped every 15 s, the rules are asked
every 15 s."""

PIPELINE_STALLED: Final = 120
"""Seconds behind the clock at which figures no longer show what is happening, also those of a
worker that is down. A rebalance may take a minute, in which the last figures stay up."""

STALLED_FOR: Final = 180
"""Seconds for which figures may stand still thereafter. Together it is twice as long as an absence,
so that a restart does not fire both; and a worker that comes back with a million open contacts
recovers within two minutes."""

OWNED: Final = 30
"""Seconds: a worker whose figures are fresher than this believes that it owns them."""

BEHIND: Final = 300
"""Seconds of work that may wait in the topics."""

UP: Final = f'up{{job="{JOB}"}}'
"""Whether Prometheus reaches a worker."""

_ABSENT: Final = f"absent({UP} == 1)"
# Somewhat longer than an absence takes, so that nothing falls between the two: a worker that is
# started over and over, and each time is down for a minute or two, stalls.
_RUNS: Final = f"on () max_over_time({UP}[{ABSENT + 30}s]) == 1"


def _fresh(newest: str, metric: str) -> str:
    """Figures that show what is happening, or did so until their worker died just now."""
    return f"time() - {newest} (last_over_time({metric}[{PIPELINE_STALLED}s])) < {PIPELINE_STALLED}"


_AS_OF: Final = "max by (line) (contact_line_as_of_timestamp_seconds{})"
_GAINED: Final = f"({_AS_OF.format('')} - {_AS_OF.format(' offset 1m')} - 60)"
# At the pace of the last minute they are there within five: they are late, and do not stand still.
_CATCHING_UP: Final = f"time() - {_AS_OF.format('')} < 5 * {_GAINED}"
_UNSEEN: Final = (
    f"count(\n  {LINE_OPEN}\n"
    f"  unless on (line) ({_fresh('max by (line)', 'contact_line_as_of_timestamp_seconds')})\n"
    f"  unless on (line) ({_CATCHING_UP})\n) > 0"
)
_UNSEEN_AT_NIGHT: Final = (
    f"count(\n  {LINE_INFO}\n"
    f"  unless on () ({_fresh('max', 'contact_city_as_of_timestamp_seconds')})\n) > 0"
)
_REFUSED: Final = "sum(increase(contact_refused_total[15m]))"
_SHARE_REFUSED: Final = (
    f"{_REFUSED} / ({_REFUSED} + (sum(increase(contact_events_total[15m])) or vector(0)))"
)
_LATE: Final = "sum(increase(contact_late_total[15m]))"
_SHARE_LATE: Final = f"{_LATE} / (sum(increase(contact_events_total[15m])) > 0)"

_RESTARTS: Final = f'changes(process_start_time_seconds{{job="{JOB}"}}[15m])'

CRASH_LOOP: Final = 3
"""Starts within a quarter of an hour. A release rolls a worker once, one that is taken back twice;
what ends a worker at its start, or a minute later, does so again and again."""

CERTIFICATE_DAYS: Final = 21
"""Days before a certificate's end: whoever signs it may be on holiday for two weeks of them."""

_OWNED_SOURCES: Final = "count(count by (partition) (contact_state_owner == 1))"

CLOCK_OFF: Final = 60
"""Seconds by which a machine's clock may differ from the brokers'. Nothing is decided by it, but
its log, its certificates and the rules on its machine go by it."""


ROOM_TAKEN: Final = 0.8
"""Share of the contacts that a worker may have in state, above which it is told. A city that grows
has months left from there. A source that makes a new id for each event has a quarter of the time
that it took until then, which is long enough to stop it."""

_ROOM_TAKEN: Final = (
    "sum by (instance) (contact_open_contacts)\n"
    "/ on (instance) max by (instance) (contact_open_contacts_most)"
)


def alerts(links: Links) -> list[Alert]:
    """In the order in which one would ask: is it there, does it move, is it right."""
    return [*_there(links), *_moving(links), *_right(links)]


def _there(links: Links) -> list[Alert]:
    return [
        *_by_hours("ContactWorkerAbsent", _ABSENT, links.pipeline, f"{ABSENT}s", "10m"),
        # With no worker at all the alert above says it.
        Alert(
            "ContactWorkerDown",
            f"{UP} == 0 and on (job) {UP} == 1",
            TICKET,
            links.pipeline,
            wait="5m",
        ),
        Alert(
            "ContactWorkerCrashLoop",
            f"{_RESTARTS} >= {CRASH_LOOP}",
            TICKET,
            links.pipeline,
            keep="15m",
        ),
        # Figures stand still meanwhile, which wakes somebody; this says why.
        Alert(
            "ContactPartitionsUnowned",
            f"max(contact_source_partitions) - ({_OWNED_SOURCES} or vector(0)) > 0",
            TICKET,
            links.pipeline,
            wait="5m",  # twice as long as a rebalance and a recovery of a million contacts
        ),
        Alert(
            "ContactCertificateEnding",
            "min by (setting) (contact_certificate_expires_timestamp_seconds) - time()"
            f" < {CERTIFICATE_DAYS} * 86400",
            TICKET,
            links.pipeline,
            wait="1h",
        ),
    ]


def _moving(links: Links) -> list[Alert]:
    return [
        Alert(
            "ContactPipelineStalled",
            f"{_UNSEEN}\nand {_RUNS}",
            PAGE,
            links.pipeline,
            wait=f"{STALLED_FOR}s",
            keep="2m",  # figures that move for one scrape only are not over it
        ),
        Alert(
            "ContactPipelineStalled",
            f"{_UNSEEN_AT_NIGHT}\nand {_RUNS}\nunless {IN_HOURS}",
            TICKET,
            links.pipeline,
            wait="10m",
        ),
        Alert(
            "ContactPipelineLagging",
            "sum by (topic) (contact_lag_records) > 1000\n"
            "unless on (topic) (\n"
            "  sum by (topic) (contact_lag_records)\n"
            f"  < {BEHIND} * sum by (topic) (rate(contact_events_total[5m]))\n)",
            TICKET,
            links.pipeline,
            wait="10m",
        ),
    ]


def _right(links: Links) -> list[Alert]:
    fresh = f"time() - contact_line_as_of_timestamp_seconds < {OWNED}"
    return [
        Alert(
            "ContactBooksImbalance",
            "max(abs(contact_books_imbalance)) > 0",
            TICKET,
            links.pipeline,
            wait="1m",
            keep="15m",
        ),
        Alert(
            "ContactDeadLettersRising",
            f"{_SHARE_REFUSED} > 0.2 and on () ({_REFUSED} > 10) and {IN_HOURS}",
            PAGE,
            links.pipeline,
            wait="5m",
        ),
        Alert(
            "ContactDeadLettersRising",
            f"{_SHARE_REFUSED} > 0.01 and on () ({_REFUSED} > 10)",
            TICKET,
            links.pipeline,
            wait="15m",
        ),
        Alert(
            "ContactEventsLate",
            f"{_SHARE_LATE} > 0.01 and on () ({_LATE} > 10)",
            TICKET,
            links.pipeline,
            wait="15m",
        ),
        Alert(
            "ContactClockOff",
            f"abs(contact_machine_clock_ahead_seconds) > {CLOCK_OFF}",
            TICKET,
            links.pipeline,
            wait="10m",
        ),
        Alert(
            "ContactStateFilling",
            f"{_ROOM_TAKEN} > {ROOM_TAKEN}",
            TICKET,
            links.pipeline,
            wait="2m",
        ),
        Alert(
            "ContactTwoOwners",
            f"count by (line) ({fresh}) > 1\n"
            "or\ncount by (partition) (contact_state_owner == 1) > 1",
            PAGE,
            links.pipeline,
            wait="3m",  # a hand-over shows both for up to a minute
        ),
        Alert(
            "ContactPlansDiffer",
            "count(count by (judges) (contact_plan_info)) > 1",
            TICKET,
            links.pipeline,
            wait="10m",  # workers are given another plan one after another
        ),
    ]


def _by_hours(name: str, expr: str, dashboard: str, wait: str, wait_closed: str) -> list[Alert]:
    """Wakes somebody while any line is open, waits while none is."""
    return [
        Alert(name, f"{expr} and {IN_HOURS}", PAGE, dashboard, wait),
        Alert(name, f"{expr} unless {IN_HOURS}", TICKET, dashboard, wait_closed),
    ]
