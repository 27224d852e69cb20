"""Values come into pages escaped; a template's line ends and indentation do not."""

from pathlib import Path

import pytest
from jinja2 import DictLoader, UndefinedError
from markupsafe import Markup
from msgspec.structs import replace

from streams.sinks.statement import rendering
from streams.sinks.statement.writing import Writing
from tests.sinks.statement import march

W = Writing("nl", "UTC")
OF = march.made(march.booked()).object


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Templates by their names, instead of those of the package."""
    templates: dict[str, str] = {}
    for environment in (rendering._PAGES, rendering._TEXTS):
        monkeypatch.setattr(environment, "loader", DictLoader(templates))
        monkeypatch.setattr(environment, "cache", None)
    return templates


def test_a_value_is_escaped_once_and_markup_is_not(written: dict[str, str]) -> None:
    written["t"] = "<p>{{ value }}</p>{{ made }}"
    html = rendering.page("t", OF, W, value="<b> & \"x\" 'y'", made=Markup("<br>"))
    assert html == "<p>&lt;b&gt; &amp; &quot;x&quot; &#x27;y&#x27;</p><br>"


def test_line_ends_of_a_template_do_not_come_out_and_those_of_values_do(
    written: dict[str, str],
) -> None:
    written["t"] = "<ul>\n    <li>{{ value }}</li>\n\n  <li>a b</li>\n</ul>\n"
    assert rendering.page("t", OF, W, value="one\n two") == (
        "<ul><li>one\n two</li><li>a b</li></ul>"
    )


def test_a_name_that_nobody_gave_is_a_mistake_and_not_a_gap(written: dict[str, str]) -> None:
    written["t"] = "{{ nobody }}"
    with pytest.raises(UndefinedError, match="nobody"):
        rendering.page("t", OF, W)
    with pytest.raises(UndefinedError, match="nobody"):
        rendering.text("t", W)


def test_a_page_knows_its_statement_its_style_and_lines_by_their_names(
    written: dict[str, str],
) -> None:
    written["t"] = "{{ of.vendor.id }} {{ names.afval }} {{ w.language }} {{ nothing }}"
    assert rendering.page("t", OF, W) == "acme Afval nl –"
    assert rendering.page("t", OF, Writing("en", "UTC")) == "acme Waste en –"
    nameless = replace(OF, lines=[replace(OF.lines[0], names={})])
    assert rendering.page("t", nameless, W) == "acme afval nl –"
    written["s"] = "{{ style }}"
    css = Path(rendering.__file__).parent / "templates" / "page.css"
    assert rendering.page("s", OF, W) == css.read_text("utf-8")


def test_a_text_is_for_a_terminal_as_it_is_written(written: dict[str, str]) -> None:
    written["t"] = "{% if value %}\n    {{ value }}\n    {% endif %}\n\nend\n"
    assert rendering.text("t", W, value="<&>") == "    <&>\n\nend\n"
