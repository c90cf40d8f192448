from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certrules import User
from certrules.errors import InvalidValueError
from certrules.model.people import Actor, Permission, Role, username_key


@pytest.mark.rule("INT-15", "X-CSV-3")
@pytest.mark.parametrize(
    ("one", "other"),
    [("ada", "ADA"), (" ada", "ada\t"), ("Straße", "STRASSE"), ("Ada Lovelace", "ada lovelace")],
)
def test_usernames_that_are_one(one: str, other: str) -> None:
    assert username_key(one) == username_key(other)


@pytest.mark.rule("INT-15")
@pytest.mark.parametrize(("one", "other"), [("ada", "ida"), ("ada b", "adab"), ("a.b", "a_b")])
def test_usernames_that_are_two(one: str, other: str) -> None:
    assert username_key(one) != username_key(other)


@pytest.mark.law
@given(st.text())
def test_the_key_of_a_key_is_itself(username: str) -> None:
    assert username_key(username_key(username)) == username_key(username)


def test_a_user_is_active_and_has_chosen_nothing() -> None:
    user = User("1", "ada")
    assert (user.active, user.time_zone, user.first_name, user.last_name) == (True, None, "", "")


@pytest.mark.parametrize(
    "what",
    [
        ({"superadmin"},),
        ("superadmin",),
        (Role.SUPERADMIN,),
        (None,),
        ([Role.MANAGER, Permission.SYSTEM],),
        ((), {"content"}),
        ((), Permission.CONTENT),
    ],
)
def test_what_is_no_role_or_permission_is_a_mistake(what: Any) -> None:
    with pytest.raises(InvalidValueError, match=r"expected several, each a member of|for each"):
        Actor("1", *what)


def test_roles_may_come_one_after_the_other() -> None:
    assert Actor("1", iter([Role.MANAGER])).roles == {Role.MANAGER}
