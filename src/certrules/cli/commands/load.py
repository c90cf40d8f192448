"""``certrules load``: a catalog into a store."""

import argparse

from attrs import asdict

from certrules import catalogs
from certrules.cli import files, options, pictures, session
from certrules.cli.output import Column, Output
from certrules.workflows import catalog as workflow
from certrules.workflows.catalog import LoadReport

__all__ = ["add_load"]

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
awards that it earned. A catalog with a fault changes nothing. Creates the
SQLite file if missing (not with --actor: a new store has no users).

With --images, the badge images of certifications are files in that folder, and
are looked at: a PNG or JPEG that is whole, of 500 by 500 pixels at most.
"""

MEGABYTE = 1 << 20
LARGEST = 256 * MEGABYTE
"""The most bytes that a catalog may have."""

COUNTS = ("added", "replaced", "unchanged")
COLUMNS = (Column("", shrinks=True), *(Column(each, right=True) for each in COUNTS))


def add_load(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``load``."""
    options.command(parser, EXAMPLE, _run)
    parser.add_argument("catalog", metavar="CATALOG.json", help="the catalog; - is standard input")
    says = "look at the badge images, which are files in it"
    parser.add_argument("--images", metavar="FOLDER", help=says)
    options.add_acting(parser, at=None, policy="docebo")


def _run(args: argparse.Namespace) -> int:
    if args.actor is not None:
        with session.acting(args) as acting:
            workflow.require_some(acting)
    limit = f"{LARGEST // MEGABYTE} MB, which no catalog is; load it in parts"
    catalog = catalogs.read(files.contents(args.catalog, LARGEST, limit))
    known = {} if args.images is None else pictures.beside(catalog.certifications, args.images)
    with session.acting(args, create=args.actor is None) as acting:
        report = workflow.load(acting, catalog, images=known)
    _show(args.out, report)
    return 0


def _show(out: Output, report: LoadReport) -> None:
    changes = {section: asdict(change) for section, change in report.changes.items()}
    if out.as_json:
        out.data({**changes, "warnings": report.warnings})
        return
    rows = [(name, *(f"{each:,}" for each in counts.values())) for name, counts in changes.items()]
    out.table(COLUMNS, rows)
    for warning in report.warnings:
        out.paragraph(f"Warning: {warning}", style="yellow")
