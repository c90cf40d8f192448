"""What dates and what association does an award by hand have?"""

import argparse
from datetime import datetime, tzinfo
from typing import TypeVar

from attrs import evolve

from certrules import instants
from certrules.cli import arguments, names
from certrules.cli.failures import UsageError
from certrules.model.awards import (
    AssociationType,
    Award,
    ExpiryBasis,
    ExternalLink,
    ManualAward,
    Source,
)
from certrules.repositories.protocols import Transaction

__all__ = ["BY_HAND", "add_association", "add_until", "association", "dated"]

BY_HAND = Source()
_Dated = TypeVar("_Dated", Award, ManualAward)


def add_until(parser: argparse.ArgumentParser, *, required: bool) -> None:
    """Add the options of which one says until when."""
    until = parser.add_mutually_exclusive_group(required=required)
    until.add_argument("--expires", metavar="DAY", help="it expires as this day begins")
    until.add_argument("--always-valid", action="store_true", help="it never expires")


def add_association(parser: argparse.ArgumentParser) -> None:
    """Add the options that say by what an award was earned."""
    names.add_items(parser, "what it was earned by", required=False)
    option = parser.add_argument
    option(
        "--external-training",
        metavar="ID",
        help="what it was earned by: an external training activity",
    )
    option(
        "--link",
        metavar=("PROVIDER", "URL"),
        nargs=2,
        action="append",
        default=[],
        help="it stands for an external certification: its provider, and the link there; "
        "repeatable; needs --external-certifications",
    )
    option(
        "--external-certifications",
        action="store_true",
        help="external certifications are enabled on this platform",
    )


def association(view: Transaction, args: argparse.Namespace) -> Source | None:
    """Return what the options of :func:`add_association` name, if they do."""
    item, training = names.item(view, args), args.external_training
    links = tuple(ExternalLink(provider, url) for provider, url in args.link)
    if sum((item is not None, training is not None, bool(links))) > 1:
        raise UsageError("an award has one association: an item, a training, or links")
    if item is not None:
        return Source(AssociationType(item.kind.value), item.id)
    if training is not None:
        return Source(AssociationType.EXTERNAL_TRAINING, training)
    return Source(AssociationType.EXTERNAL_CERTIFICATION, links=links) if links else None


def dated(args: argparse.Namespace, award: _Dated, *, zone: tzinfo) -> _Dated:
    """Return an award with the dates that the options name; those that they leave out stay."""
    issued_at = _begins(args.issued, zone) or award.issued_at
    if args.always_valid:
        expires_at, basis = None, ExpiryBasis.ALWAYS_VALID
    elif args.expires is not None:
        expires_at, basis = _begins(args.expires, zone), ExpiryBasis.DATE
    else:
        expires_at, basis = award.expires_at, award.basis
    return evolve(award, issued_at=issued_at, expires_at=expires_at, basis=basis)


def _begins(day: str | None, zone: tzinfo) -> datetime | None:
    return None if day is None else instants.start_of_day(arguments.day(day), zone)
