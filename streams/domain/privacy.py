"""What may be repeated of what came from the outside: nothing that names a person.

Senders of events or call records mix fields up, and then the number of a caller stands where a
line, a time or a reason belongs. So a dead letter, a log line or a message repeats a value only if
it is a plain word of few digits; of any other it says no more than what it looks like. What is to
be repeated is listed, not what is to be hidden: nobody knows every way in which numbers, addresses
and accounts are written.
"""

import re
import unicodedata
from typing import Final

_SEPARATORS: Final = " \t\n\r\f\v\u00a0\u2009\u202f\u2010\u2011\u2013().-/"
_BETWEEN: Final = "[" + _SEPARATORS.replace("-/", "\\-/") + "]*"
TELEPHONE_NUMBER_PATTERN: Final = (
    rf"^([tT][eE][lL]:|[sS][iI][pP][sS]?:)?{_BETWEEN}(\+{_BETWEEN})?"
    rf"[0-9]({_BETWEEN}[0-9]){{5,16}}{_BETWEEN}([@;]|$)"
)
"""What a telephone number is written like. 6 digits are the shortest subscriber numbers; 15 are the
longest of E.164, 17 with the ``00`` in front. ``tel:`` and ``sip:`` addresses count by the part
before the host. No separator can be read in two ways, for then 128 of them would take a quarter of
a millisecond. The published schemas have the same pattern."""

PSEUDONYM_PATTERN: Final = (
    r"^(?:[0-9a-f]{32}"
    r"|[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
    r"|(?![A-Za-z]{2}[0-9]{13})(?:[A-Za-z]{1,16}[_-])?(?=[0-9]*[A-Fa-f])[0-9A-Fa-f]{16,128}"
    r"|(?![\s\S]*(?:[0-9][._=-]*){7}|(?:[._=-]*[0-9]){6,}[._=-]*(?![\s\S]))[A-Za-z0-9._=-]{1,128}"
    r")(?![\s\S])"
)
"""What a pseudonym is written like: what our own sources make (32 hexadecimal digits), a UUID,
another digest, or a token or word in which no seven digits stand without a letter between, and no
six are all. What may be one is listed: nobody knows every way in which numbers, addresses and
accounts are written. An account (two letters and digits) is no digest. The published schemas have
the same pattern."""

_PSEUDONYM = re.compile(PSEUDONYM_PATTERN)
_USUAL = re.compile(r"[0-9a-f]{32}|[A-Za-z]{1,64}[._-]?[0-9]{0,4}")  # asked first: far cheaper

_TELEPHONE_NUMBER = re.compile(TELEPHONE_NUMBER_PATTERN)
FIRST_OF_DIALLED: Final = frozenset("+0tTsScC<\"'*#" + " \t\n\r\f\v()[]/")
"""With what a number that is dialled begins, in plain characters: asked first, for each event has
two ids."""

SHORTEST_DIALLED: Final = 6
"""Digits of the shortest subscriber numbers."""
_LONGEST_DIALLED: Final = 17  # of E.164, with 00 in front; digests and snowflakes have more
_SCHEME = re.compile(r"[^0-9A-Za-z+]*(?:tel|sips?|callto|sms):", re.IGNORECASE)
_UP_TO_A_HOST = re.compile(r"[^A-Za-z@;]*(?:[@;]|$)|[^0-9A-Za-z+]*[A-Za-z]+:")
_DIALLED = re.compile(r"[^0-9+]*(?:\+|00?(?!0))")  # counters with zeros in front have more of them
_PARTED = re.compile(r"[0-9][\s()/]+[0-9]")

_FIRST_OF_A_NUMBER = frozenset("+0123456789tTsS" + _SEPARATORS)  # asked first: far cheaper

MOST_DIGITS: Final = 4
"""Digits of a value that is repeated: a queue or a port has no more, and no subscriber so few."""

_PLAIN = re.compile(r"[A-Za-z0-9À-ÖØ-öø-ÿ_.-]{0,64}")
"""A word. No ``@`` or ``:``, which make addresses; no blank, which parts names of people."""

_LOOK: Final = 32
"""Characters of a value whose look is described: as many as a time with its offset has."""

_RUN_OF_DIGITS = re.compile(r"(?:[0-9][^0-9A-Za-z]*){7}")
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


def is_telephone_number(pseudonym: str) -> bool:
    """Whether a value that should be a pseudonym reads as a telephone number.

    >>> is_telephone_number("+32 3 22 11 333"), is_telephone_number("k3-22-11-333")
    (True, False)
    """
    return pseudonym[0] in _FIRST_OF_A_NUMBER and bool(_TELEPHONE_NUMBER.search(pseudonym))


