"""The mapping file: how rows of call records become contact events.

A phone system that can export anything can export its calls as CSV, each in its own way. The
mapping says what its columns mean, in a page of TOML and without a program::

    [file]                              # all optional
    delimiter = "\\t"                   # "," unless given
    encoding = "latin-1"                # UTF-8 unless given
    columns = ["id", "when"]            # only for a file without a header line
    order = "at"                        # sort the events of a file in time; "file": as they come
    quotes = "in_line"                  # a quoted field ends in its line, and other quotes are as
                                        # they are written; "across_lines": it may hold line breaks
                                        # (at most 20 lines a row); "none": quotes mean nothing

    [time]
    zone = "Europe/Brussels"            # or an offset: "+02:00"
    format = "%H:%M:%S"                 # of the columns of time: strptime's signs, or "iso",
                                        # "epoch" (seconds), "epoch_ms", "epoch_us" (see
                                        # ``time_grammar``). It must say the full time; %z is an
                                        # offset, %Z (a zone's name) is not read
    date = "date"                       # the column of the day, when the others are clock times
    date_format = "%y%m%d"
    next_day = "12h"                    # a clock time this much before the start: the day after
    never = ["0:00:00"]                 # what stands in a column of time for "did not happen"
    longest_call = "24h"                # a row whose times lie further apart is no call

    [call]                              # texts, in which {column} stands for the column's value
    id = "{trunk}-{date}-{number}"      # must name one call; rows that repeat it are reported
    line = "{type}"                     # also: leg, entry, channel, language, option, menu, and
    caller = "{ani}"                    # caller, agent: replaced by a keyed pseudonym
    country = "BE"                      # of callers' numbers that have none; else the zone's
    anonymous = ["lobby"]               # further words for callers who are nobody

    [lines]                             # optional: the plan's line id for each value of `line`
    PS = "waste"

    [[row]]                             # the first whose `when` is true makes the events
    when = { outcome = "AGENT" }        # a value or a list of them; "*" is anything but empty
    start = "entry"                     # the events, each with its column of time:
    choice = "exit"                     # start, choice, entered, answered, left, hangup
    entered = ["queued", "exit"]        # the first of these columns that has a time
    answered = { at = "queued", plus = "wait" }             # and seconds, or h:mm:ss, on top
    hangup = { at = "end", not_before = "answered" }        # absent or earlier means then
    # left = { at = "exit", reason = "voicemail" }          # left must say why; hangup may, and
    # hangup = { at = "exit", reason = "closed", by = "system" }                  # by whom

    [[row]]
    when = { outcome = "TEST" }
    leave_out = true

A `choice`, `entered` or `left` without a time did not happen; a row without the start, answer or
hangup that its rule names is reported. With `leg`, several rows may belong to one call: each is a
visit to its line, and `leg` distinguishes them.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from streams.sources.callers import COUNTRIES, country_of
from streams.sources.checking import Check
from streams.sources.mapping_rules import Rule, read_rules
from streams.sources.mapping_times import Times, read_times
from streams.sources.rows import IN_LINE, QUOTES

_TEXTS: Final[tuple[str, ...]] = (
    "id", "leg", "line", "caller", "agent", "entry", "channel", "language", "option", "menu",
)  # fmt: skip
_COLUMN: Final = re.compile(r"\{([^{}]*)\}")


class MappingError(Exception):
    """A mapping can't be used; every mistake in it is one line of the message."""

    def __init__(self, name: str, mistakes: list[str]) -> None:
        super().__init__("\n".join(f"{name}: {mistake}" for mistake in mistakes))
        self.mistakes = mistakes


@dataclass(frozen=True, slots=True)
class Text:
    """A text in which ``{column}`` stands for the column's value.

    Attributes:
        literals: what is between the columns; one more than there are columns.
    """

    literals: tuple[str, ...]
    columns: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> "Text":
        """Reads a text.

        >>> Text.parse("{trunk}-{number}")
        Text(literals=('', '-', ''), columns=('trunk', 'number'))
        """
        parts = _COLUMN.split(text)
        return cls(tuple(parts[::2]), tuple(parts[1::2]))

    def filled(self, values: dict[str, str]) -> str:
        """The text with the values of a row in it, without the blanks around them."""
        first, *rest = self.literals
        filled = (values[c].strip() + text for c, text in zip(self.columns, rest, strict=True))
        return first + "".join(filled)


