"""Whatever the content of an image file is, what it is comes out, and nothing else happens."""

import struct
import tracemalloc
import zlib
from collections.abc import Callable
from functools import cache
from io import BytesIO
from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from certrules import images
from certrules.errors import BadgeError, InvalidValueError
from certrules.model.badges import ImageFormat, ImageInfo
from certrules.rules import lifecycle

PNG, JPEG = ImageFormat
SIGNATURE = b"\x89PNG\r\n\x1a\n"
END = b"\xff\xd9"


def drawn(
    format_: str, width: int = 500, height: int = 500, mode: str = "L", **options: Any
) -> bytes:
    file = BytesIO()
    Image.effect_noise((width, height), 90).convert(mode).save(file, format_, **options)
    return file.getvalue()


def chunk(kind: bytes, content: bytes) -> bytes:
    end = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + end


def header(width: int, height: int) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))


def png(width: int, height: int, *chunks: bytes) -> bytes:
    return SIGNATURE + header(width, height) + b"".join(chunks) + chunk(b"IEND", b"")


def pixels(width: int, height: int) -> bytes:
    return chunk(b"IDAT", zlib.compress((b"\0" + bytes(width)) * height, 9))


def segment(marker: int, content: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content


def with_exif(**options: Any) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010E] = "Ada's kitchen"
    return drawn(exif=exif, **options)


WHOLE = {
    "png": (drawn("PNG"), PNG),
    "png with exif": (with_exif(format_="PNG"), PNG),
    "jpeg": (drawn("JPEG"), JPEG),
    "jpeg with exif": (with_exif(format_="JPEG"), JPEG),
    "jpeg with restarts": (drawn("JPEG", restart_marker_rows=1), JPEG),
    "progressive": (drawn("JPEG", progressive=True), JPEG),
    "cmyk": (drawn("JPEG", mode="CMYK"), JPEG),
}
A_PNG, A_JPEG = WHOLE["png"][0], WHOLE["jpeg"][0]


@pytest.mark.rule("ALL-BADGE-04", "INT-39")
@pytest.mark.parametrize(("content", "format_"), WHOLE.values(), ids=WHOLE)
def test_a_whole_image_is_what_it_is(content: bytes, format_: ImageFormat) -> None:
    assert images.read(content) == ImageInfo(format_, 500, 500)
    assert lifecycle.badge_image(images.read(content))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_a_png_may_be_of_any_depth(mode: str) -> None:
    file = BytesIO()
    Image.new(mode, (500, 500)).save(file, "PNG")
    assert images.read(file.getvalue()) == ImageInfo(PNG, 500, 500)


@pytest.mark.parametrize("content", [None, "x", 7, bytearray(A_PNG), memoryview(A_PNG)])
@pytest.mark.parametrize("reads", [images.read, images.as_png])
def test_what_is_no_bytes_is_a_mistake(reads: Any, content: Any) -> None:
    with pytest.raises(InvalidValueError, match="content of an image cannot be <class"):
        reads(content)


def test_what_else_a_whole_image_may_hold() -> None:
    more = png(10, 9, chunk(b"tEXt", b"a\0b"), pixels(10, 9), chunk(b"teSt", b""))
    assert images.read(more) == ImageInfo(PNG, 10, 9)
    assert images.read(A_JPEG[:-2] + b"\xff\xff" + END) == ImageInfo(JPEG, 500, 500)
    assert images.read(A_JPEG[:-2] + segment(0xFE, b"x") + END) == ImageInfo(JPEG, 500, 500)
    assert images.read(A_JPEG[:-2] + b"\xff\x01" + END) == ImageInfo(JPEG, 500, 500)
    filled = A_JPEG[:2] + b"\xff\xff" + segment(0xFE, b"a remark") + A_JPEG[2:]
    assert images.read(filled) == ImageInfo(JPEG, 500, 500)


