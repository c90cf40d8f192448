"""``certrules renew``: may this award be renewed, and by what; and if so, start."""

import argparse
from collections.abc import Sequence
from datetime import UTC

from certrules.cli import actors, arguments, decisions, names, policies, stores
from certrules.cli.failures import UsageError
from certrules.cli.output import Output
from certrules.model.catalog import Item
from certrules.model.decisions import Granted, Refused
from certrules.model.learning import RenewalOption
from certrules.model.people import Action
from certrules.repositories.protocols import Store
from certrules.workflows import renewal

__all__ = ["add", "run"]

EXAMPLE = """\
  certrules renew --store certificates.db --user ada --certification FA --explain

--explain only says whether a renewal may be started, by what, and why; of an
item that is named, what starting by it would change. Without it the renewal is
started: completing the item that it names (see `certrules
complete`) then renews the award. Name the item where several can renew it. A
request that may be sent twice has a --key: the second changes nothing.
"""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command to its parser."""
    arguments.command(parser, EXAMPLE, run)
    stores.add_store(parser)
    names.add_user(parser)
    names.add_certification(parser)
    names.add_items(parser, "renew it by this", required=False)
    option = parser.add_argument
    option("--through", metavar="PLAN", help="taken through this learning plan, by code or id")
    option("--key", metavar="KEY", help="any name of this request, by which it is known again")
    policies.add_policy(parser)
    arguments.add_at(parser)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--explain", action="store_true", help="only say why; change nothing")
    what.add_argument("--cancel", action="store_true", help="give up the renewal that is open")
    actors.add_actor(parser)


def run(args: argparse.Namespace) -> int:
    """Start the renewal, or explain or cancel it, and say what was decided."""
    at = arguments.instant(args.at)
    with stores.opened(args.store) as store:
        acting, learner = actors.acting_for(store, args, Action.RENEW_AWARD)
        user = learner.id
        with store.reading() as view:
            certification = names.certification(view, args.certification).id
            item = names.item(view, args)
            plan = None if args.through is None else names.plan(view, args.through).id
        if args.cancel:
            if (item, plan, args.key) != (None, None, None):
                raise UsageError("--cancel gives up the renewal that is open: name nothing else")
            decision = renewal.cancel(acting, user, certification, at=at)
            return _answer(args.out, store, decision, "giving up the renewal")
        asked = renewal.decide(acting, user, certification, at=at, plan_id=plan)
        if args.explain and item is None:
            return _answer(args.out, store, asked, "renewal", granted="possible")
        again = None
        if item is None and args.key is not None:
            again = _earlier(store, user, certification, args.key)
        options = _options(asked, item, plan) if again is None else (again,)
        if args.explain and len(options) > 1:
            ways = Granted(options, asked.reasons)
            return _answer(args.out, store, ways, "renewal", granted="possible")
        option = _only(store, options)
        decision = asked
        if option is not None:
            decision = renewal.start(
                acting, user, certification, option, at=at, key=args.key, dry_run=args.explain
            )
        granted = "possible, and this would follow" if args.explain else "done"
        return _answer(args.out, store, decision, "start of the renewal", granted=granted)


def _options(
    asked: Granted | Refused, item: Item | None, plan_id: str | None
) -> tuple[RenewalOption, ...]:
    """Return the options that are meant: those of the item that is named, or else all."""
    options: tuple[RenewalOption, ...] = asked.effects if isinstance(asked, Granted) else ()
    if item is None:
        return options
    named = tuple(each for each in options if (each.kind, each.item_id) == (item.kind, item.id))
    return named or (RenewalOption(item.kind, item.id, plan_id),)  # to be told why not


def _earlier(store: Store, user_id: str, certification_id: str, key: str) -> RenewalOption | None:
    """Return by what the request of this key started a renewal: sent again, it means the same."""
    with store.reading() as view:
        history = view.renewals.history(user_id, certification_id)
    return next((each.option for each in history if each.key == key), None)


def _only(store: Store, options: Sequence[RenewalOption]) -> RenewalOption | None:
    if len(options) > 1:
        with store.reading() as view:
            ways = "; ".join(decisions.sentences(view, options, zone=UTC))
        raise UsageError(f"there are several ways to renew it, name one: {ways}")
    return options[0] if options else None


def _answer(
    out: Output, store: Store, decision: Granted | Refused, verb: str, *, granted: str = "done"
) -> int:
    if out.as_json:
        out.data(decisions.as_json(decision))
    else:
        with store.reading() as view:
            decisions.tell(out, view, decision, zone=UTC, verb=verb, granted=granted)
    return 0 if decision else 1
