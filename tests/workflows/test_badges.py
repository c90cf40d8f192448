"""Badges of awards: issued once, revoked with their award, and shown as they stand."""

from functools import partial
from random import Random
from typing import Any
from uuid import UUID

import pytest
from attrs import evolve

from certrules import Award, User
from certrules.badges import statuslist
from certrules.badges.credential import Issuer
from certrules.badges.sharing import Page
from certrules.errors import InvalidValueError, NotPermittedError
from certrules.model.badges import Badge, BadgeState
from certrules.model.catalog import ItemKind
from certrules.model.decisions import Granted
from certrules.model.effects import Effect, IssueAward
from certrules.model.learning import Completion, RenewalOption
from certrules.model.people import Actor
from certrules.repositories.protocols import Store, Transaction
from certrules.rules import consequences
from certrules.workflows import awarding, badges, lifecycle, renewal
from certrules.workflows.effects import apply
from tests.workflows.conftest import acting, day

COURSE = ItemKind.COURSE
LISTS = "https://academy.example/status/{purpose}/{list}"
AWARD = Award("ada", "fa", day(10), day(376))


@pytest.fixture
def awarded(store: Store[Transaction]) -> Store[Transaction]:
    """Ada has First aid."""
    with store.writing() as transaction:
        transaction.awards.add([AWARD])
    return store


def issue(store: Store[Transaction], user_id: str = "ada", seed: int = 1) -> Badge:
    draw = Random(seed).randrange  # noqa: S311 - to be the same at every run
    decision = badges.issue(acting(store), user_id, "fa", draw=draw)
    assert isinstance(decision, Granted)
    badge: Badge = decision.effects[0]
    return badge


def known(store: Store[Transaction], badge: Badge) -> Badge:
    with store.reading() as view:
        found = view.badges.get(badge.id)
    assert found is not None
    return found


@pytest.mark.rule("ALL-ROLE-11")
def test_a_badge_is_issued_once_with_the_dates_of_its_award(awarded: Store[Transaction]) -> None:
    badge = issue(awarded)
    assert (badge.user_id, badge.certification_id, badge.cycle) == ("ada", "fa", 1)
    assert (badge.issued_at, badge.expires_at) == (day(10), day(376))
    assert badge.award == AWARD
    assert issue(awarded, seed=2) == badge == known(awarded, badge)


@pytest.mark.rule("INT-42")
def test_an_id_is_random(awarded: Store[Transaction]) -> None:
    with awarded.writing() as transaction:
        transaction.awards.add([evolve(AWARD, user_id="bob")])
    ids = [UUID(issue(awarded, user, seed).id) for user, seed in (("ada", 1), ("bob", 2))]
    assert ids[0] != ids[1]
    assert {each.version for each in ids} == {4}


def test_an_index_is_never_given_out_twice_and_a_full_list_is_left(
    awarded: Store[Transaction], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statuslist, "allot", partial(statuslist.allot, size=4))
    monkeypatch.setattr(statuslist, "SIZE", 4)
    people = [f"u{number}" for number in range(9)]
    with awarded.writing() as transaction:
        transaction.users.put(User(each, each) for each in people)
        transaction.awards.add([evolve(AWARD, user_id=each) for each in people])
    places = [
        (badge.status_list, badge.index)
        for number, each in enumerate(people)
        for badge in (issue(awarded, each, seed=number),)
    ]
    assert len(set(places)) == 9
    assert [number for number, _ in places] == [1] * 4 + [2] * 4 + [3]


def test_who_holds_nothing_gets_no_badge(store: Store[Transaction]) -> None:
    refused = badges.issue(acting(store), "ada", "fa", draw=lambda _: 0)
    assert str(refused.reasons[0]) == "the user does not hold the certification (ALL-ROLE-11)"
    with store.writing() as transaction:
        transaction.awards.add([AWARD.archive(day(20))])
    assert not badges.issue(acting(store), "ada", "fa", draw=lambda _: 0)
    with pytest.raises(InvalidValueError, match="user"):
        badges.issue(acting(store), "nobody", "fa", draw=lambda _: 0)
    with pytest.raises(InvalidValueError, match="certification"):
        badges.issue(acting(store), "ada", "nothing", draw=lambda _: 0)


