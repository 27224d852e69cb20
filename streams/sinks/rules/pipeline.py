"""The stream's own health: whether it is there, moves, and its figures can be believed.

What leaves callers unwatched wakes somebody while any line is open, and waits as a ticket while
none is. What only makes numbers wrong or late waits for working hours.
"""

from typing import Final

from streams.sinks.rules.promises import LINE_INFO, OPEN
from streams.sinks.rules.silence import IN_HOURS
from streams.sinks.rules.text import Alert
from streams.sinks.words import PAGE, TICKET, Links, Text, Words

JOB: Final = "reachline"
"""The workers' job in ``prometheus.yml``."""

ABSENT: Final = 150
"""Seconds without any worker before somebody is woken. A restart or drain of ninety takes up to 45
more to be noticed: a successor is looked up every 15 s and scraped every 15 s, the rules are asked
every 15 s."""

STALLED: Final = 120
"""Seconds behind the clock at which figures no longer show what is happening, also those of a
worker that is gone. A rebalance may take a minute, in which the last figures stay up."""

STALLED_FOR: Final = 180
"""Seconds for which figures may stand still thereafter. Together it is twice as long as an absence,
so that who restarts a worker is not told of both; and a worker that comes back with a million open
contacts recovers within two minutes."""

OWNED: Final = 30
"""Seconds: a worker whose figures are fresher than this believes that it owns them."""

BEHIND: Final = 300
"""Seconds of work that may wait in the topics."""

_UP: Final = f'up{{job="{JOB}"}}'
_ABSENT: Final = f"absent({_UP} == 1)"
# Somewhat longer than an absence takes, so that nothing falls between the two: a worker that is
# started over and over, and each time is gone for a minute or two, stalls.
_RUNS: Final = f"on () max_over_time({_UP}[{ABSENT + 30}s]) == 1"


def _fresh(newest: str, metric: str) -> str:
    """Figures that show what is happening, or did so until their worker died just now."""
    return f"time() - {newest} (last_over_time({metric}[{STALLED}s])) < {STALLED}"


