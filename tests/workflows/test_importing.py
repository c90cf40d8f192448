"""A file of records into a store."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from certrules import (
    Assignment,
    AssociationType,
    Award,
    Certification,
    CertificationStatus,
    Duplicates,
    ExpiryBasis,
    Item,
    ItemKind,
    RenewalOption,
    Source,
    User,
)
from certrules.errors import ConflictError, InvalidValueError, RecordsFileError
from certrules.instants import IssueDateConvention
from certrules.model.awards import Status
from certrules.model.learning import Course
from certrules.model.notices import Event, EventKind
from certrules.model.records import FaultCode
from certrules.records import RejectedRow, open_records
from certrules.repositories.memory import MemoryStore
from certrules.repositories.protocols import Store, Transaction
from certrules.repositories.sql import open_store
from certrules.rules.status import status_at
from certrules.workflows import importing, renewal
from certrules.workflows.importing import ImportReport, running
from tests.workflows.conftest import acting

AT = datetime(2026, 1, 1, 12, tzinfo=UTC)
LATER = datetime(2026, 2, 1, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)
HEADER = (
    "username,certification_code,certification_issue_date,always_valid,certification_expire_date,"
    "type,code\n"
)


def fill(store: Store[Transaction]) -> None:
    with store.writing() as transaction:
        transaction.users.put(
            [
                User("u1", "ada"),
                User("u2", "Bob"),
                User("u3", "carol", active=False),
                User("u4", "dan"),
                User("u5", "DAN"),
            ]
        )
        transaction.items.put(
            [
                Item(ItemKind.COURSE, "c1", "C1"),
                Item(ItemKind.COURSE, "c2", "C2"),
                Item(ItemKind.COURSE, "c3", "C2"),
                Item(ItemKind.LEARNING_PLAN, "p1", "P1"),
            ]
        )
        transaction.certifications.put(
            [
                Certification(
                    "fa", "First aid", "FA", assignments=(Assignment(ItemKind.COURSE, "c1", AT),)
                ),
                Certification("fs", "Fire safety", "FS"),
                Certification("x1", "One of two", "TWICE"),
                Certification("x2", "The other", "TWICE"),
                Certification("old", "Old", "OLD", status=CertificationStatus.INACTIVE),
            ]
        )


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store[Transaction]]:
    if request.param == "memory":
        memory = MemoryStore()
        fill(memory)
        yield memory
    else:
        sql = open_store(f"sqlite:///{tmp_path / 'store.db'}", create=True)
        fill(sql)
        yield sql
        sql.close()


def run(
    store: Store[Transaction],
    rows: str,
    *,
    duplicates: Duplicates = Duplicates.REJECT,
    zone: str = "Europe/Rome",
    issue_date: IssueDateConvention = IssueDateConvention.LOCAL_MIDNIGHT,
    at: datetime = AT,
    dry_run: bool = False,
    refused: list[RejectedRow] | None = None,
) -> ImportReport:
    file = open_records(BytesIO((HEADER + rows).encode()), zone=zone, issue_date=issue_date)
    with file:
        return importing.run(
            acting(store),
            file,
            at=at,
            duplicates=duplicates,
            dry_run=dry_run,
            on_refused=None if refused is None else refused.append,
        )


def counts(report: ImportReport) -> dict[str, int]:
    return {str(outcome): number for outcome, number in report.outcomes.items() if number}


def codes(report: ImportReport) -> list[tuple[int, FaultCode]]:
    return [(fault.row, fault.code) for fault in report.faults]


def content(store: Store[Transaction]) -> tuple[list[Award], list[tuple[EventKind, str, str, int]]]:
    with store.reading() as transaction:
        awards = list(transaction.awards.select())
        events = [
            event for _, event in transaction.events.after(0, 1000) if isinstance(event, Event)
        ]
    return awards, [(e.kind, e.user_id, e.certification_id, e.cycle) for e in events]


@pytest.mark.rule("DOC-CSV-18", "DOC-CSV-19", "DOC-CSV-20", "INT-09", "DOC-NOTIFY-06")
@pytest.mark.parametrize("duplicates", Duplicates)
def test_issue_then_the_same_file_again(store: Store[Transaction], duplicates: Duplicates) -> None:
    rows = "ada,FA,2024-05-01,0,2026-05-01,course,C1\nBOB,FS,2030-01-01,1,,manual,\n"
    report = run(store, rows, duplicates=duplicates)
    assert counts(report) == {"issued": 2}
    assert (report.imported, report.rows, report.dry_run) == (2, 2, False)
    issued = content(store)
    assert issued == (
        [
            Award(
                "u1",
                "fa",
                datetime(2024, 4, 30, 22, tzinfo=UTC),
                datetime(2026, 4, 30, 22, tzinfo=UTC),
                ExpiryBasis.DATE,
                Source(AssociationType.COURSE, "c1"),
            ),
            Award(
                "u2",
                "fs",
                datetime(2029, 12, 31, 23, tzinfo=UTC),
                None,
                ExpiryBasis.ALWAYS_VALID,
            ),
        ],
        [(EventKind.IMPORTED, "u1", "fa", 1), (EventKind.IMPORTED, "u2", "fs", 1)],
    )
    again = run(store, rows, duplicates=duplicates, at=LATER)
    assert counts(again) == {"unchanged": 2}
    assert content(store) == issued


@pytest.mark.rule("DOC-CSV-18", "DOC-CSV-20", "INT-45")
def test_a_stored_award_is_renewed_when_duplicates_are_renewals(store: Store[Transaction]) -> None:
    run(store, "ada,FA,2024-05-01,0,2026-05-01,manual,\n")
    report = run(
        store, "ada,FA,2023-01-01,0,2027-05-01,manual,\n", duplicates=Duplicates.RENEW, at=LATER
    )
    assert counts(report) == {"renewed": 1}
    (old, new), events = content(store)
    assert (old.archived_at, old.issued_at.year, old.cycle) == (LATER, 2024, 1)
    assert (new.archived_at, new.issued_at.year, new.cycle) == (None, 2022, 2)
    assert events[1:] == [(EventKind.RENEWED, "u1", "fa", 2)]
    first_file = run(store, "ada,FA,2024-05-01,0,2026-05-01,manual,\n", duplicates=Duplicates.RENEW)
    assert counts(first_file) == {"in_history": 1}  # and another award is current
    ((warning, times),) = first_file.warnings
    assert (warning.code, times) == (FaultCode.IN_HISTORY, 1)
    assert "the current award is 2023-01-01 to 2027-05-01" in warning.message


@pytest.mark.rule("DOC-CSV-19", "INT-09")
def test_a_stored_award_is_updated_in_place_otherwise(store: Store[Transaction]) -> None:
    run(store, "ada,FA,2024-05-01,0,2026-05-01,manual,\n")
    report = run(store, "ada,FA,2024-06-01,1,,course,C1\n", at=LATER)
    assert counts(report) == {"updated": 1}
    (award,), events = content(store)
    assert (award.cycle, award.version, award.basis) == (1, 2, ExpiryBasis.ALWAYS_VALID)
    assert [kind for kind, *_ in events] == [EventKind.IMPORTED, EventKind.CHANGED]


@pytest.mark.rule("INT-44")
def test_an_older_record_does_not_overwrite_a_newer_award(store: Store[Transaction]) -> None:
    run(store, "ada,FA,2025-05-01,0,2027-05-01,manual,\n")
    before = content(store)
    older = "ada,FA,2019-03-01,0,2020-03-01,manual,"
    rows = f"bob,nothing,2024-05-01,1,,manual,\n{older}\ndan,FA,x,1,,manual,\n"
    for dry_run in (True, False):
        report = run(store, rows, at=LATER, dry_run=dry_run)
        assert counts(report) == {"refused": 3}
        assert [row for row, _ in codes(report)] == sorted(row for row, _ in codes(report))
        both = [fault for fault in report.faults if fault.row == 2]
        expected = [FaultCode.OLDER_THAN_AWARD, FaultCode.ENDS_VALID_AWARD]
        assert [fault.code for fault in both] == expected
        for fault in both:
            assert "2025-05-01 to 2027-05-01" in fault.message
            assert "2019-03-01 to 2020-03-01" in fault.message
            assert "import duplicates as renewals" in fault.message
        assert content(store) == before


@pytest.mark.rule("INT-44")
def test_as_a_renewal_it_counts_and_is_listed(store: Store[Transaction]) -> None:
    people = "".join(f"{name},FA,2025-05-01,0,2027-05-01,manual,\n" for name in ("ada", "bob"))
    run(store, people)
    rows = "ada,FA,2019-03-01,0,2020-03-01,manual,\nbob,FA,2025-06-01,0,2027-05-01,manual,\n"
    report = run(store, rows, duplicates=Duplicates.RENEW, at=LATER)
    assert counts(report) == {"renewed": 2}
    assert [(each.row, each.went_back) for each in report.changes] == [(1, True), (2, False)]
    (back,) = report.went_back
    assert (back.username, back.before.issued_at.year, back.after.issued_at.year) == (
        "ada",
        2025,
        2019,
    )
    ((warning, times),) = report.warnings
    assert (warning.code, warning.row, times) == (FaultCode.GOES_BACK, 1, 1)


@pytest.mark.rule("INT-46")
def test_a_renewal_in_advance_leaves_no_gap(store: Store[Transaction]) -> None:
    run(store, "ada,FA,2025-05-01,0,2026-05-01,manual,\n")
    rows = "ada,FA,2026-05-01,0,2027-05-01,manual,\n"
    refused = run(store, rows, at=LATER)  # in place, it would not be valid now
    assert [(each.code, each.column) for each in refused.faults] == [
        (FaultCode.ENDS_VALID_AWARD, "certification_issue_date")
    ]
    assert "would be not yet valid" in refused.faults[0].message
    report = run(store, rows, duplicates=Duplicates.RENEW, at=LATER)
    assert counts(report) == {"renewed": 1}
    (old, new), _ = content(store)
    assert (old.archived_at, new.archived_at) == (new.issued_at, None)
    begins = new.issued_at
    for at in (LATER, begins - TICK, begins, begins + TICK):
        current = [status_at(each, at) for each in (old, new)]
        assert current.count(Status.VALID) == 1
    assert counts(run(store, rows, duplicates=Duplicates.RENEW, at=LATER)) == {"unchanged": 1}


@pytest.mark.rule("INT-47")
def test_an_update_keeps_what_an_award_was_earned_by(store: Store[Transaction]) -> None:
    run(store, "ada,FA,2025-05-01,0,2027-05-01,course,C1\n")
    assert counts(run(store, "ada,FA,2025-05-01,0,2027-05-01,manual,\n")) == {"unchanged": 1}
    report = run(store, "ada,FA,2025-05-01,0,2028-05-01,manual,\n", at=LATER)
    assert counts(report) == {"updated": 1}
    assert report.warnings == ()
    (award,), _ = content(store)
    assert award.source == Source(AssociationType.COURSE, "c1")
    report = run(store, "ada,FA,2025-05-01,0,2028-05-01,learning_plan,P1\n", at=LATER)
    said = {fault.code: fault.message for fault, _ in report.warnings}
    expected = "the award was earned by course c1, and now by learning plan p1"
    assert said[FaultCode.SOURCE_CHANGES] == expected
    (change,) = report.changes
    assert (change.before.source.item_id, change.after.source.item_id) == ("c1", "p1")


@pytest.mark.rule("INT-44")
def test_a_report_holds_a_thousand_changes(store: Store[Transaction]) -> None:
    users = [User(f"x{number}", f"x{number}") for number in range(1_100)]
    with store.writing() as transaction:
        transaction.users.put(users)
    rows = "".join(f"{each.id},FA,2025-05-01,1,,manual,\n" for each in users)
    run(store, rows)
    report = run(store, rows.replace("2025", "2024"), duplicates=Duplicates.RENEW)
    assert counts(report) == {"renewed": 1_100}
    assert (len(report.changes), len(report.went_back)) == (1_000, 1_000)
    assert [times for _, times in report.warnings] == [1_100]


NEWER = "ada,FA,2026-01-01,0,2027-01-01,manual,\n"


@pytest.mark.rule("DOC-CSV-18", "DOC-CSV-20", "INT-12b")
def test_an_import_closes_the_renewal_of_the_award_that_it_replaces(
    store: Store[Transaction],
) -> None:
    with store.writing() as transaction:
        transaction.learning.put_courses([Course("c1")])
    run(store, "ada,FA,2024-05-01,0,2025-05-01,manual,\n")
    option = RenewalOption(ItemKind.COURSE, "c1")
    assert renewal.start(acting(store), "u1", "fa", option, at=AT)
    dry = run(store, NEWER, duplicates=Duplicates.RENEW, at=LATER, dry_run=True)
    assert (counts(dry), renewals(store)) == ({"renewed": 1}, ["open"])
    run(store, NEWER, duplicates=Duplicates.RENEW, at=LATER)
    assert renewals(store) == ["replaced"]
    assert renewal.start(acting(store), "u1", "fa", option, at=LATER)
    run(store, NEWER.replace("2027", "2028"), at=LATER)
    assert renewals(store) == ["replaced", "open"]


def renewals(store: Store[Transaction]) -> list[str]:
    with store.reading() as view:
        return [str(each.state) for each in view.renewals.history("u1", "fa")]


@pytest.mark.rule("ALL-VIS-02")
@pytest.mark.parametrize("duplicates", Duplicates)
def test_a_user_outside_the_groups_of_a_certification_is_refused(
    store: Store[Transaction], duplicates: Duplicates
) -> None:
    with store.writing() as transaction:
        found, ada = transaction.certifications.get("fa"), transaction.users.get("u1")
        assert found is not None
        assert ada is not None
        transaction.certifications.put([evolve(found, groups={"staff"})])
        transaction.users.put([evolve(ada, groups={"staff", "crew"})])
    rows = "ada,FA,2024-05-01,1,,manual,\nbob,FA,2024-05-01,1,,manual,\n"
    report = run(store, rows, duplicates=duplicates)
    assert counts(report) == {"issued": 1, "refused": 1}
    assert codes(report) == [(2, FaultCode.USER_NOT_IN_GROUPS)]
    (fault,) = report.faults
    assert (fault.column, fault.value) == ("username", "bob")
    assert "add the user to one" in fault.message


@pytest.mark.rule("DOC-CSV-15", "INT-07", "INT-07b", "INT-15")
def test_repeated_rows_are_all_refused_when_duplicates_are(store: Store[Transaction]) -> None:
    rows = (
        "ada,FA,2024-05-01,1,,manual,\n"
        "bob,FA,2024-05-01,1,,manual,\n"
        " ADA , FA ,2020-01-01,0,2021-01-01,manual,\n"
    )
    refused: list[RejectedRow] = []
    report = run(store, rows, refused=refused)
    assert counts(report) == {"issued": 1, "refused": 2}
    assert codes(report) == [(1, FaultCode.DUPLICATE_ROWS), (3, FaultCode.DUPLICATE_ROWS)]
    assert all("rows 1, 3" in fault.message for fault in report.faults)
    assert [row.fields[0] for row in refused] == ["ada", " ADA "]


@pytest.mark.rule("DOC-CSV-15")
def test_a_large_set_of_repeats_is_not_listed_whole(store: Store[Transaction]) -> None:
    report = run(store, "ada,FA,2024-05-01,1,,manual,\n" * 40)
    assert report.faults[0].message.startswith("rows 1, 2, 3, 4, 5 and 35 more")


@pytest.mark.rule("INT-17b")
def test_a_report_holds_a_thousand_faults_and_counts_the_others(store: Store[Transaction]) -> None:
    refused: list[RejectedRow] = []
    report = run(store, "nobody,FA,x,1,,manual,\n" * 600, refused=refused)
    faults = [fault for row in refused for fault in row.faults]
    assert (len(report.faults), len(faults)) == (1_000, 1_800)
    assert list(report.faults) == faults[:1_000]
    assert report.fault_counts == dict.fromkeys(dict.fromkeys(each.code for each in faults), 600)


@pytest.mark.rule("DOC-CSV-16", "DOC-CSV-17")
def test_only_the_last_repeated_row_counts_for_renewals(store: Store[Transaction]) -> None:
    rows = (
        "ada,FA,2024-05-01,1,,manual,\n"
        "ada,FA,11/18/21,1,,manual,\n"
        "bob,FA,2024-05-01,1,,manual,\n"
        "ADA,FA,2023-01-01,1,,manual,\n"
    )
    report = run(store, rows, duplicates=Duplicates.RENEW)
    assert counts(report) == {"issued": 2, "superseded": 2}
    assert {award.issued_at.year for award in content(store)[0]} == {2022, 2024}


@pytest.mark.rule("DOC-CSV-16")
def test_a_faulty_last_row_still_supersedes(store: Store[Transaction]) -> None:
    rows = "ada,FA,2024-05-01,1,,manual,\nada,FA,2024-13-01,1,,manual,\n"
    report = run(store, rows, duplicates=Duplicates.RENEW)
    assert counts(report) == {"superseded": 1, "refused": 1}
    assert codes(report) == [(2, FaultCode.DATE_IMPOSSIBLE)]


@pytest.mark.rule(
    "DOC-CERT-13", "DOC-CSV-03", "DOC-CSV-04", "DOC-CSV-09", "DOC-CSV-23", "INT-05", "INT-17b"
)
@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("eve,FA,2024-05-01,1,,manual,", [FaultCode.UNKNOWN_USER]),
        ("carol,FA,2024-05-01,1,,manual,", [FaultCode.INACTIVE_USER]),
        ("Dan,FA,2024-05-01,1,,manual,", [FaultCode.AMBIGUOUS_USERNAME]),
        ("ada,fa,2024-05-01,1,,manual,", [FaultCode.UNKNOWN_CERTIFICATION]),
        ("ada,TWICE,2024-05-01,1,,manual,", [FaultCode.AMBIGUOUS_CERTIFICATION_CODE]),
        ("ada,OLD,2024-05-01,1,,manual,", [FaultCode.INACTIVE_CERTIFICATION]),
        ("ada,FA,2024-05-01,1,,course,P1", [FaultCode.UNKNOWN_ITEM]),
        ("ada,FA,2024-05-01,1,,course,C2", [FaultCode.AMBIGUOUS_ITEM_CODE]),
        (
            "eve,NO,2024-02-30,1,,plan,NO",
            [
                FaultCode.DATE_IMPOSSIBLE,
                FaultCode.UNKNOWN_USER,
                FaultCode.UNKNOWN_CERTIFICATION,
                FaultCode.UNKNOWN_ITEM,
            ],
        ),
        ("eve,FA", [FaultCode.TOO_FEW_FIELDS]),
    ],
)
def test_faults(store: Store[Transaction], row: str, expected: list[FaultCode]) -> None:
    report = run(store, f"bob,FA,2024-05-01,1,,manual,\n{row}\n")
    assert [fault.code for fault in report.faults] == expected
    assert counts(report) == {"issued": 1, "refused": 1}
    assert all((fault.row, fault.line) == (2, 3) for fault in report.faults)
    assert all(fault.message and "{" not in fault.message for fault in report.faults)
    columns = {fault.column: fault.value for fault in report.faults if fault.column}
    assert all(row.split(",")[HEADER.strip().split(",").index(c)] == v for c, v in columns.items())


@pytest.mark.rule("INT-05")
def test_an_item_that_does_not_earn_the_certification_is_a_warning(
    store: Store[Transaction],
) -> None:
    rows = (
        "ada,FA,2024-05-01,1,,learning_plan,P1\nada,FS,2024-05-01,1,,course,C1\n"
        "bob,FA,2024-05-01,1,,course,C1\n"
    )
    report = run(store, rows)
    assert counts(report) == {"issued": 3}
    ((warning, times),) = report.warnings
    assert (warning.code, warning.row, warning.value, times) == (
        FaultCode.ITEM_NOT_ASSIGNED,
        1,
        "P1",
        2,
    )


@pytest.mark.rule("INT-08")
def test_expiry_before_issue_is_a_warning(store: Store[Transaction]) -> None:
    report = run(store, "ada,FA,2024-05-01,0,2023-05-01,manual,\n")
    assert [(fault.code, times) for fault, times in report.warnings] == [
        (FaultCode.EXPIRES_BEFORE_ISSUE, 1)
    ]
    assert counts(report) == {"issued": 1}


@pytest.mark.rule("INT-10")
@pytest.mark.parametrize(
    ("zone", "issue_date", "instant", "shifted"),
    [
        ("-04:00", IssueDateConvention.LOCAL_MIDNIGHT, datetime(2021, 11, 18, 4, tzinfo=UTC), 0),
        ("+04:00", IssueDateConvention.LOCAL_MIDNIGHT, datetime(2021, 11, 17, 20, tzinfo=UTC), 1),
        ("-04:00", IssueDateConvention.ARTICLE_EXAMPLE, datetime(2021, 11, 17, 20, tzinfo=UTC), 1),
        ("-04:00", IssueDateConvention.UTC_MIDNIGHT, datetime(2021, 11, 18, tzinfo=UTC), 0),
    ],
)
def test_the_report_says_how_days_became_instants(
    store: Store[Transaction],
    zone: str,
    issue_date: IssueDateConvention,
    instant: datetime,
    shifted: int,
) -> None:
    row = "ada,FA,2021-11-18,1,,manual,\n"
    report = run(store, row, zone=zone, issue_date=issue_date)
    assert (report.issue_date, report.shifted) == (issue_date, shifted)
    assert report.zone.utcoffset(AT) is not None
    assert [award.issued_at for award in content(store)[0]] == [instant]


def test_a_dry_run_says_the_same_and_changes_nothing(store: Store[Transaction]) -> None:
    run(store, "ada,FA,2024-05-01,1,,manual,\n")
    before = content(store)
    rows = "ada,FA,2025-05-01,1,,manual,\nbob,FA,2024-05-01,1,,manual,\neve,FA,x,1,,manual,\n"
    dry = run(store, rows, duplicates=Duplicates.RENEW, dry_run=True)
    assert content(store) == before
    wet = run(store, rows, duplicates=Duplicates.RENEW)
    assert dry.dry_run
    assert (dry.outcomes, dry.faults) == (wet.outcomes, wet.faults)


def test_a_file_that_breaks_late_changes_nothing(store: Store[Transaction]) -> None:
    rows = "ada,FA,2024-05-01,1,,manual,\n" + 'bob,FA,2024-05-01,1,,manual,"never closed\n' * 1
    with pytest.raises(RecordsFileError):
        run(store, rows)
    assert content(store) == ([], [])


@pytest.mark.parametrize("duplicates", ["renew", True, None])
def test_an_option_that_is_no_duplicates_is_refused(
    store: Store[Transaction], duplicates: Any
) -> None:
    with pytest.raises(InvalidValueError, match="duplicates cannot be"):
        run(store, "ada,FA,2024-05-01,1,,manual,\n", duplicates=duplicates)
    assert content(store) == ([], [])


def test_progress_counts_rows(store: Store[Transaction]) -> None:
    rows = "".join(f"nobody{number},FA,2024-05-01,1,,manual,\n" for number in range(10_000))
    seen: list[tuple[int, int]] = []
    with open_records(BytesIO((HEADER + rows).encode()), zone="UTC") as file:
        importing.run(
            acting(store), file, at=AT, on_progress=lambda done, total: seen.append((done, total))
        )
    assert len(seen) > 1
    assert seen[-1] == (10_000, 10_000)
    assert seen == sorted(seen)


def test_an_empty_file_of_records(store: Store[Transaction]) -> None:
    report = run(store, "")
    assert (report.rows, report.imported, report.faults) == (0, 0, ())


class Busy(MemoryStore):
    """A store in which another writer is faster, so many times."""

    times = 0

    def awaken(self, times: int) -> None:
        self.times = times

    def writing(self):  # type: ignore[no-untyped-def]
        if self.times:
            self.times -= 1
            raise ConflictError
        return super().writing()


@pytest.mark.parametrize("times", [1, running.ATTEMPTS - 1])
def test_a_batch_is_planned_anew_after_a_conflict(times: int) -> None:
    store = Busy()
    fill(store)
    store.awaken(times)
    assert counts(run(store, "ada,FA,2024-05-01,1,,manual,\n")) == {"issued": 1}


def test_a_conflict_that_stays_is_an_error() -> None:
    store = Busy()
    fill(store)
    store.awaken(running.ATTEMPTS)
    with pytest.raises(ConflictError):
        run(store, "ada,FA,2024-05-01,1,,manual,\n")


usernames = st.sampled_from(["ada", "BOB", "Ada", "carol", "dan", "eve", ""])
certification_codes = st.sampled_from(["FA", "FS", "TWICE", "NO", ""])
days = st.dates(date(2020, 1, 1), date(2020, 1, 3)).map(str) | st.just("11/18/21")
rows = st.tuples(
    usernames,
    certification_codes,
    days,
    st.sampled_from(["0", "1", "x"]),
    days | st.just(""),
    st.sampled_from(["manual", "course", "lp"]),
    st.sampled_from(["", "C1", "P1"]),
).map(",".join)


@pytest.mark.law
@pytest.mark.rule("INT-09")
@given(st.lists(rows), st.sampled_from(Duplicates), st.lists(rows))
def test_importing_twice_is_importing_once(
    first: list[str], duplicates: Duplicates, before: list[str]
) -> None:
    store = MemoryStore()
    fill(store)
    run(store, "\n".join(before))
    text = "\n".join(first)
    dry = run(store, text, duplicates=duplicates, dry_run=True)
    once = run(store, text, duplicates=duplicates)
    assert dry.outcomes == once.outcomes
    assert once.rows == len(first)
    stored = content(store)
    again = run(store, text, duplicates=duplicates, at=LATER)
    assert content(store) == stored
    assert again.imported == 0
    assert again.faults == once.faults


@pytest.mark.parametrize("wrong", ["records.csv", Path("records.csv"), None, BytesIO()])
def test_what_is_no_file_of_records_is_told_how_to_open_one(wrong: Any) -> None:
    with pytest.raises(InvalidValueError, match=r"file cannot be .*: expected what .*open_records"):
        importing.run(acting(MemoryStore()), wrong, at=AT)
