"""What does a catalog file say, and what is wrong with it?"""

import json
import re
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from attrs import fields

from certrules import Assignment, Certification, Item, ItemKind, Unit, User, Validity, catalogs
from certrules.errors import InvalidValueError, JsonError
from certrules.model.catalog import CertificationStatus
from certrules.wire.parsing import KEPT_FAULTS


def faults(data: object) -> dict[str, str]:
    text = data if isinstance(data, bytes) else json.dumps(data).encode()
    with pytest.raises(JsonError) as raised:
        catalogs.read(text)
    return dict(raised.value.faults)


def code(data: bytes) -> str:
    with pytest.raises(JsonError) as raised:
        catalogs.read(data)
    assert "\n" not in str(raised.value)
    return raised.value.code


@pytest.mark.rule("DOC-CERT-02", "DOC-CERT-03", "DOC-CERT-04", "DOC-CERT-05")
def test_entries_become_values_with_defaults_for_what_is_left_out() -> None:
    catalog = catalogs.read(
        b"""{
        "users": [{"id": "1", "username": "ada", "time_zone": "Europe/Rome", "active": false}],
        "items": [{"kind": "learning_plan", "id": "7", "code": null, "name": "Plan"}],
        "certifications": [
            {"id": "3", "name": "First aid", "code": "FA", "validity": "18 months", "retake": true,
             "status": "draft", "assignments": [{"kind": "learning_plan", "item": "7",
                                                 "assigned_at": "2024-01-01T01:00:00+01:00"}]},
            {"id": "4", "name": "Conduct"}]
        }"""
    )
    assigned = Assignment(ItemKind.LEARNING_PLAN, "7", datetime(2024, 1, 1, tzinfo=UTC))
    assert catalog == catalogs.Catalog(
        users=(User("1", "ada", active=False, time_zone="Europe/Rome"),),
        items=(Item(ItemKind.LEARNING_PLAN, "7", None, "Plan"),),
        certifications=(
            Certification(
                "3",
                "First aid",
                "FA",
                validity=Validity(18, Unit.MONTHS),
                retake=True,
                status=CertificationStatus.DRAFT,
                assignments=(assigned,),
            ),
            Certification("4", "Conduct"),
        ),
    )


def test_every_attribute_of_an_entry_can_be_written() -> None:
    """Else loading a catalog would take away what it cannot say."""
    catalog = catalogs.read(
        b"""{
        "users": [{"id": "1", "username": "ada", "first_name": "A", "last_name": "L",
                   "active": false, "time_zone": "UTC", "groups": ["g"], "branches": ["b"],
                   "company": "co"}],
        "companies": [{"id": "co", "name": "Acme", "account_owner": "olga"}],
        "items": [{"kind": "course", "id": "7", "code": "C", "name": "Course"}],
        "certifications": [
            {"id": "3", "name": "First aid", "code": "FA", "description": "d", "retake": true,
             "validity": "1 year", "status": "draft", "criteria": "all", "groups": ["g"],
             "completion_criteria": "* all of it", "skills": ["s"], "badge_image": "media/7.png",
             "created_by": "1", "created_at": "2024-01-01T00:00:00Z",
             "updated_at": "2024-01-01T00:00:00Z",
             "assignments": [{"kind": "course", "item": "7", "group": "basics",
                              "assigned_at": "2024-01-01T00:00:00Z"}]}]
        }"""
    )
    (certification,) = catalog.certifications
    (assigned,) = certification.assignments
    for entry in (
        catalog.users[0],
        catalog.companies[0],
        catalog.items[0],
        certification,
        assigned,
    ):
        for attribute in fields(entry.__class__):
            assert getattr(entry, attribute.name) != attribute.default, attribute.name


def test_names_are_a_list_of_text() -> None:
    users = [{"id": "1", "username": "a", "groups": ["g", 3], "branches": "b"}]
    assert faults({"users": users}) == {
        "users[0].groups[1]": "expected text, got 3",
        "users[0].branches": "expected a list of names, got the text 'b'",
    }


def test_sections_may_be_left_out_but_not_all() -> None:
    assert catalogs.read(b'{"users": []}') == catalogs.Catalog()
    assert list(faults({})) == ["$"]


def test_every_fault_is_reported_at_once_with_its_path() -> None:
    found = faults(
        {
            "usres": [],
            "users": [{"id": "a", "username": " A"}, {"id": 7, "username": "B"}, "C"],
            "items": {},
            "certifications": [
                {
                    "id": "1",
                    "name": "",
                    "validity": "2 yaers",
                    "retkae": True,
                    "assignments": [{"kind": "corse", "item": "x", "assigned_at": "2024-01-01"}],
                },
                {"name": "x", "status": None, "retake": "yes"},
            ],
        }
    )
    assert found["usres"] == "unknown key; did you mean users?"
    assert "space" in found["users[0].username"]
    assert found["users[1].id"] == "expected text, got 7"
    assert found["users[2]"] == "expected an object, got the text 'C'"
    assert found["items"] == "expected a list, got an object"
    assert "got the text ''" in found["certifications[0].name"]
    assert "18 months" in found["certifications[0].validity"]
    assert found["certifications[0].retkae"] == "unknown key; did you mean retake?"
    assert "external_training and learning_track" in found["certifications[0].assignments[0].kind"]
    assert "time zone" in found["certifications[0].assignments[0].assigned_at"]
    assert found["certifications[1].id"] == "is missing"
    assert "got null" in found["certifications[1].status"]
    assert found["certifications[1].retake"] == "expected true or false, got the text 'yes'"
    assert len(found) == 13


