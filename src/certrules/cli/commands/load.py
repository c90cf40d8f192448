"""``certrules load``: a catalog into a store."""

import argparse

from attrs import asdict

from certrules import catalogs
from certrules.cli import actors, arguments, files, pictures, policies, stores
from certrules.cli.failures import UsageError
from certrules.cli.output import Column, Output
from certrules.workflows import catalog as workflow
from certrules.workflows.catalog import LoadReport

__all__ = ["add", "run"]

EXAMPLE = """\
  certrules load catalog.json --store certificates.db

  catalog.json:
  {
    "users": [{"id": "1", "username": "ada", "time_zone": "Europe/Rome"}],
    "items": [{"kind": "course", "id": "7", "code": "FA-101", "name": "Basics"}],
    "certifications": [{
      "id": "3", "code": "FA", "name": "First aider", "validity": "2 years",
      "assignments": [
        {"kind": "course", "item": "7", "assigned_at": "2024-01-01T00:00:00Z"}
      ]
    }]
  }

An entry whose id the store has replaces it; others are added, and nothing is
taken away: to unassign an item, use `certrules unlink`, which also removes the
awards that it earned. A catalog with a fault changes nothing. A missing SQLite
file is made, unless somebody is named who asks: in it, there is nobody yet.

With --images, the badge images of certifications are files in that folder, and
are looked at: a PNG or JPEG that is whole, of 500 by 500 pixels at most.
"""

MEGABYTE = 1 << 20
LARGEST = 256 * MEGABYTE
"""The most bytes that a catalog may have."""

COLUMNS = (
    Column(""),
    Column("added", right=True),
    Column("replaced", right=True),
    Column("unchanged", right=True),
)


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command to its parser."""
    arguments.command(parser, EXAMPLE, run)
    parser.add_argument("catalog", metavar="CATALOG.json", help="the catalog; - is standard input")
    stores.add_store(parser)
    parser.add_argument(
        "--images", metavar="FOLDER", help="look at the badge images, which are files in it"
    )
    policies.add_policy(parser)
    actors.add_actor(parser)


def run(args: argparse.Namespace) -> int:
    """Load the catalog, and say what that changed."""
    if args.actor is not None:
        with stores.opened(args.store) as store:
            workflow.require_some(actors.acting(store, args))
    catalog = catalogs.read(_bytes(args.catalog))
    known = {} if args.images is None else pictures.beside(catalog.certifications, args.images)
    with stores.opened(args.store, create=args.actor is None) as store:
        report = workflow.load(actors.acting(store, args), catalog, images=known)
    tell(args.out, report)
    return 0


def _bytes(path: str) -> bytes:
    data = files.begun(path, LARGEST)
    if len(data) > LARGEST:
        raise UsageError(
            f"{path} is longer than {LARGEST // MEGABYTE} MB, which no catalog is; load it in parts"
        )
    return data


def tell(out: Output, report: LoadReport) -> None:
    """Say what a load changed."""
    if out.as_json:
        changes = {section: asdict(change) for section, change in report.changes.items()}
        out.data({**changes, "warnings": report.warnings})
        return
    out.table(
        COLUMNS,
        (
            (section, *(f"{number:,}" for number in asdict(change).values()))
            for section, change in report.changes.items()
        ),
    )
    for warning in report.warnings:
        out.paragraph(f"Warning: {warning}", style="yellow")
