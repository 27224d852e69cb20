"""The mapping file: how rows of call records become contact events.

A phone system that can export anything can export its calls as CSV, each in its own way. The
mapping says what its columns mean, in a page of TOML and without a program::

    [file]                              # all optional
    delimiter = "\\t"                   # else what a first line `sep=;` says, else ","
    sheet = "Calls"                     # of a workbook (.xlsx); else its first
    encoding = "latin-1"                # UTF-8 unless given; a byte order mark goes first
    columns = ["id", "when"]            # only for a file without a header line
    skip = 3                            # lines above the header; else it is looked for in the
                                        # first twenty: the line that has all columns named here
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

    [call]                              # texts, in which {column} stands for the column's value;
                                        # of a list of them the first counts that is not empty
    id = "{trunk}-{date}-{number}"      # must name one call; rows that repeat it are reported
    line = "{type}"                     # also: entry, channel, language, option, menu, and
    caller = "{ani}"                    # caller, agent: replaced by a keyed pseudonym
    country = "BE"                      # of callers' numbers that have none; else the zone's
    anonymous = ["lobby"]               # further words for callers who are nobody
    direction = "{kind}"                # inbound or outbound, in or out, incoming or outgoing
    to_line = "{next}"                  # the line to which the row's end is a transfer
    leg = "{leg}"                       # where a call has several rows, each a visit of its own
    attempt = "{n}"                     # where a visit has several rows, one per agent rung
    visit = "{n}"                       # the visit's number, to 9999; else it is the leg's
    revision = "{version}"              # 0, 1, ... of a record that comes again, corrected; or when
                                        # it was written: a correction is an hour after the call

    [lines]                             # optional: the plan's line id for each value of `line`
    PS = "waste"

    [[row]]                             # the first whose `when` is true makes the events
    when = { outcome = "AGENT" }        # a value or a list of them; "*" is anything but empty
    start = "entry"                     # the events, each with its column of time:
    choice = "exit"                     # start, choice, entered, answered, left, hangup
    entered = ["queued", "exit"]        # the first of these columns that has a time
    answered = { at = "queued", plus = "wait" }             # and a length of time on top, or
    # answered = { at = "entry", plus = "length", minus = "talk" }                # taken away
    hangup = { at = "end", not_before = "answered" }        # absent or earlier means then
    # left = { at = "exit", reason = "voicemail" }          # left must say why; hangup may, and
    # hangup = { at = "exit", reason = "closed", by = "system" }                  # by whom
    line = "waste"                      # any text of [call], for this rule alone
    go_on = true                        # the rules below are asked too: another visit in the row

    [[row]]
    when = { outcome = "TEST" }
    leave_out = true

A `choice`, `entered` or `left` without a time did not happen; a row without the start, answer or
hangup that its rule names is reported.

With `leg`, or where `id` is a list, several rows may belong to one call: each is a visit to its
line. The last text of the list distinguishes them. The hangup of all but the last leg is what it
is: `left`, by transfer if it was answered. With `attempt`, only the last hangup of a visit counts.
Of a file that grows it is not known which is the last: see ``last_attempts``.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from streams.sources.callers import COUNTRIES, country_of
from streams.sources.checking import Check
from streams.sources.mapping_rules import Rule, read_rules
from streams.sources.mapping_texts import TEXTS, Choices, columns_of, read_texts
from streams.sources.mapping_times import Times, read_times
from streams.sources.rows import IN_LINE, QUOTES

_FILE: Final = ("delimiter", "encoding", "columns", "skip", "order", "quotes", "sheet")


class MappingError(Exception):
    """A mapping can't be used; every mistake in it is one line of the message."""

    def __init__(self, name: str, mistakes: list[str]) -> None:
        super().__init__("\n".join(f"{name}: {mistake}" for mistake in mistakes))
        self.mistakes = mistakes


@dataclass(frozen=True, slots=True)
class Mapping:
    """A checked mapping file.

    Attributes:
        delimiter: None where the file may say it.
        skip: lines above the header; None where it is looked for.
        sheet: of a workbook, by its name; None: the first.
    """

    times: Times
    texts: dict[str, Choices]
    rules: tuple[Rule, ...]
    lines: dict[str, str] | None = None
    anonymous: frozenset[str] = frozenset()
    country: str | None = None
    delimiter: str | None = None
    encoding: str = "utf-8-sig"
    columns: tuple[str, ...] | None = None
    skip: int | None = None
    sorted: bool = False
    quotes: str = IN_LINE
    sheet: str | None = None

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
        """Whether a line of a file names its columns."""
        return self.columns is None

    @property
    def keyed(self) -> bool:
        """Whether events carry persons, so that a key is needed."""
        return any(self.says(key) for key in ("caller", "agent"))

    @property
    def legs(self) -> bool:
        """Whether several rows may be of one call."""
        return self.says("leg") or self.says("attempt") or len(self.texts["id"]) > 1

    def says(self, key: str) -> bool:
        """Whether the mapping has this text, for all rows or for those of a rule."""
        return key in self.texts or any(key in rule.texts for rule in self.rules)

    def used(self) -> Iterator[str]:
        """Every column that the mapping names, some of them more than once."""
        yield from columns_of(self.texts)
        if self.times.date is not None:
            yield self.times.date
        for rule in self.rules:
            yield from rule.used()


