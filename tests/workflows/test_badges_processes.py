"""Processes that issue badges together never give out a bit twice."""

from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from certrules import Award, Certification, User
from certrules.repositories.sql import open_store
from tests.repositories.test_processes import PROCESSES, in_many_processes

AT = datetime(2024, 1, 1, tzinfo=UTC)
EACH = 5

ISSUE = """
import secrets
from functools import partial
from certrules.badges import statuslist
from certrules.workflows import badges

SIZE, EACH = {size}, {each}
statuslist.SIZE, statuslist.allot = SIZE, partial(statuslist.allot, size=SIZE)
users = {users}
with closing(open_store(sys.argv[1], timeout=60)) as store:
    ready()
    for user in users:
        (badge,) = badges.issue(store, user, "fa", draw=secrets.randbelow).effects
        print(badge.id, end=" ")
"""


def furnished(path: Path) -> str:
    url = f"sqlite:///{path / 'store.db'}"
    people = [f"u{number}" for number in range(PROCESSES * EACH)]
    with closing(open_store(url, create=True)) as store, store.writing() as work:
        work.users.put(User(each, each) for each in people)
        work.certifications.put([Certification("fa", "First aid")])
        work.awards.add([Award(each, "fa", AT, None) for each in people])
    return url


@pytest.mark.parametrize(
    "size", [PROCESSES * EACH, 7, 131_072], ids=["full", "overflowing", "wide"]
)
def test_a_bit_is_given_out_once_by_all_processes(tmp_path: Path, size: int) -> None:
    url = furnished(tmp_path)
    users = f'[f"u{{int(sys.argv[2]) * {EACH} + each}}" for each in range({EACH})]'
    said = in_many_processes(ISSUE.format(size=size, each=EACH, users=users), url)
    ids = " ".join(said).split()
    assert len(set(ids)) == PROCESSES * EACH
    with closing(open_store(url)) as store, store.reading() as view:
        issued = [each for id_ in ids if (each := view.badges.get(id_))]
    assert len({(each.status_list, each.index) for each in issued}) == PROCESSES * EACH
    assert all(0 <= each.index < size for each in issued)
    filled = Counter(each.status_list for each in issued)
    assert sorted(filled) == list(range(1, len(filled) + 1))
    assert all(filled[number] == size for number in range(1, len(filled)))


def test_processes_that_issue_the_same_badge_find_one(tmp_path: Path) -> None:
    url = furnished(tmp_path)
    said = in_many_processes(ISSUE.format(size=9, each=1, users=["u0"]), url)
    assert len(set(said)) == 1
