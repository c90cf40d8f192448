"""What a query can and cannot ask."""

from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import evolve

from certrules import Award, Certification, User
from certrules.errors import InvalidValueError, NaiveDatetimeError
from certrules.model.awards import Status
from certrules.model.tables import (
    AwardRow,
    Table,
    TableQuery,
    certification_text,
    user_text,
)

T0 = datetime(2024, 1, 1, tzinfo=UTC)


@pytest.mark.rule("INT-15")
def test_case_does_not_count_in_what_is_searched() -> None:
    assert user_text(User("1", "ADA", "Ada", "L")) == "ada\nada\nl"
    first_aid = Certification("1", "First Aid", description="Do", skills=("A", "B"))
    assert certification_text(first_aid) == "first aid\n\ndo\na\nb"


def test_an_instant_has_a_zone() -> None:
    with pytest.raises(NaiveDatetimeError):
        TableQuery(Table.ISSUED, T0.replace(tzinfo=None))


@pytest.mark.parametrize("number", [-1, 10**18 + 1, 10**30, True, 1.0, "1", None])
def test_rows_are_counted_in_whole_numbers(number: Any) -> None:
    for name in ("offset", "limit")[: 1 if number is None else 2]:
        with pytest.raises(InvalidValueError, match=name) as caught:
            TableQuery(Table.ISSUED, T0, **{name: number})
        assert caught.value.value is number
        assert caught.value.expected.startswith("a number of rows, zero or more")


@pytest.mark.parametrize(("name", "value"), [("table", "issued"), ("scope", "8")])
def test_a_table_and_a_scope_are_no_text(name: str, value: Any) -> None:
    with pytest.raises(InvalidValueError, match=name):
        TableQuery(**{"table": Table.ISSUED, "at": T0, name: value})


def test_what_is_gone_is_called_by_its_id() -> None:
    award = Award("7", "fa", T0, None)
    gone = AwardRow(award, Status.VALID)
    assert (gone.username, gone.certification_label) == ("7", "fa")
    first_aid = Certification("fa", "First aid")
    known = AwardRow(award, Status.VALID, User("7", "ada"), certification=first_aid)
    assert (known.username, known.certification_label) == ("ada", "First aid")
    coded = AwardRow(award, Status.VALID, certification=evolve(first_aid, code="FA"))
    assert coded.certification_label == "FA"
