"""A credential in a picture: put there, read back, and replaced rather than doubled."""

import struct
import zlib
from io import BytesIO
from itertools import product
from typing import Any

import pytest
from PIL import Image

from certrules import images
from certrules.badges import baking
from certrules.errors import BadgeError, InvalidValueError
from certrules.imagefiles import LARGEST

TOKEN, OTHER = "e30.e30.c2ln", "e30.e30.c2lnbmVk"
SVG = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<!-- > -->'
    b'<svg xmlns="http://www.w3.org/2000/svg" data-x=">"><title>a &amp; b</title></svg>\n'
)


def picture(kind: str = "PNG") -> bytes:
    made = BytesIO()
    Image.new("RGB", (20, 20), (20, 104, 60)).save(made, kind)
    return made.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def with_chunk(kind: bytes, data: bytes) -> bytes:
    image = picture()
    return image[:-12] + chunk(kind, data) + image[-12:]


@pytest.mark.rule("ALL-ROLE-08")
def animated() -> bytes:
    made = BytesIO()
    frames = [Image.new("L", (20, 20), shade) for shade in (0, 128, 255)]
    frames[0].save(made, "PNG", save_all=True, append_images=frames[1:])
    return made.getvalue()


@pytest.mark.parametrize("image", [picture(), animated(), SVG], ids=["PNG", "APNG", "SVG"])
def test_what_is_baked_is_read_back_and_replaced(image: bytes) -> None:
    baked = baking.bake(image, OTHER)
    assert baking.read(baked) == OTHER
    again = baking.bake(baked, TOKEN)
    assert baking.read(again) == TOKEN
    assert again == baking.bake(image, TOKEN)


def test_a_png_is_changed_by_one_chunk_and_can_still_be_shown() -> None:
    baked = baking.bake(picture(), TOKEN)
    data = b"openbadgecredential\0\0\0\0\0" + TOKEN.encode()
    assert baked == with_chunk(b"iTXt", data)
    with Image.open(BytesIO(baked)) as shown, Image.open(BytesIO(picture())) as before:
        assert shown.tobytes() == before.tobytes()


def test_an_animation_keeps_its_frames() -> None:
    with Image.open(BytesIO(baking.bake(animated(), TOKEN))) as shown:
        assert getattr(shown, "n_frames", 1) == 3


def test_a_png_ends_with_its_last_chunk() -> None:
    late = chunk(b"iTXt", b"openbadgecredential\0\0\0\0\0" + OTHER.encode())
    with pytest.raises(BadgeError, match="no credentials"):
        baking.read(picture() + late)
    assert baking.bake(picture() + late, TOKEN) == baking.bake(picture(), TOKEN)


OURS = (
    '<openbadges:credential xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0" '
    'verify="e30.e30.c2ln"></openbadges:credential>'
)


def test_an_svg_is_changed_in_one_place() -> None:
    assert baking.bake(SVG, TOKEN).replace(OURS.encode(), b"") == SVG


@pytest.mark.parametrize(
    ("before", "encoding"),
    [
        ("", "utf-8-sig"),
        ('<?xml version="1.0"?>', "utf-8-sig"),
        ('<?xml version="1.0" encoding="UTF8"?>', "utf-8"),
        ("", "utf-16"),
        ('<?xml version="1.0" encoding="UTF-16"?>', "utf-16"),
        ("<?xml version='1.0' standalone='yes'?>", "utf-8"),
        ("<?xml version='1.0' encoding='ISO-8859-1' standalone='no'?>\n", "latin-1"),
        ('<?xml version="1.0" encoding="Windows-1252"?>', "windows-1252"),
        ('<?xml version="1.0" encoding="us-ascii"?>', "ascii"),
    ],
)
def test_an_svg_is_read_and_kept_in_its_encoding(before: str, encoding: str) -> None:
    name = "cafe" if encoding == "ascii" else "café"
    svg = f'{before}<svg xmlns="http://www.w3.org/2000/svg" id="{name}"><title>{name}</title></svg>'
    image = svg.encode(encoding)
    assert baking.media_type(image) == "image/svg+xml"
    baked = baking.bake(baking.bake(image, OTHER), TOKEN)
    assert baking.read(baked) == TOKEN
    assert baked.decode(encoding).replace(OURS, "") == svg
    assert baking.bake(baked, TOKEN) == baked


def test_an_svg_may_be_utf_16_of_either_order() -> None:
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        image = mark + SVG.decode().replace("UTF-8", "UTF-16").encode(encoding)
        baked = baking.bake(image, TOKEN)
        assert baked.startswith(mark)
        assert baking.read(baked) == TOKEN


