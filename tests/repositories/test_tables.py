"""A database finds what memory finds, whatever is asked."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, event

from certrules import Award, Certification, Item, ItemKind, Unit, User, Validity
from certrules.errors import StoreError
from certrules.model.awards import AssociationType, Source, Status
from certrules.model.catalog import Assignment, CertificationStatus
from certrules.model.people import Company, Scope
from certrules.model.tables import NOT_ARCHIVED, Field, Filter, Table, TableQuery, by_status
from certrules.repositories.generic_tables import GenericTables
from certrules.repositories.memory import MemoryStore
from certrules.repositories.protocols import Store, Transaction
from certrules.repositories.sql import SqlStore, open_store, paging
from certrules.rules.status import status_at
from certrules.rules.tables import query
from tests.repositories.conftest import SERVERS, empty_database

T = TypeVar("T")
T0 = datetime(2024, 1, 1, tzinfo=UTC)
NAMES = (
    "a",
    "A",
    "b",
    "É",
    "é",
    "e\u0301",
    "",
    " a",
    "%",
    "_",
    "\\",
    "ß",
    "ss",
    "\U0001f512",
    "a\nb",
)
LONG = tuple("x" * 99 + end for end in ("aa", "ab", "b", "\U0001f512"))
TEXT = st.sampled_from(NAMES + LONG)
WHEN = st.sampled_from([T0 + timedelta(microseconds=1) * number for number in range(3)])
FIELDS = [*Field]
OF_AWARDS = FIELDS[: FIELDS.index(Field.CERTIFICATION_ID)]
OF_CERTIFICATIONS = FIELDS[FIELDS.index(Field.DESCRIPTION_KEY) :]
LISTS = [Field.TRAINING_ID, Field.TRAINING_CODE, Field.TRAINING_KEY]
IDS = [Field.USER_ID, Field.CERTIFICATION_ID]
COMPARED = [each for each in Field if each.is_text or each in (*IDS, Field.USERNAME_KEY)]


def furnish(work: Transaction) -> None:
    """Fill a store: every name is somebody's, and of everything something is missing."""
    names = NAMES + LONG
    kinds = list(ItemKind)
    work.companies.put(Company(str(n), names[n], names[n] if n % 2 else None) for n in range(1, 5))
    work.users.put(
        User(str(n), f"{name}{n % 3}", names[-n], name, company_id=str(n % 6) if n % 5 else None)
        for n, name in enumerate(names)
    )
    work.items.put(Item(kinds[n % 4], str(n), names[n] or None, names[-n]) for n in range(12))
    work.certifications.put(
        Certification(
            str(n),
            name.strip() or "-",
            names[-n] or None,
            name,
            Validity(n % 3, list(Unit)[n % 4]),
            status=list(CertificationStatus)[n % 3],
            assignments=tuple(Assignment(kinds[i % 4], str(i), T0) for i in range(n % 5, n, 2)),
            skills=tuple(names[: n % 3]),
            created_by=str(n % 30) if n % 2 else None,
            created_at=T0 + timedelta(microseconds=n % 3) if n % 4 else None,
        )
        for n, name in enumerate(names)
    )
    for n in range(150):
        user, certification = str(n % 23), str(n % 21)
        times = [T0 + timedelta(microseconds=n % (2 + i)) for i in range(3)]
        work.awards.add(
            [
                Award(
                    user,
                    certification,
                    times[0],
                    times[1] if n % 3 else None,
                    source=Source(list(AssociationType)[n % 6]),
                    cycle=n // 100 + 1,
                    archived_at=times[2] if n % 4 == 0 else None,
                )
            ]
        )
    start, end = (T0 + timedelta(microseconds=n) for n in (2, 1))
    work.awards.add([Award("0", "20", start, end, cycle=9), Award("7", "gone", start, end)])
    ends = [None, T0, end, start]
    work.awards.add([Award(str(n), "later", T0, ends[n], archived_at=start) for n in range(4)])


@pytest.fixture(scope="module", params=["sqlite", *SERVERS])
def both(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Store[Transaction], Store[Transaction]]]:
    """The same world in memory and in a database."""
    folder: Path = tmp_path_factory.mktemp("tables")
    sqlite = request.param == "sqlite"
    url = str(folder / "store.db") if sqlite else empty_database(request.param, "tables")
    memory = MemoryStore()
    with memory.writing() as work:
        furnish(work)
    with closing(open_store(url, create=True)) as database:
        with database.writing() as work:
            furnish(work)
        yield memory, database