@pytest.mark.rule("INT-08")
def test_an_award_that_expires_before_it_is_issued_gets_no_badge(store: Store[Transaction]) -> None:
    with store.writing() as transaction:
        transaction.awards.add([evolve(AWARD, expires_at=day(9))])
    refused = badges.issue(acting(store), "ada", "fa", draw=lambda _: 0)
    assert str(refused.reasons[0]) == (
        "the award expires before it is issued, which no badge can say (INT-08)"
    )
    with store.reading() as view:
        assert view.badges.places() == (1, set())


@pytest.mark.rule("ALL-ROLE-08")
def test_a_badge_is_for_its_recipient(awarded: Store[Transaction]) -> None:
    with pytest.raises(NotPermittedError):
        badges.issue(acting(awarded, Actor("bob")), "ada", "fa", draw=lambda _: 0)
    assert badges.issue(acting(awarded, Actor("ada")), "ada", "fa", draw=lambda _: 0)


@pytest.mark.rule("INT-38")
@pytest.mark.parametrize(
    "effects",
    [
        (*consequences.removed([AWARD], (), day(20)),),
        consequences.archived(AWARD, day(20)),
        consequences.edited(evolve(AWARD, expires_at=day(500), version=2)),
    ],
    ids=["removed", "archived", "edited"],
)
def test_a_badge_is_revoked_with_its_award(
    awarded: Store[Transaction], effects: tuple[Effect, ...]
) -> None:
    badge = issue(awarded)
    with awarded.writing() as transaction:
        apply(transaction, effects)
    assert known(awarded, badge) == evolve(badge, revoked=True)
    assert badges.marked(acting(awarded), badge.status_list, "revocation", at=day(20)) == [
        badge.index
    ]
    assert badges.marked(acting(awarded), badge.status_list, "suspension", at=day(20)) == []


@pytest.mark.rule("INT-42")
def test_renewing_revokes_the_former_badge_and_the_new_award_gets_another(
    store: Store[Transaction],
) -> None:
    done = Completion("ada", COURSE, "A", day(10))
    awarding.complete(acting(store), done, at=day(10))
    old = issue(store)
    renewal.start(acting(store), "ada", "fa", RenewalOption(COURSE, "A"), at=day(100))
    assert not known(store, old).revoked
    awarding.complete(acting(store), evolve(done, completed_at=day(120)), at=day(120))
    new = issue(store, seed=2)
    assert known(store, old).revoked
    assert (new.cycle, new.issued_at) == (2, day(120))
    assert badges.marked(acting(store), 1, "revocation", at=day(120)) == [old.index]
    assert badges.marked(acting(store), 1, "message", at=day(120)) == [old.index]


def test_deleting_a_certification_revokes_every_badge_of_it(awarded: Store[Transaction]) -> None:
    badge = issue(awarded)
    assert lifecycle.delete(acting(awarded), "fa", at=day(20))
    assert known(awarded, badge).revoked
    page = badges.page(acting(awarded), badge.id, at=day(20), issuer="The Academy")
    assert page is not None
    assert (page.state, page.certification) == (BadgeState.REVOKED, "fa")


def test_an_award_that_is_given_back_gets_a_badge_of_its_own(awarded: Store[Transaction]) -> None:
    former = issue(awarded)
    with awarded.writing() as transaction:
        apply(transaction, consequences.removed([AWARD], (), day(20)))
        apply(transaction, [IssueAward(AWARD)])
    latter = issue(awarded, seed=2)
    assert latter.id != former.id
    assert latter.index != former.index
    assert (known(awarded, former).revoked, latter.revoked) == (True, False)


def test_a_suspension_is_lifted_and_a_revocation_is_not(awarded: Store[Transaction]) -> None:
    badge = issue(awarded)
    badges.suspend(acting(awarded), badge.id)
    assert badges.marked(acting(awarded), 1, "suspension", at=day(20)) == [badge.index]
    badges.suspend(acting(awarded), badge.id, suspended=False)
    assert known(awarded, badge) == badge
    badges.revoke(acting(awarded), badge.id)
    badges.revoke(acting(awarded), badge.id)
    assert known(awarded, badge).revoked
    for change in (badges.suspend, badges.revoke):
        with pytest.raises(InvalidValueError, match="badge"):
            change(acting(awarded), "nothing")
    with pytest.raises(InvalidValueError, match="purpose"):
        badges.marked(acting(awarded), 1, "refresh", at=day(20))