@pytest.mark.parametrize(
    "doctype",
    [
        (
            '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" '
            '"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
        ),
        "<!DOCTYPE svg>",
    ],
)
def test_a_document_type_may_name_a_file_and_declare_nothing(doctype: str) -> None:
    image = doctype.encode() + SVG.partition(b"?>\n")[2]
    assert baking.bake(image, TOKEN).startswith(doctype.encode())
    entity, comment = (
        image.replace(b">", subset, 1) for subset in (b' [<!ENTITY n "x">]>', b" [<!-- x -->]>")
    )
    for use, declaring in product(
        (baking.read, lambda image: baking.bake(image, TOKEN)), (entity, comment)
    ):
        with pytest.raises(BadgeError, match=r"declarations of its own .* save it as a plain SVG"):
            use(declaring)


def test_scripts_and_references_of_an_svg_stay_as_they_are() -> None:
    script = b'<script href="https://a.example/x.js">alert(1)</script><image href="file:///etc"/>'
    image = SVG.replace(b"<title>", script + b"<title>")
    assert baking.bake(image, TOKEN).replace(OURS.encode(), b"") == image


@pytest.mark.parametrize(
    "credential",
    [
        '<o:credential xmlns:o="https://purl.imsglobal.org/ob/v3p0" verify="{}"/>',
        '<credential xmlns="https://purl.imsglobal.org/ob/v3p0" verify="{}"></credential>',
        '<credential xmlns="https://purl.imsglobal.org/ob/v3p0"><![CDATA[ {} ]]></credential>',
        '<credential xmlns="https://purl.imsglobal.org/ob/v3p0" verify="{}">{{}}</credential>',
        '<credential xmlns="https://purl.imsglobal.org/ob/v3p0" verify=" ">{}</credential>',
    ],
)
def test_an_svg_that_others_have_baked(credential: str) -> None:
    ours = credential.format(OTHER).encode()
    image = b'<svg xmlns="http://www.w3.org/2000/svg"><g>' + ours + b"</g></svg>"
    assert baking.read(image) == OTHER
    assert baking.bake(image, TOKEN) == baking.bake(image.replace(ours, b""), TOKEN)


def test_a_picture_with_two_credentials_has_none() -> None:
    data = b"openbadgecredential\0\0\0\0\0" + OTHER.encode()
    doubled = baking.bake(picture(), TOKEN)[:-12] + chunk(b"iTXt", data) + picture()[-12:]
    with pytest.raises(BadgeError, match="2 credentials"):
        baking.read(doubled)
    assert baking.read(baking.bake(doubled, TOKEN)) == TOKEN
    second = b'<credential xmlns="https://purl.imsglobal.org/ob/v3p0" verify="x"/><title>'
    with pytest.raises(BadgeError, match="2 credentials"):
        baking.read(baking.bake(SVG, TOKEN).replace(b"<title>", second))


@pytest.mark.parametrize("image", [picture(), SVG], ids=["PNG", "SVG"])
def test_a_picture_without_a_credential(image: bytes) -> None:
    with pytest.raises(BadgeError, match="no credentials"):
        baking.read(image)


@pytest.mark.rule("ALL-BADGE-04")
def test_a_jpeg_becomes_a_png_first() -> None:
    jpeg = picture("JPEG")
    assert baking.media_type(jpeg) == "image/jpeg"
    with pytest.raises(BadgeError, match="make it a PNG first"):
        baking.bake(jpeg, TOKEN)
    with pytest.raises(BadgeError, match="the badge is the PNG made of it"):
        baking.read(jpeg)
    assert baking.read(baking.bake(images.as_png(jpeg), TOKEN)) == TOKEN
    assert images.as_png(picture()) == picture()


@pytest.mark.parametrize(
    "image",
    [b"GIF89a", b"", picture("JPEG")[:200], picture()[:40]],
    ids=["GIF", "none", "cut JPEG", "cut PNG"],
)
def test_what_cannot_be_made_a_png(image: bytes) -> None:
    with pytest.raises(BadgeError):
        images.as_png(image)


def test_an_image_too_large_to_be_a_badge_is_not_converted() -> None:
    large = BytesIO()
    Image.new("1", (2000, 2000)).save(large, "JPEG")
    with pytest.raises(BadgeError, match="more than 1,000,000 pixels"):
        images.as_png(large.getvalue())


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (picture()[:8], "cut off"),
        (picture()[:-12], "cut off"),
        (picture()[:8] + b"\xff\xff\xff\xff" + picture()[12:], "cut off"),
        (picture().replace(b"IHDR", b"IHDX"), "checksum"),
        (picture()[:-1] + b"x", "checksum"),
        (picture()[:8] + picture()[-12:], "header"),
        (picture()[:8] + chunk(b"tEXt", b"") * 9 + picture()[8:], "header"),
    ],
)
def test_a_damaged_png(image: bytes, message: str) -> None:
    for use in (baking.read, lambda image: baking.bake(image, TOKEN)):
        with pytest.raises(BadgeError, match=message):
            use(image)


