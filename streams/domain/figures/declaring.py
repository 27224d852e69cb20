"""What no declaration of a figure may be: it would be shown, or paid by, as something else.

Asked as the figures are imported, so that whoever declares one reads at once what is wrong with it.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from streams.domain.figures.figure import EVERYWHERE, Figure


def checked(declared: Sequence[Figure]) -> tuple[Figure, ...]:
    """These figures.

    Raises:
        ValueError: some can't be declared so; a sentence for each.
    """
    if found := [*_wrong(declared)]:
        raise ValueError("; ".join(found))
    return tuple(declared)


def _wrong(declared: Sequence[Figure]) -> Iterator[str]:
    for scope in EVERYWHERE:
        names = Counter(each.name for each in declared if scope in each.scopes)
        for name, many in names.items():
            if many > 1:
                yield f"{name} is declared {many} times for a {scope}: name one otherwise"
    measures = [each for each in declared if each.measure is not None]
    for called, many in Counter(each.called for each in measures).items():
        if many > 1:
            yield f"{many} measures are called {called}: give one another name in its Measured"
    for each in measures:
        assert each.measure is not None
        if "line" not in each.scopes:
            yield (
                f"{each.name} is no figure of lines, of which contracts are: leave out its "
                "measure, or declare it for lines"
            )
        if each.better == "neither":
            yield f"{each.name} has no better direction, so that nothing can be its target"
        if each.unit == "seconds" and each.measure.amount is None:
            yield (
                f"{each.name} is a mean duration: its Measured needs the amount that a hit adds, "
                "such as WAIT"
            )
        if each.unit == "ratio" and each.measure.amount is not None:
            yield f"{each.name} is a share: its Measured has no amount"
