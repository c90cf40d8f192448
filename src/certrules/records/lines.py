"""What are the lines of a file, and where does decoding them fail?"""

import codecs
import io
from collections.abc import Iterator
from itertools import chain

from certrules.errors import RecordsFileError
from certrules.records.encoding import undecodable
from certrules.records.source import Bytes

__all__ = ["LINE_LIMIT", "Lines", "line_breaks"]

BLOCK = 1 << 16
LINE_LIMIT = 1 << 22
"""The most characters that a line may have."""


def line_breaks(text: str) -> int:
    r"""Return how many line ends (CR, LF or CRLF) a text holds.

    >>> line_breaks("a\r\nb\nc\rd")
    3
    """
    return text.count("\n") + text.count("\r") - text.count("\r\n")


class Lines:
    """The lines of a file with their ends as written; each iteration starts from the beginning.

    ``nul_seen`` says whether the text read so far holds a NUL character.
    """

    def __init__(self, source: Bytes, encoding: str, start: int = 0) -> None:
        self._source = source
        self._encoding = encoding
        self._start = start
        self.nul_seen: bool = False

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(self._blocks())

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
                raise undecodable(self._encoding, error, offset - pending, line) from error
            offset += len(data)
            self.nul_seen = self.nul_seen or "\0" in text
            rest += text
            end = len(rest) if final else _end_of_lines(rest)
            lines, rest = _split(rest[:end]), rest[end:]
            _check_length("".join(lines[:1]), before + 1)
            before += len(lines)
            _check_length(rest, before + 1)
            yield lines


def _decoded(error: UnicodeError, encoding: str) -> str:
    if not isinstance(error, UnicodeDecodeError):
        return ""
    return error.object[: error.start].decode(encoding, "replace")


def _end_of_lines(text: str) -> int:
    # a CR at the very end may be half of a CRLF
    return max(text.rfind("\n"), text.rfind("\r", 0, len(text) - 1)) + 1


def _split(text: str) -> list[str]:
    return io.StringIO(text, newline="").readlines()


def _check_length(text: str, line: int) -> None:
    if len(text) > LINE_LIMIT:
        raise RecordsFileError(
            "line_too_long",
            f"line {line} has more than {LINE_LIMIT:,} characters: this is no CSV of records, "
            "or its rows do not end in line breaks",
            line=line,
            limit=LINE_LIMIT,
        )
