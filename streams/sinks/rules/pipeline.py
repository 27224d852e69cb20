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

STALLED: Final = 120
"""Seconds behind the clock at which figures no longer show what is happening. A rebalance may take
a minute, in which the last figures stay up."""

OWNED: Final = 30
"""Seconds: a worker whose figures are fresher than this believes that it owns them."""

BEHIND: Final = 300
"""Seconds of work that may wait in the topics."""

_ABSENT: Final = f'absent(up{{job="{JOB}"}} == 1)'
_LATEST: Final = "time() - max by (line) (contact_line_as_of_timestamp_seconds)"
_UNSEEN: Final = f"{OPEN} unless on (line) ({_LATEST} < {STALLED})"
_BEHIND_AT_NIGHT: Final = f"time() - max(contact_city_as_of_timestamp_seconds) >= {STALLED}"
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
        *_by_hours("ContactWorkerAbsent", _ABSENT, absent, links.pipeline, "2m", "10m"),
        # With no worker at all the alert above says it.
        Alert(
            "ContactWorkerDown",
            f'up{{job="{JOB}"}} == 0 and on (job) up{{job="{JOB}"}} == 1',
            TICKET,
            down,
            links.pipeline,
            wait="5m",
        ),
    ]


def _moving(links: Links) -> list[Alert]:
    stalled: Words = {
        "en": Text(
            "Figures have stood still for over two minutes (lines: {{ $value }})",
            "The stream runs but its figures do not move on: what the wallboard shows is old, and "
            "an outage that began since would not be noticed.",
            "Look at lag and checkpoints on the pipeline dashboard: is Kafka there, is one "
            "partition stuck, is a worker restarting over and over?",
        ),
        "nl": Text(
            "Cijfers staan al meer dan twee minuten stil (lijnen: {{ $value }})",
            "De stroom draait maar de cijfers gaan niet vooruit: wat het wallboard toont is oud, "
            "en een storing die sindsdien begon zou niet opvallen.",
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
            f"count({_UNSEEN}) > 0",
            PAGE,
            stalled,
            links.pipeline,
            wait="1m",
            keep="2m",  # figures that move for one scrape only are not over it
        ),
        Alert(
            "ContactPipelineStalled",
            f"count({LINE_INFO}) and on () ({_BEHIND_AT_NIGHT}) unless {IN_HOURS}",
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


def _by_hours(
    name: str, expr: str, words: Words, dashboard: str, wait: str, wait_closed: str
) -> list[Alert]:
    """Wakes somebody while any line is open, waits while none is."""
    return [
        Alert(name, f"{expr} and {IN_HOURS}", PAGE, words, dashboard, wait),
        Alert(name, f"{expr} unless {IN_HOURS}", TICKET, words, dashboard, wait_closed),
    ]
