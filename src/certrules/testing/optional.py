"""The contracts of optional parts: does a store keep the outbox, and badges?

See :mod:`certrules.testing.contract` for how to run the tests.
"""
# ruff: noqa: D102, S101 - tests, by whatever framework

from datetime import UTC, datetime, timedelta

from attrs import evolve

from certrules.errors import ConflictError
from certrules.model.awards import Award
from certrules.model.badges import Badge
from certrules.model.notices import Event, EventKind, Notice, NoticeKind, Planned, Priority
from certrules.testing.contract import Contract, raises

_AT = datetime(2024, 2, 29, 22, 30, 15, 123456, tzinfo=UTC)
_EVENT = Event(EventKind.ISSUED, "ada", "fire", 1, _AT)
_NOTICE = Notice(
    "n1", NoticeKind.EXPIRY, "ada", "fire", 1, _AT + timedelta(days=30), _AT, priority=Priority.HIGH
)


class OutboxContract(Contract):
    """Events, notices, and who has read them."""

    def test_events_and_notices_come_back_as_they_were_in_one_order(self) -> None:
        enrolled = Notice("n2", NoticeKind.ENROLLED, "ada", "fire", 2, _AT, _AT, "course-7")
        entries: list[Event | Notice] = [_EVENT, _NOTICE, evolve(_EVENT, cycle=2), enrolled]
        with self._writing() as work:
            for entry in entries:
                if isinstance(entry, Notice):
                    assert work.notices.add([entry]) == [entry]
                else:
                    work.events.add([entry])
        with self.store.reading() as view:
            assert self._entries() == entries
            (first, *_), *_, (last, _) = view.events.after(0, 10)
            assert [each for _, each in view.events.after(first, 2)] == entries[1:3]
            assert not view.events.after(last, 10)

    def test_a_notice_is_sent_once(self) -> None:
        late = evolve(_NOTICE, due_at=_AT + timedelta(hours=1), priority=Priority.NORMAL)
        with self._writing() as work:
            assert work.notices.add([_NOTICE, late]) == [late]
        with self._writing() as work:
            assert not work.notices.add([late, _NOTICE])
        assert self._entries() == [late]

    def test_of_two_issues_of_one_cycle_the_last_is_sent(self) -> None:
        first = evolve(_NOTICE, kind=NoticeKind.ISSUED, of=_AT, due_at=_AT)
        last = evolve(first, of=_AT + timedelta(days=30), due_at=_AT + timedelta(days=30))
        with self._writing() as work:
            assert work.notices.add([first, last]) == [last]
        assert self._entries() == [last]

    def test_what_is_passed_over_counts_as_sent(self) -> None:
        other = evolve(_NOTICE, cycle=2)
        with self._writing() as work:
            work.notices.pass_over([_NOTICE, _NOTICE])
            work.notices.pass_over([_NOTICE])
            assert work.notices.add([_NOTICE, other]) == [other]
            work.notices.pass_over([other])
        assert self._entries() == [other]

    def test_what_was_passed_over_is_free_again_once_its_expiry_is_no_more(self) -> None:
        for free in ("cancel", "forget"):
            with self._writing() as work:
                work.notices.pass_over([_NOTICE])
                getattr(work.notices, free)([("ada", "fire", 1)])
                assert work.notices.add([_NOTICE]) == [_NOTICE]
                work.notices.cancel([("ada", "fire", 1)])
        assert not self._entries()

    def test_only_notices_of_another_expiry_are_taken_back_as_outdated(self) -> None:
        others = [
            evolve(_NOTICE, kind=NoticeKind.ISSUED, notification_id="n2"),
            evolve(_NOTICE, cycle=2),
        ]
        former = evolve(_NOTICE, of=_NOTICE.of + timedelta(microseconds=1))
        stands = Award("ada", "fire", _AT, _NOTICE.of)
        with self._writing() as work:
            work.notices.add([_NOTICE, former, *others])
            work.notices.cancel_outdated([stands])
            assert not work.notices.add([_NOTICE, *others])
        assert self._entries() == [_NOTICE, *others]
        self._write(lambda work: work.notices.cancel_outdated([evolve(stands, expires_at=None)]))
        assert self._entries() == others

    def test_notices_differ_by_every_part_of_their_identity(self) -> None:
        others = [
            evolve(_NOTICE, user_id="bob"),
            evolve(_NOTICE, certification_id="Fire"),
            evolve(_NOTICE, cycle=2),
            evolve(_NOTICE, notification_id="n2"),
            evolve(_NOTICE, of=_NOTICE.of + timedelta(microseconds=1)),
            evolve(_NOTICE, item_id="c1"),
            evolve(_NOTICE, user_id="ada\n", certification_id="\u202efire"),
            evolve(
                _NOTICE, user_id="a" * 255, certification_id="ö" * 255, notification_id="n" * 255
            ),
        ]
        with self._writing() as work:
            assert list(work.notices.add([_NOTICE, *others])) == [_NOTICE, *others]
        assert self._entries() == [_NOTICE, *others]

    def test_many_notices_keep_their_order(self) -> None:
        notices = [
            evolve(_NOTICE, user_id=f"{number % 7}", cycle=number) for number in range(1, 1201)
        ]
        with self._writing() as work:
            work.notices.add(notices[:5])
            assert list(work.notices.add(notices)) == notices[5:]
        assert self._entries() == notices

    def test_what_is_acknowledged_stays_so(self) -> None:
        with self._writing() as work:
            work.events.add([evolve(_EVENT, cycle=cycle) for cycle in (1, 2, 3)])
            assert work.events.acknowledged() == 0
            positions = [position for position, _ in work.events.after(0, 10)]
            work.events.acknowledge(positions[1])
        with self._writing() as work:
            work.events.acknowledge(positions[0])
            assert work.events.acknowledged() == positions[1]
            rest = work.events.after(work.events.acknowledged(), 10)
            assert [event.cycle for _, event in rest] == [3]

    def test_what_is_pending_and_late_is_counted(self) -> None:
        normal = evolve(_NOTICE, cycle=2, priority=Priority.NORMAL)
        first = evolve(_NOTICE, cycle=3, due_at=datetime.min.replace(tzinfo=UTC))
        with self._writing() as work:
            work.events.add([_EVENT])
            work.notices.add([_NOTICE, normal, first])
        moment = timedelta(microseconds=1)
        with self.store.reading() as view:
            position = view.events.after(0, 10)[1][0]
            assert view.events.count(0, datetime.min.replace(tzinfo=UTC)) == (4, 0)
            assert view.events.count(0, _NOTICE.send_by) == (4, 1)
            assert view.events.count(0, _NOTICE.send_by + moment) == (4, 2)
            assert view.events.count(0, normal.send_by + moment) == (4, 3)
            assert view.events.count(position, normal.send_by + moment) == (2, 2)
            assert view.events.count(10**12, _AT) == (0, 0)

    def test_a_position_is_found_by_an_instant(self) -> None:
        with self._writing() as work:
            assert work.events.position_at(_AT) == 0
            later = _AT + timedelta(microseconds=2)
            work.events.add([evolve(_EVENT, at=each) for each in (_AT, later, _AT)])
            (first, _), (second, _), (last, _) = work.events.after(0, 10)
            for microseconds, position in ((-1, first - 1), (0, first - 1), (1, first), (2, first)):
                at = _AT + timedelta(microseconds=microseconds)
                assert work.events.position_at(at) == position
            assert first < second
            assert work.events.position_at(later + timedelta(microseconds=1)) == last

    def test_the_last_issue_of_a_cycle_is_found_whatever_issued_it(self) -> None:
        hour = timedelta(hours=1)
        issues = EventKind.ISSUED, EventKind.IMPORTED, EventKind.RENEWED
        events = [
            evolve(_EVENT, kind=kind, cycle=cycle, at=_AT + hour * number)
            for cycle, kind in enumerate(issues, 1)
            for number in (2, 1)
        ]
        others = [EventKind.CHANGED, EventKind.REMOVED, EventKind.ENROLLED]
        with self._writing() as work:
            work.events.add([*events, evolve(_EVENT, user_id="bob"), evolve(_EVENT, cycle=9)])
            work.events.add(evolve(_EVENT, kind=kind, at=_AT + hour * 9) for kind in others)
            work.notices.add([evolve(_NOTICE, kind=NoticeKind.ISSUED)])
        wanted = {("ada", "fire", cycle) for cycle in (1, 2, 3, 4)} | {("eve", "fire", 1)}
        with self.store.reading() as view:
            found = dict.fromkeys([("ada", "fire", cycle) for cycle in (1, 2, 3)], _AT + hour)
            assert view.events.issues(wanted) == found
            assert view.events.issues([]) == {}

    def test_nobody_acknowledges_what_is_yet_to_come(self) -> None:
        with self._writing() as work:
            work.events.add([_EVENT])
            work.events.acknowledge(10**12)
            work.events.add([_EVENT])
            assert len(work.events.after(work.events.acknowledged(), 10)) == 1

    def test_pending_notices_of_an_expiry_can_be_taken_back(self) -> None:
        issued = evolve(_NOTICE, notification_id="n2", kind=NoticeKind.ISSUED)
        other = evolve(_NOTICE, cycle=2)
        with self._writing() as work:
            work.notices.add([_NOTICE, issued, other])
            work.notices.cancel([("ada", "fire", 1), ("bob", "fire", 1)])
            assert [each for _, each in work.events.after(0, 10)] == [issued, other]
            assert work.notices.add([issued, other, _NOTICE]) == [_NOTICE]
        assert self._entries() == [issued, other, _NOTICE]

    def test_nothing_is_pending_for_a_removed_award(self) -> None:
        issued = evolve(_NOTICE, notification_id="n2", kind=NoticeKind.ISSUED)
        enrolled = evolve(_NOTICE, notification_id="n3", kind=NoticeKind.ENROLLED)
        others = [enrolled, evolve(_NOTICE, cycle=2), evolve(issued, user_id="bob")]
        with self._writing() as work:
            work.notices.add([_NOTICE, issued, *others])
            work.notices.forget([("ada", "fire", 1), ("eve", "fire", 1)])
        assert self._entries() == others

    def test_what_was_sent_for_a_removed_award_is_sent_for_the_next(self) -> None:
        kinds = (NoticeKind.EXPIRY, NoticeKind.ISSUED)
        notices = [evolve(_NOTICE, notification_id=str(kind), kind=kind) for kind in kinds]
        for _ in range(3):
            with self._writing() as work:
                assert work.notices.add(notices) == notices
                assert not work.notices.add(notices)
                work.events.acknowledge(10**12)
                work.notices.forget([("ada", "fire", 1)])
        assert self._entries() == notices * 3

    def test_what_was_sent_cannot_be_taken_back(self) -> None:
        with self._writing() as work:
            work.notices.add([_NOTICE])
            work.events.acknowledge(work.events.after(0, 1)[0][0])
            work.notices.cancel([("ada", "fire", 1)])
            assert not work.notices.add([_NOTICE])
        assert self._entries() == [_NOTICE]

    def test_a_position_is_not_given_twice(self) -> None:
        with self._writing() as work:
            work.notices.add([_NOTICE])
            ((taken, _),) = work.events.after(0, 10)
            work.notices.cancel([("ada", "fire", 1)])
        with self._writing() as work:
            work.events.add([_EVENT])
            ((position, _),) = work.events.after(0, 10)
            assert position > taken

    def test_how_far_notices_are_planned_is_remembered(self) -> None:
        with self._writing() as work:
            assert work.notices.planned() == {}
            work.notices.set_planned({"n1": Planned(7, _AT, _AT), "N1": Planned(8, _AT, _AT)})
            before = Planned(6, _AT - timedelta(microseconds=1), _AT - timedelta(days=1))
            work.notices.set_planned({"n1": before})
            work.notices.set_planned({})
        with self.store.reading() as view:
            assert view.notices.planned() == {"n1": before, "N1": Planned(8, _AT, _AT)}

    def test_current_awards_are_found_by_their_expiry(self) -> None:
        def award(user_id: str, days: int | None) -> Award:
            return Award(user_id, "fire", _AT, None if days is None else _AT + timedelta(days=days))

        awards = [award("b", 2), award("a", 2), award("c", 1), award("d", 3)]
        others = [award("e", 4), award("f", None), award("g", 0)]
        history = [award("bb", 2).archive(_AT), award("h", 4).archive(_AT)]
        self._write(lambda work: work.awards.add([*awards, *others, *history]))
        first, last = _AT + timedelta(days=1), _AT + timedelta(days=3)
        moment = timedelta(microseconds=1)
        with self.store.reading() as view:
            for bounds, at, expected in (
                ((first, last), _AT, "c a b d"),
                ((first + moment, last), _AT, "a b d"),
                ((first, last), _AT - moment, "c a b bb d"),
            ):
                found = view.awards.expiring(*bounds, at=at)
                assert [each.user_id for each in found] == expected.split()

    def test_many_awards_of_one_expiry_are_all_found(self) -> None:
        awards = [Award(f"{number:04}", "fire", _AT, _AT) for number in range(2500)]
        with self._after(lambda work: work.awards.add(awards)) as view:
            assert list(view.awards.expiring(_AT, _AT, at=_AT)) == awards

    def test_a_view_cannot_write(self) -> None:
        self._write(lambda work: work.notices.add([_NOTICE]))
        later = evolve(_NOTICE, notification_id="n2")
        self._refused(
            lambda work: work.notices.add([later]),
            lambda work: work.notices.pass_over([later]),
            lambda work: work.notices.cancel([_CYCLE]),
            lambda work: work.notices.cancel_outdated([_BADGE.award]),
            lambda work: work.notices.forget([_CYCLE]),
            lambda work: work.notices.set_planned({"n1": Planned(1, _AT, _AT)}),
            lambda work: work.events.acknowledge(1),
        )

    def _entries(self) -> list[Event | Notice]:
        with self.store.reading() as view:
            return [entry for _, entry in view.events.after(0, 10_000)]


