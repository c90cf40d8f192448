from datetime import date
from typing import Any

import pytest

from tests.cases.conftest import Case

ROME = "--zone Europe/Rome"
INCLUDED = "--expire-at-end-of-day"


def award(case: Case, user: str) -> dict[str, Any]:
    (found,) = case(f"status --user {user} {ROME} --format json").data["awards"]
    assert isinstance(found, dict)
    return found


@pytest.mark.rule("INT-49", "INT-01", "INT-11")
def test_by_hand(case: Case) -> None:
    given = "award --user ada --certification FA --issued 2024-05-01 --expires 2025-04-30"
    assert case(f"{given} {ROME} {INCLUDED}").code == 0
    ada = award(case, "ada")
    assert (ada["issued"], ada["expires"]) == ("2024-05-01", "2025-04-30")
    assert ada["expires_at"] == "2025-04-30T22:00:00+00:00"
    edit = f"edit --user ada --certification FA {ROME}"
    kept = case(f"{edit} --expires 2025-06-30")
    assert "is changed: last valid day 2025-06-30" in kept.out
    assert award(case, "ada")["expires_at"] == "2025-06-30T22:00:00+00:00"
    assert case(f"{edit} --expires 2025-06-30 --no-expire-at-end-of-day").code == 0
    assert award(case, "ada")["expires_at"] == "2025-06-29T22:00:00+00:00"
    assert case(f"{edit} --expires 2025-06-30 {INCLUDED}").code == 0
    assert award(case, "ada")["last_valid_day"] == "2025-06-30"
    assert "give that too" in case(f"{edit} {INCLUDED}").err


@pytest.mark.rule("INT-49", "INT-01")
def test_earned(case: Case) -> None:
    done = f"complete --user bob --course FA-101 --completed 2024-05-01 {ROME}"
    answer = case(f"{done} {INCLUDED}")
    assert "from 2024-05-01, last valid day 2025-05-01" in answer.out
    assert answer.out.endswith("dates in Europe/Rome\n")
    bob = award(case, "bob")
    assert bob["expires_at"] == "2025-05-01T22:00:00+00:00"
    assert bob["last_valid_day"] == bob["expires"] == str(date(2025, 5, 1))


@pytest.mark.rule("INT-01")
def test_issued_for_training_completed_before(case: Case) -> None:
    case(f"complete --user bob --course FA-101 --completed 2019-05-01 {ROME}")
    at = f"--at 2024-05-01 {ROME}"
    assert case(f"predate --certification FA --since 2019-01-01 {at} {INCLUDED}").code == 0
    assert award(case, "bob")["last_valid_day"] == "2025-05-01"
