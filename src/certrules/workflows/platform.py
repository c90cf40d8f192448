"""A platform and who acts on it: what every workflow is given first.

A :class:`Platform` is a store with the policy and the time zone that hold for it. From it one acts
as somebody: as a person with their roles, or as the host itself, which is :data:`SYSTEM` and must
be said too.
"""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import tzinfo
from typing import TYPE_CHECKING, Generic, Never, TypeVar

from attrs import field, frozen

from certrules import instants
from certrules.errors import InvalidValueError, NotPermittedError, StoreError, UnknownZoneError
from certrules.model.people import Action, Actor, Permission, Role, Scope, User
from certrules.model.policy import Policy
from certrules.model.values import checked_id
from certrules.repositories.parts import CORE
from certrules.repositories.protocols import HasUsers, Store, Transaction
from certrules.rules import visibility
from certrules.words import Word


class System(Word):
    """The host itself: its nightly jobs, or somebody whom it has checked already."""

    SYSTEM = "system"


SYSTEM = System.SYSTEM
"""The principal that needs no permission and is nobody."""

ANYONE = Scope()
"""Everyone's data, or data without an owner."""

Principal = Actor | System
"""Who acts: a person with their roles, or the host itself."""

P = TypeVar("P")
P_co = TypeVar("P_co", covariant=True)


@frozen
class Platform(Generic[P_co]):
    """A store, with the policy and the time zone that hold for it.

    Its type names what the transactions of the store have, as that of a workflow names what it
    asks: a ``Platform[HasUsers]`` is refused by a type checker where awards are asked.

    ``zone`` is a name, a fixed offset or a tzinfo: on its calendar expiries are calculated, and in
    it days are shown to users who have no time zone of their own. Raises
    :class:`~certrules.errors.InvalidValueError` for anything that is no store or policy, and
    :class:`~certrules.errors.UnknownZoneError`.

    >>> platform = Platform(MemoryStore(), DOCEBO, "Europe/Rome")
    >>> platform.acting_as(SYSTEM).principal
    <System.SYSTEM: 'system'>

    Rules: INT-41, X-TZ-1.
    """

    store: Store[P_co]
    policy: Policy
    zone: tzinfo = field(converter=instants.time_zone)

    def __attrs_post_init__(self) -> None:
        if isinstance(self.store, type) or not callable(getattr(self.store, "writing", None)):
            raise InvalidValueError("store", self.store, "a store, such as certrules.MemoryStore()")
        if not isinstance(self.policy, Policy):
            raise InvalidValueError("policy", self.policy, "a certrules.Policy, such as DOCEBO")

    if not TYPE_CHECKING:  # a type checker says so without

        def __getattr__(self, name: str) -> Never:
            """Say what a workflow lacks if it is given a platform on which nobody acts."""
            if hasattr(Acting, name):
                expected = "a platform on which somebody acts: platform.acting_as(...)"
                raise InvalidValueError("acting", type(self), expected)
            raise AttributeError(f"{type(self).__name__!r} has no attribute {name!r}")

    def acting_as(self, principal: Principal) -> "Acting[P_co]":
        """Return the platform as one principal acts on it, who must be said: there is no default.

        >>> platform = Platform(MemoryStore(), DOCEBO, UTC)
        >>> platform.acting_as(Actor("ada", {Role.LEARNER})).user_id
        'ada'
        """
        return Acting(self.store, self.policy, self.zone, principal)

    def reading(self) -> AbstractContextManager[P_co]:
        """Open one consistent view of the store; writing through it is a StoreError.

        Also raises :class:`~certrules.errors.StoreError` for a part that is asked and that the
        store does not have.
        """
        return _opened(self.store.reading())

    def writing(self) -> AbstractContextManager[P_co]:
        """Open a transaction: kept whole at the end, dropped whole on any exception.

        Raises :class:`~certrules.errors.StoreError` as :meth:`reading` does.
        """
        return _opened(self.store.writing())

    def principal_for(
        self: "Platform[HasUsers]",
        user_id: str,
        *,
        roles: Iterable[Role] = (),
        permissions: Iterable[Permission] = (),
    ) -> Actor:
        """Return a user as a principal, with the primary company that the store has for them.

        The host knows the roles and permissions. Raises
        :class:`~certrules.errors.InvalidValueError` for a user whom the store does not have, and
        for one who is deactivated.

        >>> store = MemoryStore()
        >>> with store.writing() as transaction:
        ...     transaction.users.put([User("1", "ada", company_id="acme")])
        >>> Platform(store, DOCEBO, UTC).principal_for("1", roles=[Role.MANAGER]).company_id
        'acme'

        Rules: INT-24, INT-41.
        """
        with self.reading() as view:
            found = view.users.get(user_id)
        if found is None or not found.active:
            raise InvalidValueError("actor", user_id, "the id of an active user in the store")
        return Actor(user_id, roles, permissions, found.company_id)

    def zone_of(self, user: User | None) -> tzinfo:
        """Return the time zone in which days are shown to a user, or of one who is gone.

        It is the user's own if the policy lets users choose, they chose one, and this machine knows
        it; otherwise the platform's.

        >>> tokyo = User("1", "ada", time_zone="Asia/Tokyo")
        >>> str(Platform(MemoryStore(), DOCEBO, "Europe/Rome").zone_of(tokyo))
        'Asia/Tokyo'

        Rules: DOC-TZ-02, INT-49, X-TZ-1.
        """
        choose = self.policy.users_choose_zone
        try:
            own = None if user is None else user.time_zone
            return instants.effective_zone(own, self.zone, users_choose=choose)
        except UnknownZoneError:
            return self.zone


