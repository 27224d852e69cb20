"""What a plan says of pages, read and refused."""

import pytest

from streams.domain.instants import HOUR, MINUTE
from streams.domain.plan import Plan
from streams.domain.plan.reader import check

LINE = '[[line]]\nid = "waste"\n'


def test_what_is_said_is_read() -> None:
    city = Plan.read(
        '[city]\nfalse_pages = "0.5 per quarter"\nforgotten_after = "10 min"\n'
        f'page_people = 4\npages_together = "2 h"\n{LINE}'
    ).entries.city
    assert (city.false_pages, city.forgotten_after) == (0.5, 10 * MINUTE)
    assert (city.page_people, city.pages_together) == (4, 2 * HOUR)


def test_what_is_not_said_is_as_usual() -> None:
    city = Plan.read(LINE).entries.city
    assert (city.false_pages, city.forgotten_after) == (None, 15 * MINUTE)
    assert (city.page_people, city.pages_together) == (8, 90 * MINUTE)


@pytest.mark.parametrize(
    "wrong",
    [
        "false_pages = 1",
        'false_pages = "1 per day"',
        'false_pages = "0 per quarter"',
        'false_pages = "2000 per quarter"',
        'forgotten_after = "2 s"',
        "page_people = 0",
        'pages_together = "2 days"',
    ],
)
def test_what_is_wrong_is_named_with_its_line(wrong: str) -> None:
    mistake, *_ = check(f"[city]\n{wrong}\n{LINE}")
    assert mistake.line == 2
    assert mistake.path == f"city.{wrong.split()[0]}"


def test_a_plan_that_says_nothing_of_pages_keeps_its_digest() -> None:
    """Statements that were made before there were such entries name their plan by it."""
    plain = Plan.read(LINE)
    assert "pages_together" not in plain.to_json()
    as_usual = Plan.read(f'[city]\npages_together = "90 min"\n{LINE}')
    assert as_usual.digest == plain.digest
    assert Plan.read(f"[city]\npage_people = 4\n{LINE}").digest != plain.digest
