"""``certrules complete``: a completion, and what follows."""

import argparse

from certrules import instants
from certrules.cli import decisions, names, options, session
from certrules.cli.failures import UsageError
from certrules.cli.names import Words
from certrules.cli.output import Output
from certrules.model.decisions import Decision, Granted, Refused
from certrules.model.learning import Completion, ExternalTraining
from certrules.model.people import Action
from certrules.repositories.protocols import Store, Transaction
from certrules.workflows import awarding
from certrules.workflows.awarding import Completed
from certrules.workflows.platform import Acting

__all__ = ["add_complete"]

EXAMPLE = """\
  certrules complete --store certificates.db --user ada --course FA-101 --zone Europe/Rome

Every certification to which the item is assigned is issued, or renewed if its
renewal was started, or refused with the reasons. The expiry is calculated on
the calendar of --zone. A completion that is reported late has its own instant,
--completed; one that is still to come is refused. An external training issues
the certification that is chosen for it:

  certrules complete --store certificates.db --user ada --external T-7 \\
      --certification FA --completed 2024-06-01T09:00:00Z --zone Europe/Rome
"""


def add_complete(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``complete``."""
    options.command(parser, EXAMPLE, _run)
    options.add(parser, "--user")
    options.add_items(parser, "what was completed", required=True).add_argument(
        "--external", metavar="ID", help="what was completed: an external training activity"
    )
    says = "chosen for an external training, by code or id"
    parser.add_argument("--certification", metavar="C", help=says)
    options.add_zone(parser, "on whose calendar the expiry is calculated", required=True)
    options.add_value(parser, "--completed", "INSTANT", "when it was completed (--at)")
    options.add_acting(parser, at="when it is reported", policy="docebo")


def _run(args: argparse.Namespace) -> int:
    completed_at = args.completed or args.at
    if args.external is not None and not args.external.strip():
        raise UsageError("--external is blank: give the id of the training activity")
    if args.certification is not None and args.external is None:
        raise UsageError("--certification is chosen for an external training: name it, --external")
    with session.acting(args) as acting:
        user = session.user(acting, Action.ISSUE_AWARD, args.user)
        chosen = None if args.certification is None else session.certification_id(acting, args)
        with acting.store.reading() as view:
            item = names.item(view, args)
        if item is None:
            day = instants.local_day(completed_at, args.zone)
            training = ExternalTraining(user.id, args.external, day, chosen)
            decision = awarding.report_external(acting, training, at=args.at)
            completed = _external(acting.store, training, decision)
        else:
            done = Completion(user.id, item.kind, item.id, completed_at)
            completed = awarding.complete(acting, done, at=args.at)
        _show(args.out, acting, completed)
    refused = not completed.recorded or not all(completed.decisions.values())
    return 1 if refused else 0


def _external(
    store: Store[Transaction], training: ExternalTraining, decision: Decision | None
) -> Completed:
    """Return what followed from an external training, as from other completions."""
    with store.reading() as view:
        recorded = view.learning.external(training.user_id, training.id) == training
    chosen = training.certification_id
    decided = {} if decision is None or chosen is None else {chosen: decision}
    refused = isinstance(decision, Refused) and not recorded
    return Completed(decision if decision is not None and refused else Granted(), decided)


def _show(out: Output, acting: Acting[Transaction], completed: Completed) -> None:
    if out.as_json:
        shown = {id_: decisions.as_json(each) for id_, each in completed.decisions.items()}
        recorded = decisions.as_json(completed.recorded)
        why = {} if completed.recorded else {"reasons": recorded["reasons"]}
        out.data({"recorded": bool(completed.recorded), **why, "certifications": shown})
        return
    if not completed.recorded:
        out.line(("not recorded", "red"))
        if completed.recorded not in completed.decisions.values():  # once is enough
            decisions.show_reasons(out, completed.recorded.reasons)
    elif not completed.decisions:
        out.line("recorded; no certification is earned by it")
    with acting.store.reading() as view:
        words = Words(view, acting.zone)
        for id_, decision in completed.decisions.items():
            found = view.certifications.get(id_)
            decisions.show(out, words, decision, found.name if found else id_)