@pytest.mark.parametrize("side", [1, 2, 3, 5, 8, 13])
def test_an_interlaced_png_has_its_rows_in_seven_passes(side: int) -> None:
    begin = struct.pack(">IIBBBBB", side, 5, 8, 2, 0, 0, 1)
    starts = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4))
    passes = (*starts, (1, 0, 2, 2), (0, 1, 1, 2))
    rows = b"".join(
        b"\0" + bytes(3 * len(columns))
        for x, y, dx, dy in passes
        for _ in range(y, 5, dy)
        if (columns := range(x, side, dx))
    )
    for data, whole in ((rows, True), (rows[:-1], False), (rows + b"\0", False)):
        chunks = chunk(b"IHDR", begin), chunk(b"IDAT", zlib.compress(data)), chunk(b"IEND", b"")
        found = images.read(SIGNATURE + b"".join(chunks))
        assert (found.width, found.height, found.fault is None) == (side, 5, whole)


@pytest.mark.rule("ALL-BADGE-03")
def test_the_size_of_a_large_image_is_read() -> None:
    assert images.read(drawn("PNG", 2000, 1)) == ImageInfo(PNG, 2000, 1)
    assert images.read(drawn("JPEG", 1001, 1000)) == ImageInfo(JPEG, 1001, 1000)


@pytest.mark.rule("ALL-BADGE-04", "INT-39")
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x89PN",
        b"GIF89a" + bytes(100),
        b"%PDF-1.7",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"RIFF\0\0\0\0WEBP",
        b"<html>",
        b" " + A_PNG,
        drawn("GIF", 10, 10),
        drawn("GIF", 10, 10, save_all=True, append_images=[Image.new("L", (10, 10))]),
        drawn("BMP", 10, 10),
        drawn("TIFF", 10, 10),
        drawn("EPS", 10, 10),
    ],
)
def test_what_is_neither_a_png_nor_a_jpeg_is_not_read_at_all(content: bytes) -> None:
    assert images.read(content) == ImageInfo(None)
    with pytest.raises(BadgeError, match="neither"):
        images.as_png(content)


@pytest.mark.rule("INT-39")
@pytest.mark.parametrize(("content", "format_"), WHOLE.values(), ids=WHOLE)
@pytest.mark.parametrize("kept", [12, 30, 200, 0.5, 0.9, -1, -2, -4, -8, -12, -13])
def test_a_truncated_image_is_refused(content: bytes, format_: ImageFormat, kept: float) -> None:
    length = int(kept * len(content)) if 0 < kept < 1 else int(kept)
    found = images.read(content[:length])
    assert (found.format, found.fault) == (format_, f"the {format_.name} is cut off")
    assert not lifecycle.badge_image(found)
    with pytest.raises(BadgeError, match=f"the {format_.name} is cut off"):
        images.as_png(content[:length])


@pytest.mark.rule("INT-39")
@pytest.mark.parametrize("name", ["jpeg", "jpeg with restarts", "jpeg with exif", "cmyk"])
@pytest.mark.parametrize("kept", [0.5, 0.9, 0.99])
def test_a_truncated_jpeg_is_not_mended_by_an_end(name: str, kept: float) -> None:
    content = WHOLE[name][0]
    cut = content[: int(kept * len(content))].rstrip(b"\xff") + END
    assert images.read(cut).fault == "the JPEG is cut off"


