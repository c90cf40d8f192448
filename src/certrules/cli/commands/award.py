"""``certrules award``, ``edit`` and ``predate``: awards that nobody earns by a completion."""

import argparse
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, tzinfo
from functools import partial
from typing import Any, TypeVar

from attrs import evolve

from certrules import instants
from certrules.cli import decisions, names, options, session
from certrules.cli.failures import UsageError
from certrules.cli.names import Words
from certrules.cli.output import SHOWN, Output, counted, plain, progress
from certrules.cli.session import Acting
from certrules.errors import StoreError
from certrules.model.awards import (
    AssociationType,
    Award,
    ExpiryBasis,
    ExternalLink,
    ManualAward,
    Source,
)
from certrules.model.decisions import Decision, Refused
from certrules.model.people import Action, User
from certrules.model.policy import Policy
from certrules.repositories.protocols import Transaction
from certrules.rules import validity
from certrules.rules.awarding import Targets, not_held
from certrules.workflows import awarding, backfill, manual_awards
from certrules.workflows.jobs import Jobs, JobState
from certrules.workflows.manual_awards import AwardReport

BY_HAND = Source()

Dated = TypeVar("Dated", Award, ManualAward)

AWARD = """\
  certrules award --store certificates.db --certification FA --group crew \\
      --issued 2024-07-01 --expires 2026-07-01 --zone Europe/Rome

Name any mix of users, groups and branches. Deactivated users are skipped, and
those who hold the certification are refused: see `certrules edit`. More than
100 users are awarded a thousand at a time; if it is interrupted, what was done
stays. Without an option that says what it was earned by, it was given by hand.
"""
PREDATE = """\
  certrules predate --store certificates.db --certification FA --since 2024-01-01 --dry-run

Everybody who completed its training before it was added is issued the
certification. Without --since it does not matter how long ago that was.
Those who hold it, or lack some of the training, are refused with the reasons.
If all of the training is needed unless the certification says otherwise, name
that platform: --policy allbound.
"""
EDIT = """\
  certrules edit --store certificates.db --user ada --certification FA \\
      --expires 2027-07-01 --zone Europe/Rome

What no option names stays as it is. The award that the user holds is changed,
not its history; to give a new period instead, see `certrules renew`.
"""

POLL = 0.1
"""After how many seconds to look again how far a job is."""


def add_award(parser: argparse.ArgumentParser) -> None:
    options.command(parser, AWARD, _award)
    options.add(parser, "--certification")
    option = partial(parser.add_argument, action="append", default=[])
    option("--user", metavar="U", help="a username or id; repeatable")
    option("--group", metavar="G", help="a group's id; repeatable")
    option("--branch", metavar="B", help="a branch's id; repeatable")
    options.add_value(parser, "--issued", "DAY", "the first day, such as 2024-07-01 (today)")
    _add_until(parser, required=True)
    options.add_zone(parser, "where the days begin; else that of the only user, or the platform's")
    _add_association(parser)
    options.add_acting(parser, at="when it happens", policy="docebo")


def _award(args: argparse.Namespace) -> int:
    if not (args.user or args.group or args.branch):
        raise UsageError("name somebody: --user, --group or --branch")
    with session.acting(args, Action.ISSUE_AWARD) as acting:
        certification_id = session.certification_id(acting, args)
        with acting.store.reading() as view:
            users = [names.user(view, name) for name in args.user]
            source = _association(view, args) or BY_HAND
        only = users[0] if len(users) == 1 and not (args.group or args.branch) else None
        zone = session.day_zone(acting, args, only)
        today = instants.start_of_day(instants.local_day(args.at, zone), zone)
        expiry_day = acting.policy.expiry_day
        blank = ManualAward(certification_id, today, None, source=source, expiry_day=expiry_day)
        chosen = _dated(args, blank, acting.policy, zone=zone)
        targets = Targets([user.id for user in users], args.group, args.branch)
        report = _awarded(acting, targets, chosen, at=args.at)
        _show(args.out, acting, report, zone)
    return 0 if report.whole else 1


