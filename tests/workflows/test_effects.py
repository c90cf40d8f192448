"""How are the effects of decisions carried out?"""

from typing import Any, get_args

import pytest
from attrs import evolve

from certrules import AssociationType, Award, Certification, ItemKind, Source
from certrules.errors import ConflictError, InvalidValueError
from certrules.model.awards import AwardKey
from certrules.model.badges import Badge
from certrules.model.catalog import Assignment, ItemRef
from certrules.model.effects import (
    ArchiveAward,
    ArchiveEnrolment,
    AssignItem,
    CancelNotices,
    CancelOutdatedNotices,
    CloseRenewal,
    DefineCertification,
    Effect,
    Enrol,
    ForgetNotices,
    IssueAward,
    IssueBadge,
    Notify,
    OpenRenewal,
    RecordCompletion,
    RecordExternalTraining,
    RemoveAward,
    RemoveCertification,
    ReopenRenewal,
    ReopenTraining,
    ReplaceAward,
    ResetMaterials,
    RevokeBadge,
    RevokeOutdatedBadge,
    SuspendBadge,
    UnassignItem,
    WithdrawBadge,
)
from certrules.model.learning import (
    Completion,
    Enrolment,
    EnrolmentStatus,
    ExternalTraining,
    Renewal,
    RenewalOption,
    RenewalState,
)
from certrules.model.notices import Event, EventKind
from certrules.repositories.protocols import Store, Transaction
from certrules.workflows.effects import apply
from tests.workflows.conftest import day

COURSE = ItemKind.COURSE
AWARD = Award("ada", "fa", day(1), day(9), source=Source(AssociationType.COURSE, "A"))
DONE = Enrolment("ada", COURSE, "A", day(0), EnrolmentStatus.COMPLETED, completed_at=day(1))
RENEWAL = Renewal("ada", "fa", 1, 1, day(5), RenewalOption(COURSE, "A"))
ALL: tuple[Effect, ...] = (
    OpenRenewal(RENEWAL),
    ArchiveEnrolment(DONE.archive(day(5))),
    Enrol(Enrolment("ada", COURSE, "A", day(5), attempt=2)),
    ResetMaterials("ada", "A", ("m1",)),
    ArchiveAward(AWARD.archive(day(6))),
    CancelNotices(AwardKey("ada", "fa", 1)),
    IssueAward(Award("ada", "fa", day(6), None, cycle=2)),
    CloseRenewal(RENEWAL.close(RenewalState.COMPLETED, day(6))),
    ReopenRenewal(evolve(RENEWAL, user_id="bob")),
    Notify(Event(EventKind.RENEWED, "ada", "fa", 2, day(6))),
    ReplaceAward(Award("bob", "fa", day(1), None, version=2)),
    RemoveAward(Award("eve", "fa", day(1), None)),
    RecordCompletion(Completion("bob", COURSE, "X", day(2))),
    RecordExternalTraining(ExternalTraining("bob", "t1", day(2).date())),
    ReopenTraining("bob", COURSE, "A"),
    AssignItem("fa", Assignment(COURSE, "X", day(6))),
    UnassignItem("fa", COURSE, "A"),
    DefineCertification(Certification("new", "New")),
    RemoveCertification("conduct"),
    ForgetNotices(AwardKey("eve", "fa", 1)),
    CancelOutdatedNotices(Award("bob", "fa", day(1), None, version=2)),
    RevokeBadge(AWARD.key),
    RevokeOutdatedBadge(Award("bob", "fa", day(1), None, version=2)),
    WithdrawBadge("b3"),
    SuspendBadge("b2", True),
    IssueBadge(Badge("b4", "ada", "fa", 2, day(6), None, 1, 4)),
)
BADGES = [
    Badge("b1", "ada", "fa", 1, day(1), day(9), 1, 1),
    Badge("b2", "bob", "fa", 1, day(1), day(8), 1, 2),
    Badge("b3", "eve", "fa", 1, day(1), None, 1, 3),
]


