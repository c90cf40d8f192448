"""``certrules predate``: a certification for training that was completed before it existed."""

import argparse
from datetime import UTC

from certrules import instants
from certrules.cli import actors, arguments, names, policies, stores
from certrules.cli.commands import award
from certrules.cli.output import progress
from certrules.model.people import Action
from certrules.workflows import backfill

__all__ = ["add", "run"]

EXAMPLE = """\
  certrules predate --store certificates.db --certification FA --since 2024-01-01 --dry-run

Everybody who completed its training before it was added is issued the
certification. Without --since it does not matter how long ago that was.
Those who hold it, or lack some of the training, are refused and said why.
Where all of the training is needed unless the certification says otherwise,
name that platform: --policy allbound.
"""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command to its parser."""
    arguments.command(parser, EXAMPLE, run)
    stores.add_store(parser)
    names.add_certification(parser)
    option = parser.add_argument
    option("--since", metavar="DAY", help="only completions from this day on (all)")
    arguments.add_zone(parser, "where the day begins, and the expiry is reckoned (UTC)")
    option("--dry-run", action="store_true", help="only say who would be awarded")
    policies.add_policy(parser)
    arguments.add_at(parser)
    actors.add_actor(parser)


def run(args: argparse.Namespace) -> int:
    """Issue it, and say who got it and who did not."""
    at = arguments.instant(args.at)
    zone = arguments.zone(args.zone) if args.zone else UTC
    since = args.since and instants.start_of_day(arguments.day(args.since), zone)
    with stores.opened(args.store) as store, progress("issuing") as on_progress:
        acting = actors.acting(store, args, Action.ISSUE_PREDATED)
        with store.reading() as view:
            certification = names.certification(view, args.certification).id
        report = backfill.issue_predated(
            acting,
            certification,
            since=since,
            at=at,
            dry_run=args.dry_run,
            on_progress=on_progress,
        )
        award.tell(args.out, store, report, dry_run=args.dry_run)
    return 0 if report.whole else 1
