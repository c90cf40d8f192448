"""``certrules unlink``: an item from a certification, with what it earned."""

import argparse

from certrules.cli import actors, arguments, changes, losses, names, stores
from certrules.model.people import Action
from certrules.workflows import lifecycle

__all__ = ["add", "run"]

EXAMPLE = """\
  certrules unlink --store certificates.db --certification FA --course FA-101 --yes

The awards that the item earned are lost with it, current and archived ones;
without --yes they are only listed, and nothing changes.
"""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command to its parser."""
    changes.add(parser, EXAMPLE, run)
    names.add_items(parser, "what no longer earns it", required=True)
    losses.add_losing(parser)


def run(args: argparse.Namespace) -> int:
    """Say what would be lost, or unlink the item."""
    at = arguments.instant(args.at)
    with stores.opened(args.store) as store:
        acting = actors.acting(store, args, Action.EDIT_CERTIFICATION)
        with store.reading() as view:
            certification = names.certification(view, args.certification).id
            item = names.item(view, args)
        assert item is not None  # noqa: S101 - one of the options is required
        return losses.lose(
            args,
            store,
            "unlink",
            lambda dry_run: lifecycle.unlink(
                acting, certification, item.kind, item.id, at=at, dry_run=dry_run
            ),
        )
