"""Files of events, packed or not, as batches of lines; and what is said of those that are none."""

import gzip
import io
from pathlib import Path

import pytest

from streams.domain.event_reader import MAX_BYTES
from streams.sources.event_files import CHUNK, UnreadableFileError, batches, open_lines


def lines_of(data: bytes) -> list[bytes]:
    return [line for batch in batches(io.BytesIO(data)) for line in batch]


def test_lines_come_without_their_ends_and_without_a_mark_of_utf_8() -> None:
    assert lines_of(b"\xef\xbb\xbfone\ntwo\nthree") == [b"one", b"two", b"three"]
    assert lines_of(b"") == []


def test_a_line_goes_over_the_edge_of_a_chunk() -> None:
    long = [b"%d" % n * 1_000 for n in range(10)] * (CHUNK // 5_000)
    assert lines_of(b"\n".join(long)) == long


def test_a_line_without_end_is_cut_where_it_is_too_long_to_be_read_anyway() -> None:
    first, second = lines_of(b"x" * (5 * CHUNK) + b"\nnext\n")
    assert MAX_BYTES < len(first) < 2 * CHUNK
    assert second == b"next"


def test_a_packed_file_is_unpacked_by_its_name(tmp_path: Path) -> None:
    packed = tmp_path / "events.ndjson.gz"
    packed.write_bytes(gzip.compress(b"one\n"))
    with open_lines(str(packed)) as stream:
        assert stream.read() == b"one\n"


def test_a_file_that_is_not_there_is_said_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match=r"nowhere\.ndjson"):
        open_lines(str(tmp_path / "nowhere.ndjson"))