_AS_OF: Final = "max by (line) (contact_line_as_of_timestamp_seconds{})"
_GAINED: Final = f"({_AS_OF.format('')} - {_AS_OF.format(' offset 1m')} - 60)"
# At the pace of the last minute they are there within five: they are late, and do not stand still.
_CATCHING_UP: Final = f"time() - {_AS_OF.format('')} < 5 * {_GAINED}"
_UNSEEN: Final = (
    f"count(\n  {OPEN}\n"
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


def alerts(links: Links) -> list[Alert]:
    """In the order in which one would ask: is it there, does it move, is it right."""
    return [*_there(links), *_moving(links), *_right(links)]


def _there(links: Links) -> list[Alert]:
    absent: Words = {
        "en": Text(
            "No worker answers: nobody is watching whether callers get through",
            "Prometheus reaches no worker of the stream. Figures, wallboard and alerts stand still "
            "for all lines. Events wait in Kafka and are not lost.",
            "Start a worker; its log says why the last one stopped. Until then watch the phone "
            "system's own screens.",
        ),
        "nl": Text(
            "Geen enkele worker antwoordt: niemand ziet of bellers erdoor komen",
            "Prometheus bereikt geen enkele worker van de stroom. Cijfers, wallboard en meldingen "
            "staan stil voor alle lijnen. De gegevens wachten in Kafka en gaan niet verloren.",
            "Start een worker; zijn log zegt waarom de vorige stopte. Kijk tot dan op de schermen "
            "van de telefooncentrale zelf.",
        ),
    }
    down: Words = {
        "en": Text(
            "Worker {{ $labels.instance }} does not answer",
            "Others have taken its lines over. The next failure may not be covered.",
            "Look at its log and start it again.",
        ),
        "nl": Text(
            "Worker {{ $labels.instance }} antwoordt niet",
            "Andere hebben zijn lijnen overgenomen. De volgende storing is misschien niet gedekt.",
            "Bekijk zijn log en start hem opnieuw.",
        ),
    }
    return [
        *_by_hours("ContactWorkerAbsent", _ABSENT, absent, links.pipeline, f"{ABSENT}s", "10m"),
        # With no worker at all the alert above says it.
        Alert(
            "ContactWorkerDown",
            f"{_UP} == 0 and on (job) {_UP} == 1",
            TICKET,
            down,
            links.pipeline,
            wait="5m",
        ),
    ]


def _moving(links: Links) -> list[Alert]:
    stalled: Words = {
        "en": Text(
            "Figures have stood still for over five minutes (lines: {{ $value }})",
            "A worker runs, but figures do not move on: what the wallboard shows is old, and an "
            "outage that began since would not be noticed."
            + _each("contact_ready == 0", "is still reading its state back")
            + _each(f"{_UP} == 0", "does not answer"),
            "Look at lag and checkpoints on the pipeline dashboard: is Kafka there, is one "
            "partition stuck, is a worker restarting over and over?",
        ),
        "nl": Text(
            "Cijfers staan al meer dan vijf minuten stil (lijnen: {{ $value }})",
            "Er draait een worker, maar de cijfers gaan niet vooruit: wat het wallboard toont is "
            "oud, en een storing die sindsdien begon zou niet opvallen."
            + _each("contact_ready == 0", "leest zijn toestand nog terug")
            + _each(f"{_UP} == 0", "antwoordt niet"),
            "Bekijk achterstand en checkpoints op het pipeline-dashboard: is Kafka er, zit een "
            "partitie vast, herstart een worker telkens opnieuw?",
        ),
    }
    lagging: Words = {
        "en": Text(
            "{{ $labels.topic }} is over five minutes of work behind",
            "{{ $value | humanize }} events of {{ $labels.topic }} wait; at the present pace they "
            "take more than five minutes. Figures are late, none are lost.",
            "A backlog that shrinks needs nothing. If it grows, start another worker.",
        ),
        "nl": Text(
            "{{ $labels.topic }} loopt meer dan vijf minuten werk achter",
            "{{ $value | humanize }} gegevens van {{ $labels.topic }} wachten; in dit tempo duurt "
            "dat meer dan vijf minuten. Cijfers zijn laat, er gaan er geen verloren.",
            "Een achterstand die krimpt vraagt niets. Groeit hij, start dan nog een worker.",
        ),
    }
    return [
        Alert(
            "ContactPipelineStalled",
            f"{_UNSEEN}\nand {_RUNS}",
            PAGE,
            stalled,
            links.pipeline,
            wait=f"{STALLED_FOR}s",
            keep="2m",  # figures that move for one scrape only are not over it
        ),
        Alert(
            "ContactPipelineStalled",
            f"{_UNSEEN_AT_NIGHT}\nand {_RUNS}\nunless {IN_HOURS}",
            TICKET,
            stalled,
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
            lagging,
            links.pipeline,
            wait="10m",
        ),
    ]


def _right(links: Links) -> list[Alert]:
    books: Words = {
        "en": Text(
            "The books do not balance: figures cannot be trusted",
            "Visits offered and visits accounted for differ by {{ $value }}. This is a defect of "
            "the software, not of the telephone system.",
            "Keep the topics as they are, note the worker's version and log, and report it. "
            "Statements of this period wait until a rebuild balances.",
        ),
        "nl": Text(
            "De boeken kloppen niet: de cijfers zijn niet te vertrouwen",
            "Aangeboden en verantwoorde bezoeken verschillen {{ $value }}. Dit is een fout in de "
            "software, niet in de telefooncentrale.",
            "Laat de topics zoals ze zijn, noteer versie en log van de worker, en meld het. "
            "Afrekeningen van deze periode wachten tot een heropbouw klopt.",
        ),
    }
    refused: Words = {
        "en": Text(
            "{{ $value | humanizePercentage }} of events are refused",
            "Refused events are in no figure. Most of them: {{ range query "
            '"topk(1, sum by (reason) (increase(contact_refused_total[15m])))" }}'
            "{{ .Labels.reason }}{{ end }}. They are kept on the dead-letter topic.",
            "Read a few dead letters. Usually the phone system or its import was changed today.",
        ),
        "nl": Text(
            "{{ $value | humanizePercentage }} van de gegevens wordt geweigerd",
            "Geweigerde gegevens tellen in geen enkel cijfer mee. De meeste: {{ range query "
            '"topk(1, sum by (reason) (increase(contact_refused_total[15m])))" }}'
            "{{ .Labels.reason }}{{ end }}. Ze blijven bewaard op het dead-letter-topic.",
            "Lees er enkele. Meestal is vandaag de telefooncentrale of de import gewijzigd.",
        ),
    }
    owners: Words = {
        "en": Text(
            "Two workers both claim {{ if $labels.line }}line {{ $labels.line }}{{ else }}"
            "partition {{ $labels.partition }}{{ end }}",
            "{{ $value }} workers export it as theirs and both move on. Readers may see either; "
            "one of them is wrong.",
            "Find which one the consumer group does not list, and stop that one.",
        ),
        "nl": Text(
            "Twee workers eisen allebei {{ if $labels.line }}lijn {{ $labels.line }}{{ else }}"
            "partitie {{ $labels.partition }}{{ end }} op",
            "{{ $value }} workers tonen ze als de hunne en gaan allebei vooruit. Lezers kunnen elk "
            "van beide zien; een ervan heeft het mis.",
            "Zoek welke niet in de consumer group staat, en stop die.",
        ),
    }
    fresh = f"time() - contact_line_as_of_timestamp_seconds < {OWNED}"
    return [
        Alert(
            "ContactBooksImbalance",
            "max(abs(contact_books_imbalance)) > 0",
            TICKET,
            books,
            links.pipeline,
            wait="1m",
            keep="15m",
        ),
        Alert(
            "ContactDeadLettersRising",
            f"{_SHARE_REFUSED} > 0.2 and on () ({_REFUSED} > 10) and {IN_HOURS}",
            PAGE,
            refused,
            links.pipeline,
            wait="5m",
        ),
        Alert(
            "ContactDeadLettersRising",
            f"{_SHARE_REFUSED} > 0.01 and on () ({_REFUSED} > 10)",
            TICKET,
            refused,
            links.pipeline,
            wait="15m",
        ),
        Alert(
            "ContactTwoOwners",
            f"count by (line) ({fresh}) > 1\n"
            "or\ncount by (partition) (contact_state_owner == 1) > 1",
            PAGE,
            owners,
            links.pipeline,
            wait="3m",  # a hand-over shows both for up to a minute
        ),
    ]


def _each(query: str, does: str) -> str:
    """A sentence on each worker of which a query finds something."""
    return f"{{{{ range query `{query}` }}}} Worker {{{{ .Labels.instance }}}} {does}.{{{{ end }}}}"


def _by_hours(
    name: str, expr: str, words: Words, dashboard: str, wait: str, wait_closed: str
) -> list[Alert]:
    """Wakes somebody while any line is open, waits while none is."""
    return [
        Alert(name, f"{expr} and {IN_HOURS}", PAGE, words, dashboard, wait),
        Alert(name, f"{expr} unless {IN_HOURS}", TICKET, words, dashboard, wait_closed),
    ]
