"""Lines of Asterisk's log become events, each is counted, and what is wrong is said once."""

from __future__ import annotations

from collections import Counter
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from streams.sources import asterisk_outcome as outcome
from streams.sources.asterisk_import import Counts, Report, Reports, explain, translate
from streams.sources.log_files import Line
from tests.asterisk import BEGIN, NOW, log, translator, waits_of

CALL = f"{BEGIN}.41"


def lines(*texts: str | bytes) -> list[Line]:
    encoded = (each.encode() if isinstance(each, str) else each for each in texts)
    return [Line("queue_log", number, text) for number, text in enumerate(encoded, 1)]


DIRTY = lines(
    *log(*waits_of("41"), (9, "41", "waste", "PJSIP/71", "RINGNOANSWER", 9000)),
    "",
    *log(
        (10, "42", "garden", "NONE", "ENTERQUEUE", "", "0470123456", 1),
        (12, "42", "Garden", "NONE", "ABANDON", 1, 1, 2),
        (13, "43", "garden", "NONE", "ENTERQUEUE", "", "0470123457", 1),
        (14, "NONE", "NONE", "NONE", "STRANGE"),
        (15, "NONE", "NONE", "NONE", "STRANGE"),
    ),
    b"\xff" * 20,
    log((16, "44", "waste", "J\xf6rg", "WITHDRAW", 1, 1, 2))[0].encode("latin-1"),
    *log((-BEGIN, "45", "waste", "NONE", "ABANDON", 1, 1, 2)),
)


def test_every_line_is_counted_and_the_sums_agree() -> None:
    batch = translate([*DIRTY, Line("queue_log", 99, b"x", cut=True)], translator(), NOW)
    counts = batch.counts
    assert (counts.records, counts.told, counts.refused) == (14, 4, 4)
    assert counts.left_out == Counter(
        {outcome.UNMAPPED: 3, outcome.UNKNOWN_EVENT: 2, outcome.RINGING: 1}
    )
    assert counts.told + counts.refused + counts.left_out.total() == counts.records
    assert counts.calls == Counter({"garden": 2})
    assert counts.events == len(batch.events) == 7


def test_the_summary_says_all_of_it() -> None:
    said = str(translate(DIRTY, translator(), NOW).counts).splitlines()
    assert said == [
        "13 records read: 4 told in 7 events, 6 left out, 3 refused",
        f"  3 {outcome.UNMAPPED}",
        f"  2 {outcome.UNKNOWN_EVENT}",
        f"  1 {outcome.RINGING}",
        "  2 calls of the queue garden, which feeds no line",
    ]


def test_what_is_wrong_is_said_with_its_place_and_a_queue_once() -> None:
    said: list[str] = []
    reports = Reports(said.append)
    for _ in range(2):
        reports(translate(DIRTY, translator(), NOW).reports)
    once = [text for text in said if said.count(text) == 1]
    assert once == [
        'the queue garden feeds no line of the plan: add queues = ["asterisk:garden"] to its '
        "[[line]]; its calls are counted here, and are in no figure",
        "queue_log:9: records of the kind STRANGE are passed over: none such is known",
    ]
    assert sorted({text for text in said if text not in once}) == [
        "queue_log:11: 1 fields, at least 5 expected: the line is cut, or no record",
        "queue_log:13: a time before 1990",
        "queue_log:5: 1 fields, at least 5 expected: the line is cut, or no record",
    ]


def test_a_menu_that_leads_nowhere_says_what_to_add() -> None:
    line = log((9, "41", "NONE", "NONE", "MENUCHOICE", 1, "compost"))
    (report,) = translate(lines(*line), translator(), NOW).reports
    assert report.text.startswith("the menu leads to compost, which is no line and feeds none: add")


def test_a_number_where_a_queue_belongs_is_not_repeated() -> None:
    line = log((9, "41", "0470123456", "NONE", "ENTERQUEUE", "", "1", 1))
    batch = translate(lines(*line), translator(), NOW)
    assert "0470" not in f"{batch.reports[0].text} {batch.counts}"


def test_no_topic_is_said_without_end() -> None:
    said: list[str] = []
    Reports(said.append)(Report(f"{n}", f"queue {n}") for n in range(2_000))
    assert len(said) == 1_000


@given(cut=st.integers(0, len(DIRTY)))
def test_batches_add_up(cut: int) -> None:
    whole, by, counts, events = translate(DIRTY, translator(), NOW), translator(), Counts(), []
    for some in (DIRTY[:cut], DIRTY[cut:]):
        batch = translate(some, by, NOW)
        counts.add(batch.counts)
        events += batch.events
    assert counts == whole.counts and events == whole.events


# What became of a call


def explained(call_id: str, server: str = "") -> list[str]:
    zone = ZoneInfo("Europe/Brussels")
    by = translator(server=server)
    return [each.removeprefix("queue_log:") for each in explain(DIRTY, by, NOW, call_id, zone)]


def test_a_call_is_explained_record_by_record() -> None:
    assert explained(CALL) == [
        "1: 2026-11-18 12:06:40+01:00 ENTERQUEUE waste -> call-start; waste entered",
        "2: 2026-11-18 12:07:08+01:00 CONNECT waste -> waste answered",
        "3: 2026-11-18 12:08:08+01:00 COMPLETECALLER waste -> hangup caller",
        f"4: 2026-11-18 12:06:49+01:00 RINGNOANSWER waste -> no event: {outcome.RINGING}",
    ]
    assert explained(f"{BEGIN}.44") == [
        "12: 2026-11-18 12:06:56+01:00 WITHDRAW waste -> call-start at 2026-11-18 12:06:40+01:00; "
        "waste entered at 2026-11-18 12:06:54+01:00; waste left overflow"
    ]


def test_a_call_of_no_line_and_a_record_that_is_refused_are_explained_too() -> None:
    assert [text.partition(" -> ")[2] for text in explained(f"{BEGIN}.42")] == [
        f"no event: {outcome.UNMAPPED}"
    ] * 2
    assert explained(f"{BEGIN}.45") == ["13: refused: a time before 1990"]
    assert explained("never") == []


def test_a_call_is_known_by_its_channel_too() -> None:
    assert explained(f"pbx1-{CALL}", "pbx1") == explained(CALL, "pbx1")
