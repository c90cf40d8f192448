"""The contract of badges: does a store keep them, and give each bit out once?

See :mod:`certrules.testing.contract` for how to run the tests.
"""
# ruff: noqa: D102, S101 - tests, by whatever framework

from datetime import UTC, datetime, timedelta

from attrs import evolve

from certrules.errors import ConflictError
from certrules.model.badges import Badge
from certrules.testing.raising import Contract, raises

_AT = datetime(2024, 2, 29, 22, 30, 15, 123456, tzinfo=UTC)
_BADGE = Badge("b1", "ada", "fire", 1, _AT, _AT + timedelta(days=365), 1, 7)
_CYCLE = ("ada", "fire", 1)


class BadgesContract(Contract):
    """The promises, a test each."""

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
            with self.store.writing() as work:
                with raises(ConflictError):
                    work.badges.add(badge)
                assert work.badges.places() == (1, {7})
        self._add(free)

    def test_a_revoked_badge_stays_revoked_and_keeps_its_bit(self) -> None:
        self._add(_BADGE)
        again = evolve(_BADGE, id="b2", index=8)
        self._write(lambda work: work.badges.revoke([_CYCLE, ("bob", "fire", 1)]))
        with self.store.writing() as work:
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
        with self.store.writing() as work:
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
        with self.store.writing() as work:
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
        with self.store.writing() as work:
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
        with self.store.writing() as work:
            for badge in badges:
                work.badges.add(badge)
