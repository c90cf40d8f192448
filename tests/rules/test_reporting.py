"""What reports and lists show; the table of the two reports is another module."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from certrules import Award, Certification, Granted, Refused
from certrules.errors import NaiveDatetimeError
from certrules.model.awards import Status
from certrules.model.decisions import Answer
from certrules.model.tables import AwardRow
from certrules.rules import reporting, status
from certrules.rules.reporting import LearnerAward, Report, ReportRow
from certrules.testing import strategies

BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
ENDS = datetime(2025, 1, 1, tzinfo=UTC)
AT = datetime(2024, 7, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)
ADA = Award("ada", "fa", BEGIN, ENDS)
ROWS = [
    evolve(ADA, user_id=user, certification_id=fa) for user in ("bob", "ada") for fa in ("z", "fa")
]


def learner_awards(awards: list[Award], at: datetime) -> list[LearnerAward]:
    known = CERTIFICATIONS
    rows = (
        AwardRow(each, status.status_at(each, at), certification=known.get(each.certification_id))
        for each in awards
    )
    return reporting.learner_awards(rows, ANSWERS, at=at, zone=UTC)


def report(which: Report, awards: list[Award], **fields: Any) -> list[ReportRow]:
    return reporting.report(which, awards, **{"at": AT, "zone": UTC, **fields})


@pytest.mark.rule("DOC-RENEW-17", "DOC-RENEW-18", "INT-18")
def test_which_reports_show_a_renewed_award() -> None:
    assert reporting.report_visibility(renewed_before_expiry=True) == frozenset(Report)
    after = reporting.report_visibility(renewed_before_expiry=False)
    assert after == {Report.USERS_CERTIFICATIONS}


@pytest.mark.rule("INT-18b")
@pytest.mark.parametrize(("after", "before"), [(-TICK, True), (0 * TICK, False), (TICK, False)])
def test_at_the_very_instant_counts_as_after(after: timedelta, before: bool) -> None:
    assert reporting.renewed_before_expiry(ADA.archive(ENDS + after)) is before


def test_what_is_not_archived_was_not_renewed_and_what_never_expires_was_renewed_before() -> None:
    assert not reporting.renewed_before_expiry(ADA)
    assert reporting.renewed_before_expiry(evolve(ADA, expires_at=None).archive(ENDS))


@pytest.mark.rule("DOC-REPORT-01")
def test_each_report_has_its_order() -> None:
    by_user = [
        (row.user_id, row.certification_id) for row in report(Report.USERS_CERTIFICATIONS, ROWS)
    ]
    assert by_user == [("ada", "fa"), ("ada", "z"), ("bob", "fa"), ("bob", "z")]
    by_fa = [
        (row.certification_id, row.user_id) for row in report(Report.CERTIFICATIONS_USERS, ROWS)
    ]
    assert by_fa == [("fa", "ada"), ("fa", "bob"), ("z", "ada"), ("z", "bob")]


@pytest.mark.rule("DOC-REPORT-04", "DOC-EXP-05")
def test_a_row_tells_current_from_archived_and_keeps_its_own_dates() -> None:
    rows = report(Report.USERS_CERTIFICATIONS, [evolve(ADA, cycle=2), ADA.archive(AT)])
    assert rows == [
        ReportRow("ada", "fa", 1, BEGIN, ENDS, AT, Status.ARCHIVED, None),
        ReportRow("ada", "fa", 2, BEGIN, ENDS, None, Status.VALID, 184),
    ]


HISTORY = [ADA.archive(AT), evolve(ADA, issued_at=AT, cycle=2)]


@pytest.mark.rule("DOC-REPORT-04")
@pytest.mark.parametrize("which", Report)
def test_a_report_shows_what_stood_at_its_instant(which: Report) -> None:
    before = report(which, HISTORY, at=AT - TICK)
    assert [(row.cycle, row.status, row.archived_at) for row in before] == [(1, Status.VALID, None)]
    assert before[0].days_left == 185
    then = report(which, HISTORY, at=AT)
    assert [(row.cycle, row.status, row.days_left) for row in then] == [
        (1, Status.ARCHIVED, None),
        (2, Status.VALID, 184),
    ]
    assert report(which, HISTORY, at=BEGIN - TICK) == []


@pytest.mark.rule("DOC-VIEW-01")
@pytest.mark.parametrize(("at", "issued"), [(AT - TICK, [BEGIN]), (AT, [AT]), (BEGIN - TICK, [])])
def test_a_list_shows_what_was_held_at_its_instant(at: datetime, issued: list[datetime]) -> None:
    own = learner_awards(HISTORY, at)
    assert [line.issued_at for line in own] == issued


CERTIFICATIONS = {
    "fa": Certification("fa", "First aid", "FA", "Bandages"),
    "z": Certification("z", "Abseiling"),
}
ANSWERS: dict[str, Answer] = {"fa": Granted(), "z": Refused(())}


@pytest.mark.rule("DOC-DELETE-03", "DOC-VIEW-01", "DOC-VIEW-02", "DOC-VIEW-03", "DOC-EXP-05")
def test_a_learner_sees_what_they_have_and_whether_it_can_be_renewed() -> None:
    awards = [
        ADA,
        ADA.archive(AT),
        evolve(ADA, certification_id="z", expires_at=None),
        evolve(ADA, certification_id="gone"),
    ]
    lines = learner_awards(awards, AT)
    assert [(line.title, line.days_left, bool(line.renewal)) for line in lines] == [
        ("Abseiling", None, False),
        ("First aid", 184, True),
    ]
    shown = lines[1]
    assert (shown.code, shown.description) == ("FA", "Bandages")
    assert (shown.issued_at, shown.expires_at) == (BEGIN, ENDS)


def test_a_naive_instant_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(NaiveDatetimeError):
        report(Report.USERS_CERTIFICATIONS, ROWS, at=AT.replace(tzinfo=None))


@pytest.mark.law
@pytest.mark.rule("DOC-REPORT-02", "DOC-REPORT-03")
@given(strategies.facts().map(lambda facts: facts.awards), strategies.moments(), st.randoms())
def test_nothing_that_one_report_shows_is_missing_from_the_other_but_late_renewals(
    awards: list[Award], at: datetime, random: Any
) -> None:
    by_user = report(Report.USERS_CERTIFICATIONS, awards, at=at)
    by_fa = report(Report.CERTIFICATIONS_USERS, awards, at=at)
    stood = [award for award in (status.as_of(each, at) for each in awards) if award]
    assert len(by_user) == len(stood)
    late = [a for a in stood if a.archived and not reporting.renewed_before_expiry(a)]
    assert len(by_fa) == len(stood) - len(late)
    shuffled = random.sample(awards, len(awards))
    assert report(Report.USERS_CERTIFICATIONS, shuffled, at=at) == by_user
