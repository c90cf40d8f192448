"""How are renewals kept in a database, one of them open at most?"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, delete, func, insert, literal_column, select, update

from certrules.errors import ConflictError
from certrules.model.catalog import ItemKind
from certrules.model.learning import Renewal, RenewalOption, RenewalState
from certrules.repositories.conflicts import renewal_conflict
from certrules.repositories.sql.session import Part
from certrules.repositories.sql.tables import renewals as table
from certrules.repositories.sql.translation import readable

__all__ = ["SqlRenewals"]

_KEYS = ["user_id", "certification_id"]
_REST = [column.name for column in table.c if not column.primary_key]
_OF_USER = (
    select(table)
    .where(table.c.user_id == bindparam("user"))
    .order_by(table.c.certification_id, table.c.number)
)
_LATER = (  # in a table of its own: MariaDB reads no table into which a statement inserts
    select((func.count() + literal_column("1")).label("number"))
    .where(
        table.c.user_id == bindparam("of_user"),
        table.c.certification_id == bindparam("of_certification"),
    )
    .subquery()
)
_INSERT = insert(table).values(number=select(_LATER.c.number).scalar_subquery())
_CLOSE = update(table).where(
    table.c.user_id == bindparam("of_user"),
    table.c.certification_id == bindparam("of_certification"),
    table.c.open == bindparam("still_open"),
)


class SqlRenewals(Part):
    """See :class:`~certrules.repositories.protocols.Renewals`."""

    def history(self, user_id: str, certification_id: str) -> Sequence[Renewal]:
        return self._of(_OF_USER.where(table.c.certification_id == certification_id), user_id)

    def of_user(self, user_id: str) -> Sequence[Renewal]:
        return self._of(_OF_USER, user_id)

    def _of(self, statement: Select[Any], user_id: str) -> Sequence[Renewal]:
        return list(map(_renewal, self._session.rows(statement.params(user=user_id))))

    def open(self, certification_id: str) -> Sequence[Renewal]:
        still_open = select(table).where(
            table.c.certification_id == certification_id, table.c.open.is_(True)
        )
        return list(map(_renewal, self._session.rows(still_open.order_by(table.c.user_id))))

    def add(self, renewal: Renewal) -> None:
        key = renewal.user_id, renewal.certification_id
        row = key + key + _values(renewal, self._session.instants())  # once for the number
        try:
            with self._session.whole():
                self._session.change(_INSERT, [row], _KEYS + _REST)
        except ConflictError:
            raise renewal_conflict(renewal) from None

    def close(self, renewal: Renewal) -> None:
        values = _values(renewal, self._session.instants())
        row = (*values, renewal.user_id, renewal.certification_id, True)
        if self._session.change(_CLOSE, [row], _REST) != 1:
            raise renewal_conflict(renewal)

    def remove(self, certification_id: str) -> None:
        gone = delete(table).where(table.c.certification_id == bindparam("key"))
        self._session.change(gone, [(certification_id,)])


def _values(renewal: Renewal, instant: Callable[[datetime | None], Any]) -> tuple[Any, ...]:
    option, state = renewal.option, renewal.state
    return (
        *(renewal.cycle, renewal.version, instant(renewal.started_at)),
        *(option.kind.value, option.item_id, option.plan_id, renewal.retake, renewal.key),
        *(state.value, instant(renewal.closed_at), state is RenewalState.OPEN or None),
    )


@readable
def _renewal(row: Any) -> Renewal:
    user, certification, _, cycle, version, started_at, kind, item, plan, retake, *rest = row
    key, state, closed_at, _ = rest
    begun = user, certification, cycle, version, started_at
    option = RenewalOption(ItemKind(kind), item, plan)
    return Renewal(*begun, option, retake, key, RenewalState(state), closed_at)
