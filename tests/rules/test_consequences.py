"""Badges, notices and renewals never outlive their award; a new award is issued and told once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from certrules import Award, ItemKind, Renewal, RenewalOption
from certrules.errors import NaiveDatetimeError
from certrules.model.effects import (
    ArchiveAward,
    CancelNotices,
    CancelOutdatedNotices,
    CloseRenewal,
    ForgetNotices,
    IssueAward,
    Notify,
    RemoveAward,
    ReopenRenewal,
    ReplaceAward,
    RevokeBadge,
    RevokeOutdatedBadge,
)
from certrules.model.learning import RenewalState
from certrules.model.notices import Event, EventKind
from certrules.rules import consequences

BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
AT = datetime(2024, 7, 1, tzinfo=UTC)


def award(user_id: str = "ada", **fields: Any) -> Award:
    return Award(user_id, "fa", BEGIN, None, **fields)


def renewal(user_id: str, started_at: datetime = BEGIN) -> Renewal:
    return Renewal(user_id, "fa", 1, 1, started_at, RenewalOption(ItemKind.COURSE, "c1"))


def news(kind: EventKind, award: Award) -> Notify:
    return Notify(Event(kind, award.user_id, "fa", award.cycle, AT))


@pytest.mark.rule("DOC-AWARD-02", "INT-35")
def test_a_first_award_is_issued_and_nothing_is_archived() -> None:
    expected = IssueAward(award()), news(EventKind.ISSUED, award())
    assert consequences.issued(award(), None, None, AT) == expected


@pytest.mark.rule("DOC-AWARD-02", "DOC-RENEW-14", "INT-23", "INT-35", "INT-42")
def test_an_award_is_issued_after_the_one_in_whose_place_it_stands_is_archived() -> None:
    held, new = award(), award(cycle=2)
    assert consequences.issued(new, held, None, AT) == (
        ArchiveAward(held.archive(AT)),
        CancelNotices(held.key),
        RevokeBadge(held.key),
        IssueAward(new),
        news(EventKind.ISSUED, new),
    )


@pytest.mark.rule("INT-12b")
@pytest.mark.parametrize("held", [award(), None])
def test_an_award_closes_the_renewal_of_the_one_that_it_replaces(held: Award | None) -> None:
    opened = renewal("ada")
    *_, closed, told = consequences.issued(award(cycle=2), held, opened, AT)
    assert closed == CloseRenewal(opened.close(RenewalState.REPLACED, AT))
    assert told == news(EventKind.ISSUED, award(cycle=2))
    (why,) = consequences.replaced(opened)
    assert str(why) == (
        "the renewal started on 2024-01-01 00:00 UTC is closed: another award takes the place of "
        "the one that it was to renew (INT-12b)"
    )
    assert consequences.replaced(None) == ()


@pytest.mark.rule("DOC-AWARD-09", "INT-23", "INT-42")
def test_of_an_edited_award_only_what_is_outdated_goes() -> None:
    new = award(version=2)
    expected = ReplaceAward(new), CancelOutdatedNotices(new), RevokeOutdatedBadge(new)
    assert consequences.edited(new) == expected


@pytest.mark.rule("DOC-AWARD-10", "DOC-DELETE-02", "INT-20", "INT-23", "INT-42")
def test_removed_awards_take_their_notices_badges_and_open_renewals_along_in_order() -> None:
    first, second, bobs = award(), award(cycle=2), award("bob")
    early, late, other = renewal("ada"), renewal("ada", AT), renewal("bob")
    done = evolve(early, state=RenewalState.COMPLETED, closed_at=AT)

    removed = [*consequences.removed([bobs, second, first], [other, late, done, early], AT)]

    assert removed == [
        effect
        for each in (first, second, bobs)
        for effect in (
            RemoveAward(each),
            CancelNotices(each.key),
            ForgetNotices(each.key),
            RevokeBadge(each.key),
            news(EventKind.REMOVED, each),
        )
    ] + [CloseRenewal(each.close(RenewalState.CANCELLED, AT)) for each in (early, late, other)]


def test_a_naive_instant_is_a_mistake_of_the_caller_even_if_nothing_is_removed() -> None:
    with pytest.raises(NaiveDatetimeError):
        list(consequences.removed([], [], datetime(2024, 7, 1)))  # noqa: DTZ001


@pytest.mark.rule("INT-46")
@pytest.mark.parametrize("before", [-1, 0, 1])
def test_removed_before_it_begins_an_award_leaves_current_the_one_that_it_was_to_replace(
    before: int,
) -> None:
    begins = AT + timedelta(microseconds=before)
    held, new = award().archive(begins), evolve(award(cycle=2), issued_at=begins)
    current = evolve(held, archived_at=None, version=3)
    restored = list(consequences.restored((award("bob").archive(begins), held), [new], AT))
    assert restored == ([ReplaceAward(current), news(EventKind.CHANGED, current)] * (before > 0))


@pytest.mark.rule("INT-46")
def test_of_two_awards_in_advance_the_one_that_stays_is_what_replaces() -> None:
    first, second = AT + timedelta(days=1), AT + timedelta(days=2)
    held = award().archive(first)
    sooner = evolve(award(cycle=2), issued_at=first, archived_at=second)
    later = evolve(award(cycle=3), issued_at=second)
    moved = ArchiveAward(evolve(held, archived_at=second, version=3))
    assert list(consequences.restored([held, later], [sooner], AT)) == [moved]
    current = evolve(sooner, archived_at=None, version=2)
    again = [ReplaceAward(current), news(EventKind.CHANGED, current)]
    assert list(consequences.restored([held, sooner], [later], AT)) == again
    (alone, _) = consequences.restored([held], [sooner, later], AT)
    assert alone == ReplaceAward(evolve(held, archived_at=None, version=3))
    beside = evolve(later, issued_at=first)
    assert list(consequences.restored([held, beside], [sooner], AT)) == []


@pytest.mark.rule("INT-12b", "INT-46")
def test_the_latest_renewal_that_was_replaced_is_open_again_if_none_is() -> None:
    early, late = (
        renewal(started_at=BEGIN + timedelta(days=days), user_id="ada") for days in (1, 2)
    )
    replaced = [each.close(RenewalState.REPLACED, AT) for each in (late, early)]
    bobs = [renewal("bob").close(RenewalState.REPLACED, AT), renewal("bob", AT)]
    others = [
        renewal("cy").close(RenewalState.CANCELLED, AT),
        evolve(renewal("di"), cycle=2).close(RenewalState.REPLACED, AT),
    ]
    current = [award(each) for each in ("ada", "bob", "cy", "di")]
    found = list(consequences.reopened(current, [*replaced, *bobs, *others]))
    assert found == [ReopenRenewal(late)]
    assert list(consequences.reopened([], replaced)) == []


DAY = timedelta(days=1)


@pytest.mark.rule("INT-46")
def test_who_is_renewed_in_advance_holds_the_award_and_its_badge_until_then() -> None:
    old, new = award(), evolve(award(cycle=2), issued_at=AT + DAY)
    found = consequences.issued(new, old, None, AT)
    assert [each for each in found if isinstance(each, ArchiveAward)] == [
        ArchiveAward(old.archive(AT + DAY))
    ]
    assert not [each for each in found if isinstance(each, RevokeBadge)]
    at_once = consequences.issued(evolve(new, issued_at=AT), old, None, AT)
    assert [each for each in at_once if isinstance(each, RevokeBadge)] == [RevokeBadge(old.key)]


@pytest.mark.rule("INT-46")
def test_an_award_waits_for_the_one_that_begins_later_wherever_that_moves() -> None:
    old = award().archive(AT + 3 * DAY)
    before = evolve(award(cycle=2), issued_at=AT + 3 * DAY)
    history = award(cycle=9).archive(AT - DAY)

    def until(begins: datetime, edited: Award | None) -> list[datetime | None]:
        new = evolve(before, issued_at=begins)
        moved = consequences.rescheduled([old, history], new, AT, edited)
        return [each.award.archived_at for each in moved if isinstance(each, ArchiveAward)]

    assert until(AT + 5 * DAY, before) == [AT + 5 * DAY]
    assert until(AT + 2 * DAY, before) == [AT + 2 * DAY]
    assert until(AT - 5 * DAY, before) == [AT]
    assert until(AT + 3 * DAY, before) == []
    # another one, which is issued: nothing is prolonged
    assert until(AT + 5 * DAY, None) == []
    assert until(AT + 2 * DAY, None) == [AT + 2 * DAY]
    assert until(AT - 5 * DAY, None) == [AT]


@pytest.mark.rule("INT-23", "INT-46")
def test_notices_of_an_expiry_go_with_its_gap_and_come_with_it() -> None:
    held = evolve(award(), expires_at=AT + 3 * DAY).archive(AT + 4 * DAY)
    new = evolve(award(cycle=2), issued_at=AT + 4 * DAY)

    def moved(before: int, after: int) -> list[type]:
        stands, was, becomes = (
            evolve(held, archived_at=AT + before * DAY),
            evolve(new, issued_at=AT + before * DAY),
            evolve(new, issued_at=AT + after * DAY),
        )
        return [type(each) for each in consequences.rescheduled([stands], becomes, AT, was)]

    assert moved(4, 3) == [ArchiveAward, CancelNotices]
    assert moved(3, 4) == [ArchiveAward, Notify]
    assert moved(4, 5) == moved(3, 2) == [ArchiveAward]


@pytest.mark.rule("INT-23", "INT-46")
@pytest.mark.parametrize("gap", [-1, 0, 1])
def test_notices_of_an_expiry_stay_if_the_next_award_begins_only_after_it(gap: int) -> None:
    ends = AT + DAY
    held, begins = evolve(award(), expires_at=ends), ends + timedelta(microseconds=gap)
    new = evolve(award(cycle=2), issued_at=begins)
    effects = consequences.issued(new, held, None, AT)
    assert (CancelNotices(held.key) in effects) is (gap <= 0)
    assert ArchiveAward(held.archive(begins)) in effects
    assert RevokeBadge(held.key) not in effects
