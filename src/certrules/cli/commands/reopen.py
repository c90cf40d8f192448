"""``certrules reopen``: training of awards that have expired, to be taken again."""

import argparse

from certrules import instants
from certrules.cli import decisions, options, session
from certrules.cli.failures import UsageError
from certrules.cli.names import Words
from certrules.cli.output import Output, counted, progress
from certrules.workflows import reopen

__all__ = ["add_reopen"]

EXAMPLE = """\
  certrules reopen --store certificates.db --since 2024-06-01T00:00:00Z

Run it each night, or as often as you like: what was reopened, or completed
since the expiry, is left alone, and what a late run missed is done then.
Completed again, with `certrules complete --policy allbound-reopening`, the
training earns the certification anew. With --since, awards that expired before
that are not looked at.
"""


def add_reopen(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``reopen``."""
    options.command(parser, EXAMPLE, _run)
    options.add_value(parser, "--since", "INSTANT", "only what expired since then (ever)")
    options.add_acting(parser, at="what has expired by then", policy="allbound-reopening")


def _run(args: argparse.Namespace) -> int:
    if not options.policy(args).reenable_training_on_expiry:
        raise UsageError(f"on the platform {args.policy}, training stays complete")
    out: Output = args.out
    with session.acting(args) as acting, progress("reopening") as on_progress:
        reopened = reopen.reopen_expired(
            acting, at=args.at, since=args.since, on_progress=on_progress
        )
        if out.as_json:
            out.data_stream({"at": instants.utc(args.at).isoformat()}, "reopened", reopened)
            return 0
        with acting.store.reading() as view:
            words = Words(view)
            out.some(
                reopened,
                lambda each: f"{words.user(each.user_id)}: {decisions.sentence(words, each)}",
            )
    out.line(f"{counted(len(reopened), 'training')} reopened")
    return 0
