"""The detector on real days: the bank's calls of 1 to 14 February 1999, straight from the rows."""

import csv
import gzip
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from typing import Any

from streams.domain.detector import Alert, Decision, Detector, never_closes
from streams.domain.detector.pace import DAYS_PER_QUARTER
from streams.domain.instants import DAY, HOUR, SECOND, of, to_datetime
from streams.domain.plan import Contract

BANK = Path(__file__).parents[1] / "data" / "bank-calls-1999-02-first-half.tsv.gz"

ISRAEL = timezone(timedelta(hours=2))
LINES = ("PS", "PE", "IN", "NE", "NW", "TT")
THRESHOLD = 20 * SECOND
REACH_LIMIT = 180 * SECOND


def bank_decisions(with_hours: bool) -> dict[str, list[Decision]]:
    """Per line, straight from the rows, sharing no code with what the product reads them with. With
    opening hours, visits that begin outside of them are left out."""
    found: dict[str, list[Decision]] = {line: [] for line in LINES}
    with gzip.open(BANK, "rt", encoding="ascii", newline="") as rows:
        for number, row in enumerate(csv.DictReader(rows, delimiter="\t")):
            if row["outcome"] == "PHANTOM":
                continue
            instant = partial(clock, row["date"], row["vru_entry"])
            began = instant(row["vru_exit"])
            if with_hours and bank_closes_at(began) <= began:
                continue
            queued = row["q_start"] != "0:00:00"
            entered = instant(row["q_start"]) if queued else began
            ended = instant(row["q_exit"]) if queued else began
            answered = row["outcome"] == "AGENT"
            line, key = found[row["type"]], f"{number:05}"
            if queued or answered:
                in_time = answered and ended <= entered + THRESHOLD
                at = min(ended, entered + THRESHOLD + 1)
                line.append(Decision(at, "service_level", in_time, key))
            overdue = began + REACH_LIMIT
            reached = answered and ended <= overdue
            line.append(Decision(min(ended, overdue), "reachability", reached, key))
    return {line: sorted(ones, key=lambda d: d.position) for line, ones in found.items()}


def clock(date: str, start: str, time: str) -> int:
    def seconds(text: str) -> int:
        hours, minutes, rest = text.split(":")
        return int(hours) * 3600 + int(minutes) * 60 + int(rest)

    midnight = datetime.strptime("19" + date, "%Y%m%d").replace(tzinfo=ISRAEL)
    tomorrow = DAY if seconds(time) < seconds(start) - 12 * 3600 else 0
    return of(midnight) + seconds(time) * SECOND + tomorrow


def bank_closes_at(at: int) -> int:
    """Sunday to Thursday 7:00 to 24:00, Friday until 14:00, Saturday from 19:00."""
    local = at + 2 * HOUR
    midnight, weekday = local - local % DAY, to_datetime(at, ISRAEL).weekday()
    opens, closes = {4: (7, 14), 5: (19, 24)}.get(weekday, (7, 24))
    if opens * HOUR <= local - midnight < closes * HOUR:
        return midnight + closes * HOUR - 2 * HOUR
    return at


def fortnight(with_hours: bool, learnt: bool) -> list[Alert]:
    """Every page of the fortnight, as it stood when it was over, or at the end."""
    last: dict[str, Alert] = {}
    for line, decided in bank_decisions(with_hours).items():
        expected = (
            None
            if learnt
            else DAYS_PER_QUARTER / 14 * sum(d.kind == "reachability" for d in decided)
        )
        detector = Detector(
            line, Contract(), expected, bank_closes_at if with_hours else never_closes
        )
        for decision in decided:
            last |= {change.alert.id: change.alert for change in detector.feed(decision)}
        last |= {change.alert.id: change.alert for change in detector.tick(decided[-1].at + DAY)}
        last |= {alert.id: alert for alert in detector.alerts()}
    return sorted(last.values(), key=lambda alert: (alert.opened_at, alert.line))


# Judged by hand, from what all lines did at the time; `people` and `figure` are in the table.
JUDGED = {
    "Wed 03 12:50 PS": "true: the incident; 25 of 27 were reached before, now nobody on any line",
    "Wed 03 12:50 NW": "true: the incident; 8 of 8 were reached in the half hour before",
    "Mon 01 17:17 NW": "true, mild: 3 of 22 reached for 70 min while PS reached 53 of 59",
    "Thu 04 16:15 NW": "true, short: 20 callers on end unreached in 10 min; 33 of the next 43 were",
    "Sun 07 08:30 NW": "true: 1 of 25 reached, then few until noon; other lines all right",
    "Tue 09 14:59 NW": "true: 10 of 52, then 5 of 47; PS down too, to 72 of 93",
    "Wed 10 07:20 NW": "true: from opening on 6 of 41 reached; PS 65 of 85",
    "Thu 11 14:54 PS": "true: fell from 43 of 44 to 6 of 34; nobody of 15 on NW",
    "Fri 12 13:43 NW": "true: nobody of 21 from Saturday's opening on, nor Friday's last five",
}


def local(at: int | None) -> str | None:
    return None if at is None else to_datetime(at, ISRAEL).strftime("%a %d %H:%M")


def judged(alert: Alert) -> dict[str, Any]:
    begin = f"{local(alert.since)} {alert.line}"
    below = alert.figure is not None and alert.target is not None and alert.figure < alert.target
    measured = "true: below target" if below else "false: at or above target"
    return {
        "kind": alert.kind,
        "line": alert.line,
        "since": local(alert.since),
        "opened": local(alert.opened_at),
        "resolved": local(alert.resolved_at),
        "people": alert.people,
        "decided": alert.decided,
        "figure": round(alert.figure or 0.0, 3),
        "judgement": JUDGED[begin] if alert.kind == "reachability" else measured,
    }


def real() -> dict[str, Any]:
    return {
        "pages": [judged(alert) for alert in fortnight(with_hours=True, learnt=False)],
        "reachability pages": {
            f"{'opening' if hours else 'no'} hours, volume {'learnt' if learnt else 'known'}": sum(
                alert.kind == "reachability" for alert in fortnight(hours, learnt)
            )
            for hours in (True, False)
            for learnt in (True, False)
        },
    }
