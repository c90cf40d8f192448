"""As whom is a command carried out?"""

import argparse
from collections.abc import Sequence

from certrules.cli import names
from certrules.cli.failures import UsageError
from certrules.model.people import Action, Actor, Permission, Role, Target, User
from certrules.repositories.protocols import Store, Transaction
from certrules.rules import visibility
from certrules.workflows import actors
from certrules.workflows.actors import EVERYBODYS, SYSTEM, Asking

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


def acting(store: Store, args: argparse.Namespace, action: Action | None = None) -> Asking:
    """Return who asks, by the options of :func:`add_actor`.

    Raises NotPermittedError where they may not do something to what is everybody's, before anything
    that they name is looked for.
    """
    actor = _actor(store, args)
    if action is not None:
        actors.permit(actor, action)
    return actor


def acting_for(store: Store, args: argparse.Namespace, action: Action) -> tuple[Asking, User]:
    """Return who asks, and the user whom ``--user`` names, to whose own they may do something."""
    actor = _actor(store, args)
    return actor, whose(store, actor, action, args.user)


def whose(store: Store, actor: Asking, action: Action, name: str) -> User:
    """Return the user of a name or id, to whose own somebody may do something.

    Raises NotPermittedError where they may not, in the same words whether there is such a user or
    not; that there is none learns only who may do it to everybody's.
    """
    with store.reading() as view:
        return names.only_user(name, whose_all(view, actor, action, name))


def whose_all(view: Transaction, actor: Asking, action: Action, name: str) -> Sequence[User]:
    """Return all users of a name, as :func:`whose` does the only one."""
    try:
        found = names.users(view, name)
    except UsageError:
        actors.permit(actor, action)
        raise
    for each in found:
        actors.permit(actor, action, actors.belongings(view, each.id))
    return found


def scope(actor: Asking, action: Action) -> Target:
    """Return the most to which somebody may do something: everybody's, their company's, their own.

    Raises NotPermittedError where it is none of these.
    """
    if isinstance(actor, Actor):
        for target in (EVERYBODYS, Target(company_id=actor.company_id), Target(actor.user_id)):
            if visibility.may(actor, action, target):
                return target
    actors.permit(actor, action)
    return EVERYBODYS


def _actor(store: Store, args: argparse.Namespace) -> Asking:
    if args.actor is None:
        if args.role or args.permission:
            raise UsageError("--role and --permission are somebody's: name them with --actor")
        return SYSTEM
    with store.reading() as view:
        try:
            user = names.user(view, args.actor)
        except UsageError as error:
            raise UsageError(f"--actor names nobody who could ask: {error}") from error
    if not user.active:
        raise UsageError(f"--actor {user.username} is deactivated, and can ask for nothing")
    roles, permissions = map(Role, args.role), map(Permission, args.permission)
    return actors.acting(store, user.id, roles=roles, permissions=permissions)
