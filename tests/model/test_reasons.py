"""A code never changes: what others have stored or compared means the same for ever."""

from certrules.model.reasons import ENGLISH, ReasonCode, say
from certrules.model.records import FaultCode

CODES = """
all_completed already_held association_needs_item association_without_item attributes_change
attributes_kept award_archived award_changed award_editable award_of_completion award_replaced
awarded_by_hand awards_keep_expiry awards_lost awards_protected awards_restored awards_stand
badge_dates_reversed badge_exists badge_issued badge_not_current badge_revoked begins_later
cancelled_before_start changed_since completed_too_early completion_alone
completion_before_assignment completion_before_enrolment completion_before_issue
completion_before_start completion_in_future completion_plausible completion_recorded_before
completion_renews_nothing created delegated deletion_loses_history earlier_renewal_open earned
earning_course_never_taken earning_course_not_completed earning_course_not_enrolled ends_valid_award
expired_earned_again expired_needs_renewal expired_not_renewable expires_before_issue
expiry_required external_certifications_disabled external_choice_free external_earned_other
external_for_other_certification frozen goes_back held_so_edit image_as_recommended image_broken
image_format_unknown image_not_checked image_not_needed image_of_other_size image_required
image_too_large in_history inactive_certification inactive_user issued_later item_assigned_already
item_earns item_earns_other item_left_out item_not_assigned items_after_creation items_one_by_one
key_of_closed_renewal key_of_other_renewal link_not_allowed link_required never_expires
next_award_issued no_award no_course_earned no_earlier_enrolment no_expired_award no_item_assigned
no_renewal_open no_such_certification no_such_option no_training_to_reopen not_a_draft not_admitted
not_archivable not_by_admission not_by_archiving not_by_changed not_by_completed not_by_plan
not_by_taken_elsewhere not_by_unknown not_by_window not_completed not_held not_through_plan
not_yet_completed nothing_changes older_than_award permitted plan_earned plan_window_first predated
predating_possible record_issues record_renews record_unchanged record_updates renew_link_missing
renewable_any_time renewal_cancelled renewal_disabled renewal_issues renewal_open renewal_replaced
renewed request_repeated reserved retakes_off same_award several_items_needed short_code_misspelt
short_code_unknown source_changes started_by_other_item status_changes status_not_next still_a_draft
switched_off taken_elsewhere tracking_reset training_earned_before training_reopened
training_stays_complete unknown_item user_not_in_groups validity_free validity_listed
validity_not_listed window_over
"""


def test_no_code_has_changed_or_gone() -> None:
    assert sorted(map(str, ReasonCode)) == CODES.split()


def test_a_code_is_called_by_its_name() -> None:
    assert [code for code in ReasonCode if code.value != code.name.lower()] == []


def test_every_code_has_a_text() -> None:
    assert ENGLISH.keys() == set(ReasonCode)


def test_a_fault_of_the_same_code_has_the_same_rule_unless_imports_have_their_own() -> None:
    reasons = {code.value: code.rule.id for code in ReasonCode}
    shared = {code.value: code.rule.id for code in FaultCode if code.value in reasons}
    assert {code for code, rule in shared.items() if rule != reasons[code]} == {
        "inactive_user",  # DOC-CSV-23 says of imports what DOC-CERT-13 says of every award
        "item_not_assigned",  # INT-05 makes it a warning
        "unknown_item",  # DOC-CSV-09: by a code that nothing has
    }
    assert {"inactive_certification", "user_not_in_groups", "expires_before_issue"} <= set(shared)


def test_what_a_detail_is_called_in_english() -> None:
    assert say(()) == ""
    assert say(None) == "None"
