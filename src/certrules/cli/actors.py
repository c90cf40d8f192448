"""As whom is a command carried out?"""

import argparse
from collections.abc import Sequence
from datetime import UTC

from certrules.cli import arguments, names, policies
from certrules.cli.failures import UsageError
from certrules.model.people import Action, Actor, Permission, Role, Scope, User
from certrules.repositories.protocols import Store, Transaction
from certrules.workflows.platform import ANYONE, SYSTEM, Acting, Platform, Principal, scope_of

__all__ = ["acting", "acting_for", "add_actor", "scope", "whose", "whose_all"]


def add_actor(parser: argparse.ArgumentParser) -> None:
    """Add the options that say as whom."""
    group = parser.add_argument_group(
        "who asks",
        "Without --actor it is the operator of this machine, who acts as the system\n"
        "and needs no permission. With it, it is an active user of the store, of the\n"
        "company that the store says. Which roles somebody has, it does not know:\n"
        "name them.",
    )
    group.add_argument("--actor", metavar="USER", help="as this user, by username or id")
    group.add_argument(
        "--role",
        metavar="ROLE",
        action="append",
        default=[],
        choices=[str(each) for each in Role],
        help=f"a role of theirs; repeatable: {', '.join(map(str, Role))}",
    )
    group.add_argument(
        "--permission",
        metavar="P",
        action="append",
        default=[],
        choices=[str(each) for each in Permission],
        help=f"a permission of theirs; repeatable: {', '.join(map(str, Permission))}",
    )


def acting(store: Store, args: argparse.Namespace, action: Action | None = None) -> Acting:
    """Return the platform as the options of a command describe it: whose policy, which zone, who.

    The policy is DOCEBO and the zone UTC if a command has no such option. Raises NotPermittedError
    if the principal may not do something to everyone's data, before anything that they name is
    looked for.
    """
    policy, zone = policies.policy(args), getattr(args, "zone", None)
    platform = Platform(store, policy, arguments.zone(zone) if zone else UTC)
    acting = platform.acting_as(_principal(platform, args))
    if action is not None:
        acting.require(action)
    return acting


def acting_for(store: Store, args: argparse.Namespace, action: Action) -> tuple[Acting, User]:
    """Return who acts, and the user whom ``--user`` names, for whom they may do something."""
    who = acting(store, args)
    return who, whose(who, action, args.user)


def whose(acting: Acting, action: Action, name: str) -> User:
    """Return the user of a name or id, for whom the principal may do something.

    Raises NotPermittedError if they may not, in the same words whether there is such a user or not;
    only who may do it to everyone's data learns that there is none.
    """
    with acting.store.reading() as view:
        return names.only_user(name, whose_all(view, acting, action, name))


def whose_all(view: Transaction, acting: Acting, action: Action, name: str) -> Sequence[User]:
    """Return all users of a name, as :func:`whose` does the only one."""
    try:
        found = names.users(view, name)
    except UsageError:
        acting.require(action)
        raise
    for each in found:
        acting.require(action, scope_of(view, each.id))
    return found


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


def _principal(platform: Platform, args: argparse.Namespace) -> Principal:
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
