"""Whatever ends an award, a verifier sees it: from the workflow to the published list."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from io import BytesIO
from random import Random

import pytest
from attrs import evolve
from cryptography.hazmat.primitives.asymmetric import ec

from certrules import Award, Item, ManualAward, Source, User
from certrules.badges import statuslist
from certrules.badges.credential import Issuer
from certrules.badges.signing import KeySigner, TrustedKey, sign
from certrules.badges.verifying import Verdict, verify
from certrules.errors import ConflictError, InvalidValueError, NotPermittedError
from certrules.model.awards import AssociationType, ExpiryBasis
from certrules.model.badges import Badge, BadgeState
from certrules.model.catalog import ItemKind
from certrules.model.decisions import Granted
from certrules.model.learning import Completion, RenewalOption
from certrules.model.people import Actor
from certrules.model.policy import Duplicates
from certrules.records import open_records
from certrules.repositories.protocols import Store, Transaction
from certrules.workflows import (
    awarding,
    backfill,
    badges,
    certifications,
    importing,
    lifecycle,
    manual_awards,
    renewal,
)
from certrules.workflows.platform import SYSTEM
from tests.workflows.conftest import acting, day

COURSE = ItemKind.COURSE
ISSUER = Issuer("https://academy.example", "The Academy")
LISTS = "https://academy.example/status/{purpose}/{list}"
SIGNER = KeySigner(ec.derive_private_key(7, ec.SECP256R1()))
TRUSTED = {ISSUER.id: [TrustedKey.from_jwk(SIGNER.header["jwk"])]}
HEADER = (
    "username,certification_code,certification_issue_date,always_valid,certification_expire_date,"
    "type,code\n"
)


@pytest.fixture
def earned(store: Store[Transaction]) -> Store[Transaction]:
    """Ada has earned First aid by course A on day 10, for a year."""
    with store.writing() as transaction:
        first_aid = transaction.certifications.get("fa")
        assert first_aid is not None
        transaction.certifications.put([evolve(first_aid, code="FA")])
        transaction.items.put([Item(COURSE, "A", "A")])
    completed(store, 10)
    return store


def completed(store: Store[Transaction], number: int) -> None:
    """Complete the course, which earns or renews First aid."""
    done = Completion("ada", COURSE, "A", day(number))
    assert awarding.complete(acting(store), done, at=day(number)).decisions["fa"]


def issued(store: Store[Transaction], seed: int = 1) -> tuple[Badge, str]:
    """The badge of what Ada holds now, and its token."""
    draw = Random(seed).randrange  # noqa: S311 - to be the same at every run
    decision = badges.issue(acting(store), "ada", "fa", draw=draw)
    assert isinstance(decision, Granted)
    badge: Badge = decision.effects[0]
    made = badges.credential(acting(store), badge, issuer=ISSUER, lists=LISTS)
    return badge, sign(made, SIGNER)


def seen(store: Store[Transaction], token: str, at: datetime) -> Verdict:
    """What a verifier finds, who is given the lists as they are published now."""
    with store.reading() as view:
        latest, _ = view.badges.places()
    lists = {}
    for number in range(1, latest + 1):
        for purpose in statuslist.PURPOSES:
            url = badges.list_url(LISTS, purpose, number)
            marked = badges.marked(acting(store), number, purpose, at=at)
            made = statuslist.list_credential(
                url, purpose, marked, issuer=ISSUER, at=at, until=at + timedelta(days=7)
            )
            lists[url] = sign(made, SIGNER)
    return verify(token, keys=TRUSTED.get, status=lists.get, at=at).outcome


def held(store: Store[Transaction]) -> Award:
    with store.reading() as view:
        (award,) = (a for a in view.awards.history("ada", "fa") if not a.archived)
    return award


def imported(
    store: Store[Transaction],
    row: str,
    duplicates: Duplicates = Duplicates.REJECT,
    *,
    dry_run: bool = False,
) -> None:
    with open_records(BytesIO((HEADER + row).encode()), zone="UTC") as file:
        report = importing.run(
            acting(store), file, at=day(20), duplicates=duplicates, dry_run=dry_run
        )
    assert report.rows == 1
    assert not report.faults


def renewed(store: Store[Transaction]) -> None:
    assert renewal.start(acting(store), "ada", "fa", RenewalOption(COURSE, "A"), at=day(19))
    completed(store, 20)


def edited(store: Store[Transaction]) -> None:
    shorter = evolve(held(store), expires_at=day(30), basis=ExpiryBasis.DATE)
    assert awarding.edit(acting(store), shorter, at=day(20))


def reassociated(store: Store[Transaction]) -> None:
    by_plan = Source(AssociationType.LEARNING_PLAN, "P")
    assert awarding.edit(acting(store), evolve(held(store), source=by_plan), at=day(20))


def unlinked(store: Store[Transaction]) -> None:
    assert lifecycle.unlink(acting(store), "fa", COURSE, "A", at=day(20))


def unassigned(store: Store[Transaction]) -> None:
    assert lifecycle.unassign(acting(store), "ada", "fa", at=day(20))


def deleted(store: Store[Transaction]) -> None:
    assert lifecycle.delete(acting(store), "fa", at=day(20))


def revoked(store: Store[Transaction]) -> None:
    badges.revoke(acting(store), issued(store)[0].id)


ENDS: dict[str, Callable[[Store[Transaction]], None]] = {
    "renewed": renewed,
    "renewed by an import": lambda store: imported(
        store, "ada,FA,2024-01-15,0,2027-01-01,manual,\n", Duplicates.RENEW
    ),
    "updated by an import": lambda store: imported(
        store, "ada,FA,2024-01-15,0,2027-01-01,manual,\n"
    ),
    "edited by hand": edited,
    "unlinked": unlinked,
    "unassigned": unassigned,
    "deleted with its certification": deleted,
    "revoked": revoked,
}
STAYS = {"renewed", "renewed by an import", "updated by an import", "edited by hand"}


REPLACED = {"renewed", "renewed by an import"}


@pytest.mark.rule("ALL-ROLE-11", "INT-38", "INT-42")
@pytest.mark.parametrize("how", ENDS)
def test_a_verifier_sees_it(earned: Store[Transaction], how: str) -> None:
    badge, token = issued(earned)
    assert seen(earned, token, day(20)) is Verdict.VALID
    ENDS[how](earned)
    replaced = how in REPLACED
    assert seen(earned, token, day(20)) is (Verdict.REPLACED if replaced else Verdict.REVOKED)
    assert badges.marked(acting(earned), badge.status_list, "revocation", at=day(20)) == [
        badge.index
    ]
    messages = badges.marked(acting(earned), badge.status_list, "message", at=day(20))
    assert messages == ([badge.index] if replaced else [])
    page = badges.page(acting(earned), badge.id, at=day(20), issuer=ISSUER.name)
    assert page is not None
    assert page.state is (BadgeState.REPLACED if replaced else BadgeState.REVOKED)


@pytest.mark.parametrize("how", sorted(STAYS))
def test_what_follows_gets_a_badge_of_its_own(earned: Store[Transaction], how: str) -> None:
    former, old = issued(earned)
    ENDS[how](earned)
    latter, new = issued(earned, seed=2)
    assert (former.id, former.index) != (latter.id, latter.index)
    assert latter.award.expires_at == held(earned).expires_at
    former_is = Verdict.REPLACED if how in REPLACED else Verdict.REVOKED
    assert [seen(earned, each, day(20)) for each in (old, new)] == [former_is, Verdict.VALID]


def by_hand_again(store: Store[Transaction]) -> None:
    chosen = ManualAward("fa", day(400), day(500), ExpiryBasis.DATE)
    assert manual_awards.award_all(acting(store), ["ada"], chosen, at=day(400)).awarded == ("ada",)


def renewed_late(store: Store[Transaction]) -> None:
    assert renewal.start(acting(store), "ada", "fa", RenewalOption(COURSE, "A"), at=day(390))
    completed(store, 400)


@pytest.mark.rule("INT-42", "INT-46")
def test_a_badge_counts_until_the_renewal_begins_that_was_imported_in_advance(
    earned: Store[Transaction],
) -> None:
    badge, old = issued(earned)
    begins = day(40)
    row = f"ada,FA,{begins.date()},0,2027-01-01,manual,\n"
    imported(earned, row, Duplicates.RENEW)
    _, new = issued(earned, seed=2)
    just_before = begins - timedelta(seconds=1)
    assert seen(earned, old, just_before) is Verdict.VALID
    assert [seen(earned, each, begins) for each in (old, new)] == [Verdict.REPLACED, Verdict.VALID]
    for at, state in ((just_before, BadgeState.VALID), (begins, BadgeState.REPLACED)):
        page = badges.page(acting(earned), badge.id, at=at, issuer=ISSUER.name)
        assert page
        assert page.state is state


@pytest.mark.rule("ALL-ROLE-11", "INT-46")
def test_the_badge_is_that_of_the_award_which_is_current_when_it_is_asked_for(
    earned: Store[Transaction],
) -> None:
    begins, draw = day(40), Random(1).randrange  # noqa: S311 - to be the same at every run
    imported(earned, f"ada,FA,{begins.date()},0,2027-01-01,manual,\n", Duplicates.RENEW)
    cycles = []
    for at in (begins - timedelta(microseconds=1), begins, begins + timedelta(microseconds=1)):
        decision = badges.issue(acting(earned), "ada", "fa", draw=draw, at=at)
        assert isinstance(decision, Granted)
        badge: Badge = decision.effects[0]
        assert not badges.reissue(
            acting(earned), badge.id, draw=draw, at=day(39 if at >= begins else 40)
        )
        assert badges.reissue(acting(earned), badge.id, draw=draw, at=at)
        cycles.append(badge.cycle)
    assert cycles == [1, 2, 2]


AGAIN: dict[str, Callable[[Store[Transaction]], None]] = {
    "by a renewal": renewed_late,
    "by hand": by_hand_again,
}


@pytest.mark.parametrize("how", AGAIN)
def test_what_had_expired_and_is_earned_again(earned: Store[Transaction], how: str) -> None:
    _, old = issued(earned)
    assert seen(earned, old, day(400)) is Verdict.EXPIRED
    AGAIN[how](earned)
    assert held(earned).issued_at == day(400)
    _, new = issued(earned, seed=2)
    assert seen(earned, new, day(400)) is Verdict.VALID
    assert seen(earned, old, day(400)) is Verdict.REPLACED


def denied(store: Store[Transaction]) -> None:
    with pytest.raises(NotPermittedError):
        lifecycle.unassign(acting(store, Actor("bob")), "ada", "fa", at=day(20))


def outdated(store: Store[Transaction]) -> None:
    stale = evolve(held(store), version=9, expires_at=day(30))
    with pytest.raises(ConflictError):
        awarding.edit(acting(store), stale, at=day(20))


def refused(store: Store[Transaction]) -> None:
    backwards = evolve(held(store), expires_at=day(1), basis=ExpiryBasis.DATE)
    assert not awarding.edit(acting(store), backwards, at=day(20))


def reactivated(store: Store[Transaction]) -> None:
    assert certifications.deactivate(acting(store), "fa", at=day(20))
    _, token = issued(store)
    assert seen(store, token, day(20)) is Verdict.VALID
    assert certifications.activate(acting(store), "fa", at=day(20))


def user_put(store: Store[Transaction], *, active: bool) -> None:
    with store.writing() as transaction:
        transaction.users.put([User("ada", "ada", active=active)])


def back_again(store: Store[Transaction]) -> None:
    user_put(store, active=False)
    user_put(store, active=True)


def cancelled(store: Store[Transaction]) -> None:
    assert renewal.start(acting(store), "ada", "fa", RenewalOption(COURSE, "A"), at=day(19))
    assert renewal.cancel(acting(store), "ada", "fa", at=day(20))


def suspended_for_a_while(store: Store[Transaction]) -> None:
    badge, _ = issued(store)
    badges.suspend(acting(store), badge.id)
    badges.suspend(acting(store), badge.id, suspended=False)


LEAVES: dict[str, Callable[[Store[Transaction]], object]] = {
    "another association": reassociated,
    "an edit that keeps the dates": lambda store: awarding.edit(
        acting(store), evolve(held(store), basis=ExpiryBasis.DATE), at=day(20)
    ),
    "a renewal that is begun": lambda store: renewal.start(
        acting(store), "ada", "fa", RenewalOption(COURSE, "A"), at=day(19)
    ),
    "a renewal that is cancelled": cancelled,
    "a preview of deleting": lambda store: lifecycle.delete(
        acting(store), "fa", at=day(20), dry_run=True
    ),
    "a preview of unlinking": lambda store: lifecycle.unlink(
        acting(store), "fa", COURSE, "A", at=day(20), dry_run=True
    ),
    "a dry run of an import": lambda store: imported(
        store, "ada,FA,2024-01-15,0,2027-01-01,manual,\n", Duplicates.RENEW, dry_run=True
    ),
    "unlinking another item": lambda store: lifecycle.unlink(
        acting(store), "fa", ItemKind.LEARNING_PLAN, "P", at=day(20)
    ),
    "deleting another certification": lambda store: lifecycle.delete(
        acting(store), "conduct", at=day(20)
    ),
    "deactivating the certification, and activating it": reactivated,
    "deactivating the user, and activating them": back_again,
    "somebody who may not": denied,
    "an edit of what has changed since": outdated,
    "an edit that is refused": refused,
    "completing it again": lambda store: awarding.complete(
        acting(store), Completion("ada", COURSE, "A", day(20)), at=day(20)
    ),
    "issuing predated awards": lambda store: backfill.issue_predated(
        acting(store), "fa", since=None, at=day(20)
    ),
    "issuing the badge again": issued,
    "a suspension that is lifted": suspended_for_a_while,
}


@pytest.mark.rule("INT-38")
@pytest.mark.parametrize("how", LEAVES)
def test_what_ends_no_award_ends_no_badge(earned: Store[Transaction], how: str) -> None:
    badge, token = issued(earned)
    LEAVES[how](earned)
    assert seen(earned, token, day(20)) is Verdict.VALID
    assert badges.marked(acting(earned), badge.status_list, "revocation", at=day(20)) == []
    assert issued(earned, seed=2)[0] == badge


@pytest.mark.rule("INT-38")
def test_a_first_import_of_the_dates_of_an_award_by_hand_ends_no_badge(
    store: Store[Transaction],
) -> None:
    by_hand_award = Award("ada", "fa", day(15), day(500), ExpiryBasis.DATE)
    with store.writing() as transaction:
        first_aid = transaction.certifications.get("fa")
        assert first_aid is not None
        transaction.certifications.put([evolve(first_aid, code="FA")])
        transaction.items.put([Item(COURSE, "A", "A")])
        transaction.awards.add([by_hand_award])
    badge, token = issued(store)
    issue, expiry = (instant.date().isoformat() for instant in (day(15), day(500)))
    imported(store, f"ada,FA,{issue},0,{expiry},course,A\n")
    assert (held(store).version, held(store).identity) == (2, by_hand_award.identity)
    assert seen(store, token, day(20)) is Verdict.VALID
    assert issued(store, seed=2)[0] == badge


@pytest.mark.parametrize("duplicates", Duplicates)
def test_the_same_record_again_ends_no_badge(
    earned: Store[Transaction], duplicates: Duplicates
) -> None:
    record = "ada,FA,2024-01-15,0,2027-01-01,course,A\n"
    imported(earned, record, duplicates)
    _, token = issued(earned)
    imported(earned, record, duplicates)
    assert seen(earned, token, day(20)) is Verdict.VALID


def test_what_is_revoked_by_hand_is_not_issued_again_until_the_award_changes(
    earned: Store[Transaction],
) -> None:
    badge, old = issued(earned)
    badges.revoke(acting(earned), badge.id)
    badges.revoke(acting(earned), badge.id)
    for actor in (SYSTEM, Actor("ada")):
        refused = badges.issue(acting(earned, actor), "ada", "fa", draw=lambda _: 0)
        assert (
            str(refused.reasons[0]) == "the badge of this award was revoked for ever (ALL-ROLE-11)"
        )
    renewed(earned)
    latter, new = issued(earned, seed=2)
    assert not latter.revoked
    assert [seen(earned, each, day(20)) for each in (old, new)] == [Verdict.REVOKED, Verdict.VALID]


def test_a_badge_is_issued_anew_by_an_administrator(earned: Store[Transaction]) -> None:
    badge, old = issued(earned)
    draw = Random(2).randrange  # noqa: S311 - to be the same at every run
    with pytest.raises(NotPermittedError):
        badges.reissue(acting(earned, Actor("ada")), badge.id, draw=draw)
    assert seen(earned, old, day(20)) is Verdict.VALID
    assert badges.reissue(acting(earned), badge.id, draw=draw)
    latter, new = issued(earned, seed=3)
    assert (latter.cycle, latter.id == badge.id) == (badge.cycle, False)
    assert [seen(earned, each, day(20)) for each in (old, new)] == [Verdict.REVOKED, Verdict.VALID]
    badges.revoke(acting(earned), latter.id)
    assert badges.reissue(acting(earned), latter.id, draw=draw)
    assert not issued(earned)[0].revoked
    with pytest.raises(InvalidValueError, match="badge"):
        badges.reissue(acting(earned), "nothing", draw=draw)


@pytest.mark.parametrize(
    ("end", "why"),
    [(unassigned, "the user holds no award"), (deleted, "there is no such certification")],
)
def test_what_has_ended_is_not_issued_anew(
    earned: Store[Transaction], end: Callable[[Store[Transaction]], None], why: str
) -> None:
    badge, old = issued(earned)
    end(earned)
    refused = badges.reissue(acting(earned), badge.id, draw=lambda _: 0)
    assert not refused
    assert why in refused.reasons[0].text
    assert seen(earned, old, day(20)) is Verdict.REVOKED


def test_only_the_badge_of_the_award_held_is_issued_anew(earned: Store[Transaction]) -> None:
    former, _ = issued(earned)
    draw = Random(2).randrange  # noqa: S311 - to be the same at every run
    assert badges.reissue(acting(earned), former.id, draw=draw)
    latter, token = issued(earned)
    why = "the user holds no award of which this is the badge now (ALL-ROLE-11)"
    assert [str(each) for each in badges.reissue(acting(earned), former.id, draw=draw).reasons] == [
        why
    ]
    assert seen(earned, token, day(20)) is Verdict.VALID
    edited(earned)
    assert [str(each) for each in badges.reissue(acting(earned), latter.id, draw=draw).reasons] == [
        why
    ]
    with earned.reading() as view:
        assert view.badges.current("ada", "fa", latter.cycle) is None
    renewed(earned)
    _, token = issued(earned, seed=3)
    assert not badges.reissue(acting(earned), latter.id, draw=draw)
    assert seen(earned, token, day(20)) is Verdict.VALID


@pytest.mark.rule("INT-38")
@pytest.mark.parametrize("withdrawn", [False, True])
def test_a_badge_of_other_dates_than_the_award_has_is_revoked_and_another_issued(
    earned: Store[Transaction], withdrawn: bool
) -> None:
    former, old = issued(earned)
    if withdrawn:
        badges.revoke(acting(earned), former.id)
    award = held(earned)
    other = evolve(award, issued_at=day(12))
    with earned.writing() as transaction:
        transaction.awards.remove([award])
        transaction.awards.add([other])
    latter, new = issued(earned, seed=2)
    assert (latter.award.identity, latter.cycle) == (other.identity, former.cycle)
    assert [seen(earned, each, day(20)) for each in (old, new)] == [Verdict.REVOKED, Verdict.VALID]


def test_a_refusal_revokes_nothing(earned: Store[Transaction]) -> None:
    _, token = issued(earned)
    award = held(earned)
    with earned.writing() as transaction:
        transaction.awards.remove([award])
        transaction.awards.add([evolve(award, expires_at=day(1), basis=ExpiryBasis.DATE)])
    assert not badges.issue(acting(earned), "ada", "fa", draw=lambda _: 0)
    assert seen(earned, token, day(20)) is Verdict.VALID


def test_what_was_revoked_by_hand_stays_so_when_its_award_is_edited(
    earned: Store[Transaction],
) -> None:
    badge, old = issued(earned)
    badges.revoke(acting(earned), badge.id)
    edited(earned)
    badges.revoke(acting(earned), badge.id)
    latter, new = issued(earned, seed=2)
    assert (latter.id, latter.cycle) != (badge.id, badge.cycle)
    assert [seen(earned, each, day(20)) for each in (old, new)] == [Verdict.REVOKED, Verdict.VALID]


def test_a_verifier_sees_a_suspension_until_it_is_lifted(earned: Store[Transaction]) -> None:
    badge, token = issued(earned)
    badges.suspend(acting(earned), badge.id)
    assert seen(earned, token, day(20)) is Verdict.SUSPENDED
    badges.suspend(acting(earned), badge.id, suspended=False)
    assert seen(earned, token, day(20)) is Verdict.VALID
    badges.suspend(acting(earned), badge.id)
    badges.revoke(acting(earned), badge.id)
    assert seen(earned, token, day(20)) is Verdict.REVOKED


def test_each_list_tells_of_its_own(
    earned: Store[Transaction], monkeypatch: pytest.MonkeyPatch
) -> None:
    seven_a_list = partial(statuslist.allot, size=7)
    monkeypatch.setattr(statuslist, "allot", seven_a_list)
    tokens: dict[int, str] = {}
    for seed in range(20):
        longer = evolve(held(earned), expires_at=day(30 + seed), basis=ExpiryBasis.DATE)
        assert awarding.edit(acting(earned), longer, at=day(20))
        with suppress(ConflictError):
            badge, token = issued(earned, seed)
            tokens[badge.status_list] = token
    assert lifecycle.unassign(acting(earned), "ada", "fa", at=day(20))
    assert sorted(tokens) == [1, 2, 3]
    assert {seen(earned, each, day(20)) for each in tokens.values()} == {Verdict.REVOKED}
