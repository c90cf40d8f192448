"""SVG: the credential in one of its elements.

Every other byte stays as it is. Scripts and references stay too, and are neither run nor fetched.
An image is read in UTF-8, in UTF-16 with its byte order mark, or in the ISO-8859 or Windows
encoding that it declares. Its document type may name a file, which is never read, but must not
declare anything: an entity could grow without end.
"""

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from xml.parsers.expat import ExpatError, ParserCreate
from xml.sax.saxutils import quoteattr

from certrules.errors import BadgeError

_NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"
_ROOT = "http://www.w3.org/2000/svg svg"
_OURS = f"{_NAMESPACE} credential"
_LARGEST = 2_000_000
_DEEPEST = 100
_TAG = re.compile(rb"""<[^>"']*(?:"[^"]*"[^>"']*|'[^']*'[^>"']*)*>""")
_DECLARED = re.compile(rb"""<\?xml\s[^>]*?\bencoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_ENCODINGS = re.compile(r"utf-?8|(us-)?ascii|iso-8859-\d{1,2}|windows-125\d")


class _Reader:
    """Finds the root and the credentials of an SVG."""

    def __init__(self, image: bytes) -> None:
        self.root = -1
        self.tokens: list[str] = []
        self.spans: list[tuple[int, int]] = []
        self._image = image
        self._token, self._text = "", list[str]()
        self._depth = self._inside = 0
        self._start = -1
        self._parser = ParserCreate("utf-8", " ")  # whatever the image once declared
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.StartElementHandler = self._begin
        self._parser.CharacterDataHandler = self._characters
        self._parser.EndElementHandler = self._end
        try:
            self._parser.Parse(image, True)  # noqa: FBT003
        except ExpatError as error:
            raise BadgeError(f"the SVG is not XML: {error}") from None
        finally:
            del self._parser  # which holds this reader, and much memory, until it is collected

    def _doctype(self, _: str, __: str | None, ___: str | None, declares: bool) -> None:  # noqa: FBT001
        if declares:
            why = "the SVG has declarations of its own in its document type, not read here"
            raise BadgeError(f"{why}; save it as a plain SVG, without <!DOCTYPE svg [...]>")

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise BadgeError(f"the SVG is nested more than {_DEEPEST} deep")
        if self._depth == 1:
            if name != _ROOT:
                raise BadgeError("the image is XML, but no SVG: its root is no <svg> of SVG")
            self.root = self._parser.CurrentByteIndex
        elif name == _OURS and not self._inside:
            self._inside, self._start = self._depth, self._parser.CurrentByteIndex
            self._token = attributes.get("verify", "").strip()
            self._text.clear()

    def _characters(self, text: str) -> None:
        if self._inside:
            self._text.append(text)

    def _end(self, _: str) -> None:
        if self._depth == self._inside:
            self.tokens.append(self._token or "".join(self._text).strip())
            end = self.end_of(self._start)
            if not self._image.endswith(b"/>", 0, end):
                end = self.end_of(self._parser.CurrentByteIndex)
            self.spans.append((self._start, end))
            self._inside = 0
        self._depth -= 1

    def end_of(self, position: int) -> int:
        """Return the end of the tag that begins at a position."""
        found = _TAG.match(self._image, position)
        if found is None:
            raise BadgeError("the SVG has a tag without an end")
        return found.end()


def check(image: bytes) -> None:
    """Raise BadgeError unless an image is XML to its end, and its root is an <svg>."""
    _Reader(_utf8(image, _encoding(image)))


def put(image: bytes, token: str) -> bytes:
    """Return an SVG with a token in it, in place of any that it had."""
    encoding = _encoding(image)
    utf8 = _utf8(image, encoding)
    reader = _Reader(utf8)
    inside = reader.end_of(reader.root)
    if utf8.endswith(b"/>", 0, inside):
        raise BadgeError("the SVG shows nothing")
    name = "openbadges:credential"
    ours = f'<{name} xmlns:openbadges="{_NAMESPACE}" verify={quoteattr(token)}></{name}>'
    parts, last = [utf8[:inside], ours.encode()], inside
    for start, end in reader.spans:
        parts.append(utf8[last:start])
        last = end
    return b"".join([*parts, utf8[last:]]).decode().encode(encoding)


def tokens(image: bytes) -> list[str]:
    """Return the tokens in an SVG, which should be one."""
    return _Reader(_utf8(image, _encoding(image))).tokens


def _encoding(image: bytes) -> str:
    """Return the encoding of an SVG, by its byte order mark or its declaration."""
    for mark, name in ((BOM_UTF16_LE, "utf-16-le"), (BOM_UTF16_BE, "utf-16-be")):
        if image.startswith(mark):
            return name
    declared = None if image.startswith(BOM_UTF8) else _DECLARED.match(image[:200])
    name = declared[1].decode().casefold() if declared else "utf-8"
    if not _ENCODINGS.fullmatch(name):
        raise BadgeError(f"the SVG is in {name}, which is not read here; save it in UTF-8")
    return name


def _utf8(image: bytes, encoding: str) -> bytes:
    if len(image) > _LARGEST:
        raise BadgeError(f"an SVG of {len(image):,} bytes has more than {_LARGEST:,}")
    try:
        return image.decode(encoding).encode()
    except (LookupError, UnicodeError):
        raise BadgeError(f"the SVG is to be in {encoding}, and is not; save it in UTF-8") from None
