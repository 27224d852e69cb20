"""Records of retired contacts: their bytes, and what is read of them."""

from streams.engine.state.retired import (
    RETIRED_PREFIX,
    RetiredIds,
    from_retired_record,
    retired_key,
    retired_record,
    retired_removed,
)
from tests.stories import at

IDS = RetiredIds(at("9:00"), ["pbx1-17", 'a "quoted" id'])


def test_the_bytes_are_those_that_other_releases_know() -> None:
    assert retired_record(41, IDS) == (
        b"g|41",
        b'[1794992400000000,["pbx1-17","a \\"quoted\\" id"]]',
    )


def test_what_is_written_is_read_and_removed_under_the_same_key() -> None:
    key, value = retired_record(41, IDS)
    assert value is not None and from_retired_record(value) == IDS
    assert key == retired_key(41) and key.startswith(RETIRED_PREFIX)
    assert retired_removed(41) == (key, None)
    assert retired_key(4) != retired_key(41)
