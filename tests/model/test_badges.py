"""What a badge is made of."""

from datetime import UTC, datetime
from typing import Any

import pytest

from certrules.errors import InvalidValueError
from certrules.model.badges import Badge

GOOD: dict[str, Any] = {
    "id": "0b0e9d3e-8f4f-4a53-9d6f-2f6a4ad0f0a1",
    "user_id": "ada",
    "certification_id": "fa",
    "cycle": 1,
    "issued_at": datetime(2024, 1, 1, tzinfo=UTC),
    "expires_at": None,
    "status_list": 1,
    "index": 131_071,
}


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("id", ["", "a/../b", "a b", "1\n", "é", 5, None]),
        ("user_id", ["", 5, None]),
        ("certification_id", ["", 5, None]),
        ("cycle", [0, -1, 1.0, True, "1", None]),
        ("status_list", [0, -1, 1.0, True, "1", None]),
        ("index", [-1, 131_072, 7.0, True, "7", None]),
    ],
)
def test_a_badge_has_ids_and_a_place(name: str, values: list[object]) -> None:
    assert Badge(**GOOD).index == 131_071
    for value in values:
        with pytest.raises(InvalidValueError) as raised:
            Badge(**GOOD | {name: value})
        assert (raised.value.name, raised.value.value) == (name, value)