def _awarded(acting: Acting, targets: Targets, chosen: ManualAward, *, at: datetime) -> AwardReport:
    with ThreadPoolExecutor(1) as executor, progress("awarding") as on_progress:
        jobs = Jobs(options.now, executor)
        awarded = manual_awards.award(acting, targets, chosen, at=at, jobs=jobs)
        if isinstance(awarded, AwardReport):
            return awarded
        try:
            while not (job := jobs.wait(acting, awarded.id, POLL)).state.ended:
                if on_progress:
                    on_progress(job.done, job.total)
        except KeyboardInterrupt as interrupt:
            jobs.discontinue(acting, awarded.id)
            interrupt.add_note(jobs.wait(acting, awarded.id).log[-1].text)
            raise
    if job.state is not JobState.COMPLETED:
        raise StoreError(f"{job.log[-1].text}; {job.done} of {job.total} users were awarded")
    return manual_awards.together(job.results)


def add_edit(parser: argparse.ArgumentParser) -> None:
    options.command(parser, EDIT, _edit)
    options.add(parser, "--user", "--certification")
    options.add_value(parser, "--issued", "DAY", "the first day, such as 2024-07-01")
    _add_until(parser, required=False)
    options.add_zone(parser, "where the days begin; else the user's own, or the platform's")
    _add_association(parser)
    parser.add_argument("--by-hand", action="store_true", help="it was given by hand")
    options.add_acting(parser, policy="docebo")


def _edit(args: argparse.Namespace) -> int:
    with session.acting(args) as acting:
        user = session.user(acting, Action.EDIT_AWARD, args.user)
        with acting.store.reading() as view:
            held = _held(view, user, args.certification)
            source = _association(view, args)
        if args.by_hand and source is not None:
            raise UsageError("--by-hand is an association of its own: name no other")
        source = BY_HAND if args.by_hand else source
        dates = args.issued or args.expires or args.always_valid
        if source is None and not dates and args.expire_at_end_of_day is None:
            raise UsageError("nothing would change: name other dates, or another association")
        written = args.issued or args.expires
        zone = (session.day_zone if written else session.zone_of)(acting, args, user)
        decision: Decision = not_held()
        if held is not None:
            dated = _dated(args, held, acting.policy, zone=zone)
            changed = dated if source is None else evolve(dated, source=source)
            decision = awarding.edit(acting, changed, at=args.at)
        return decisions.answer(args.out, acting, decision, "edit", zone=zone)


def _held(view: Transaction, user: User, name: str) -> Award | None:
    certification = names.certification(view, name)
    history = view.awards.history(user.id, certification.id)
    return next((award for award in history if not award.archived), None)


def add_predate(parser: argparse.ArgumentParser) -> None:
    options.command(parser, PREDATE, _predate)
    options.add(parser, "--certification")
    options.add_value(parser, "--since", "INSTANT", "only completions from this day on (all)")
    options.add_zone(parser, "where days begin, and the expiry is calculated", required=True)
    options.add_expiry_day(parser, "no")
    parser.add_argument("--dry-run", action="store_true", help="only say who would be awarded")
    options.add_acting(parser, policy="docebo")


def _predate(args: argparse.Namespace) -> int:
    with session.acting(args, Action.ISSUE_PREDATED) as acting, progress("issuing") as on_progress:
        report = backfill.issue_predated(
            acting,
            session.certification_id(acting, args),
            since=args.since,
            at=args.at,
            dry_run=args.dry_run,
            on_progress=on_progress,
        )
        _show(args.out, acting, report, acting.zone, dry_run=args.dry_run)
    return 0 if report.whole else 1


def _add_until(parser: argparse.ArgumentParser, *, required: bool) -> None:
    until = parser.add_mutually_exclusive_group(required=required)
    options.add_value(until, "--expires", "DAY", "its expiry date: it expires as this day begins")
    until.add_argument("--always-valid", action="store_true", help="it never expires")
    options.add_expiry_day(parser, "no" if required else "as the award is")