def several(values: st.SearchStrategy[T], most: int) -> st.SearchStrategy[tuple[T, ...]]:
    return st.lists(values, max_size=most).map(tuple)


@st.composite
def queries(draw: st.DrawFn) -> TableQuery:
    """Any question at all that a table can answer."""
    table = draw(st.sampled_from(Table))
    foreign = OF_CERTIFICATIONS if table.of_awards else OF_AWARDS
    fields = [field for field in Field if field not in foreign]
    scalar = st.sampled_from([field for field in fields if field not in LISTS])
    compared = st.sampled_from([field for field in fields if field in COMPARED])
    values = st.frozensets(TEXT | st.sampled_from(["1", "2", "draft", "manual"]), max_size=3)
    one: st.SearchStrategy[Filter] = several(st.tuples(compared, values), 3)
    if table.of_awards:
        standing = st.lists(st.sampled_from(Status)).map(lambda some: by_status(*some))
        one = one | st.just(NOT_ARCHIVED) | standing
    ids = st.none() | st.sampled_from(["1", "2", "7", "30"])
    return TableQuery(
        table,
        draw(WHEN),
        search=draw(several(TEXT.filter(bool), 2)),
        filters=draw(several(one, 2)),
        sort=draw(several(st.tuples(scalar, st.booleans()), 3)),
        group=draw(st.lists(scalar, max_size=2, unique=True).map(tuple)),
        scope=draw(st.builds(Scope, ids, ids)) if table.of_awards else Scope(),
        offset=draw(st.sampled_from([0, 0, 3])),
        limit=draw(st.sampled_from([None, None, 0, 5])),
    )


def answers(store: Store[Transaction], query: TableQuery) -> tuple[Any, ...]:
    with store.reading() as view:
        rows: Iterator[Any] = (
            view.tables.awards(query)
            if query.table.of_awards
            else view.tables.certifications(query)
        )
        found = list(rows)
        groups = sorted(view.tables.groups(query), key=repr) if query.group else ()
        return found, view.tables.count(query), groups


@pytest.mark.law
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(query=queries(), few=st.sampled_from([0, 10, paging.FEW]))
def test_a_database_answers_as_memory_does(
    both: tuple[Store[Transaction], Store[Transaction]], query: TableQuery, few: int
) -> None:
    memory, database = both
    with patch.object(paging, "FEW", few):
        assert answers(database, query) == answers(memory, query)


BY_INDEX: dict[str, dict[str, Any]] = {
    "as it comes": {},
    "by user": {"sort": ["User"]},
    "by user, last first": {"sort": ["-User"]},
    "by certification": {"sort": ["Certification"]},
    "by certification, last first": {"sort": ["-Certification"]},
    "by status": {"sort": ["Status"]},
    "by status, last first": {"sort": ["-Status"]},
    "by expiry": {"sort": ["Expiration"]},
    "by expiry, last first": {"sort": ["-Expiration"]},
    "of a user": {"filters": [("User Name", "a0")]},
    "of a certification": {"filters": [("Certification", "b")]},
    "of a training": {"filters": [("Training", "b")]},
    "valid": {"filters": [("Status", "valid")]},
    "expired": {"filters": [("Status", "expired")]},
    "expired, by expiry": {"filters": [("Status", "expired")], "sort": ["Expiration"]},
    "archived": {"filters": [("Status", "archived")]},
    "archived, by expiry": {"filters": [("Status", "archived")], "sort": ["Expiration"]},
    "archived, last expiry first": {"filters": [("Status", "archived")], "sort": ["-Expiration"]},
    "expired, of a certification": {
        "filters": [("Status", "expired"), ("Certification", "b")],
        "sort": ["-Expiration"],
    },
}


def plans_of(store: SqlStore, query: TableQuery) -> list[str]:
    """Return the steps by which a database finds what a query asks of awards."""
    plans: list[str] = []

    def explain(connection: Connection, _: Any, statement: str, given: Any, *__: Any) -> None:
        if statement.startswith(("SELECT", "WITH")) and "certrules_awards" in statement:
            plan = connection.connection.cursor().execute(f"EXPLAIN QUERY PLAN {statement}", given)
            plans.extend(detail for *_, detail in plan)

    with store.reading() as view:
        event.listen(store.engine, "before_cursor_execute", explain)
        list(view.tables.awards(query))
    return plans


