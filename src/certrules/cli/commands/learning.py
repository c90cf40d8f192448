"""``certrules complete``, ``renew`` and ``reopen``: completed training, and renewals by it."""

import argparse
from collections.abc import Sequence
from datetime import tzinfo
from functools import partial
from typing import Never

from certrules import instants
from certrules.cli import decisions, names, options, session
from certrules.cli.failures import UsageError
from certrules.cli.names import Words
from certrules.cli.output import Output, counted, progress
from certrules.cli.session import Acting
from certrules.model.catalog import Item
from certrules.model.decisions import Answer, Granted
from certrules.model.learning import Completion, ExternalTraining, RenewalOption
from certrules.model.people import Action
from certrules.workflows import awarding, renewal, reopen
from certrules.workflows.awarding import Completed

COMPLETE = """\
  certrules complete --store certificates.db --user ada --course FA-101 --zone Europe/Rome

Every certification to which the item is assigned is issued, or renewed if its
renewal was started, or refused with the reasons. The expiry is calculated on
the calendar of --zone. A completion that is reported late has its own instant,
--completed; one that is still to come is refused. An external training counts
for the certifications to which it is assigned, and issues the one that is
chosen for it:

  certrules complete --store certificates.db --user ada --external T-7 \\
      --certification FA --completed 2024-06-01T09:00:00Z --zone Europe/Rome
"""
RENEW = """\
  certrules renew --store certificates.db --user ada --certification FA --explain

--explain only says whether a renewal may be started, by what, and why; of an
item that is named, what starting by it would change. Without it the renewal is
started: completing the item that it names (see `certrules complete`) then
renews the award. Name the item if several can renew it. A request that may be
sent twice has a --key: the second changes nothing.
"""
REOPEN = """\
  certrules reopen --store certificates.db --zone Europe/Rome --since 2024-06-01

Run it each night, or as often as you like: what was reopened, or completed
since the expiry, is left alone, and what a late run missed is done then.
Completed again, with `certrules complete --policy allbound-reopening`, the
training earns the certification anew. With --since, awards that expired before
that are not looked at.
"""


def add_complete(parser: argparse.ArgumentParser) -> None:
    options.command(parser, COMPLETE, _complete)
    options.add(parser, "--user")
    completed = options.add_items(parser, "what was completed", required=True)
    says = "what was completed: an external training activity"
    completed.add_argument("--external", metavar="ID", help=says)
    says = "what the store knows: issue what is due for it, and record nothing"
    completed.add_argument("--known", action="store_true", help=says)
    says = "chosen for an external training, or asked of alone with --known; by code or id"
    parser.add_argument("--certification", metavar="C", help=says)
    options.add_zone(parser, "on whose calendar the expiry is calculated", required=True)
    options.add_expiry_day(parser, "no")
    options.add_value(parser, "--completed", "INSTANT", "when it was completed (--at)")
    options.add_acting(parser, at="when it is reported", policy="docebo")


def _complete(args: argparse.Namespace) -> int:
    completed_at = args.completed or args.at
    if args.external is not None and not args.external.strip():
        raise UsageError("--external is blank: give the id of the training activity")
    if args.certification is not None and args.external is None and not args.known:
        raise UsageError("--certification is chosen for an external training: name it, --external")
    with session.acting(args) as acting:
        user = session.user(acting, Action.ISSUE_AWARD, args.user)
        chosen = None if args.certification is None else session.certification_id(acting, args)
        with acting.store.reading() as view:
            item = names.item(view, args)
        if args.known:
            due = awarding.evaluate(acting, user.id, chosen, at=args.at)
            completed = Completed(Granted(), due)
        elif item is None:
            day = instants.local_day(completed_at, acting.zone)
            training = ExternalTraining(user.id, args.external, day, chosen)
            completed = awarding.report_external(acting, training, at=args.at)
        else:
            done = Completion(user.id, item.kind, item.id, completed_at)
            completed = awarding.complete(acting, done, at=args.at)
        _show_completed(args.out, acting, completed, session.zone_of(acting, args, user))
    refused = not completed.recorded or not all(completed.decisions.values())
    return 1 if refused else 0


def _show_completed(out: Output, acting: Acting, completed: Completed, zone: tzinfo) -> None:
    decided = completed.decisions
    if out.as_json:
        shown = {id_: decisions.as_json(each, zone) for id_, each in decided.items()}
        recorded = decisions.as_json(completed.recorded, zone)
        why = {} if completed.recorded else {"reasons": recorded["reasons"]}
        head = {"recorded": bool(completed.recorded), "zone": options.zone_name(zone)}
        out.data({**head, **why, "certifications": shown})
        return
    if not completed.recorded:
        out.line(("not recorded", "red"))
        if completed.recorded not in decided.values():  # once is enough
            decisions.show_reasons(out, completed.recorded.reasons, zone)
    elif not decided:
        out.line("recorded; no certification is earned by it")
    with acting.store.reading() as view:
        words = Words(view, zone)
        for id_, decision in decided.items():
            found = view.certifications.get(id_)
            decisions.show(out, words, decision, found.name if found else id_)
    calendar = options.zone_name(acting.zone)
    also = "" if options.zone_name(zone) == calendar else f"; expiries are calculated in {calendar}"
    decisions.name_zone(out, zone, *decided.values(), whose=f"dates in {{}}{also}")


