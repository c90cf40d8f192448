"""Users and courses of a project: read from its own models, by keys that are no texts."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.checks import run_checks
from django.db import transaction
from django.test import override_settings

from certrules import (
    Assignment,
    Certification,
    Completion,
    Item,
    ItemKind,
    User,
)
from certrules.django import deliver, host, hosts, system
from certrules.errors import StoreError
from certrules.model.catalog import ItemRef
from certrules.model.people import username_key
from certrules.rules.reporting import Report
from certrules.workflows import awarding, reporting
from tests.django.school.certifications import School
from tests.django.school.models import Course

THEN = datetime(2024, 1, 1, tzinfo=UTC)
LATER = datetime(2024, 3, 1, 9, tzinfo=UTC)
COURSE, PLAN = ItemKind.COURSE, ItemKind.LEARNING_PLAN
UNKNOWN = ("", "1", "0", "\0", "x" * 300, "9" * 40, "00000000-0000-0000-0000-000000000000")


def person(using: str, username: str, **names: Any) -> str:
    made = get_user_model()._default_manager.using(using).create(username=username, **names)
    return str(made.pk)


def course(using: str, slug: str) -> str:
    return str(Course._default_manager.using(using).create(title=slug.title(), slug=slug).pk)


def test_users_are_those_of_the_project(mapped: str) -> None:
    ada = person(mapped, "ada", first_name="Ada", last_name="Lovelace", time_zone="Asia/Tokyo")
    off = person(mapped, "off", is_active=False)
    with system().reading() as view:
        assert view.users.get(ada) == User(ada, "ada", "Ada", "Lovelace", time_zone="Asia/Tokyo")
        assert view.users.get(off) == User(off, "off", active=False)
        assert set(view.users.among([ada, off, *UNKNOWN])) == {ada, off}
        assert [each.id for each in view.users.all()] == sorted([ada, off])
        for other in (*UNKNOWN, ada.upper(), ada.replace("-", ""), f"urn:uuid:{ada}"):
            assert view.users.get(other) is None


def test_usernames_are_found_in_any_form(mapped: str) -> None:
    names = ["Ada", " bob ", "Straße", "Zoë", "\u212aelvin", "other", "İstanbul"]
    if mapped != "mariadb":  # which takes these for the same
        names += ["ADA", "zoe\u0308"]
    for each in names:
        person(mapped, each)
    with system().reading() as view:
        for name in (*names, "STRASSE", "kelvin", "BOB", "ZOË", "nobody", "x\0", "o_her", "%"):
            key = username_key(name)
            found = view.users.named([key, "unknown"])
            expected = sorted(each for each in names if username_key(each) == key)
            assert sorted(each.username for each in found.get(key, ())) == expected
            assert set(found) <= {key}
        many = [username_key(each) for each in names] + [f"n{each}" for each in range(3000)]
        assert sum(map(len, view.users.named(many).values())) == len(names)


def test_courses_are_those_of_the_project_and_other_items_are_kept(mapped: str) -> None:
    first, second = course(mapped, "aid"), course(mapped, "fork")
    plan = Item(PLAN, "p1", "P-1")
    with system().writing() as work:
        work.items.put([plan])
        with pytest.raises(StoreError, match="items of this store are the host's own"):
            work.items.put([plan, Item(COURSE, first)])
    aid = Item(COURSE, first, "aid", "Aid")
    with system().reading() as view:
        assert view.items.get(COURSE, first) == aid
        assert view.items.get(PLAN, "p1") == plan
        known = {ItemRef(COURSE, first), ItemRef(COURSE, second), ItemRef(PLAN, "p1")}
        unknown = {ItemRef(COURSE, id_) for id_ in UNKNOWN}
        assert {*view.items.among(known | unknown)} - (unknown - known) == known
        assert view.items.coded(COURSE, ["aid", "P-1"]) == {"aid": [aid]}
        assert view.items.coded(PLAN, ["aid", "P-1"]) == {"P-1": [plan]}
        assert [each.id for each in view.items.all()] == [*sorted([first, second]), "p1"]
        assert view.items.get(COURSE, f"0{first}") is None


def test_users_are_not_written(mapped: str) -> None:
    with system().writing() as work:
        work.users.put([])
        with pytest.raises(StoreError, match="users of this store are the host's own"):
            work.users.put([User("1", "ada")])


def test_what_users_of_the_project_earn_is_reported_by_their_names(mapped: str) -> None:
    ada, aid = person(mapped, "ada"), course(mapped, "aid")
    with system().writing() as work:
        earning = (Assignment(COURSE, aid, THEN),)
        work.certifications.put([Certification("fa", "First aid", assignments=earning)])
    done = Completion(ada, COURSE, aid, LATER)
    with transaction.atomic(mapped):
        assert awarding.complete(system(), done, at=LATER).decisions["fa"]
    assert reported() == ["ada"]
    get_user_model()._default_manager.using(mapped).all().delete()
    assert reported() == [ada]  # the award of one who is gone is still there
    assert host().find_users("ad") == []


def reported() -> list[str]:
    acting = system()
    with acting.reading() as view:
        rows = reporting.report(acting, view, Report.USERS_CERTIFICATIONS, at=LATER)
        return [row.username for _, row in rows]


def test_users_are_searched_in_their_names(mapped: str) -> None:
    ada, bob = person(mapped, "ada", last_name="Lovelace"), person(mapped, "bob")
    assert list(host().find_users("LOVE")) == [ada]
    assert list(host().find_users("b")) == [bob]


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ({"CERTRULES_HOST": ""}, "certrules.E001"),
        ({"CERTRULES_HOST": "no.such.Host"}, "certrules.E001"),
        ({"CERTRULES_HOST": "certrules.django.Host"}, "certrules.E001"),
        ({"CERTRULES_HOST": "datetime.date"}, "certrules.E001"),
        ({"CERTRULES_HOST": "datetime.timedelta"}, "certrules.E001"),
        ({"USE_TZ": False}, "certrules.E002"),
    ],
)
def test_settings_are_checked(databases: None, setting: dict[str, Any], said: str) -> None:
    assert run_checks() == []
    hosts.host.cache_clear()
    with override_settings(**setting):
        assert [each.id for each in run_checks()] == [said]
    hosts.host.cache_clear()
    assert isinstance(host(), School)


WHOLE_NUMBERS = """
import django
django.setup()
from django.contrib.auth import get_user_model
from django.core.management import call_command
from certrules.django import host
call_command("migrate", verbosity=0)
ada = get_user_model().objects.create(username="ada")
call_command("certrules", "load", "catalog.json", "--format", "json")
words = ["--certification", "fa", "--user", f"id:{ada.pk}", "--always-valid"]
call_command("certrules", "award", *words)
call_command("certrules", "status", "--user", "ADA")
assert (type(ada).__name__, ada.pk, host().find_users("d")) == ("Teacher", 1, ["1"])
"""


def test_keys_may_be_whole_numbers(tmp_path: Path) -> None:
    catalog = '{"certifications": [{"id": "fa", "name": "First aid", "validity": "2 years"}]}'
    (tmp_path / "catalog.json").write_text(catalog)
    settings = {
        "DJANGO_SETTINGS_MODULE": "tests.django.school.settings",
        "PYTHONPATH": os.pathsep.join(sys.path),
        "SCHOOL_FOLDER": str(tmp_path),
        "SCHOOL_USER": "school.Teacher",
    }
    ended = subprocess.run(
        [sys.executable, "-W", "error", "-c", WHOLE_NUMBERS],
        cwd=tmp_path,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert "1 user awarded" in ended.stdout
    assert "ada   First aid      valid" in ended.stdout


def test_a_host_without_delivery_keeps_all_entries(
    mapped: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(School, "deliver", hosts.Host.deliver)
    assert deliver() == 0