def test_a_key_or_an_id_given_twice_is_a_fault() -> None:
    assert faults(b'{"users": [], "users": []}') == {"users": "given more than once"}
    twice = [{"kind": "course", "id": "1"}, {"kind": "course", "id": "1"}]
    assert faults({"items": twice}) == {"items[1].id": "course '1' is also that of items[0]"}
    other = [{"kind": "course", "id": "1"}, {"kind": "learning_plan", "id": "1"}]
    assert len(catalogs.read(json.dumps({"items": other}).encode()).items) == 2


@pytest.mark.parametrize("zone", ["../../etc/passwd", "Europe/Rom", "", "/etc/localtime", 3, "\0"])
def test_a_user_lives_in_a_zone_that_there_is(zone: object) -> None:
    users = [{"id": "1", "username": "ada", "time_zone": zone}]
    assert list(faults({"users": users})) == ["users[0].time_zone"]


@pytest.mark.parametrize("text", ["\ud800", "a\0b"])
def test_text_that_no_store_can_hold_is_a_fault(text: str) -> None:
    found = faults({"users": [{"id": text, "username": "ada", "first_name": text}]})
    assert list(found) == ["users[0].id", "users[0].first_name"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"NaN",
        b'{"users": [Infinity]}',
        b"[" * 1_000_000,
        b'{"users":' * 100_000,
        b"9" * 5_000,
        b"{} {}",
        b'{"users": [],}',
    ],
)
def test_what_is_no_json_is_reported(data: bytes) -> None:
    assert code(data) == "not_json"


@pytest.mark.parametrize(
    ("number", "message"),
    [
        ("9" * 5_000, f"the number {'9' * 29}… is out of range"),
        ("-" + "9" * 40, f"the number -{'9' * 28}… is out of range"),
        ("1e999", "the number 1e999 is out of range"),
        ("NaN", "NaN is not JSON"),
    ],
)
def test_a_number_that_nothing_can_hold_is_shown_short(number: str, message: str) -> None:
    with pytest.raises(JsonError, match="^" + re.escape(message) + "$"):
        catalogs.read(f'{{"users": [{{"id": {number}}}]}}'.encode())


@pytest.mark.parametrize("written", ["2024-01-01", "2024-01-01T09:00:00", "yesterday", 5])
def test_an_instant_is_written_with_its_zone(written: object) -> None:
    entry = {"id": "1", "name": "First aid", "created_at": written}
    expected = "expected an instant with its time zone, such as '2024-07-01T09:00:00Z'"
    got = "5" if written == 5 else f"the text '{written}'"
    path = "certifications[0].created_at"
    assert faults({"certifications": [entry]}) == {path: f"{expected}, got {got}"}


def test_a_long_text_is_shown_in_part() -> None:
    users = [{"id": "1", "username": "ada", "active": "x" * 10_000}]
    message = f"expected true or false, got the text '{'x' * 78}…"
    assert faults({"users": users}) == {"users[0].active": message}


def test_a_byte_order_mark_is_taken_and_another_encoding_is_not() -> None:
    assert catalogs.read(b'\xef\xbb\xbf{"users": []}') == catalogs.Catalog()
    assert code('{"users": []}'.encode("utf-16")) == "not_utf8"
    assert code(b'{"users": [{"id": "1", "username": "Andr\xe9"}]}') == "not_utf8"


@pytest.mark.parametrize("data", [b"[]", b"3", b"null", b'"x"', b"true"])
def test_a_catalog_is_an_object(data: bytes) -> None:
    assert list(faults(data)) == ["$"]


def test_a_megabyte_of_faults_takes_no_time_to_speak_of() -> None:
    keys = {f"key{number}": None for number in range(50_000)}
    said = "50,000 faults in the catalog, of which 1,000 are listed"
    with pytest.raises(JsonError, match=f"^{said};") as raised:
        catalogs.read(json.dumps(keys).encode())
    found = raised.value.faults
    assert [path for path, _ in found] == [f"key{number}" for number in range(KEPT_FAULTS)]


def test_faults_without_end_fit_in_memory() -> None:
    many = b'{"users": [' + b",".join([b"{}"] * 50_000) + b"]}"
    tracemalloc.start()
    try:
        with pytest.raises(JsonError, match=r"^100,000 faults"):
            catalogs.read(many)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 10_000_000  # of which the parsed objects take most


@pytest.mark.parametrize("wrong", ["c.json", None, {}, Path("c.json")])
def test_what_is_no_file_in_bytes_is_told_how_to_read_one(wrong: Any) -> None:
    for read in (catalogs.read, catalogs.read_notifications):
        with pytest.raises(InvalidValueError, match=r"expected bytes, as of .*read_bytes"):
            read(wrong)
