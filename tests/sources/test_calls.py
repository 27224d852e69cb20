"""Call records of a bank and of nobody in particular become contact events."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from streams.domain.event_reader import Reader
from streams.domain.events import CallStart, Event, Queue, kind
from streams.domain.ndjson import ndjson
from streams.sources import calls
from streams.sources.call_counts import BadRow, Counts
from streams.sources.mapping import Mapping, MappingError
from streams.sources.pseudonyms import KeyMissingError

DATA = Path(__file__).parent.parent / "data"
BANK = DATA / "bank-calls-1999-02-first-half.tsv.gz"

HEADER = (
    "vru+line\tcall_id\tpriority\ttype\tdate\tvru_entry\tvru_exit\tvru_time\t"
    "q_start\tq_exit\tq_time\toutcome\tser_start\tser_exit\tser_time\n"
)


@pytest.fixture(scope="module")
def bank() -> Mapping:
    return Mapping.load(DATA / "bank.toml")


@pytest.fixture(scope="module")
def imported(bank: Mapping) -> list[Event]:
    written: list[Event] = []
    bad: list[BadRow] = []
    came_of_it = calls.run([BANK], bank, written.append, bad.append)
    assert bad == []
    assert came_of_it == Counts(
        rows=17_456, calls=17_313, left_out=143, refused=0, swallowed=0, events=len(written)
    )
    return written


def read(text: str, mapping: Mapping) -> tuple[list[Event], list[BadRow]]:
    bad: list[BadRow] = []
    lines = text.splitlines(keepends=True)
    return list(calls.events(lines, mapping, bad.append, "calls.csv")), bad


def at(events: Iterable[Event]) -> dict[str, str]:
    """Each event's clock, by its name."""
    return {event.event_id.rpartition("-")[2]: event.at for event in events}


def bank_row(entry: str, exit_: str, queue: str, left: str, outcome: str, end: str) -> str:
    return HEADER + (
        f"AA0101\t7\t0\tPS\t990203\t{entry}\t{exit_}\t0\t{queue}\t{left}\t0\t{outcome}\t0:00:00\t{end}\t0\n"
    )