def furnish(store: Store[Transaction]) -> None:
    with store.writing() as transaction:
        transaction.awards.add(
            [AWARD, *(Award(user, "fa", day(1), None) for user in ("bob", "eve"))]
        )
        bobs = Enrolment("bob", COURSE, "A", day(0), EnrolmentStatus.COMPLETED, completed_at=day(1))
        transaction.learning.put_enrolments([DONE, bobs])
        renewal = evolve(RENEWAL, user_id="bob")
        transaction.renewals.add(renewal)
        transaction.renewals.close(renewal.close(RenewalState.REPLACED, day(6)))
        transaction.learning.add_progress("ada", "A", ["m1", "m2"])
        for badge in BADGES:
            transaction.badges.add(badge)


def test_every_effect_is_carried_out(store: Store[Transaction]) -> None:
    assert {type(effect) for effect in ALL} == set(get_args(Effect))
    furnish(store)
    with store.writing() as transaction:
        apply(transaction, ALL)
    with store.reading() as view:
        assert list(view.awards.select()) == [
            AWARD.archive(day(6)),
            Award("ada", "fa", day(6), None, cycle=2),
            Award("bob", "fa", day(1), None, version=2),
        ]
        assert list(view.learning.history("ada", [ItemRef(COURSE, "A")])[0]) == [
            DONE.archive(day(5)),
            Enrolment("ada", COURSE, "A", day(5), attempt=2),
        ]
        bobs = Enrolment("bob", COURSE, "A", day(0))
        assert list(view.learning.history("bob", [ItemRef(COURSE, "A")])[0]) == [bobs]
        recorded = Completion("bob", COURSE, "X", day(2))
        assert list(view.learning.completions(["bob"], [ItemRef(COURSE, "X")])) == [recorded]
        assert list(view.learning.external(["bob"])) == [
            ExternalTraining("bob", "t1", day(2).date())
        ]
        assert view.learning.progress("ada", "A") == {"m2"}
        assert [each.state for each in view.renewals.history("ada", "fa")] == [
            RenewalState.COMPLETED
        ]
        (again,) = view.renewals.history("bob", "fa")
        assert again.state is RenewalState.OPEN
        badges = view.badges.listed(1)
        assert [each.revoked for each in badges] == [True, True, True, False]
        assert [each.withdrawn for each in badges] == [False, False, True, False]
        assert [each.suspended for each in badges] == [False, True, False, False]
        assert [event.kind for _, event in view.events.after(0, 9)] == [EventKind.RENEWED]
        first_aid = view.certifications.get("fa")
        assert first_aid is not None
        assert [each.item_id for each in first_aid.assignments] == ["P", "X"]
        assert view.certifications.get("conduct") is None
        assert view.certifications.get("new") == Certification("new", "New")


@pytest.mark.parametrize(
    "effect",
    [
        IssueAward(AWARD),
        ArchiveAward(AWARD),
        RemoveAward(Award("nobody", "fa", day(1), None)),
        CloseRenewal(RENEWAL.close(RenewalState.CANCELLED, day(6))),
    ],
)
def test_what_was_decided_on_other_facts_is_a_conflict(
    store: Store[Transaction], effect: Effect
) -> None:
    furnish(store)

    def write() -> None:
        with store.writing() as transaction:
            apply(transaction, [AssignItem("fa", Assignment(COURSE, "X", day(6))), effect])

    with pytest.raises(ConflictError):
        write()
    with store.reading() as view:
        assert view.certifications.assigned(COURSE, "X") == []


def test_what_is_gone_is_assigned_nothing(store: Store[Transaction]) -> None:
    with store.writing() as transaction:
        apply(transaction, [AssignItem("gone", Assignment(COURSE, "X", day(6)))])
        assert transaction.certifications.assigned(COURSE, "X") == []


def test_what_is_no_effect_is_refused_and_nothing_is_kept(store: Store[Transaction]) -> None:
    furnish(store)

    def write() -> None:
        with store.writing() as transaction:
            given: list[Any] = [AssignItem("fa", Assignment(COURSE, "X", day(6))), AWARD]
            apply(transaction, given)

    with pytest.raises(InvalidValueError, match="effect cannot be"):
        write()
    with store.reading() as view:
        assert view.certifications.assigned(COURSE, "X") == []
