"""What is to be told goes into the outbox once, whenever and however often somebody asks."""

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from certrules import (
    DOCEBO,
    AssociationType,
    Award,
    Certification,
    Duplicates,
    ExpiryBasis,
    ItemKind,
    ManualAward,
    Source,
    User,
)
from certrules.errors import ConflictError, InvalidValueError
from certrules.instants import time_zone
from certrules.model.badges import Badge
from certrules.model.effects import IssueAward, Notify
from certrules.model.learning import Completion, RenewalOption
from certrules.model.notices import (
    Event,
    EventKind,
    Notice,
    NoticeIdentity,
    NoticeKind,
    Notification,
    NotRenewable,
    Offset,
    OffsetUnit,
)
from certrules.model.policy import ALLBOUND
from certrules.records import open_records
from certrules.repositories.memory import MemoryStore
from certrules.repositories.protocols import Store, Transaction
from certrules.repositories.sql import open_store
from certrules.rules.notifications import Medium
from certrules.workflows import (
    awarding,
    badges,
    importing,
    lifecycle,
    manual_awards,
    notifying,
    outbox,
    renewal,
)
from certrules.workflows.effects import apply
from tests.processes import in_many_processes, ready
from tests.workflows.conftest import T0, acting, day, furnish

HEADER = b"""\
username,certification_code,certification_issue_date,always_valid,certification_expire_date,type,code
"""
ISSUED = Notification("issued", NoticeKind.ISSUED, subject="{{certification_name}}")
ENROLLED = Notification("enrolled", NoticeKind.ENROLLED)
BEFORE = [
    Notification(f"{days} days", NoticeKind.EXPIRY, Offset(-days, OffsetUnit.DAYS))
    for days in (90, 30, 7)
]
EXPIRED = Notification("expired", NoticeKind.EXPIRY)
ALL = [ISSUED, ENROLLED, *BEFORE, EXPIRED]


