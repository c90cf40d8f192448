"""Every answer explains itself: cases, each with the codes of its reasons in their order.

A rule stands beside a code if it is not the code's own.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from attrs import evolve

from certrules import (
    ALLBOUND,
    DOCEBO,
    Assignment,
    AssociationType,
    Award,
    Certification,
    CertificationStatus,
    Completion,
    Course,
    Duplicates,
    Enrolment,
    EnrolmentStatus,
    ExpiryBasis,
    ExternalTraining,
    Facts,
    Item,
    ItemKind,
    LearningPlan,
    ManualAward,
    Renewal,
    RenewalOption,
    Source,
    Unit,
    User,
    Validity,
    Window,
)
from certrules.model.awards import ExternalLink
from certrules.model.badges import Badge, ImageFormat, ImageInfo
from certrules.model.catalog import Criteria
from certrules.model.decisions import Decision, Reason, Refused
from certrules.model.learning import RenewalState
from certrules.model.notices import NoticeKind, Notification
from certrules.model.people import Action, Actor, Permission, Role, Scope
from certrules.model.reasons import ReasonCode
from certrules.rules import (
    awarding,
    badges,
    importing,
    lifecycle,
    notifications,
    renewal,
    validity,
    visibility,
)

Warnings = list[Reason]

COURSE, PLAN, EXTERNAL = ItemKind.COURSE, ItemKind.LEARNING_PLAN, ItemKind.EXTERNAL_TRAINING
BEGIN, AT = datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 7, 1, tzinfo=UTC)
DAY = timedelta(days=1)
LATER = AT + DAY
ADA = User("ada", "ada")
ITEM = Assignment(COURSE, "c1", BEGIN)
FIRST_AID = Certification("fa", "First aid", validity=Validity(1, Unit.YEARS), assignments=(ITEM,))
REOPENING = evolve(ALLBOUND, reenable_training_on_expiry=True)
DRAFT = evolve(FIRST_AID, assignments=(), status=CertificationStatus.DRAFT)


def award(**fields: Any) -> Award:
    return Award(
        "ada", "fa", fields.pop("issued_at", BEGIN), fields.pop("expires_at", None), **fields
    )


def done(item_id: str = "c1", at: datetime = AT, kind: ItemKind = COURSE) -> Completion:
    return Completion("ada", kind, item_id, at)


def facts(**fields: Any) -> Facts:
    return Facts(**{"user": ADA, "certification": FIRST_AID, "courses": (Course("c1"),), **fields})


def assigned(*items: Assignment, **fields: Any) -> Certification:
    return evolve(FIRST_AID, assignments=items, **fields)


def earn(known: Facts, completion: Completion | None = None, **fields: Any) -> Decision:
    return awarding.decide(known, completion or done(), **{"at": AT, "zone": UTC, **fields})


def external(known: Facts, certification_id: str = "fa", **fields: Any) -> Decision:
    training = ExternalTraining("ada", "x1", AT.date(), certification_id)
    return awarding.decide_external(known, training, at=AT, zone=UTC, **fields)


def imported(
    candidate: Award, *history: Award, duplicates: Duplicates = Duplicates.RENEW
) -> Warnings:
    decided = importing.decide(candidate, history, duplicates=duplicates, at=LATER)
    return list(decided.reasons)


def by_hand(known: Facts, **fields: Any) -> Decision:
    chosen = {"issued_at": BEGIN, "expires_at": None, "basis": ExpiryBasis.ALWAYS_VALID, **fields}
    return awarding.by_hand(known, ManualAward("fa", **chosen), at=AT)


def predate(known: Facts, since: datetime | None = None) -> Decision:
    return awarding.predate(known, since=since, at=AT, zone=UTC)


def start(known: Facts, option: RenewalOption | None = None, **fields: Any) -> Decision:
    return renewal.start(known, option or RenewalOption(COURSE, "c1"), at=AT, **fields)


def complete(known: Facts, completion: Completion | None = None) -> Decision:
    return renewal.complete(known, completion or done(at=LATER), at=LATER, zone=UTC)


HELD = facts(awards=(award(),))
OPENED = Renewal("ada", "fa", 1, 1, AT, RenewalOption(COURSE, "c1"), key="k1")
RENEWING = evolve(HELD, renewals=(OPENED,))
COMPLETED = Enrolment("ada", COURSE, "c1", BEGIN, EnrolmentStatus.COMPLETED, completed_at=AT)
SUSPENDED = evolve(COMPLETED, status=EnrolmentStatus.SUSPENDED, completed_at=None)
EARNED = award(source=Source(AssociationType.COURSE, "c1"))
OVER = Course("c1", window=Window(date(2024, 2, 1)))
P1 = LearningPlan("p1", ("c1",))
IN_P1 = Enrolment("ada", PLAN, "p1", BEGIN)
THROUGH_P1 = evolve(HELD, enrolments=(IN_P1,), plans=(P1,))
NAMED: dict[str, Any] = {
    "certification": evolve(FIRST_AID, code="FA"),
    "items": (Item(COURSE, "c1", "FA-101", "Burns"), Item(PLAN, "p1", "SEA", "Sea safety")),
}
TRAINING = ExternalTraining("ada", "x1", AT.date(), "fa")
BADGE = Badge("b1", "ada", "fa", 1, BEGIN, None, 1, 7)
BADGED = evolve(DRAFT, badge_image="badge.png")
BOSS = Actor("ada", {Role.SUPERADMIN, Role.ADMINISTRATOR}, set(Permission))
DELEGATING = evolve(DOCEBO, delegated=frozenset({(Role.POWER_USER, Action.EDIT_AWARD)}))

CASES: dict[str, tuple[Callable[[], Decision | Warnings], str]] = {
    "earn: recorded before": (
        lambda: earn(facts(completions=(done(),))),
        "refused: completion_recorded_before",
    ),
    "earn: an award of it with other dates": (
        lambda: earn(
            facts(
                awards=(
                    award(
                        issued_at=AT,
                        source=Source(AssociationType.COURSE, "c1"),
                        archived_at=LATER,
                    ),
                )
            )
        ),
        "refused: award_of_completion",
    ),
    "earn: expired": (
        lambda: earn(facts(awards=(award(expires_at=AT),))),
        "refused: expired_needs_renewal",
    ),
    "earn: expired, without renewals": (
        lambda: earn(
            facts(awards=(award(expires_at=AT),)), policy=evolve(ALLBOUND, renew_control=False)
        ),
        "refused: expired_not_renewable",
    ),
    "report: free to choose": (
        lambda: awarding.record_external(TRAINING, None, None),
        "granted: external_choice_free",
    ),
    "report: has earned another": (
        lambda: awarding.record_external(
            evolve(TRAINING, certification_id="other"),
            TRAINING,
            facts(awards=(award(source=Source(AssociationType.EXTERNAL_TRAINING, "x1")),)),
        ),
        "refused: external_earned_other",
    ),
    "predate: anybody": (lambda: awarding.predatable(FIRST_AID), "granted: predating_possible"),
    "predate: has earned one": (
        lambda: predate(
            facts(awards=(evolve(EARNED, archived_at=AT),), completions=(done(at=BEGIN),))
        ),
        "refused: training_earned_before",
    ),
    "edit: nothing held": (awarding.not_held, "refused: not_held/DOC-AWARD-09"),
    "renew: earned by a plan": (
        lambda: renewal.decide(
            facts(
                awards=(award(expires_at=AT, source=Source(AssociationType.LEARNING_PLAN, "p1")),)
            ),
            at=AT,
        ),
        "granted: renewable_any_time plan_earned",
    ),
    "renew: not by any other": (
        lambda: renewal.decide(
            evolve(
                HELD,
                certification=assigned(
                    *(evolve(ITEM, item_id=each) for each in ("c1", "c2", "c3", "gone")),
                    Assignment(EXTERNAL, "x1", BEGIN),
                ),
                courses=(Course("c1"), Course("c2"), evolve(OVER, id="c3")),
                completions=(done("c2"),),
            ),
            at=AT,
        ),
        (
            "granted: renewable_any_time no_course_earned never_expires "
            "not_by_completed not_by_window not_by_unknown not_by_taken_elsewhere"
        ),
    ),
    "renew: not by what cannot be archived": (
        lambda: renewal.decide(
            evolve(
                HELD,
                certification=assigned(ITEM, evolve(ITEM, item_id="c2"), retake=True),
                courses=(Course("c1"), Course("c2")),
                enrolments=(SUSPENDED,),
            ),
            at=AT,
        ),
        "granted: renewable_any_time no_course_earned never_expires not_by_archiving",
    ),
    "renew: not through the plan": (
        lambda: renewal.decide(
            evolve(
                THROUGH_P1,
                certification=assigned(ITEM, evolve(ITEM, item_id="c2")),
                courses=(Course("c1"), Course("c2")),
            ),
            at=AT,
            plan_id="p1",
        ),
        "granted: renewable_any_time no_course_earned never_expires not_by_plan",
    ),
    "renew: an unknown item": (
        lambda: renewal.decide(evolve(HELD, courses=()), at=AT),
        "refused: unknown_item",
    ),
    "complete: before the issue": (
        lambda: complete(evolve(RENEWING, awards=(award(issued_at=LATER),))),
        "refused: completion_before_issue",
    ),
    "cancel: before the start": (
        lambda: renewal.cancel(RENEWING, at=AT - DAY),
        "refused: cancelled_before_start",
    ),
    "import: new": (lambda: imported(award()), "warned: record_issues"),
    "import: renewed": (
        lambda: imported(award(issued_at=LATER), award()),
        "warned: record_renews renewal_issues",
    ),
    "import: updated": (
        lambda: imported(award(source=Source(AssociationType.COURSE, "c1")), award()),
        "warned: record_updates source_changes",
    ),
    "import: updated, and the same source": (
        lambda: imported(award(basis=ExpiryBasis.ALWAYS_VALID), award()),
        "warned: record_updates",
    ),
    "import: in history": (
        lambda: imported(award(), award().archive(AT), award(issued_at=AT, cycle=2)),
        "warned: in_history",
    ),
    "import: an older record": (
        lambda: imported(award(issued_at=BEGIN - DAY), award(), duplicates=Duplicates.REJECT),
        "warned: older_than_award",
    ),
    "import: one that ends a valid award": (
        lambda: imported(award(expires_at=LATER), award(), duplicates=Duplicates.REJECT),
        "warned: ends_valid_award",
    ),
    "import: renewed by an older record": (
        lambda: imported(award(issued_at=BEGIN - DAY), award()),
        "warned: record_renews renewal_issues goes_back",
    ),
    "import: renewed in advance": (
        lambda: imported(award(issued_at=LATER + DAY), award()),
        "warned: record_renews renewal_issues begins_later",
    ),
    "import: closes a renewal": (
        lambda: list(
            importing.decide(
                award(issued_at=LATER), [award()], OPENED, duplicates=Duplicates.RENEW, at=LATER
            ).reasons
        ),
        "warned: record_renews renewal_issues renewal_replaced",
    ),
    "award by hand: closes a renewal": (
        lambda: by_hand(
            evolve(RENEWING, awards=(award(expires_at=BEGIN + DAY),)), issued_at=BEGIN + DAY
        ),
        "granted: awarded_by_hand renewal_replaced",
    ),
    "predate: closes a renewal": (
        lambda: predate(
            evolve(
                RENEWING, awards=(award(expires_at=BEGIN + DAY),), completions=(done(at=AT - DAY),)
            )
        ),
        "granted: predated renewal_replaced",
    ),
    "earn again: closes a renewal": (
        lambda: external(
            evolve(RENEWING, awards=(award(expires_at=BEGIN + DAY),)), policy=REOPENING
        ),
        "granted: earned/DOC-ASSIGN-10 expired_earned_again renewal_replaced",
    ),
    "import: unchanged": (lambda: imported(award(), award()), "warned: record_unchanged"),
    "define: who created it": (
        lambda: lifecycle.edit(DRAFT, evolve(DRAFT, created_by="bob"), at=AT),
        "granted: nothing_changes/DOC-CERT-07 attributes_kept",
    ),
    "badge of an award": (lambda: badges.issue(award(), None), "granted: badge_issued"),
    "badge of an award: there already": (
        lambda: badges.issue(award(), BADGE),
        "granted: badge_exists",
    ),
    "badge of an award: revoked": (
        lambda: badges.issue(award(), evolve(BADGE, revoked=True)),
        "refused: badge_revoked",
    ),
    "badge of an award: impossible dates": (
        lambda: badges.issue(award(expires_at=BEGIN - DAY), None),
        "refused: badge_dates_reversed",
    ),
    "badge of an award: none held": (
        lambda: badges.issue(None, None),
        "refused: not_held/ALL-ROLE-11",
    ),
    "badge of an award: another": (lambda: badges.reissue(BADGE, BADGE), "granted: badge_issued"),
    "badge of an award: not this one": (
        lambda: badges.reissue(BADGE, None),
        "refused: badge_not_current",
    ),
    "badge of an award: deleted": (
        lambda: badges.reissue(BADGE, BADGE, deleted=True),
        "refused: no_such_certification",
    ),
    "earn: a course": (lambda: earn(facts()), "granted: earned"),
    "earn: a course that was open again": (
        lambda: earn(facts(awards=(award(expires_at=AT - DAY),)), policy=REOPENING),
        "granted: earned expired_earned_again",
    ),
    "earn: deactivated, and gone": (
        lambda: earn(facts(user=evolve(ADA, active=False), certification=None)),
        "refused: inactive_user no_such_certification",
    ),
    "earn: inactive, and for others": (
        lambda: earn(
            facts(
                certification=evolve(
                    FIRST_AID, status=CertificationStatus.INACTIVE, groups={"crew", "cabin"}
                )
            )
        ),
        "refused: inactive_certification user_not_in_groups",
    ),
    "earn: held already": (
        lambda: earn(facts(awards=(award(expires_at=LATER),))),
        "refused: completion_renews_nothing",
    ),
    "earn: to come": (lambda: earn(facts(), done(at=LATER)), "refused: completion_in_future"),
    "earn: before the enrolment": (
        lambda: earn(facts(enrolments=(evolve(SUSPENDED, enrolled_at=LATER),))),
        "refused: completion_before_enrolment",
    ),
    "earn: another item": (lambda: earn(facts(), done("c2")), "refused: item_not_assigned"),
    "earn: assigned later": (
        lambda: earn(facts(), done(at=BEGIN)),
        "refused: completion_before_assignment",
    ),
    "earn: not yet all": (
        lambda: earn(
            facts(certification=assigned(ITEM, evolve(ITEM, item_id="c2"), criteria=Criteria.ALL))
        ),
        "refused: not_completed",
    ),
    "earn: an external training": (
        lambda: external(facts(certification=assigned(Assignment(EXTERNAL, "x1", BEGIN)))),
        "granted: earned/DOC-ASSIGN-10",
    ),
    "earn: reported for another": (
        lambda: external(facts(), "other"),
        "refused: external_for_other_certification",
    ),
    "earn: one of the past again": (
        lambda: earn(
            facts(awards=(award(issued_at=AT, expires_at=AT.replace(year=2025), archived_at=AT),))
        ),
        "refused: same_award",
    ),
    "record: true": (lambda: awarding.record(done(), (), at=AT), "granted: completion_plausible"),
    "by hand": (lambda: by_hand(facts()), "granted: awarded_by_hand"),
    "by hand: held already": (
        lambda: by_hand(facts(awards=(award(expires_at=LATER),))),
        "refused: held_so_edit",
    ),
    "by hand: expires before it is issued": (
        lambda: by_hand(facts(), basis=ExpiryBasis.DATE, expires_at=BEGIN - DAY),
        "refused: expires_before_issue",
    ),
    "by hand: no date": (
        lambda: by_hand(facts(), basis=ExpiryBasis.DEFINITION),
        "refused: expiry_required",
    ),
    "by hand: an item too many": (
        lambda: by_hand(facts(), source=Source(item_id="c1")),
        "refused: association_without_item",
    ),
    "by hand: an item too few": (
        lambda: by_hand(facts(), source=Source(AssociationType.EXTERNAL_TRAINING)),
        "refused: association_needs_item",
    ),
    "by hand: links": (
        lambda: by_hand(
            facts(), source=Source(links=(ExternalLink("Credly", "https://example.org/1"),))
        ),
        "refused: link_not_allowed",
    ),
    "by hand: external": (
        lambda: by_hand(facts(), source=Source(AssociationType.EXTERNAL_CERTIFICATION)),
        "refused: external_certifications_disabled link_required",
    ),
    "edit": (
        lambda: awarding.edit(award(), award(basis=ExpiryBasis.ALWAYS_VALID), at=AT),
        "granted: award_editable",
    ),
    "edit: history": (
        lambda: awarding.edit(award(archived_at=AT), award(basis=ExpiryBasis.ALWAYS_VALID), at=AT),
        "refused: award_archived",
    ),
    "predate": (lambda: predate(facts(completions=(done(),))), "granted: predated"),
    "predate: held already": (
        lambda: predate(facts(awards=(award(expires_at=LATER),), completions=(done(),))),
        "refused: already_held",
    ),
    "predate: no training": (
        lambda: predate(facts(certification=assigned())),
        "refused: no_item_assigned/ALL-PREDATE-01",
    ),
    "predate: not completed": (lambda: predate(facts()), "refused: not_completed"),
    "predate: too early": (
        lambda: predate(facts(completions=(done(),)), since=LATER),
        "refused: completed_too_early",
    ),
    "reopen": (
        lambda: awarding.reopen_training(
            facts(
                awards=(award(expires_at=AT),), enrolments=(evolve(COMPLETED, completed_at=BEGIN),)
            ),
            at=AT,
            zone=UTC,
            policy=REOPENING,
        ),
        "granted: training_reopened",
    ),
    "reopen: open already": (
        lambda: awarding.reopen_training(
            facts(awards=(award(expires_at=AT),)), at=AT, zone=UTC, policy=REOPENING
        ),
        "refused: no_training_to_reopen",
    ),
    "reopen: not here, and not expired": (
        lambda: awarding.reopen_training(HELD, at=AT, zone=UTC),
        "refused: training_stays_complete no_expired_award",
    ),
    "renew": (
        lambda: renewal.decide(HELD, at=AT),
        "granted: renewable_any_time no_course_earned never_expires",
    ),
    "renew: deactivated": (
        lambda: renewal.decide(evolve(HELD, user=evolve(ADA, active=False)), at=AT),
        "refused: inactive_user/INT-24",
    ),
    "renew: through a plan that is open": (
        lambda: renewal.decide(
            evolve(
                THROUGH_P1, courses=(OVER,), plans=(evolve(P1, window=Window(date(2025, 1, 1))),)
            ),
            at=AT,
        ),
        "granted: renewable_any_time no_course_earned never_expires plan_window_first",
    ),
    "renew: from the page of another plan": (
        lambda: renewal.decide(THROUGH_P1, at=AT, plan_id="p2"),
        "refused: not_through_plan",
    ),
    "renew: suspended in the plan": (
        lambda: renewal.decide(
            evolve(THROUGH_P1, enrolments=(evolve(IN_P1, status=EnrolmentStatus.SUSPENDED),)), at=AT
        ),
        "refused: not_admitted",
    ),
    "renew: suspended in the plan, and by another course": (
        lambda: renewal.decide(
            evolve(
                THROUGH_P1,
                certification=assigned(ITEM, evolve(ITEM, item_id="c2")),
                enrolments=(evolve(IN_P1, status=EnrolmentStatus.SUSPENDED),),
                courses=(Course("c1"), Course("c2")),
            ),
            at=AT,
        ),
        "granted: renewable_any_time no_course_earned never_expires not_by_admission",
    ),
    "renew: not here": (
        lambda: renewal.decide(HELD, at=AT, policy=ALLBOUND),
        "refused: renewal_disabled",
    ),
    "renew: several items needed": (
        lambda: renewal.decide(
            evolve(
                HELD,
                certification=assigned(ITEM, evolve(ITEM, item_id="c2"), criteria=Criteria.ALL),
            ),
            at=AT,
        ),
        "refused: several_items_needed",
    ),
    "catalog: left out": (
        lambda: Refused(lifecycle.left_out(FIRST_AID, evolve(FIRST_AID, assignments=()))),
        "refused: item_left_out",
    ),
    "renew: nothing held": (lambda: renewal.decide(facts(), at=AT), "refused: not_held"),
    "renew: to come": (
        lambda: renewal.decide(facts(awards=(award(issued_at=LATER),)), at=AT),
        "refused: issued_later",
    ),
    "renew: renewed in advance": (
        lambda: renewal.decide(
            facts(awards=(award(archived_at=LATER), award(issued_at=LATER, cycle=2))), at=AT
        ),
        "refused: next_award_issued",
    ),
    "renew: enrolled later in one of two": (
        lambda: renewal.decide(
            facts(
                certification=assigned(
                    Assignment(ItemKind.COURSE, "c1", BEGIN),
                    Assignment(ItemKind.COURSE, "c2", BEGIN),
                ),
                awards=(award(),),
                enrolments=(evolve(SUSPENDED, enrolled_at=LATER),),
                courses=(Course("c1"), Course("c2")),
            ),
            at=AT,
        ),
        "granted: renewable_any_time no_course_earned never_expires not_by_changed",
    ),
    "start: enrolled later": (
        lambda: renewal.start(
            evolve(HELD, enrolments=(evolve(SUSPENDED, enrolled_at=LATER),)),
            RenewalOption(ItemKind.COURSE, "c1"),
            at=AT,
        ),
        "refused: changed_since",
    ),
    "renew: names": (
        lambda: renewal.decide(evolve(RENEWING, **NAMED), at=AT, plan_id="p1"),
        "refused: renewal_open not_through_plan",
    ),
    "renew: names, not active": (
        lambda: renewal.decide(
            facts(
                certification=evolve(FIRST_AID, code="FA", status=CertificationStatus.INACTIVE),
                awards=(award(),),
            ),
            at=AT,
        ),
        "refused: inactive_certification",
    ),
    "renew: names, through a plan that is over": (
        lambda: renewal.decide(
            evolve(THROUGH_P1, **NAMED, plans=(evolve(P1, window=OVER.window),)), at=AT
        ),
        "refused: window_over/DOC-RENEW-16",
    ),
    "renew: names, not completed": (
        lambda: renewal.decide(
            evolve(HELD, **NAMED, awards=(EARNED,), enrolments=(SUSPENDED,)), at=AT
        ),
        "refused: earning_course_not_completed",
    ),
    "complete: names": (lambda: complete(evolve(RENEWING, **NAMED)), "granted: renewed"),
    "complete: names, without a start": (
        lambda: complete(evolve(HELD, **NAMED), done("c2", LATER)),
        "refused: item_not_assigned completion_alone",
    ),
    "renew: not enrolled": (
        lambda: renewal.decide(facts(awards=(EARNED,), enrolments=(SUSPENDED.archive(AT),)), at=AT),
        "refused: earning_course_not_enrolled",
    ),
    "renew: never enrolled": (
        lambda: renewal.decide(facts(awards=(EARNED,)), at=AT),
        "granted: renewable_any_time earning_course_never_taken never_expires",
    ),
    "renew: suspended": (
        lambda: renewal.decide(facts(awards=(EARNED,), enrolments=(SUSPENDED,)), at=AT),
        "refused: earning_course_not_completed",
    ),
    "renew: started already": (lambda: renewal.decide(RENEWING, at=AT), "refused: renewal_open"),
    "renew: started before the award was replaced": (
        lambda: renewal.decide(evolve(RENEWING, awards=(award(cycle=2),)), at=AT),
        "refused: earlier_renewal_open",
    ),
    "renew: no item": (
        lambda: renewal.decide(evolve(HELD, certification=assigned()), at=AT),
        "refused: no_item_assigned",
    ),
    "renew: all completed": (
        lambda: renewal.decide(facts(awards=(EARNED,), enrolments=(COMPLETED,)), at=AT),
        "refused: all_completed",
    ),
    "renew: one completed, one unknown": (
        lambda: renewal.decide(
            facts(
                certification=assigned(ITEM, Assignment(EXTERNAL, "x1", BEGIN)),
                awards=(award(),),
                completions=(done(),),
            ),
            at=AT,
        ),
        "refused: retakes_off taken_elsewhere",
    ),
    "renew: cannot be archived": (
        lambda: renewal.decide(
            evolve(HELD, certification=assigned(ITEM, retake=True), enrolments=(SUSPENDED,)), at=AT
        ),
        "refused: not_archivable",
    ),
    "renew: course over": (
        lambda: renewal.decide(evolve(HELD, courses=(OVER,)), at=AT),
        "refused: window_over",
    ),
    "renew: plan over": (
        lambda: renewal.decide(evolve(THROUGH_P1, plans=(evolve(P1, window=OVER.window),)), at=AT),
        "refused: window_over/DOC-RENEW-16",
    ),
    "start": (lambda: start(HELD), "granted: not_yet_completed"),
    "start: retaken": (
        lambda: start(
            evolve(HELD, certification=assigned(ITEM, retake=True), enrolments=(COMPLETED,))
        ),
        "granted: tracking_reset",
    ),
    "start: nothing to reset": (
        lambda: start(evolve(HELD, certification=assigned(ITEM, retake=True))),
        "granted: no_earlier_enrolment",
    ),
    "start: again": (lambda: start(RENEWING, key="k1"), "granted: request_repeated"),
    "start: over": (
        lambda: start(
            evolve(RENEWING, renewals=(OPENED.close(RenewalState.CANCELLED, LATER),)), key="k1"
        ),
        "refused: key_of_closed_renewal",
    ),
    "start: the key of another": (
        lambda: start(RENEWING, RenewalOption(COURSE, "c2"), key="k1"),
        "refused: key_of_other_renewal",
    ),
    "start: seen otherwise": (
        lambda: start(HELD, expected_version=(1, 2)),
        "refused: award_changed",
    ),
    "start: not offered": (
        lambda: start(HELD, RenewalOption(COURSE, "c2")),
        "refused: no_such_option",
    ),
    "complete": (lambda: complete(RENEWING), "granted: renewed"),
    "complete: to come": (
        lambda: complete(RENEWING, done(at=LATER + DAY)),
        "refused: completion_in_future",
    ),
    "complete: unlinked": (
        lambda: complete(evolve(RENEWING, certification=assigned())),
        "refused: item_not_assigned",
    ),
    "complete: assigned later": (
        lambda: complete(evolve(RENEWING, certification=assigned(evolve(ITEM, assigned_at=LATER)))),
        "refused: completion_before_assignment",
    ),
    "complete: nothing started": (lambda: complete(HELD), "refused: completion_alone"),
    "complete: another item": (
        lambda: complete(
            evolve(RENEWING, certification=assigned(ITEM, evolve(ITEM, item_id="c2"))),
            done("c2", LATER),
        ),
        "refused: started_by_other_item",
    ),
    "complete: not later": (lambda: complete(RENEWING, done()), "refused: completion_before_start"),
    "complete: over": (lambda: complete(evolve(RENEWING, courses=(OVER,))), "refused: window_over"),
    "complete: renewed meanwhile": (
        lambda: complete(evolve(RENEWING, awards=(award(cycle=2),))),
        "refused: award_replaced",
    ),
    "complete: removed meanwhile": (
        lambda: complete(evolve(RENEWING, awards=())),
        "refused: award_replaced",
    ),
    "cancel": (lambda: renewal.cancel(RENEWING, at=AT), "granted: renewal_cancelled"),
    "cancel: nothing open": (
        lambda: renewal.cancel(
            evolve(HELD, renewals=(OPENED.close(RenewalState.COMPLETED, AT),)), at=AT
        ),
        "refused: no_renewal_open",
    ),
    "assign": (lambda: lifecycle.assign(assigned(), ITEM, ()), "granted: item_earns"),
    "assign: twice": (
        lambda: lifecycle.assign(FIRST_AID, ITEM, ()),
        "refused: item_assigned_already",
    ),
    "assign: to another": (
        lambda: lifecycle.assign(assigned(), ITEM, (FIRST_AID, evolve(FIRST_AID, id="other"))),
        "refused: item_earns_other",
    ),
    "assign: frozen": (
        lambda: lifecycle.assign(assigned(), ITEM, (), policy=ALLBOUND),
        "refused: frozen",
    ),
    "unlink": (
        lambda: lifecycle.unlink(
            FIRST_AID, COURSE, "c1", (EARNED, evolve(EARNED, cycle=2, archived_at=AT)), at=AT
        ),
        "granted: awards_lost",
    ),
    "unlink: an award in advance": (
        lambda: lifecycle.unlink(
            FIRST_AID,
            COURSE,
            "c1",
            (award(archived_at=LATER), evolve(EARNED, cycle=2, issued_at=LATER)),
            at=AT,
        ),
        "granted: awards_lost awards_restored",
    ),
    "unlink: not assigned": (
        lambda: lifecycle.unlink(FIRST_AID, COURSE, "c2", (), at=AT),
        "refused: item_not_assigned/DOC-ASSIGN-11",
    ),
    "unassign": (
        lambda: lifecycle.unassign("ada", (award(), award(archived_at=AT)), at=AT),
        "granted: awards_lost/DOC-AWARD-10",
    ),
    "unassign: not held": (
        lambda: lifecycle.unassign("bob", (award(),), at=AT),
        "refused: no_award",
    ),
    "delete": (
        lambda: lifecycle.delete(FIRST_AID, (award(),), at=AT),
        "granted: awards_lost/DOC-DELETE-02 deletion_loses_history",
    ),
    "delete: protected": (
        lambda: lifecycle.delete(FIRST_AID, (award(),), at=AT, policy=ALLBOUND),
        "refused: awards_protected",
    ),
    "create": (lambda: lifecycle.create(DRAFT, at=AT), "granted: created"),
    "create: with items": (
        lambda: lifecycle.create(FIRST_AID, at=AT),
        "refused: items_after_creation",
    ),
    "define": (
        lambda: lifecycle.edit(
            DRAFT, evolve(DRAFT, name="CPR", validity=Validity(2, Unit.YEARS)), at=AT
        ),
        "granted: attributes_change awards_keep_expiry",
    ),
    "define: nothing new": (
        lambda: lifecycle.edit(DRAFT, DRAFT, at=AT),
        "granted: nothing_changes/DOC-CERT-07",
    ),
    "define: items": (
        lambda: lifecycle.edit(FIRST_AID, assigned(), at=AT),
        "refused: items_one_by_one",
    ),
    "define: frozen": (
        lambda: lifecycle.edit(
            FIRST_AID,
            evolve(FIRST_AID, name="CPR", validity=Validity(5, Unit.MONTHS)),
            at=AT,
            policy=ALLBOUND,
        ),
        "refused: frozen validity_not_listed",
    ),
    "publish": (
        lambda: lifecycle.publish(BADGED, at=AT, policy=ALLBOUND),
        "granted: attributes_change status_changes image_not_checked",
    ),
    "publish: a small badge": (
        lambda: lifecycle.publish(
            BADGED, image=ImageInfo(ImageFormat.PNG, 9, 8), at=AT, policy=ALLBOUND
        ),
        "granted: attributes_change status_changes image_of_other_size",
    ),
    "publish: without a badge": (
        lambda: lifecycle.publish(DRAFT, at=AT, policy=ALLBOUND),
        "refused: image_required/ALL-CERT-07",
    ),
    "publish: again": (lambda: lifecycle.publish(FIRST_AID, at=AT), "refused: not_a_draft"),
    "activate: a draft": (lambda: lifecycle.activate(DRAFT, at=AT), "refused: still_a_draft"),
    "deactivate": (
        lambda: lifecycle.deactivate(FIRST_AID, at=AT),
        "granted: attributes_change status_changes awards_stand",
    ),
    "become a draft": (
        lambda: lifecycle.edit(
            FIRST_AID, evolve(FIRST_AID, status=CertificationStatus.DRAFT), at=AT
        ),
        "refused: status_not_next",
    ),
    "badge: none": (lambda: lifecycle.badge_image(None), "granted: image_not_needed"),
    "badge: missing": (
        lambda: lifecycle.badge_image(None, policy=ALLBOUND),
        "refused: image_required",
    ),
    "badge: no image": (
        lambda: lifecycle.badge_image(ImageInfo(None)),
        "refused: image_format_unknown",
    ),
    "badge: as recommended": (
        lambda: lifecycle.badge_image(ImageInfo(ImageFormat.PNG, 500, 500)),
        "granted: image_as_recommended",
    ),
    "badge: smaller": (
        lambda: lifecycle.badge_image(ImageInfo(ImageFormat.JPEG, 500, 499)),
        "granted: image_of_other_size",
    ),
    "badge: too high and cut off": (
        lambda: lifecycle.badge_image(ImageInfo(ImageFormat.JPEG, 500, 501, "it is cut off")),
        "refused: image_broken image_too_large",
    ),
    "validity: any": (
        lambda: validity.allowed(Validity(5, Unit.WEEKS), DOCEBO),
        "granted: validity_free",
    ),
    "validity: one of": (
        lambda: validity.allowed(Validity(2, Unit.YEARS), ALLBOUND),
        "granted: validity_listed",
    ),
    "validity: not one of": (
        lambda: validity.allowed(Validity(5, Unit.WEEKS), ALLBOUND),
        "refused: validity_not_listed",
    ),
    "may: every way": (
        lambda: visibility.may(BOSS, Action.VIEW_AWARDS),
        "granted: permitted permitted/ALL-ROLE-02 permitted/ALL-ROLE-02",
    ),
    "may: one's own": (
        lambda: visibility.may(Actor("ada"), Action.VIEW_AWARDS, Scope("ada")),
        "granted: permitted/ALL-ROLE-07",
    ),
    "may: the company's": (
        lambda: visibility.may(
            Actor("ada", {Role.MANAGER}, company_id="acme"),
            Action.SEARCH_AWARDS,
            Scope(company_id="acme"),
        ),
        "granted: permitted/ALL-ROLE-06",
    ),
    "may not": (
        lambda: visibility.may(Actor("ada"), Action.VIEW_AWARDS),
        (
            "refused: reserved reserved/ALL-ROLE-02 reserved/ALL-ROLE-02 reserved/ALL-ROLE-05 "
            "reserved/ALL-ROLE-05 reserved/ALL-ROLE-07"
        ),
    ),
    "may not: switched off": (
        lambda: visibility.may(BOSS, Action.VIEW_AWARDS, policy=evolve(DOCEBO, enabled=False)),
        "refused: switched_off",
    ),
    "may not, whoever it is": (
        lambda: visibility.may(Actor(), Action.VIEW_JOB),
        "refused: reserved/DOC-JOB-03 reserved/DOC-JOB-03",
    ),
    "may not, without both": (
        lambda: visibility.may(
            Actor("ada", {Role.ADMINISTRATOR}, {Permission.SYSTEM}), Action.CREATE_CERTIFICATION
        ),
        "refused: reserved/DOC-CERT-09 reserved/ALL-ROLE-01",
    ),
    "may: delegated": (
        lambda: visibility.may(
            Actor("ada", {Role.POWER_USER}), Action.EDIT_AWARD, policy=DELEGATING
        ),
        "granted: delegated",
    ),
    "lint: no link, and typing errors": (
        lambda: notifications.lint(
            Notification("n1", NoticeKind.EXPIRY, subject="{{frist_name}}", body="{{xyz}}")
        ),
        "warned: renew_link_missing short_code_misspelt short_code_unknown",
    ),
}


def reasons(case: str) -> tuple[str, list[Reason]]:
    answer = CASES[case][0]()
    if isinstance(answer, list):
        return "warned", answer
    return "granted" if answer else "refused", list(answer.reasons)


def word(reason: Reason) -> str:
    own = reason.rule is reason.code.rule
    return str(reason.code) if own else f"{reason.code}/{reason.rule.id}"


def test_the_reasons_of_every_case() -> None:
    found = {case: told(*reasons(case)) for case in CASES}
    assert found == {case: expected for case, (_, expected) in CASES.items()}


def told(outcome: str, found: Iterable[Reason]) -> str:
    return " ".join([f"{outcome}:", *map(word, found)])


def test_every_reason_reads_without_gaps() -> None:
    texts = [(case, reason.text) for case in CASES for reason in reasons(case)[1]]
    gaps = "None", "  ", "{'", "<", "Item("
    assert [each for each in texts if not each[1] or any(gap in each[1] for gap in gaps)] == []


def test_every_code_is_the_reason_of_a_case() -> None:
    found = {reason.code for case in CASES for reason in reasons(case)[1]}
    assert [code for code in ReasonCode if code not in found] == []