HOSTILE = {
    "png without an end": (SIGNATURE + header(9, 9) + pixels(9, 9), "the PNG is cut off"),
    "png without pixels": (png(9, 9), "the PNG has fewer or more pixels than it says"),
    "png with too few rows": (
        png(9, 9, pixels(9, 8)),
        "the PNG has fewer or more pixels than it says",
    ),
    "png with too many rows": (
        png(9, 9, pixels(9, 10)),
        "the PNG has fewer or more pixels than it says",
    ),
    "png with its last pixel missing": (
        png(9, 9, chunk(b"IDAT", zlib.compress(bytes(89)))),
        "the PNG has fewer or more pixels than it says",
    ),
    "png whose pixels do not end": (
        png(9, 9, chunk(b"IDAT", zlib.compress(bytes(90))[:-4])),
        "the PNG has fewer or more pixels than it says",
    ),
    "png with an unknown filter": (
        png(9, 9, chunk(b"IDAT", zlib.compress(b"\x09" * 90))),
        "the pixels of the image cannot be decoded",
    ),
    "png of zlib that is none": (
        png(9, 9, chunk(b"IDAT", b"not zlib")),
        "the pixels of the PNG cannot be inflated",
    ),
    "png with a changed bit": (
        A_PNG[:5000] + bytes([A_PNG[5000] ^ 1]) + A_PNG[5001:],
        "a part of the PNG does not match its checksum",
    ),
    "png with a changed end": (A_PNG[:-1] + b"\0", "a part of the PNG does not match its checksum"),
    "png and a page": (
        A_PNG + b"<script>alert(1)</script>",
        "something follows the end of the PNG",
    ),
    "png and a zero": (A_PNG + b"\0", "something follows the end of the PNG"),
    "two pngs": (A_PNG * 2, "something follows the end of the PNG"),
    "png with its header later": (
        SIGNATURE + chunk(b"tEXt", b"a\0b") + png(9, 9, pixels(9, 9))[8:],
        "the PNG does not begin with its header",
    ),
    "png with a short header": (
        SIGNATURE + chunk(b"IHDR", bytes(8)) + chunk(b"IEND", b""),
        "the PNG does not begin with its header",
    ),
    "png with two headers": (
        png(9, 9, header(600, 600), pixels(9, 9)),
        "the PNG has several headers",
    ),
    "png of nothing": (png(0, 9, pixels(0, 9)), "the image has no pixels"),
    "png that claims more than there is": (
        SIGNATURE + header(9, 9) + b"\xff\xff\xff\xff" + b"IDAT" + bytes(100),
        "the PNG is cut off",
    ),
    "jpeg of nothing": (
        A_JPEG[:2] + segment(0xC0, struct.pack(">BHH", 8, 0, 9)) + A_JPEG[2:],
        "the JPEG has several sizes",
    ),
    "animated png": (
        drawn("PNG", 9, 9, save_all=True, append_images=[Image.new("L", (9, 9))]),
        "the PNG is animated, and a badge is a still image",
    ),
    "png of many chunks": (
        png(9, 9, *[chunk(b"teSt", b"")] * 10_000, pixels(9, 9)),
        "the PNG has more than 10,000 chunks",
    ),
    "large png": (
        png(9, 9, chunk(b"teSt", bytes(10_000_000))),
        "the image has more than 10,000,000 bytes",
    ),
    "jpeg without an end": (A_JPEG[:-2], "the JPEG is cut off"),
    "jpeg and a page": (
        A_JPEG + b"<script>alert(1)</script>",
        "something follows the end of the JPEG",
    ),
    "two jpegs": (A_JPEG * 2, "something follows the end of the JPEG"),
    "jpeg without a picture": (A_JPEG[:2] + END, "the JPEG holds no picture"),
    "jpeg with a scan and no frame": (
        A_JPEG[:2] + segment(0xDA, bytes(10)) + b"\0" + END,
        "the JPEG holds no picture",
    ),
    "jpeg with a frame and no scan": (
        A_JPEG[:2] + segment(0xC0, struct.pack(">BHHB", 8, 9, 9, 0)) + END,
        "the JPEG holds no picture",
    ),
    "jpeg with a short frame": (
        A_JPEG[:2] + segment(0xC0, b"\x08") + END,
        "the JPEG holds no picture",
    ),
    "jpeg with a segment of no length": (A_JPEG[:2] + b"\xff\xe0\0\0" + END, "the JPEG is cut off"),
    "jpeg that ends in a length": (A_JPEG[:2] + b"\xff\xe0\0", "the JPEG is cut off"),
    "jpeg with two frames": (
        A_JPEG[:2] + segment(0xC0, struct.pack(">BHH", 8, 9, 9)) + A_JPEG[2:],
        "the JPEG has several sizes",
    ),
    "jpeg whose first scan is nonsense": (
        A_JPEG[:2] + segment(0xC0, struct.pack(">BHHB", 8, 9, 9, 0)) + segment(0xDA, b"\0") + END,
        "the JPEG holds no picture",
    ),
    "jpeg of many segments": (
        A_JPEG[:2] + segment(0xFE, b"") * 10_001 + A_JPEG[2:],
        "the JPEG has more than 10,000 segments",
    ),
    "jpeg of many scans": (
        A_JPEG[:-2] + segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") * 101 + END,
        "the JPEG has more than 100 scans",
    ),
    "jpeg dressed as a png": (SIGNATURE + A_JPEG[8:], "the PNG is cut off"),
    "png dressed as a jpeg": (A_JPEG[:3] + A_PNG[3:], "the JPEG is cut off"),
}


