"""Which facts are a visit's own, and where it begins: facts to places, before anything is judged.

A contact can come to a line several times, and its facts may name the visit or not; transfers and
menu choices begin visits that may never see a queue. Here they are brought together.
"""

from streams.domain.journey import NO_NUMBER, Contact, Stay


class VisitFacts:
    """A visit before it is judged: which facts are its own and where it begins."""

    __slots__ = ("choice", "line", "number", "stay", "transfer")

    def __init__(self, line: str, number: int, stay: Stay | None) -> None:
        self.line = line
        self.number = number
        self.stay = stay
        self.choice: int | None = None
        self.transfer: int | None = None


def facts_of_visits(contact: Contact) -> list[VisitFacts]:
    """The contact's visits: queue facts by number, choices, and lines that it was transferred to.

    A fact without a number belongs to the line's lowest numbered visit or to its only one; so does
    a menu choice. A transfer goes to the target line's lowest visit above the source's number,
    else to its lowest.
    """
    stays, choices = contact.stays, contact.choices
    if len(stays) == 1 and len(choices) < 2:
        # Nine contacts in ten: saves the sorting, a third of the time of this function.
        (((line, number), stay),) = stays.items()
        if stay.to_line is None and (not choices or choices[0].line == line):
            place = VisitFacts(line, number, stay)
            if choices:
                place.choice = choices[0].at
            return [place]
    places: list[VisitFacts] = []
    transfers: list[VisitFacts] = []
    for (line, number), stay in sorted(stays.items()):
        # Sorted, the facts without a number come first on their line.
        before = places[-1] if places else None
        if before is not None and before.line == line and before.number == NO_NUMBER:
            assert before.stay is not None
            merged = Stay(*before.stay.facts())
            merged.absorb(stay)
            before.stay, before.number = merged, number
        else:
            places.append(VisitFacts(line, number, stay))
    for place in places:
        if place.stay is not None and place.stay.to_line is not None:
            transfers.append(place)
    for choice in choices:
        for place in places:
            if place.line == choice.line:
                place.choice = choice.at
                break
        else:
            place = VisitFacts(choice.line, NO_NUMBER, None)
            place.choice = choice.at
            places.append(place)
    for source in transfers:
        _transfer(source, places)
    return places


def _transfer(source: VisitFacts, places: list[VisitFacts]) -> None:
    """Lets the visit that a transfer leads to begin with it."""
    stay = source.stay
    assert stay is not None and stay.to_line is not None and stay.left is not None
    if stay.reason != "transfer":
        return
    there = [place for place in places if place.line == stay.to_line]
    if not there:
        target = VisitFacts(stay.to_line, NO_NUMBER, None)
        places.append(target)
    else:
        target = next((place for place in there if place.number > source.number), there[0])
        if target is source:
            return  # a visit can't begin by leaving itself
    if target.transfer is None or stay.left < target.transfer:
        target.transfer = stay.left