def as_png(width: int, height: int, *rest: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return picture()[:8] + b"".join([chunk(b"IHDR", header), *rest, chunk(b"IEND", b"")])


def rows(number: int) -> bytes:
    return chunk(b"IDAT", zlib.compress(bytes(10) * number))


@pytest.mark.rule("ALL-BADGE-04")
@pytest.mark.parametrize(
    ("image", "message"),
    [
        (as_png(9, 9), "fewer or more pixels"),
        (as_png(9, 9, rows(8)), "fewer or more pixels"),
        (as_png(9, 9, rows(10)), "fewer or more pixels"),
        (as_png(9, 9, chunk(b"IDAT", b"none")), "cannot be inflated"),
        (as_png(9, 9, chunk(b"IDAT", zlib.compress(b"\x09" * 90))), "cannot be decoded"),
        (as_png(0, 9, rows(9)), "no pixels"),
        (as_png(2048, 2049, rows(9)), "more than 4,194,304 pixels"),
        (as_png(2**31 - 1, 2**31 - 1, rows(9)), "more than 4,194,304 pixels"),
    ],
)
def test_a_png_that_nobody_can_see_holds_no_credential(image: bytes, message: str) -> None:
    with pytest.raises(BadgeError, match=message):
        baking.bake(image, TOKEN)
    assert baking.bake(as_png(9, 9, rows(9)), TOKEN)


@pytest.mark.parametrize(
    ("rest", "message"),
    [
        (b"\x01\0\0\0" + zlib.compress(TOKEN.encode()), "compressed"),
        (b"\0\0", "cut off, or no text at all"),
        (b"", "cut off"),
        (TOKEN.encode(), "cut off"),
        (b"\x02\0\0\0" + TOKEN.encode(), "no text at all"),
        (b"\0\0\0\0\xff", "not text"),
        (b"\0\0\0\0", "there is no credential in it: it is empty"),
    ],
)
def test_a_credential_that_is_no_text(rest: bytes, message: str) -> None:
    with pytest.raises(BadgeError, match=message):
        baking.read(with_chunk(b"iTXt", b"openbadgecredential\0" + rest))


@pytest.mark.parametrize("data", [b"", b" \r\n", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_nothing_is_no_token(data: bytes) -> None:
    with pytest.raises(BadgeError, match="there is no credential in it: it is empty"):
        baking.read(data)
    empty = b'<title><credential xmlns="https://purl.imsglobal.org/ob/v3p0" verify=" "/>'
    with pytest.raises(BadgeError, match="there is no credential in it: it is empty"):
        baking.read(SVG.replace(b"<title>", empty))


@pytest.mark.parametrize("image", [picture("JPEG"), picture("GIF"), picture(), SVG])
def test_the_kind_of_a_picture_is_that_of_its_content(image: bytes) -> None:
    if image.startswith(b"GIF"):
        with pytest.raises(BadgeError, match="neither a PNG, nor a JPEG, nor an SVG"):
            baking.media_type(image)
    else:
        assert baking.media_type(image).startswith("image/")


def segments(*parts: tuple[int, bytes]) -> bytes:
    """A JPEG of some segments, without anything that they would need."""
    made = (
        b"\xff" + bytes([marker]) + struct.pack(">H", len(data) + 2) + data
        for marker, data in parts
    )
    return b"\xff\xd8" + b"".join(made)


FRAME = (0xC2, b"\x08\0\x14\0\x14\x01\x01\x11\0")


def test_a_jpeg_has_its_frame_before_its_scans() -> None:
    remark = (0xFE, b"\xff\xc0\0\x0b" + b"x" * 99)
    assert baking.media_type(segments(remark, FRAME)) == "image/jpeg"
    assert baking.media_type(segments(FRAME).replace(b"\xff\xc2", b"\xff\xff\xc2"))
    for image in (
        b"\xff\xd8\xff",
        segments(remark),
        segments(FRAME)[:-1],
        segments((0xC2, b"")),
        segments((0xC4, FRAME[1])),
        segments((0xDA, b""), FRAME),
        segments(remark) + b"\xff\xe0\0\0" + b"\0" * 40,
        segments(*[(0xFE, b"")] * 10_000, FRAME),
    ):
        with pytest.raises(BadgeError, match="the JPEG"):
            baking.media_type(image)


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (b"\x89PNG\r\n\x1a\n", "the PNG is cut off"),
        (picture()[:30], "cut off"),
        (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", b""), "does not begin with its header"),
        (b"<", "the SVG is not XML"),
        (b"<html><script>", "no SVG: its root is no <svg>"),
        (b"<html><svg xmlns='http://www.w3.org/2000/svg'></svg></html>", "no SVG"),
        (SVG[:-8], "the SVG is not XML"),
    ],
)
def test_how_a_picture_begins_is_not_enough(image: bytes, message: str) -> None:
    with pytest.raises(BadgeError, match=message):
        baking.media_type(image)


@pytest.mark.parametrize("wrong", [None, "<svg/>", 7])
def test_pictures_are_bytes_and_tokens_are_text(wrong: Any) -> None:
    for use in (baking.read, baking.media_type, lambda image: baking.bake(image, TOKEN)):
        with pytest.raises(InvalidValueError, match=r"picture cannot be .*: expected bytes"):
            use(wrong)
    for token in (None, TOKEN.encode()):
        with pytest.raises(InvalidValueError, match=r"token cannot be .*: expected a text"):
            baking.bake(SVG, token)  # type: ignore[arg-type]


def test_other_texts_of_a_png_stay() -> None:
    image = with_chunk(b"iTXt", b"openbadges\0\0\0\0\0older")
    assert b"older" in baking.bake(image, TOKEN)


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (b"<html></html>", "no SVG"),
        (b"<svg></svg>", "no SVG"),
        (b"<svg", "not XML"),
        (b'<svg xmlns="http://www.w3.org/2000/svg">', "not XML"),
        (b'<?xml version="1.0" encoding="EBCDIC-37"?><svg/>', "is in ebcdic-37, .* in UTF-8"),
        (b'<?xml version="1.0" encoding="idna"?><svg/>', "is in idna"),
        (b'<?xml version="1.0" encoding="UTF-16"?><svg/>', "is in utf-16"),
        (b'<?xml version="1.0" encoding="iso-8859-99"?><svg/>', "is to be in iso-8859-99"),
        (b'<?xml version="1.0" encoding="ascii"?><svg>\xe9</svg>', "is to be in ascii"),
        (b'<svg xmlns="http://www.w3.org/2000/svg">\xff</svg>', "is to be in utf-8, and is not"),
        (b"\xff\xfe<\0s\0v\0g", "is to be in utf-16-le"),
    ],
)
def test_what_is_no_svg(image: bytes, message: str) -> None:
    for use in (baking.read, lambda image: baking.bake(image, TOKEN)):
        with pytest.raises(BadgeError, match=message):
            use(image)


