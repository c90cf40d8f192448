"""What tables show, and what their queries ask of a store."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from certrules import Award, Certification, Item, ItemKind, Unit, User, Validity
from certrules.errors import InvalidValueError
from certrules.model.awards import AssociationType, Source
from certrules.model.catalog import Assignment, CertificationStatus
from certrules.model.people import Company, Target
from certrules.model.tables import Fact, Order, Rows, Selection
from certrules.repositories.memory import MemoryStore
from certrules.rules import status, tables
from certrules.rules.status import Status
from certrules.rules.tables import Table, TableQuery

T0 = datetime(2024, 1, 1, tzinfo=UTC)
NOON = T0 + timedelta(days=31, hours=12)
YEAR = timedelta(days=366)
LATE = datetime.fromisoformat("2024-01-01T01:00:00")


def day(number: int) -> datetime:
    return T0 + timedelta(days=number)


def furnished() -> MemoryStore:
    store = MemoryStore()
    track = Assignment(ItemKind.LEARNING_TRACK, "t", T0)
    course = Assignment(ItemKind.COURSE, "c", T0)
    first_aid = Certification(
        "3",
        "First aid",
        "FA",
        "Bandages",
        Validity(2, Unit.YEARS),
        assignments=(track, course),
        skills=("care", "calm"),
        created_by="7",
        created_at=T0,
        updated_at=NOON + timedelta(microseconds=1),
    )
    conduct = Certification("4", "conduct", status=CertificationStatus.DRAFT, created_by="9")
    earned = Source(AssociationType.LEARNING_TRACK, "t")
    with store.writing() as work:
        work.companies.put([Company("a", "Acme", "olga"), Company("b", "bits")])
        work.users.put(
            [
                User("7", "ada", "Ada", "Lovelace", company_id="a"),
                User("8", "Bob", "Bob", "Babbage", company_id="b"),
            ]
        )
        work.items.put(
            [Item(ItemKind.LEARNING_TRACK, "t", "T-1", "Track"), Item(ItemKind.COURSE, "c", "C-1")]
        )
        work.certifications.put([first_aid, conduct])
        work.awards.add(
            [
                Award("7", "3", day(-366), day(0), source=earned, archived_at=day(-9)),
                Award("7", "3", day(-9), day(300), source=earned, cycle=2),
                Award("8", "3", day(-9), day(0)),
                Award("8", "4", day(99), None),
                Award("9", "4", day(0), None),
            ]
        )
    return store


STORE = furnished()
NAMES = "a list of the names of columns"
PAIRS = "a list of pairs, each a name and a value"
NUMBER = "a number of rows, zero or more"


def found(query: TableQuery, *, at: datetime = NOON, zone: str = "UTC") -> list[tuple[Any, ...]]:
    selection = tables.selection(query, at=at)
    with STORE.reading() as view:
        rows = list(view.tables.rows(selection))
    return list(map(tables.shown(query, at=at, zone=zone), rows))


def users(*filters: tuple[str, str], **options: Any) -> str:
    query = TableQuery(Table.ISSUED, ["User", "Certification"], filters=filters, **options)
    return " ".join(f"{user}-{name[0]}" for user, name in found(query))


@pytest.mark.rule("ALL-MANAGE-03")
def test_the_table_of_certifications() -> None:
    query = TableQuery(Table.CERTIFICATIONS)
    assert [column.name for column in tables.columns(query)] == [
        "Certification",
        "Training",
        "Description",
        "Skills",
        "Source",
        "Status",
        "Expiration",
        "Created By",
        "Date Created",
        "Last Updated",
        "Allbound ID",
    ]
    kinds, updated = ("learning track", "course"), LATE + timedelta(days=31, hours=12)
    assert found(query, zone="Europe/Rome") == [
        ("conduct", (), "", (), (), "draft", "never", "9", None, None, "4"),
        (
            *("First aid", ("Track", "C-1"), "Bandages", ("care", "calm"), kinds),
            *("active", "2 years", "ada", LATE, updated, "3"),
        ),
    ]


@pytest.mark.rule("DOC-CERT-10")
def test_the_list_of_certifications() -> None:
    query = TableQuery(Table.CATALOG)
    names = [column.name for column in tables.columns(query)]
    assert names == ["Code", "Name", "Description", "Expiry", "Awarded To", "Assigned"]
    assert found(query) == [
        (None, "conduct", "", "never", 2, 0),
        ("FA", "First aid", "Bandages", "2 years", 2, 2),
    ]


@pytest.mark.rule("ALL-MANAGE-09")
def test_the_table_of_issued_certifications() -> None:
    query = TableQuery(Table.ISSUED)
    assert [column.name for column in tables.columns(query)] == [
        "User",
        "Certification",
        "Training",
        "Source",
        "Status",
        "Expiration",
        "Company",
        "Account Owner",
        "Skills",
        "Issued On",
    ]
    training, skills = ("Track", "C-1"), ("care", "calm")
    assert found(query) == [
        (
            *("9", "conduct", (), "manual", "valid", "never", None, None, ()),
            date(2024, 1, 1),
        ),
        (
            *("ada", "First aid", training, "learning track", "valid", date(2024, 10, 27)),
            *("Acme", "olga", skills, date(2023, 12, 23)),
        ),
        (
            *("Bob", "conduct", (), "manual", "not yet valid", "never", "bits", None, ()),
            date(2024, 4, 9),
        ),
        (
            *("Bob", "First aid", training, "manual", "expired", date(2024, 1, 1)),
            *("bits", None, skills, date(2023, 12, 23)),
        ),
    ]


@pytest.mark.rule("DOC-AWARD-11")
def test_the_list_of_awarded_users() -> None:
    query = TableQuery(Table.AWARDED_USERS, filters=[("Certification", "FA")])
    assert [column.name for column in tables.columns(query)] == [
        "Username",
        "First Name",
        "Last Name",
        "Issue Date",
        "Days To Renew",
        "Expiry Date",
    ]
    assert found(query) == [
        ("ada", "Ada", "Lovelace", date(2023, 12, 23), 269, date(2024, 10, 27)),
        ("Bob", "Bob", "Babbage", date(2023, 12, 23), -31, date(2024, 1, 1)),
    ]
    never = evolve(query, filters=[("certification", "CONDUCT")], columns=["Days To Renew"])
    assert found(never) == [(None,), (None,)]


@pytest.mark.rule("ALL-MANAGE-02")
def test_certifications_are_filtered_by_status_and_expiration() -> None:
    assert tables.filters(Table.CERTIFICATIONS) == ("Status", "Expiration")
    for expected, *filters in (
        ("43", ("Status", "active"), ("status", "Draft")),
        ("3", ("Status", "ACTIVE")),
        ("", ("Status", "inactive")),
        ("3", ("Expiration", "2 years")),
        ("4", ("Expiration", "never")),
        ("4", ("Expiration", "0 weeks")),
        ("", ("Expiration", "24 months")),
        ("", ("Expiration", "1 year")),
        ("", ("Expiration", "2 days")),
        ("3", ("Expiration", "1 year"), ("Expiration", "2 years"), ("Expiration", "2 days")),
        ("", ("Expiration", "2 days"), ("Expiration", "1 year")),
        ("43", ("Expiration", "never"), ("Expiration", "P2Y")),
        ("", ("Expiration", "never"), ("Status", "active")),
    ):
        query = TableQuery(Table.CERTIFICATIONS, ["Allbound ID"], filters=filters)
        assert "".join(id_ for (id_,) in found(query)) == expected


@pytest.mark.rule("ALL-MANAGE-09")
def test_issued_certifications_are_filtered() -> None:
    names = ("User Name", "Certification", "Training", "Status", "Company")
    assert tables.filters(Table.ISSUED) == names
    assert users(("User Name", " ADA ")) == users(("user-name", "7")) == "ada-F"
    assert users(("User Name", "ad")) == ""
    for name in ("FIRST AID", "FA", "3"):
        assert users(("Certification", name)) == "ada-F Bob-F"
    assert users(("Certification", "fa")) == ""
    for name in ("track", "T-1", "t", "C-1", "c"):
        assert users(("Training", name)) == "ada-F Bob-F"
    for name in ("ACME", "a"):
        assert users(("Company", name)) == "ada-F"
    assert users(("Company", "a"), ("Company", "b")) == "ada-F Bob-c Bob-F"
    assert users(("Company", "b"), ("Status", "expired")) == "Bob-F"
    assert users(("Status", "not-yet-valid")) == "Bob-c"
    assert users(("Status", "archived"), ("Status", "Valid")) == "9-c ada-F ada-F"
    everybody = [("User Name", name) for name in ("ada", "8", "9")]
    many = [*everybody, *(("User Name", f"nobody {n}") for n in range(10_000))]
    assert users(*many) == "9-c ada-F Bob-c Bob-F"


@pytest.mark.rule("ALL-MANAGE-09")
def test_a_search_finds_all_its_words_in_any_case_and_column() -> None:
    assert users(search="LOVE first") == "ada-F"
    assert users(search="calm") == "ada-F Bob-F"
    assert users(search=" b  ") == "ada-F Bob-c Bob-F"
    assert users(search="ada conduct") == ""
    for search, expected in (("band", 1), ("", 2), ("3", 0), ("fa", 1)):
        assert len(found(TableQuery(Table.CATALOG, search=search))) == expected


@pytest.mark.rule("ALL-MANAGE-09")
def test_rows_are_narrowed_to_ones_own_or_a_companys() -> None:
    assert users(scope=Target(owner="8")) == "Bob-c Bob-F"
    assert users(scope=Target(company_id="a")) == "ada-F"
    assert users(scope=Target(owner="8", company_id="a")) == ""


def test_rows_are_sorted_by_any_columns() -> None:
    assert users(sort=["-User", "Certification"]) == "Bob-c Bob-F ada-F 9-c"
    assert users(sort=["Expiration", "user"]) == "Bob-F ada-F 9-c Bob-c"
    assert users(sort=["-Expiration", "-issued-on"]) == "Bob-c 9-c ada-F Bob-F"
    assert users(sort=["company"], offset=1, limit=2) == "ada-F Bob-F"
    assert users(sort=["status", "User"]) == "Bob-F Bob-c 9-c ada-F"
    assert users(sort=["-Status", "-user"]) == "ada-F 9-c Bob-c Bob-F"


@pytest.mark.rule("ALL-MANAGE-09")
def test_groups_come_first_and_are_counted() -> None:
    query = TableQuery(Table.ISSUED, ["User", "Company"], sort=["-Issued On"], group_by="company")
    assert found(query) == [(None, "9"), ("Acme", "ada"), ("bits", "Bob"), ("bits", "Bob")]
    by_name = evolve(query, group_by="Certification")
    assert next(column.name for column in tables.columns(by_name)) == "Certification"
    with STORE.reading() as view:
        companies = list(view.tables.groups(tables.groups(query, at=NOON)))
        names = list(view.tables.groups(tables.groups(by_name, at=NOON)))
    assert companies == [(None, None, None, 1), ("acme", "a", "Acme", 1), ("bits", "b", "bits", 2)]
    assert names == [("conduct", "4", "conduct", 2), ("first aid", "3", "First aid", 2)]


@pytest.mark.rule("ALL-MANAGE-09")
def test_awards_are_grouped_by_where_they_stand() -> None:
    both = [("Status", status) for status in ("archived", "valid", "expired")]
    query = TableQuery(Table.ISSUED, ["User"], filters=both, group_by="status")
    assert found(query) == [
        ("archived", "ada"),
        ("expired", "Bob"),
        ("valid", "9"),
        ("valid", "ada"),
    ]
    with STORE.reading() as view:
        counted = list(view.tables.groups(tables.groups(query, at=NOON)))
    assert counted == [("archived", 1), ("expired", 1), ("valid", 2)]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (TableQuery(Table.ISSUED, ["Usr"]), "column cannot be 'Usr': .* did you mean User?"),
        (TableQuery(Table.ISSUED, filters=[("Compny", "")]), "filter .* did you mean Company?"),
        (TableQuery(Table.CATALOG, filters=[("Name", "")]), "filter .* this table has none"),
        (TableQuery(Table.ISSUED, sort=["-Expiratn"]), "sort .* did you mean Expiration?"),
        (
            TableQuery(Table.ISSUED, sort=["Skill"]),
            "sort cannot be 'Skill': .* did you mean Skills?",
        ),
        (TableQuery(Table.ISSUED, filters=[("Status", "expird")]), "did you mean expired?"),
        (TableQuery(Table.ISSUED, group_by="User"), "group .* one of Certification, Company"),
        (TableQuery(Table.CATALOG, group_by="Name"), "group .* this table has none"),
        (TableQuery(Table.CERTIFICATIONS, filters=[("Expiration", "soon")]), "validity"),
        (TableQuery(Table.ISSUED, ["\u202e" * 100_000]), "column"),
        (TableQuery(Table.ISSUED, [""]), "column cannot be ''"),
        (TableQuery(Table.ISSUED, ["-User"]), "column cannot be '-User'"),
        (
            TableQuery(Table.ISSUED, ["User", "Status", "user"]),
            "columns cannot be .'User', 'Status', 'user'.: expected each column once$",
        ),
        (TableQuery(Table.ISSUED, sort=["--User"]), "sort cannot be '-User'"),
        (TableQuery(Table.ISSUED, sort=["User-"]), "sort cannot be 'User-'"),
        (TableQuery(Table.ISSUED, sort=["User", "-user"]), "sort .* each column once$"),
        (TableQuery(Table.ISSUED, filters=[("User Name", "\0")]), "text to find"),
        (
            TableQuery(Table.ISSUED, search=" ".join(map(str, range(101)))),
            "words to search cannot be 101: expected 100 at most$",
        ),
        (
            TableQuery(Table.ISSUED, filters=[("User Name", str(n)) for n in range(15_001)]),
            "number of values to compare with cannot be 30002",
        ),
        (TableQuery(Table.CATALOG, scope=Target("8")), "^scope cannot be Target.* to nobody$"),
        (TableQuery(Table.CERTIFICATIONS, filters=[("Status", "actve")]), "^status cannot be"),
        (TableQuery(Table.ISSUED, filters=[("Status", "actve")]), "^status cannot be"),
        (TableQuery(Table.ISSUED, group_by="Usr"), "^group cannot be 'Usr'"),
        (TableQuery(Table.CATALOG, ["zzz"]), "Assigned$"),
        (TableQuery(Table.CATALOG, group_by="zzz"), "expected none: this table has none$"),
    ],
)
def test_what_a_table_does_not_know_is_said(query: TableQuery, message: str) -> None:
    with pytest.raises(InvalidValueError, match=message):
        tables.selection(query, at=NOON)


@pytest.mark.parametrize(
    ("expected", "options"),
    [
        ("a Table", {"table": "issued"}),
        (NAMES, {"columns": "User"}),
        (NAMES, {"columns": None}),
        (NAMES, {"columns": [1]}),
        ("words to search", {"search": None}),
        (PAIRS, {"filters": {"Status": "expired"}}),
        (PAIRS, {"filters": "Status"}),
        (PAIRS, {"filters": 5}),
        (PAIRS, {"filters": [("Status", None)]}),
        (PAIRS, {"filters": [("Status", "expired", "valid")]}),
        (PAIRS, {"filters": [("Status",)]}),
        (PAIRS, {"filters": ["ab"]}),
        (NAMES, {"sort": "User"}),
        (NAMES, {"sort": [None]}),
        ("the name of a column, or None", {"group_by": 3}),
        ("a Target", {"scope": "8"}),
        (NUMBER, {"offset": -1}),
        (NUMBER, {"offset": 10**30}),
        (NUMBER, {"offset": None}),
        (NUMBER, {"limit": -1}),
        (NUMBER, {"limit": True}),
        (NUMBER, {"limit": 1.0}),
        (NUMBER, {"limit": "5"}),
        (NUMBER, {"limit": 10**18 + 1}),
    ],
)
def test_what_is_no_query_is_said(expected: str, options: dict[str, Any]) -> None:
    with pytest.raises(InvalidValueError) as caught:
        TableQuery(**{"table": Table.ISSUED, **options})
    ((name, value),) = options.items()
    error = caught.value
    assert (error.name, error.expected) == (name, expected)
    assert error.value is value


def test_a_query_takes_any_iterables_and_the_most_that_there_is() -> None:
    words = " ".join(map(str, range(100))) + " 1 1"
    query = TableQuery(
        Table.ISSUED,
        iter(["User"]),
        words,
        (list(pair) for pair in [("Status", "valid")]),  # type: ignore[misc]
        sort=iter(["-User"]),
        offset=10**18,
        limit=0,
    )
    assert (query.columns, query.filters, query.sort) == (
        ("User",),
        (("Status", "valid"),),
        ("-User",),
    )
    assert found(query) == []


@pytest.mark.parametrize(
    "name", ["Issued On", "issued_on", "ISSUED-ON", " issued \t on ", "issued__on"]
)
def test_a_name_may_be_spelled_in_many_ways(name: str) -> None:
    (column,) = tables.columns(TableQuery(Table.ISSUED, [name]))
    assert column.name == "Issued On"
    by_name = TableQuery(Table.ISSUED, sort=[f"-{name.strip()}"])
    assert tables.selection(by_name, at=NOON).order == (Order(Fact.ISSUED_AT, descending=True),)


def test_a_near_name_is_guessed_and_a_far_one_is_not() -> None:
    for name, said in (("Issed", "Issued On"), ("Usr" + " " * 200, "User"), ("x" * 200, None)):
        with pytest.raises(InvalidValueError) as caught:
            tables.columns(TableQuery(Table.ISSUED, [name]))
        guess = caught.value.expected.partition("; did you mean ")[2]
        assert guess == (f"{said}?" if said else "")


@pytest.mark.rule("ALL-MANAGE-09")
def test_rows_are_sorted_by_every_column() -> None:
    for table in Table:
        for column in tables.columns(TableQuery(table)):
            one = [column.name]
            up = found(TableQuery(table, one, sort=one))
            down = found(TableQuery(table, one, sort=[f"-{column.name}"]))
            assert up == down[::-1]
            if len(set(up)) > 1:
                assert up != down


@pytest.mark.rule("ALL-MANAGE-09")
def test_a_list_is_sorted_by_its_first_entry_and_none_comes_first() -> None:
    for name in ("Training", "Skills", "Source", "Description"):
        query = TableQuery(Table.CERTIFICATIONS, ["Allbound ID"], sort=[name])
        assert found(query) == [("4",), ("3",)]
        assert found(evolve(query, sort=[f"-{name}"])) == [("3",), ("4",)]
    assert users(sort=["-training", "user"]) == "ada-F Bob-F 9-c Bob-c"
    assert users(sort=["-account owner", "-user"]) == "ada-F Bob-F Bob-c 9-c"


def test_a_query_without_groups_has_none_to_count() -> None:
    with pytest.raises(InvalidValueError, match=r"^group .* Company, Status$"):
        tables.groups(TableQuery(Table.ISSUED), at=NOON)
    with pytest.raises(InvalidValueError, match=r"^group cannot be 'Usr'"):
        tables.groups(TableQuery(Table.ISSUED, group_by="Usr"), at=NOON)


def test_days_at_the_ends_of_the_calendar_are_shown() -> None:
    first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    query = TableQuery(Table.AWARDED_USERS, ["Issue Date", "Days To Renew", "Expiry Date"])
    for zone in ("-10:00", "+10:00"):
        show = tables.shown(query, at=NOON, zone=zone)
        assert show([first, first, last, last]) == (
            date.min,
            (date.max - NOON.date()).days,
            date.max,
        )


INSTANTS = st.datetimes(timezones=st.just(UTC))


@pytest.mark.law
@pytest.mark.rule("ALL-MANAGE-09", "DOC-CSV-05", "INT-01")
@given(
    issued=INSTANTS,
    others=st.tuples(st.none() | INSTANTS, st.none() | INSTANTS),
    at=INSTANTS,
    pick=st.integers(0, 3),
)
def test_a_store_finds_an_award_by_its_status_alone(
    issued: datetime,
    others: tuple[datetime | None, datetime | None],
    at: datetime,
    pick: int,
) -> None:
    expires, archived = others
    award = Award("u", "c", issued, expires, archived_at=archived)
    at = [at, issued, expires or at, archived or at][pick]  # at the very instants too
    store = MemoryStore()
    with store.writing() as work:
        work.awards.add([award])
        counts = {
            each: work.tables.count(
                Selection(Rows.AWARDS, (Fact.USER,), status.condition(each, at))
            )
            for each in Status
        }
        ((standing,),) = work.tables.rows(Selection(Rows.AWARDS, [status.standing(at)]))
    assert counts == {each: int(each is status.status_at(award, at)) for each in Status}
    assert standing == str(status.status_at(award, at))
