"""Reasons: why was it decided so, for programs and in English?

Each code has one meaning, and its value never changes. Beside it stands the rule that gives the
reason unless the context has another: a deactivated user is ``DOC-CERT-13`` when a certification is
awarded, and ``INT-24`` when it is renewed. Behind it stands what it says in English, which may
change. Write a table of texts for another language, and give it to
:func:`certrules.model.decisions.render`.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from enum import Enum, unique
from types import MappingProxyType
from typing import Any, Self

from certrules import instants
from certrules.rulebook import Rule
from certrules.words import Word

Template = str | Callable[[Mapping[str, Any]], str]
"""A text with the names of details in braces, or, if that is too little, a function of them."""


def say(value: object, *, zone: str | tzinfo = UTC) -> str:
    """Return how a detail is written in English; an instant names the zone in which it is written.

    >>> say((AssociationType.LEARNING_PLAN, datetime(2024, 7, 1, tzinfo=UTC)))
    'learning plan, 2024-07-01 00:00 UTC'
    """
    match value:
        case datetime():
            return instants.written(value, zone)
        case tuple():
            return ", ".join(say(each, zone=zone) for each in value)
        case Enum():
            return str(value).replace("_", " ")
        case _:
            return str(value)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun if number == 1 else noun + 's'}"


def _not_completed(details: Mapping[str, Any]) -> str:
    one, items = len(details["items"]) == 1, say(details["items"])
    return f"{items} is not completed" if one else f"none of {items} is completed"


def _never_valid(details: Mapping[str, Any]) -> str:
    same = details["expires_at"] == details["issued_at"]
    return f"the award would expire {'as' if same else 'before'} it is issued"


def _before_assignment(details: Mapping[str, Any]) -> str:
    was, it = ("was", "it was") if len(details["items"]) == 1 else ("were", "they were")
    return f"{say(details['items'])} {was} assigned only after {it} completed"


def _lost(details: Mapping[str, Any]) -> str:
    awards, users = _counted(details["awards"], "award"), _counted(details["users"], "user")
    return f"this loses {awards} of {users}, {details['archived']} of them archived"


def _restored(details: Mapping[str, Any]) -> str:
    renewals = details["renewals"]
    again = f"; open again: {_counted(renewals, 'renewal')} of them" if renewals else ""
    awards = _counted(details["awards"], "award")
    return f"current again: {awards} that the lost were to replace{again}"


def _protected(details: Mapping[str, Any]) -> str:
    lost = f"{_counted(details['awards'], 'award')} would be lost"
    return f"{lost}: ask for their removal, or deactivate {details['certification']}"


_SCOPES = {"anything": "everybody's", "company": "their company's", "own": "their own"}


def _for(details: Mapping[str, Any]) -> str:
    who = say(details["role"] or ("every user" if details["scope"] == "own" else "anybody"))
    needed = " and ".join(map(say, details["permissions"]))
    holder = f"{who} with {needed}" if needed else who
    return f"{say(details['action'])} is for {holder}: {_SCOPES[details['scope']]}"


class RuleCode(Word):
    """A code that never changes, with the rule that gives it."""

    rule: Rule

    def __new__(cls, code: str, rule: Rule, *_: object) -> Self:
        """Make the code itself the value, so that it can be looked up."""
        self = object.__new__(cls)
        self._value_ = code
        self.rule = rule
        return self


# fmt: off
@unique
class ReasonCode(RuleCode):
    """Every reason of a decision, by a code that never changes.

    >>> ReasonCode("not_held").rule
    Rule.DOC_RENEW_01
    """

    english: Template

    def __init__(self, _code: str, _rule: Rule, english: Template) -> None:
        self.english = english

    # issuing, in whatever way
    INACTIVE_USER = "inactive_user", Rule.DOC_CERT_13, "user {user} is deactivated"
    NO_SUCH_CERTIFICATION = ("no_such_certification", Rule.DOC_DELETE_01,
        "there is no such certification: deleted, or never made")
    INACTIVE_CERTIFICATION = ("inactive_certification", Rule.INT_31b,
        "certification {certification} is {status}, not active")
    USER_NOT_IN_GROUPS = ("user_not_in_groups", Rule.ALL_VIS_02,
        "certification {certification} is for groups to which {user} does not belong")
    SAME_AWARD = ("same_award", Rule.DOC_AWARD_02,
        "the user has this very award already: issued at the same instant, with the same expiry")
    EXPIRES_BEFORE_ISSUE = "expires_before_issue", Rule.INT_08, _never_valid
    ALREADY_HELD = "already_held", Rule.INT_37b, "the user holds the certification already"
    NOT_HELD = "not_held", Rule.DOC_RENEW_01, "the user does not hold the certification"

    # completions
    COMPLETION_PLAUSIBLE = ("completion_plausible", Rule.DOC_CERT_12,
        "nothing speaks against the completion")
    COMPLETION_RECORDED_BEFORE = ("completion_recorded_before", Rule.DOC_CERT_12,
        "the completion was recorded before, and earns nothing again")
    AWARD_OF_COMPLETION = ("award_of_completion", Rule.DOC_AWARD_02,
        "this completion of {item} has earned an award already: cycle {cycle}")
    COMPLETION_IN_FUTURE = ("completion_in_future", Rule.DOC_CERT_12,
        "the completion, {completed_at}, lies in the future")
    COMPLETION_BEFORE_ENROLMENT = ("completion_before_enrolment", Rule.DOC_CERT_12,
        "the completion is earlier than the enrolment, {enrolled_at}")
    COMPLETION_BEFORE_ASSIGNMENT = ("completion_before_assignment", Rule.DOC_ASSIGN_07,
        _before_assignment)
    ITEM_NOT_ASSIGNED = ("item_not_assigned", Rule.DOC_ASSIGN_03,
        "{item} is not assigned to {certification}")
    NO_ITEM_ASSIGNED = "no_item_assigned", Rule.INT_19, "no item is assigned to the certification"
    NOT_COMPLETED = "not_completed", Rule.ALL_TRAIN_03, _not_completed
    COMPLETION_RENEWS_NOTHING = ("completion_renews_nothing", Rule.DOC_RENEW_03,
        "the user holds the certification, and completing an item does not renew it")
    EXPIRED_NEEDS_RENEWAL = ("expired_needs_renewal", Rule.DOC_RENEW_03,
        ("the award expired on {expires_at}, and completing an item does not renew it: start its "
         "renewal"))
    EXPIRED_NOT_RENEWABLE = ("expired_not_renewable", Rule.DOC_RENEW_03,
        "the award expired on {expires_at}, and completing an item does not renew it")
    EARNED = "earned", Rule.INT_14b, "{item} was completed"
    EXPIRED_EARNED_AGAIN = ("expired_earned_again", Rule.INT_35,
        "training was open again after the expiry, and the expired award is archived")

    # external training
    EXTERNAL_FOR_OTHER_CERTIFICATION = ("external_for_other_certification", Rule.DOC_ASSIGN_09,
        "{item} was not reported for certification {certification}")
    EXTERNAL_EARNED_OTHER = ("external_earned_other", Rule.INT_22,
        "{item} has earned certification {certification}: unassign that first")
    EXTERNAL_CHOICE_FREE = ("external_choice_free", Rule.DOC_ASSIGN_09,
        "nothing speaks against the choice of the certification")

    # awards by hand, and their edits
    AWARDED_BY_HAND = "awarded_by_hand", Rule.DOC_CERT_11, "awarded by hand; association: {type}"
    HELD_SO_EDIT = ("held_so_edit", Rule.DOC_AWARD_09,
        "the user holds the certification already; edit that award instead")
    EXPIRY_REQUIRED = ("expiry_required", Rule.DOC_AWARD_02,
        "an award by hand has an expiry date, or is marked as always valid")
    ASSOCIATION_NEEDS_ITEM = ("association_needs_item", Rule.DOC_AWARD_04,
        "the association {type} needs the id of its item")
    ASSOCIATION_WITHOUT_ITEM = ("association_without_item", Rule.DOC_AWARD_04,
        "the association {type} has no item")
    EXTERNAL_CERTIFICATIONS_DISABLED = ("external_certifications_disabled", Rule.DOC_AWARD_05,
        "external certifications are not enabled on this platform")
    LINK_REQUIRED = ("link_required", Rule.DOC_AWARD_06,
        "an external certification needs a provider and a link, for each that it lists")
    LINK_NOT_ALLOWED = ("link_not_allowed", Rule.DOC_AWARD_06,
        "only an external certification has providers and links")
    AWARD_EDITABLE = "award_editable", Rule.DOC_AWARD_09, "an award may be edited"
    AWARD_ARCHIVED = ("award_archived", Rule.DOC_AWARD_09,
        "the award is history, which is not edited")
    NOTHING_CHANGES = "nothing_changes", Rule.DOC_AWARD_09, "nothing changes"

    # training from before the certification existed
    PREDATING_POSSIBLE = ("predating_possible", Rule.ALL_PREDATE_01,
        "to whoever completed its training before")
    PREDATED = "predated", Rule.ALL_PREDATE_01, "the training was completed before"
    COMPLETED_TOO_EARLY = ("completed_too_early", Rule.INT_37b,
        "the training was completed on {completed_at}, before the chosen day")
    TRAINING_EARNED_BEFORE = ("training_earned_before", Rule.INT_37,
        "the training has earned an award, and nothing was completed since")

    # training that opens again at expiry
    TRAINING_REOPENED = "training_reopened", Rule.ALL_EXP_03, "the award has expired"
    TRAINING_STAYS_COMPLETE = ("training_stays_complete", Rule.INT_34,
        "on this platform training stays complete")
    NO_EXPIRED_AWARD = "no_expired_award", Rule.ALL_EXP_03, "the user holds no expired award"
    NO_TRAINING_TO_REOPEN = ("no_training_to_reopen", Rule.ALL_EXP_03,
        "no training stands as completed before the expiry")

    # whether a renewal may be started
    RENEWABLE_ANY_TIME = ("renewable_any_time", Rule.DOC_RENEW_01,
        "an award may be renewed at any time")
    NO_COURSE_EARNED = ("no_course_earned", Rule.INT_19,
        "no course earned the award, so none has to be completed now")
    PLAN_EARNED = ("plan_earned", Rule.INT_19,
        "a learning plan and no course by itself earned the award, so none has to be completed now")
    EARNING_COURSE_NEVER_TAKEN = ("earning_course_never_taken", Rule.INT_19,
        ("the user was never enrolled here in the course that earned the award, so none has to "
         "be completed now"))
    NEVER_EXPIRES = "never_expires", Rule.INT_19b, "an award that never expires may be renewed too"
    PLAN_WINDOW_FIRST = ("plan_window_first", Rule.INT_13,
        "the validity period of {plan} comes before that of {item}")
    RENEWAL_DISABLED = "renewal_disabled", Rule.ALL_EXP_04, "this platform has no renewal"
    SEVERAL_ITEMS_NEEDED = ("several_items_needed", Rule.INT_32,
        "a renewal is done by one item, and the certification needs several")
    ISSUED_LATER = "issued_later", Rule.DOC_RENEW_01, "the award is issued only later, {issued_at}"
    NEXT_AWARD_ISSUED = ("next_award_issued", Rule.INT_46,
        "the next award is issued already, and begins on {issued_at}")
    EARNING_COURSE_NOT_COMPLETED = ("earning_course_not_completed", Rule.DOC_RENEW_02,
        "{item}, which earned the award, is not completed: {enrolment_status}")
    EARNING_COURSE_NOT_ENROLLED = ("earning_course_not_enrolled", Rule.DOC_RENEW_02,
        "{item}, which earned the award, is not completed: not enrolled")
    RENEWAL_OPEN = ("renewal_open", Rule.INT_12b,
        "a renewal was started already: complete {item}, or cancel it")
    EARLIER_RENEWAL_OPEN = ("earlier_renewal_open", Rule.INT_12b,
        "a renewal of an earlier award was started and not completed: cancel it")
    ALL_COMPLETED = ("all_completed", Rule.DOC_RENEW_08,
        "every assigned item was completed, and retakes are off")

    # why an item does not renew, and why not although others do
    RETAKES_OFF = "retakes_off", Rule.DOC_RENEW_07, "{item} was completed, and retakes are off"
    TAKEN_ELSEWHERE = "taken_elsewhere", Rule.INT_19, "{item} cannot be taken here"
    UNKNOWN_ITEM = "unknown_item", Rule.INT_19, "the facts hold no {item}"
    NOT_ARCHIVABLE = ("not_archivable", Rule.X_ARCH_1,
        "the enrolment in {item} is {enrolment_status}, and cannot be archived")
    NOT_THROUGH_PLAN = "not_through_plan", Rule.INT_13, "{item} is not taken through {plan}"
    NOT_ADMITTED = ("not_admitted", Rule.INT_13,
        "{item} cannot be taken now: the enrolment in {plan} is {enrolment_status}")
    WINDOW_OVER = ("window_over", Rule.DOC_RENEW_14,
        "the validity period of {item} is over: {last_day} was its last day")
    NO_SUCH_OPTION = "no_such_option", Rule.INT_13, "{item} does not renew the award in this way"
    NOT_BY_COMPLETED = ("not_by_completed", Rule.DOC_RENEW_07,
        "not by {option}: it was completed, and retakes are off")
    NOT_BY_TAKEN_ELSEWHERE = ("not_by_taken_elsewhere", Rule.INT_19,
        "not by {option}: it cannot be taken here")
    NOT_BY_UNKNOWN = "not_by_unknown", Rule.INT_19, "not by {option}: the facts hold no such item"
    NOT_BY_ARCHIVING = ("not_by_archiving", Rule.X_ARCH_1,
        "not by {option}: the enrolment in it is {enrolment_status}, and cannot be archived")
    NOT_BY_PLAN = "not_by_plan", Rule.INT_13, "not by {option}: it is not taken through {plan}"
    NOT_BY_ADMISSION = ("not_by_admission", Rule.INT_13,
        "not by {option}: the enrolment in {plan} is {enrolment_status}")
    NOT_BY_WINDOW = ("not_by_window", Rule.DOC_RENEW_14,
        "not by {option}: the validity period of {item} is over: {last_day} was its last day")
    NOT_BY_CHANGED = ("not_by_changed", Rule.INT_12b,
        "not by {option}: its training has changed since {at}")

    # a renewal that is started
    TRACKING_RESET = ("tracking_reset", Rule.DOC_RENEW_06,
        "earlier tracking is reset, so that it can be retaken")
    NO_EARLIER_ENROLMENT = ("no_earlier_enrolment", Rule.INT_12,
        "nothing is archived or reset: there is no earlier enrolment")
    NOT_YET_COMPLETED = ("not_yet_completed", Rule.INT_12c,
        "nothing is archived or reset: the item was not yet completed")
    REQUEST_REPEATED = "request_repeated", Rule.INT_12b, "this very request was carried out"
    KEY_OF_OTHER_RENEWAL = ("key_of_other_renewal", Rule.INT_12b,
        "the key was used to start another renewal")
    KEY_OF_CLOSED_RENEWAL = ("key_of_closed_renewal", Rule.INT_12b,
        "the renewal of this key was {state} already: start another with a new key")
    AWARD_CHANGED = "award_changed", Rule.INT_12b, "the award has changed since it was looked at"
    CHANGED_SINCE = ("changed_since", Rule.INT_12b,
        "the award, its renewal or its training has changed since {at}")

    # a renewal that is completed or cancelled
    RENEWED = "renewed", Rule.INT_12b, "the renewal was completed by {item}"
    COMPLETION_ALONE = ("completion_alone", Rule.DOC_RENEW_03,
        "no renewal is open, and a completion alone renews nothing")
    STARTED_BY_OTHER_ITEM = ("started_by_other_item", Rule.INT_12b,
        "the renewal was started by {item}")
    COMPLETION_BEFORE_START = ("completion_before_start", Rule.INT_12b,
        "the completion is not later than the renewal's start, {started_at}")
    COMPLETION_BEFORE_ISSUE = ("completion_before_issue", Rule.INT_12b,
        "the completion is not later than the award's issue, {issued_at}")
    AWARD_REPLACED = ("award_replaced", Rule.INT_12b,
        "the award has been renewed or removed meanwhile")
    RENEWAL_CANCELLED = "renewal_cancelled", Rule.INT_12b, "an open renewal may be given up"
    RENEWAL_REPLACED = ("renewal_replaced", Rule.INT_12b,
        ("the renewal started on {started_at} is closed: another award takes the place of the "
         "one that it was to renew"))
    NO_RENEWAL_OPEN = "no_renewal_open", Rule.INT_12b, "no renewal is open"
    CANCELLED_BEFORE_START = ("cancelled_before_start", Rule.INT_12b,
        "the renewal is started only later, {started_at}")

    # imported records
    RECORD_ISSUES = "record_issues", Rule.DOC_CSV_05, "the user does not hold the certification"
    RECORD_RENEWS = ("record_renews", Rule.DOC_CSV_18,
        "the user holds it with other dates, and repeats are renewals")
    RENEWAL_ISSUES = "renewal_issues", Rule.DOC_CSV_20, "a renewed certification counts as issued"
    RECORD_UPDATES = "record_updates", Rule.INT_09, "the user holds it, and it is updated in place"
    RECORD_UNCHANGED = ("record_unchanged", Rule.INT_09,
        "the store already says what the record says")
    IN_HISTORY = ("in_history", Rule.INT_45,
        "the record is in the history already, and the user holds another award")
    OLDER_THAN_AWARD = ("older_than_award", Rule.INT_44,
        "issued on {issued_at}, before the award that the user holds, {held_issued_at}")
    ENDS_VALID_AWARD = ("ends_valid_award", Rule.INT_44,
        "the user's valid award would become {award_status}")
    GOES_BACK = ("goes_back", Rule.INT_44,
        "issued on {issued_at}, before the award that it replaces, {held_issued_at}")
    BEGINS_LATER = ("begins_later", Rule.INT_46,
        "until it begins, {issued_at}, the award that the user holds is current")
    SOURCE_CHANGES = "source_changes", Rule.INT_47, "it was earned by {before}, and now by {after}"

    # items assigned and unlinked; awards and certifications removed
    ITEM_EARNS = ("item_earns", Rule.DOC_ASSIGN_07,
        "it earns {certification} by what is completed later than {assigned_at}")
    ITEM_ASSIGNED_ALREADY = ("item_assigned_already", Rule.INT_22,
        "{item} is assigned to {certification} already")
    ITEM_EARNS_OTHER = ("item_earns_other", Rule.DOC_ASSIGN_04,
        "{item} earns {certification}: unlink it there first")
    ITEM_LEFT_OUT = ("item_left_out", Rule.DOC_ASSIGN_11,
        ("{item} is assigned in the store and missing here: unlink it first, which removes the "
         "awards that it earned"))
    ITEMS_AFTER_CREATION = ("items_after_creation", Rule.DOC_ASSIGN_01,
        "items are assigned to a certification that exists already")
    ITEMS_ONE_BY_ONE = ("items_one_by_one", Rule.DOC_ASSIGN_11,
        "items are assigned and unlinked one by one")
    AWARDS_LOST = "awards_lost", Rule.DOC_ASSIGN_11, _lost
    AWARDS_RESTORED = "awards_restored", Rule.INT_46, _restored
    NO_AWARD = "no_award", Rule.DOC_AWARD_10, "the user does not have the certification"
    AWARDS_PROTECTED = "awards_protected", Rule.INT_38, _protected
    DELETION_LOSES_HISTORY = ("deletion_loses_history", Rule.DOC_DELETE_04,
        "deleting loses history for good; making it inactive keeps what was earned")

    # certifications created, edited and published
    CREATED = "created", Rule.INT_31b, "it begins as {status}"
    ATTRIBUTES_CHANGE = "attributes_change", Rule.DOC_CERT_07, "this changes {attributes}"
    ATTRIBUTES_KEPT = ("attributes_kept", Rule.DOC_CERT_07,
        "{attributes} cannot be changed: they stay as they were")
    AWARDS_KEEP_EXPIRY = ("awards_keep_expiry", Rule.INT_01c,
        "awards that were made keep their expiry")
    STATUS_CHANGES = "status_changes", Rule.INT_31b, "it becomes {status}"
    AWARDS_STAND = ("awards_stand", Rule.INT_38,
        "nothing more is issued, and awards that were made stand")
    FROZEN = ("frozen", Rule.ALL_CERT_09,
        ("{attributes} cannot be changed after publication: deactivate {certification} and "
         "create another"))
    STATUS_NOT_NEXT = "status_not_next", Rule.INT_31b, "what is {status} does not become {wanted}"
    NOT_A_DRAFT = ("not_a_draft", Rule.INT_31b,
        "{certification} is {status}: only a draft is published")
    STILL_A_DRAFT = "still_a_draft", Rule.INT_31b, "{certification} is a draft: publish it first"
    VALIDITY_FREE = ("validity_free", Rule.DOC_EXP_01,
        "{validity} is a whole number of calendar units")
    VALIDITY_LISTED = "validity_listed", Rule.ALL_EXP_01, "{validity} is one of: {validities}"
    VALIDITY_NOT_LISTED = ("validity_not_listed", Rule.ALL_EXP_01,
        "{validity} is not one of: {validities}")

    # images of badges
    IMAGE_NOT_NEEDED = "image_not_needed", Rule.ALL_BADGE_01, "no badge image is needed here"
    IMAGE_REQUIRED = ("image_required", Rule.ALL_BADGE_01,
        "a badge image is mandatory for a published certification")
    IMAGE_NOT_CHECKED = ("image_not_checked", Rule.ALL_BADGE_06,
        "{image} was not looked at: nobody knows whether it can be shown")
    IMAGE_FORMAT_UNKNOWN = ("image_format_unknown", Rule.ALL_BADGE_04,
        "the content is neither a PNG nor a JPEG")
    IMAGE_BROKEN = "image_broken", Rule.ALL_BADGE_04, "the badge image cannot be shown: {fault}"
    IMAGE_TOO_LARGE = ("image_too_large", Rule.ALL_BADGE_03,
        "{width} by {height} pixels are more than {side} by {side}")
    IMAGE_AS_RECOMMENDED = ("image_as_recommended", Rule.ALL_BADGE_04,
        "a {format} of {side} by {side} pixels")
    IMAGE_OF_OTHER_SIZE = ("image_of_other_size", Rule.ALL_BADGE_02,
        "{width} by {height} pixels are accepted, and {side} by {side} recommended")

    # badges
    BADGE_ISSUED = "badge_issued", Rule.ALL_ROLE_11, "an award can be verified by anyone"
    BADGE_EXISTS = "badge_exists", Rule.ALL_ROLE_11, "the award has this badge"
    BADGE_REVOKED = ("badge_revoked", Rule.ALL_ROLE_11,
        "the badge of this award was revoked for ever")
    BADGE_NOT_CURRENT = ("badge_not_current", Rule.ALL_ROLE_11,
        "the user holds no award of which this is the badge now")
    BADGE_DATES_REVERSED = ("badge_dates_reversed", Rule.INT_08,
        "the award expires before it is issued, which no badge can say")

    # who may do what
    PERMITTED = "permitted", Rule.INT_27, _for
    RESERVED = "reserved", Rule.INT_27, _for
    DELEGATED = "delegated", Rule.INT_27, "{action} is delegated to {role}"
    SWITCHED_OFF = ("switched_off", Rule.DOC_CERT_01,
        "certifications are switched off on this platform")

    # templates of notifications
    RENEW_LINK_MISSING = ("renew_link_missing", Rule.DOC_NOTIFY_03,
        "the body has no [renew_link], so that nobody can renew from it")
    SHORT_CODE_MISSPELT = ("short_code_misspelt", Rule.X_NOTIFY_2,
        "{short_code} is no short code; did you mean {meant}?")
    SHORT_CODE_UNKNOWN = ("short_code_unknown", Rule.X_NOTIFY_2,
        "{short_code} is no short code; known are {known}")
# fmt: on


ENGLISH: Mapping[ReasonCode, Template] = MappingProxyType(
    {each: each.english for each in ReasonCode}
)
"""The English text of each code."""
