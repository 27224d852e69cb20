"""Whether alerts reach anybody: the stream's own, those of Prometheus, and those of next year."""

from typing import Final

from streams.sinks.rules.schedule import OFFSET
from streams.sinks.rules.text import Alert
from streams.sinks.rules.wording import NAME, OWNER
from streams.sinks.words import NONE, PAGE, TICKET, Links, Text, Words


def _of_alert(metric: str, before: str, after: str) -> str:
    """A number of the alert, as the stream exports it."""
    query = f'printf "max(contact_alert_{metric}{{line=%q,kind=%q}}){before}"'
    return f"{{{{ with {query} $labels.line $labels.kind | query }}}}{after}{{{{ end }}}}"


_PEOPLE: Final = _of_alert("people", "", '{{ (first .).Value | printf "%.0f" }}')
_SINCE: Final = _of_alert(
    "since_timestamp_seconds",
    f" + {OFFSET}",
    '{{ ((first .).Value | toTime).Format "15:04" }}',
)

_KINDS: Final = {
    "en": '{{ if eq $labels.kind "reachability" }}too few callers reach anybody'
    '{{ else if eq $labels.kind "service_level" }}too few are answered in time'
    "{{ else }}closed with people still waiting{{ end }}",
    "nl": '{{ if eq $labels.kind "reachability" }}te weinig bellers bereiken iemand'
    '{{ else if eq $labels.kind "service_level" }}te weinigen krijgen op tijd antwoord'
    "{{ else }}gesloten met mensen in de wachtrij{{ end }}",
}


def alerts(links: Links) -> list[Alert]:
    """The stream can't deliver, and what it could not deliver."""
    failing: Words = {
        "en": Text(
            "Worker {{ $labels.instance }} cannot deliver alerts",
            "No Alertmanager takes what this worker posts. Its open alerts go out through "
            "Prometheus instead, with less detail.",
            "Check the Alertmanager addresses of the worker, and whether they can be reached.",
        ),
        "nl": Text(
            "Worker {{ $labels.instance }} kan geen meldingen afleveren",
            "Geen enkele Alertmanager neemt aan wat deze worker stuurt. Zijn open meldingen gaan "
            "via Prometheus, met minder detail.",
            "Controleer de Alertmanager-adressen van de worker, en of ze bereikbaar zijn.",
        ),
    }
    undelivered: Words = {
        "en": Text(
            f"{NAME['en']}: {_KINDS['en']} since {_SINCE}, {_PEOPLE} people so far",
            f"The stream sees trouble on {NAME['en']} but could not hand its own alert to any "
            "Alertmanager. This one stands in for it; the line's dashboard has the figures. "
            f"{OWNER['name']} answers this line.",
            f"Dial the line yourself, open its dashboard, then call {OWNER['owner']}.",
        ),
        "nl": Text(
            f"{NAME['nl']}: {_KINDS['nl']} sinds {_SINCE}, tot nu {_PEOPLE} mensen",
            f"De stroom ziet problemen op {NAME['nl']} maar kon de melding aan geen enkele "
            "Alertmanager kwijt. Deze vervangt haar; het dashboard van de lijn heeft de cijfers. "
            f"{OWNER['name']} beantwoordt deze lijn.",
            f"Bel de lijn zelf, open haar dashboard, en bel dan {OWNER['owner']}.",
        ),
    }
    unreachable: Words = {
        "en": Text(
            "Alertmanager {{ $labels.alertmanager }} takes no alerts",
            "A worker has not been able to post to it for five minutes. Others still deliver.",
            "Start it again; look at its log and at the network between.",
        ),
        "nl": Text(
            "Alertmanager {{ $labels.alertmanager }} neemt geen meldingen aan",
            "Een worker kan er al vijf minuten niets kwijt. Andere leveren nog af.",
            "Start hem opnieuw; bekijk zijn log en het netwerk ertussen.",
        ),
    }
    # The worker that has the alert is the one whose delivery counts.
    unposted = (
        "max by (line, vendor, kind) (\n  contact_alert_open == 1\n"
        "  unless on (job, instance) contact_alertmanager_up == 1\n)"
    )
    return [
        Alert(
            "ContactAlertDeliveryFailing",
            "contact_alert_delivery_failing == 1",
            TICKET,
            failing,
            links.pipeline,
            wait="2m",
        ),
        Alert(
            "ContactAlertUndelivered",
            unposted,
            PAGE,
            undelivered,
            links.line_of("{{ $labels.line | urlquery }}"),
            wait="1m",
            keep="5m",  # does not end and begin again with every scrape that fails
        ),
        Alert(
            "ContactAlertmanagerUnreachable",
            "max by (alertmanager) (contact_alertmanager_up) == 0",
            TICKET,
            unreachable,
            links.pipeline,
            wait="5m",
        ),
    ]


def watchdog(links: Links) -> Alert:
    """Always fires. Whoever listens outside knows by its absence that nobody would be told."""
    return Alert(
        "ContactWatchdog",
        "vector(1)",
        NONE,
        {
            "en": Text(
                "Heartbeat",
                "Fires as long as Prometheus and Alertmanager work.",
                "Nothing. If the outside heartbeat misses it, nobody is being told of anything.",
            ),
            "nl": Text(
                "Hartslag",
                "Loopt zolang Prometheus en Alertmanager werken.",
                "Niets. Blijft de hartslag buiten uit, dan wordt niemand nog ergens over gemeld.",
            ),
        },
        links.pipeline,
    )


def outdated(links: Links, until: str, notice: str) -> Alert:
    """The years that these rules cover come to an end."""
    return Alert(
        "ContactRulesOutdated",
        f"vector({until}) - time() < {notice}",
        TICKET,
        {
            "en": Text(
                "The rules know no holidays beyond {{ $value | humanizeDuration }} from now",
                "Rules are generated for some years. Beyond them holidays count as working days "
                "and the clock is not changed, so that lines look silent that are closed.",
                "Run `reachline rules` again and deploy what it writes.",
            ),
            "nl": Text(
                "De regels kennen geen feestdagen verder dan {{ $value | humanizeDuration }}",
                "Regels worden voor enkele jaren gemaakt. Daarna tellen feestdagen als werkdagen "
                "en verspringt de klok niet, zodat gesloten lijnen stil lijken.",
                "Voer `reachline rules` opnieuw uit en rol uit wat het schrijft.",
            ),
        },
        links.pipeline,
        wait="1h",
    )
