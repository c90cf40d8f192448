"""How are badges kept in the memory of one process, each bit of a status list given out once?"""

from collections.abc import Collection, Iterable, Sequence

from attrs import evolve

from certrules.model.badges import Badge
from certrules.repositories.conflicts import badge_conflict
from certrules.repositories.memory_learning import Scope

__all__ = ["MemoryBadges"]


class MemoryBadges:
    """See :class:`~certrules.repositories.protocols.Badges`."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def get(self, badge: str) -> Badge | None:
        """Return the badge of an id."""
        found: Badge | None = self._scope.see().badges.get(badge)
        return found

    def current(self, user: str, certification: str, cycle: int) -> Badge | None:
        """Return the badge of a cycle as it is now, not revoked or withdrawn: one at most."""
        wanted = user, certification, cycle
        return next((each for each in self._all() if _open_cycle(each) == wanted), None)

    def listed(self, status_list: int) -> Sequence[Badge]:
        """Return the badges of a status list, by index."""
        listed = (each for each in self._all() if each.status_list == status_list)
        return sorted(listed, key=lambda each: each.index)

    def places(self) -> tuple[int, Collection[int]]:
        """Return the number of the latest status list (1 if none), and its indexes in use."""
        latest = max((each.status_list for each in self._all()), default=1)
        return latest, {each.index for each in self._all() if each.status_list == latest}

    def add(self, badge: Badge) -> None:
        """Add a badge; ConflictError where its id, its bit or its cycle has one already."""
        for each in self._all():
            if (
                each.id == badge.id
                or (each.status_list, each.index) == (badge.status_list, badge.index)
                or _open_cycle(each) == _open_cycle(badge) is not None
            ):
                raise badge_conflict(badge)
        self._scope.change("badges")[badge.id] = badge

    def suspend(self, badge: str, *, suspended: bool = True) -> None:
        """Suspend a badge, or lift its suspension; nothing happens if there is none."""
        self._replace([badge], suspended=suspended)

    def revoke(self, cycles: Iterable[tuple[str, str, int]]) -> None:
        """Revoke the badges of some cycles, for ever; those may have others from then on."""
        wanted = set(cycles)
        if wanted:
            ids = [each.id for each in self._all() if _open_cycle(each) in wanted]
            self._replace(ids, revoked=True, withdrawn=False)

    def withdraw(self, badge: str) -> None:
        """Revoke the current badge of a cycle by its id, for ever; the cycle gets no other."""
        found = self.get(badge)
        if found is not None and _open_cycle(found):
            self._replace([badge], revoked=True, withdrawn=True)

    def _all(self) -> Collection[Badge]:
        badges: dict[str, Badge] = self._scope.see().badges
        return badges.values()

    def _replace(self, ids: Sequence[str], **changes: bool) -> None:
        table = self._scope.change("badges")
        table.update({id_: evolve(table[id_], **changes) for id_ in ids if id_ in table})


def _open_cycle(badge: Badge) -> tuple[str, str, int] | None:
    if badge.revoked and not badge.withdrawn:
        return None
    return badge.user, badge.certification, badge.cycle