class TestTwoWeeksOfABank:
    def test_every_call_makes_its_events(self, imported: list[Event]) -> None:
        kinds = Counter(
            event.phase if isinstance(event, Queue) else kind(event) for event in imported
        )
        assert kinds == {
            "call-start": 17_313,
            "menu-choice": 17_313,
            "entered": 16_290,
            "answered": 14_405,
            "hangup": 17_313,
        }

    def test_no_two_calls_share_an_id_and_no_two_events(self, imported: list[Event]) -> None:
        assert len({e.call_id for e in imported if isinstance(e, CallStart)}) == 17_313
        assert len({event.event_id for event in imported}) == len(imported)

    @pytest.mark.slow
    def test_the_calls_own_number_is_not_enough_to_tell_them_apart(self) -> None:
        text = (DATA / "bank.toml").read_text()
        mapping = Mapping.parse(text.replace("{date}-{vru+line}-{call_id}", "{call_id}"))
        bad: list[BadRow] = []
        calls.run([BANK], mapping, lambda event: None, bad.append)
        assert len(bad) > 1_000
        assert "again, first seen in line" in bad[0].reason

    def test_events_come_in_the_order_in_which_they_happened(self, imported: list[Event]) -> None:
        instants = [datetime.fromisoformat(event.at) for event in imported]
        assert instants == sorted(instants)

    def test_the_reader_of_events_refuses_none(self, imported: list[Event]) -> None:
        reader = Reader(lambda line, at: line in {"PS", "PE", "IN", "NE", "NW", "TT"})
        now = int(datetime(2000, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000
        assert [reader.read(ndjson(e).strip(), now)[0] for e in imported] == imported

    def test_the_published_figures_hold(self, imported: list[Event]) -> None:
        # Counted from the events alone, call by call, without the domain's own rules.
        moments: dict[str, dict[str, datetime]] = defaultdict(dict)
        for event in imported:
            name = event.event_id.rpartition("-")[2]
            moments[event.call_id][name] = datetime.fromisoformat(event.at)
        answered, abandoned, before_queue = [], [], 0
        for call in moments.values():
            if "answered" in call:
                answered.append((call["answered"] - call["entered"]).total_seconds())
            elif "entered" in call:
                abandoned.append((call["hangup"] - call["entered"]).total_seconds())
            else:
                before_queue += 1
        offered = len(answered) + len(abandoned)
        within = sum(wait <= 20 for wait in answered)
        lost_within = sum(wait <= 20 for wait in abandoned)
        assert (len(moments), before_queue, offered) == (17_313, 1_023, 16_290)
        assert (len(answered), within) == (14_405, 9_163)
        assert (len(abandoned), lost_within) == (1_885, 651)
        assert sum(wait <= 5 for wait in abandoned) == 161
        assert f"{within / offered:.3%}" == "56.249%"
        assert f"{within / (offered - lost_within):.3%}" == "58.591%"
        assert f"{(within + lost_within) / offered:.3%}" == "60.246%"
        assert f"{within / len(answered):.3%}" == "63.610%"
        assert f"{len(answered) / len(moments):.3%}" == "83.203%"
        assert f"{len(abandoned) / offered:.3%}" == "11.572%"
        assert f"{sum(answered) / len(answered):.3f}" == "34.405"
        assert max(answered + abandoned) == 730

    def test_the_hour_in_which_nobody_got_through(self, imported: list[Event]) -> None:
        begun = {
            event.call_id
            for event in imported
            if isinstance(event, CallStart) and event.at.startswith("1999-02-03T13")
        }
        of_them = [event for event in imported if event.call_id in begun]
        queued = {e.call_id for e in of_them if isinstance(e, Queue)}
        answered = {e.call_id for e in of_them if isinstance(e, Queue) and e.phase == "answered"}
        assert (len(begun), len(begun - queued), len(answered)) == (494, 326, 76)


class TestAcrossMidnight:
    def test_a_queue_and_a_talk_that_end_tomorrow(self, bank: Mapping) -> None:
        row = bank_row("23:59:19", "23:59:25", "23:59:25", "0:00:26", "AGENT", "0:01:40")
        events, bad = read(row, bank)
        assert bad == []
        assert at(events) == {
            "start": "1999-02-03T23:59:19+02:00",
            "choice": "1999-02-03T23:59:25+02:00",
            "entered": "1999-02-03T23:59:25+02:00",
            "answered": "1999-02-04T00:00:26+02:00",
            "hangup": "1999-02-04T00:01:40+02:00",
        }

    def test_a_menu_that_ends_before_it_starts_stays_on_its_day(self, bank: Mapping) -> None:
        events, _ = read(
            bank_row("9:48:14", "9:47:17", "0:00:00", "0:00:00", "HANG", "0:00:00"), bank
        )
        assert at(events) == {
            "start": "1999-02-03T09:48:14+02:00",
            "choice": "1999-02-03T09:47:17+02:00",
            "hangup": "1999-02-03T09:47:17+02:00",
        }

    @pytest.mark.parametrize("end", ["0:00:00", "10:00:20"])
    def test_no_end_or_one_before_the_answer_is_at_the_answer(
        self, bank: Mapping, end: str
    ) -> None:
        events, _ = read(
            bank_row("10:00:00", "10:00:10", "10:00:10", "10:00:30", "AGENT", end), bank
        )
        assert at(events)["hangup"] == at(events)["answered"] == "1999-02-03T10:00:30+02:00"


LONG_AGO = """
[file]
columns = ["number", "queue", "began", "waited", "talked"]
[time]
zone = "+00:00"
format = "epoch"
[call]
id = "{number}"
line = "desk-{queue}"
[[row]]
start = "began"
entered = "began"
answered = { at = "began", plus = "waited" }
hangup = { at = "began", plus = ["waited", "talked"] }
"""


def test_callers_without_a_key_are_not_even_read() -> None:
    mapping = Mapping.parse(LONG_AGO.replace("line =", 'caller = "{number}"\nline ='))

    def lines() -> Iterable[str]:
        raise AssertionError("read")
        yield ""

    with pytest.raises(KeyMissingError, match="REACHLINE_PSEUDONYM_KEY"):
        list(calls.events(lines(), mapping, print))
    with pytest.raises(KeyMissingError):
        calls.run([BANK], mapping, print, print)


class TestRowsThatAreWrong:
    def test_epochs_without_a_header(self) -> None:
        events, bad = read("1,a,1772442000.25,7,0:01:00\n", Mapping.parse(LONG_AGO))
        assert bad == []
        assert at(events) == {
            "start": "2026-03-02T09:00:00.250000+00:00",
            "entered": "2026-03-02T09:00:00.250000+00:00",
            "answered": "2026-03-02T09:00:07.250000+00:00",
            "hangup": "2026-03-02T09:01:07.250000+00:00",
        }

    def test_each_costs_only_itself_and_is_named_with_its_line(self) -> None:
        rows = (
            "1,a,1772442000,7,60\n"
            "2,a,1772442000,7\n"
            "3,a,yesterday,7,60\n"
            "\n"
            "4,a,1772442000,-7,60\n"
            ",a,1772442000,7,60\n"
            "6,a,,7,60\n"
            "1,a,1772442000,7,60\n"
            f"{'8' * 200},a,1772442000,7,60\n"
            "9,a,1772442000,7,60\n"
        )
        events, bad = read(rows, Mapping.parse(LONG_AGO))
        assert [event.call_id for event in events if isinstance(event, CallStart)] == ["1", "9"]
        assert [str(one) for one in bad] == [
            "calls.csv:2: 4 fields, 5 expected",
            "calls.csv:3: 'yesterday' is no number of seconds since 1970",
            "calls.csv:5: '-7' is no length of time",
            "calls.csv:6: the call's id is empty",
            "calls.csv:7: start: no time in began",
            "calls.csv:8: call '1' again, first seen in line 1; where a call has several rows, "
            "`leg`, `attempt` or `revision` of the mapping distinguishes them",
            "calls.csv:9: the call's id has 200 characters, at most 119",
        ]

    @pytest.mark.parametrize("instant", ["nan", "inf", "1e300", "-1e300"])
    def test_no_number_is_too_wild(self, instant: str) -> None:
        events, bad = read(f"1,a,{instant},7,60\n2,a,1772442000,7,60\n", Mapping.parse(LONG_AGO))
        assert len(bad) == 1
        assert {event.call_id for event in events} == {"2"}

    def test_an_outcome_that_the_mapping_does_not_know(self, bank: Mapping) -> None:
        row = bank_row("10:00:00", "10:00:10", "0:00:00", "0:00:00", "ROBOT", "0:00:00")
        events, bad = read(row, bank)
        assert events == []
        assert bad == [BadRow("calls.csv", 2, "no [[row]] of the mapping is for outcome = 'ROBOT'")]

    def test_bytes_of_another_encoding_cost_one_row(self, tmp_path: Path) -> None:
        file = tmp_path / "calls.csv"
        file.write_bytes(b"1,a,1772442000,7,60\n2,caf\xe9,1772442000,7,60\n3,a,1772442000,7,60\n")
        written: list[Event] = []
        bad: list[BadRow] = []
        calls.run([file], Mapping.parse(LONG_AGO), written.append, bad.append)
        assert {event.call_id for event in written} == {"1", "3"}
        assert [(one.line_number, one.reason) for one in bad] == [
            (2, "bytes that are not of the file's encoding")
        ]

    def test_a_file_without_the_mappings_columns(self, bank: Mapping) -> None:
        with pytest.raises(MappingError) as caught:
            read("date\ttype\n990201\tPS\n", bank)
        assert "calls.csv: no column 'call_id'; it has date, type" in str(caught.value)
        assert len(caught.value.mistakes) == 8

    def test_an_empty_file_lacks_every_column(self, bank: Mapping) -> None:
        with pytest.raises(MappingError, match="it has no line"):
            read("", bank)
