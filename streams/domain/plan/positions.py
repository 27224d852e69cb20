"""Where in a TOML file each key stands, since the standard library's reader does not say.

A scan for headers, keys and the elements of arrays, over a text that parses. It gives the line on
which each of them begins, by the path under which the parsed value is found.
"""

import re

Path = tuple[str | int, ...]
"""Keys, and indices from 0: ``("line", 2, "contract")`` is the contract of the third line."""

_KEY = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')"""
_KEYS = rf"{_KEY}(?:[ \t]*\.[ \t]*{_KEY})*"
_HEADER = re.compile(rf"[ \t]*(\[\[?)[ \t]*({_KEYS})[ \t]*\]")
_STATEMENT = re.compile(rf"[ \t]*({_KEYS})[ \t]*=")
_ARRAY = re.compile(r"[ \t]*\[")
_PART = re.compile(_KEY)
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|'
    r"'''.*?'{3,5}|"
    r'"(?:[^"\\\n]|\\.)*"|'
    r"'[^'\n]*'",
    re.DOTALL,
)
_COMMENT = re.compile(r"#[^\n]*")


def text(path: Path) -> str:
    """The path as people write it, entries counted from 1.

    >>> text(("line", 1, "contract"))
    'line[2].contract'
    """
    words = ""
    for part in path:
        words += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if words else part
    return words


def lines(source: str) -> dict[Path, int]:
    """The line of the file, from 1, on which each path begins."""
    found: dict[Path, int] = {}
    newest: dict[Path, int] = {}
    table: Path = ()
    at = 0
    while at < len(source):
        line = source.count("\n", 0, at) + 1
        if header := _HEADER.match(source, at):
            table = _resolve(_parts(header[2]), header[1] == "[[", newest)
            found.setdefault(table[:-1] if header[1] == "[[" else table, line)
            found.setdefault(table, line)
            at = _end_of_line(source, header.end())
        elif statement := _STATEMENT.match(source, at):
            path = table + _parts(statement[1])
            found.setdefault(path, line)
            at = _value(source, statement.end(), path, line, found)
        else:
            at = _end_of_line(source, at)
    return found


def line_of(path: Path, found: dict[Path, int]) -> int | None:
    """The line of a path, or of the nearest thing around it that has one."""
    while path:
        if path in found:
            return found[path]
        path = path[:-1]
    return None


def _parts(keys: str) -> Path:
    return tuple(part.strip("\"'") for part in _PART.findall(keys))


def _resolve(keys: Path, begins: bool, newest: dict[Path, int]) -> Path:
    """The path of a header: each array of tables on its way stands for its newest table."""
    path: Path = ()
    for i, key in enumerate(keys):
        path = (*path, key)
        if begins and i == len(keys) - 1:
            newest[path] = newest.get(path, -1) + 1
        if path in newest:
            path = (*path, newest[path])
    return path


def _end_of_line(source: str, at: int) -> int:
    end = source.find("\n", at)
    return len(source) if end < 0 else end + 1


def _value(source: str, at: int, path: Path, line: int, found: dict[Path, int]) -> int:
    """Where the statement after a value begins; records the elements of an array on the way."""
    depth = 0
    element = 0
    between = False
    in_array = _ARRAY.match(source, at) is not None
    while at < len(source):
        skipped = _STRING.match(source, at) or _COMMENT.match(source, at)
        character = source[at]
        if in_array and between and depth == 1 and not (character.isspace() or character in "#]"):
            found.setdefault((*path, element), line)
            between = False
        if skipped:
            line += skipped[0].count("\n")
            at = skipped.end()
            continue
        if character in "[{":
            depth += 1
            between = between or depth == 1
        elif character in "]}":
            depth -= 1
        elif character == "," and depth == 1:
            element += 1
            between = True
        elif character == "\n":
            line += 1
            if depth <= 0:
                return at + 1
        at += 1
    return at
