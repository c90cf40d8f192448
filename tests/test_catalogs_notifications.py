"""Which notifications does a file set up, and what is wrong with it?"""

import json

import pytest
from attrs import fields

from certrules.catalogs import read_notifications
from certrules.errors import JsonError
from certrules.model.notices import (
    NoticeKind,
    Notification,
    NotRenewable,
    Offset,
    OffsetUnit,
    Priority,
    Recipient,
)

ROLES = "learner, power_users, instructors, managers and superadmins"


def read(*entries: object) -> tuple[Notification, ...]:
    return read_notifications(json.dumps({"notifications": entries}).encode())


@pytest.mark.rule("DOC-NOTIFY-02")
def test_every_attribute_of_a_notification_can_be_written() -> None:
    entry = {
        "id": "reminder",
        "kind": "expiry",
        "offset": "2 weeks before",
        "subject": "Soon",
        "body": "[renew_link]",
        "recipients": ["learner", "managers"],
        "priority": "high",
        "not_renewable": "not_sent",
    }
    assert set(entry) == {each.name for each in fields(Notification)}
    assert read(entry, {"id": "issued", "kind": "issued"}) == (
        Notification(
            "reminder",
            NoticeKind.EXPIRY,
            Offset(-2, OffsetUnit.WEEKS),
            "Soon",
            "[renew_link]",
            frozenset({Recipient.LEARNER, Recipient.MANAGERS}),
            Priority.HIGH,
            NotRenewable.NOT_SENT,
        ),
        Notification("issued", NoticeKind.ISSUED),
    )


@pytest.mark.rule("DOC-NOTIFY-02", "X-NOTIFY-3")
@pytest.mark.parametrize(
    ("wrong", "path", "message"),
    [
        ({"recipients": "learner"}, ".recipients", f"expected a list of {ROLES}, got the text"),
        ({"recipients": None}, ".recipients", f"expected a list of {ROLES}, got null"),
        ({"recipients": ["learner", "boss"]}, ".recipients[1]", f"expected one of {ROLES}, got"),
        ({"recipients": [7]}, ".recipients[0]", f"expected one of {ROLES}, got 7"),
        ({"recipients": []}, "", "recipients cannot be (): expected some of learner, "),
        ({"kind": "issued", "offset": "1 day after"}, "", "expected none for kind issued"),
        ({"offset": "2 months before"}, ".offset", "expected such as '2 weeks before'"),
        ({"recipient": ["learner"]}, ".recipient", "did you mean recipients?"),
    ],
)
def test_what_is_wrong_comes_with_its_path(
    wrong: dict[str, object], path: str, message: str
) -> None:
    with pytest.raises(JsonError) as raised:
        read({"id": "n1", "kind": "expiry", **wrong})
    ((where, fault),) = raised.value.faults
    assert where == f"notifications[0]{path}"
    assert message in fault


@pytest.mark.parametrize("data", [b"\xff", b"[" * 10_000, b"{", b"[]", b'{"notifications": 7}'])
def test_what_is_wrong_with_notifications_is_not_said_of_a_catalog(data: bytes) -> None:
    with pytest.raises(JsonError) as raised:
        read_notifications(data)
    assert "catalog" not in f"{raised.value} {raised.value.code} {raised.value.faults}"
