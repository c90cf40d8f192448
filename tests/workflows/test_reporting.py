"""What do the reports and a learner's own list show of a store?"""

from datetime import UTC

import pytest

from certrules import AssociationType, Award, ItemKind, Rule, Source
from certrules.errors import InvalidValueError
from certrules.model.learning import Completion, Enrolment
from certrules.model.people import Scope
from certrules.repositories.protocols import Store, Transaction
from certrules.rules import reporting as rules
from certrules.rules.reporting import Report
from certrules.workflows import awarding, reporting
from tests.workflows.conftest import acting, day

BEFORE = Award("bob", "fa", day(1), day(90)).archive(day(50))
AFTER = Award("ada", "fa", day(1), day(40)).archive(day(50))
CURRENT = [
    Award("ada", "conduct", day(2), None),
    Award("ada", "fa", day(50), day(100), cycle=2),
    Award("bob", "fa", day(50), day(150), cycle=2),
]


def shown(store: Store[Transaction], which: Report) -> list[tuple[str, str, int, str]]:
    with store.reading() as view:
        found = list(reporting.report(acting(store), view, which, at=day(120)))
        rows = [line for line, _ in found]
        assert [(row.award.user_id, row.award.certification_id) for _, row in found] == [
            (line.user_id, line.certification_id) for line in rows
        ]
        assert rows == rules.report(which, view.awards.select(), at=day(120), zone=UTC)
    return [(row.user_id, row.certification_id, row.cycle, str(row.status)) for row in rows]


@pytest.mark.rule("DOC-REPORT-01", "DOC-REPORT-02", "DOC-REPORT-03", "DOC-REPORT-04", "INT-18")
def test_both_reports_show_their_awards_in_their_order(store: Store[Transaction]) -> None:
    with store.writing() as transaction:
        transaction.awards.add([*CURRENT, BEFORE, AFTER])
    assert shown(store, Report.USERS_CERTIFICATIONS) == [
        ("ada", "conduct", 1, "valid"),
        ("ada", "fa", 1, "archived"),
        ("ada", "fa", 2, "expired"),
        ("bob", "fa", 1, "archived"),
        ("bob", "fa", 2, "valid"),
    ]
    assert shown(store, Report.CERTIFICATIONS_USERS) == [
        ("ada", "conduct", 1, "valid"),
        ("ada", "fa", 2, "expired"),
        ("bob", "fa", 1, "archived"),
        ("bob", "fa", 2, "valid"),
    ]


@pytest.mark.rule("DOC-VIEW-01", "DOC-VIEW-02", "DOC-VIEW-03")
def test_a_learner_sees_what_can_be_renewed_and_why_not(store: Store[Transaction]) -> None:
    done = Completion("ada", ItemKind.COURSE, "A", day(10))
    awarding.complete(acting(store), done, at=day(10))
    source = Source(AssociationType.COURSE, "B")
    with store.writing() as transaction:
        transaction.awards.add([Award("ada", "conduct", day(2), None, source=source), BEFORE])
        transaction.learning.put_enrolments([Enrolment("ada", ItemKind.COURSE, "B", day(1))])
    conduct, first_aid = reporting.learner(acting(store), "ada", at=day(120))
    assert (conduct.title, conduct.days_left, bool(conduct.renewal)) == ("Conduct", None, False)
    assert Rule.DOC_RENEW_02 in {reason.rule for reason in conduct.renewal.reasons}
    assert (first_aid.title, first_aid.days_left) == ("First aid", 256)
    assert first_aid.renewal


@pytest.mark.rule("DOC-REPORT-03", "INT-18")
def test_a_report_may_tell_of_one_user(store: Store[Transaction]) -> None:
    with store.writing() as transaction:
        transaction.awards.add([*CURRENT, BEFORE, AFTER, Award("ada", "gone", day(1), None)])
    with store.reading() as view:
        for which in Report:
            everybodys = reporting.report(acting(store), view, which, at=day(120))
            hers = [(line, row) for line, row in everybodys if line.user_id == "ada"]
            ada = reporting.report(acting(store), view, which, at=day(120), scope=Scope("ada"))
            assert list(ada) == hers
        assert not list(
            reporting.report(acting(store), view, which, at=day(120), scope=Scope("nobody"))
        )


@pytest.mark.rule("DOC-REPORT-04", "DOC-VIEW-01", "DOC-VIEW-03")
def test_a_learner_sees_what_stood_at_an_earlier_instant(store: Store[Transaction]) -> None:
    with store.writing() as transaction:
        transaction.awards.add([BEFORE, Award("bob", "fa", day(50), day(150), cycle=2)])
    (line,) = reporting.learner(acting(store), "bob", at=day(49))
    assert (line.issued_at, line.expires_at, line.days_left) == (day(1), day(90), 41)
    assert "the award is issued only later" not in str(line.renewal)
    assert [each.issued_at for each in reporting.learner(acting(store), "bob", at=day(50))] == [
        day(50)
    ]


def test_nobody_sees_anything(store: Store[Transaction]) -> None:
    with pytest.raises(InvalidValueError, match="'nobody'"):
        reporting.learner(acting(store), "nobody", at=day(1))


@pytest.mark.rule("DOC-DELETE-03")
def test_awards_of_what_is_gone_are_in_neither_report(store: Store[Transaction]) -> None:
    gone = Award("ada", "gone", day(1), None)
    with store.writing() as transaction:
        transaction.awards.add([gone, *CURRENT])
    with store.reading() as view:
        for which in Report:
            rows = reporting.report(acting(store), view, which, at=day(120))
            assert {line.certification_id for line, _ in rows} == {"fa", "conduct"}
    assert [
        line.certification_id for line in reporting.learner(acting(store), "ada", at=day(50))
    ] == ["conduct", "fa"]
