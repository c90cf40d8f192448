"""How are events and notices kept in the memory of one process?"""

from collections.abc import Collection, Iterable, Sequence
from itertools import islice

from attrs import evolve

from certrules import instants
from certrules.model.events import Event
from certrules.model.notices import Notice, NoticeIdentity, NoticeKind, Planned
from certrules.repositories.memory_learning import Scope

__all__ = ["MemoryEvents", "MemoryNotices"]

_ACKNOWLEDGED, _PLANNED = "acknowledged", "planned"


class MemoryEvents:
    """See :class:`~certrules.repositories.protocols.Events`."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def add(self, events: Iterable[Event]) -> None:
        """Append events."""
        self._scope.change("events").extend(
            evolve(event, at=instants.utc(event.at)) for event in events
        )

    def after(self, position: int, limit: int) -> Sequence[tuple[int, Event | Notice]]:
        """Return at most so many events and notices after a position (0: the beginning)."""
        entries: list[Event | Notice | None] = self._scope.see().events
        places = range(max(position, 0), len(entries))
        found = ((place + 1, entries[place]) for place in places)
        return list(islice(((number, each) for number, each in found if each), limit))

    def acknowledged(self) -> int:
        """Return the position up to which everything was acknowledged; 0 at the beginning."""
        position: int = self._scope.see().cursors.get(_ACKNOWLEDGED, 0)
        return position

    def acknowledge(self, position: int) -> None:
        """Acknowledge everything up to a position; what is acknowledged stays so."""
        reached = max(min(position, len(self._scope.see().events)), self.acknowledged())
        self._scope.change("cursors")[_ACKNOWLEDGED] = reached


class MemoryNotices:
    """See :class:`~certrules.repositories.protocols.Notices`."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def add(self, notices: Iterable[Notice]) -> Sequence[Notice]:
        """Append those notices whose identity was never there, and return them."""
        entries, told = self._scope.change("events"), self._scope.change("notices")
        added = []
        for notice in notices:
            cycle = notice.user, notice.certification, notice.cycle
            known: dict[NoticeIdentity, int] = told.get(cycle, {})
            if notice.identity not in known:
                entries.append(notice)
                told[cycle] = {**known, notice.identity: len(entries)}
                added.append(notice)
        return added

    def cancel(self, cycles: Iterable[tuple[str, str, int]]) -> None:
        """Take back the notices of some cycles' expiries; those acknowledged stay."""
        self._take_back(cycles, (NoticeKind.EXPIRY,), forgetting=False)

    def forget(self, cycles: Iterable[tuple[str, str, int]]) -> None:
        """Take back notices of awards that are no more; those acknowledged no longer count."""
        self._take_back(cycles, (NoticeKind.ISSUED, NoticeKind.EXPIRY), forgetting=True)

    def _take_back(
        self,
        cycles: Iterable[tuple[str, str, int]],
        kinds: Collection[NoticeKind],
        *,
        forgetting: bool,
    ) -> None:
        entries, told = self._scope.change("events"), self._scope.change("notices")
        acknowledged = self._scope.see().cursors.get(_ACKNOWLEDGED, 0)
        for cycle in cycles:
            for identity, position in told.get(cycle, {}).items():
                pending = position > acknowledged
                if entries[position - 1].kind in kinds and (pending or forgetting):
                    told[cycle] = {k: v for k, v in told[cycle].items() if k != identity}
                    if pending:
                        entries[position - 1] = None

    def planned(self) -> Planned | None:
        """Return how far notices are planned; None where nobody ever asked for any."""
        planned: Planned | None = self._scope.see().cursors.get(_PLANNED)
        return planned

    def set_planned(self, planned: Planned) -> None:
        """Remember how far notices are planned."""
        self._scope.change("cursors")[_PLANNED] = planned
