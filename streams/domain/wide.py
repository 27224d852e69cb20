"""Which scopes have all of a contact: the city, its entrance and language, or its channel alone.

A line, a vendor and the city are their telephone calls. What comes by another channel, as a ticket
of a desk, is never pooled with these: it is judged by the contract that its line has for that
channel, and counted in the channel's scope alone. An entrance and a language have what the city
has, of the calls that came in by the one and were held in the other. All are bounded by the plan:
a language that it does not name is in the city's figures alone, and the entrances that it does not
name are one together, as other channels are.
"""

from typing import Final

from streams.domain.outcome import OF_CITY, Outcome
from streams.domain.plan import Plan
from streams.domain.plan.model import OTHER, PHONE
from streams.domain.tally import CHANNEL, ENTRANCE, LANGUAGE

_PAIRS_KEPT: Final = 10_000
"""Pairs of an entrance and a language that are looked up at once. A city has some dozens; a memory
that has grown to this, of somebody who invents them, is emptied."""


def find(contact: Outcome, plan: Plan) -> None:
    """Finds the scopes of a contact of which properties were told, or whose plan has entrances."""
    told = contact.properties
    channel = told.channel
    if channel is not None and channel != PHONE:
        contact.channel = channel if plan.keeps_apart(channel, contact.begun) else OTHER
        contact.wide = (CHANNEL + contact.channel,)
    else:
        contact.wide = of_call(told.entry, told.language, contact.begun, plan)


def of_call(entry: str | None, language: str | None, at: int, plan: Plan) -> tuple[str, ...]:
    """The scopes that a telephone call of the instant is of, by its entrance and its language."""
    if not plan.has_parts:
        return OF_CITY
    known, pair = plan.wide, (entry, language)
    try:
        return known[pair]
    except KeyError:
        scopes = _scopes(entry, language, at, plan)
        if not plan.has_dated_entrance:
            if len(known) >= _PAIRS_KEPT:
                known.clear()
            known[pair] = scopes
        return scopes


def _scopes(entry: str | None, language: str | None, at: int, plan: Plan) -> tuple[str, ...]:
    scopes = OF_CITY
    if plan.has_entrances(at):
        known = entry is not None and plan.entrance_at(entry, at) is not None
        scopes += (ENTRANCE + (entry if known and entry is not None else OTHER),)
    if language is not None and plan.speaks(language, at):
        scopes += (LANGUAGE + language,)
    return scopes
