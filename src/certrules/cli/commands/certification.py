"""Commands that change one certification: its status, its items, its awards.

What cannot be undone is only shown, unless --yes is given.
"""

import argparse
from collections.abc import Callable
from functools import partial

from certrules.cli import decisions, names, options, pictures, session
from certrules.model.decisions import Decision
from certrules.model.people import Action
from certrules.repositories.protocols import Transaction
from certrules.workflows import certifications, lifecycle
from certrules.workflows.platform import Acting

__all__ = [
    "add_activate",
    "add_deactivate",
    "add_delete",
    "add_publish",
    "add_unassign",
    "add_unlink",
]

PUBLISH = """\
  certrules publish --store certificates.db --certification FA

A draft becomes active, or inactive with --inactive; nothing else is published.
With --image, a badge image that is not fit for it keeps it a draft.
"""
DEACTIVATE = """\
  certrules deactivate --store certificates.db --certification FA

Awards that were issued stay valid; `certrules delete` takes them away.
"""
ACTIVATE = """\
  certrules activate --store certificates.db --certification FA

A draft is published first: see `certrules publish`.
"""
UNASSIGN = """\
  certrules unassign --store certificates.db --user ada --certification FA --yes

The award that the user holds and those in history are lost; without --yes they
are only listed, and nothing changes. Other users keep theirs.
"""
UNLINK = """\
  certrules unlink --store certificates.db --certification FA --course FA-101 --yes

The awards that the item earned are lost with it, current and archived ones;
without --yes they are only listed, and nothing changes.
"""
DELETE = """\
  certrules delete --store certificates.db --certification FA --yes

Every award of the certification is lost, for every user, current and archived;
without --yes they are only listed, and nothing changes.
"""

NOTHING_DONE = 2

Work = Callable[..., Decision]
"""What is done at an instant; with ``dry_run``, it is only decided."""


def add_publish(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``publish``."""
    _add(parser, "publish", PUBLISH, _publish)
    parser.add_argument("--inactive", action="store_true", help="not to be issued yet")
    parser.add_argument("--image", metavar="FILE", help="look at its badge image, which is this")


def _publish(acting: Acting[Transaction], args: argparse.Namespace) -> Work:
    publish = _edit(certifications.publish, acting, args)
    image = None if args.image is None else pictures.info(args.image)
    return partial(publish, active=not args.inactive, image=image)


def add_deactivate(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``deactivate``."""
    _add(parser, "deactivate", DEACTIVATE, partial(_edit, certifications.deactivate))


def add_activate(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``activate``."""
    _add(parser, "activate", ACTIVATE, partial(_edit, certifications.activate))


def add_unassign(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``unassign``."""
    _add(parser, "unassign", UNASSIGN, _unassign, destructive=True)
    options.add(parser, "--user")


def _unassign(acting: Acting[Transaction], args: argparse.Namespace) -> Work:
    user = session.user(acting, Action.DELETE_AWARD, args.user)
    return partial(lifecycle.unassign, acting, user.id, session.certification_id(acting, args))


def add_unlink(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``unlink``."""
    _add(parser, "unlink", UNLINK, _unlink, destructive=True)
    options.add_items(parser, "what no longer earns it", required=True)


def _unlink(acting: Acting[Transaction], args: argparse.Namespace) -> Work:
    unlink = _edit(lifecycle.unlink, acting, args)
    with acting.store.reading() as view:
        item = names.item(view, args)
    assert item is not None  # noqa: S101 - one of the options is required
    return partial(unlink, item.kind, item.id)


def add_delete(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``delete``."""
    _add(parser, "delete", DELETE, _delete, destructive=True)
    says = "its awards too, if the platform protects them"
    parser.add_argument("--cascade", action="store_true", help=says)


def _delete(acting: Acting[Transaction], args: argparse.Namespace) -> Work:
    acting.require(Action.DELETE_CERTIFICATION)
    certification_id = session.certification_id(acting, args)
    return partial(lifecycle.delete, acting, certification_id, cascade=args.cascade)


def _edit(workflow: Work, acting: Acting[Transaction], args: argparse.Namespace) -> Work:
    acting.require(Action.EDIT_CERTIFICATION)
    return partial(workflow, acting, session.certification_id(acting, args))


def _add(
    parser: argparse.ArgumentParser,
    verb: str,
    example: str,
    prepare: Callable[[Acting[Transaction], argparse.Namespace], Work],
    *,
    destructive: bool = False,
) -> None:
    def run(args: argparse.Namespace) -> int:
        with session.acting(args) as acting:
            work = prepare(acting, args)
            if destructive:
                return _lose(args, acting, verb, work(at=args.at, dry_run=not args.yes))
            return decisions.answer(args.out, acting.store, work(at=args.at), verb)

    options.command(parser, example, run)
    options.add(parser, "--certification")
    options.add_acting(parser, policy="docebo")
    if destructive:
        says = "do it, instead of only saying what is lost"
        parser.add_argument("--yes", action="store_true", help=says)
        options.add_zone(parser, "show the dates of this time zone (UTC)")


def _lose(
    args: argparse.Namespace, acting: Acting[Transaction], verb: str, decision: Decision
) -> int:
    done = args.yes and bool(decision)
    granted = "done" if done else "what would be lost"
    if args.out.as_json:
        args.out.data({**decisions.as_json(decision), "done": done})
    else:
        decisions.answer(args.out, acting.store, decision, verb, granted=granted, zone=acting.zone)
        if decision and not done:
            args.out.line(("nothing was changed; add --yes to do it", "yellow"))
    if not decision:
        return 1
    return 0 if done else NOTHING_DONE
