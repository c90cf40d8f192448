import pytest
from hypothesis import given
from hypothesis import strategies as st

from certrules import User
from certrules.model.people import username_key


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
