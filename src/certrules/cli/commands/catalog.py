"""Commands on the catalog: load it, and change one certification, its items and its awards.

What cannot be undone is only shown, unless --yes is given.
"""

import argparse
from collections.abc import Callable
from functools import partial

from attrs import asdict

from certrules import catalogs
from certrules.cli import decisions, files, names, options, pictures, session
from certrules.cli.names import Words
from certrules.cli.output import Column, Output
from certrules.cli.session import Acting
from certrules.model.decisions import Decision
from certrules.model.people import Action
from certrules.workflows import catalog as workflow
from certrules.workflows import certifications, lifecycle
from certrules.workflows.catalog import LoadReport

LOAD = """\
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

MEGABYTE = 1 << 20
LARGEST = 256 * MEGABYTE
"""The most bytes that a catalog may have."""

COUNTS = ("added", "replaced", "unchanged")
COLUMNS = (Column("", shrinks=True), *(Column(each, right=True) for each in COUNTS))

NOTHING_DONE = 2

Work = Callable[..., Decision]
"""What is done at an instant; with ``dry_run``, it is only decided."""


def add_load(parser: argparse.ArgumentParser) -> None:
    options.command(parser, LOAD, _load)
    parser.add_argument("catalog", metavar="CATALOG.json", help="the catalog; - is standard input")
    says = "look at the badge images, which are files in it"
    parser.add_argument("--images", metavar="FOLDER", help=says)
    options.add_acting(parser, at=None, policy="docebo")


def _load(args: argparse.Namespace) -> int:
    if args.actor is not None:
        with session.acting(args) as acting:
            workflow.require_some(acting)
    limit = f"{LARGEST // MEGABYTE} MB, which no catalog is; load it in parts"
    catalog = catalogs.read(files.contents(args.catalog, LARGEST, limit))
    known = {} if args.images is None else pictures.beside(catalog.certifications, args.images)
    with session.acting(args, create=args.actor is None) as acting:
        report = workflow.load(acting, catalog, images=known)
    _show_loaded(args.out, report)
    return 0


def _show_loaded(out: Output, report: LoadReport) -> None:
    changes = {section: asdict(change) for section, change in report.changes.items()}
    if out.as_json:
        out.data({**changes, "warnings": report.warnings})
        return
    rows = [(name, *(f"{each:,}" for each in counts.values())) for name, counts in changes.items()]
    out.table(COLUMNS, rows)
    for warning in report.warnings:
        out.paragraph(f"Warning: {warning}", style="yellow")


def add_publish(parser: argparse.ArgumentParser) -> None:
    _add(parser, "publish", PUBLISH, _publish)
    parser.add_argument("--inactive", action="store_true", help="not to be issued yet")
    parser.add_argument("--image", metavar="FILE", help="look at its badge image, which is this")


def _publish(acting: Acting, args: argparse.Namespace) -> Work:
    publish = _edit(certifications.publish, acting, args)
    image = None if args.image is None else pictures.info(args.image)
    return partial(publish, active=not args.inactive, image=image)


def add_deactivate(parser: argparse.ArgumentParser) -> None:
    _add(parser, "deactivate", DEACTIVATE, partial(_edit, certifications.deactivate))


def add_activate(parser: argparse.ArgumentParser) -> None:
    _add(parser, "activate", ACTIVATE, partial(_edit, certifications.activate))


def add_unassign(parser: argparse.ArgumentParser) -> None:
    _add(parser, "unassign", UNASSIGN, _unassign, destructive=True)
    options.add(parser, "--user")


def _unassign(acting: Acting, args: argparse.Namespace) -> Work:
    user = session.user(acting, Action.DELETE_AWARD, args.user)
    return partial(lifecycle.unassign, acting, user.id, session.certification_id(acting, args))


def add_unlink(parser: argparse.ArgumentParser) -> None:
    _add(parser, "unlink", UNLINK, _unlink, destructive=True)
    options.add_items(parser, "what no longer earns it", required=True)


def _unlink(acting: Acting, args: argparse.Namespace) -> Work:
    unlink = _edit(lifecycle.unlink, acting, args)
    with acting.store.reading() as view:
        item = names.item(view, args)
    assert item is not None  # noqa: S101 - one of the options is required
    return partial(unlink, item.kind, item.id)


def add_delete(parser: argparse.ArgumentParser) -> None:
    _add(parser, "delete", DELETE, _delete, destructive=True)
    says = "its awards too, if the platform protects them"
    parser.add_argument("--cascade", action="store_true", help=says)


def _delete(acting: Acting, args: argparse.Namespace) -> Work:
    acting.require(Action.DELETE_CERTIFICATION)
    certification_id = session.certification_id(acting, args)
    return partial(lifecycle.delete, acting, certification_id, cascade=args.cascade)


def _edit(workflow: Work, acting: Acting, args: argparse.Namespace) -> Work:
    acting.require(Action.EDIT_CERTIFICATION)
    return partial(workflow, acting, session.certification_id(acting, args))


def _add(
    parser: argparse.ArgumentParser,
    verb: str,
    example: str,
    prepare: Callable[[Acting, argparse.Namespace], Work],
    *,
    destructive: bool = False,
) -> None:
    def run(args: argparse.Namespace) -> int:
        with session.acting(args) as acting:
            work = prepare(acting, args)
            if destructive:
                return _lose(args, acting, verb, work(at=args.at, dry_run=not args.yes))
            return decisions.answer(args.out, acting, work(at=args.at), verb, zone=acting.zone)

    options.command(parser, example, run)
    options.add(parser, "--certification")
    options.add_acting(parser, policy="docebo")
    options.add_zone(parser, "show the dates of this time zone")
    if destructive:
        says = "do it, instead of only saying what is lost"
        parser.add_argument("--yes", action="store_true", help=says)


def _lose(args: argparse.Namespace, acting: Acting, verb: str, decision: Decision) -> int:
    done = args.yes and bool(decision)
    granted = "done" if done else "what would be lost"
    zone = acting.zone
    if args.out.as_json:
        named = options.zone_name(zone)
        args.out.data({**decisions.as_json(decision, zone), "zone": named, "done": done})
    else:
        own = None if args.zone is not None else partial(session.zone_of, acting, args)
        with acting.store.reading() as view:
            decisions.show(args.out, Words(view, zone, own), decision, verb, granted=granted)
        whose = "dates in {}" if own is None else "dates in each user's own time zone, else {}"
        decisions.name_zone(args.out, zone, decision, whose=whose)
        if decision and not done:
            args.out.line(("nothing was changed; add --yes to do it", "yellow"))
    if not decision:
        return 1
    return 0 if done else NOTHING_DONE
