"""What leaves a store, and for whom."""

import csv
import io
import tracemalloc
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from icalendar import Calendar
from openpyxl import load_workbook

from certrules import Assignment, Award, Certification, CertificationStatus, Item, ItemKind, User
from certrules.errors import InvalidValueError, NotPermittedError
from certrules.model.people import Actor, Company, Permission, Role, Scope
from certrules.repositories.memory import MemoryStore
from certrules.repositories.protocols import Store, Transaction
from certrules.repositories.sql import open_store
from certrules.rules import tables
from certrules.rules.tables import Table, TableQuery
from certrules.text import neutralise_formula, restore_formula
from certrules.workflows import certifications, exporting, lifecycle
from certrules.workflows.exporting import Exported, ExportFormat, Group
from certrules.workflows.platform import SYSTEM
from tests.exports.hostile import HOSTILE
from tests.workflows.conftest import T0, acting, day

ADMINISTRATOR = Actor("root", {Role.ADMINISTRATOR}, Permission)
MANAGER = Actor("ada", {Role.MANAGER}, company_id="acme")
LEARNER = Actor("ada", {Role.LEARNER})


@pytest.fixture
def awarded(store: Store[Transaction]) -> Store[Transaction]:
    """Ada and Bob of Acme, with awards; Eve of nowhere, with another."""
    with store.writing() as work:
        work.companies.put([Company("acme", "Acme")])
        work.users.put(
            [
                User("ada", "ada", company_id="acme"),
                User("bob", "=bob", company_id="acme"),
                User("eve", "eve"),
            ]
        )
        work.awards.add(
            [
                Award("ada", "fa", T0, day(10), archived_at=day(5)),
                Award("ada", "fa", day(5), day(370), cycle=2, version=4),
                Award("ada", "conduct", T0, None),
                Award("bob", "fa", T0, day(366)),
                Award("eve", "fa", T0, day(2)),
            ]
        )
    return store


def asked(table: Table, columns: Iterable[str] = (), **options: Any) -> TableQuery:
    return tables.query(table, **{"at": day(9), "columns": columns, **options})


def exported(
    store: Store[Transaction],
    query: TableQuery,
    as_: ExportFormat = ExportFormat.CSV,
    **options: Any,
) -> tuple[Exported, bytes]:
    target = io.BytesIO()
    acts = acting(store, options.pop("actor", SYSTEM), zone=options.pop("zone", "Europe/Rome"))
    return exporting.export(acts, query, target, as_=as_), target.getvalue()


