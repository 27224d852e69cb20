"""The page of metrics, written beside the worker's other work.

The client library writes the page of a thousand lines, a quarter of a million series, in seconds,
and all that time nothing else is done: no event is read, no heartbeat sent. Here it writes each
family of a kind of scopes once, with a mark where the scope's own name stands; then only names and
values are filled in::

    contact_line_offered{line="|",window="5m"} 0.0         written by the library, once per format
    contact_line_offered{line="waste",window="5m"} 7.0     filled in, per scope

So the page is the library's byte for byte, in whichever format was asked for. After every stretch
of work others get their turn. What was written of a window is kept until the window changes.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from time import perf_counter
from typing import Final, NamedTuple

from prometheus_client.core import Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector, CollectorRegistry
from prometheus_client.utils import floatToGoString

from streams.domain.board import Scope
from streams.domain.plan import Terms
from streams.sinks.prometheus import STATUS_WINDOW, ShownScopes
from streams.sinks.series import Counted, Kind, Series, Shown, agreed

STRETCH: Final = 0.01
"""Seconds of work between two turns of others. A scope needs a millisecond or two."""

SAMPLES_AT_ONCE: Final = 200
"""Samples that the library writes in one go: some milliseconds."""

FORMATS_KEPT: Final = 2
"""Formats whose page is kept: usually everybody asks for the same."""

_MARK: Final = "\x00"

_Encode = Callable[[Collector], bytes]
_Format = tuple[object, object]


class MetricsPage:
    """Writes the page.

    Args:
        scopes: the lines, vendors and the city, whose figures are on the page.
        others: everything else that is on the page.
    """

    def __init__(self, scopes: ShownScopes, others: CollectorRegistry) -> None:
        self._scopes = scopes
        self._others = others
        self._formats: dict[_Format, _Figures] = {}
        self._writing: dict[_Format, asyncio.Task[bytes]] = {}

    async def answer(self, accept: str) -> tuple[bytes, str]:
        """The page and its content type, in the format that the client asks for in ``Accept``.
        Who asks while it is being written gets the same."""
        encode, content_type = choose_encoder(accept)
        asked: _Format = encode, ""
        if isinstance(encode, partial):
            # The version of OpenMetrics changes nothing but native histograms, and we have none.
            asked = encode.func, encode.keywords["escaping"]
        task = self._writing.get(asked)
        if task is None:
            task = self._writing[asked] = asyncio.create_task(self._write(asked, encode))
            task.add_done_callback(lambda _: self._writing.pop(asked))
        # A client that hangs up does not cancel it for the others.
        return await asyncio.shield(task), content_type

    async def _write(self, asked: _Format, encode: _Encode) -> bytes:
        figures = self._formats.pop(asked, None) or _Figures(encode)
        self._formats[asked] = figures  # the newest last
        if len(self._formats) > FORMATS_KEPT:
            del self._formats[next(iter(self._formats))]
        pieces = [piece async for piece in figures.write(self._scopes)]
        turn = perf_counter()
        for part in _parts(self._others):
            pieces.append(_written(encode, part))
            turn = await _others_turn(turn)
        return b"".join([*pieces, encode(_Families())])


class _Families(Collector):
    """These families and no others, for the library to write."""

    def __init__(self, *families: Metric) -> None:
        self._families = families

    def collect(self) -> Iterator[Metric]:
        yield from self._families


class _Part(NamedTuple):
    """Some samples of a family, the first or the following."""

    family: Metric
    first: bool


def _parts(collector: Collector) -> Iterator[_Part]:
    for family in collector.collect():
        if family.type != "gauge" or len(family.samples) <= SAMPLES_AT_ONCE:
            yield _Part(family, True)
            continue
        for begin in range(0, len(family.samples), SAMPLES_AT_ONCE):
            part = Metric(family.name, family.documentation, family.type, family.unit)
            part.samples = family.samples[begin : begin + SAMPLES_AT_ONCE]
            yield _Part(part, begin == 0)


def _written(encode: _Encode, part: _Part) -> bytes:
    text = encode(_Families(part.family)).removesuffix(encode(_Families()))
    if not part.first:
        while text.startswith(b"#"):
            text = text.partition(b"\n")[2]
    return text


async def _others_turn(since: float) -> float:
    """Lets others work if it is time; when the next stretch began."""
    if perf_counter() - since < STRETCH:
        return since
    await asyncio.sleep(0)
    return perf_counter()


class _Family(NamedTuple):
    """A family of a kind of scopes, ready to be filled in.

    Attributes:
        name: the metric's.
        series: what is before and after the scope's own name, and how the value is found.
    """

    name: str
    series: tuple[tuple[str, str, Callable[[Counted], float | None]], ...]

    def filled(self, own: str, counted: Counted) -> bytes:
        lines = []
        for before, after, value_of in self.series:
            value = value_of(counted)
            if value is not None:
                number = _SMALL.get(value) or _number(value)
                lines.append(f"{before}{own}{after}{number}\n")
        return "".join(lines).encode()


_SMALL: Final[dict[float, str]] = {n: f"{n}.0" for n in range(1000)}
"""What most values are: found is faster than written."""


def _number(value: float) -> str:
    """The value as the library writes it; it writes exponents from a million on."""
    return repr(float(value)) if 0 <= value < 1_000_000 else str(floatToGoString(value))  # type: ignore[no-untyped-call]


class _Form(NamedTuple):
    """All families of a kind of scopes."""

    windows: dict[str, list[_Family]]
    present: list[_Family]


class _Kept:
    """What was last written of a scope.

    Attributes:
        windows: per window, the version of its figures and what each family says of it.
        agreed: what each family says of what is agreed.
    """

    __slots__ = ("agreed", "scope", "terms", "windows")

    def __init__(self, scope: Scope, terms: Terms | None, agreed: dict[str, bytes]) -> None:
        self.scope = scope
        self.terms = terms
        self.windows: dict[str, tuple[int, list[bytes]]] = {}
        self.agreed = agreed


class _Figures:
    """Writes the figures in one format."""

    def __init__(self, encode: _Encode) -> None:
        self._encode = encode
        self._forms: dict[str, _Form] = {}
        self._heads: dict[str, bytes] = {}
        self._kept: dict[tuple[str, str], _Kept] = {}

    async def write(self, scopes: ShownScopes) -> AsyncIterator[bytes]:
        """The families that have samples, one after another."""
        samples: defaultdict[str, list[bytes]] = defaultdict(list)
        kept: dict[tuple[str, str], _Kept] = {}
        turn = perf_counter()
        for shown in scopes:
            form = self._forms.get(shown.kind.prefix)
            if form is None:
                form = self._forms[shown.kind.prefix] = self._form(shown.kind)
            key = shown.kind.prefix, shown.own
            written = self._kept.get(key)
            if written is None or (written.scope, written.terms) != (shown.scope, shown.terms):
                written = _Kept(shown.scope, shown.terms, self._agreed(shown))
            kept[key] = written
            own = _escaped(shown.own)
            for window, families in form.windows.items():
                texts = _of_window(written, window, families, shown, own)
                for family, text in zip(families, texts, strict=True):
                    samples[family.name].append(text)
            half_hour = Counted(shown, STATUS_WINDOW)
            for family in form.present:
                samples[family.name].append(family.filled(own, half_hour))
            for name, text in written.agreed.items():
                samples[name].append(text)
            turn = await _others_turn(turn)
        self._kept = kept
        for name, texts in samples.items():
            if any(texts):
                yield b"".join([self._heads[name], *texts])
            await asyncio.sleep(0)

    def _form(self, kind: Kind) -> _Form:
        windows = {window: self._families(kind, each) for window, each in kind.windows.items()}
        return _Form(windows, self._families(kind, kind.present))

    def _families(self, kind: Kind, series: tuple[Series, ...]) -> list[_Family]:
        grouped: dict[str, list[Series]] = {}
        for each in series:
            grouped.setdefault(each.name, []).append(each)
        own = {kind.label: _MARK} if kind.label else {}
        families = []
        for name, members in grouped.items():
            metric = Metric(kind.prefix + name, members[0].text, "gauge")
            for each in members:
                metric.add_sample(metric.name, own | each.labels, 0)
            lines = self._lines(metric)
            marked = [line.rpartition("0.0")[0].partition(_MARK) for line in lines]
            filled = [
                (before, after, each.value)
                for (before, _, after), each in zip(marked, members, strict=True)
            ]
            families.append(_Family(metric.name, tuple(filled)))
        return families

    def _agreed(self, shown: Shown) -> dict[str, bytes]:
        found = agreed(shown.own, shown.terms) if shown.terms else ()
        return {
            each.name: "".join(line + "\n" for line in self._lines(each)).encode() for each in found
        }

    def _lines(self, metric: Metric) -> list[str]:
        """A line for each sample of a family, whose head is remembered."""
        text = _written(self._encode, _Part(metric, True)).decode()
        lines = text.removesuffix("\n").split("\n")
        head = [line for line in lines if line.startswith("#")]
        self._heads[metric.name] = "".join(line + "\n" for line in head).encode()
        return lines[len(head) :]


def _of_window(
    written: _Kept, window: str, families: list[_Family], shown: Shown, own: str
) -> list[bytes]:
    version = shown.scope.windows.version(window)
    known_version, known = written.windows.get(window, (None, []))
    if known_version == version:
        return known
    counted = Counted(shown, window)
    texts = [family.filled(own, counted) for family in families]
    written.windows[window] = version, texts
    return texts


def _escaped(label: str) -> str:
    """A label's value as both formats write it."""
    return label.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
