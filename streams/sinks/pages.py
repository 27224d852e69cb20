"""What the stream's own alerts say when they reach somebody.

Whoever is woken reads this and nothing else at first: which line, how bad, since when, how many
people, and what to do. It is made from the figures of the alert alone; there is nothing in it about
any one caller.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from streams.domain import instants
from streams.domain.detector import Alert, Kind
from streams.domain.instants import SECOND
from streams.domain.plan import Contract, Plan
from streams.sinks.words import PAGE, Links, Text, annotations, languages

ALERTS: Final[Mapping[Kind, str]] = {
    "reachability": "ContactReachabilityDrop",
    "service_level": "ContactServiceLevelDrop",
    "closed_on_waiting": "ContactClosedOnWaiting",
}
"""Names of the stream's alerts, by kind."""

_DAYS: Final = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "nl": ("ma", "di", "wo", "do", "vr", "za", "zo"),
}
_MONTHS: Final = {
    "en": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    "nl": ["jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec"],
}


def labels(alert: Alert, plan: Plan) -> dict[str, str]:
    """What an alert is known by: the same from its opening to its end, wherever it comes from."""
    return {
        "alertname": ALERTS[alert.kind],
        "line": alert.line,
        "vendor": plan.nearest_terms(alert.line, alert.opened_at).vendor,
        "kind": alert.kind,
        "severity": PAGE,
        "alert_id": alert.id,
    }


def wording(alert: Alert, plan: Plan, links: Links) -> dict[str, str]:
    """What an alert says now, in the city's languages, and where it leads."""
    spoken = languages(plan)
    words = {language: _TEXTS[language](_Facts(alert, plan, language)) for language in spoken}
    return {
        **annotations(words, spoken),
        "evidence": alert.evidence,
        "runbook_url": links.runbook(ALERTS[alert.kind]),
        "dashboard_url": links.line(alert.line),
    }


class _Facts:
    """An alert's figures as words of one language."""

    def __init__(self, alert: Alert, plan: Plan, language: str) -> None:
        terms = plan.nearest_terms(alert.line, alert.opened_at)
        vendor = plan.vendor(terms.vendor, alert.opened_at) or plan.vendor(terms.vendor)
        self._language = language
        self.kind = alert.kind
        self.name = terms.names.get(language) or next(iter(terms.names.values()), alert.line)
        self.vendor = vendor.name if vendor else terms.vendor
        self.owner = vendor.owner if vendor else terms.vendor
        self.option = terms.option
        self.people = alert.people
        self.decided = alert.decided
        self.figure = None if alert.figure is None else self._percent(alert.figure)
        self.target = None if alert.target is None else self._percent(alert.target)
        self.threshold = _threshold(terms.contract)
        since = instants.to_datetime(alert.since).astimezone(plan.zone)
        self.clock = f"{since:%H:%M}"
        self.since = self._date(since)
        over = alert.resolved_at
        self.over = (
            None if over is None else f"{instants.to_datetime(over).astimezone(plan.zone):%H:%M}"
        )

    def _percent(self, share: float) -> str:
        text = f"{100 * share:.1f}".removesuffix(".0")
        return f"{text.replace('.', ',') if self._language == 'nl' else text} %"

    def _date(self, moment: datetime) -> str:
        day = _DAYS[self._language][moment.weekday()]
        month = _MONTHS[self._language][moment.month - 1]
        return f"{day} {moment.day} {month} {moment:%H:%M}"


def _threshold(contract: Contract) -> str:
    return f"{contract.threshold / SECOND:g} s"