def is_pseudonym(value: str) -> bool:
    """Whether a caller or an agent may be called so.

    >>> is_pseudonym("9f2d3f5c0a1b47e80c55d1a2b3c4d5e6"), is_pseudonym("waste-12")
    (True, True)
    >>> is_pseudonym("+32 3 22 11 333"), is_pseudonym("jan@burgers.example")
    (False, False)
    """
    return bool(_USUAL.fullmatch(value)) or bool(_PSEUDONYM.match(value))


_NUMBERS: Final = (
    "+3232211333",
    "0470123456",
    "0470 12 34 56",
    "0470/12.34.56",
    "003232211333",
    "tel:+32470123456",
    "sip:0470123456@pbx",
)
"""As people are called at: no pattern of pseudonyms may let one through."""


def pseudonym_pattern(text: str) -> re.Pattern[str]:
    """What a phone system's own pseudonyms are written like, as a plan says it.

    >>> bool(pseudonym_pattern("[1-9][0-9]{6}").fullmatch("4711001"))
    True

    Raises:
        ValueError: it is no regular expression, or numbers that people are called at are written
            so; the message says which.
    """
    try:
        pattern = re.compile(text)
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError(f"is no regular expression: {error}") from None
    for number in _NUMBERS:
        if pattern.fullmatch(number):
            raise ValueError(f"would let {number} through, which is a telephone number")
    return pattern


def is_dialled(identifier: str) -> bool:
    """Whether an id reads as a number that somebody is called at: with a plus or a zero in front,
    as an address, or parted as people part numbers. Phone systems' own ids are none: times with a
    counter, UUIDs, digests, plain numbers that begin with another digit.

    >>> is_dialled("+32 470 12 34 56"), is_dialled("tel:0470123456"), is_dialled("0470-12-34-56")
    (True, True, True)
    >>> is_dialled("1700000000.123"), is_dialled("41000123456"), is_dialled("pbx1-0470123456")
    (False, False, False)
    """
    if identifier.isascii():
        first = identifier[0]
        if first not in FIRST_OF_DIALLED:
            return False
        if not (_SCHEME if first.isalpha() else _UP_TO_A_HOST).match(identifier):
            return False
    plain = _as_ascii(unicodedata.normalize("NFKC", identifier)).strip()
    address = _SCHEME.match(plain)
    rest = plain[address.end() :] if address else plain
    number = re.split("[@;]", rest, maxsplit=1)[0] if address or "@" in rest else rest
    digits = sum(map(str.isdigit, number))
    if not SHORTEST_DIALLED <= digits <= _LONGEST_DIALLED or any(map(str.isalpha, number)):
        return False
    return bool(address) or bool(_DIALLED.match(number)) or bool(_PARTED.search(number))


def holds_number(name: str) -> bool:
    """Whether seven digits stand in a name with no letter between them, in whatever script. The
    name of a queue may be a UUID, which no person is called at.

    >>> holds_number("waste-0470/12 34 56"), holds_number("desk-2")
    (True, False)
    """
    plain = unicodedata.normalize("NFKC", name)
    return bool(_RUN_OF_DIGITS.search(_as_ascii(plain))) and not _UUID.fullmatch(plain)


def shown(value: str) -> str:
    """A value from the outside, as a message may repeat it.

    >>> shown("garden"), shown("+32 3 22 11 333"), shown("2026-10-05 09:00")
    ("'garden'", '(a telephone number)', '(like ####-##-## ##:##)')
    """
    if _PLAIN.fullmatch(value) and sum(map(str.isdigit, value)) <= MOST_DIGITS:
        return repr(value)
    plain = unicodedata.normalize("NFKC", value[: 2 * _LOOK]).strip()
    if plain and is_telephone_number(plain):
        return "(a telephone number)"
    look = "".join(map(_look, value[:_LOOK])) + ("..." if len(value) > _LOOK else "")
    return f"(like {look})"


def _look(character: str) -> str:
    if character.isalpha():
        return "x"
    if character.isnumeric():
        return "#"
    return character if character.isascii() and character.isprintable() else "?"


def _as_ascii(text: str) -> str:
    """The text with the digits of every script as those of ours."""
    found = ((c, unicodedata.decimal(c, None)) for c in text)
    return "".join(c if digit is None else str(digit) for c, digit in found)
