"""Reason codes: why was it decided so, for programs?

Each code has one meaning, and its value never changes. Beside it stands the rule that gives the
reason unless the context has another: a deactivated user is ``DOC-CERT-13`` when a certification is
awarded, and ``INT-24`` when it is renewed. What each says in English stands in
:mod:`certrules.model.english`.
"""

from enum import unique
from typing import Self

from certrules.rulebook import Rule
from certrules.words import Word

__all__ = ["ReasonCode", "RuleCode"]


class RuleCode(Word):
    """A code that never changes, with the rule that gives it."""

    rule: Rule

    def __new__(cls, code: str, rule: Rule) -> Self:
        """Make the code itself the value, so that it can be looked up."""
        self = object.__new__(cls)
        self._value_ = code
        self.rule = rule
        return self


@unique
class ReasonCode(RuleCode):
    """Every reason of a decision, by a code that never changes.

    >>> ReasonCode("not_held").rule
    Rule.DOC_RENEW_01
    """

    # issuing, in whatever way
    INACTIVE_USER = "inactive_user", Rule.DOC_CERT_13
    NO_SUCH_CERTIFICATION = "no_such_certification", Rule.DOC_DELETE_01
    INACTIVE_CERTIFICATION = "inactive_certification", Rule.INT_31b
    USER_NOT_IN_GROUPS = "user_not_in_groups", Rule.ALL_VIS_02
    SAME_AWARD = "same_award", Rule.DOC_AWARD_02
    EXPIRES_BEFORE_ISSUE = "expires_before_issue", Rule.INT_08
    ALREADY_HELD = "already_held", Rule.INT_37b
    NOT_HELD = "not_held", Rule.DOC_RENEW_01

    # completions
    COMPLETION_PLAUSIBLE = "completion_plausible", Rule.DOC_CERT_12
    COMPLETION_RECORDED_BEFORE = "completion_recorded_before", Rule.DOC_CERT_12
    AWARD_OF_COMPLETION = "award_of_completion", Rule.DOC_AWARD_02
    COMPLETION_IN_FUTURE = "completion_in_future", Rule.DOC_CERT_12
    COMPLETION_BEFORE_ENROLMENT = "completion_before_enrolment", Rule.DOC_CERT_12
    COMPLETION_BEFORE_ASSIGNMENT = "completion_before_assignment", Rule.DOC_ASSIGN_07
    ITEM_NOT_ASSIGNED = "item_not_assigned", Rule.DOC_ASSIGN_03
    NO_ITEM_ASSIGNED = "no_item_assigned", Rule.INT_19
    NOT_COMPLETED = "not_completed", Rule.ALL_TRAIN_03
    COMPLETION_RENEWS_NOTHING = "completion_renews_nothing", Rule.DOC_RENEW_03
    EXPIRED_NEEDS_RENEWAL = "expired_needs_renewal", Rule.DOC_RENEW_03
    EXPIRED_NOT_RENEWABLE = "expired_not_renewable", Rule.DOC_RENEW_03
    EARNED = "earned", Rule.INT_14b
    EXPIRED_EARNED_AGAIN = "expired_earned_again", Rule.INT_35

    # external training
    EXTERNAL_FOR_OTHER_CERTIFICATION = "external_for_other_certification", Rule.DOC_ASSIGN_09
    EXTERNAL_EARNED_OTHER = "external_earned_other", Rule.INT_22
    EXTERNAL_CHOICE_FREE = "external_choice_free", Rule.DOC_ASSIGN_09

    # awards by hand, and their edits
    AWARDED_BY_HAND = "awarded_by_hand", Rule.DOC_CERT_11
    HELD_SO_EDIT = "held_so_edit", Rule.DOC_AWARD_09
    EXPIRY_REQUIRED = "expiry_required", Rule.DOC_AWARD_02
    ASSOCIATION_NEEDS_ITEM = "association_needs_item", Rule.DOC_AWARD_04
    ASSOCIATION_WITHOUT_ITEM = "association_without_item", Rule.DOC_AWARD_04
    EXTERNAL_CERTIFICATIONS_DISABLED = "external_certifications_disabled", Rule.DOC_AWARD_05
    LINK_REQUIRED = "link_required", Rule.DOC_AWARD_06
    LINK_NOT_ALLOWED = "link_not_allowed", Rule.DOC_AWARD_06
    AWARD_EDITABLE = "award_editable", Rule.DOC_AWARD_09
    AWARD_ARCHIVED = "award_archived", Rule.DOC_AWARD_09
    NOTHING_CHANGES = "nothing_changes", Rule.DOC_AWARD_09

    # training from before the certification existed
    PREDATING_POSSIBLE = "predating_possible", Rule.ALL_PREDATE_01
    PREDATED = "predated", Rule.ALL_PREDATE_01
    COMPLETED_TOO_EARLY = "completed_too_early", Rule.INT_37b
    TRAINING_EARNED_BEFORE = "training_earned_before", Rule.INT_37

    # training that opens again at expiry
    TRAINING_REOPENED = "training_reopened", Rule.ALL_EXP_03
    TRAINING_STAYS_COMPLETE = "training_stays_complete", Rule.INT_34
    NO_EXPIRED_AWARD = "no_expired_award", Rule.ALL_EXP_03
    NO_TRAINING_TO_REOPEN = "no_training_to_reopen", Rule.ALL_EXP_03

    # whether a renewal may be started
    RENEWABLE_ANY_TIME = "renewable_any_time", Rule.DOC_RENEW_01
    NO_COURSE_EARNED = "no_course_earned", Rule.INT_19
    PLAN_EARNED = "plan_earned", Rule.INT_19
    EARNING_COURSE_NEVER_TAKEN = "earning_course_never_taken", Rule.INT_19
    NEVER_EXPIRES = "never_expires", Rule.INT_19b
    PLAN_WINDOW_FIRST = "plan_window_first", Rule.INT_13
    RENEWAL_DISABLED = "renewal_disabled", Rule.ALL_EXP_04
    SEVERAL_ITEMS_NEEDED = "several_items_needed", Rule.INT_32
    ISSUED_LATER = "issued_later", Rule.DOC_RENEW_01
    EARNING_COURSE_NOT_COMPLETED = "earning_course_not_completed", Rule.DOC_RENEW_02
    EARNING_COURSE_NOT_ENROLLED = "earning_course_not_enrolled", Rule.DOC_RENEW_02
    RENEWAL_OPEN = "renewal_open", Rule.INT_12b
    EARLIER_RENEWAL_OPEN = "earlier_renewal_open", Rule.INT_12b
    ALL_COMPLETED = "all_completed", Rule.DOC_RENEW_08

    # why an item does not renew, and why not although others do
    RETAKES_OFF = "retakes_off", Rule.DOC_RENEW_07
    TAKEN_ELSEWHERE = "taken_elsewhere", Rule.INT_19
    UNKNOWN_ITEM = "unknown_item", Rule.INT_19
    NOT_ARCHIVABLE = "not_archivable", Rule.X_ARCH_1
    NOT_THROUGH_PLAN = "not_through_plan", Rule.INT_13
    NOT_ADMITTED = "not_admitted", Rule.INT_13
    WINDOW_OVER = "window_over", Rule.DOC_RENEW_14
    NO_SUCH_OPTION = "no_such_option", Rule.INT_13
    NOT_BY_COMPLETED = "not_by_completed", Rule.DOC_RENEW_07
    NOT_BY_TAKEN_ELSEWHERE = "not_by_taken_elsewhere", Rule.INT_19
    NOT_BY_UNKNOWN = "not_by_unknown", Rule.INT_19
    NOT_BY_ARCHIVING = "not_by_archiving", Rule.X_ARCH_1
    NOT_BY_PLAN = "not_by_plan", Rule.INT_13
    NOT_BY_ADMISSION = "not_by_admission", Rule.INT_13
    NOT_BY_WINDOW = "not_by_window", Rule.DOC_RENEW_14

    # a renewal that is started
    TRACKING_RESET = "tracking_reset", Rule.DOC_RENEW_06
    NO_EARLIER_ENROLMENT = "no_earlier_enrolment", Rule.INT_12
    NOT_YET_COMPLETED = "not_yet_completed", Rule.INT_12c
    REQUEST_REPEATED = "request_repeated", Rule.INT_12b
    KEY_OF_OTHER_RENEWAL = "key_of_other_renewal", Rule.INT_12b
    KEY_OF_CLOSED_RENEWAL = "key_of_closed_renewal", Rule.INT_12b
    AWARD_CHANGED = "award_changed", Rule.INT_12b
    CHANGED_SINCE = "changed_since", Rule.INT_12b

    # a renewal that is completed or cancelled
    RENEWED = "renewed", Rule.INT_12b
    COMPLETION_ALONE = "completion_alone", Rule.DOC_RENEW_03
    STARTED_BY_OTHER_ITEM = "started_by_other_item", Rule.INT_12b
    COMPLETION_BEFORE_START = "completion_before_start", Rule.INT_12b
    COMPLETION_BEFORE_ISSUE = "completion_before_issue", Rule.INT_12b
    AWARD_REPLACED = "award_replaced", Rule.INT_12b
    RENEWAL_CANCELLED = "renewal_cancelled", Rule.INT_12b
    RENEWAL_REPLACED = "renewal_replaced", Rule.INT_12b
    NO_RENEWAL_OPEN = "no_renewal_open", Rule.INT_12b
    CANCELLED_BEFORE_START = "cancelled_before_start", Rule.INT_12b

    # imported records
    RECORD_ISSUES = "record_issues", Rule.DOC_CSV_05
    RECORD_RENEWS = "record_renews", Rule.DOC_CSV_18
    RENEWAL_ISSUES = "renewal_issues", Rule.DOC_CSV_20
    RECORD_UPDATES = "record_updates", Rule.INT_09
    RECORD_UNCHANGED = "record_unchanged", Rule.INT_09
    IN_HISTORY = "in_history", Rule.INT_45
    OLDER_THAN_AWARD = "older_than_award", Rule.INT_44
    ENDS_VALID_AWARD = "ends_valid_award", Rule.INT_44
    GOES_BACK = "goes_back", Rule.INT_44
    BEGINS_LATER = "begins_later", Rule.INT_46
    SOURCE_CHANGES = "source_changes", Rule.INT_47

    # items assigned and unlinked; awards and certifications removed
    ITEM_EARNS = "item_earns", Rule.DOC_ASSIGN_07
    ITEM_ASSIGNED_ALREADY = "item_assigned_already", Rule.INT_22
    ITEM_EARNS_OTHER = "item_earns_other", Rule.DOC_ASSIGN_04
    ITEM_LEFT_OUT = "item_left_out", Rule.DOC_ASSIGN_11
    ITEMS_AFTER_CREATION = "items_after_creation", Rule.DOC_ASSIGN_01
    ITEMS_ONE_BY_ONE = "items_one_by_one", Rule.DOC_ASSIGN_11
    AWARDS_LOST = "awards_lost", Rule.DOC_ASSIGN_11
    NO_AWARD = "no_award", Rule.DOC_AWARD_10
    AWARDS_PROTECTED = "awards_protected", Rule.INT_38
    DELETION_LOSES_HISTORY = "deletion_loses_history", Rule.DOC_DELETE_04

    # certifications created, edited and published
    CREATED = "created", Rule.INT_31b
    ATTRIBUTES_CHANGE = "attributes_change", Rule.DOC_CERT_07
    ATTRIBUTES_KEPT = "attributes_kept", Rule.DOC_CERT_07
    AWARDS_KEEP_EXPIRY = "awards_keep_expiry", Rule.INT_01c
    STATUS_CHANGES = "status_changes", Rule.INT_31b
    AWARDS_STAND = "awards_stand", Rule.INT_38
    FROZEN = "frozen", Rule.ALL_CERT_09
    STATUS_NOT_NEXT = "status_not_next", Rule.INT_31b
    NOT_A_DRAFT = "not_a_draft", Rule.INT_31b
    STILL_A_DRAFT = "still_a_draft", Rule.INT_31b
    VALIDITY_FREE = "validity_free", Rule.DOC_EXP_01
    VALIDITY_LISTED = "validity_listed", Rule.ALL_EXP_01
    VALIDITY_NOT_LISTED = "validity_not_listed", Rule.ALL_EXP_01

    # images of badges
    IMAGE_NOT_NEEDED = "image_not_needed", Rule.ALL_BADGE_01
    IMAGE_REQUIRED = "image_required", Rule.ALL_BADGE_01
    IMAGE_NOT_CHECKED = "image_not_checked", Rule.ALL_BADGE_06
    IMAGE_FORMAT_UNKNOWN = "image_format_unknown", Rule.ALL_BADGE_04
    IMAGE_BROKEN = "image_broken", Rule.ALL_BADGE_04
    IMAGE_TOO_LARGE = "image_too_large", Rule.ALL_BADGE_03
    IMAGE_AS_RECOMMENDED = "image_as_recommended", Rule.ALL_BADGE_04
    IMAGE_OF_OTHER_SIZE = "image_of_other_size", Rule.ALL_BADGE_02

    # badges
    BADGE_ISSUED = "badge_issued", Rule.ALL_ROLE_11
    BADGE_EXISTS = "badge_exists", Rule.ALL_ROLE_11
    BADGE_REVOKED = "badge_revoked", Rule.ALL_ROLE_11
    BADGE_NOT_CURRENT = "badge_not_current", Rule.ALL_ROLE_11
    BADGE_DATES_REVERSED = "badge_dates_reversed", Rule.INT_08

    # who may do what
    PERMITTED = "permitted", Rule.INT_27
    RESERVED = "reserved", Rule.INT_27
    DELEGATED = "delegated", Rule.INT_27
    SWITCHED_OFF = "switched_off", Rule.DOC_CERT_01

    # templates of notifications
    RENEW_LINK_MISSING = "renew_link_missing", Rule.DOC_NOTIFY_03
    SHORT_CODE_MISSPELT = "short_code_misspelt", Rule.X_NOTIFY_2
    SHORT_CODE_UNKNOWN = "short_code_unknown", Rule.X_NOTIFY_2
