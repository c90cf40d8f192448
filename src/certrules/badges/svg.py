"""Where in an SVG does a credential lie?

The image is changed only there: every other byte stays as it is. What it refers to is never
fetched, and a document type, by which entities come in, is refused.
"""

import re
from typing import NoReturn
from xml.parsers.expat import ExpatError, ParserCreate
from xml.sax.saxutils import quoteattr

from certrules.errors import BadgeError

__all__ = ["put", "taken"]

_NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"
_ROOT = "http://www.w3.org/2000/svg svg"
_OURS = f"{_NAMESPACE} credential"
_LARGEST = 2_000_000
_DEEPEST = 100
_TAG = re.compile(rb"""<[^>"']*(?:"[^"]*"[^>"']*|'[^']*'[^>"']*)*>""")


class _Reader:
    """Notes where the root begins, and where credentials begin and end."""

    def __init__(self, image: bytes) -> None:
        if len(image) > _LARGEST:
            raise BadgeError(f"an SVG of {len(image):,} bytes has more than {_LARGEST:,}")
        self.root = -1
        self.tokens: list[str] = []
        self.spans: list[tuple[int, int]] = []
        self._image = image
        self._text: list[str] = []
        self._depth = self._inside = 0
        self._start = -1
        self._parser = ParserCreate("utf-8", " ")
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.XmlDeclHandler = self._declaration
        self._parser.StartElementHandler = self._begin
        self._parser.CharacterDataHandler = self._characters
        self._parser.EndElementHandler = self._end
        try:
            self._parser.Parse(image, True)  # noqa: FBT003
        except ExpatError as error:
            raise BadgeError(f"the SVG is not XML: {error}") from None

    def _doctype(self, *_: object) -> NoReturn:
        raise BadgeError("the SVG has a document type, through which entities come in")

    def _declaration(self, _: str, encoding: str | None, __: int) -> None:
        if encoding is not None and encoding.casefold() not in ("utf-8", "us-ascii", "ascii"):
            raise BadgeError(f"the SVG is in {encoding[:40]}, not in UTF-8")

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise BadgeError(f"the SVG is nested more than {_DEEPEST} deep")
        if self._depth == 1:
            if name != _ROOT:
                raise BadgeError("the image is XML, but no SVG")
            self.root = self._parser.CurrentByteIndex
        elif name == _OURS and not self._inside:
            self._inside, self._start = self._depth, self._parser.CurrentByteIndex
            self._text = [attributes.get("verify", "")]

    def _characters(self, text: str) -> None:
        if self._inside:
            self._text.append(text)

    def _end(self, _: str) -> None:
        if self._depth == self._inside:
            self.tokens.append("".join(self._text).strip())
            end = self.end_of(self._start)
            if not self._image.endswith(b"/>", 0, end):
                end = self.end_of(self._parser.CurrentByteIndex)
            self.spans.append((self._start, end))
            self._inside = 0
        self._depth -= 1

    def end_of(self, position: int) -> int:
        """Return where the tag ends that begins at a position."""
        found = _TAG.match(self._image, position)
        if found is None:
            raise BadgeError("the SVG has a tag without an end")
        return found.end()


def put(image: bytes, token: str) -> bytes:
    """Return an SVG with a token in it, instead of any that it had."""
    reader = _Reader(image)
    inside = reader.end_of(reader.root)
    if image.endswith(b"/>", 0, inside):
        raise BadgeError("the SVG shows nothing")
    ours = (
        f"<openbadges:credential xmlns:openbadges={quoteattr(_NAMESPACE)} "
        f"verify={quoteattr(token)}></openbadges:credential>"
    )
    parts, last = [image[:inside], ours.encode()], inside
    for start, end in reader.spans:
        parts.append(image[last:start])
        last = end
    return b"".join([*parts, image[last:]])


def taken(image: bytes) -> str:
    """Return the token in an SVG; BadgeError where there is none, or more than one."""
    found = _Reader(image).tokens
    if len(found) != 1:
        raise BadgeError(f"the SVG holds {'no' if not found else len(found)} credentials")
    return found[0]
