"""What cannot work is refused as it is declared, with a sentence that says what to do."""

import re

import pytest

from streams.domain.figures import DECLARED, measures
from streams.domain.figures.declaring import checked
from streams.domain.figures.figure import Figure

ASA, CUT_OFF = measures()["average_speed_of_answer"], measures()["cut_off"]
assert ASA.measure is not None and CUT_OFF.measure is not None


@pytest.mark.parametrize(
    ("figure", "says"),
    [
        (CUT_OFF, "cut_off is declared 2 times for a line: name one otherwise"),
        (CUT_OFF._replace(scopes=("city",)), "cut_off is declared 2 times for a city"),
        (
            CUT_OFF._replace(name="other", measure=CUT_OFF.measure._replace(name="cut_off")),
            "2 measures are called cut_off: give one another name in its Measured",
        ),
        (CUT_OFF._replace(name="other", scopes=("city",)), "other is no figure of lines"),
        (CUT_OFF._replace(name="other", better="neither"), "other has no better direction"),
        (
            ASA._replace(name="other", measure=ASA.measure._replace(amount=None)),
            "other is a mean duration: its Measured needs the amount that a hit adds",
        ),
        (
            CUT_OFF._replace(name="other", measure=ASA.measure),
            "other is a share: its Measured has no amount",
        ),
    ],
)
def test_a_declaration_that_cannot_work_is_refused(figure: Figure, says: str) -> None:
    with pytest.raises(ValueError, match=re.escape(says)):
        checked([*DECLARED, figure])


def test_all_that_is_wrong_is_said_at_once() -> None:
    wrong = CUT_OFF._replace(name="other", scopes=("city",), better="neither")
    with pytest.raises(ValueError, match=r"no figure of lines.*; other has no better direction"):
        checked([wrong])


def test_lines_and_the_city_may_have_a_figure_of_one_name_each() -> None:
    line = ASA._replace(name="other", scopes=("line",))
    city = ASA._replace(name="other", scopes=("city",), measure=None)
    assert checked([line, city]) == (line, city)
