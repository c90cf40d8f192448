"""The outbox: how are events and notices kept in a database, in one order?"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, delete, func, insert, or_, select, update

from certrules import instants
from certrules.model.awards import Award, AwardKey
from certrules.model.notices import ISSUES, Event, Notice, NoticeKind, Planned, Priority
from certrules.repositories.sql.mapping import Getters, Mapped, in_order
from certrules.repositories.sql.session import Part, Session
from certrules.repositories.sql.tables import cursors, events, notices, planned
from certrules.repositories.sql.translation import readable

_ACKNOWLEDGED = "acknowledged"
_EVENTS = Mapped(Event, events)
_JOINED = events.outerjoin(notices, notices.c.position == events.c.position)
_OUTBOX = (
    select(events, notices.c.notification_id, notices.c.of_instant, notices.c.priority)
    .select_from(_JOINED)
    .order_by(events.c.position)
)
_DUE: Getters = {"at": attrgetter("due_at")}  # of a notice
_ROW = in_order(*notices.c.keys())
_INSERT = insert(notices)
_DELETE = delete(notices).where(notices.c.digest == bindparam("digest"))
_FORGET = update(notices).values(digest=bindparam("to")).where(notices.c.digest == bindparam("of"))
_DELETE_EVENT = delete(events).where(events.c.position == bindparam("position"))


class SqlEvents(Part):
    """See :class:`~certrules.repositories.protocols.Events`."""

    def add(self, values: Iterable[Event]) -> None:
        self._session.change(_EVENTS.insert, values, _EVENTS.getters)

    def after(self, position: int, limit: int) -> Sequence[tuple[int, Event | Notice]]:
        statement = _OUTBOX.where(events.c.position > position).limit(limit)
        return list(map(_entry, self._session.rows(statement)))

    def position_at(self, at: datetime) -> int:
        of_then = select(events.c.position).where(events.c.at >= instants.utc(at))
        found = self._session.rows(of_then.order_by(events.c.position).limit(1))
        return found[0].position - 1 if found else _last_position(self._session)

    def issues(self, cycles: Collection[tuple[str, str, int]]) -> Mapping[AwardKey, datetime]:
        issued = _EVENTS.select.where(events.c.kind.in_(ISSUES)).order_by(events.c.position)
        users = {user for user, _, _ in cycles}
        found = map(_EVENTS.read, self._session.rows_among(issued, events.c.user_id, users))
        return {each.key: each.at for each in found if each.key in cycles}

    def acknowledged(self) -> int:
        return _acknowledged(self._session)

    def acknowledge(self, position: int) -> None:
        reached = max(min(position, _last_position(self._session)), self.acknowledged())
        row = _ACKNOWLEDGED, reached
        self._session.put(cursors, [row], in_order(*cursors.c.keys()))

    def count(self, position: int, at: datetime) -> tuple[int, int]:
        pending = select(func.count()).select_from(_JOINED).where(events.c.position > position)
        ((count,),) = self._session.rows(pending)
        ((late,),) = self._session.rows(pending.where(or_(*_late(instants.utc(at)))))
        return count, late


class SqlNotices(Part):
    """See :class:`~certrules.repositories.protocols.Notices`."""

    def add(self, values: Iterable[Notice]) -> Sequence[Notice]:
        by_digest = self._unknown(values)
        self._append(by_digest)
        return list(by_digest.values())

    def pass_over(self, values: Iterable[Notice]) -> None:
        unknown = self._unknown(values)
        self._remember(unknown, dict.fromkeys(unknown))

    def _unknown(self, values: Iterable[Notice]) -> dict[str, Notice]:
        by_digest = {_digest(notice): notice for notice in values}
        for row in self._session.rows_among(
            select(notices.c.digest), notices.c.digest, [*by_digest]
        ):
            del by_digest[row.digest]
        return by_digest

    def _append(self, by_digest: dict[str, Notice]) -> None:
        """Append to the outbox, whose positions the one writer that there is can then read."""
        if not by_digest:
            return
        before = _last_position(self._session)
        getters = {**_EVENTS.getters, **_DUE}
        self._session.change(_EVENTS.insert, by_digest.values(), getters)
        after = select(events.c.position).where(events.c.position > before)
        positions = self._session.rows(after.order_by(events.c.position))
        places = zip(by_digest, positions, strict=True)
        self._remember(by_digest, {digest: position for digest, (position,) in places})

    def _remember(
        self, by_digest: Mapping[str, Notice], positions: Mapping[str, int | None]
    ) -> None:
        rows = (
            (
                *(digest, positions[digest], n.kind, *n.key),
                *(n.notification_id, n.of, n.priority),
            )
            for digest, n in by_digest.items()
        )
        self._session.change(_INSERT, rows, _ROW)

    def cancel(self, cycles: Iterable[tuple[str, str, int]]) -> None:
        self._take_back(self._of(cycles, NoticeKind.EXPIRY))

    def cancel_outdated(self, awards: Iterable[Award]) -> None:
        expiries = {_cycle(each): each.expires_at for each in awards}
        rows = self._of(expiries, NoticeKind.EXPIRY)
        self._take_back([row for row in rows if row.of_instant != expiries[_cycle(row)]])

    def forget(self, cycles: Iterable[tuple[str, str, int]]) -> None:
        sent = self._take_back(self._of(cycles, NoticeKind.ISSUED, NoticeKind.EXPIRY))
        rows = [(f"forgotten {row.position}", row.digest) for row in sent]
        self._session.change(_FORGET, rows, in_order("to", "of"))

    def _of(self, cycles: Iterable[tuple[str, str, int]], *kinds: NoticeKind) -> list[Any]:
        wanted = set(cycles)
        of_kind = select(notices).where(notices.c.kind.in_(kinds))
        found = self._session.rows_among(
            of_kind, notices.c.user_id, {user for user, _, _ in wanted}
        )
        return [row for row in found if _cycle(row) in wanted]

    def _take_back(self, rows: Sequence[Any]) -> list[Any]:
        """Take back what is not acknowledged, and return the rest."""
        if not rows:
            return []
        last = _acknowledged(self._session)
        sent = [row for row in rows if row.position is not None and row.position <= last]
        kept = {row.digest for row in sent}
        pending = [row for row in rows if row.digest not in kept]
        self._session.change(_DELETE, pending, {"digest": attrgetter("digest")})
        appended = [row for row in pending if row.position is not None]
        self._session.change(_DELETE_EVENT, appended, {"position": attrgetter("position")})
        return sent

    def planned(self) -> Mapping[str, Planned]:
        rows = self._session.rows(select(planned))
        return {id_: Planned(*how_far) for id_, *how_far in rows}

    def set_planned(self, values: Mapping[str, Planned]) -> None:
        rows = ((id_, each.position, each.until, each.since) for id_, each in values.items())
        self._session.put(planned, rows, in_order(*planned.c.keys()))


def _cycle(about: Any) -> tuple[str, str, int]:
    return about.user_id, about.certification_id, about.cycle


def _digest(notice: Notice) -> str:
    """Return what stands for the identity of a notice in an index."""
    return sha256(json.dumps(notice.identity, default=datetime.isoformat).encode()).hexdigest()


def _late(at: datetime) -> Iterator[ColumnElement[bool]]:
    """Yield what is true of the notices of each priority that were to be sent before an instant."""
    earliest = datetime.min.replace(tzinfo=UTC)
    for priority in Priority:
        limit = max(at, earliest + priority.within) - priority.within
        yield and_(notices.c.priority == priority, events.c.at < limit)


def _acknowledged(session: Session) -> int:
    """Return the position up to which everything was acknowledged; 0 if nothing was."""
    rows = session.rows(select(cursors.c.position).where(cursors.c.name == _ACKNOWLEDGED))
    return rows[0].position if rows else 0


def _last_position(session: Session) -> int:
    """Return the position of the last entry; 0 if there is none."""
    ((position,),) = session.rows(select(func.max(events.c.position)))
    return position or 0


@readable
def _entry(row: Any) -> tuple[int, Event | Notice]:
    position, kind, user, certification, cycle, at, item, notification, of, priority = row
    about = user, certification, cycle
    if notification is None:
        return position, Event(kind, *about, at, item)
    return position, Notice(notification, kind, *about, of, at, item or "", priority)
