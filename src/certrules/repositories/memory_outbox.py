"""The outbox: how are events and notices kept in the memory of one process?"""

import sys
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import islice

from certrules.model.awards import Award, AwardKey
from certrules.model.notices import ISSUES, Event, Notice, NoticeIdentity, NoticeKind, Planned
from certrules.repositories.memory_state import Part

_ACKNOWLEDGED = "acknowledged"
_OF_AWARDS = (NoticeKind.ISSUED, NoticeKind.EXPIRY)

_Known = dict[NoticeIdentity, tuple[Notice, int | None]]
"""The notices of a cycle, each with its position; None if it was passed over."""


class MemoryEvents(Part):
    """See :class:`~certrules.repositories.protocols.Events`."""

    def add(self, events: Iterable[Event]) -> None:
        self._scope.change("events").extend(events)

    def after(self, position: int, limit: int) -> Sequence[tuple[int, Event | Notice]]:
        entries: list[Event | Notice | None] = self._scope.see().events
        places = range(max(position, 0), len(entries))
        found = ((place + 1, entries[place]) for place in places)
        return list(islice(((number, each) for number, each in found if each), limit))

    def position_at(self, at: datetime) -> int:
        entries: list[Event | Notice | None] = self._scope.see().events
        places = enumerate(entries)
        found = (place for place, each in places if each is not None and _at(each) >= at)
        return next(found, len(entries))

    def issues(self, cycles: Collection[tuple[str, str, int]]) -> Mapping[AwardKey, datetime]:
        entries: list[Event | Notice | None] = self._scope.see().events
        issues = (each for each in entries if isinstance(each, Event) and each.kind in ISSUES)
        return {each.key: each.at for each in issues if each.key in cycles}

    def acknowledged(self) -> int:
        return self._scope.see().cursors.get(_ACKNOWLEDGED, 0)

    def acknowledge(self, position: int) -> None:
        reached = max(min(position, len(self._scope.see().events)), self.acknowledged())
        self._scope.change("cursors")[_ACKNOWLEDGED] = reached

    def count(self, position: int, at: datetime) -> tuple[int, int]:
        entries = [each for _, each in self.after(position, sys.maxsize)]
        late = [each for each in entries if isinstance(each, Notice) and each.send_by < at]
        return len(entries), len(late)


class MemoryNotices(Part):
    """See :class:`~certrules.repositories.protocols.Notices`."""

    def add(self, notices: Iterable[Notice]) -> Sequence[Notice]:
        entries, by_cycle = self._scope.change("events"), self._scope.change("notices")
        added = []
        for notice in {each.identity: each for each in notices}.values():
            known: _Known = by_cycle.get(notice.key, {})
            if notice.identity not in known:
                entries.append(notice)
                by_cycle[notice.key] = {**known, notice.identity: (notice, len(entries))}
                added.append(notice)
        return added

    def pass_over(self, notices: Iterable[Notice]) -> None:
        by_cycle = self._scope.change("notices")
        for notice in notices:
            by_cycle[notice.key] = {notice.identity: (notice, None), **by_cycle.get(notice.key, {})}

    def cancel(self, cycles: Iterable[tuple[str, str, int]]) -> None:
        for cycle in cycles:
            self._take_back(cycle, lambda notice: notice.kind is NoticeKind.EXPIRY)

    def cancel_outdated(self, awards: Iterable[Award]) -> None:
        for award in awards:
            self._take_back(award.key, partial(_is_outdated, award))

    def forget(self, cycles: Iterable[tuple[str, str, int]]) -> None:
        for cycle in cycles:
            self._take_back(cycle, lambda notice: notice.kind in _OF_AWARDS, forgetting=True)

    def _take_back(
        self,
        cycle: tuple[str, str, int],
        chosen: Callable[[Notice], bool],
        *,
        forgetting: bool = False,
    ) -> None:
        entries, by_cycle = self._scope.change("events"), self._scope.change("notices")
        acknowledged = self._scope.see().cursors.get(_ACKNOWLEDGED, 0)
        kept: _Known = {}
        for identity, (notice, position) in by_cycle.get(cycle, {}).items():
            pending = position is None or position > acknowledged
            if not chosen(notice) or not (pending or forgetting):
                kept[identity] = notice, position
            elif pending and position is not None:
                entries[position - 1] = None
        by_cycle[cycle] = kept

    def planned(self) -> Mapping[str, Planned]:
        return dict(self._scope.see().planned)

    def set_planned(self, planned: Mapping[str, Planned]) -> None:
        self._scope.change("planned").update(planned)


def _is_outdated(award: Award, notice: Notice) -> bool:
    return notice.kind is NoticeKind.EXPIRY and notice.of != award.expires_at


def _at(entry: Event | Notice) -> datetime:
    return entry.at if isinstance(entry, Event) else entry.due_at
