"""As whom is a command carried out?"""

import argparse

from certrules.cli import names
from certrules.cli.failures import UsageError
from certrules.model.people import Action, Permission, Role
from certrules.repositories.protocols import Store
from certrules.workflows import actors
from certrules.workflows.actors import SYSTEM, Asking

__all__ = ["acting", "add_actor"]


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
