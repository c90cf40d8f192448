"""Whatever the content of an image file is, what it is comes out, and nothing else happens."""

import struct
import time
import tracemalloc
import zlib
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from certrules import images
from certrules.model.images import ImageFacts, ImageFormat
from certrules.rules import lifecycle

PNG, JPEG = ImageFormat
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def drawn(format_: str, width: int = 500, height: int = 500, **options: Any) -> bytes:
    file = BytesIO()
    Image.effect_noise((width, height), 90).save(file, format_, **options)
    return file.getvalue()


def chunk(kind: bytes, content: bytes) -> bytes:
    end = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + end


def png(width: int, height: int, *chunks: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return SIGNATURE + chunk(b"IHDR", header) + b"".join(chunks) + chunk(b"IEND", b"")


def pixels(width: int, height: int) -> bytes:
    return chunk(b"IDAT", zlib.compress((b"\0" + bytes(width)) * height, 9))


WHOLE = {
    "png": (drawn("PNG"), PNG),
    "jpeg": (drawn("JPEG"), JPEG),
    "progressive": (drawn("JPEG", progressive=True), JPEG),
}


@pytest.mark.rule("ALL-BADGE-04", "INT-39")
@pytest.mark.parametrize(("content", "format_"), WHOLE.values(), ids=WHOLE)
def test_a_whole_image_is_what_it_is(content: bytes, format_: ImageFormat) -> None:
    assert images.read(content) == ImageFacts(format_, 500, 500)
    assert lifecycle.badge_image(images.read(content))


@pytest.mark.rule("ALL-BADGE-03")
def test_of_a_large_image_the_size_is_told() -> None:
    assert images.read(drawn("PNG", 2000, 1)) == ImageFacts(PNG, 2000, 1)
    assert images.read(drawn("JPEG", 1001, 1000)) == ImageFacts(JPEG, 1001, 1000)


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
        drawn("GIF", 10, 10),
        drawn("BMP", 10, 10),
        drawn("TIFF", 10, 10),
        drawn("EPS", 10, 10),
    ],
)
def test_what_is_neither_a_png_nor_a_jpeg_is_not_read_at_all(content: bytes) -> None:
    assert images.read(content) == ImageFacts(None)


@pytest.mark.rule("INT-39")
@pytest.mark.parametrize(("content", "format_"), WHOLE.values(), ids=WHOLE)
@pytest.mark.parametrize("kept", [12, 30, 200, 0.5, 0.9])
def test_a_truncated_image_is_damaged(content: bytes, format_: ImageFormat, kept: float) -> None:
    length = int(kept * len(content)) if kept < 1 else int(kept)
    found = images.read(content[:length])
    assert (found.format, found.damaged) == (format_, True)
    assert not lifecycle.badge_image(found)


@pytest.mark.rule("INT-39")
def test_one_format_dressed_as_another_is_damaged() -> None:
    jpeg, png_ = WHOLE["jpeg"][0], WHOLE["png"][0]
    assert images.read(SIGNATURE + jpeg[8:]).damaged
    assert images.read(jpeg[:3] + png_[3:]).damaged


BOMBS = {
    "pixels": png(50_000, 50_000, chunk(b"IDAT", zlib.compress(bytes(10_000_000), 9))),
    "sides": png(2**31 - 1, 2**31 - 1),
    "text": png(500, 500, chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(50_000_000), 9))),
    "profile": png(500, 500, chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(50_000_000), 9))),
    "more than declared": png(
        10, 10, chunk(b"IDAT", zlib.compress(bytes(50_000_000), 9)), chunk(b"zzzz", b"")
    ),
    "frames": png(10, 10, chunk(b"acTL", struct.pack(">II", 2**31 - 1, 0)), pixels(10, 10)),
    "scans": drawn("JPEG", 500, 500)[:-2] + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" * 100_000,
}


@pytest.mark.rule("INT-39")
@pytest.mark.parametrize("content", BOMBS.values(), ids=BOMBS)
def test_a_bomb_costs_neither_memory_nor_time(content: bytes) -> None:
    tracemalloc.start()
    began = time.perf_counter()
    images.read(content)
    took, (_, peak) = time.perf_counter() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert took < 2
    assert peak < 30_000_000 + len(content)


@pytest.mark.rule("ALL-BADGE-03", "INT-39")
def test_the_size_of_a_bomb_is_told_and_refused() -> None:
    found = images.read(BOMBS["pixels"])
    assert found == ImageFacts(PNG, 50_000, 50_000)
    assert not lifecycle.badge_image(found)
    assert images.read(BOMBS["scans"]).damaged


def test_what_pillow_remarks_on_is_no_warning_here() -> None:
    assert images.read(BOMBS["frames"]).format is PNG  # "Invalid APNG"


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
@given(st.sampled_from([SIGNATURE, b"\xff\xd8\xff"]), st.binary(max_size=500))
def test_no_tail_of_a_signature_is_an_exception(signature: bytes, tail: bytes) -> None:
    assert images.read(signature + tail).format is not None
