"""The English words that figures and counts bring with their declarations.

What is declared in one place is said in one place. The English catalogue has words of its own only
where they are to be others than the declaration's; every other language has a translation of each.
"""

from collections.abc import Iterator

from streams.domain.counts import DECLARED_COUNTS
from streams.domain.figures import DECLARED, measures, of_scope


def words() -> Iterator[tuple[str, str]]:
    """The path of each text, and the text.

    Raises:
        ValueError: one path has two texts; only one would be read.
    """
    said: dict[str, str] = {}
    for path, text in _declared():
        if said.setdefault(path, text) != text:
            raise ValueError(
                f"two declarations say {path}: {said[path]!r} and {text!r}; give one of them "
                "another name, or both the same words"
            )
    yield from said.items()


def _declared() -> Iterator[tuple[str, str]]:
    of_lines = {figure.called for figure in of_scope("line")}
    for figure in DECLARED:
        # A figure of the city that lines have too is called as theirs is.
        if "line" in figure.scopes or figure.called not in of_lines:
            yield f"statement.figure.{figure.called}", figure.title[0].upper() + figure.title[1:]
    for name, figure in measures().items():
        measure = figure.measure
        assert measure is not None
        if not measure.sentences or name in measure.sentences:
            yield f"statement.definition.{name}", measure.definition or figure.formula
        if measure.amount is not None:
            yield f"statement.judged.{measure.amount.name}", measure.amount.words
        for word, text in measure.why.items():
            yield f"statement.why.{word}", text
    for count in DECLARED_COUNTS:
        if count.words:
            yield f"statement.tally.{count.name}", count.words