def test_an_svg_that_shows_nothing() -> None:
    with pytest.raises(BadgeError, match="shows nothing"):
        baking.bake(b'<svg xmlns="http://www.w3.org/2000/svg"/>', TOKEN)


def test_a_badge_can_be_read_back_or_is_not_made() -> None:
    full = picture()[:-12] + chunk(b"tEXt", b"") * 9_997 + picture()[-12:]
    with pytest.raises(BadgeError, match="more than 10,000 chunks"):
        baking.bake(full, TOKEN)
    heavy = picture()[:-12] + chunk(b"tEXt", bytes(9_999_970 - len(picture()))) + picture()[-12:]
    with pytest.raises(BadgeError, match="more than 10,000,000"):
        baking.bake(heavy, TOKEN)
    large = SVG.replace(b"<title>", b"<!--" + b"x" * (1_999_900 - len(SVG)) + b"--><title>")
    with pytest.raises(BadgeError, match="more than 2,000,000"):
        baking.bake(large, TOKEN)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_token_is_read_as_any_shell_writes_it(encoding: str) -> None:
    assert baking.read(f"{TOKEN}\r\n".encode(encoding)) == TOKEN


def test_what_is_neither_a_picture_nor_a_token() -> None:
    with pytest.raises(BadgeError, match="neither"):
        baking.read(b"\xff\xfd")
    for image in (b"GIF89a", b"", b"BM", TOKEN.encode()):
        with pytest.raises(BadgeError, match="neither a PNG, nor a JPEG, nor an SVG"):
            baking.bake(image, TOKEN)
    with pytest.raises(BadgeError, match="more than 10,000,000"):
        baking.read(bytes(LARGEST + 1))
    with pytest.raises(BadgeError, match="not base64url"):
        baking.bake(SVG, 'e30.e30."><script/>')
