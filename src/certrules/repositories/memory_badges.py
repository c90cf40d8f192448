"""Badges: how are they kept in the memory of one process, each bit of a list given out once?"""

from collections.abc import Collection, Iterable, Sequence

from attrs import evolve

from certrules.model.awards import Award, AwardKey
from certrules.model.badges import Badge
from certrules.repositories.conflicts import badge_conflict
from certrules.repositories.memory_state import Part


class MemoryBadges(Part):
    """See :class:`~certrules.repositories.protocols.Badges`."""

    def get(self, badge_id: str) -> Badge | None:
        return self._scope.see().badges.get(badge_id)

    def current(self, user_id: str, certification_id: str, cycle: int) -> Badge | None:
        badge = self._scope.see().badge_cycles.get((user_id, certification_id, cycle))
        return None if badge is None else self.get(badge)

    def withdrawn(self, cycles: Iterable[tuple[str, str, int]]) -> Collection[tuple[str, str, int]]:
        current = {cycle: self.current(*cycle) for cycle in cycles}
        return {cycle for cycle, badge in current.items() if badge and badge.withdrawn}

    def listed(self, status_list: int) -> Sequence[Badge]:
        listed = (each for each in self._all() if each.status_list == status_list)
        return sorted(listed, key=lambda each: each.index)

    def places(self) -> tuple[int, Collection[int]]:
        latest = max((each.status_list for each in self._all()), default=1)
        return latest, {each.index for each in self._all() if each.status_list == latest}

    def add(self, badge: Badge) -> None:
        badges, places, cycles = map(self._scope.change, ("badges", "badge_places", "badge_cycles"))
        place, cycle = (badge.status_list, badge.index), _open_cycle(badge)
        if badge.id in badges or place in places or cycle in cycles:
            raise badge_conflict(badge)
        badges[badge.id] = badge
        places[place] = badge.id
        if cycle is not None:
            cycles[cycle] = badge.id

    def suspend(self, badge_id: str, *, suspended: bool = True) -> None:
        self._replace([badge_id], suspended=suspended)

    def revoke(self, cycles: Iterable[tuple[str, str, int]]) -> None:
        wanted = set(cycles)
        if wanted:
            badges = self._scope.change("badge_cycles")
            ids = [badges.pop(cycle) for cycle in wanted if cycle in badges]
            self._replace(ids, revoked=True, withdrawn=False)

    def revoke_outdated(self, awards: Iterable[Award]) -> None:
        kept = [(award, self.current(*award.key)) for award in awards]
        self.revoke(
            award.key for award, badge in kept if badge and badge.award.identity != award.identity
        )

    def withdraw(self, badge_id: str) -> None:
        found = self.get(badge_id)
        if found is not None and _open_cycle(found):
            self._replace([badge_id], revoked=True, withdrawn=True)

    def _all(self) -> Collection[Badge]:
        badges: dict[str, Badge] = self._scope.see().badges
        return badges.values()

    def _replace(self, ids: Sequence[str], **changes: bool) -> None:
        table = self._scope.change("badges")
        table.update({id_: evolve(table[id_], **changes) for id_ in ids if id_ in table})


def _open_cycle(badge: Badge) -> AwardKey | None:
    return None if badge.revoked and not badge.withdrawn else badge.award.key