def _add_association(parser: argparse.ArgumentParser) -> None:
    options.add_items(parser, "what it was earned by", required=False)
    option = parser.add_argument
    says = "what it was earned by: an external training activity"
    option("--external-training", metavar="ID", help=says)
    says = "it was earned by an item that is not named: a course, a plan or a track"
    option("--earned-by", choices=(*names.KINDS,), help=says)
    says = (
        "it stands for an external certification: its provider, and the link there; "
        "repeatable; needs --external-certifications"
    )
    link: dict[str, Any] = {"nargs": 2, "action": "append", "default": []}
    option("--link", metavar=("PROVIDER", "URL"), help=says, **link)
    says = "external certifications are enabled on this platform"
    option("--external-certifications", action="store_true", help=says)


def _association(view: Transaction, args: argparse.Namespace) -> Source | None:
    item, training = names.item(view, args), args.external_training
    links = tuple(ExternalLink(provider, url) for provider, url in args.link)
    unnamed = None if args.earned_by is None else names.KINDS[args.earned_by]
    if sum((item is not None, training is not None, unnamed is not None, bool(links))) > 1:
        raise UsageError("an award has one association: an item, a training, or links")
    if item is not None:
        return Source(AssociationType(item.kind.value), item.id)
    if unnamed is not None:
        return Source(AssociationType(unnamed.value))
    if training is not None:
        return Source(AssociationType.EXTERNAL_TRAINING, training)
    return Source(AssociationType.EXTERNAL_CERTIFICATION, links=links) if links else None


def _dated(args: argparse.Namespace, award: Dated, policy: Policy, *, zone: tzinfo) -> Dated:
    issued_at, expiry_day = award.issued_at, award.expiry_day
    if args.expire_at_end_of_day is not None:
        if args.expires is None:
            raise UsageError("--expire-at-end-of-day says how --expires is meant: give that too")
        expiry_day = policy.expiry_day
    if args.issued is not None:
        issued_at = instants.issue_instant(args.issued, zone, policy.issue_date)
    if args.always_valid:
        expires_at, basis = None, ExpiryBasis.ALWAYS_VALID
    elif args.expires is not None:
        as_meant = evolve(policy, expiry_day=expiry_day)
        expires_at = validity.written_expiry(args.expires, zone=zone, policy=as_meant)
        basis = ExpiryBasis.DATE
    else:
        expires_at, basis = award.expires_at, award.basis
    dated = evolve(award, issued_at=issued_at, expires_at=expires_at, basis=basis)
    return evolve(dated, expiry_day=expiry_day)


def _show(
    out: Output, acting: Acting, report: AwardReport, zone: tzinfo, *, dry_run: bool = False
) -> None:
    """Show who was awarded, or would be, and who was not and why."""
    named = options.zone_name(zone)
    if out.as_json:
        refused = [{"user": user, **decisions.as_json(each, zone)} for user, each in report.refused]
        reasons = decisions.as_json(Refused(report.reasons), zone)["reasons"]
        out.data({**plain(report), "refused": refused, "reasons": reasons, "zone": named})
        return
    awarded = "would be awarded; nothing was changed" if dry_run else "awarded"
    out.line((f"{counted(len(report.awarded), 'user')} {awarded}", "green"), f" (days in {named})")
    for kind, nobody in (("group", report.unknown_groups), ("branch", report.unknown_branches)):
        for name in nobody:
            out.line((f"nobody is in {kind} {name} (DOC-AWARD-01)", "red"))
    decisions.show_reasons(out, report.reasons, zone)
    with acting.store.reading() as view:
        words = Words(view, zone)
        for user, each in report.refused[:SHOWN]:
            out.line((f"{words.user(user)}: refused", "red"))
            decisions.show_reasons(out, each.reasons, zone)
        for user in report.inactive[:SHOWN]:
            out.line((f"{words.user(user)}: deactivated, and skipped (DOC-CERT-13)", "yellow"))
    if max(len(report.refused), len(report.inactive)) > SHOWN:
        out.line("… and more; all of them with --format json")
