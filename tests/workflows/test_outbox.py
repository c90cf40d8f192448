"""An entry of the outbox is a CloudEvent by its specification; nothing is lost before its ack."""

import json
import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from hypothesis import given
from hypothesis import strategies as st

from certrules import instants
from certrules.errors import InvalidValueError
from certrules.model.notices import Event, EventKind, Notice, NoticeKind, Priority
from certrules.repositories.protocols import Store, Transaction
from certrules.workflows import outbox
from tests.workflows.conftest import acting

AT = datetime(2024, 1, 1, tzinfo=UTC)
SOURCE = "https://learn.example/certifications"
ids = st.text(min_size=1, max_size=20).filter(str.strip)
instants_ = st.datetimes(timezones=st.just(UTC))
entries = st.builds(
    Event, st.sampled_from(EventKind), ids, ids, st.integers(1, 9), instants_, st.none() | ids
) | st.builds(
    Notice,
    ids,
    st.sampled_from(NoticeKind),
    ids,
    ids,
    st.integers(1, 9),
    instants_,
    instants_,
    st.just("") | ids,
    st.sampled_from(Priority),
)


@pytest.mark.law
@pytest.mark.rule("X-NOTIFY-1")
@given(st.integers(1, 2**40), entries)
def test_every_entry_is_a_cloud_event(position: int, entry: Event | Notice) -> None:
    told = outbox.as_cloud_event(position, entry, source=SOURCE)
    read = JSONFormat().read(CloudEvent, json.dumps(told))  # which checks every attribute
    assert (read.get_id(), read.get_source()) == (str(position), SOURCE)
    at = entry.at if isinstance(entry, Event) else entry.due_at
    assert read.get_time() == at
    assert read.get_datacontenttype() == "application/json"
    assert read.get_data() == json.loads(json.dumps(told["data"]))
    assert all(re.fullmatch("[a-z0-9]{1,20}", name) for name in told)
    for name in ("id", "source", "type", "subject"):
        assert told[name].isascii()
        assert told[name].isprintable()


@pytest.mark.rule("X-NOTIFY-1")
def test_a_notice_says_until_when_it_is_to_be_sent() -> None:
    soon = Notice("n", NoticeKind.EXPIRY, "ada", "fa", 1, AT, AT, priority=Priority.HIGH)
    data = outbox.as_cloud_event(1, soon, source=SOURCE)["data"]
    assert data["send_by"] == "2024-01-01T00:10:00Z"
    assert instants.parse(data["due_at"]) == AT


def test_everything_is_delivered_until_it_is_acknowledged(store: Store[Transaction]) -> None:
    events = [Event(EventKind.ISSUED, "ada", "fa", cycle, AT) for cycle in (1, 2, 3)]
    with store.writing() as transaction:
        transaction.events.add(events)
    first = outbox.pending(acting(store), limit=2)
    assert outbox.pending(acting(store), limit=2) == first
    assert [entry for _, entry in first] == events[:2]
    outbox.acknowledge(acting(store), first[0][0])
    assert [entry for _, entry in outbox.pending(acting(store))] == events[1:]
    outbox.acknowledge(acting(store), outbox.pending(acting(store))[-1][0])
    assert outbox.pending(acting(store)) == []


@pytest.mark.rule("X-NOTIFY-1")
@pytest.mark.parametrize("source", ["", " ", "a b", "a\n", "\x00", "caf\u00e9", "100%", "<a>"])
def test_a_source_is_a_uri_reference(source: str) -> None:
    event = Event(EventKind.ISSUED, "ada", "fa", 1, AT)
    with pytest.raises(InvalidValueError, match="source cannot be"):
        outbox.as_cloud_event(1, event, source=source)


def test_a_cloud_event_is_of_utc_and_of_a_position() -> None:
    odd = timezone(timedelta(hours=1, minutes=2, seconds=3))
    event = Event(EventKind.ISSUED, "ada", "fa", 1, AT.astimezone(odd))
    assert outbox.as_cloud_event(1, event, source=SOURCE)["time"] == "2024-01-01T00:00:00Z"
    for position in (0, -1, True, 1.5, "1", None):
        with pytest.raises(InvalidValueError, match="position"):
            outbox.as_cloud_event(position, event, source=SOURCE)  # type: ignore[arg-type]


@pytest.mark.parametrize("number", [-1, True, 1.5, "1", None], ids=repr)
def test_positions_and_limits_are_whole_numbers(store: Store[Transaction], number: int) -> None:
    with store.writing() as transaction:
        transaction.events.add([Event(EventKind.ISSUED, "ada", "fa", 1, AT)])
    with pytest.raises(InvalidValueError, match="limit"):
        outbox.pending(acting(store), limit=number)
    with pytest.raises(InvalidValueError, match="position"):
        outbox.acknowledge(acting(store), number)
    assert len(outbox.pending(acting(store), limit=10**30)) == 1
    outbox.acknowledge(acting(store), 10**30)
    assert outbox.pending(acting(store), limit=0) == outbox.pending(acting(store)) == []


@pytest.mark.rule("X-NOTIFY-1")
def test_what_is_pending_is_counted_however_little_is_shown(store: Store[Transaction]) -> None:
    notices = [Notice("n", NoticeKind.EXPIRY, "ada", "fa", cycle, AT, AT) for cycle in (1, 2, 3)]
    with store.writing() as transaction:
        transaction.notices.add(notices)
    outbox.acknowledge(acting(store), outbox.pending(acting(store), limit=1)[0][0])
    hour = timedelta(hours=1)
    assert outbox.count(acting(store), at=AT + hour) == (2, 0)
    assert outbox.count(acting(store), at=AT + hour + timedelta.resolution) == (2, 2)
