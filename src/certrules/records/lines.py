"""Lines: the bytes of a file or stream as text in its encoding, read more than once."""

import codecs
import io
import os
import shutil
import tempfile
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO

from certrules.errors import InvalidValueError, RecordsFileError

BLOCK = 1 << 16
LINE_LIMIT = 1 << 22
"""The most characters that a line may have."""

_MARKS = (  # UTF-32 first: its little-endian mark begins as that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_COMPRESSED = (b"\x1f\x8b", b"BZh", b"\xfd7zX", b"\x28\xb5\x2f\xfd", b"7z\xbc\xaf")
_NOT_OF_FILES = {"idna", "punycode", "raw_unicode_escape", "undefined", "unicode_escape", "utf_7"}
_UNORDERED = ("utf-16", "utf-32")  # only a mark says their byte order
_USUAL = ("windows-1252", "windows-1250", "windows-1251", "shift_jis", "gb18030")


class TextSource:
    """A seekable stream of bytes that begins at its position when it was handed over.

    Every read names its offset, so several passes can run side by side.
    """

    def __init__(self, stream: BinaryIO, *, path: Path | None = None, owned: bool = False) -> None:
        self.path = path
        self._stream = stream
        self._owned = owned
        self._origin = stream.tell()
        self._opened = _state(stream)

    def read_at(self, offset: int, size: int) -> bytes:
        """Return up to ``size`` bytes from an offset; none at the end.

        Raises :class:`~certrules.errors.RecordsFileError` if a file on disk is no longer what it
        was when it was opened.
        """
        try:
            self._stream.seek(self._origin + offset)
            data = self._stream.read(size)
            state = _state(self._stream)
        except OSError as error:
            raise _unreadable("the file", error) from error
        if state != self._opened:
            raise RecordsFileError(
                "changed_file",
                "the file was changed while it was read; wait until it is complete, and begin "
                "again",
                path=None if self.path is None else str(self.path),
            )
        return data

    def is_file(self, path: Path) -> bool:
        """Return whether a path leads to the file whose bytes these are."""
        if self._opened is None or not path.exists():
            return False
        found = path.stat()
        return self._opened[:2] == (found.st_dev, found.st_ino)

    def close(self) -> None:
        """Close what certrules opened; the caller's stream stays open."""
        if self._owned:
            self._stream.close()


def _state(stream: BinaryIO) -> tuple[int, ...] | None:
    """Return device, inode, size and time of change of a file on disk; None for other streams.

    A change of equal length within one tick of the file system's clock goes unnoticed.
    """
    try:
        found = os.fstat(stream.fileno())
    except (AttributeError, io.UnsupportedOperation):
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def open_source(source: str | os.PathLike[str] | BinaryIO) -> TextSource:
    """Open a path, or take a binary stream; one that cannot seek is copied to a temporary file.

    Raises :class:`~certrules.errors.RecordsFileError` for a path that cannot be read.
    """
    if isinstance(source, str | os.PathLike):
        path = Path(source)
        return _seekable(_open(path), path=path, owned=True)
    if not hasattr(source, "read") or not isinstance(source.read(0), bytes):
        raise InvalidValueError("source", source, "a path or a stream of bytes")
    return _seekable(source)


def _seekable(stream: BinaryIO, *, path: Path | None = None, owned: bool = False) -> TextSource:
    if stream.seekable():
        return TextSource(stream, path=path, owned=owned)
    spool = tempfile.TemporaryFile()  # noqa: SIM115 - it stays open with its source
    try:
        shutil.copyfileobj(stream, spool)
    except OSError as error:
        spool.close()
        raise _unreadable("the stream", error) from error
    finally:
        if owned:
            stream.close()
    spool.seek(0)
    return TextSource(spool, path=path, owned=True)


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except FileNotFoundError as error:
        code, said = "missing_file", f"there is no file {path}; check the path"
        raise RecordsFileError(code, said, path=str(path)) from error
    except IsADirectoryError as error:
        code, said = "is_a_directory", f"{path} is a directory; name a file in it"
        raise RecordsFileError(code, said, path=str(path)) from error
    except (OSError, ValueError) as error:
        raise _unreadable(str(path), error) from error


def _unreadable(what: str, error: Exception) -> RecordsFileError:
    reason = getattr(error, "strerror", None) or str(error)
    return RecordsFileError("unreadable_file", f"cannot read {what}: {reason}", reason=reason)


def choose_encoding(start: bytes, given: str | None) -> tuple[str, int]:
    r"""Return the encoding of a file that begins with these bytes, and the length of its mark.

    A byte order mark prevails over ``given``; without both it is UTF-8.
    Raises :class:`~certrules.errors.RecordsFileError` for an unknown encoding, a workbook and a
    compressed file.

    >>> choose_encoding(b"\xff\xfeu\x00", None)
    ('utf-16-le', 2)

    Rules: DOC-CSV-12, INT-06.
    """
    if start.startswith(_WORKBOOKS):
        raise RecordsFileError(
            "workbook",
            "this is a spreadsheet workbook or a ZIP archive, not a CSV file; save it as CSV "
            "(UTF-8), or unpack it",
        )
    if start.startswith(_COMPRESSED):
        raise RecordsFileError("compressed", "this file is compressed; unpack it first")
    chosen = _known(given) if given is not None else "utf-8"
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            return encoding, len(mark)
    return chosen, 0


def _known(name: str) -> str:
    try:
        found = codecs.lookup(name).name
        b" ".decode(found, "replace")  # some codecs are not for text
        codecs.getincrementaldecoder(found)
    except (LookupError, ValueError):
        found = ""
    if not found or found.replace("-", "_") in _NOT_OF_FILES:
        said = f"{name!r} is no encoding of text files"
        mend = "name one such as utf-8, utf-16-le or windows-1252"
        raise RecordsFileError("unknown_encoding", f"{said}; {mend}", encoding=name)
    return found


def line_breaks(text: str) -> int:
    r"""Return how many line ends (CR, LF or CRLF) a text holds.

    >>> line_breaks("a\r\nb\nc\rd")
    3
    """
    return text.count("\n") + text.count("\r") - text.count("\r\n")


class Lines:
    """The lines of a file with their ends as written; each iteration starts from the beginning.

    ``first`` is the number of the line with which they begin. ``nul_seen`` says whether the text
    read so far holds a NUL character.
    """

    def __init__(
        self, source: TextSource, encoding: str, start: int = 0, *, first: int = 1
    ) -> None:
        self._source = source
        self._encoding = encoding
        self._start = start
        self.first = first
        self.nul_seen: bool = False

    def __iter__(self) -> Iterator[str]:
        return islice(chain.from_iterable(self._blocks()), self.first - 1, None)

    def _blocks(self) -> Iterator[list[str]]:
        decoder = codecs.getincrementaldecoder(self._encoding)()
        offset, before, rest, final = self._start, 0, "", False
        while not final:
            data = self._source.read_at(offset, BLOCK)
            final = not data
            pending = len(decoder.getstate()[0])
            try:
                text = decoder.decode(data, final)
            except UnicodeError as error:
                line = before + 1 + line_breaks(rest + _decoded(error, self._encoding))
                raise _undecodable(self._encoding, error, offset - pending, line) from error
            offset += len(data)
            self.nul_seen = self.nul_seen or "\0" in text
            rest += text
            end = len(rest) if final else _end_of_lines(rest)
            lines, rest = io.StringIO(rest[:end], newline="").readlines(), rest[end:]
            _check_length("".join(lines[:1]), before + 1)
            before += len(lines)
            _check_length(rest, before + 1)
            yield lines


def _end_of_lines(text: str) -> int:
    # a CR at the very end may be half of a CRLF
    return max(text.rfind("\n"), text.rfind("\r", 0, len(text) - 1)) + 1


def _check_length(text: str, line: int) -> None:
    if len(text) > LINE_LIMIT:
        raise RecordsFileError(
            "line_too_long",
            f"line {line} has more than {LINE_LIMIT:,} characters: this is no CSV of records, "
            "or its rows do not end in line breaks",
            line=line,
            limit=LINE_LIMIT,
        )


def _decoded(error: UnicodeError, encoding: str) -> str:
    if not isinstance(error, UnicodeDecodeError):
        return ""
    return error.object[: error.start].decode(encoding, "replace")


def _undecodable(encoding: str, error: UnicodeError, offset: int, line: int) -> RecordsFileError:
    """Return the error that names the byte, its place, and the encodings that could read it.

    ``offset`` is that of the failed bytes in the file.

    Rules: INT-06.
    """
    if encoding in _UNORDERED or not isinstance(error, UnicodeDecodeError):
        said = f"{encoding} needs a byte order mark, and the file has none"
        mend = f"name {encoding}-le or -be"
        return RecordsFileError("undecodable", f"{said}: {mend}", encoding=encoding)
    byte, at = error.object[error.start], offset + error.start
    where = {"encoding": encoding, "line": line, "offset": at}
    if error.reason == "truncated data":  # of UTF-16 or UTF-32
        said = f"the file ends at offset {at} within a character of {encoding}"
        mend = "it is cut off, or in another encoding"
        return RecordsFileError("undecodable", f"line {line}: {said}: {mend}", **where)
    likely = dict(islice(_readings(error.object, error.start, encoding), 3))
    hint = " or ".join(f"{name} (reads {text!r})" for name, text in likely.items())
    said = f"line {line}: byte 0x{byte:02x} at offset {at} is not {encoding}"
    mend = "name the file's encoding" + (f", perhaps {hint}" if hint else "")
    return RecordsFileError(
        "undecodable", f"{said}; {mend}", **where, byte=byte, likely=tuple(likely)
    )


def _readings(data: bytes, at: int, refused: str) -> Iterator[tuple[str, str]]:
    """Yield the encodings that can read the bytes around a place, with what they read there."""
    around = data[max(0, at - 8) & ~1 : at + 8]
    wide = ("utf-16-be", "utf-16-le")[around[1::2].count(0) > around[::2].count(0)]
    for name in (wide,) if b"\0" in around else _USUAL:
        # the cut may go through a character at either end, and through none between
        text = " ".join(around.decode(name, "replace").strip("\ufffd").split())
        if codecs.lookup(name).name != refused and "\ufffd" not in text and text.isprintable():
            yield name, text
