"""What does a name on the command line mean?"""

from contextlib import closing
from pathlib import Path

import pytest

from certrules import Certification, Item, ItemKind, User
from certrules.cli import names
from certrules.cli.failures import UsageError
from certrules.repositories.memory import MemoryStore
from certrules.repositories.protocols import Store, Transaction
from certrules.repositories.sql import open_store
from tests.cli.conftest import Run

COURSE = ItemKind.COURSE


@pytest.fixture
def crossed() -> Store[Transaction]:
    """What one is called is the id of another."""
    store = MemoryStore()
    with store.writing() as transaction:
        transaction.users.put([User("1", "2"), User("2", "1"), User("3", "ada"), User("4", "4")])
        transaction.certifications.put(
            [Certification("C", "A", "D"), Certification("D", "B", "C"), Certification("E", "E")]
        )
        transaction.items.put([Item(COURSE, "p", "q"), Item(COURSE, "q", "p")])
    return store


def test_a_name_that_is_the_id_of_another_is_neither(crossed: Store[Transaction]) -> None:
    with crossed.reading() as view:
        for find, name, says in (
            (names.user, "1", "'1' is the id of one user and the username of another"),
            (names.users, "2", "name one by its id, id:2, id:1"),
            (
                names.certification,
                "C",
                "'C' is the id of one certification and the code of another",
            ),
            (names.certification, "D", "name one by its id, id:D, id:C"),
        ):
            with pytest.raises(UsageError, match=says):
                find(view, name)


def test_an_id_is_always_one_where_it_says_so(crossed: Store[Transaction]) -> None:
    with crossed.reading() as view:
        assert names.user(view, "id:1").username == "2"
        assert [each.id for each in names.users(view, "id:2")] == ["2"]
        assert names.certification(view, "id:C").code == "D"
        with pytest.raises(UsageError, match="there is no user 'id:5' in the store"):
            names.user(view, "id:5")


def test_what_is_called_by_its_own_id_is_no_riddle(crossed: Store[Transaction]) -> None:
    with crossed.reading() as view:
        assert names.user(view, "4").id == "4"
        assert names.user(view, "3").username == "ada"
        assert names.user(view, " ADA ").id == "3"
        assert names.certification(view, "E").name == "E"


def test_no_other_certification_is_deleted(run: Run, store: Path) -> None:
    with closing(open_store(str(store))) as opened, opened.writing() as transaction:
        transaction.certifications.put([Certification("k9", "Other", "k1")])
    asked = ("delete", "--yes", "--store", store, "--certification")
    answer = run(*asked, "k1")
    assert (answer.code, answer.out) == (2, "")
    assert "name one by its id, id:k1, id:k9" in answer.err
    assert run(*asked, "id:k9").code == 0
    with closing(open_store(str(store))) as opened, opened.reading() as view:
        assert [view.certifications.get(id_) is None for id_ in ("k1", "k9")] == [False, True]


def test_courses_are_named_likewise(run: Run, store: Path) -> None:
    with closing(open_store(str(store))) as opened, opened.writing() as transaction:
        transaction.items.put([Item(COURSE, "c2", "c1")])
    asked = ("complete", "--store", store, "--user", "ada", "--zone", "UTC", "--course")
    assert "the id of one course and the code of another" in run(*asked, "c1").err
    assert run(*asked, "id:c1").code == 0
