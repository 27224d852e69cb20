"""What the columns of an unknown export may be: by their names, and by what stands in them.

A guess is a proposal for somebody who knows the phone system. It goes by the names that exports
give their columns, in English, Dutch, German and French, and by the spelling of a time or a length
that most values of a column have.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from streams.sources.time_grammar import EPOCHS, epoch, formatted, iso, length

NOT_A_TIME: Final = (
    "0", "-", "NULL", "null", "\\N", "N/A", "None", "0000-00-00 00:00:00", "1970-01-01 00:00:00",
    "1900-01-01 00:00:00", "0001-01-01 00:00:00", "00:00:00", "0:00:00",
)  # fmt: skip
"""What exports write where a time did not happen."""

_DAYS: Final = (
    "%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y/%m/%d", "%d/%m/%y", "%m/%d/%y",
    "%Y%m%d", "%y%m%d",
)  # fmt: skip
_CLOCKS: Final = ("%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p", "%H.%M.%S", "%H:%M:%S.%f")
_WITHIN: Final = ("%Y%m%d%H%M%S", *(f"{day} {clock}" for day in _DAYS[1:8] for clock in _CLOCKS))

INSTANT: Final = "instant"
WHOLE_DAY: Final = "day"
CLOCK_TIME: Final = "clock"
LENGTH: Final = "length"
TEXT: Final = "text"

_ID: Final = re.compile(r"(?=.*[a-zA-Z._-])[0-9][0-9a-zA-Z._-]{7,63}", re.ASCII)
"""What phone systems name calls by: a UUID, a time with a counter."""

_ROLES: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "start": (
        "invitetime datetimeorigination start begin begun calldate initiation arrival created "
        "offered callstart starttime startepoch startstamp date datetime timestamp calltime "
        "time entry arrivaltime aanvang starttijd begintijd datum tijdstip beginn anrufbeginn "
        "startzeit zeitpunkt debut",
        (INSTANT, CLOCK_TIME),
    ),
    "entered": (
        "enqueue enqueued queued queuestart joined entered queueentry qstart enqueuetime "
        "enqueuetimestamp queuejoined queuejoinedepoch wachtrij",
        (INSTANT, CLOCK_TIME),
    ),
    "answered": (
        "ccqueueansweredepoch datetimeconnect connectedtoagent connectedtoagenttimestamp answer "
        "answered answertime connect connected connecttime pickup bridged queueansweredepoch "
        "answerepoch answerstamp timeanswered beantwoord opgenomen aangenomen angenommen "
        "decroche",
        (INSTANT, CLOCK_TIME),
    ),
    "end": (
        "end ended endtime endepoch endstamp datetimehangup hangup finish finished terminated "
        "completed release stop einde eind eindtijd ende endzeit fin",
        (INSTANT, CLOCK_TIME),
    ),
    "day": ("date day calldate datum tag jour", (WHOLE_DAY,)),
    "wait": (
        "wait waittime waiting waitingtime timeinqueue queuetime speedofanswer answerspeed "
        "speedofanswerinseconds asa delay tswaiting timetoanswer wachttijd wartezeit attente "
        "totalqueue totalqueuetime holdtime ringing ringtime",
        (LENGTH, CLOCK_TIME),
    ),
    "talk": (
        "talk talktime talkduration avgtalkduration billsec handletime conversation "
        "conversationtime tsservicing gesprekstijd spreektijd gespraechszeit "
        "conversationduration gesprachszeit gespraechsdauer gesprachsdauer gespreksduur "
        "totaltalk talking",
        (LENGTH, CLOCK_TIME),
    ),
    "duration": (
        "duration totaltime calllength calldurationtotal callduration length duur dauer duree",
        (LENGTH, CLOCK_TIME),
    ),
    "id": (
        "id callid uniqueid contactid sessionid uuid calluuid conversationid historyid callno "
        "callnumber guid ticket reference gespreksid gespreksnummer anrufid recordid "
        "interactionid",
        (TEXT, LENGTH, INSTANT),
    ),
    "linked": (
        "linkedid initialcontactid parentid callhistoryid originalid",
        (TEXT, LENGTH, INSTANT),
    ),
    "leg": ("leg sequence seq segment part legid", (TEXT, LENGTH)),
    "line": (
        "queue queuename line skill topic department service servicename group team huntgroup "
        "huntpilotdn destination reason campaign wachtrij dienst lijn onderwerp warteschlange "
        "gruppe file ccqueue",
        (TEXT, LENGTH),
    ),
    "status": (
        "status disposition outcome result answered answeredyn callstatus callresult success "
        "abandoned calltype resultaat ergebnis statut",
        (TEXT, LENGTH),
    ),
    "caller": (
        "calleridnumber callingpartynumber caller callerid cli clid ani src from callernumber "
        "cid cnum fromno source phone phonenumber calleridnum callingnumber customerphone "
        "telefoon beller bellernummer anrufer appelant",
        (TEXT, LENGTH, INSTANT),
    ),
    "agent": (
        "agent agentname agentusername displayname operator employee user username member "
        "medewerker mitarbeiter bearbeiter advisor",
        (TEXT, LENGTH),
    ),
    "direction": ("direction inout richting richtung", (TEXT,)),
    "language": ("language lang taal sprache langue", (TEXT,)),
    "option": ("option digit menuchoice choice keuze menu key", (TEXT, LENGTH)),
    "to_line": ("transferredto transferto nextqueue doorverbonden", (TEXT, LENGTH)),
    "revision": ("version revision versie", (LENGTH,)),
}  # fmt: skip
"""Each role with the names that it has, plain and in one word, and what stands in such a column."""


@dataclass(frozen=True, slots=True)
class Column:
    """What stands in a column.

    Attributes:
        kind: which most of the different values are of; TEXT if of none.
        formats: in which its times are written; several, where they fit equally well.
        never: values that stand for a time that did not happen.
        values: the different ones, as many as were seen.
        filled: how many rows have a value.
        rows: how many rows there are.
    """

    name: str
    kind: str
    formats: tuple[str, ...]
    never: tuple[str, ...]
    values: frozenset[str]
    filled: int
    rows: int


def column(name: str, values: Sequence[str]) -> Column:
    """Looks at the values of a column."""
    stripped = [value.strip() for value in values]
    distinct = frozenset(stripped) - {""}
    never = tuple(value for value in NOT_A_TIME if value in distinct)
    real = distinct - set(never)
    best, kind, fitting = 0, TEXT, list[str]()
    for one, formats, reader in _KINDS:
        # Of lengths, 0 is one.
        asked = distinct if one == LENGTH else real
        for format_ in formats:
            read = sum(_reads(reader, value, format_) for value in asked)
            if read * 2 <= len(asked) or read < best or (read == best and one != kind):
                continue
            fitting = [*fitting, format_] if read == best else [format_]
            best, kind = read, one
    told = real if kind in (INSTANT, CLOCK_TIME, WHOLE_DAY) else distinct
    filled = sum(value in told for value in stripped)
    return Column(name, kind, tuple(fitting), never, distinct, filled, len(values))


def _reads(read: Callable[[str, str], object], value: str, format_: str) -> bool:
    try:
        read(value, format_)
    except ValueError:
        return False
    return True


def _epoch_of_this_age(text: str, format_: str) -> None:
    # Fewer digits are a length, an id or an extension.
    if not 631_152_000 * 1_000_000 <= epoch(text, format_) < 4_102_444_800 * 1_000_000:
        raise ValueError


_KINDS: Final[tuple[tuple[str, tuple[str, ...], Callable[[str, str], object]], ...]] = (
    (INSTANT, ("iso",), lambda text, _: iso(text)),
    (INSTANT, tuple(EPOCHS), _epoch_of_this_age),
    (INSTANT, _WITHIN, formatted),
    (CLOCK_TIME, _CLOCKS, formatted),
    (WHOLE_DAY, _DAYS, formatted),
    (LENGTH, ("",), lambda text, _: length(text)),
)


def roles(columns: Sequence[Column]) -> Mapping[str, Column]:
    """Which column may have which role; each column has one, and each role one column."""
    scored = sorted(
        (
            (-score, place, role, one)
            for role, (names, kinds) in _ROLES.items()
            for place, one in enumerate(columns)
            if one.values and one.kind in kinds and (score := _score(one.name, names.split()))
        ),
        key=lambda scored: scored[:2],
    )
    found: dict[str, Column] = {}
    taken: set[str] = set()
    for _, _, role, one in scored:
        if role not in found and one.name not in taken:
            found[role] = one
            taken.add(one.name)
    return found


def by_place(columns: Sequence[Column]) -> Mapping[str, Column]:
    """The roles of columns without names, as far as what stands in them can tell: of the times the
    first is the start and the last the end, and one between that is empty at times is the answer.
    An id is another in each row, and neither a time nor a number that somebody is called at."""
    found: dict[str, Column] = {}
    times = [one for one in columns if one.kind == INSTANT]
    times = [one for one in times if one.formats == times[0].formats]
    if len(times) > 1:
        found["start"] = times[0]
        if times[-1].filled == times[-1].rows:
            found["end"] = times.pop()
        answered = [one for one in times[1:] if one.filled < one.rows]
        if answered:
            found["answered"] = answered[0]
    ids = [one for one in columns if one not in times and len(one.values) == one.rows > 1]
    ids = [one for one in ids if all(map(_ID.fullmatch, one.values))]
    if ids:
        found["id"] = ids[-1]
    return found


def _score(name: str, names: Sequence[str]) -> float:
    """How well a column's name fits; 0: not at all. Among names that fit, those that stand first in
    the list are better."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z]+|[0-9]+", re.sub(r"([a-z])([A-Z])", r"\1 \2", plain).casefold())
    # Who is disconnected is not connected.
    words = ["hangup" if word in ("disconnect", "disconnected") else word for word in words]
    joined = "".join(words).replace("disconnect", "hangup")
    best = 0.0
    for place, one in enumerate(names):
        if one == joined:
            best = max(best, 3 - place / 100)
        elif one in words or (len(one) > 4 and one in joined):
            best = max(best, 1 + len(one) / max(len(joined), 1) - place / 100)
    return best
