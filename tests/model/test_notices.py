from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from certrules.errors import InvalidValueError
from certrules.model.notices import (
    Event,
    EventKind,
    NoticeKind,
    Notification,
    NotRenewable,
    Offset,
    OffsetUnit,
    Priority,
    Recipient,
)

EXPIRY = NoticeKind.EXPIRY


@pytest.mark.rule("INT-25", "DOC-NOTIFY-04")
def test_an_offset_is_in_hours_days_or_weeks() -> None:
    assert [str(unit) for unit in OffsetUnit] == ["hours", "days", "weeks"]
    months: Any = "months"
    with pytest.raises(InvalidValueError) as caught:
        Offset(1, months)
    assert caught.value.value == "months"


@pytest.mark.parametrize("amount", [1.5, True, "1", None])
def test_an_offset_is_whole(amount: Any) -> None:
    with pytest.raises(InvalidValueError):
        Offset(amount)


@pytest.mark.rule("INT-25")
@pytest.mark.parametrize(
    ("offset", "text"),
    [
        (Offset(), "at once"),
        (Offset(-1, OffsetUnit.DAYS), "1 day before"),
        (Offset(2, OffsetUnit.WEEKS), "2 weeks after"),
    ],
)
def test_an_offset_reads_as_people_say_it(offset: Offset, text: str) -> None:
    assert str(offset) == text


@pytest.mark.rule("DOC-NOTIFY-01", "DOC-NOTIFY-05", "X-NOTIFY-3")
@pytest.mark.parametrize("kind", NoticeKind)
def test_only_an_expiry_has_its_notice_at_another_moment(kind: NoticeKind) -> None:
    assert Notification("n", kind).offset == Offset()
    if kind is EXPIRY:
        assert Notification("n", kind, Offset(-1)).offset.amount == -1
    else:
        with pytest.raises(InvalidValueError, match=f"none for kind {kind}"):
            Notification("n", kind, Offset(1))
        with pytest.raises(InvalidValueError, match="without_link for kind"):
            Notification("n", kind, not_renewable=NotRenewable.NOT_SENT)


@pytest.mark.rule("X-NOTIFY-1")
def test_a_priority_says_how_soon() -> None:
    assert {str(each): each.within for each in Priority} == {
        "normal": timedelta(minutes=60),
        "high": timedelta(minutes=10),
    }


@pytest.mark.rule("X-NOTIFY-3")
def test_recipients_are_chosen_by_role() -> None:
    assert Notification("n", EXPIRY).recipients == {Recipient.LEARNER}
    chosen: Any = [Recipient.MANAGERS, Recipient.MANAGERS]
    assert Notification("n", EXPIRY, recipients=chosen).recipients == {Recipient.MANAGERS}
    assert "power_users" in map(str, Recipient)
    for nobody in ([], "learner", [Recipient.LEARNER, "learner"]):
        wrong: Any = nobody
        with pytest.raises(InvalidValueError, match="recipients cannot be"):
            Notification("n", EXPIRY, recipients=wrong)


@pytest.mark.parametrize("text", ["1 day before", "2 weeks after", "at once"])
def test_an_offset_is_read_as_it_is_written(text: str) -> None:
    assert str(Offset.parse(text)) == text


@pytest.mark.parametrize("text", ["", "2 months before", "2 days", None])
def test_what_is_no_offset(text: Any) -> None:
    with pytest.raises(InvalidValueError, match="such as '2 weeks before'"):
        Offset.parse(text)


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": None},
        {"id": ""},
        {"id": " "},
        {"kind": "issued"},
        {"kind": None},
        {"offset": -14},
        {"offset": None},
        {"subject": None},
        {"body": None},
        {"body": b"x"},
        {"recipients": None},
        {"recipients": "learner"},
        {"recipients": [[]]},
        {"priority": "high"},
    ],
    ids=str,
)
def test_what_is_of_another_type_sets_up_no_notification(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidValueError, match="cannot be"):
        Notification(**{"id": "n", "kind": EXPIRY, **wrong})


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
