"""Twice the hostile input takes at most about twice the time: nothing here is quadratic."""

import gc
import io
import json
import struct
import zlib
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from time import process_time
from typing import Any

import pytest

from certrules import User, Validity, catalogs, instants, text
from certrules.badges import baking, statuslist, tokens, urls
from certrules.cli import names
from certrules.cli.failures import UsageError
from certrules.errors import CertrulesError
from certrules.exports.calendar import calendar
from certrules.model.awards import CalendarEntry
from certrules.model.notices import NoticeKind, Notification, Offset
from certrules.model.tables import Table
from certrules.records import RejectedRow, open_records
from certrules.records.field_rules import read_day
from certrules.repositories.memory import MemoryStore
from certrules.rules import notifications, tables
from certrules.rules.notifications import Medium

HEADER = "username,certification_code,certification_issue_date,always_valid,type,code\n"
AT = datetime(2024, 1, 1, tzinfo=UTC)

Case = tuple[int, Callable[[int], Any], Callable[[Any], object]]


def records(content: str) -> object:
    with open_records(io.BytesIO(content.encode()), zone="UTC") as file:
        list(file.keys())
        return sum(isinstance(each, RejectedRow) for batch in file.batches() for each in batch)


def in_catalog(value: str) -> bytes:
    user = {"id": "1", "username": "ada", "time_zone": value}
    known = {"id": "3", "name": "First aid", "validity": value}
    return json.dumps({"users": [user], "certifications": [known]}).encode()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I4s", len(data), kind) + data + struct.pack(">I", zlib.crc32(kind + data))


def png(*chunks: bytes) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + chunk(b"IEND", b"")


def svg(inside: str) -> bytes:
    return f'<svg xmlns="http://www.w3.org/2000/svg">{inside}</svg>'.encode()


def token(payload: str) -> str:
    return ".".join(tokens.encoded(part.encode()) for part in ("{}", payload, "x"))


def templates(body: str) -> object:
    notifications.render(body, {"first_name": body}, Medium.HTML)
    return notifications.lint(Notification("1", NoticeKind.EXPIRY, subject=body, body=body))


def events(name: str) -> object:
    entry = CalendarEntry("1", "fa", 1, name, None, AT.date(), AT.date())
    return calendar([entry], at=AT, name=name, zone="UTC")


def asked(search: str) -> object:
    return tables.query(Table.ISSUED, at=AT, search=search)


def hinted(name: str) -> object:
    store = MemoryStore()
    with store.writing() as work:
        work.users.put(User(str(each), f"user{each}" * 20) for each in range(200))
    with store.reading() as view:
        return names.user(view, name)


