"""One spelling of a caller, before the key makes a pseudonym of it.

A phone system writes the same person in many ways: with the country or without, as a SIP address,
with a name around the number. Each would be another person under the key. And who withholds the
number is written as a word, in the system's language: under the key, all of them would be one
person who calls a thousand times a day.
"""

import re
import unicodedata
from datetime import tzinfo
from functools import cache
from importlib.resources import files
from typing import Final
from urllib.parse import unquote

import phonenumbers

from streams.sources.pseudonyms import Pseudonyms

COUNTRIES: Final = frozenset(phonenumbers.SUPPORTED_REGIONS)
"""Countries whose numbers can be read, in two letters."""

_CACHE_BOUND: Final = 100_000
"""Callers come again, and reading a number costs 85 us."""

_WITHHELD_NUMBERS: Final = frozenset(
    {"266696687", "86282452253", "7378742833", "2562533", "8656696"}
)
"""The words anonymous, unavailable, restricted, blocked and unknown, as dialled on the letters of a
telephone: some carriers send them where a number belongs."""

_LIST: Final = files("streams.sources").joinpath("withheld.txt")

_IN_ANGLES = re.compile(r"(.*)<([^<>]*)>[^<>]*", re.DOTALL)
_SCHEME = re.compile(r"(sips?|tel|callto):(?://)?", re.IGNORECASE)
_CONTEXT = re.compile(r";\s*phone-context=\+([0-9]+)", re.IGNORECASE)
_SUPPRESSED = re.compile(r"[*#][0-9]{2,3}[*#]")
"""What is dialled before a number so that it is not shown; some systems record it."""

_WRITTEN_NUMBER = re.compile(r"\+?[0-9\s().\-/+]*[0-9][0-9\s().\-/]*")
_MASKED = re.compile(r"[+0-9\s().\-/]*[xX*•]{2,}[+0-9\s().\-/xX*•]*")
_WITHIN = re.compile(r"(?<![^\s(:,;\"'])\+?[0-9][0-9\s().\-/]*[0-9](?![^\s):,;\"'])")
"""A number that stands by itself in a text: a name is around it."""

_SHORTEST: Final = 7
"""Digits of a number within a text; fewer are as likely a house number or a place's code."""

_SEPARATORS = re.compile(r"[\s().\-/]+")
_UNSEEN: Final = frozenset({"Cc", "Cf"})
_LETTERS = re.compile(r"[^\W\d_]+")


class Callers:
    """Pseudonyms of callers, whatever their spelling.

    Args:
        country: two letters; numbers without a country are of this one. None: they stay apart.
        anonymous: further words for nobody, in any case.
    """

    __slots__ = ("_anonymous", "_country", "_known", "_pseudonyms")

    def __init__(
        self,
        pseudonyms: Pseudonyms,
        country: str | None = None,
        anonymous: frozenset[str] = frozenset(),
    ) -> None:
        self._pseudonyms = pseudonyms
        self._country = country
        self._anonymous = frozenset(word.strip().casefold() for word in anonymous)
        self._known: dict[str, str | None] = {}

    def of(self, caller: str) -> str | None:
        """The pseudonym of a caller; None for one who is nobody."""
        if caller not in self._known:
            if len(self._known) >= _CACHE_BOUND:
                self._known.clear()
            spelled = spelling(caller, self._country, self._anonymous)
            self._known[caller] = None if spelled is None else self._pseudonyms.of(spelled)
        return self._known[caller]


def spelling(
    caller: str, country: str | None, anonymous: frozenset[str] = frozenset()
) -> str | None:
    """A caller in the one spelling; None for one who is nobody.

    Telephone numbers become E.164, others stay the digits that they are. An address keeps its host
    only if it is no number's: a number's host is a machine of the phone system.

    Args:
        country: as in ``Callers``.
        anonymous: further words for nobody, casefolded.

    >>> spelling('"Ann" <sip:0470/12.34.56@10.0.0.1>', "BE"), spelling("Numéro masqué", "BE")
    ('+32470123456', None)
    """
    text = _visible(caller)
    if text.casefold() in anonymous:
        return None
    angles = _IN_ANGLES.fullmatch(text)
    if angles is not None:
        text = angles[2].strip() or angles[1].strip()
    if "@anonymous.invalid" in text.casefold():  # RFC 3261, whatever stands before it
        return None
    text, host = _user(text.strip("\"' "))
    if text.casefold() in anonymous or is_nobody(text):
        return None
    text = _SUPPRESSED.sub("", text, count=1) if text[:1] in "*#" else text
    if _MASKED.fullmatch(text):
        return None  # of many callers with the same first digits nobody knows which one
    number = _number(text, country)
    if number is not None:
        return number or None
    if not host:
        within = [one for one in _WITHIN.findall(text) if sum(map(str.isdigit, one)) >= _SHORTEST]
        if len(within) == 1:
            return _number(within[0], country) or None
    words = " ".join(text.casefold().split())
    return f"{words}@{host}" if host else words