@pytest.fixture(scope="module", autouse=True)
def few_stretches() -> Iterator[None]:
    """Divide a long time into tenths instead of hundredths, for each of which a test would wait."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(notifying, "STRETCHES", 10)
        yield


def due(
    store: Store[Transaction], until: datetime, told: Sequence[Notification] = ALL
) -> list[str]:
    """Ask what is due, from the beginning of the world; return whom it tells what."""
    notices: list[Notice] = []
    count = notifying.due(acting(store), told, at=until, since=T0, on_created=notices.extend)
    assert count == len(notices)
    return [f"{notice.user_id} {notice.notification_id}" for notice in notices]


def give(
    store: Store[Transaction], user_id: str, issued: int, expires: int | None, cycle: int = 1
) -> Award:
    basis = ExpiryBasis.ALWAYS_VALID if expires is None else ExpiryBasis.DATE
    expires_at = None if expires is None else day(expires)
    award = Award(user_id, "fa", day(issued), expires_at, basis, cycle=cycle)
    with store.writing() as transaction:
        transaction.awards.add([award])
    return award


def notices(store: Store[Transaction]) -> list[Notice]:
    entries = outbox.pending(acting(store), limit=100_000)
    return [entry for _, entry in entries if isinstance(entry, Notice)]


@pytest.mark.rule("DOC-NOTIFY-01", "DOC-NOTIFY-02", "DOC-NOTIFY-04", "INT-25")
def test_each_moment_is_told_when_it_has_come(store: Store[Transaction]) -> None:
    give(store, "ada", 0, 100)
    give(store, "bob", 0, 200)
    assert due(store, day(10)) == []
    assert due(store, day(11)) == ["ada 90 days"]
    assert due(store, day(94)) == ["ada 30 days", "ada 7 days"]
    assert due(store, day(100)) == []
    assert due(store, day(100) + timedelta(microseconds=1)) == ["ada expired"]
    assert due(store, day(400)) == ["bob 90 days", "bob 30 days", "bob 7 days", "bob expired"]


@pytest.mark.rule("DOC-NOTIFY-02", "ALL-NOTIFY-03")
def test_without_a_notification_nobody_is_told(store: Store[Transaction]) -> None:
    give(store, "ada", 0, 100)
    assert due(store, day(101), []) == []


@pytest.mark.rule("DOC-NOTIFY-02")
def test_setting_up_notifications_tells_nobody_of_the_past(store: Store[Transaction]) -> None:
    give(store, "bob", 0, 100)
    completed(store, day(5))
    assert not notifying.due(acting(store), ALL, at=day(92))
    assert due(store, day(101)) == ["bob 7 days", "bob expired"]


@pytest.mark.rule("ALL-NOTIFY-01", "DOC-NOTIFY-05", "DOC-NOTIFY-06")
def test_an_issue_is_told_after_its_event(store: Store[Transaction]) -> None:
    completed(store, day(5))
    assert due(store, day(6)) == ["ada issued"]
    assert due(store, day(6)) == []
    ((position, _), *_) = outbox.pending(acting(store))
    outbox.acknowledge(acting(store), position)
    assert [each.kind for each in notices(store)] == [NoticeKind.ISSUED]


@pytest.mark.rule("ALL-NOTIFY-01")
def test_what_a_policy_sends_needs_nobody_to_set_it_up(store: Store[Transaction]) -> None:
    completed(store, day(5))
    assert notifying.due(acting(store, policy=ALLBOUND), [], at=day(6), since=T0) == 1


def completed(store: Store[Transaction], at: datetime, user_id: str = "ada") -> None:
    done = Completion(user_id, ItemKind.COURSE, "A", at)
    assert awarding.complete(acting(store), done, at=at).decisions["fa"]


@pytest.mark.rule("DOC-NOTIFY-07", "INT-23")
def test_nobody_is_told_of_what_never_expires_or_is_history(store: Store[Transaction]) -> None:
    give(store, "ada", 0, None)
    award = give(store, "bob", 0, 100)
    with store.writing() as transaction:
        transaction.awards.replace([award.archive(day(5))])
    assert due(store, day(400)) == []


@pytest.mark.rule("INT-23")
def test_pending_notices_of_what_is_taken_away_are_taken_back(store: Store[Transaction]) -> None:
    give(store, "ada", 0, 100)
    give(store, "bob", 0, 100)
    due(store, day(11))
    assert lifecycle.unassign(acting(store), "ada", "fa", at=day(11))
    assert [each.user_id for each in notices(store)] == ["bob"]
    assert lifecycle.delete(acting(store), "fa", at=day(12))
    assert notices(store) == []
    assert due(store, day(400)) == []


@pytest.mark.rule("INT-23", "INT-25")
def test_an_edit_tells_of_the_new_expiry(store: Store[Transaction]) -> None:
    award = give(store, "ada", 0, 300)
    assert due(store, day(211)) == ["ada 90 days"]
    changed = evolve(award, expires_at=day(216))
    assert awarding.edit(acting(store), changed, at=day(211))
    assert notices(store) == []
    assert due(store, day(212)) == ["ada 7 days"]
    assert due(store, day(217)) == ["ada expired"]


@pytest.mark.rule("INT-48")
@pytest.mark.parametrize(("recorded", "told"), [(80, ["ada 30 days"]), (81, [])])
def test_of_what_is_issued_late_no_moment_is_told_before_it_was_recorded(
    store: Store[Transaction], recorded: int, told: list[str]
) -> None:
    due(store, day(79))
    chosen = ManualAward("fa", day(0), day(110), ExpiryBasis.DATE)
    assert manual_awards.award_all(acting(store), ["ada"], chosen, at=day(recorded)).awarded
    assert due(store, day(91)) == ["ada issued", *told]
    assert due(store, day(104)) == ["ada 7 days"]


@pytest.mark.rule("DOC-NOTIFY-02", "INT-48")
def test_of_imported_history_nothing_is_told_then_or_by_what_is_set_up_later(
    store: Store[Transaction],
) -> None:
    with store.writing() as transaction:
        transaction.certifications.put([Certification("fa", "First aid", "FA")])
    due(store, day(900))
    with open_records(
        BytesIO(HEADER + b"ada,FA,2019-03-01,0,2020-03-01,manual,\n"), zone=UTC
    ) as old:
        assert importing.run(acting(store), old, at=day(1000)).imported == 1
    assert due(store, day(1001)) == []
    later = [evolve(each, id=f"new {each.id}") for each in ALL]
    at, since = day(1002), day(-9000)
    assert notifying.due(acting(store), later, at=at, since=since) == 0


@pytest.mark.rule("INT-25", "INT-48")
@pytest.mark.parametrize(("recorded", "told"), [(85, []), (80, ["ada 30 days"])])
@pytest.mark.parametrize("together", [True, False])
def test_an_edit_tells_no_moment_before_an_award_was_recorded(
    store: Store[Transaction], recorded: int, told: list[str], together: bool
) -> None:
    due(store, day(70))
    chosen = ManualAward("fa", day(0), day(300), ExpiryBasis.DATE)
    assert manual_awards.award_all(acting(store), ["ada"], chosen, at=day(recorded)).awarded
    before = [] if together else due(store, day(recorded))
    with store.reading() as view:
        (award,) = view.awards.history("ada", "fa")
    assert awarding.edit(acting(store), evolve(award, expires_at=day(112)), at=day(90))
    assert before + due(store, day(91)) == ["ada issued", *told]
    assert due(store, day(106)) == ["ada 7 days"]


@pytest.mark.rule("INT-48")
@pytest.mark.parametrize("by_job", [True, False])
@pytest.mark.parametrize(("notify", "told"), [(False, []), (True, ["ada issued"])])
def test_of_an_import_the_issue_is_told_once_if_asked(
    store: Store[Transaction], notify: bool, told: list[str], by_job: bool
) -> None:
    with store.writing() as transaction:
        transaction.certifications.put([Certification("fa", "First aid", "FA")])
    due(store, day(0))
    policy = DOCEBO if by_job else evolve(DOCEBO, notifications=(ISSUED,))
    host = acting(store, policy=policy)
    for at in (day(10), day(11)):
        with open_records(BytesIO(FILE), zone=UTC) as records:
            importing.run(host, records, at=at, notify=notify)
    assert due(store, day(12)) == (told if by_job else [])
    assert [f"{each.user_id} {each.notification_id}" for each in notices(store)] == told
    assert due(store, day(13)) == []


@pytest.mark.rule("DOC-NOTIFY-04", "INT-25")
def test_a_set_back_clock_tells_nothing_twice_and_loses_nothing(store: Store[Transaction]) -> None:
    give(store, "ada", 0, 100)
    assert due(store, day(400)) == ["ada 90 days", "ada 30 days", "ada 7 days", "ada expired"]
    give(store, "bob", 0, 100)
    assert due(store, day(20)) == []
    assert due(store, day(101)) == ["bob 30 days", "bob 7 days", "bob expired"]


@pytest.mark.rule("DOC-NOTIFY-04", "INT-25")
@pytest.mark.parametrize("since", [day(200), None])
def test_a_clock_that_was_in_the_past_for_once_tells_nobody_of_it(
    store: Store[Transaction], since: datetime | None
) -> None:
    give(store, "ada", 0, 100)
    give(store, "bob", 0, 400)
    ask = partial(notifying.due, acting(store), BEFORE)
    assert not ask(at=day(200), since=since)
    assert not ask(at=day(210), since=since)
    assert not ask(at=T0)
    assert not ask(at=day(220), since=since)
    assert due(store, day(401), BEFORE) == ["bob 90 days", "bob 30 days", "bob 7 days"]


@pytest.mark.rule("DOC-NOTIFY-04", "INT-25")
@pytest.mark.parametrize("beside", [(), BEFORE[2:]])
def test_what_a_notification_tells_does_not_depend_on_those_beside_it(
    store: Store[Transaction], beside: Sequence[Notification]
) -> None:
    mine = [BEFORE[1], EXPIRED]
    due(store, T0, BEFORE[2:])
    due(store, day(150), BEFORE[2:])
    chosen = ManualAward("fa", day(32), day(92), ExpiryBasis.DATE)
    assert manual_awards.award_all(acting(store), ["ada"], chosen, at=day(32)).awarded
    told = due(store, day(151), [*beside, *mine])
    names = {each.id for each in mine}
    assert [each for each in told if each.removeprefix("ada ") in names] == [
        "ada 30 days",
        "ada expired",
    ]


moments = st.lists(st.integers(0, 250), max_size=8)
lives = st.lists(st.tuples(st.integers(0, 90), st.integers(1, 150)), min_size=1, max_size=5)


@pytest.mark.law
@pytest.mark.rule("DOC-NOTIFY-04", "INT-25")
@given(lives, moments)
def test_each_notice_is_told_once_however_often_and_in_whatever_order_it_is_asked(
    lives: list[tuple[int, int]], moments: list[int]
) -> None:
    once, often = MemoryStore(), MemoryStore()
    for number, (issued, valid) in enumerate(lives):
        for store in (once, often):
            give(store, f"{number}", issued, issued + valid)
    due(once, day(300))
    notifying.due(acting(often), ALL, at=T0, since=T0)
    for moment in (*moments, 300):
        due(often, day(moment))
    assert {each.identity for each in notices(once)} == {each.identity for each in notices(often)}
    assert len(notices(often)) == len(notices(once))


jobs = st.lists(
    st.tuples(st.integers(0, 250), st.sets(st.sampled_from(range(len(ALL))))), max_size=8
)


@pytest.mark.law
@pytest.mark.rule("DOC-NOTIFY-04", "INT-25")
@settings(max_examples=50)
@given(lives, jobs)
def test_jobs_with_any_notifications_tell_together_what_one_job_tells(
    lives: list[tuple[int, int]], jobs: list[tuple[int, set[int]]]
) -> None:
    one, many = MemoryStore(), MemoryStore()
    for number, (issued, valid) in enumerate(lives):
        for store in (one, many):
            award = give(store, f"{number}", issued, issued + valid)
            with store.writing() as transaction:
                event = Event(EventKind.ISSUED, award.user_id, "fa", 1, award.issued_at)
                transaction.events.add([event])
    due(one, day(300))
    for until, chosen in jobs:
        due(many, day(until), [ALL[number] for number in sorted(chosen)])
    due(many, day(300))
    assert {each.identity for each in notices(one)} == {each.identity for each in notices(many)}
    assert len(notices(one)) == len(notices(many))


made = st.tuples(st.integers(1, 100), st.integers(0, 100), st.integers(1, 150))


@pytest.mark.law
@pytest.mark.rule("DOC-NOTIFY-04", "INT-25")
@settings(max_examples=25)
@given(st.lists(made, min_size=1, max_size=4), st.integers(1, 120))
def test_a_late_job_tells_what_a_daily_one_does(
    lives: list[tuple[int, int, int]], step: int
) -> None:
    daily, late = MemoryStore(), MemoryStore()
    for store, days in ((daily, range(260)), (late, range(0, 260 + step, step))):
        furnish(store)
        runs = [(each, -1, 0, 0) for each in days]
        makings = [(at, number, age, valid) for number, (at, age, valid) in enumerate(lives)]
        for at, number, age, valid in sorted([*runs, *makings]):
            if number < 0:
                due(store, day(at))
                continue
            award = Award(f"{number}", "fa", day(at - age), day(at - age + valid))
            with store.writing() as transaction:
                transaction.awards.add([award])
                transaction.events.add([Event(EventKind.ISSUED, award.user_id, "fa", 1, day(at))])
    assert expiries(daily) == expiries(late)


def expiries(store: Store[Transaction]) -> set[NoticeIdentity]:
    return {each.identity for each in notices(store) if each.due_at < day(259)}


@pytest.mark.rule("INT-48")
def test_a_late_job_tells_no_moment_before_an_award_was_made(
    store: Store[Transaction],
) -> None:
    due(store, day(0))
    chosen = ManualAward("fa", day(0), day(110), ExpiryBasis.DATE)
    assert manual_awards.award_all(acting(store), ["ada"], chosen, at=day(90)).awarded
    assert due(store, day(104)) == ["ada issued", "ada 7 days"]


@pytest.mark.rule("INT-23")
def test_a_pending_notice_of_an_issue_is_taken_back_with_its_award(
    store: Store[Transaction],
) -> None:
    completed(store, day(5))
    assert due(store, day(6)) == ["ada issued"]
    assert lifecycle.unassign(acting(store), "ada", "fa", at=day(6))
    assert notices(store) == []


@pytest.mark.rule("INT-23")
def test_nobody_is_told_of_an_award_that_is_gone(store: Store[Transaction]) -> None:
    due(store, day(0))
    completed(store, day(5))
    assert lifecycle.unassign(acting(store), "ada", "fa", at=day(6))
    assert due(store, day(7)) == []


@pytest.mark.rule("INT-23", "INT-46")
@pytest.mark.parametrize("gap", [-1, 0, 1])
def test_an_expiry_is_told_of_if_the_next_award_begins_only_after_it(
    store: Store[Transaction], gap: int
) -> None:
    award = give(store, "ada", 0, 100)
    due(store, day(11))
    (notice,) = notices(store)
    begins = day(100) + timedelta(microseconds=gap)
    with store.writing() as transaction:
        transaction.awards.replace([award.archive(begins)])
    assert bool(notifying.message(acting(store), notice, BEFORE[0], at=day(12))) is (gap > 0)
    assert notifying.message(acting(store), notice, BEFORE[0], at=begins) is None


@pytest.mark.rule("INT-23", "INT-46")
@pytest.mark.parametrize(("begins", "told"), [(99, []), (100, []), (101, ["30 days", "7 days"])])
def test_an_expiry_before_a_gap_is_planned_after_the_next_award_is_issued(
    store: Store[Transaction], begins: int, told: list[str]
) -> None:
    with store.writing() as transaction:
        transaction.certifications.put([Certification("fa", "First aid", "FA")])
    give(store, "ada", 0, 100)
    assert due(store, day(11)) == ["ada 90 days"]
    renewed = f"ada,FA,{day(begins).date()},0,{day(900).date()},manual,\n".encode()
    with open_records(BytesIO(HEADER + renewed), zone=UTC) as records:
        renewing = partial(importing.run, duplicates=Duplicates.RENEW)
        assert renewing(acting(store), records, at=day(20)).imported == 1
    assert due(store, day(21)) == ["ada issued"]
    gap = ["expired"] * bool(told)
    assert due(store, day(100) + timedelta(hours=1)) == [f"ada {each}" for each in (*told, *gap)]
    assert due(store, day(150)) == []


@pytest.mark.rule("INT-23", "INT-46")
def test_notices_follow_a_gap_that_an_edit_closes_and_opens(store: Store[Transaction]) -> None:
    with store.writing() as transaction:
        transaction.certifications.put([Certification("fa", "First aid", "FA")])
    give(store, "ada", 0, 100)
    renewed = f"ada,FA,{day(120).date()},0,{day(900).date()},manual,\n".encode()
    with open_records(BytesIO(HEADER + renewed), zone=UTC) as records:
        renewing = partial(importing.run, duplicates=Duplicates.RENEW)
        assert renewing(acting(store), records, at=day(5)).imported == 1
    assert due(store, day(11)) == ["ada issued", "ada 90 days"]

    def begin(issued: int, at: int) -> list[str]:
        with store.reading() as view:
            *_, award = view.awards.history("ada", "fa")
        moved = evolve(award, issued_at=day(issued), version=award.version)
        assert awarding.edit(acting(store), moved, at=day(at))
        return [str(each.kind) for each in notices(store)]

    assert begin(100, at=12) == ["issued"]
    assert due(store, day(71)) == []
    assert begin(120, at=72) == ["issued"]
    assert due(store, day(73)) == ["ada 30 days"]


@pytest.mark.rule("INT-23")
@pytest.mark.parametrize("told_of", ["renewed", "edited"])
def test_a_notice_that_was_read_before_its_award_changed_has_no_words(
    store: Store[Transaction], told_of: str
) -> None:
    award = give(store, "ada", 0, 100)
    due(store, day(11))
    (notice,) = notices(store)
    moved = evolve(award, expires_at=day(101), version=2)
    with store.writing() as transaction:
        transaction.awards.replace([award.archive(day(12)) if told_of == "renewed" else moved])
    assert notifying.message(acting(store), notice, BEFORE[0], at=day(12)) is None


def award_anew(store: Store[Transaction], expires: int) -> bool:
    chosen = ManualAward("fa", day(0), day(expires), ExpiryBasis.DATE)
    return bool(manual_awards.award_all(acting(store), ["ada"], chosen, at=day(9)).awarded)


@pytest.mark.rule("INT-23", "INT-25")
@pytest.mark.parametrize("acknowledged", [True, False])
def test_an_award_that_is_issued_again_is_told_of_again(
    store: Store[Transaction], acknowledged: bool
) -> None:
    assert award_anew(store, 100)
    assert due(store, day(13)) == ["ada issued", "ada 90 days"]
    if acknowledged:
        outbox.acknowledge(acting(store), 10**6)
    assert lifecycle.unassign(acting(store), "ada", "fa", at=day(13))
    assert award_anew(store, 100)
    assert due(store, day(71)) == ["ada issued", "ada 90 days", "ada 30 days"]
    assert due(store, day(71)) == []


@pytest.mark.rule("ALL-NOTIFY-01", "INT-25")
@pytest.mark.parametrize("together", [1, 1000])
@pytest.mark.parametrize("told", [False, True])
def test_an_award_that_is_issued_again_before_it_is_told_of_is_told_of_once(
    store: Store[Transaction], monkeypatch: pytest.MonkeyPatch, together: int, told: bool
) -> None:
    monkeypatch.setattr(notifying, "BATCH", together)
    due(store, day(0))
    policy = TELLING if told else DOCEBO
    chosen = ManualAward("fa", day(0), day(300), ExpiryBasis.DATE)
    for number in (5, 7):
        assert manual_awards.award_all(
            acting(store, policy=policy), ["ada"], chosen, at=day(number)
        ).awarded
        outbox.acknowledge(acting(store), 1)
        if number == 5:
            assert lifecycle.unassign(acting(store), "ada", "fa", at=day(6))
    due(store, day(8))
    assert [each.kind for each in notices(store)] == [NoticeKind.ISSUED]


def activate(store: Store[Transaction], user_id: str, *, active: bool) -> None:
    with store.writing() as transaction:
        known = transaction.users.among([user_id])[user_id]
        transaction.users.put([evolve(known, active=active)])


@pytest.mark.rule("INT-24")
def test_a_deactivated_user_is_told_nothing_then_or_later(store: Store[Transaction]) -> None:
    give(store, "ada", 0, 100)
    due(store, day(0))
    completed(store, day(5), "bob")
    for user in ("ada", "bob"):
        activate(store, user, active=False)
    assert due(store, day(80)) == []
    for user in ("ada", "bob"):
        activate(store, user, active=True)
    assert due(store, day(101)) == ["ada 7 days", "ada expired"]


def badge_of(store: Store[Transaction], award: Award) -> str:
    badge = Badge("b1", "ada", "fa", award.cycle, award.issued_at, award.expires_at, 1, 1)
    with store.writing() as transaction:
        transaction.badges.add(badge)
    return badge.id


QUIET = evolve(BEFORE[1], id="quiet", not_renewable=NotRenewable.NOT_SENT)


def attending(store: Store[Transaction], *users: str) -> None:
    """They hold an award until day 100, which those in crew may renew by a course."""
    for user in users:
        give(store, user, 0, 100)
    with store.writing() as transaction:
        crew = transaction.certifications.get("fa")
        assert crew is not None
        transaction.certifications.put([evolve(crew, groups={"crew"})])


def leave(store: Store[Transaction], user_id: str) -> None:
    with store.writing() as transaction:
        user = transaction.users.get(user_id)
        assert user is not None
        transaction.users.put([evolve(user, groups=())])


@pytest.mark.rule("ALL-VIS-02", "INT-48")
def test_who_may_not_renew_is_sent_no_link_or_nothing_as_the_notification_says(
    store: Store[Transaction],
) -> None:
    attending(store, "ada", "bob")
    leave(store, "ada")
    plain = evolve(BEFORE[1], id="plain", body="[renew_link]")
    assert due(store, day(71), [plain, QUIET]) == ["ada plain", "bob plain", "bob quiet"]
    link = "https://learn.example"
    sent = [
        notifying.message(acting(store), each, plain, at=day(71), renew_link=link)
        for each in notices(store)[:2]
    ]
    assert [each and each.body for each in sent] == ["", link]
    leave(store, "bob")
    quiet = notices(store)[2]
    assert notifying.message(acting(store), quiet, QUIET, at=day(72)) is None
    with store.writing() as transaction:
        transaction.users.put([User("ada", "ada", groups={"crew"})])
    assert due(store, day(72), [plain, QUIET]) == []


@pytest.mark.rule("INT-12b", "INT-48")
def test_who_has_started_to_renew_is_reminded_to_complete_it(store: Store[Transaction]) -> None:
    attending(store, "ada")
    option = RenewalOption(ItemKind.COURSE, "A")
    assert renewal.start(acting(store), "ada", "fa", option, at=day(60))
    assert due(store, day(71), [QUIET]) == ["ada quiet"]


@pytest.mark.rule("INT-23", "INT-25", "INT-48")
def test_what_an_edit_calls_for_is_withheld_too(store: Store[Transaction]) -> None:
    attending(store, "ada")
    leave(store, "ada")
    due(store, day(10), [QUIET])
    with store.reading() as view:
        (award,) = view.awards.history("ada", "fa")
    changed = evolve(award, expires_at=day(35))
    assert awarding.edit(acting(store), changed, at=day(10))
    assert due(store, day(11), [QUIET]) == []


@pytest.mark.rule("INT-23")
def test_of_an_award_whose_badge_is_revoked_by_hand_nothing_is_told(
    store: Store[Transaction],
) -> None:
    badge = badge_of(store, give(store, "ada", 0, 100))
    give(store, "bob", 0, 100)
    assert due(store, day(11)) == ["ada 90 days", "bob 90 days"]
    (notice, _) = notices(store)
    badges.revoke(acting(store), badge)
    assert notifying.message(acting(store), notice, BEFORE[0], at=day(11)) is None
    assert [each.user_id for each in notices(store)] == ["bob"]
    assert due(store, day(71)) == ["bob 30 days"]
    assert badges.reissue(acting(store), badge, draw=lambda _: 7)
    assert due(store, day(72)) == []
    assert due(store, day(94)) == ["ada 7 days", "bob 7 days"]


@pytest.mark.rule("INT-23")
def test_revoking_a_badge_of_another_cycle_takes_nothing_back(store: Store[Transaction]) -> None:
    badge = badge_of(store, give(store, "ada", 0, 100))
    with store.writing() as transaction:
        transaction.badges.revoke([("ada", "fa", 1)])
    due(store, day(11))
    badges.revoke(acting(store), badge)
    assert [each.user_id for each in notices(store)] == ["ada"]


# Told in the transaction of the change


TELLING = evolve(DOCEBO, notifications=(ISSUED, ENROLLED))


@pytest.mark.rule("ALL-NOTIFY-01", "DOC-NOTIFY-05", "INT-25")
def test_what_a_policy_tells_is_in_the_outbox_with_the_change(store: Store[Transaction]) -> None:
    done = Completion("ada", ItemKind.COURSE, "A", day(5))
    awarding.complete(acting(store, policy=TELLING), done, at=day(5))
    way = RenewalOption(ItemKind.COURSE, "A")
    assert renewal.start(acting(store, policy=TELLING), "ada", "fa", way, at=day(6))
    again = evolve(done, completed_at=day(7))
    awarding.complete(acting(store, policy=TELLING), again, at=day(7))
    chosen = ManualAward("conduct", day(0), None, ExpiryBasis.ALWAYS_VALID)
    assert manual_awards.award_all(
        acting(store, policy=TELLING), ["bob"], chosen, at=day(8)
    ).awarded
    said = [(each.user_id, each.notification_id, each.of) for each in notices(store)]
    assert said == [
        ("ada", "issued", day(5)),
        ("ada", "enrolled", day(6)),
        ("ada", "issued", day(7)),
        ("bob", "issued", day(8)),
    ]
    assert notifying.due(acting(store, policy=TELLING), [ISSUED], at=day(9), since=T0) == 0
    later = Notification("later", NoticeKind.ISSUED)
    assert notifying.due(acting(store), [later, ISSUED], at=day(10)) == 0


FILE = HEADER + b"ada,FA,2024-01-01,1,,manual,\n"


@pytest.mark.rule("DOC-NOTIFY-06")
def test_a_renewal_by_import_is_told_with_the_change(store: Store[Transaction]) -> None:
    with store.writing() as transaction:
        transaction.certifications.put([Certification("fa", "First aid", "FA")])
        transaction.awards.add([Award("ada", "fa", T0 - timedelta(days=900), None)])
    with open_records(BytesIO(FILE), zone=UTC) as records:
        report = importing.run(
            acting(store, policy=TELLING), records, at=day(1), duplicates=Duplicates.RENEW
        )
    assert report.imported == 1
    assert [str(entry.kind) for _, entry in outbox.pending(acting(store))] == [
        "award.renewed",
        "issued",
    ]
    assert due(store, day(2)) == []


@pytest.mark.rule("DOC-NOTIFY-02")
def test_a_notification_that_is_added_later_tells_nothing_of_the_past(
    store: Store[Transaction],
) -> None:
    give(store, "ada", 0, 100)
    completed(store, day(5), "bob")
    assert due(store, day(80), [ISSUED, BEFORE[0]]) == ["bob issued", "ada 90 days"]
    assert notifying.due(acting(store), ALL, at=day(80)) == 0
    assert due(store, day(101), ALL) == ["ada 7 days", "ada expired"]


@pytest.mark.rule("DOC-NOTIFY-02", "INT-25")
def test_a_notification_that_is_added_later_begins_where_it_is_told_to(
    store: Store[Transaction],
) -> None:
    give(store, "ada", 0, 100)
    completed(store, day(5), "bob")
    assert due(store, day(80), BEFORE[:1]) == ["ada 90 days"]
    told: list[Notice] = []
    begin = day(5) - timedelta(microseconds=1)
    notifying.due(acting(store), ALL, at=day(80), since=begin, on_created=told.extend)
    assert [f"{each.user_id} {each.notification_id}" for each in told] == [
        "bob issued",
        "ada 30 days",
    ]


@pytest.mark.rule("DOC-NOTIFY-02", "INT-25")
def test_jobs_with_different_notifications_take_nothing_from_each_other(
    store: Store[Transaction],
) -> None:
    jobs = [[ISSUED, BEFORE[2]], [BEFORE[1]], [BEFORE[0], EXPIRED], []]
    for job in jobs:
        assert due(store, day(0), job) == []
    completed(store, day(5))
    give(store, "bob", 0, 100)
    assert due(store, day(101), jobs[3]) == []
    assert due(store, day(101), jobs[1]) == ["bob 30 days"]
    assert due(store, day(101), jobs[0]) == ["ada issued", "bob 7 days"]
    assert due(store, day(101), jobs[2]) == ["bob 90 days", "bob expired"]
    assert due(store, day(101)) == []


@pytest.mark.rule("INT-25")
def test_of_an_edit_each_job_tells_its_latest_moment_once(store: Store[Transaction]) -> None:
    award = give(store, "ada", 0, 300)
    jobs = [[BEFORE[0], BEFORE[1]], [BEFORE[2]]]
    for job in jobs:
        due(store, day(10), job)
    assert awarding.edit(acting(store), evolve(award, expires_at=day(25)), at=day(20))
    assert due(store, day(21), jobs[1]) == ["ada 7 days"]
    assert due(store, day(21), jobs[0]) == []  # none of them is later than the issue
    assert due(store, day(22), ALL) == []


@pytest.mark.rule("DOC-NOTIFY-04", "INT-25")
def test_another_zone_than_before_loses_nothing(store: Store[Transaction]) -> None:
    expires = datetime(2024, 3, 31, 22, tzinfo=UTC)  # the clocks of Rome were changed that day
    reminder = [Notification("1 day", NoticeKind.EXPIRY, Offset(-1, OffsetUnit.DAYS))]
    with store.writing() as transaction:
        transaction.awards.add([Award("ada", "fa", T0, expires)])
    asked = [(T0, "UTC"), (expires - timedelta(hours=23, minutes=30), "Europe/Rome")]
    asked += [(expires - timedelta(hours=22, minutes=59), zone) for zone in ("UTC", "Europe/Rome")]
    told = [notifying.due(acting(store, zone=zone), reminder, at=until) for until, zone in asked]
    assert told == [0, 0, 1, 0]


@pytest.mark.rule("DOC-NOTIFY-02", "INT-25", "INT-48")
def test_looking_back_tells_nothing_that_was_not_to_be_told(store: Store[Transaction]) -> None:
    give(store, "ada", 0, 100)
    reminders = [
        Notification(f"{days} days", NoticeKind.EXPIRY, Offset(-days, OffsetUnit.DAYS))
        for days in (7, 6, 5)
    ]
    notifying.due(acting(store), reminders, at=day(94))
    assert due(store, day(94) + timedelta(hours=1), reminders) == ["ada 6 days"]
    chosen = ManualAward("fa", day(0), day(100), ExpiryBasis.DATE)
    at = day(95) + timedelta(hours=1)
    assert manual_awards.award_all(acting(store), ["bob"], chosen, at=at).awarded
    assert due(store, at, reminders) == ["ada 5 days"]
    assert due(store, at, reminders) == []


@pytest.mark.rule("INT-23", "INT-25")
@pytest.mark.parametrize("acknowledged", [True, False])
@pytest.mark.parametrize("by", ["edit", "import"])
def test_a_change_of_no_expiry_tells_nothing_anew(
    store: Store[Transaction], by: str, acknowledged: bool
) -> None:
    with store.writing() as transaction:
        transaction.certifications.put([Certification("fa", "First aid", "FA")])
    award = give(store, "ada", 0, 100)
    assert due(store, day(71)) == ["ada 90 days", "ada 30 days"]
    pending = outbox.pending(acting(store))
    if by == "edit":
        source = Source(AssociationType.COURSE, "A")
        assert awarding.edit(acting(store), evolve(award, source=source), at=day(71))
    else:
        row = b"ada,FA,2024-01-02,0,2024-04-10,manual,\n"
        with open_records(BytesIO(HEADER + row), zone=UTC) as records:
            report = importing.run(acting(store), records, at=day(71))
        assert report.imported == 1
    if acknowledged:
        outbox.acknowledge(acting(store), pending[-1][0])
    assert due(store, day(72)) == []
    assert notices(store) == ([] if acknowledged else [each for _, each in pending])


@pytest.mark.rule("DOC-NOTIFY-02", "INT-25")
def test_a_change_of_no_expiry_does_not_tell_of_what_was_before_the_beginning(
    store: Store[Transaction],
) -> None:
    award = give(store, "ada", 0, 100)
    notifying.due(acting(store), ALL, at=day(50))
    source = Source(AssociationType.COURSE, "A")
    assert awarding.edit(acting(store), evolve(award, source=source), at=day(51))
    assert due(store, day(52)) == []


@pytest.mark.rule("DOC-NOTIFY-02")
def test_nothing_is_told_before_the_beginning_nor_after_the_instant(
    store: Store[Transaction],
) -> None:
    completed(store, day(5))
    with pytest.raises(InvalidValueError, match="since"):
        notifying.due(acting(store), ALL, at=day(4), since=day(4) + timedelta.resolution)
    assert due(store, T0) == []
    completed(store, day(3), "bob")
    assert due(store, day(4)) == ["bob issued"]
    assert due(store, day(4)) == []
    assert due(store, day(5)) == ["ada issued"]
    assert due(store, day(5)) == []


@pytest.mark.rule("DOC-NOTIFY-02")
@pytest.mark.parametrize(
    "told", [["x"], [ISSUED, evolve(ISSUED, subject="x")], [None]], ids=["text", "twice", "none"]
)
def test_notifications_that_are_none_or_share_an_id_are_refused(
    store: Store[Transaction], told: list[Notification]
) -> None:
    with pytest.raises(InvalidValueError):
        notifying.due(acting(store), told, at=day(1))
    assert due(store, day(1), [ISSUED, ISSUED]) == []


@pytest.mark.rule("X-NOTIFY-2")
def test_a_message_has_no_medium_but_those_that_there_are(store: Store[Transaction]) -> None:
    give(store, "ada", 0, 100)
    due(store, day(11))
    (notice,) = notices(store)
    for medium in ("html", None, "x"):
        with pytest.raises(InvalidValueError, match="medium"):
            notifying.message(acting(store), notice, BEFORE[0], at=day(11), medium=medium)  # type: ignore[arg-type]


@pytest.mark.rule("ALL-NOTIFY-01")
def test_of_two_issues_of_one_cycle_the_one_that_stands_is_told(store: Store[Transaction]) -> None:
    due(store, day(0))
    for number in (5, 37):
        chosen = ManualAward("fa", day(0), day(300), ExpiryBasis.DATE)
        assert manual_awards.award_all(acting(store), ["ada"], chosen, at=day(number)).awarded
        if number == 5:
            assert lifecycle.unassign(acting(store), "ada", "fa", at=day(6))
    assert due(store, day(38)) == ["ada issued"]
    assert [(each.of, each.due_at) for each in notices(store)] == [(day(37), day(37))]


@pytest.mark.rule("ALL-NOTIFY-01")
def test_a_change_that_fails_tells_nothing(store: Store[Transaction]) -> None:
    award = give(store, "ada", 0, 100)
    issued = Event(EventKind.ISSUED, "ada", "fa", 1, T0)
    with pytest.raises(ConflictError), store.writing() as transaction:
        apply(transaction, [Notify(issued), IssueAward(award)], [ISSUED])
    assert outbox.pending(acting(store)) == []


def test_a_new_notification_begins_at_the_first_event_that_can_matter(
    store: Store[Transaction], monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.writing() as transaction:
        old = (Event(EventKind.ISSUED, "ada", "fa", 1, day(0)) for _ in range(300))
        transaction.events.add([*old, Event(EventKind.ISSUED, "ada", "fa", 1, day(5))])
    asked = []

    def of_events(planning: notifying._Planning, events: Sequence[Any]) -> Sequence[Notice]:
        asked.append(len(events))
        return before(planning, events)

    before = notifying._Planning.of_events
    monkeypatch.setattr(notifying._Planning, "of_events", of_events)
    notifying.due(acting(store), BEFORE, at=day(6), since=day(5))
    assert asked == [1]


def run_late(path: str, number: int) -> int:
    with closing(open_store(path, timeout=300)) as store:
        ready()
        until = day(395) + timedelta(seconds=number)
        return notifying.due(acting(store), BEFORE, at=until, since=T0)


@pytest.mark.rule("DOC-NOTIFY-04", "INT-25")
@pytest.mark.parametrize("many", [60, pytest.param(600, marks=pytest.mark.slow)])
def test_overlapping_jobs_in_many_processes_tell_everything_once(tmp_path: Path, many: int) -> None:
    path = str(tmp_path / "store.db")
    awards = [
        Award(f"{number}", "fa", T0, day(number % (many // 2) + 91), ExpiryBasis.DATE)
        for number in range(many)
    ]
    with closing(open_store(path, create=True)) as store:
        furnish(store)
        with store.writing() as transaction:
            transaction.awards.add(awards)
        assert sum(in_many_processes(partial(run_late, path))) == 3 * len(awards)
        told = notices(store)
        assert len({each.identity for each in told}) == len(told) == 3 * len(awards)


HOSTILE = [
    "=HYPERLINK(0)",
    "<script>alert(1)</script>",
    "\u202egnp.exe",
    "a\r\nBcc: eve@example.org",
    "[renew_link] {{renew_link}}",
    "x" * 100_000,
]


@pytest.mark.rule("X-NOTIFY-2", "DOC-NOTIFY-03", "ALL-NOTIFY-02")
@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: name[:8])
def test_no_name_does_anything_in_a_message(store: Store[Transaction], name: str) -> None:
    give(store, "ada", 0, 100)
    with store.writing() as transaction:
        user, found = transaction.users.get("ada"), transaction.certifications.get("fa")
        assert user
        assert found
        transaction.users.put([evolve(user, first_name=name, last_name=name)])
        transaction.certifications.put([evolve(found, name=name, description=name)])
    due(store, day(11))
    (notice,) = notices(store)
    reminder = evolve(
        BEFORE[0],
        subject="[first_name]: {{certification_name}}",
        body='<a href="{{renew_link}}">[first_name] {{certification_description}}</a>',
    )
    told = notifying.message(
        acting(store), notice, reminder, at=day(11), medium=Medium.HTML, renew_link="https://r"
    )
    assert told
    assert len(told.subject.splitlines()) == 1
    for text in (told.subject, told.body):
        assert "\u202e" not in text
        assert "\r" not in text
    assert "<script" not in told.body
    assert told.body.count("https://r") == 1
    position, entry = outbox.pending(acting(store))[-1]
    json.dumps(outbox.as_cloud_event(position, entry, source="store"))


@pytest.mark.rule("ALL-NOTIFY-02")
def test_what_is_gone_is_not_told(store: Store[Transaction]) -> None:
    give(store, "ada", 0, 100)
    due(store, day(11))
    (notice,) = notices(store)
    at = day(11)
    assert notifying.message(acting(store, zone=time_zone("Europe/Rome")), notice, BEFORE[0], at=at)
    assert lifecycle.unassign(acting(store), "ada", "fa", at=at)
    assert notifying.message(acting(store), notice, BEFORE[0], at=at) is None
    assert award_anew(store, 100)
    assert notifying.message(acting(store), notice, BEFORE[0], at=at)
    activate(store, "ada", active=False)
    assert notifying.message(acting(store), notice, BEFORE[0], at=at) is None
    with pytest.raises(InvalidValueError, match="30 days"):
        notifying.message(acting(store), notice, BEFORE[1], at=at)