@pytest.mark.parametrize("few", [0, paging.FEW], ids=["many", "few"])
@pytest.mark.parametrize("asked", BY_INDEX.values(), ids=BY_INDEX)
def test_a_page_of_awards_is_read_in_the_order_of_an_index(
    empty_file: Path, tmp_path: Path, asked: dict[str, Any], few: int
) -> None:
    at = T0 + timedelta(days=1)
    with closing(open_store(shutil.copy(empty_file, tmp_path / "store.db"))) as store:
        with store.writing() as work:
            furnish(work)
        with patch.object(paging, "FEW", few):
            plans = plans_of(store, query(Table.ISSUED, at=at, limit=1, **asked))
    scans = [each for each in plans if "SCAN certrules_awards" in each and "INDEX" not in each]
    assert scans == []
    assert few or "USE TEMP B-TREE FOR ORDER BY" not in plans


BY_WHICH: dict[str, tuple[list[Status], int, list[str]]] = {
    "not yet valid": ([Status.NOT_YET_VALID], paging.FEW, ["by_issue (issued_at>?)"]),
    "archived": ([Status.ARCHIVED], 0, ["of_history (expires_at>?)"]),
    "current, and archived later": (
        [Status.VALID, Status.EXPIRED],
        0,
        ["by_expiry (archived_at=? AND expires_at>?)", "by_expiry (archived_at>?)"],
    ),
    "current or archived": (
        [Status.VALID, Status.ARCHIVED],
        0,
        ["by_expiry (archived_at=? AND expires_at>?)", "of_history (expires_at>?)"],
    ),
}


@pytest.mark.parametrize(("statuses", "few", "expected"), BY_WHICH.values(), ids=BY_WHICH)
def test_awards_of_some_statuses_are_found_by_expiry_in_an_index(
    empty_file: Path, tmp_path: Path, statuses: list[Status], few: int, expected: list[str]
) -> None:
    sort, filters = ((Field.EXPIRES_AT, False),), (by_status(*statuses),)
    with closing(open_store(shutil.copy(empty_file, tmp_path / "store.db"))) as store:
        with store.writing() as work:
            furnish(work)
        with patch.object(paging, "FEW", few):
            asked = TableQuery(Table.ISSUED, T0, filters=filters, sort=sort, limit=1)
            plans = plans_of(store, asked)
    assert not any(each.startswith("SCAN certrules_awards") for each in plans)
    for each in expected:
        assert any(plan.endswith(f"INDEX certrules_awards_{each}") for plan in plans), plans


READ_FEW: dict[str, dict[str, Any]] = {
    "not archived, by expiry": {"sort": ["Expiration"]},
    "not archived, last expiry first": {"sort": ["-Expiration"]},
    "valid, by expiry": {"sort": ["Expiration"], "filters": [("Status", "valid")]},
    "expired, by expiry": {"sort": ["Expiration"], "filters": [("Status", "expired")]},
    "expired, last expiry first": {"sort": ["-Expiration"], "filters": [("Status", "expired")]},
    "valid or archived, by expiry": {
        "sort": ["Expiration"],
        "filters": [("Status", "valid"), ("Status", "archived")],
    },
    "expired or archived, last expiry first": {
        "sort": ["-Expiration"],
        "filters": [("Status", "expired"), ("Status", "archived")],
    },
    "one certification, by certification": {
        "sort": ["Certification"],
        "filters": [("Certification", "c9")],
    },
    "not yet valid, by expiry": {"sort": ["Expiration"], "filters": [("Status", "not yet valid")]},
    "not yet valid or valid, by expiry": {
        "sort": ["Expiration"],
        "filters": [("Status", "not yet valid"), ("Status", "valid")],
    },
    "not yet valid or archived, last expiry first": {
        "sort": ["-Expiration"],
        "filters": [("Status", "not yet valid"), ("Status", "archived")],
    },
    "few, by status": {
        "sort": ["Status"],
        "filters": [("Status", "not yet valid")],
        "few": paging.FEW,
    },
}