def is_nobody(caller: str) -> bool:
    """Whether what stands where a caller belongs says that there is none to be known.

    >>> is_nobody("Withheld number"), is_nobody("000"), is_nobody("Ann"), is_nobody("0470123456")
    (True, True, False, False)
    """
    digits = "".join(filter(str.isdecimal, caller))
    if digits:
        return (
            not digits.strip("0") or digits in _WITHHELD_NUMBERS or caller.replace(" ", "") == "-1"
        )
    nobody, beside = _withheld()
    words = _LETTERS.findall(_plain(caller))
    # N/A, n.a., and the single letters (P: private, O: out of area) that some exchanges send.
    if len("".join(words)) <= 1 or "".join(words) in nobody:
        return True
    return not nobody.isdisjoint(words) and nobody.union(beside).issuperset(words)


@cache
def _withheld() -> tuple[frozenset[str], frozenset[str]]:
    """Words for somebody who is not to be known, and words that stand beside these and say nothing
    by themselves; casefolded, without accents."""
    nobody, beside = _LIST.read_text("utf-8").split("# beside")
    words = (re.sub("#.*", "", part).split() for part in (nobody, beside))
    return frozenset(map(_plain, next(words))), frozenset(map(_plain, next(words)))


def country_of(zone: tzinfo) -> str | None:
    """The country that a time zone is named after, in two letters; None for UTC and offsets."""
    return _countries().get(getattr(zone, "key", None))


@cache
def _countries() -> dict[str | None, str]:
    table = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return {zone: country for country, _, zone, *_ in rows}


def _visible(text: str) -> str:
    """The text in plain characters: digits of every script as ours, marks of direction left out."""
    seen = (
        c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) not in _UNSEEN
    )
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in seen).strip()


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def _user(text: str) -> tuple[str, str]:
    """Who is meant by an address, and the host; the host is empty where it says nothing."""
    scheme = _SCHEME.match(text)
    text = text[scheme.end() :] if scheme else text
    user, at, host = text.rpartition("@")
    if not at:
        if scheme is None:
            return text, ""
        if scheme[1].lower() in ("sip", "sips"):
            # Only a host, as of a call without a caller; or a number, as careless systems write.
            text = re.split(r"[;?]", text, maxsplit=1)[0]
            return (text if _WRITTEN_NUMBER.fullmatch(text) and text.count(".") < 3 else ""), ""
        user, host = text, ""
    context = _CONTEXT.search(user)
    user = unquote(re.split(r"[;?]", user, maxsplit=1)[0]).strip()
    if scheme is not None and at:
        user = user.split(":", 1)[0]
    if _WRITTEN_NUMBER.fullmatch(user):
        prefix = context and not user.startswith(("+", "00"))
        return (f"+{context[1]}{user}" if context and prefix else user), ""
    return user, re.split(r"[;?:]", host, maxsplit=1)[0].casefold()


def _number(text: str, country: str | None) -> str | None:
    """A text that is a number, in the one spelling; empty if there is nothing in it, None if it is
    no number."""
    if not _WRITTEN_NUMBER.fullmatch(text):
        return None
    digits = _SEPARATORS.sub("", text)
    spelled = _e164(text, country)
    if spelled is None and digits.startswith("00"):
        spelled = _e164("+" + digits[2:], None)
    return spelled or ("+" + digits[2:] if digits.startswith("00") else digits)


def _e164(text: str, country: str | None) -> str | None:
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None  # an extension, a short number, or nothing of the kind: the digits say more
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
