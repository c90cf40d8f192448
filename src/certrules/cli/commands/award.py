"""``certrules award``: a certification, given by hand."""

import argparse
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from certrules import instants
from certrules.cli import actors, arguments, decisions, names, policies, stores, terms
from certrules.cli.failures import UsageError
from certrules.cli.output import Output, counted, progress, shown
from certrules.errors import StoreError
from certrules.model.awards import ManualAward
from certrules.model.decisions import Refused
from certrules.model.people import Action
from certrules.repositories.protocols import Store
from certrules.rules.awarding import Targets
from certrules.workflows import manual_awards
from certrules.workflows.jobs import Job, Jobs, JobState
from certrules.workflows.manual_awards import AwardReport
from certrules.workflows.platform import Acting

__all__ = ["add", "run"]

EXAMPLE = """\
  certrules award --store certificates.db --certification FA --group crew \\
      --issued 2024-07-01 --expires 2026-07-01 --zone Europe/Rome

Name any mix of users, groups and branches. Deactivated users are skipped, and
those who hold the certification are refused: see `certrules edit`. More than
100 users are awarded a thousand at a time; interrupted, what was done stays.
Where nothing says what it was earned by, it was given by hand.
"""

SHOWN = 20
"""How many of those who got nothing are named."""

POLL = 0.1
"""After how many seconds to look again how far a job is."""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command to its parser."""
    arguments.command(parser, EXAMPLE, run)
    option = parser.add_argument
    stores.add_store(parser)
    names.add_certification(parser)
    option("--user", metavar="U", action="append", default=[], help="a username or id; repeatable")
    option("--group", metavar="G", action="append", default=[], help="a group's id; repeatable")
    option("--branch", metavar="B", action="append", default=[], help="a branch's id; repeatable")
    option("--issued", metavar="DAY", help="the first day, such as 2024-07-01 (today)")
    terms.add_until(parser, required=True)
    arguments.add_zone(parser, "where the days begin", required=True)
    terms.add_association(parser)
    policies.add_policy(parser)
    arguments.add_at(parser, "when it happens")
    actors.add_actor(parser)


def run(args: argparse.Namespace) -> int:
    """Award the certification, and say who got it and who did not."""
    at, zone = arguments.instant(args.at), arguments.zone(args.zone)
    if not (args.user or args.group or args.branch):
        raise UsageError("name somebody: --user, --group or --branch")
    with stores.opened(args.store) as store:
        acting = actors.acting(store, args, Action.ISSUE_AWARD)
        with store.reading() as view:
            certification = names.certification(view, args.certification).id
            users = [names.user(view, name).id for name in args.user]
            source = terms.association(view, args) or terms.BY_HAND
        today = instants.start_of_day(instants.local_day(at, zone), zone)
        blank = ManualAward(certification, today, None, source=source)
        chosen = terms.dated(args, blank, zone=zone)
        targets = Targets(users, args.group, args.branch)
        report = _award(acting, targets, chosen, at=at)
        tell(args.out, store, report)
    return 0 if report.whole else 1


def _award(acting: Acting, targets: Targets, chosen: ManualAward, *, at: datetime) -> AwardReport:
    with ThreadPoolExecutor(1) as executor, progress("awarding") as on_progress:
        jobs = Jobs(arguments.now, executor)
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
    return _result(job)


def _result(job: Job) -> AwardReport:
    if job.state is not JobState.COMPLETED:
        raise StoreError(f"{job.log[-1].text}; {job.done} of {job.total} users were awarded")
    return manual_awards.together(job.results)


def tell(out: Output, store: Store, report: AwardReport, *, dry_run: bool = False) -> None:
    """Say who was awarded, or would be, and who was not and why."""
    if out.as_json:
        refused = [{"user": user, **decisions.as_json(each)} for user, each in report.refused]
        out.data(
            {
                "awarded": report.awarded,
                "refused": refused,
                "inactive": report.inactive,
                "unknown": report.unknown,
                "unknown_groups": report.unknown_groups,
                "unknown_branches": report.unknown_branches,
                "reasons": decisions.as_json(Refused(report.reasons))["reasons"],
            }
        )
        return
    awarded = "would be awarded; nothing was changed" if dry_run else "awarded"
    out.line((f"{counted(len(report.awarded), 'user')} {awarded}", "green"))
    for kind, nobody in (("group", report.unknown_groups), ("branch", report.unknown_branches)):
        for name in nobody:
            out.line((f"nobody is in {kind} {shown(name)} (DOC-AWARD-01)", "red"))
    decisions.tell_reasons(out, report.reasons)
    with store.reading() as view:
        for user, each in report.refused[:SHOWN]:
            out.line((f"{shown(names.username(view, user))}: refused", "red"))
            decisions.tell_reasons(out, each.reasons)
        for user in report.inactive[:SHOWN]:
            name = shown(names.username(view, user))
            out.line((f"{name}: deactivated, and skipped (DOC-CERT-13)", "yellow"))
    if max(len(report.refused), len(report.inactive)) > SHOWN:
        out.line("… and more; all of them with --format json")
