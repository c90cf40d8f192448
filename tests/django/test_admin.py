"""The admin: what it shows, finds, awards and takes away, by the rules."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from sqlalchemy import event

from certrules import (
    Assignment,
    Award,
    Certification,
    Completion,
    Item,
    ItemKind,
    User,
    Validity,
)
from certrules.django import models, system
from certrules.django.store import _engine
from certrules.model.learning import RenewalOption
from certrules.workflows import awarding, renewal
from tests.django.school.certifications import School

NOW = datetime.now(UTC)
THEN = datetime(2024, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
PEOPLE = get_user_model()._default_manager


@pytest.fixture
def client(school: type[School]) -> Client:
    """The browser of an administrator, and something to see."""
    earning = (Assignment(ItemKind.COURSE, "c1", THEN),)
    with system().writing() as work:
        work.users.put(
            [User("1", "ada", "Ada", "Lovelace"), User("2", "Zoë"), User("3", "off", active=False)]
        )
        work.items.put([Item(ItemKind.COURSE, "c1", "C-1", "Course")])
        work.certifications.put(
            [
                Certification(
                    "fa",
                    "First aid",
                    "FIRST-AID",
                    validity=Validity.parse("2 years"),
                    assignments=earning,
                    retake=True,
                ),
                Certification("fo", "Forklift <b>"),
            ]
        )
        work.awards.add(
            [
                Award("1", "fo", NOW - DAY, NOW, archived_at=NOW),
                Award("1", "fo", NOW - DAY, NOW + 9 * DAY, cycle=2),
                Award("2", "fo", NOW - 9 * DAY, NOW - DAY),
                Award("9", "lost", NOW + DAY, None),
            ]
        )
    return browser("root", is_superuser=True)


def browser(name: str, *permitted: str, is_superuser: bool = False) -> Client:
    PEOPLE.filter(username=name).delete()
    person: Any = PEOPLE.create(username=name, is_staff=True, is_superuser=is_superuser)
    person.user_permissions.set(Permission.objects.filter(codename__in=permitted))
    made = Client(raise_request_exception=True)
    made.force_login(person)
    return made


def shown(client: Client, path: str) -> str:
    answer = client.get(f"/admin/certrules/{path}")
    assert answer.status_code == 200
    return answer.content.decode()


def found(client: Client, query: str) -> list[str]:
    answer: Any = client.get(f"/admin/certrules/award/?{query}")
    return sorted(
        f"{each.user_id}{each.certification_id}{each.cycle}"
        for each in answer.context_data["cl"].result_list
    )


def row(user_id: str, certification_id: str, cycle: int = 1) -> int:
    rows = models.Award._default_manager.using(School.using)
    return int(rows.get(user_id=user_id, certification_id=certification_id, cycle=cycle).pk)


def history(user_id: str, certification_id: str) -> int:
    with system().reading() as view:
        return len(view.awards.history(user_id, certification_id))


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("", ["1fo1", "1fo2", "2fo1", "9lost1"]),
        ("q=LOVELACE", ["1fo1", "1fo2"]),
        ("q=zoë+forklift", ["2fo1"]),
        ("q=zoë+lovelace", []),
        ("q=9", ["9lost1"]),
        ("status=archived", ["1fo1"]),
        ("status=valid", ["1fo2"]),
        ("status=expired", ["2fo1"]),
        ("status=not+yet+valid", ["9lost1"]),
        ("certification_id=fo&status=valid", ["1fo2"]),
        ("source_type=course", []),
        ("o=3.-4", ["1fo1", "1fo2", "2fo1", "9lost1"]),
    ],
)
def test_awards_are_found_by_names_and_status(client: Client, query: str, keys: list[str]) -> None:
    assert found(client, query) == keys


def test_a_word_in_too_many_names_is_said_to_be(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("certrules.django.admin.MOST_USERS", 1)
    assert "More than 1 users are called o: say more." in shown(client, "award/?q=o")


def test_a_list_shows_names_dates_and_status(client: Client) -> None:
    page = shown(client, "award/")
    for text in ("ada", "Zoë", "Forklift &lt;b&gt;", "lost", "never", "valid", "expired"):
        assert text in page
    assert "<b>" not in page.replace("<b>Show", "")


def test_a_longer_list_asks_nothing_more_of_the_store(client: Client) -> None:
    asked: list[str] = []
    engine = _engine(School.using)

    def count(*values: object) -> None:
        asked.append(str(values[2]))

    event.listen(engine, "before_cursor_execute", count)
    shown(client, "award/?q=9")
    few = len(asked)
    shown(client, "award/")
    event.remove(engine, "before_cursor_execute", count)
    assert len(asked) == 2 * few


@pytest.mark.parametrize(
    ("path", "texts"),
    [
        ("award/{award}/change/", ["Zoë: Forklift &lt;b&gt;, cycle 1", "expired", "manual"]),
        ("certification/?q=aid", ["First aid", "FIRST-AID", "2 years", "1 result"]),
        ("certification/fa/change/", ["First aid", "c1", "2 years"]),
        ("event/", ["award.issued", "Zoë"]),
        ("event/?delivered=no", ["0 outbox entries"]),
        ("event/?delivered=yes&q=zo", ["2 outbox entries"]),
        ("renewal/", ["Zoë", "open"]),
    ],
)
def test_pages_show_what_there_is(client: Client, path: str, texts: list[str]) -> None:
    done = Completion("2", ItemKind.COURSE, "c1", THEN + DAY)
    awarding.complete(system(), done, at=done.completed_at)
    assert renewal.start(system(), "2", "fa", RenewalOption(ItemKind.COURSE, "c1"), at=NOW)
    page = shown(client, path.format(award=row("2", "fo")))
    for text in texts:
        assert text in page


def test_an_award_is_given_by_hand(client: Client) -> None:
    given = {
        "user": "ada",
        "certification": "fa",
        "issued_on": "2024-02-29",
        "expires_on": "2026-02-28",
    }
    answer = client.post("/admin/certrules/award/add/", given, follow=True)
    assert "ada: First aid (FIRST-AID), cycle 1” was added" in answer.content.decode()
    with system().reading() as view:
        (award,) = view.awards.history("1", "fa")
    assert award.issued_at == datetime(2024, 2, 28, 23, tzinfo=UTC)
    assert award.expires_at == datetime(2026, 2, 27, 23, tzinfo=UTC)
    assert School.delivered  # its event
    always = {
        "user": "id:2",
        "certification": "fa",
        "issued_on": "2024-02-29",
        "always_valid": "on",
    }
    assert client.post("/admin/certrules/award/add/", always).status_code == 302
    assert history("2", "fa") == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"user": "nobody"}, "there is no user &#x27;nobody&#x27;"),
        ({"user": "off"}, "off is deactivated"),
        ({"certification": "fo"}, "holds the certification already"),
        ({"always_valid": ""}, "Either give the day on which it expires"),
        ({"expires_on": "2025-01-01"}, "Either give the day on which it expires"),
        ({"issued_on": "tomorrow"}, "Enter a valid date"),
        ({"certification": "gone"}, "Select a valid choice"),
        ({"expires_on": "2020-01-01", "always_valid": ""}, "before"),
    ],
)
def test_what_cannot_be_awarded_is_an_error_of_the_form(
    client: Client, change: dict[str, str], said: str
) -> None:
    given = {"user": "ada", "certification": "fa", "issued_on": "2024-02-29", "always_valid": "on"}
    answer = client.post("/admin/certrules/award/add/", given | change)
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert history("1", "fa") == 0
    assert history("1", "fo") == 2


def test_a_certification_is_taken_away_with_its_history(client: Client) -> None:
    path = f"/admin/certrules/award/{row('1', 'fo', 2)}/delete/"
    asked = client.get(path).content.decode()
    assert "Awards: 2" in asked
    assert "Forklift &lt;b&gt;: the archived award of ada" in asked
    assert client.post(path, {"post": "yes"}).status_code == 302
    assert history("1", "fo") == 0
    assert history("2", "fo") == 1


def test_several_are_taken_away_at_once(client: Client) -> None:
    chosen = {
        "action": "delete_selected",
        "_selected_action": [row("1", "fo"), row("1", "fo", 2), row("9", "lost")],
    }
    assert "Awards: 3" in client.post("/admin/certrules/award/", chosen).content.decode()
    client.post("/admin/certrules/award/", {**chosen, "post": "yes"})
    assert (history("1", "fo"), history("9", "lost"), history("2", "fo")) == (0, 0, 1)
    logged = {str(each.object_repr) for each in LogEntry.objects.all()}
    assert "ada: Forklift <b>, cycle 2" in logged


def test_django_s_permissions_hold(client: Client) -> None:
    looking = browser("looking", "view_award")
    assert found(looking, "") == ["1fo1", "1fo2", "2fo1", "9lost1"]
    one = row("1", "fo", 2)
    paths = ["award/add/", f"award/{one}/delete/", "certification/", "event/", "renewal/"]
    assert [looking.get(f"/admin/certrules/{each}").status_code for each in paths] == [403] * 5
    change = {"version": "7"}
    assert looking.post(f"/admin/certrules/award/{one}/change/", change).status_code == 403
    superuser = [f"certification/{each}" for each in ("add/", "fa/delete/")]
    assert [client.get(f"/admin/certrules/{each}").status_code for each in superuser] == [403] * 2


def test_users_of_the_project_are_awarded_and_found_by_their_names(mapped: str) -> None:
    ada = PEOPLE.using(mapped).create(username="Ada", last_name="Lovelace")
    with system().writing() as work:
        work.certifications.put([Certification("fa", "First aid")])
    administrator = browser("root", is_superuser=True)
    given = {"user": " ada", "certification": "fa", "issued_on": "2024-02-29", "always_valid": "on"}
    answer = administrator.post("/admin/certrules/award/add/", given, follow=True)
    assert "Ada: First aid, cycle 1” was added" in answer.content.decode()
    assert found(administrator, "q=lovelace") == [f"{ada.pk}fa1"]
    assert found(administrator, "q=nobody") == []
    PEOPLE.using(mapped).filter(pk=ada.pk).delete()
    assert str(ada.pk) in shown(administrator, f"award/?q={ada.pk}")
