"""The English words that figures and counts bring with their declarations.

What is declared in one place is said in one place. The English catalogue has words of its own only
where they are to be others than the declaration's; every other language has a translation of each.
"""

from collections.abc import Iterator

from streams.domain.counts import DECLARED_COUNTS
from streams.domain.figures import DECLARED, measures


def words() -> Iterator[tuple[str, str]]:
    """The path of each text, and the text."""
    for figure in DECLARED:
        yield f"statement.figure.{figure.called}", figure.title[0].upper() + figure.title[1:]
    for name, figure in measures().items():
        assert figure.measure is not None
        if not figure.measure.sentences or name in figure.measure.sentences:
            yield f"statement.definition.{name}", figure.measure.definition or figure.formula
        for word, text in figure.measure.why.items():
            yield f"statement.why.{word}", text
    for count in DECLARED_COUNTS:
        if count.words:
            yield f"statement.tally.{count.name}", count.words