_BADGE = Badge("b1", "ada", "fire", 1, _AT, _AT + timedelta(days=365), 1, 7)
_CYCLE = ("ada", "fire", 1)


class BadgesContract(Contract):
    """Badges, each of whose bits is given out once."""

    def test_badges_come_back_as_they_were(self) -> None:
        endless = Badge("b2", "bob", "fire", 2, _AT, None, 2, 131_071, suspended=True)
        self._add(_BADGE, endless)
        with self.store.reading() as view:
            found = [view.badges.get(each) for each in ("b1", "b2", "b3")]
            assert found == [_BADGE, endless, None]
            current = [view.badges.current("ada", "fire", cycle) for cycle in (1, 2)]
            assert current == [_BADGE, None]

    def test_badges_are_listed_by_index_and_the_latest_list_has_its_places(self) -> None:
        with self.store.reading() as view:
            assert view.badges.places() == (1, set())
            assert list(view.badges.listed(1)) == []
        lower = evolve(_BADGE, id="b2", cycle=2, index=3)
        self._add(_BADGE, lower, evolve(_BADGE, id="b3", cycle=3, status_list=2))
        with self.store.reading() as view:
            assert list(view.badges.listed(1)) == [lower, _BADGE]
            assert view.badges.places() == (2, {7})

    def test_a_bit_an_id_and_a_cycle_are_given_out_once(self) -> None:
        self._add(_BADGE)
        free = Badge("b2", "bob", "fire", 1, _AT, None, 1, 8)
        for badge in (evolve(free, id="b1"), evolve(free, index=7), evolve(free, user_id="ada")):
            with self._writing() as work:
                with raises(ConflictError):
                    work.badges.add(badge)
                assert work.badges.places() == (1, {7})
        self._add(free)

    def test_a_revoked_badge_stays_revoked_and_keeps_its_bit(self) -> None:
        self._add(_BADGE)
        again = evolve(_BADGE, id="b2", index=8)
        self._write(lambda work: work.badges.revoke([_CYCLE, ("bob", "fire", 1)]))
        with self._writing() as work:
            assert work.badges.get("b1") == evolve(_BADGE, revoked=True)
            assert work.badges.current(*_CYCLE) is None
            with raises(ConflictError):
                work.badges.add(evolve(again, index=7))
            work.badges.add(again)
            assert work.badges.current(*_CYCLE) == again
            work.badges.add(evolve(_BADGE, id="b3", index=9, revoked=True))
            assert work.badges.current(*_CYCLE) == again
            work.badges.revoke([])
            work.badges.revoke([_CYCLE])
            assert [each.revoked for each in work.badges.listed(1)] == [True, True, True]

    def test_the_cycle_of_a_withdrawn_badge_gets_no_other_until_it_is_revoked(self) -> None:
        self._add(_BADGE)
        self._write(lambda work: work.badges.withdraw("b1"))
        withdrawn = evolve(_BADGE, revoked=True, withdrawn=True)
        again = evolve(_BADGE, id="b2", index=8)
        with self._writing() as work:
            assert work.badges.get("b1") == work.badges.current(*_CYCLE) == withdrawn
            assert set(work.badges.withdrawn([_CYCLE, ("bob", "fire", 1)])) == {_CYCLE}
            with raises(ConflictError):
                work.badges.add(again)
            work.badges.withdraw("b3")
            work.badges.revoke([_CYCLE])
            assert work.badges.get("b1") == evolve(_BADGE, revoked=True)
            work.badges.withdraw("b1")
            assert work.badges.current(*_CYCLE) is None
            work.badges.add(again)
            assert not work.badges.withdrawn([_CYCLE])
            assert list(work.badges.listed(1)) == [evolve(_BADGE, revoked=True), again]

    def test_only_other_dates_of_its_award_outdate_a_badge(self) -> None:
        endless = Badge("b2", "bob", "fire", 1, _AT, None, 1, 8)
        later = _AT + timedelta(microseconds=1)
        withdrawn = Badge("b3", "cy", "fire", 1, _AT, None, 1, 9)
        self._add(_BADGE, endless, withdrawn)
        edited = [
            evolve(_BADGE.award, issued_at=later),
            evolve(endless.award, expires_at=later),
            evolve(withdrawn.award, issued_at=later),
            evolve(_BADGE.award, user_id="dan"),
        ]
        with self._writing() as work:
            work.badges.withdraw("b3")
            work.badges.revoke_outdated([])
            work.badges.revoke_outdated([_BADGE.award, endless.award, withdrawn.award])
            kept = evolve(withdrawn, revoked=True, withdrawn=True)
            assert work.badges.listed(1) == [_BADGE, endless, kept]
            work.badges.revoke_outdated(edited)
            assert work.badges.listed(1) == [
                evolve(each, revoked=True) for each in (_BADGE, endless, withdrawn)
            ]
            work.badges.add(evolve(_BADGE, id="b4", index=10))
            work.badges.revoke_outdated([evolve(_BADGE.award, expires_at=None)])
            assert work.badges.current(*_CYCLE) is None

    def test_a_suspension_may_be_lifted(self) -> None:
        self._add(_BADGE)
        self._write(lambda work: work.badges.suspend("b1"))
        with self._writing() as work:
            assert work.badges.current(*_CYCLE) == evolve(_BADGE, suspended=True)
            work.badges.suspend("b1", suspended=False)
            work.badges.suspend("b3")
            assert work.badges.get("b1") == _BADGE

    def test_a_view_cannot_change_badges(self) -> None:
        self._add(_BADGE)
        self._refused(
            lambda work: work.badges.add(evolve(_BADGE, id="b2", cycle=2, index=8)),
            lambda work: work.badges.suspend("b1"),
            lambda work: work.badges.revoke([_CYCLE]),
            lambda work: work.badges.revoke_outdated([evolve(_BADGE.award, expires_at=None)]),
            lambda work: work.badges.withdraw("b1"),
        )

    def _add(self, *badges: Badge) -> None:
        with self._writing() as work:
            for badge in badges:
                work.badges.add(badge)