def _mapping(content: dict[str, Any], check: Check) -> Mapping:
    check.table(content, "mapping", ("file", "time", "call", "lines", "row"))
    file = check.table(content.get("file", {}), "file", _FILE)
    call = check.table(content.get("call", {}), "call", (*TEXTS, "anonymous", "country"))
    times = read_times(content.get("time", {}), check)
    country = call.get("country")
    if country is not None and country not in COUNTRIES:
        check.wrong("call.country", f"{country!r} is no country in two capital letters, such as BE")
    anonymous = check.strings(call.get("anonymous", ""), "call.anonymous")
    mapping = Mapping(
        times=times,
        texts=read_texts(call, "call", check),
        rules=read_rules(content.get("row"), check),
        lines=_lines(content, check),
        anonymous=frozenset(one.casefold() for one in ("", *anonymous)),
        country=country or country_of(times.zone),
        delimiter=_delimiter(file, check),
        encoding=_encoding(file, check),
        columns=check.strings(file["columns"], "file.columns") if "columns" in file else None,
        skip=_skip(file, check),
        sorted=check.one_of(file.get("order", "file"), "file.order", ("file", "at")) == "at",
        quotes=check.one_of(file.get("quotes"), "file.quotes", QUOTES) or IN_LINE,
        sheet=check.string(file["sheet"], "file.sheet") if "sheet" in file else None,
    )
    _check_together(mapping, check)
    return mapping


def _delimiter(file: dict[str, Any], check: Check) -> str | None:
    if "delimiter" not in file:
        return None
    delimiter = check.string(file["delimiter"], "file.delimiter")
    if len(delimiter) > 1:
        check.wrong("file.delimiter", f"must be one character, not {delimiter!r}")
    if delimiter in ('"', "\r", "\n"):
        check.wrong("file.delimiter", "can be neither a quote nor a line end")
    return delimiter


def _encoding(file: dict[str, Any], check: Check) -> str:
    encoding = check.string(file.get("encoding", "utf-8"), "file.encoding")
    try:
        "".encode(encoding)
    except LookupError:
        check.wrong("file.encoding", f"no encoding is called {encoding!r}")
    # A byte order mark is no part of the first column's name.
    return "utf-8-sig" if encoding.lower().replace("_", "-") == "utf-8" else encoding


def _skip(file: dict[str, Any], check: Check) -> int | None:
    skip = file.get("skip")
    if skip is not None and (type(skip) is not int or skip < 0):
        check.wrong("file.skip", "must be a number of lines")
        return None
    return skip


def _lines(content: dict[str, Any], check: Check) -> dict[str, str] | None:
    lines = content.get("lines")
    if lines is not None and (
        not isinstance(lines, dict) or not all(isinstance(v, str) and v for v in lines.values())
    ):
        check.wrong("lines", "must give a line id for each value")
        return None
    return lines


def _check_together(mapping: Mapping, check: Check) -> None:
    """Checks what several tables say together."""
    if "id" not in mapping.texts:
        check.wrong("call.id", "missing")
    columns = mapping.columns or ()
    for column in sorted({one for one in columns if one and columns.count(one) > 1}):
        check.wrong("file.columns", f"names {column!r} twice")
    if mapping.columns is not None:
        for column in sorted(set(mapping.used()) - set(columns)):
            check.wrong("file.columns", f"has no {column!r}, which the mapping names")
    names = {name for rule in mapping.rules for name, _ in rule.moments}
    if names - {"start", "hangup"} and not mapping.says("line"):
        check.wrong("call.line", "missing: choices and queues happen at a line")
    if names and "start" not in names and mapping.says("caller"):
        check.wrong("call.caller", "needs `start` in a [[row]]: only that event says who calls")
    if names and not names & {"left", "hangup"} and mapping.says("to_line"):
        check.wrong("call.to_line", "needs `left` or `hangup` in a [[row]]: the end of the visit")