def _english(facts: _Facts) -> Text:
    many = facts.people != 1
    who = f"{facts.people} people" if many else "1 person"
    over = f"Over at {facts.over}. " if facts.over else ""
    ask = f"Dial the number yourself{f' and press {facts.option}' if facts.option else ''}"
    if facts.kind == "closed_on_waiting":
        return Text(
            f"{over}{facts.name}: closed at {facts.clock} with {who} still waiting",
            f"{who} {'were' if many else 'was'} still in the queue of {facts.name} when it closed "
            f"on {facts.since}, and heard that the desk has gone home. {facts.vendor} answers this "
            "line.",
            f"Ask {facts.owner} whether somebody can still take or call back those who waited; "
            "next time the entrance must close before the queue does.",
        )
    if facts.kind == "reachability":
        return Text(
            f"{over}{facts.name}: only {facts.figure} of callers reach anybody "
            f"(target {facts.target}), {who} in vain since {facts.clock}",
            f"{facts.people} of {facts.decided} people who chose {facts.name} since {facts.since} "
            f"spoke to nobody: {facts.figure} got through, {facts.target} is promised. "
            f"{facts.vendor} answers this line.",
            f"{ask}. If it does not ring, call the telephone provider; if it rings and nobody "
            f"answers, call {facts.owner}.",
        )
    return Text(
        f"{over}{facts.name}: only {facts.figure} answered within {facts.threshold} "
        f"(target {facts.target}), {who} too late since {facts.clock}",
        f"{facts.people} of {facts.decided} people who queued for {facts.name} since {facts.since} "
        f"were not answered within {facts.threshold}: {facts.figure} were, {facts.target} is "
        f"promised. {facts.vendor} answers this line.",
        f"Look how many wait and how long. Then call {facts.owner}: are enough people at work and "
        "logged in on this line?",
    )


def _dutch(facts: _Facts) -> Text:
    many = facts.people != 1
    who = f"{facts.people} mensen" if many else "1 persoon"
    over = f"Voorbij om {facts.over}. " if facts.over else ""
    ask = f"Bel zelf het nummer{f' en kies {facts.option}' if facts.option else ''}"
    if facts.kind == "closed_on_waiting":
        return Text(
            f"{over}{facts.name}: gesloten om {facts.clock} terwijl {who} nog "
            f"{'wachtten' if many else 'wachtte'}",
            f"{who} {'stonden' if many else 'stond'} nog in de wachtrij van {facts.name} toen die "
            f"op {facts.since} sloot, en {'kregen' if many else 'kreeg'} te horen dat er niemand "
            f"meer is. {facts.vendor} beantwoordt deze lijn.",
            f"Vraag {facts.owner} of iemand hen nog kan helpen of terugbellen; een volgende keer "
            "moet de ingang eerder sluiten dan de wachtrij.",
        )
    if facts.kind == "reachability":
        return Text(
            f"{over}{facts.name}: maar {facts.figure} van de bellers bereikt iemand "
            f"(doel {facts.target}), {who} tevergeefs sinds {facts.clock}",
            f"{facts.people} van de {facts.decided} mensen die sinds {facts.since} voor "
            f"{facts.name} kozen, kregen niemand te spreken: {facts.figure} kwam erdoor, "
            f"{facts.target} is beloofd. {facts.vendor} beantwoordt deze lijn.",
            f"{ask}. Gaat het niet over, bel dan de telefoonprovider; gaat het over en neemt "
            f"niemand op, bel dan {facts.owner}.",
        )
    return Text(
        f"{over}{facts.name}: maar {facts.figure} beantwoord binnen {facts.threshold} "
        f"(doel {facts.target}), {who} te laat sinds {facts.clock}",
        f"{facts.people} van de {facts.decided} mensen die sinds {facts.since} wachtten op "
        f"{facts.name}, kregen niet binnen {facts.threshold} antwoord: {facts.figure} wel, "
        f"{facts.target} is beloofd. {facts.vendor} beantwoordt deze lijn.",
        f"Kijk hoeveel mensen wachten en hoe lang. Bel dan {facts.owner}: zijn er genoeg mensen "
        "aan het werk en ingelogd op deze lijn?",
    )


_TEXTS: Final[Mapping[str, Callable[[_Facts], Text]]] = {"en": _english, "nl": _dutch}