@pytest.mark.rule("INT-42")
def test_what_the_verification_page_tells(awarded: Store[Transaction]) -> None:
    badge = issue(awarded)
    with awarded.writing() as transaction:
        known = transaction.certifications.get("fa")
        assert known is not None
        told = evolve(known, skills=("CPR",), completion_criteria="Pass the test.")
        transaction.certifications.put([told])
    assert badges.page(acting(awarded), badge.id, at=day(20), issuer="The Academy") == Page(
        recipient="ada",
        certification="First aid",
        issuer="The Academy",
        state=BadgeState.VALID,
        at=day(20),
        issued_at=badge.issued_at,
        expires_at=badge.expires_at,
        skills=("CPR",),
        criteria="Pass the test.",
        id=f"urn:uuid:{badge.id}",
    )
    assert badges.page(acting(awarded), "1", at=day(20), issuer="The Academy") is None


def test_a_person_is_shown_by_their_name(awarded: Store[Transaction]) -> None:
    badge = issue(awarded)
    with awarded.writing() as transaction:
        transaction.users.put([User("ada", "ada", "Ada", "Lovelace")])
    page = badges.page(acting(awarded), badge.id, at=day(20), issuer="The Academy")
    assert page is not None
    assert page.recipient == "Ada Lovelace"


def test_an_email_address_is_never_shown(awarded: Store[Transaction]) -> None:
    badge = issue(awarded)
    with awarded.writing() as transaction:
        transaction.users.put([User("ada", "ada@x.example")])
    page = badges.page(acting(awarded), badge.id, at=day(20), issuer="The Academy")
    assert page is not None
    assert page.recipient == "ada"
    with awarded.writing() as transaction:
        transaction.users.put([User("bob@x.example", "bob@x.example")])
        transaction.awards.add([evolve(AWARD, user_id="bob@x.example")])
    nameless = issue(awarded, "bob@x.example", seed=2)
    page = badges.page(acting(awarded), nameless.id, at=day(20), issuer="The Academy")
    assert page is not None
    assert page.recipient == "Name not given"


def test_the_credential_names_a_bit_of_each_list(awarded: Store[Transaction]) -> None:
    badge = issue(awarded)
    issuer = Issuer("https://academy.example", "The Academy")
    entries = badges.credential(acting(awarded), badge, issuer=issuer, lists=LISTS)[
        "credentialStatus"
    ]
    assert entries == [
        statuslist.entry(f"https://academy.example/status/{purpose}/1", purpose, badge.index)
        for purpose in statuslist.PURPOSES
    ]
    assert "credentialStatus" not in badges.credential(acting(awarded), badge, issuer=issuer)


@pytest.mark.parametrize(
    "lists",
    [
        "https://academy.example/status",
        "https://academy.example/{purpose}",
        "https://academy.example/{list}",
        "https://academy.example/{purpose}/{list}/{issuer}",
        "https://academy.example/{purpose}/{list}\n",
        "https://academy.example/#{purpose}/{list}",
        "https://academy.example/{li{purpose}st}",
        "https://{purpose}/{list}",
        "https://x:99999/{purpose}/{list}",
        "http://[::1/{purpose}/{list}",
        "ftp://academy.example/{purpose}/{list}",
        "{purpose}/{list}",
        "",
    ],
)
def test_each_status_list_has_a_url_of_its_own(awarded: Store[Transaction], lists: str) -> None:
    badge = issue(awarded)
    issuer = Issuer("https://academy.example", "The Academy")
    with pytest.raises(InvalidValueError, match="lists"):
        badges.list_url(lists, "revocation", 1)
    with pytest.raises(InvalidValueError, match="lists"):
        badges.credential(acting(awarded), badge, issuer=issuer, lists=lists)


def test_a_list_is_named_by_its_purpose_and_number() -> None:
    for purpose in ("x", "", "../revocation"):
        with pytest.raises(InvalidValueError, match="purpose"):
            badges.list_url(LISTS, purpose, 1)
    number: Any
    for number in (0, -1, "../x", None):
        with pytest.raises(InvalidValueError, match="status list"):
            badges.list_url(LISTS, "revocation", number)