@dataclass(frozen=True, slots=True)
class Mapping:
    """A checked mapping file."""

    times: Times
    texts: dict[str, Text]
    rules: tuple[Rule, ...]
    lines: dict[str, str] | None = None
    anonymous: frozenset[str] = frozenset()
    country: str | None = None
    delimiter: str = ","
    encoding: str = "utf-8-sig"
    columns: tuple[str, ...] | None = None
    sorted: bool = False
    quotes: str = IN_LINE

    @classmethod
    def load(cls, path: Path) -> "Mapping":
        """Reads a mapping file.

        Raises:
            MappingError: with every mistake in it, or with why it can't be read.
        """
        try:
            return cls.parse(path.read_text("utf-8-sig"), str(path))
        except OSError as error:
            raise MappingError(str(path), [error.strerror or str(error)]) from error
        except UnicodeDecodeError as error:
            raise MappingError(str(path), [f"is not UTF-8 text at byte {error.start}"]) from error

    @classmethod
    def parse(cls, text: str, name: str = "mapping") -> "Mapping":
        """Reads a mapping; every mistake begins with ``name``. Raises MappingError."""
        try:
            content = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise MappingError(name, [f"not TOML: {error}"]) from error
        except RecursionError as error:
            raise MappingError(name, ["is nested too deeply"]) from error
        check = Check()
        mapping = _mapping(content, check)
        if check.mistakes:
            raise MappingError(name, check.mistakes)
        return mapping

    @property
    def header(self) -> bool:
        """Whether a file's first line names its columns."""
        return self.columns is None

    @property
    def keyed(self) -> bool:
        """Whether events carry persons, so that a key is needed."""
        return "caller" in self.texts or "agent" in self.texts

    def used(self) -> Iterator[str]:
        """Every column that the mapping names, some of them more than once."""
        for text in self.texts.values():
            yield from text.columns
        if self.times.date is not None:
            yield self.times.date
        for rule in self.rules:
            yield from (column for column, _ in rule.when)
            for _, moment in rule.moments:
                yield from moment.columns
                yield from moment.plus


def _mapping(content: dict[str, Any], check: Check) -> Mapping:
    check.table(content, "mapping", ("file", "time", "call", "lines", "row"))
    file = check.table(
        content.get("file", {}), "file", ("delimiter", "encoding", "columns", "order", "quotes")
    )
    delimiter = check.string(file.get("delimiter", ","), "file.delimiter")
    if len(delimiter) > 1:
        check.wrong("file.delimiter", f"must be one character, not {delimiter!r}")
    if delimiter in ('"', "\r", "\n"):
        check.wrong("file.delimiter", "can be neither a quote nor a line end")
    encoding = check.string(file.get("encoding", "utf-8"), "file.encoding")
    try:
        "".encode(encoding)
    except LookupError:
        check.wrong("file.encoding", f"no encoding is called {encoding!r}")
    columns = check.strings(file["columns"], "file.columns") if "columns" in file else None
    texts, lines, anonymous, country = _call(content, check)
    times = read_times(content.get("time", {}), check)
    mapping = Mapping(
        times=times,
        texts=texts,
        rules=read_rules(content.get("row"), check),
        lines=lines,
        anonymous=anonymous,
        country=country or country_of(times.zone),
        delimiter=delimiter,
        # A byte order mark is no part of the first column's name.
        encoding="utf-8-sig" if encoding.lower().replace("_", "-") == "utf-8" else encoding,
        columns=columns,
        sorted=check.one_of(file.get("order", "file"), "file.order", ("file", "at")) == "at",
        quotes=check.one_of(file.get("quotes"), "file.quotes", QUOTES) or IN_LINE,
    )
    if columns is not None:
        for column in sorted(set(mapping.used()) - set(columns)):
            check.wrong("file.columns", f"has no {column!r}, which the mapping names")
    if "line" not in texts and any(
        name not in ("start", "hangup") for rule in mapping.rules for name, _ in rule.moments
    ):
        check.wrong("call.line", "missing: choices and queues happen at a line")
    return mapping


def _call(
    content: dict[str, Any], check: Check
) -> tuple[dict[str, Text], dict[str, str] | None, frozenset[str], str | None]:
    call = check.table(content.get("call", {}), "call", (*_TEXTS, "anonymous", "country"))
    texts = {
        key: Text.parse(check.string(call[key], f"call.{key}")) for key in _TEXTS if key in call
    }
    if "id" not in texts:
        check.wrong("call.id", "missing")
    elif not texts["id"].columns and texts["id"].literals != ("",):
        check.wrong("call.id", "names no {column}, so that every row would be the same call")
    lines = None
    if "lines" in content:
        lines = content["lines"]
        if not isinstance(lines, dict) or not all(isinstance(v, str) and v for v in lines.values()):
            check.wrong("lines", "must give a line id for each value")
    anonymous = check.strings(call.get("anonymous", ""), "call.anonymous")
    country = call.get("country")
    if country is not None and country not in COUNTRIES:
        check.wrong("call.country", f"{country!r} is no country in two capital letters, such as BE")
    return texts, lines, frozenset(one.casefold() for one in ("", *anonymous)), country
