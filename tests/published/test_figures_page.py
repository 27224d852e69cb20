"""What the figures mean is written from their declarations, into the README too."""

from pathlib import Path

import pytest

from streams.cli import main
from streams.domain.counts import DECLARED_COUNTS
from streams.domain.figures import DECLARED
from streams.published import figures_page

README = Path(__file__).parents[2] / "README.md"


def test_the_table_of_the_readme_is_that_of_today() -> None:
    text = README.read_text(encoding="utf-8")
    assert figures_page.with_table(text) == text, "run `reachline schemas --readme README.md`"


def test_every_figure_is_on_the_page_with_its_places_and_its_example() -> None:
    page = figures_page.page()
    for figure in DECLARED:
        section = page.split(f"\n## {figure.title[0].upper()}{figure.title[1:]}\n")[1]
        section = section.split("\n## ")[0]
        assert f"`{figure.name}`" in section and figure.formula in section
        assert figure.metric in section and figure.example in section
        if figure.metric and "line" in figure.scopes:
            windows = ", ".join(f"`{window}`" for window in figure.windows)
            assert f"- Windows of the metric: of lines and vendors {windows}" in section
        for part, over in figure.parts.windows.items() if figure.parts else ():
            windows = ", ".join(f"`{window}`" for window in over)
            assert f"`{part}` (of lines and vendors over {windows})" in section


def test_every_count_is_on_the_page() -> None:
    page = figures_page.page()
    for count in DECLARED_COUNTS:
        assert f"| {count.id} | `{count.name}` | {count.of} |" in page


def test_the_table_of_another_page_is_written_too(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{figures_page.BEGIN}outdated\n{figures_page.END}after\n")
    assert main(["schemas", "--to", str(tmp_path / "schemas"), "--readme", str(page)]) == 0
    text = page.read_text(encoding="utf-8")
    assert text.startswith("before\n") and text.endswith("after\n")
    assert figures_page.table() in text and "outdated" not in text
    again = ["schemas", "--to", str(tmp_path / "schemas"), "--readme", str(page), "--check"]
    assert main(again) == 0


def test_a_page_without_a_place_for_it_is_told_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.md"
    page.write_text("nothing\n")
    assert main(["schemas", "--to", str(tmp_path / "schemas"), "--readme", str(page)]) == 1
    assert "has no place for the table" in capsys.readouterr().err