@pytest.mark.rule("ALL-BADGE-04", "INT-39")
@pytest.mark.parametrize(("content", "fault"), HOSTILE.values(), ids=HOSTILE)
def test_what_is_wrong_with_an_image_is_reported(content: bytes, fault: str) -> None:
    found = images.read(content)
    assert found.fault == fault
    refused = lifecycle.badge_image(found)
    assert not refused
    assert f"cannot be shown: {fault}" in str(refused.reasons[0])


def test_a_host_that_lets_pillow_guess_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("PIL.ImageFile.LOAD_TRUNCATED_IMAGES", True)
    for whole, kind in ((A_PNG, "PNG"), (A_JPEG, "JPEG")):
        assert images.read(whole[: len(whole) // 2]).fault == f"the {kind} is cut off"


@cache
def zeros(length: int) -> bytes:
    return zlib.compress(bytes(length), 9)


BOMBS: dict[str, Callable[[], bytes]] = {  # made when they are wanted: it takes seconds
    "pixels": lambda: png(50_000, 50_000, chunk(b"IDAT", zeros(10_000_000))),
    "sides": lambda: png(2**31 - 1, 2**31 - 1),
    "text": lambda: png(500, 500, chunk(b"zTXt", b"a\0\0" + zeros(50_000_000))),
    "profile": lambda: png(500, 500, chunk(b"iCCP", b"a\0\0" + zeros(50_000_000))),
    "more than declared": lambda: png(
        10, 10, chunk(b"IDAT", zeros(50_000_000)), chunk(b"zzzz", b"")
    ),
    "frames": lambda: png(10, 10, chunk(b"acTL", struct.pack(">II", 2**31 - 1, 0)), pixels(10, 10)),
    "scans": lambda: (
        drawn("JPEG", 500, 500)[:-2] + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" * 100_000
    ),
    "fill": lambda: A_JPEG[:2] + b"\xff" * 9_000_000,
    "scan of fill": lambda: A_JPEG[:-2] + b"\xff" * 9_000_000,
    "scan of zeros": lambda: A_JPEG[:-2] + b"\xff\0" * 4_500_000,
    "segments": lambda: A_JPEG[:2] + b"\xff\xe1\0\2" * 2_400_000,
    "markers": lambda: A_JPEG[:2] + b"\xff\xd0" * 4_500_000,
    "chunks": lambda: SIGNATURE + header(9, 9) + chunk(b"teSt", b"") * 800_000,
    "exif": lambda: (
        A_JPEG[:2] + segment(0xE1, b"Exif\0\0MM\0*\0\0\0\x08" + b"\xff" * 60_000) + A_JPEG[2:]
    ),
}


@pytest.mark.rule("INT-39")
@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_costs_neither_memory_nor_time(bomb: str) -> None:
    content = BOMBS[bomb]()
    tracemalloc.start()
    began = process_time()
    images.read(content)
    took, (_, peak) = process_time() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert took < 2
    assert peak < 30_000_000 + len(content)


@pytest.mark.rule("ALL-BADGE-03", "INT-39")
def test_the_size_of_a_bomb_is_read_and_refused() -> None:
    bomb = BOMBS["pixels"]()
    found = images.read(bomb)
    assert found == ImageInfo(PNG, 50_000, 50_000)
    assert not lifecycle.badge_image(found)
    with pytest.raises(BadgeError, match="more than 1,000,000 pixels"):
        images.as_png(bomb)


def test_a_jpeg_becomes_a_png_of_its_pixels_alone() -> None:
    assert images.as_png(A_PNG) == A_PNG
    made = images.as_png(WHOLE["jpeg with exif"][0])
    assert images.read(made) == ImageInfo(PNG, 500, 500)
    assert b"kitchen" not in made


LYING = {  # how a picture is stored, by the orientation that turns it upright again
    1: (0, 1, 2, 3, 4, 5),
    2: (1, 0, 3, 2, 5, 4),
    3: (5, 4, 3, 2, 1, 0),
    4: (4, 5, 2, 3, 0, 1),
    5: (0, 2, 4, 1, 3, 5),
    6: (1, 3, 5, 0, 2, 4),
    7: (5, 3, 1, 4, 2, 0),
    8: (4, 2, 0, 5, 3, 1),
    9: (0, 1, 2, 3, 4, 5),
}
SHADES = (0, 50, 100, 150, 200, 250)


@pytest.mark.rule("ALL-BADGE-04")
@pytest.mark.parametrize("orientation", LYING)
def test_a_jpeg_is_turned_upright(orientation: int) -> None:
    size = (3, 2) if orientation in {5, 6, 7, 8} else (2, 3)
    stored = Image.new("L", size)
    stored.putdata([SHADES[place] for place in LYING[orientation]])
    exif, file = Image.Exif(), BytesIO()
    exif[0x0112] = orientation
    blocks = stored.resize((size[0] * 16, size[1] * 16), Image.Resampling.NEAREST)
    blocks.save(file, "JPEG", exif=exif, quality=95)
    with Image.open(BytesIO(images.as_png(file.getvalue()))) as made:
        assert made.size == (32, 48)
        assert not made.getexif()
        small = made.convert("L").resize((2, 3), Image.Resampling.BOX).tobytes()
    assert [round(shade / 50) * 50 for shade in small] == [*SHADES]


def test_an_orientation_that_cannot_be_read_turns_nothing() -> None:
    whole = with_exif(format_="JPEG", width=40, height=20)
    for damaged in (whole.replace(b"Exif\0\0MM", b"Exif\0\0XX"), whole.replace(b"Exif", b"Exjf")):
        assert damaged != whole
        assert images.read(images.as_png(damaged)) == ImageInfo(PNG, 40, 20)
    assert images.read(images.as_png(whole)) == ImageInfo(PNG, 20, 40)


@pytest.mark.law
@given(st.sampled_from(list(WHOLE.values())), st.data())
def test_no_content_is_an_exception(whole: tuple[bytes, ImageFormat], data: st.DataObject) -> None:
    content = bytearray(whole[0])
    for _ in range(data.draw(st.integers(1, 5))):
        place = data.draw(st.integers(0, min(2000, len(content) - 1)))
        content[place] = data.draw(st.integers(0, 255))
    found = images.read(bytes(content[: data.draw(st.integers(0, len(content)))]))
    assert lifecycle.badge_image(found).reasons


@pytest.mark.law
@given(st.sampled_from([A_PNG, A_JPEG]), st.integers(0, 20_000))
def test_no_beginning_of_an_image_is_the_whole(whole: bytes, length: int) -> None:
    found = images.read(whole[:length])
    assert found.format is None or found.fault


@pytest.mark.law
@given(st.sampled_from([SIGNATURE, b"\xff\xd8\xff"]), st.binary(max_size=500))
def test_no_tail_of_a_signature_is_an_exception(signature: bytes, tail: bytes) -> None:
    found = images.read(signature + tail)
    assert found.format is not None
    assert found.fault
