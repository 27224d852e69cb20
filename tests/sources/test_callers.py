"""One person is one caller, however the phone system writes them; and who is withheld is nobody."""

from datetime import UTC, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.sources.callers import Callers, country_of, is_nobody, spelling
from streams.sources.pseudonyms import Pseudonyms

ONE_PERSON = [
    "+32 470 00 00 01",
    "0032470000001",
    "0470000001",
    "0470/00.00.01",
    "32470000001",
    "+32 (0)470 00 00 01",
    "０４７０００００01",
    "٠٤٧٠٠٠٠٠٠١",
    "\u202a+32\u00a0470\u00a000\u00a000\u00a001\u202c",
    '"Ann" <0470000001>',
    "Ann De Smet <0470 00 00 01>",
    "Ann De Smet 0470/00.00.01",
    "0470000001 (Ann)",
    '"Unknown" <0470000001>',
    "sip:0470000001@10.0.0.1",
    "SIP:+32470000001@pbx.example:5060;transport=tcp",
    "sips:%2B32470000001:secret@pbx.example",
    '"Ann" <sip:+32470000001;phone-context=x@pbx.example;user=phone>;tag=9fx',
    "sip:0470000001",
    "0470000001@pbx",
    "tel:+32-470-00-00-01",
    "tel:0470000001;phone-context=+32",
    "tel:470000001;phone-context=+32",
    "#31#0470000001",
]


@pytest.mark.parametrize("written", ONE_PERSON)
def test_one_person_is_one_caller_however_written(written: str) -> None:
    assert spelling(written, "BE") == "+32470000001"


@pytest.mark.parametrize("written", [one for one in ONE_PERSON if "32" in one])
def test_a_number_with_its_country_needs_no_other(written: str) -> None:
    if written != "32470000001":  # which without a plus may be of any country
        assert spelling(written, None) == "+32470000001"


def test_without_a_country_a_number_stays_as_it_is_dialled() -> None:
    assert {spelling(one, None) for one in ("0470 000001", "Ann <0470/000001>")} == {"0470000001"}
    assert spelling("0470000001", "NL") != spelling("0470000001", "BE")


@pytest.mark.parametrize(
    "written",
    [
        *("", " ", "-", "?", "0", "00000", "+0", "-1", "N/A", "n.a.", "NULL", "None", "nan", "P"),
        *("anonymous", "ANONYMOUS", "Anonymous Caller", "'anonymous'", "<anonymous>"),
        *("sip:anonymous@anonymous.invalid", "sip:7@anonymous.invalid", "anonymous@10.0.0.1"),
        *('"Anonymous" <sip:anonymous@10.0.0.1>;tag=1', "sip:10.0.0.1", '"" <>', "tel:"),
        *("Unknown", "Unknown number", "Private", "PRIVATE NUMBER", "Withheld", "No Caller ID"),
        *("Unavailable", "not available", "Restricted", "Out of area", "hidden", "CLI withheld"),
        *("anoniem", "Onbekend", "Privé", "Prive nummer", "afgeschermd nummer", "geen nummer"),
        *("Anonym", "Unbekannt", "Unbekannter Anrufer", "Rufnummer unterdrückt", "Privat"),
        *("Anonyme", "Inconnu", "Numéro masqué", "NUMERO PRIVE", "appelant inconnu"),
        *("Anónimo", "desconocido", "número oculto", "Sconosciuto", "numero privato"),
        *("Desconhecido", "Okänd", "Dolt nummer", "Hemligt", "Ukendt nummer", "skjult nummer"),
        *("Tuntematon", "zastrzeżony", "Numer nieznany", "Неизвестный", "Скрытый номер", "匿名"),
        *("+266696687", "86282452253", "7378742833", "0470xxxxxx", "+3247000****", "xxxxxxxx"),
    ],
)
def test_who_is_withheld_is_nobody_in_any_case_and_language(written: str) -> None:
    for one in (written, written.lower(), written.upper(), f" {written} "):
        assert spelling(one, "BE") is None


def test_words_of_the_mapping_are_nobody_too() -> None:
    callers = Callers(Pseudonyms(bytes(range(16))), "BE", frozenset({"Lobby", "0470 00 00 01"}))
    assert callers.of("LOBBY") is None and callers.of("sip:lobby@pbx") is None
    assert callers.of("0470 00 00 01") is None
    assert callers.of("hall") is not None


@pytest.mark.parametrize(
    ("written", "one"),
    [
        *(("71", "71"), ("7 1", "71"), ("112", "112"), ("+112", "+112")),
        *(("Ann@Example.org", "ann@example.org"), ("sip:Ann@Example.org:5060", "ann@example.org")),
        *(("Ann  de Man", "ann de man"), ("Desk 12", "desk 12"), ("SIP/71", "sip/71")),
        *(("Nona", "nona"), ("Noah None-Such", "noah none-such"), ("Private Ryan", "private ryan")),
    ],
)
def test_extensions_addresses_and_names_are_persons_too(written: str, one: str) -> None:
    assert spelling(written, "BE") == one
    assert not is_nobody(written)


def test_two_numbers_in_a_text_are_no_ones() -> None:
    both = "0470000001 via 032211333"
    assert spelling(both, "BE") == both


@given(st.text())
def test_any_text_has_one_spelling_that_stays(written: str) -> None:
    once = spelling(written, "BE")
    assert once is None or once.strip()


def test_a_country_by_its_time_zone() -> None:
    assert [country_of(ZoneInfo(f"Europe/{city}")) for city in ("Brussels", "Stockholm")] == [
        "BE",
        "SE",
    ]
    assert country_of(UTC) is None
    assert country_of(ZoneInfo("UTC")) is None
    assert country_of(timezone(timedelta(hours=1))) is None


def test_a_pseudonym_is_remembered_for_as_many_as_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.sources.callers._CACHE_BOUND", 2)
    callers = Callers(Pseudonyms(bytes(range(16))), "BE")
    first = [callers.of(f"04700000{n}") for n in range(10, 20)]
    assert [callers.of(f"+324700000{n}") for n in range(10, 20)] == first
    assert len(set(first)) == 10