def add_renew(parser: argparse.ArgumentParser) -> None:
    options.command(parser, RENEW, _renew)
    options.add(parser, "--user", "--certification")
    options.add_items(parser, "renew it by this", required=False)
    option = parser.add_argument
    option("--through", metavar="PLAN", help="taken through this learning plan, by code or id")
    option("--key", metavar="KEY", help="any name of this request, by which it is known again")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--explain", action="store_true", help="only say why; change nothing")
    what.add_argument("--cancel", action="store_true", help="give up the renewal that is open")
    options.add_zone(parser, "show the dates of this time zone; else of the user's own")
    options.add_acting(parser, policy="docebo")


def _renew(args: argparse.Namespace) -> int:
    with session.acting(args) as acting:
        user = session.user(acting, Action.RENEW_AWARD, args.user)
        zone = session.zone_of(acting, args, user)
        answer = partial(decisions.answer, args.out, acting, zone=zone)
        award = user.id, session.certification_id(acting, args)
        with acting.store.reading() as view:
            item = names.item(view, args)
            plan = None if args.through is None else names.item_of(view, "plan", args.through).id
        if args.cancel:
            if (item, plan, args.key) != (None, None, None):
                raise UsageError("--cancel gives up the renewal that is open: name nothing else")
            cancelled = renewal.cancel(acting, *award, at=args.at)
            return answer(cancelled, "giving up the renewal")
        decision = renewal.decide(acting, *award, at=args.at, plan_id=plan)
        if args.explain and item is None:
            return answer(decision, "renewal", granted="possible")
        again = None
        if item is None and args.key is not None:
            again = _earlier(acting, *award, args.key)
        choice = _options(decision, item, plan) if again is None else (again,)
        if args.explain and len(choice) > 1:
            routes = Granted[Never](reasons=decision.reasons, options=choice)
            return answer(routes, "renewal", granted="possible")
        option = _only(acting, choice)
        if option is None:
            return answer(decision, "start of the renewal")
        started = renewal.start(
            acting, *award, option, at=args.at, key=args.key, dry_run=args.explain
        )
        granted = "possible, and this would follow" if args.explain else "done"
        return answer(started, "start of the renewal", granted=granted)


def _options(decision: Answer, item: Item | None, plan_id: str | None) -> tuple[RenewalOption, ...]:
    """Return the options that are meant: those of the item that is named, or all of them."""
    options = decision.options if isinstance(decision, Granted) else ()
    if item is None:
        return options
    named = tuple(each for each in options if (each.kind, each.item_id) == (item.kind, item.id))
    return named or (RenewalOption(item.kind, item.id, plan_id),)  # refused with the reason


def _earlier(acting: Acting, user_id: str, certification_id: str, key: str) -> RenewalOption | None:
    """Return by what the request of this key started a renewal: sent again, it means the same."""
    with acting.store.reading() as view:
        history = view.renewals.history(user_id, certification_id)
    return next((each.option for each in history if each.key == key), None)


def _only(acting: Acting, options: Sequence[RenewalOption]) -> RenewalOption | None:
    if len(options) > 1:
        with acting.store.reading() as view:
            words = Words(view, acting.zone)
            routes = "; ".join(decisions.sentence(words, each) for each in options)
        raise UsageError(f"there are several ways to renew it, name one: {routes}")
    return options[0] if options else None


def add_reopen(parser: argparse.ArgumentParser) -> None:
    options.command(parser, REOPEN, _reopen)
    options.add_value(parser, "--since", "INSTANT", "only what expired since then (ever)")
    options.add_zone(parser, "where days begin, also of external trainings", required=True)
    options.add_acting(parser, at="what has expired by then", policy="allbound-reopening")


def _reopen(args: argparse.Namespace) -> int:
    if not options.policy(args).reenable_training_on_expiry:
        raise UsageError(f"on the platform {args.policy or 'here'}, training stays complete")
    out: Output = args.out
    with session.acting(args) as acting, progress("reopening") as on_progress:
        reopened = reopen.reopen_expired(
            acting, at=args.at, since=args.since, on_progress=on_progress
        )
        if out.as_json:
            out.data_stream({"at": instants.utc(args.at)}, "reopened", reopened)
            return 0
        with acting.store.reading() as view:
            words = Words(view, acting.zone)
            said = partial(decisions.sentence, words)
            out.some(reopened, lambda each: f"{words.user(each.user_id)}: {said(each)}")
    out.line(f"{counted(len(reopened), 'training')} reopened")
    return 0
