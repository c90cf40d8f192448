"""Renewals: how are they kept in a database, one of them open at most?"""

from collections.abc import Collection, Mapping, Sequence
from operator import attrgetter
from typing import Any

from sqlalchemy import Select, bindparam, delete, func, insert, literal_column, select, update

from certrules.errors import ConflictError
from certrules.model.learning import Renewal, RenewalState
from certrules.repositories.conflicts import renewal_conflict
from certrules.repositories.sql.mapping import Getters, Mapped, in_order
from certrules.repositories.sql.session import Part
from certrules.repositories.sql.tables import renewals as table

_RENEWALS = Mapped(
    Renewal,
    table,
    {
        "option_kind": "option.kind",
        "option_item": "option.item_id",
        "option_plan": "option.plan_id",
        "request_key": "key",
    },
    open=lambda renewal: renewal.state is RenewalState.OPEN or None,
)
_OF_CERTIFICATION = table.c.certification_id == bindparam("certification_id")
_OF_PAIR = (table.c.user_id == bindparam("user_id"), _OF_CERTIFICATION)
_ORDERED = _RENEWALS.select.order_by(table.c.user_id, table.c.certification_id, table.c.number)
_LATER = (  # in a table of its own: MariaDB reads no table into which a statement inserts
    select((func.count() + literal_column("1")).label("number")).where(*_OF_PAIR).subquery()
)
_INSERT = insert(table).values(
    {**_RENEWALS.binds, "number": select(_LATER.c.number).scalar_subquery()}
)
_CLOSE = update(table).where(*_OF_PAIR, table.c.open.is_(True)).values(_RENEWALS.changes)
_WAS = (table.c.state == bindparam("was"), table.c.started_at == bindparam("started"))
_REOPEN = update(table).where(*_OF_PAIR, *_WAS).values(_RENEWALS.changes)
_DELETE = delete(table).where(_OF_CERTIFICATION)


class SqlRenewals(Part):
    """See :class:`~certrules.repositories.protocols.Renewals`."""

    def history(self, user_id: str, certification_id: str) -> Sequence[Renewal]:
        of_user = _ORDERED.where(table.c.user_id == user_id)
        return self._read(of_user.where(table.c.certification_id == certification_id))

    def of_user(self, user_id: str) -> Sequence[Renewal]:
        return self._read(_ORDERED.where(table.c.user_id == user_id))

    def open(self, certification_id: str) -> Sequence[Renewal]:
        of_certification = table.c.certification_id == certification_id
        return self._read(_ORDERED.where(of_certification, table.c.open.is_(True)))

    def open_among(self, pairs: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], Renewal]:
        wanted = set(pairs)
        users = {user for user, _ in wanted}
        are_open = _RENEWALS.select.where(table.c.open.is_(True))
        found = map(_RENEWALS.read, self._session.rows_among(are_open, table.c.user_id, users))
        by_pair = {(each.user_id, each.certification_id): each for each in found}
        return {pair: by_pair[pair] for pair in wanted & by_pair.keys()}

    def add(self, renewal: Renewal) -> None:
        try:
            with self._session.whole():
                self._session.change(_INSERT, [renewal], _RENEWALS.getters)
        except ConflictError:
            raise renewal_conflict(renewal) from None

    def close(self, renewal: Renewal) -> None:
        if self._session.change(_CLOSE, [renewal], _RENEWALS.getters) != 1:
            raise renewal_conflict(renewal)

    def reopen(self, renewal: Renewal) -> None:
        before: Getters = {
            "was": lambda _: RenewalState.REPLACED,
            "started": attrgetter("started_at"),
        }
        try:
            with self._session.whole():
                getters = {**_RENEWALS.getters, **before}
                number = self._session.change(_REOPEN, [renewal], getters)
        except ConflictError:
            number = 0
        if number != 1:
            raise renewal_conflict(renewal)

    def remove(self, certification_id: str) -> None:
        self._session.change(_DELETE, [(certification_id,)], in_order("certification_id"))

    def _read(self, statement: Select[Any]) -> Sequence[Renewal]:
        return list(map(_RENEWALS.read, self._session.rows(statement)))
