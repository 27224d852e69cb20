"""What a person reads of a statement's page."""

from html.parser import HTMLParser


class _Text(HTMLParser):
    """What is read of a page; not its styles, and not what stands there for a terminal."""

    def __init__(self, besides: frozenset[str] = frozenset({"style"})) -> None:
        super().__init__()
        self.text: list[str] = []
        self._besides, self._inside = besides, 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._inside += tag in self._besides
        self._part(tag)

    def handle_endtag(self, tag: str) -> None:
        self._inside -= tag in self._besides
        self._part(tag)

    def _part(self, tag: str) -> None:
        if tag not in ("span", "strong"):
            self.text.append(" ")

    def handle_data(self, data: str) -> None:
        if not self._inside:
            self.text.append(data)


def read(html: str, besides: frozenset[str] = frozenset({"style"})) -> str:
    """The text of a page in one line, without what stands inside some of its elements."""
    reader = _Text(besides)
    reader.feed(html)
    return " ".join("".join(reader.text).replace("\N{SOFT HYPHEN}", "").split())
