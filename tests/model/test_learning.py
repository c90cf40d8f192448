from datetime import UTC, datetime

import pytest

from certrules import Completion, Enrolment, EnrolmentStatus, Facts, ItemKind, User
from certrules.model.learning import Renewal, RenewalOption, RenewalState

BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
AT = datetime(2024, 7, 1, tzinfo=UTC)
COURSE = ItemKind.COURSE


@pytest.mark.rule("X-STATUS-1", "X-RENEW-3")
def test_the_seven_statuses_of_an_enrolment_and_none_of_being_expired() -> None:
    assert {str(status) for status in EnrolmentStatus} == {
        "enrolled",
        "in_progress",
        "completed",
        "waiting",
        "to_confirm",
        "suspended",
        "overbooked",
    }


@pytest.mark.rule("X-ARCH-1")
def test_what_can_be_archived() -> None:
    archivable = [str(status) for status in EnrolmentStatus if status.archivable]
    assert archivable == ["enrolled", "in_progress", "completed"]


@pytest.mark.rule("X-ARCH-2", "X-RENEW-1")
def test_an_enrolment_is_archived_just_as_it_was() -> None:
    before = Enrolment("ada", COURSE, "c1", BEGIN, EnrolmentStatus.COMPLETED, completed_at=BEGIN)
    after = before.archive(AT)
    assert (after.archived, after.archived_at) == (True, AT)
    assert (after.status, after.completed_at) == (before.status, before.completed_at)
    assert not before.archived


def test_a_renewal_is_closed_once_for_all() -> None:
    opened = Renewal("ada", "fa", 1, 1, BEGIN, RenewalOption(COURSE, "c1"))
    closed = opened.close(RenewalState.CANCELLED, AT)
    assert (closed.state, closed.closed_at) == (RenewalState.CANCELLED, AT)


def test_facts_know_what_is_current_and_what_was_completed() -> None:
    past = Enrolment("ada", COURSE, "c1", BEGIN, EnrolmentStatus.COMPLETED, completed_at=BEGIN)
    now = Enrolment("ada", COURSE, "c1", AT, attempt=2)
    reported = Completion("ada", COURSE, "c2", AT)
    facts = Facts(
        User("ada", "ada"), None, enrolments=[now, past.archive(AT)], completions=[reported]
    )
    assert facts.enrolment(COURSE, "c1") == now
    assert facts.attempts(COURSE, "c1") == (now, past.archive(AT))
    assert facts.all_completions == (reported, Completion("ada", COURSE, "c1", BEGIN))
    assert (facts.held, facts.next_cycle, facts.renewal) == (None, 1, None)
