"""The release after this one, made of this tree: one more count, one more figure, one more form.

It is a copy of the package in which a few lines say something else, so that what is rolled over
this release is a real one: with code of its own for what it writes, and a step for what it reads.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from streams.domain.counts import DECLARED_COUNTS
from streams.engine.kafka.forms import NEWEST
from tests.running import ROOT

COUNT = "of_the_next"
"""The count that only the next release knows: contacts, once more."""

FORM = NEWEST + 1
"""The form that only the next release knows: there a tally is an object."""

_STEP = '''
"""From the form before to the next: a tally is an object."""

import orjson

from streams.engine.kafka.topics import PARTIALS, STATE


def up(topic: str, key: bytes, value: bytes) -> bytes:
    return _told(topic, key, value, lambda tally: {"tally": tally})


def down(topic: str, key: bytes, value: bytes) -> bytes:
    return _told(topic, key, value, lambda tally: tally["tally"])


def _told(topic, key, value, tally):
    if topic == PARTIALS and key.startswith(b"f|"):
        generation, final, figures = orjson.loads(value)
        return orjson.dumps([generation, final, tally(figures)])
    if topic == STATE and key.startswith(b"p|"):
        return orjson.dumps(tally(orjson.loads(value)))
    if topic == STATE and key == b"k":
        checkpoint = orjson.loads(value)
        for place in checkpoint["places"]:
            place[-1] = tally(place[-1])
        return orjson.dumps(checkpoint)
    return value
'''

_FIGURE = """

THE_NEXT: Final = Figure(
    name="of_the_next",
    title="a figure of the next release",
    formula="contacts, once more",
    unit="contacts",
    better="higher",
    value=lambda tally: tally["of_the_next"],
    source="ours",
    metric="of_the_next",
    help="Contacts, once more",
)
"""

_CHANGES = {
    "engine/kafka/forms.py": [
        (
            "FORM_STEPS: Final[Sequence[Step]] = ()",
            "FORM_STEPS: Final[Sequence[Step]] = (Step(up, down),)",
        ),
        (
            "from streams.engine.kafka.outputs import",
            "from streams.engine.kafka.next_form import down, up\n"
            "from streams.engine.kafka.outputs import",
        ),
    ],
    "engine/state/cells.py": [
        ("orjson.dumps(tally.stored())", 'orjson.dumps({"tally": tally.stored()})'),
        ("from_stored(orjson.loads(value))", 'from_stored(orjson.loads(value)["tally"])'),
    ],
    "engine/state/partials.py": [
        ("final, tally = fields\n", 'final, tally = fields[0], fields[1]["tally"]\n'),
    ],
    "domain/counts.py": [
        (
            ')\n"""Every count, by its id.',
            f'    Count({len(DECLARED_COUNTS)}, "{COUNT}", "contacts", "0.3", words="Next"),\n'
            ')\n"""Every count, by its id.',
        ),
    ],
    "domain/entries.py": [
        (
            'marks = [_I["contacts"], _I[outcome.outcome]]',
            f'marks = [_I["contacts"], _I["{COUNT}"], _I[outcome.outcome]]',
        ),
    ],
}


def next_release(directory: Path) -> Path:
    """Makes the next release; gives the directory to import it from."""
    tree = directory / "next"
    package = tree / "streams"
    shutil.copytree(ROOT / "streams", package, ignore=shutil.ignore_patterns("__pycache__"))
    (package / "engine/kafka/next_form.py").write_text(_STEP)
    waits = package / "domain/figures/waits.py"
    waits.write_text(waits.read_text() + _FIGURE)
    for name, changes in _CHANGES.items():
        path = package / name
        text = path.read_text()
        for before, after in changes:
            assert text.count(before) == 1, f"{name}: {before}"
            text = text.replace(before, after)
        path.write_text(text)
    return tree
