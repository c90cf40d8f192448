"""``certrules complete``: somebody has completed something, and what follows."""

import argparse
from typing import Any

from certrules import instants
from certrules.cli import actors, arguments, decisions, names, policies, stores
from certrules.cli.failures import UsageError
from certrules.cli.output import Output, shown
from certrules.model.decisions import Granted, Refused
from certrules.model.learning import Completion, ExternalTraining
from certrules.model.people import Action
from certrules.repositories.protocols import Store
from certrules.workflows import awarding
from certrules.workflows.awarding import Completed

__all__ = ["add", "run"]

EXAMPLE = """\
  certrules complete --store certificates.db --user ada --course FA-101 --zone Europe/Rome

Every certification to which the item is assigned is issued, or renewed where
its renewal was started, or refused and said why. The expiry is reckoned on the
calendar of --zone. A completion that is reported late has its own instant,
--completed; one that is still to come is refused. An external training issues
the certification that is chosen for it:

  certrules complete --store certificates.db --user ada --external T-7 \\
      --certification FA --completed 2024-06-01T09:00:00Z --zone Europe/Rome
"""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command to its parser."""
    arguments.command(parser, EXAMPLE, run)
    stores.add_store(parser)
    names.add_user(parser)
    names.add_items(parser, "what was completed", required=True).add_argument(
        "--external", metavar="ID", help="what was completed: an external training activity"
    )
    parser.add_argument(
        "--certification", metavar="C", help="chosen for an external training, by code or id"
    )
    arguments.add_zone(parser, "on whose calendar the expiry is reckoned", required=True)
    parser.add_argument("--completed", metavar="INSTANT", help="when it was completed (--at)")
    arguments.add_at(parser, "when it is reported")
    policies.add_policy(parser)
    actors.add_actor(parser)


def run(args: argparse.Namespace) -> int:
    """Record the completion, and say what followed."""
    at, zone = arguments.instant(args.at), arguments.zone(args.zone)
    completed_at = at if args.completed is None else arguments.instant(args.completed)
    if args.external is not None and not args.external.strip():
        raise UsageError("--external is blank: give the id of the training activity")
    if args.certification is not None and args.external is None:
        raise UsageError("--certification is chosen for an external training: name it, --external")
    with stores.opened(args.store) as store:
        acting, user = actors.acting_for(store, args, Action.ISSUE_AWARD)
        with store.reading() as view:
            item = names.item(view, args)
            named = args.certification
            chosen = None if named is None else names.certification(view, named).id
        if item is None:
            day = instants.local_day(completed_at, zone)
            training = ExternalTraining(user.id, args.external, day, chosen)
            decision = awarding.report_external(acting, training, at=at)
            completed = _external(store, training, decision)
        else:
            done = Completion(user.id, item.kind, item.id, completed_at)
            completed = awarding.complete(acting, done, at=at)
        tell(args.out, store, completed, zone=zone)
    refused = not completed.recorded or not all(completed.decisions.values())
    return 1 if refused else 0


def _external(
    store: Store, training: ExternalTraining, decision: Granted | Refused | None
) -> Completed:
    """Return what followed from an external training, told as other completions are."""
    with store.reading() as view:
        recorded = view.learning.external(training.user_id, training.id) == training
    if isinstance(decision, Refused) and not recorded:
        chosen = training.certification_id
        return Completed(decision, {} if chosen is None else {chosen: decision})
    if decision is None or training.certification_id is None:
        return Completed(Granted(), {})
    return Completed(Granted(), {training.certification_id: decision})


def tell(out: Output, store: Store, completed: Completed, *, zone: Any) -> None:
    """Say what followed from a completion."""
    if out.as_json:
        told = {id_: decisions.as_json(each) for id_, each in completed.decisions.items()}
        recorded = decisions.as_json(completed.recorded)
        why = {} if completed.recorded else {"reasons": recorded["reasons"]}
        out.data({"recorded": bool(completed.recorded), **why, "certifications": told})
        return
    if not completed.recorded:
        out.line(("not recorded", "red"))
        if completed.recorded not in completed.decisions.values():  # told once is enough
            decisions.tell_reasons(out, completed.recorded.reasons)
    elif not completed.decisions:
        out.line("recorded; no certification is earned by it")
    with store.reading() as view:
        for id_, decision in completed.decisions.items():
            found = view.certifications.get(id_)
            verb = shown(found.name) if found else id_
            decisions.tell(out, view, decision, zone=zone, verb=verb)