@pytest.mark.parametrize("asked", READ_FEW.values(), ids=READ_FEW)
def test_a_page_is_found_without_reading_most_awards(
    empty_file: Path, tmp_path: Path, asked: dict[str, Any]
) -> None:
    day, hundreds, statements = timedelta(days=1), list[None](), list[str]()

    def watch(connection: Connection, _: Any, statement: str, *__: Any) -> None:
        driver: Any = connection.connection.driver_connection
        driver.set_progress_handler(lambda: hundreds.append(None), 100)  # steps of SQLite's machine
        statements.append(statement)

    with closing(open_store(shutil.copy(empty_file, tmp_path / "store.db"))) as store:
        with store.writing() as work:
            work.certifications.put(Certification(f"{n}", f"C{n}", f"c{n}") for n in range(50))
            for number in range(5_000):
                end = T0 + timedelta(hours=number % 4999 - 2500) if number % 4 else None
                gone = T0 - day if number % 3 == 0 else T0 + day if number % 50 == 1 else None
                begin, of = T0 - day * 300, f"{number % 50}"
                if number >= 4900:
                    begin, end, gone = T0 + day, T0 + day * 365, None
                work.awards.add([Award(f"{number:04}", of, begin, end, archived_at=gone)])
        event.listen(store.engine, "before_cursor_execute", watch)
        few = asked.get("few", 20)
        asked = {name: value for name, value in asked.items() if name != "few"}
        with patch.object(paging, "FEW", few), store.reading() as view:
            found = view.tables.awards(query(Table.ISSUED, at=T0, limit=5, **asked))
            assert len(list(found)) == 5
    assert len(hundreds) < 100
    assert len(statements) < 20


@pytest.mark.parametrize("microseconds", range(3))
def test_every_set_of_statuses_is_found_by_expiry(
    both: tuple[Store[Transaction], Store[Transaction]], microseconds: int
) -> None:
    memory, database = both
    at = T0 + timedelta(microseconds=microseconds)
    for descending, number, offset in product((False, True), range(1, 16), (0, 30)):
        some = by_status(*(each for n, each in enumerate(Status) if number >> n & 1))
        sort = ((Field.EXPIRES_AT, descending),)
        asked = TableQuery(Table.ISSUED, at, filters=(some,), sort=sort, offset=offset, limit=40)
        found = answers(memory, asked)
        for few in (0, 3, 4, 5):
            with patch.object(paging, "FEW", few):
                assert answers(database, asked) == found


def test_pages_far_behind_are_found_too(
    both: tuple[Store[Transaction], Store[Transaction]],
) -> None:
    for sort in [Field.USERNAME_KEY, Field.NAME_KEY, Field.STATUS, Field.EXPIRES_AT]:
        for offset in (0, 3, 100, 148, 150):
            asked = TableQuery(Table.ISSUED, T0, sort=((sort, True),), offset=offset, limit=20)
            memory, database = both
            with patch.object(paging, "FEW", 0):
                assert answers(database, asked) == answers(memory, asked)


@pytest.mark.parametrize("table", Table)
def test_the_generic_part_answers_for_any_store(
    both: tuple[Store[Transaction], Store[Transaction]], table: Table
) -> None:
    query = TableQuery(table, T0, search=("a",), sort=((Field.NAME_KEY, True),))
    for store in both:
        with store.reading() as view:
            generic = GenericTables(view)
            if table.of_awards:
                assert list(generic.awards(query)) == list(view.tables.awards(query)) != []
            else:
                found = list(generic.certifications(query))
                assert found == list(view.tables.certifications(query)) != []


@pytest.mark.rule("ALL-MANAGE-09", "DOC-CSV-05", "INT-01")
@pytest.mark.parametrize("microseconds", range(-1, 4))
def test_awards_are_found_by_the_status_that_they_have(
    both: tuple[Store[Transaction], Store[Transaction]], microseconds: int
) -> None:
    at = T0 + timedelta(microseconds=microseconds)
    for store in both:
        with store.reading() as view:
            awards = list(view.awards.select())
            for each in Status:
                rows = view.tables.awards(TableQuery(Table.ISSUED, at, filters=(by_status(each),)))
                expected = [award for award in awards if status_at(award, at) is each]
                assert [row.award for row in rows] == expected


def test_a_view_that_ends_before_its_rows_leaves_nothing_open(
    store: Store[Transaction], caplog: pytest.LogCaptureFixture
) -> None:
    with store.writing() as work:
        work.awards.add([Award(f"{n:04}", "f", T0, None) for n in range(2_500)])
    with store.reading() as view:
        rows = view.tables.awards(TableQuery(Table.ISSUED, T0))
        assert next(rows).award.user_id == "0000"
    if not isinstance(store, MemoryStore):
        with pytest.raises(StoreError):
            list(rows)
    del rows
    assert caplog.text == ""
