"""A database finds what memory finds, whatever is asked."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certrules import Award, Certification, Item, ItemKind, Unit, User, Validity
from certrules.errors import StoreError
from certrules.model.awards import AssociationType, Source
from certrules.model.catalog import Assignment, CertificationStatus
from certrules.model.people import Company
from certrules.model.tables import (
    TEXTS,
    Ahead,
    AllOf,
    AnyOf,
    Case,
    Contains,
    Fact,
    OneOf,
    Order,
    Past,
    Rows,
    Selection,
    is_text,
)
from certrules.repositories.memory import MemoryStore
from certrules.repositories.protocols import Store, Transaction
from certrules.repositories.sql import open_store
from certrules.testing.strategies import moments
from tests.repositories.conftest import SERVERS, empty_database

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
HELD = [fact for fact in Fact if not fact.name.startswith("TRAINING_")] + [Fact.TRAINING_KINDS]
INSTANTS = [fact for fact in Fact if fact.value.endswith(" at")]
COUNTED = [Fact.CYCLE, Fact.VALIDITY_AMOUNT, Fact.AWARDED, Fact.ASSIGNED]
SCALAR = sorted(TEXTS, key=str) + INSTANTS + COUNTED + [Fact.VALIDITY_DAYS]
OF_ITEMS = [Fact.TRAINING_ID, Fact.TRAINING_CODE, Fact.TRAINING_KEY]


def furnish(work: Transaction) -> None:
    """Fill a store: every name is somebody's, and of everything something is missing."""
    names = NAMES + LONG
    kinds = list(ItemKind)
    work.companies.put(Company(str(n), names[n], names[-n] or None) for n in range(1, 5))
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


@pytest.fixture(scope="module", params=["sqlite", *SERVERS])
def both(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Store, Store]]:
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


@st.composite
def selections(draw: st.DrawFn) -> Selection:
    """Any question at all that rows can answer."""
    rows = draw(st.sampled_from(Rows))

    def allowed(facts: list[Fact]) -> st.SearchStrategy[Fact]:
        return st.sampled_from([fact for fact in facts if _has(rows, fact)])

    values = TEXT | st.sampled_from(["1", "2", "draft", "days", "manual"])
    leaves = st.one_of(
        st.builds(OneOf, allowed(sorted(TEXTS, key=str) + OF_ITEMS), st.sets(values, max_size=3)),
        st.builds(OneOf, allowed(COUNTED), st.sets(st.integers(0, 2))),
        st.builds(Contains, allowed(sorted(TEXTS, key=str)), TEXT.filter(bool)),
        st.builds(Past, allowed(INSTANTS), WHEN),
        st.builds(Ahead, allowed(INSTANTS), WHEN | moments()),
    )
    where = st.recursive(
        leaves,
        lambda inner: (
            st.builds(AllOf, st.lists(inner, max_size=3))
            | st.builds(AnyOf, st.lists(inner, max_size=3))
        ),
        max_leaves=6,
    )
    cases = st.lists(st.tuples(st.sampled_from(["b", "B", "a "]), where), min_size=1, max_size=3)
    case = st.builds(Case, cases)
    return Selection(
        rows,
        draw(st.lists(allowed(HELD) | case, min_size=1, max_size=6)),
        draw(st.just(AllOf(())) | where),
        draw(st.lists(st.builds(Order, allowed(SCALAR) | case, st.booleans()), max_size=3)),
        draw(st.sampled_from([0, 0, 3])),
        draw(st.sampled_from([None, None, 0, 5])),
    )


def _has(rows: Rows, fact: Fact) -> bool:
    try:
        Selection(rows, (), OneOf(fact, ()))
    except ValueError:
        return False
    return True


def answers(store: Store, selection: Selection) -> tuple[Any, ...]:
    texts = [fact for fact in selection.facts if is_text(fact) or fact in INSTANTS]
    by = [*texts, Fact.CERTIFICATION]
    with store.reading() as view:
        rows = list(view.tables.rows(selection))
        groups = sorted(
            view.tables.groups(Selection(selection.rows, by, selection.where)), key=repr
        )
        return rows, view.tables.count(selection), groups


@pytest.mark.law
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(selection=selections())
def test_a_database_answers_as_memory_does(both: tuple[Store, Store], selection: Selection) -> None:
    memory, database = both
    assert answers(database, selection) == answers(memory, selection)


def test_a_view_that_ends_before_its_rows_leaves_nothing_open(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    with store.writing() as work:
        work.awards.add([Award(f"{n:04}", "f", T0, None) for n in range(2_500)])
    with store.reading() as view:
        rows = view.tables.rows(Selection(Rows.AWARDS, (Fact.USER,)))
        assert next(rows) == ("0000",)
    if not isinstance(store, MemoryStore):
        with pytest.raises(StoreError):
            list(rows)
    del rows
    assert caplog.text == ""
