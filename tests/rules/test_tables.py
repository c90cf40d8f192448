"""What tables show, and what their queries ask of a store."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from certrules import Award, Certification, Item, ItemKind, Unit, User, Validity
from certrules.errors import InvalidValueError
from certrules.model.awards import AssociationType, Source, Status
from certrules.model.catalog import Assignment, CertificationStatus
from certrules.model.people import Company, Scope
from certrules.model.tables import AwardRow, Field, by_status
from certrules.repositories.generic_tables import GenericTables
from certrules.repositories.memory import MemoryStore
from certrules.rules import tables
from certrules.rules.tables import Table, TableQuery, query

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


def asked(table: Table, columns: Iterable[str] = (), **options: Any) -> TableQuery:
    return query(table, **{"at": NOON, "columns": columns, **options})


def found(query: TableQuery, *, zone: str = "UTC") -> list[tuple[Any, ...]]:
    with STORE.reading() as view:
        rows: Iterator[Any] = (
            view.tables.awards(query)
            if query.table.of_awards
            else view.tables.certifications(query)
        )
        return list(map(tables.cells(query, zone=zone), rows))


def users(*filters: tuple[str, str], **options: Any) -> str:
    query = asked(Table.ISSUED, ["User", "Certification"], filters=filters, **options)
    return " ".join(f"{user}-{name[0]}" for user, name in found(query))


@pytest.mark.rule("ALL-MANAGE-03")
def test_the_table_of_certifications() -> None:
    query = asked(Table.CERTIFICATIONS)
    assert list(query.columns) == [
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
        "Time Zone",
    ]
    kinds, updated = ("learning track", "course"), LATE + timedelta(days=31, hours=12)
    assert found(query, zone="Europe/Rome") == [
        ("conduct", (), "", (), (), "draft", "never", "9", None, None, "4", "Europe/Rome"),
        (
            *("First aid", ("Track", "C-1"), "Bandages", ("care", "calm"), kinds),
            *("active", "2 years", "ada", LATE, updated, "3", "Europe/Rome"),
        ),
    ]


@pytest.mark.rule("DOC-CERT-10")
def test_the_list_of_certifications() -> None:
    query = asked(Table.CATALOG)
    names = list(query.columns)
    assert names == ["Code", "Name", "Description", "Expiry", "Awarded To", "Assigned"]
    assert found(query) == [
        (None, "conduct", "", "never", 1, 0),
        ("FA", "First aid", "Bandages", "2 years", 2, 2),
    ]


@pytest.mark.rule("DOC-CERT-10")
@pytest.mark.parametrize(
    ("days", "conduct", "first_aid"),
    [(-367, 0, 0), (-300, 0, 1), (-9, 0, 2), (0, 1, 2), (99, 2, 2)],
)
def test_those_are_counted_who_have_a_certification_then(
    days: int, conduct: int, first_aid: int
) -> None:
    query = asked(Table.CATALOG, ["Awarded To"], at=day(days))
    assert found(query) == [(conduct,), (first_aid,)]
    with STORE.reading() as view:
        assert GenericTables(view).awarded(at=day(days)).get("4", 0) == conduct


@pytest.mark.rule("ALL-MANAGE-09")
def test_the_table_of_issued_certifications() -> None:
    query = asked(Table.ISSUED)
    assert list(query.columns) == [
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
        "Last Valid Day",
        "Time Zone",
    ]
    training, skills = ("Track", "C-1"), ("care", "calm")
    assert found(query) == [
        (
            *("ada", "First aid", training, "learning track", "valid", date(2024, 10, 27)),
            *("Acme", "olga", skills, date(2023, 12, 23), date(2024, 10, 26), "UTC"),
        ),
        (
            *("Bob", "conduct", (), "manual", "not yet valid", "never", "bits", None, ()),
            *(date(2024, 4, 9), "never", "UTC"),
        ),
        (
            *("Bob", "First aid", training, "manual", "expired", date(2024, 1, 1)),
            *("bits", None, skills, date(2023, 12, 23), date(2023, 12, 31), "UTC"),
        ),
        (
            *("9", "conduct", (), "manual", "valid", "never", None, None, ()),
            *(date(2024, 1, 1), "never", "UTC"),
        ),
    ]


@pytest.mark.rule("DOC-AWARD-11")
def test_the_list_of_awarded_users() -> None:
    query = asked(Table.AWARDED_USERS, filters=[("Certification", "FA")])
    assert list(query.columns) == [
        "Username",
        "First Name",
        "Last Name",
        "Issue Date",
        "Days To Renew",
        "Expiry Date",
        "Last Valid Day",
        "Time Zone",
    ]
    assert found(query) == [
        (
            *("ada", "Ada", "Lovelace", date(2023, 12, 23), 269),
            *(date(2024, 10, 27), date(2024, 10, 26), "UTC"),
        ),
        (
            *("Bob", "Bob", "Babbage", date(2023, 12, 23), -31),
            *(date(2024, 1, 1), date(2023, 12, 31), "UTC"),
        ),
    ]
    never = asked(Table.AWARDED_USERS, ["Days To Renew"], filters=[("certification", "CONDUCT")])
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
        query = asked(Table.CERTIFICATIONS, ["Allbound ID"], filters=filters)
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
    assert users(("Status", "archived"), ("Status", "Valid")) == "ada-F ada-F 9-c"
    everybody = [("User Name", name) for name in ("ada", "8", "9")]
    many = [*everybody, *(("User Name", f"nobody {n}") for n in range(10_000))]
    assert users(*many) == "ada-F Bob-c Bob-F 9-c"


@pytest.mark.rule("ALL-MANAGE-09")
def test_a_search_finds_all_its_words_in_any_case_and_column() -> None:
    assert users(search="LOVE first") == "ada-F"
    assert users(search="calm") == "ada-F Bob-F"
    assert users(search=" b  ") == "ada-F Bob-c Bob-F"
    assert users(search="ada conduct") == ""
    for search, expected in (("band", 1), ("", 2), ("3", 0), ("fa", 1)):
        assert len(found(asked(Table.CATALOG, search=search))) == expected


@pytest.mark.rule("ALL-MANAGE-09")
def test_rows_are_narrowed_to_ones_own_or_a_companys() -> None:
    assert users(scope=Scope(owner_id="8")) == "Bob-c Bob-F"
    assert users(scope=Scope(company_id="a")) == "ada-F"
    assert users(scope=Scope(owner_id="8", company_id="a")) == ""


def test_rows_are_sorted_by_any_columns() -> None:
    assert users(sort=["-User", "Certification"]) == "Bob-c Bob-F ada-F 9-c"
    assert users(sort=["Expiration", "user"]) == "Bob-F ada-F Bob-c 9-c"
    assert users(sort=["-Expiration", "-issued-on"]) == "Bob-c 9-c ada-F Bob-F"
    assert users(sort=["company"], offset=1, limit=2) == "ada-F Bob-F"
    assert users(sort=["status", "User"]) == "Bob-F Bob-c ada-F 9-c"
    assert users(sort=["-Status", "-user"]) == "ada-F 9-c Bob-c Bob-F"


@pytest.mark.rule("ALL-MANAGE-09")
def test_groups_come_first_and_are_counted() -> None:
    query = asked(Table.ISSUED, ["User", "Company"], sort=["-Issued On"], group_by="company")
    assert found(query) == [(None, "9"), ("Acme", "ada"), ("bits", "Bob"), ("bits", "Bob")]
    by_name = asked(Table.ISSUED, ["User"], group_by="Certification")
    assert by_name.columns[0] == "Certification"
    with STORE.reading() as view:
        companies = sorted(view.tables.groups(query), key=str)
        names = sorted(view.tables.groups(by_name))
    assert companies == [("acme", "a", "Acme", 1), ("bits", "b", "bits", 2), (None, None, None, 1)]
    assert names == [("conduct", "4", "conduct", 2), ("first aid", "3", "First aid", 2)]


@pytest.mark.rule("ALL-MANAGE-09")
def test_awards_are_grouped_by_where_they_stand() -> None:
    both = [("Status", status) for status in ("archived", "valid", "expired")]
    query = asked(Table.ISSUED, ["User"], filters=both, group_by="status")
    assert found(query) == [
        ("archived", "ada"),
        ("expired", "Bob"),
        ("valid", "ada"),
        ("valid", "9"),
    ]
    with STORE.reading() as view:
        counted = sorted(view.tables.groups(query))
    assert counted == [("archived", 1), ("expired", 1), ("valid", 2)]


@pytest.mark.parametrize(
    ("table", "options", "message"),
    [
        (Table.ISSUED, {"columns": ["Usr"]}, "column cannot be 'Usr': .* did you mean User?"),
        (Table.ISSUED, {"filters": [("Compny", "")]}, "filter .* did you mean Company?"),
        (Table.CATALOG, {"filters": [("Name", "")]}, "filter .* this table has none"),
        (Table.ISSUED, {"sort": ["-Expiratn"]}, "sort .* did you mean Expiration?"),
        (
            Table.ISSUED,
            {"sort": ["Skill"]},
            "sort cannot be 'Skill': .* did you mean Skills?",
        ),
        (Table.ISSUED, {"filters": [("Status", "expird")]}, "did you mean expired?"),
        (Table.ISSUED, {"group_by": "User"}, "group .* one of Certification, Company"),
        (Table.CATALOG, {"group_by": "Name"}, "group .* this table has none"),
        (Table.CERTIFICATIONS, {"filters": [("Expiration", "soon")]}, "validity"),
        (Table.ISSUED, {"columns": ["\u202e" * 100_000]}, "column"),
        (Table.ISSUED, {"columns": [""]}, "column cannot be ''"),
        (Table.ISSUED, {"columns": ["-User"]}, "column cannot be '-User'"),
        (
            Table.ISSUED,
            {"columns": ["User", "Status", "user"]},
            "columns cannot be .'User', 'Status', 'user'.: expected each column once$",
        ),
        (Table.ISSUED, {"sort": ["--User"]}, "sort cannot be '-User'"),
        (Table.ISSUED, {"sort": ["User-"]}, "sort cannot be 'User-'"),
        (Table.ISSUED, {"sort": ["User", "-user"]}, "sort .* each column once$"),
        (Table.ISSUED, {"filters": [("User Name", "\0")]}, "text to find"),
        (
            Table.ISSUED,
            {"search": " ".join(map(str, range(101)))},
            "words to search cannot be 101: expected 100 at most$",
        ),
        (
            Table.ISSUED,
            {"filters": [("User Name", str(n)) for n in range(15_001)]},
            "number of values to compare with cannot be 30002",
        ),
        (Table.CATALOG, {"scope": Scope("8")}, "^scope cannot be Scope.* to nobody$"),
        (Table.CERTIFICATIONS, {"filters": [("Status", "actve")]}, "^status cannot be"),
        (Table.ISSUED, {"filters": [("Status", "actve")]}, "^status cannot be"),
        (Table.ISSUED, {"group_by": "Usr"}, "^group cannot be 'Usr'"),
        (Table.CATALOG, {"columns": ["zzz"]}, "Assigned$"),
        (Table.CATALOG, {"group_by": "zzz"}, "expected none: this table has none$"),
    ],
)
def test_what_a_table_does_not_know_is_said(
    table: Table, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidValueError, match=message):
        asked(table, **options)


@pytest.mark.parametrize(
    ("expected", "options"),
    [
        ("a member of Table", {"table": "issued"}),
        ("text", {"columns": "User"}),
        ("text", {"columns": None}),
        ("text", {"columns": [1]}),
        ("a text", {"search": None}),
        ("text", {"filters": {"Status": "expired"}}),
        ("text", {"filters": "Status"}),
        ("text", {"filters": 5}),
        ("text", {"filters": [("Status", None)]}),
        ("text", {"filters": [("Status", "expired", "valid")]}),
        ("text", {"filters": [("Status",)]}),
        ("text", {"filters": ["ab"]}),
        ("text", {"sort": "User"}),
        ("text", {"sort": [None]}),
        ("a text", {"group_by": 3}),
        ("a Scope", {"scope": "8"}),
        ("a number of rows, zero or more", {"offset": -1}),
        ("a number of rows, zero or more", {"offset": 10**30}),
        ("a number of rows, zero or more", {"offset": None}),
        ("a number of rows, zero or more", {"limit": -1}),
        ("a number of rows, zero or more", {"limit": True}),
        ("a number of rows, zero or more", {"limit": 1.0}),
        ("a number of rows, zero or more", {"limit": "5"}),
        ("a number of rows, zero or more", {"limit": 10**18 + 1}),
    ],
)
def test_what_is_no_query_is_said(expected: str, options: dict[str, Any]) -> None:
    with pytest.raises(InvalidValueError) as caught:
        query(**{"table": Table.ISSUED, "at": NOON, **options})
    (name,) = options
    assert caught.value.name == name
    assert expected in caught.value.expected


def test_a_query_takes_any_iterables_and_the_most_that_there_is() -> None:
    words = " ".join(map(str, range(100)))
    query = asked(
        Table.ISSUED,
        iter(["User"]),
        search=words + " 1 1",
        filters=(list(pair) for pair in [("Status", "valid")]),
        sort=iter(["-User"]),
        offset=10**18,
        limit=0,
    )
    assert query == TableQuery(
        Table.ISSUED,
        NOON,
        ("User",),
        tuple(words.split()),
        (by_status(Status.VALID),),
        ((Field.USERNAME_KEY, True),),
        offset=10**18,
        limit=0,
    )
    assert found(query) == []


@pytest.mark.parametrize(
    "name", ["Issued On", "issued_on", "ISSUED-ON", " issued \t on ", "issued__on"]
)
def test_a_name_may_be_spelled_in_many_ways(name: str) -> None:
    assert asked(Table.ISSUED, [name]).columns == ("Issued On",)
    by_name = asked(Table.ISSUED, sort=[f"-{name.strip()}"])
    assert by_name.sort == ((Field.ISSUED_AT, True),)


def test_a_near_name_is_guessed_and_a_far_one_is_not() -> None:
    for name, said in (("Issed", "Issued On"), ("Usr" + " " * 200, "User"), ("x" * 200, None)):
        with pytest.raises(InvalidValueError) as caught:
            asked(Table.ISSUED, [name])
        guess = caught.value.expected.partition("; did you mean ")[2]
        assert guess == (f"{said}?" if said else "")


@pytest.mark.rule("ALL-MANAGE-09")
def test_rows_are_sorted_by_every_column() -> None:
    for table in Table:
        for name in asked(table).columns:
            up = found(asked(table, [name], sort=[name]))
            backwards = asked(table, [name], sort=[f"-{name}"])
            down = found(backwards)
            if backwards.sort[0][0] is Field.USERNAME_KEY:  # one is gone, and last either way
                assert up.pop() == down.pop() == ("9",)
            assert up == down[::-1]
            if len(set(up)) > 1:
                assert up != down


@pytest.mark.rule("ALL-MANAGE-09")
def test_a_list_is_sorted_by_its_first_entry_and_none_comes_first() -> None:
    for name in ("Training", "Skills", "Source", "Description"):
        for sort, expected in ((name, [("4",), ("3",)]), (f"-{name}", [("3",), ("4",)])):
            query = asked(Table.CERTIFICATIONS, ["Allbound ID"], sort=[sort])
            assert found(query) == expected
    assert users(sort=["-training", "user"]) == "ada-F Bob-F Bob-c 9-c"
    assert users(sort=["-account owner", "-user"]) == "ada-F Bob-F Bob-c 9-c"


def test_days_at_the_ends_of_the_calendar_are_shown() -> None:
    first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    query = asked(Table.AWARDED_USERS, ["Issue Date", "Days To Renew", "Expiry Date"])
    for zone in ("-10:00", "+10:00"):
        cells = tables.cells(query, zone=zone)
        assert cells(AwardRow(Award("7", "3", first, last), Status.VALID)) == (
            date.min,
            (date.max - NOON.date()).days,
            date.max,
        )