def cells(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.mark.rule("ALL-MANAGE-04", "ALL-MANAGE-09")
def test_a_table_is_exported_as_csv(awarded: Store[Transaction]) -> None:
    columns = ["User", "Certification", "Status", "Expiration", "Company"]
    done, data = exported(awarded, asked(Table.ISSUED, columns))
    assert done == Exported(tuple(columns), 4)
    assert cells(data) == [
        columns,
        ["'=bob", "First aid", "valid", "2025-01-01", "Acme"],
        ["ada", "Conduct", "valid", "never", "Acme"],
        ["ada", "First aid", "valid", "2025-01-05", "Acme"],
        ["eve", "First aid", "expired", "2024-01-03", ""],
    ]


@pytest.mark.rule("ALL-MANAGE-04")
def test_a_table_is_exported_as_a_workbook(awarded: Store[Transaction]) -> None:
    query = asked(Table.AWARDED_USERS, filters=[("Certification", "fa")])
    done, data = exported(awarded, query, ExportFormat.EXCEL)
    assert done.rows == 3
    book = load_workbook(io.BytesIO(data))
    assert book.sheetnames == ["Awarded users"]
    own = "each user's own time zone, else of Europe/Rome"
    note = f"As of 2024-01-10T00:00:00+00:00; days and times of {own}"
    assert book.properties.description == note
    rows = list(book["Awarded users"].iter_rows(values_only=True))
    assert rows[0] == tuple(done.columns)
    expiry = datetime.fromisoformat("2025-01-01")
    issued = datetime.fromisoformat("2024-01-01")
    assert rows[1][:5] == ("=bob", None, None, issued, 357)
    assert rows[1][5:] == (expiry, expiry, "Europe/Rome")  # it expires an hour into that day


@pytest.mark.rule("ALL-MANAGE-09")
def test_groups_are_counted(awarded: Store[Transaction]) -> None:
    query = asked(Table.ISSUED, ["User"], group_by="Company")
    done, data = exported(awarded, query)
    assert done.groups == (Group(None, 1), Group("Acme", 3))
    assert cells(data)[1:] == [["", "eve"], *[["Acme", user] for user in ("'=bob", "ada", "ada")]]
    by_name = asked(Table.ISSUED, ["User"], group_by="Certification")
    done, _ = exported(awarded, by_name)
    assert done.groups == (Group("Conduct", 1), Group("First aid", 3))
    by_status = asked(Table.ISSUED, ["User"], sort=["-User"], group_by="Status", limit=2)
    done, data = exported(awarded, by_status)
    assert done.groups == (Group("expired", 1), Group("valid", 3))
    assert cells(data) == [["Status", "User"], ["expired", "eve"], ["valid", "ada"]]


@pytest.mark.rule("ALL-CERT-12")
@pytest.mark.parametrize("status", CertificationStatus)
def test_a_certification_is_listed_once_it_is_created(
    store: Store[Transaction], status: CertificationStatus
) -> None:
    def listed() -> list[str]:
        query = asked(Table.CERTIFICATIONS, ["Certification", "Status"], sort=["Date Created"])
        with store.reading() as view:
            found = exporting.rows(view, query, zone=UTC)
            return [f"{name}: {status}" for name, status in found]

    before = listed()
    assert certifications.create(acting(store), Certification("new", "New", status=status), at=T0)
    assert listed() == [f"New: {status}", *before]
    assert lifecycle.delete(acting(store), "new", at=T0)
    assert listed() == before


@pytest.mark.rule("ALL-MANAGE-02", "ALL-MANAGE-03", "DOC-CERT-10")
def test_rows_come_page_by_page(awarded: Store[Transaction]) -> None:
    query = asked(Table.CERTIFICATIONS, ["Certification", "Training"], offset=1, limit=1)
    with awarded.reading() as view:
        rows = list(exporting.rows(view, query, zone=UTC))
        listed = list(exporting.rows(view, asked(Table.CATALOG), zone=UTC))
    assert rows == [("First aid", ("A", "P"))]
    assert listed == [
        (None, "Conduct", "", "never", 1, 1),
        (None, "First aid", "", "1 year", 3, 2),
    ]


@pytest.mark.rule("ALL-MANAGE-04")
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_pass_through_every_table(store: Store[Transaction], text: str) -> None:
    name = text if text.strip() else "x"
    with store.writing() as work:
        work.companies.put([Company("c", text, text)])
        work.users.put([User("u", name[:250], text, text, company_id="c")])
        work.items.put([Item(ItemKind.COURSE, "i", None, text)])
        course = Assignment(ItemKind.COURSE, "i", T0)
        hostile = Certification("h", name, None, text, assignments=(course,), skills=(text,))
        work.certifications.put([evolve(hostile, created_by="u")])
        work.awards.add([Award("u", "h", T0, None)])
    word = "" if len(text) > 1000 else text.split(maxsplit=1)[0]
    for table in Table:
        some = {"filters": [("Certification", "h")]} if table.of_awards else {"search": word}
        query = asked(table, **some)
        done, data = exported(store, query)
        rows = cells_of_any_length(data)
        assert len(rows) == done.rows + 1 > 1
        for row in rows:
            assert all(neutralise_formula(restore_formula(cell)) == cell for cell in row)
        assert any(text in cell for row in rows for cell in row)
        done, data = exported(store, query, ExportFormat.EXCEL)
        (sheet,) = load_workbook(io.BytesIO(data)).worksheets
        assert sheet.max_row == done.rows + 1
        types = {cell.data_type for row in sheet.iter_rows() for cell in row}
        assert types <= {"s", "n", "d", "inlineStr"}


def cells_of_any_length(data: bytes) -> list[list[str]]:
    limit = csv.field_size_limit(10_000_000)
    try:
        return cells(data)
    finally:
        csv.field_size_limit(limit)


@pytest.mark.parametrize(
    ("as_", "many"),
    [
        (ExportFormat.CSV, 10_000),
        (ExportFormat.EXCEL, 1_000),
        *(pytest.param(as_, 20_000, marks=pytest.mark.slow) for as_ in ExportFormat),
    ],
)
def test_a_long_table_passes_through_in_little_memory(
    tmp_path: Path, as_: ExportFormat, many: int
) -> None:
    with closing(open_store(str(tmp_path / "store.db"), create=True)) as store:
        with store.writing() as work:
            work.users.put(User(f"{n:05}", f"name {n}") for n in range(many))
            work.awards.add([Award(f"{n:05}", "fa", T0, day(n)) for n in range(many)])
        query = asked(Table.ISSUED, sort=["-Status", "-User"])
        exported(store, asked(Table.ISSUED, limit=1), as_)
        tracemalloc.start()
        try:
            with (tmp_path / "out").open("wb") as target:
                done = exporting.export(acting(store), query, target, as_=as_)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert done.rows == many
    assert peak < 8_000_000


@pytest.mark.rule("ALL-MANAGE-09", "ALL-ROLE-04", "ALL-ROLE-06", "ALL-ROLE-07")
@pytest.mark.parametrize(
    ("actor", "table", "scope", "allowed"),
    [
        (ADMINISTRATOR, Table.ISSUED, Scope(), True),
        (ADMINISTRATOR, Table.CERTIFICATIONS, Scope(), True),
        (MANAGER, Table.ISSUED, Scope(), False),
        (MANAGER, Table.ISSUED, Scope(company_id="acme"), True),
        (MANAGER, Table.AWARDED_USERS, Scope(company_id="other"), False),
        (MANAGER, Table.CATALOG, Scope(), False),
        (LEARNER, Table.ISSUED, Scope(owner_id="ada"), True),
        (LEARNER, Table.ISSUED, Scope(owner_id="bob"), False),
        (LEARNER, Table.ISSUED, Scope(), False),
    ],
)
def test_a_table_is_exported_for_those_who_may(
    awarded: Store[Transaction], actor: Actor, table: Table, scope: Scope, *, allowed: bool
) -> None:
    target = io.BytesIO()
    query = asked(table, scope=scope)
    acts, csv = acting(awarded, actor), ExportFormat.CSV
    if allowed:
        done = exporting.export(acts, query, target, as_=csv)
        assert done.rows
    else:
        with pytest.raises(NotPermittedError):
            exporting.export(acts, query, target, as_=csv)
        assert not target.getvalue()


@pytest.mark.rule("ALL-MANAGE-04")
@pytest.mark.parametrize("as_", ["csv", "xlsx", None])
def test_a_format_that_is_none_writes_nothing(awarded: Store[Transaction], as_: Any) -> None:
    target = io.BytesIO()
    with pytest.raises(InvalidValueError, match="format cannot be"):
        exporting.export(acting(awarded), asked(Table.ISSUED), target, as_=as_)
    assert not target.getvalue()


@pytest.mark.rule("ALL-ROLE-06")
def test_somebody_else_cannot_be_called_of_ones_company(awarded: Store[Transaction]) -> None:
    query = asked(Table.ISSUED, scope=Scope(owner_id="eve", company_id="acme"))
    done, _ = exported(awarded, query, actor=MANAGER)
    assert done.rows == 0


@pytest.mark.rule("DOC-EXP-04")
def test_a_calendar_has_what_expires(awarded: Store[Transaction]) -> None:
    data = exporting.expiry_calendar(acting(awarded), "ada", at=day(9), alarms=[7])
    made: Any = Calendar.from_ical(data)
    assert made["x-wr-calname"] == "Certifications of ada"
    (event,) = made.walk("VEVENT")
    assert event["summary"] == "Last valid day: First aid"
    assert event["dtstart"].dt == (day(370) - timedelta(days=1)).date()
    assert event["sequence"] == 28_414_080
    assert len(made.walk("VALARM")) == 1


def test_a_later_calendar_moves_the_event_of_an_earlier_one(awarded: Store[Transaction]) -> None:
    with awarded.reading() as view:
        (award,) = view.awards.select(user_id="bob")
    events = []
    for version in (award.version, award.version + 1):
        data: Any = Calendar.from_ical(
            exporting.expiry_calendar(acting(awarded), "bob", at=day(version))
        )
        events += data.walk("VEVENT")
        later = Award("bob", "fa", T0, day(800), version=version + 1)
        with awarded.writing() as work:
            work.awards.replace([later])
    first, second = events
    assert first["uid"] == second["uid"]
    assert second["sequence"] > first["sequence"]
    assert second["dtstamp"].dt > first["dtstamp"].dt
    assert second["dtstart"].dt > first["dtstart"].dt


@pytest.mark.rule("ALL-ROLE-05", "ALL-ROLE-07")
def test_a_calendar_is_written_for_those_who_may(awarded: Store[Transaction]) -> None:
    for actor, user, allowed in (
        (LEARNER, "ada", True),
        (LEARNER, "bob", False),
        (MANAGER, "bob", True),
        (MANAGER, "eve", False),
        (Actor(), "ada", False),
    ):
        if allowed:
            data = exporting.expiry_calendar(acting(awarded, actor), user, at=T0)
            assert b"BEGIN:VEVENT" in data
        else:
            with pytest.raises(NotPermittedError):
                exporting.expiry_calendar(acting(awarded, actor), user, at=T0)


def test_an_unknown_user_has_no_calendar() -> None:
    with pytest.raises(InvalidValueError, match="nobody"):
        exporting.expiry_calendar(acting(MemoryStore()), "nobody", at=T0)
