"""Processes that issue badges together never give out a bit twice."""

import secrets
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from certrules import Award, Certification, User
from certrules.badges import statuslist
from certrules.repositories.sql import open_store
from certrules.workflows import badges
from tests.processes import PROCESSES, in_many_processes, ready
from tests.workflows.conftest import acting

AT = datetime(2024, 1, 1, tzinfo=UTC)
EACH = 5


def issue(url: str, users: list[list[str]], number: int) -> list[str]:
    ids = []
    with closing(open_store(url, timeout=300)) as store:
        ready()
        for user in users[number]:
            decision = badges.issue(acting(store), user, "fa", draw=secrets.randbelow)
            assert decision
            ids += [badge.id for badge in decision.effects]
    return ids


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
def test_a_bit_is_given_out_once_by_all_processes(
    tmp_path: Path, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statuslist, "SIZE", size)
    monkeypatch.setattr(statuslist, "allot", partial(statuslist.allot, size=size))
    url = furnished(tmp_path)
    users = [[f"u{number * EACH + each}" for each in range(EACH)] for number in range(PROCESSES)]
    ids = [each for issued in in_many_processes(partial(issue, url, users)) for each in issued]
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
    ((only, *others),) = zip(
        *in_many_processes(partial(issue, url, [["u0"]] * PROCESSES)), strict=True
    )
    assert {*others} == {only}
