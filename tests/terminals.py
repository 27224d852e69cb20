"""A terminal as far as a demo needs one: what somebody would see on it."""

import re
import unicodedata
from typing import Final

_TOKEN: Final = re.compile(r"\033\[([?\d;]*)([A-Za-z])|([\r\n])|(.)", re.S)


class Terminal:
    """Two screens of rows of cells, of which the second is for programs that place their text.

    It does what xterm does where the demo relies on it: text goes on in the next row where a row is
    full, the last row pushes the others up, and what is pushed out of the first screen is kept.
    """

    def __init__(self, columns: int = 80, rows: int = 24) -> None:
        self.columns, self.rows = columns, rows
        self.scrolled: list[str] = []
        self._screens = {False: self._blank(), True: self._blank()}
        self._cursors = {False: (0, 0), True: (0, 0)}
        self.second = False
        self.cursor_shown = True
        self.unknown: list[str] = []

    @property
    def shown(self) -> list[str]:
        """The rows that are seen, without the room behind their text; no empty ones at the end."""
        rows = ["".join(row).rstrip() for row in self._screens[self.second]]
        while rows and not rows[-1]:
            rows.pop()
        return rows

    def feed(self, text: str) -> None:
        """Something is written."""
        for found in _TOKEN.finditer(text):
            arguments, command, moved, letter = found.groups()
            if command:
                self._command(arguments, command)
            elif moved == "\r":
                self._cursor = (self._cursor[0], 0)
            elif moved == "\n":
                self._down()
            else:
                self._put(letter)

    def resize(self, columns: int, rows: int) -> None:
        """Somebody draws at the window: rows are cut off on the right, and at the bottom."""
        for screen in self._screens.values():
            for row in screen:
                row[columns:] = [" "] * max(0, columns - len(row))
            screen[rows:] = []
            screen += [[" "] * columns for _ in range(rows - len(screen))]
        self.columns, self.rows = columns, rows
        for second, (row, column) in self._cursors.items():
            self._cursors[second] = min(row, rows - 1), min(column, columns - 1)

    def reflow(self, columns: int) -> None:
        """The same in a terminal that breaks rows anew where they have become too long."""
        screen = self._screens[self.second]
        broken = []
        for row in ("".join(row).rstrip() for row in screen):
            parts = [row[at : at + columns] for at in range(0, len(row), columns)] or [""]
            broken += [list(part.ljust(columns)) for part in parts]
        self._screens[self.second] = broken[-self.rows :]
        self.resize(columns, self.rows)

    @property
    def _cursor(self) -> tuple[int, int]:
        return self._cursors[self.second]

    @_cursor.setter
    def _cursor(self, place: tuple[int, int]) -> None:
        self._cursors[self.second] = place

    def _blank(self) -> list[list[str]]:
        return [[" "] * self.columns for _ in range(self.rows)]

    def _put(self, letter: str) -> None:
        if unicodedata.combining(letter):
            return
        width = 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        row, column = self._cursor
        if column + width > self.columns:
            self._cursor = (row, 0)
            self._down()
            row, column = self._cursor
        cells = self._screens[self.second][row]
        cells[column : column + width] = [letter, ""][:width]
        self._cursor = row, column + width

    def _down(self) -> None:
        row, column = self._cursor
        if row + 1 < self.rows:
            self._cursor = row + 1, column
            return
        screen = self._screens[self.second]
        gone = "".join(screen.pop(0)).rstrip()
        if not self.second:
            self.scrolled.append(gone)
        screen.append([" "] * self.columns)

    def _command(self, arguments: str, command: str) -> None:
        screen = self._screens[self.second]
        row, column = self._cursor
        column = min(column, self.columns - 1)
        match command, arguments:
            case "m", _:
                pass
            case "H", _:
                down, right = (int(each or 1) for each in (arguments or "1;1").split(";"))
                self._cursor = min(down, self.rows) - 1, min(right, self.columns) - 1
            case "K", "" | "0":
                screen[row][column:] = [" "] * (self.columns - column)
            case "K", "2":
                screen[row][:] = [" "] * self.columns
            case "J", "" | "0":
                screen[row][column:] = [" "] * (self.columns - column)
                screen[row + 1 :] = [[" "] * self.columns for _ in range(self.rows - row - 1)]
            case "h" | "l", "?25":
                self.cursor_shown = command == "h"
            case "h", "?1049":
                self.second = True
                self._screens[True] = self._blank()
            case "l", "?1049":
                self.second = False
            case _:
                self.unknown.append(f"{arguments}{command}")
