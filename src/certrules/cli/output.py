"""How does an answer look: as lines, as a table, as JSON?

Colour and progress bars are rich's, on a terminal only and where it is installed; the words and the
layout are the same without it.
"""

import json
import os
import shutil
import sys
import textwrap
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import chain, islice
from tempfile import TemporaryFile
from typing import Any, TextIO

from attrs import frozen

__all__ = [
    "CARRIED_OUT",
    "Cell",
    "Column",
    "Output",
    "UnansweredError",
    "counted",
    "flushed",
    "progress",
    "shortened",
    "shown",
]

Cell = str | tuple[str, str]
"""A text, or a text and its style: bold, dim, green, yellow, red."""

PAGE = 500
"""How many rows decide the widths of a table; the rest streams by."""

GAP = "  "

CARRIED_OUT: ContextVar[bool] = ContextVar("CARRIED_OUT", default=False)
"""Whether the command has changed a store or written a file, whatever becomes of its answer."""


class UnansweredError(OSError):
    """An answer that cannot be written, as on a full disk; that nobody reads it is none."""


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UnansweredError(error.errno, error.strerror or str(error)) from error


def flushed(stream: TextIO) -> None:
    """Write what is still unwritten of an answer; UnansweredError where it cannot be."""
    with _answering():
        stream.flush()


@frozen
class Column:
    """A column of a table; one that shrinks is cut to fit the screen, but its heading never is."""

    heading: str
    right: bool = False
    shrinks: bool = False
    least: int = 8


class Output:
    """Where a command writes its answer: standard output, as text or as JSON."""

    def __init__(self, *, as_json: bool = False, stream: TextIO | None = None) -> None:
        self.as_json = as_json
        self.stream: TextIO = stream or sys.stdout
        self.width: int = max(40, shutil.get_terminal_size().columns)
        self._console = None if as_json else _console(self.stream)

    def line(self, *cells: Cell) -> None:
        """Write one line, as long as it is."""
        with _answering():
            if self._console is None:
                self.stream.write("".join(map(_words, cells)) + "\n")
            else:
                from rich.text import Text

                text = Text.assemble(*cells)
                self._console.print(text, soft_wrap=True)

    def paragraph(self, text: str, *, indent: str = "", style: str = "") -> None:
        """Write a text, wrapped at the edge of the screen."""
        for line in textwrap.wrap(
            text,
            min(self.width, 100),
            initial_indent=indent,
            subsequent_indent=indent,
            break_on_hyphens=False,
        ):
            self.line((line, style))

    def table(self, columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> int:
        """Write an aligned table, row by row, and return how many rows it had."""
        stream = iter(rows)
        page = list(islice(stream, PAGE))
        widths = _widths(columns, page, self.width)
        self._row(columns, widths, [(column.heading, "bold") for column in columns])
        self._row(columns, widths, [("─" * width, "dim") for width in widths])
        count = 0
        for count, row in enumerate(chain(page, stream), start=1):  # noqa: B007
            self._row(columns, widths, row)
        return count

    def _row(self, columns: Sequence[Column], widths: Sequence[int], row: Sequence[Cell]) -> None:
        *most, last = [
            _fitted(cell, width, column)
            for cell, width, column in zip(row, widths, columns, strict=True)
        ]
        cells = [part for cell in most for part in (cell, GAP)]
        self.line(*cells, (_words(last).rstrip(), _style(last)))

    def data(self, value: object) -> None:
        """Write a value as JSON."""
        with _answering():
            self.stream.write(_json(value, indent=2) + "\n")

    def data_stream(self, head: Mapping[str, object], name: str, entries: Iterable[object]) -> None:
        """Write an object as JSON whose last key is a list too long to hold."""
        opening = _json(head, indent=2).removesuffix("\n}")
        with TemporaryFile("w+", encoding="utf-8", newline="") as whole:  # all of it, or nothing
            whole.write(f"{opening},\n  {json.dumps(name)}: [")
            comma = ""
            for entry in entries:
                whole.write(f"{comma}\n    {_json(entry)}")
                comma = ","
            whole.write("\n  ]\n}\n" if comma else "]\n}\n")
            whole.seek(0)
            with _answering():
                shutil.copyfileobj(whole, self.stream)


def _json(value: object, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)


def _console(stream: TextIO) -> Any:
    """Return rich's console where colour is wanted and can be shown."""
    if os.environ.get("NO_COLOR") or not stream.isatty():
        return None
    try:
        from rich.console import Console
    except ImportError:
        return None
    return Console(file=stream, highlight=False, markup=False, emoji=False)


@contextmanager
def progress(words: str) -> Iterator[Callable[[int, int], object] | None]:
    """Show a progress bar on standard error while the body runs, on a terminal only."""
    console = _console(sys.stderr)
    if console is None:
        yield None
        return
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bars:
        bar = bars.add_task(words, total=None)
        yield lambda done, total: bars.update(bar, completed=done, total=total)


def counted(number: int, one: str, many: str | None = None) -> str:
    """Say a number with its noun.

    >>> counted(1, "row"), counted(1234, "row")
    ('1 row', '1,234 rows')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def shown(text: str) -> str:
    r"""Return a text as a terminal may safely show it: what is no print is escaped.

    >>> print(shown("a\x1b[31m b"))
    a\x1b[31m b
    """
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)


def _words(cell: Cell) -> str:
    return cell if isinstance(cell, str) else cell[0]


def _style(cell: Cell) -> str:
    return "" if isinstance(cell, str) else cell[1]


def _wide(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _length(text: str) -> int:
    return len(text) if text.isascii() else sum(map(_wide, text))


def _widths(columns: Sequence[Column], page: list[Sequence[Cell]], screen: int) -> list[int]:
    """Return how wide each column is: as wide as its cells, where the screen allows it."""
    headings = [tuple(column.heading for column in columns)]
    widths = [
        max(_length(_words(cell)) for cell in cells) for cells in zip(*headings, *page, strict=True)
    ]
    while sum(widths) + len(GAP) * (len(widths) - 1) > screen:
        room = [
            width - max(column.least, _length(column.heading)) if column.shrinks else 0
            for width, column in zip(widths, columns, strict=True)
        ]
        if max(room) <= 0:
            break
        widths[room.index(max(room))] -= 1
    return widths


def _fitted(cell: Cell, width: int, column: Column) -> tuple[str, str]:
    text = _words(cell)
    if column.shrinks:
        text = shortened(text, width)
    space = " " * (width - _length(text))
    return (space + text if column.right else text + space, _style(cell))


def shortened(text: str, width: int) -> str:
    """Return a text cut to so many places, where it is longer.

    >>> shortened("ada.lovelace", 8)
    'ada.lov…'
    """
    if _length(text) <= width:
        return text
    kept, used = "", 0
    for character in text:
        used += _wide(character)
        if used > width - 1:
            break
        kept += character
    return kept + "…"
