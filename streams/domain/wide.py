"""Which scopes have all of a contact: the city, its entrance and language, or its channel alone.

A line, a vendor and the city are their telephone calls. What comes by another channel, as a ticket
of a desk, is never pooled with these: it is judged by the contract that its line has for that
channel, and counted in the channel's scope alone. An entrance and a language have what the city
has, of the calls that came in by the one and were held in the other. All are bounded by the plan:
what it does not name is in the city's figures, or in those of all other channels together.
"""

from streams.domain.outcome import OF_CITY, Outcome
from streams.domain.plan import Plan
from streams.domain.plan.model import OTHER_CHANNEL, PHONE
from streams.domain.tally import CHANNEL, ENTRANCE, LANGUAGE

_known: dict[tuple[str, str], tuple[str, ...]] = {}


def find(contact: Outcome, plan: Plan) -> None:
    """Finds the scopes of a contact of which properties were told."""
    told = contact.properties
    channel = told.channel
    if channel is not None and channel != PHONE:
        contact.channel = channel if channel in plan.channels else OTHER_CHANNEL
        contact.wide = (CHANNEL + contact.channel,)
        return
    entry, language = told.entry or "", told.language or ""
    if entry and plan.entrance_at(entry, contact.begun) is None:
        entry = ""
    if language and not plan.speaks(language):
        language = ""
    if entry or language:
        # As many pairs as the plan has of them.
        wide = _known.get((entry, language))
        if wide is None:
            wide = _known[entry, language] = _scopes(entry, language)
        contact.wide = wide


def _scopes(entry: str, language: str) -> tuple[str, ...]:
    entrances = (ENTRANCE + entry,) if entry else ()
    return (*OF_CITY, *entrances, *((LANGUAGE + language,) if language else ()))
