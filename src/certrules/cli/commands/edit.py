"""``certrules edit``: other dates, or another association, for an award."""

import argparse
from datetime import UTC, tzinfo

from attrs import evolve

from certrules.cli import actors, arguments, decisions, names, policies, stores, terms
from certrules.cli.failures import UsageError
from certrules.cli.output import Output
from certrules.model.awards import Award
from certrules.model.decisions import Granted, Refused
from certrules.model.people import Action, User
from certrules.repositories.protocols import Store, Transaction
from certrules.rules.awarding import not_held
from certrules.workflows import awarding

__all__ = ["add", "run"]

EXAMPLE = """\
  certrules edit --store certificates.db --user ada --certification FA \\
      --expires 2027-07-01 --zone Europe/Rome

What no option names stays as it is. The award that the user holds is changed,
not its history; to give a new period instead, see `certrules renew`.
"""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command to its parser."""
    arguments.command(parser, EXAMPLE, run)
    stores.add_store(parser)
    names.add_user(parser)
    names.add_certification(parser)
    parser.add_argument("--issued", metavar="DAY", help="the first day, such as 2024-07-01")
    terms.add_until(parser, required=False)
    arguments.add_zone(parser, "where the days begin, and of which dates are told (UTC)")
    terms.add_association(parser)
    parser.add_argument("--by-hand", action="store_true", help="it was given by hand")
    policies.add_policy(parser)
    arguments.add_at(parser)
    actors.add_actor(parser)


def run(args: argparse.Namespace) -> int:
    """Change the award, and say what was decided."""
    at = arguments.instant(args.at)
    zone = arguments.zone(args.zone) if args.zone else UTC
    with stores.opened(args.store) as store:
        acting, user = actors.acting_for(store, args, Action.EDIT_AWARD)
        with store.reading() as view:
            held = _held(view, user, args.certification)
            source = terms.association(view, args)
        if args.by_hand and source is not None:
            raise UsageError("--by-hand is an association of its own: name no other")
        source = terms.BY_HAND if args.by_hand else source
        if source is None and not (args.issued or args.expires or args.always_valid):
            raise UsageError("nothing would change: name other dates, or another association")
        decision: Granted | Refused = not_held()
        if held is not None:
            dated = terms.dated(args, held, zone=zone)
            changed = dated if source is None else evolve(dated, source=source)
            decision = awarding.edit(acting, changed, at=at)
        _tell(args.out, store, decision, zone)
    return 0 if decision else 1


def _held(view: Transaction, user: User, name: str) -> Award | None:
    certification = names.certification(view, name)
    history = view.awards.history(user.id, certification.id)
    return next((award for award in history if not award.archived), None)


def _tell(out: Output, store: Store, decision: Granted | Refused, zone: tzinfo) -> None:
    if out.as_json:
        out.data(decisions.as_json(decision))
        return
    with store.reading() as view:
        decisions.tell(out, view, decision, zone=zone, verb="edit")
    if decision:
        decisions.tell_zone(out, zone)
