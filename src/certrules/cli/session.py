"""A command's session: the store it works on, whom it acts as, and for whom it may act."""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING

from certrules import instants
from certrules.cli import names, options
from certrules.cli.failures import UsageError, extra
from certrules.cli.output import CARRIED_OUT, shown
from certrules.errors import StoreError, UnknownZoneError
from certrules.model.people import Action, Actor, Permission, Role, Scope, User
from certrules.repositories.protocols import Transaction
from certrules.workflows import platform
from certrules.workflows.platform import ANYONE, SYSTEM, Platform, Principal, scope_of

if TYPE_CHECKING:
    from certrules.repositories.sql import SqlStore


Acting = platform.Acting[Transaction]
"""Somebody who acts on a store with all its parts."""

PASSWORD = "CERTRULES_STORE_PASSWORD"  # noqa: S105 - the name of a variable
"""Which variable has the password of a store whose URL has none: processes show their words."""

PATIENCE = 30.0
"""How many seconds to wait for another writer."""


@contextmanager
def opened(
    url: str, *, create: bool = False, patience: float | None = None, older: bool = False
) -> "Iterator[SqlStore]":
    """Open the store of a URL for the time of a block; a missing one is made only if ``create``.

    ``patience`` is how many seconds to wait for another writer, each time. ``older`` is for what
    upgrades a store: whether there is one, and of which version, is not asked.
    """
    if not url.strip():
        raise UsageError("--store is empty; name an SQLite file, or a database's URL")
    with extra("cli", "a store", "SQLAlchemy"):
        from certrules.repositories.sql import opening
        from certrules.repositories.sql.engines import changes
    waiting, password = patience or PATIENCE, os.environ.get(PASSWORD)
    open_ = opening.store_at if older else opening.open_store
    try:
        found = open_(url, create=create, timeout=waiting, password=password)
    except StoreError as error:
        if url == os.environ.get(options.STORE):
            error.add_note(f"given by {options.STORE}")
        raise
    with closing(found) as store:
        kept = changes(store.engine)
        try:
            yield store
        finally:
            CARRIED_OUT.set(CARRIED_OUT.get() or bool(kept))


@contextmanager
def acting(
    args: argparse.Namespace,
    action: Action | None = None,
    *,
    create: bool = False,
    patience: float | None = None,
) -> Iterator[Acting]:
    """Open the store of a command, as the options say: with which policy, in which zone, as whom.

    The policy is DOCEBO if a command has no such option. The platform's zone is the one of --zone,
    else the one that the environment names, else UTC. A host has a store, policy and zone of its
    own. Raises NotPermittedError if the principal may not do an action to everyone's data, before
    anything else that the options name is looked up.
    """
    host = options.HOST.get()
    with (
        nullcontext(host.store)
        if host is not None
        else opened(args.store, create=create, patience=patience)
    ) as store:
        zone = getattr(args, "zone", None) or options.platform_zone() or UTC
        platform = Platform(store, options.policy(args), zone)
        acting = platform.acting_as(_principal(platform, args))
        if action is not None:
            acting.require(action)
        yield acting


def _principal(platform: Platform[Transaction], args: argparse.Namespace) -> Principal:
    if getattr(args, "actor", None) is None:
        if getattr(args, "role", None) or getattr(args, "permission", None):
            raise UsageError("--role and --permission are somebody's: name them with --actor")
        return SYSTEM
    with platform.store.reading() as view:
        try:
            user = names.user(view, args.actor)
        except UsageError as error:
            raise UsageError(f"--actor names nobody who could ask: {error}") from error
    if not user.active:
        raise UsageError(f"--actor {user.username} is deactivated, and can ask for nothing")
    roles, permissions = map(Role, args.role), map(Permission, args.permission)
    return platform.principal_for(user.id, roles=roles, permissions=permissions)


def user(acting: Acting, action: Action, name: str) -> User:
    """Return the user of a name or id, for whom the principal may do something.

    Raises NotPermittedError if they may not, in the same words whether there is such a user or not;
    only who may do it to everyone's data learns that there is none.
    """
    with acting.store.reading() as view:
        return names.only(name, users(view, acting, action, name))


def certification_id(acting: Acting, args: argparse.Namespace) -> str:
    """Return the id of the certification that ``--certification`` names."""
    with acting.store.reading() as view:
        return names.certification(view, args.certification).id


def users(view: Transaction, acting: Acting, action: Action, name: str) -> Sequence[User]:
    """Return all users of a name, as :func:`user` does the only one.

    One who is gone from the store can be named by id for the awards that are left of them.
    """
    try:
        found = names.gone(view, name) or names.users(view, name)
    except UsageError:
        acting.require(action)
        raise
    for each in found:
        acting.require(action, scope_of(view, each.id))
    return found


def zone_of(acting: Acting, args: argparse.Namespace, user: User) -> tzinfo:
    """Return the zone in which days are shown to a user: the one asked for, their own, or else.

    Warn if this machine does not know their own.
    """
    if getattr(args, "zone", None) is not None:
        return acting.zone
    try:
        instants.time_zone(user.time_zone or UTC)
    except UnknownZoneError as error:
        where = options.zone_name(acting.zone)
        says = f"certrules: warning: user {user.username}: {error}; the days are those of {where}"
        sys.stderr.write(shown(says) + "\n")
    return acting.zone_of(user)


def day_zone(acting: Acting, args: argparse.Namespace, user: User | None) -> tzinfo:
    """Return the zone in which a day that was given begins, or UsageError if there is none.

    It is the one asked for, else the own one of the only user whom the day concerns, if any, else
    the platform's; so the day that was given is the day that is shown.
    """
    own = user is not None and user.time_zone and acting.policy.users_choose_zone
    if args.zone is None and not own and options.platform_zone() is None:
        options.zone_missing()
    return acting.zone if user is None else zone_of(acting, args, user)


def scope(acting: Acting, action: Action) -> Scope:
    """Return the widest scope in which something may be done: everyone, their company, their own.

    Raises NotPermittedError if it is none of these.
    """
    who = acting.principal
    if isinstance(who, Actor):
        for each in (ANYONE, Scope(company_id=who.company_id), Scope(who.user_id)):
            if acting.may(action, each):
                return each
    acting.require(action)
    return ANYONE