@frozen
class Acting(Platform[P_co]):
    """A platform as one principal acts on it: the first argument of every workflow.

    It can be pickled if its store can.
    """

    principal: Principal = field()

    @principal.validator
    def _is_principal(self, _: object, principal: object) -> None:
        if not isinstance(principal, Principal):
            expected = "a certrules.Actor, or certrules.SYSTEM"
            raise InvalidValueError("principal", principal, expected)

    @property
    def user_id(self) -> str | None:
        """The id of the user who acts; None for the host itself, and for an anonymous visitor."""
        return self.principal.user_id if isinstance(self.principal, Actor) else None

    def may(self, action: Action, scope: Scope = ANYONE) -> bool:
        """Return whether the principal may do something; see :meth:`require` for the reasons."""
        try:
            self.require(action, scope)
        except NotPermittedError:
            return False
        return True

    def require(self, action: Action, scope: Scope = ANYONE) -> None:
        """Raise :class:`~certrules.errors.NotPermittedError` unless the principal may do something.

        If the policy has certifications switched off, nobody may do anything, not even the host.
        The error carries every reason of the refusal.

        >>> platform = Platform(MemoryStore(), DOCEBO, UTC)
        >>> platform.acting_as(SYSTEM).require(Action.IMPORT_AWARDS)
        >>> platform.acting_as(Actor("ada")).require(Action.IMPORT_AWARDS)
        Traceback (most recent call last):
            ...
        certrules.errors.NotPermittedError: awards.import is for superadmin: everybody's \
(DOC-CERT-09)

        Rules: DOC-CERT-01, DOC-CERT-09, INT-27.
        """
        if self.principal is SYSTEM and self.policy.enabled:
            return
        actor = self.principal if isinstance(self.principal, Actor) else Actor()
        decision = visibility.may(actor, action, scope, policy=self.policy)
        if not decision:
            raise NotPermittedError(decision.reasons)

    def require_for(self: "Acting[HasUsers]", action: Action, user_id: str) -> None:
        """Raise :class:`~certrules.errors.NotPermittedError` unless it may be done for one user.

        Raises :class:`~certrules.errors.InvalidValueError` for what is no id, such as a number.

        Rules: ALL-ROLE-05, ALL-ROLE-07.
        """
        checked_id("user_id", user_id)
        scope = Scope(user_id)
        if not self.may(action, scope):  # perhaps as one of their company
            with self.reading() as view:
                scope = scope_of(view, user_id)
        self.require(action, scope)


def scope_of(view: HasUsers, user_id: str) -> Scope:
    """Return the scope of one user; its company is None if the store does not know the user."""
    found = view.users.get(user_id)
    return Scope(user_id, found.company_id if found else None)


_PARTS = {each for each in dir(Transaction) if not each.startswith("_")}


@contextmanager
def _opened(opening: AbstractContextManager[P]) -> Iterator[P]:
    """Open a transaction, and name the part if one is asked that it does not have."""
    with opening as transaction:
        try:
            yield transaction
        except AttributeError as error:
            if error.obj is not transaction or error.name not in _PARTS:
                raise
            optional = error.name not in CORE
            raise StoreError(
                f"this store has no {error.name}: give its transactions that part"
                + ", or wrap the store in certrules.repositories.parts.with_parts" * optional
            ) from error
