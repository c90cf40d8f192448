from datetime import UTC, datetime

import pytest

from certrules.model.events import Event, EventKind


@pytest.mark.rule("DOC-CSV-20")
def test_issuing_and_renewing_are_events() -> None:
    assert {str(kind) for kind in EventKind} >= {"award.issued", "award.renewed"}


def test_an_event_names_the_cycle() -> None:
    at = datetime(2024, 1, 31, tzinfo=UTC)
    event = Event(EventKind.ISSUED, "ada", "first-aid", 2, at)
    assert (event.user_id, event.certification_id, event.cycle, event.at) == (
        "ada",
        "first-aid",
        2,
        at,
    )