ITEM = '<o:credential xmlns:o="https://purl.imsglobal.org/ob/v3p0" verify="a.b.c"/>'
CASES: dict[str, Case] = {
    # records
    "a misquoted row of commas": (40_000, lambda n: HEADER + "," * n + '"a"b\n', records),
    "a misquoted row of quotes": (40_000, lambda n: HEADER + '"a",' * n + '"a"b\n', records),
    "a misquoted header": (40_000, lambda n: '"a\nb",' * n + '"a"b\n', records),
    "a quote never closed": (40_000, lambda n: HEADER + '"\n",' * n + '"a', records),
    "a header of commas": (100_000, lambda n: "," * n + "\n", records),
    "a header of one letter each": (8_000, lambda n: "a," * n + HEADER, records),
    "a header of alike names": (4_000, lambda n: "".join(f"type{i}," for i in range(n)), records),
    "rows of too many fields": (50, lambda n: HEADER + ("," * 4000 + "x\n") * n, records),
    "a row of too many fields": (100_000, lambda n: HEADER + "x," * n + "\n", records),
    "a row of many lines": (100_000, lambda n: HEADER + '"\n",' * n + "\n", records),
    "blank lines": (50_000, lambda n: "\n" * n + HEADER + "\n" * n, records),
    "lines of blanks": (50_000, lambda n: HEADER + " , \n" * n, records),
    "one long line": (400_000, lambda n: HEADER + "x" * n, records),
    "one long field": (30_000, lambda n: HEADER + f"{'x' * n},a,2024-01-01,1,manual,\n", records),
    "a long date": (30_000, lambda n: HEADER + f"a,a,{'1' * n},1,manual,\n", records),
    "a long type": (
        30_000,
        lambda n: HEADER + f"a,a,2024-01-01,1,{'manual' * n},\n"[:99999],
        records,
    ),
    "distinct dates": (
        5_000,
        lambda n: HEADER + "".join(f"a{i},a,{1000 + i % 9000}-01-01,1,manual,\n" for i in range(n)),
        records,
    ),
    "one key in every row": (5_000, lambda n: HEADER + "a,a,2024-01-01,1,manual,\n" * n, records),
    "half a character at the end": (
        400_000,
        lambda n: (HEADER + "a,b\n" * (n // 4)).encode() + b"\xff",
        lambda data: list(open_records(io.BytesIO(data), zone="UTC").keys()),
    ),
    "a day of dashes": (100_000, lambda n: "\N{EM DASH}" * n, read_day),
    # catalogs
    "empty objects": (
        20_000,
        lambda n: b'{"users":[' + b",".join([b"{}"] * n) + b"]}",
        catalogs.read,
    ),
    "unknown keys": (
        20_000,
        lambda n: json.dumps({f"k{i}": 1 for i in range(n)}).encode(),
        catalogs.read,
    ),
    "a key again and again": (
        50_000,
        lambda n: b"{" + b",".join([b'"users":[]'] * n) + b"}",
        catalogs.read,
    ),
    "one id": (
        5_000,
        lambda n: json.dumps({"users": [{"id": "1", "username": "a"}] * n}).encode(),
        catalogs.read,
    ),
    "a long key": (200_000, lambda n: json.dumps({"u" * n: 1}).encode(), catalogs.read),
    "a catalog nested without end": (200_000, lambda n: b"[" * n, catalogs.read),
    "a number without end": (200_000, lambda n: b'{"users":' + b"1" * n + b"}", catalogs.read),
    "long texts of a catalog": (200_000, lambda n: in_catalog("1 " * n), catalogs.read),
    # zones, instants and periods
    "a long zone": (200_000, lambda n: "Europe/" * n, instants.time_zone),
    "a long offset": (200_000, lambda n: "+" + "0" * n, instants.time_zone),
    "a long instant": (200_000, lambda n: "2024-01-01T" + "0" * n, instants.parse),
    "a long duration": (4_000, lambda n: "P" + "1" * n + "D", instants.parse_duration),
    "a long validity": (200_000, lambda n: "1" + " " * n + "x", Validity.parse),
    "a validity of digits": (200_000, lambda n: "1" * n + " years", Validity.parse),
    "a long offset of a notice": (200_000, lambda n: "1" + " " * n + "x", Offset.parse),
    # templates
    "opening brackets": (20_000, lambda n: "[" * n, templates),
    "opening braces": (20_000, lambda n: "{{ a" * n, templates),
    "blanks in a bracket": (50_000, lambda n: "[" + " " * n, templates),
    "blanks after a name": (50_000, lambda n: "[" + "a" * 60 + " " * n, templates),
    "unknown short codes": (5_000, lambda n: "".join(f"[renew{i}]" for i in range(n)), templates),
    "comments never closed": (20_000, lambda n: "<!--" * n, templates),
    "short codes": (10_000, lambda n: "[first_name]" * (n // 1000) + "x" * n, templates),
    # searches and names
    "a long search": (100_000, lambda n: "x" * n, asked),
    "many words of a search": (50_000, lambda n: "x " * n, asked),
    "a long column": (
        100_000,
        lambda n: "x" * n,
        lambda name: tables.query(Table.ISSUED, at=AT, columns=[name]),
    ),
    "a long name": (20_000, lambda n: "user" * n, hinted),
    # badges
    "a long token": (200_000, lambda n: "a" * n, tokens.read),
    "full stops": (200_000, lambda n: "." * n, tokens.read),
    "a token nested without end": (100_000, lambda n: token('{"a":' + "[" * n), tokens.read),
    "a token of lists": (
        50_000,
        lambda n: token('{"a":[' + ",".join(["[]"] * n) + "]}"),
        tokens.read,
    ),
    "a token of digits": (50_000, lambda n: token('{"a":' + "1" * n + "}"), tokens.read),
    "a token of fractions": (50_000, lambda n: token('{"a":1.' + "1" * n + "}"), tokens.read),
    "a token of one member": (
        20_000,
        lambda n: token("{" + ",".join(['"a":1'] * n) + "}"),
        tokens.read,
    ),
    "chunks of a PNG": (
        2_000,
        lambda n: png(*[chunk(b"iTXt", b"openbadgecredential\0")] * n),
        baking.read,
    ),
    "words of a PNG": (
        200_000,
        lambda n: png(chunk(b"iTXt", b"openbadgecredential\0\0\0" + b"\0" * n)),
        baking.read,
    ),
    "segments of a JPEG": (4_000, lambda n: b"\xff\xd8" + b"\xff\xe0\0\x02" * n, baking.media_type),
    "filling of a JPEG": (400_000, lambda n: b"\xff\xd8" + b"\xff" * n, baking.media_type),
    "credentials of an SVG": (5_000, lambda n: svg(ITEM * n), baking.read),
    "quotes of an SVG": (20_000, lambda n: svg("<g " + "a='\"' " * n), baking.read),
    "attributes of an SVG": (
        5_000,
        lambda n: svg(f"<g {' '.join(f'a{i}=' + chr(34) * 2 for i in range(n))}/>"),
        baking.read,
    ),
    "an SVG nested without end": (20_000, lambda n: svg("<g>" * n), baking.read),
    "blanks before an SVG": (200_000, lambda n: b" " * n + svg(""), baking.media_type),
    "a long status list": (100_000, lambda n: "u" + "A" * n, statuslist.decode),
    "a long URL": (100_000, lambda n: "https://a.example/" + "%40" * n, urls.is_id),
    "a long host": (200_000, lambda n: "https://" + "a." * n + "@", urls.is_web),
    # texts
    "apostrophes": (200_000, lambda n: "'" * n + "=", text.neutralise_formula),
    "a text nobody sees": (100_000, lambda n: "\u200b" * n + "=", text.neutralise_formula),
    "controls": (200_000, lambda n: "\x00\r" * n, text.strip_controls),
    "a long name in a calendar": (20_000, lambda n: "é;" * n, events),
}


def cpu(run: Callable[[Any], object], data: Any) -> float:
    """Return the lesser CPU time of two runs: the machine may be busy."""

    def once() -> float:
        began = process_time()
        with suppress(CertrulesError, UsageError):
            run(data)
        return process_time() - began

    gc.disable()  # which looks at everything now and then, not by what is read here
    try:
        return min(once() for _ in range(2))
    finally:
        gc.enable()


FLOOR = 0.1
"""Seconds that are no growth: clocks and caches."""


@pytest.mark.parametrize("name", CASES)
def test_twice_the_input_takes_about_twice_the_time(name: str) -> None:
    size, make, run = CASES[name]
    times = [cpu(run, make(size * factor)) for factor in (1, 2)]
    assert times[1] < 3 * times[0] + FLOOR, times


def test_what_is_quadratic_would_be_noticed() -> None:
    def quadratic(text: str) -> object:
        return [text[:place].count(",") for place in range(0, len(text), 8)]

    times = [cpu(quadratic, "," * size) for size in (20_000, 80_000)]
    assert times[1] > 3 * 3 * times[0]
