"""Writes the records of this release: `python -m tests.forms`, before it is published."""

from tests.forms.kept import THIS_RELEASE, written

THIS_RELEASE.write_bytes(written())
