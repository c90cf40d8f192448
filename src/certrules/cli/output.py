"""The layout of an answer: lines, paragraphs and tables for people, JSON for programs.

rich lays out paragraphs and tables, and colours what a terminal shows. Every text is escaped here,
so that no name in a store can control a terminal.
"""

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from io import StringIO
from itertools import chain, islice
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

from attrs import frozen

from certrules.wire import unstructure

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table
    from rich.text import Text


T = TypeVar("T")

Cell = str | tuple[str, str]
"""A text, or a text and its style: bold, dim, green, yellow, red."""

PAGE = 500
"""How many rows are laid out together; a longer table repeats its heading."""

SHOWN = 20
"""How many of many changes, faults and the like are shown to people."""

NAMED = 12
"""How wide a column that shrinks stays; without room for it, a table lists its rows instead."""

PARAGRAPH = 100
"""How wide a paragraph is at most."""

CARRIED_OUT: ContextVar[bool] = ContextVar("CARRIED_OUT", default=False)
"""Whether the command has changed a store or written a file, whatever becomes of its answer."""


class UnansweredError(OSError):
    """An answer cannot be written, as on a full disk. A reader who left is another error."""


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UnansweredError(error.errno, error.strerror or str(error)) from error


def flushed(stream: TextIO) -> None:
    """Write what is still unwritten of an answer; UnansweredError if it cannot be."""
    with _answering():
        stream.flush()


@frozen
class Column:
    """A column of a table; one that shrinks is cut to fit the screen, but never its heading.

    An optional one is left out where no row has anything in it.
    """

    heading: str
    right: bool = False
    shrinks: bool = False
    optional: bool = False


class Output:
    """Where a command writes its answer: standard output, as text or as JSON."""

    def __init__(self, *, as_json: bool = False, stream: TextIO | None = None) -> None:
        self.as_json = as_json
        self.stream: TextIO = stream or sys.stdout
        self.width: int = max(40, shutil.get_terminal_size().columns)

    def line(self, *cells: Cell) -> None:
        """Write one line, as long as it is."""
        if _coloured(self.stream):
            self._print(_text(*cells), soft_wrap=True)
        else:
            self._write("".join(words for words, _ in map(_styled, cells)) + "\n")

    def paragraph(self, text: str, *, indent: int = 0, style: str = "") -> None:
        """Write a text, wrapped at the edge of the screen."""
        from rich.padding import Padding

        padded = Padding(_text((text, style)), (0, 0, 0, indent), expand=False)
        self._print(padded, width=min(self.width, PARAGRAPH))

    def some(self, items: Sequence[T], text: Callable[[T], str], *, indent: int = 0) -> None:
        """Write what the first :data:`SHOWN` of many items are, and how many more there are."""
        for item in items[:SHOWN]:
            self.paragraph(text(item), indent=indent)
        if len(items) > SHOWN:
            left = len(items) - SHOWN
            self.line(f"{' ' * indent}… and {left:,} more (all with --format json)")

    def table(self, columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> int:
        """Write an aligned table, page by page, and return how many rows it had.

        On a screen too narrow for it, each row is a list of its cells.
        """
        count, stream = 0, iter(rows)
        pages = iter(lambda: list(islice(stream, PAGE)), [])
        for page in chain([next(pages, [])], pages):  # a heading even if there are no rows
            self._print(_table(columns, page, self.width), width=self.width, crop=False)
            count += len(page)
        return count

    def answer(self, value: object, *lines: Cell) -> None:
        """Write a value as JSON, or lines that say the same."""
        if self.as_json:
            self.data(value)
            return
        for line in lines:
            self.line(line)

    def data(self, value: object) -> None:
        """Write a value as JSON."""
        self._write(_json(value, indent=2) + "\n")

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

    def _print(self, laid_out: "RenderableType", **options: Any) -> None:
        page = StringIO()  # rich would flush the stream, and end the program if nobody reads it
        _console(page, coloured=_coloured(self.stream)).print(laid_out, **options)
        lines = page.getvalue().removesuffix("\n").split("\n")
        self._write("".join(f"{line.rstrip()}\n" for line in lines))

    def _write(self, text: str) -> None:
        with _answering():
            self.stream.write(text)


def _json(value: object, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent, default=plain)


def plain(value: Any) -> Any:
    """Return a value as JSON has it.

    >>> plain(date(2024, 1, 1)), plain(Unit.DAYS), plain(Item(ItemKind.COURSE, "c1"))["id"]
    ('2024-01-01', 'days', 'c1')
    """
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, frozenset) else unstructure(value)


def _coloured(stream: TextIO) -> bool:
    return stream.isatty() and not os.environ.get("NO_COLOR")


def _console(stream: TextIO, *, coloured: bool) -> "Console":
    from rich.console import Console

    return Console(
        file=stream,
        force_terminal=coloured,
        color_system="auto" if coloured else None,
        highlight=False,
        markup=False,
        emoji=False,
    )


def _table(columns: Sequence[Column], page: Sequence[Sequence[Cell]], width: int) -> "Table":
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    filled = [any(cells) for cells in zip(*page, strict=True)] or [False] * len(columns)
    kept = [n for n, column in enumerate(columns) if filled[n] or not column.optional]
    columns = [columns[n] for n in kept]
    rows = [[_text(cells[n]) for n in kept] for cells in page]
    widths = [_least(column, (row[at] for row in rows)) for at, column in enumerate(columns)]
    if rows and sum(widths) + 2 * (len(widths) - 1) > width:
        return _list(columns, rows)
    table = Table(
        box=SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, 1, 0, 0),
        header_style="bold",
        border_style="dim",
    )
    for column, least in zip(columns, widths, strict=True):
        table.add_column(
            column.heading,
            justify="right" if column.right else "left",
            min_width=least,
            no_wrap=not column.shrinks,
        )
    if rows:  # a line a row in one cell a column, which rich lays out five times as fast
        lines = Text("\n", no_wrap=True, overflow="ellipsis")
        table.add_row(*map(lines.join, zip(*rows, strict=True)))
    return table


def _least(column: Column, cells: "Iterable[Text]") -> int:
    """Return how wide a column must be at least."""
    longest = max((cell.cell_len for cell in cells), default=0)
    return max(len(column.heading), min(longest, NAMED) if column.shrinks else longest)


def _list(columns: Sequence[Column], rows: "Iterable[Sequence[Text]]") -> "Table":
    """Return each row as a list of its cells, for a screen on which the names would be cut."""
    from rich.table import Table

    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for row in rows:
        if table.row_count:
            table.add_row()
        for column, cell in zip(columns, row, strict=True):
            if cell:
                table.add_row(column.heading, cell)
    return table


def _text(*cells: Cell) -> "Text":
    from rich.text import Text

    return Text.assemble(*map(_styled, cells))


def _styled(cell: Cell) -> tuple[str, str]:
    words, style = (cell, "") if isinstance(cell, str) else cell
    return shown(words), style


@contextmanager
def progress(words: str) -> Iterator[Callable[[int, int], object] | None]:
    """Show a progress bar on standard error while the body runs, on a terminal only."""
    if not _coloured(sys.stderr):
        yield None
        return
    from rich.progress import Progress

    console = _console(sys.stderr, coloured=True)
    with Progress(console=console, transient=True) as bars:
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
