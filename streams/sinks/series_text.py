"""The series of the figures as text, kept until they change.

The client library writes each family of a kind of scopes once, with a mark where the scope's own
name stands; then only names and values are filled in::

    contact_line_offered{line="|",window="today"} 0.0         by the library, once per format
    contact_line_offered{line="waste",window="today"} 7.0     filled in, per scope

What was written of a scope's window is kept until the window changes, and the lines of the page are
put together from what is kept.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from operator import itemgetter
from typing import Final, Generic, NamedTuple

from prometheus_client.core import Metric

from streams.domain.board import Scope
from streams.domain.plan import Terms
from streams.sinks.exposition import SMALL, Encode, Part, escaped, number, written
from streams.sinks.series import Counted, Kind, Of, Series, Shown, agreed

_MARK: Final = "\x00"


class _Line(NamedTuple, Generic[Of]):
    """What is filled in of a series.

    Attributes:
        slot: where its text stands among all of a scope's.
        value: how it is found.
        sparse: whether 0 is left out.
    """

    slot: int
    value: Callable[[Of], float | None]
    sparse: bool


class _Form:
    """All series of a kind of scopes, in one format.

    Attributes:
        heads: what stands above each family's samples.
        named: per slot, what stands there before the scope's own name, and behind it.
        slots: where each family's series stand among a scope's, in the order of the page.
        windows: the series that are made of each window's tally.
        present: those of the moment.
    """

    def __init__(self, kind: Kind, encode: Encode) -> None:
        self._encode = encode
        self._kind = kind
        self.heads: dict[str, bytes] = {}
        self.named: list[tuple[str, str]] = []
        self.slots: dict[str, slice] = {}
        self.windows: dict[str, list[_Line[Counted]]] = {window: [] for window in kind.windows}
        self.present: list[_Line[Shown]] = []
        names = dict.fromkeys(each.name for series in kind.windows.values() for each in series)
        for name in names:
            for window, series in kind.windows.items():
                self.windows[window] += self._family(name, series)
        for name in dict.fromkeys(each.name for each in kind.present):
            self.present += self._family(name, kind.present)
        for name in kind.agreed:
            self._slots_for(kind.prefix + name, [("", "")])

    def _slots_for(self, name: str, named: list[tuple[str, str]]) -> range:
        """New slots, behind those that the family has already."""
        first = len(self.named)
        self.named += named
        begin = self.slots[name].start if name in self.slots else first
        self.slots[name] = slice(begin, len(self.named))
        return range(first, len(self.named))

    def _family(self, name: str, series: Iterable[Series[Of]]) -> list[_Line[Of]]:
        """A family's series among these."""
        kind = self._kind
        members = [each for each in series if each.name == name]
        if not members:
            return []
        metric = Metric(kind.prefix + name, members[0].text, "gauge")
        own = {kind.label: _MARK} if kind.label else {}
        for each in members:
            metric.add_sample(metric.name, own | each.labels, 0)
        marked = [line.rpartition("0.0")[0].partition(_MARK) for line in self._lines(metric)]
        slots = self._slots_for(metric.name, [(before, after) for before, _, after in marked])
        return [
            _Line(slot, each.value, each.sparse) for slot, each in zip(slots, members, strict=True)
        ]

    def fill_agreed(self, texts: list[str], shown: Shown) -> None:
        """Writes what is agreed of a line."""
        for each in agreed(shown.own, shown.terms) if shown.terms else ():
            if each.name.removeprefix(self._kind.prefix) in self._kind.agreed:
                (line,) = self._lines(each)
                texts[self.slots[each.name].start] = line + "\n"

    def _lines(self, metric: Metric) -> list[str]:
        """A line for each sample of a family, whose head is remembered."""
        text = written(self._encode, Part(metric)).decode()
        lines = text.removesuffix("\n").split("\n")
        head = [line for line in lines if line.startswith("#")]
        self.heads[metric.name] = "".join(line + "\n" for line in head).encode()
        return lines[len(head) :]


class _Kept:
    """What was last written of a scope.

    Attributes:
        versions: of the windows that it was written from.
        texts: what each series says, in the slots of its form.
    """

    __slots__ = ("_named", "scope", "terms", "texts", "versions")

    def __init__(self, shown: Shown, form: _Form) -> None:
        self.scope: Scope = shown.scope
        self.terms: Terms | None = shown.terms
        own = escaped(shown.own)
        self._named = [f"{before}{own}{after}" for before, after in form.named]
        self.versions: dict[str, int] = {}
        self.texts = [""] * len(self._named)
        form.fill_agreed(self.texts, shown)

    def fill(self, lines: Iterable[_Line[Of]], source: Of) -> None:
        """Writes series as they are now."""
        named, texts = self._named, self.texts
        for slot, value_of, sparse in lines:
            value = value_of(source)
            if value is None or (sparse and not value):
                texts[slot] = ""
            else:
                texts[slot] = named[slot] + (SMALL.get(value) or number(value))


class SeriesText:
    """Writes the series of the figures, in one format."""

    def __init__(self, encode: Encode) -> None:
        self._encode = encode
        self._forms: dict[str, _Form] = {}
        self._kept: dict[tuple[str, str], _Kept] = {}

    def write(self, scopes: Iterable[Shown]) -> Iterator[bytes]:
        """The families that have samples, one after another; before them, nothing once for each
        scope, so that others may get their turn. What is kept of other scopes is forgotten."""
        kept: dict[tuple[str, str], _Kept] = {}
        texts: dict[str, list[list[str]]] = {}
        for shown in scopes:
            key = shown.kind.prefix, shown.own
            kept[key] = self._written(shown, self._kept.get(key))
            texts.setdefault(shown.kind.prefix, []).append(kept[key].texts)
            yield b""
        self._kept = kept
        for prefix, of_scopes in texts.items():
            form = self._forms[prefix]
            for name, slots in form.slots.items():
                samples = "".join(chain.from_iterable(map(itemgetter(slots), of_scopes)))
                if samples:
                    yield form.heads[name] + samples.encode()

    def _written(self, shown: Shown, kept: _Kept | None) -> _Kept:
        """What is written of a scope as it is now: what has changed is written again."""
        form = self._forms.get(shown.kind.prefix)
        if form is None:
            form = self._forms[shown.kind.prefix] = _Form(shown.kind, self._encode)
        # Equal terms are the same object.
        if kept is None or kept.scope is not shown.scope or kept.terms is not shown.terms:
            kept = _Kept(shown, form)
        windows = shown.scope.windows
        for window, lines in form.windows.items():
            version = windows.version(window)
            if kept.versions.get(window) != version:
                kept.versions[window] = version
                kept.fill(lines, Counted(shown, window))
        kept.fill(form.present, shown)
        return kept
