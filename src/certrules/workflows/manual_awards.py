"""Award a certification by hand, to one user or to a hundred thousand."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import chain

from attrs import astuple, frozen

from certrules import instants
from certrules.model.awards import ManualAward
from certrules.model.decisions import Decision, Reason, Refused
from certrules.model.facts import Facts
from certrules.model.people import Action
from certrules.model.values import Id, checked
from certrules.repositories.protocols import HasUsers
from certrules.rules import awarding
from certrules.rules.awarding import Expansion, Targets
from certrules.workflows.effects import DecisionParts, EffectParts, apply, batches
from certrules.workflows.facts import known_certification, known_source, of_many
from certrules.workflows.jobs import Job, Jobs, JobSteps, Progress
from certrules.workflows.platform import Acting


@frozen
class AwardReport:
    """Who was awarded, by id; who was refused, and why; and who was not decided at all.

    ``inactive`` are deactivated users, who were skipped; ``unknown`` are ids without a user, and
    ``unknown_groups`` and ``unknown_branches`` those without members. ``reasons`` say why nobody
    can be awarded, if there was nobody to refuse.
    """

    awarded: tuple[str, ...] = ()
    refused: tuple[tuple[str, Refused], ...] = ()
    inactive: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    unknown_groups: tuple[str, ...] = ()
    unknown_branches: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether every target was awarded, and none is unknown or was skipped."""
        return self == AwardReport(self.awarded)


def together(reports: Iterable[AwardReport]) -> AwardReport:
    """Return several reports as one."""
    parts = zip(*(astuple(each, recurse=False) for each in reports), strict=True)
    return AwardReport(*(tuple(chain.from_iterable(part)) for part in parts))


def award(
    acting: Acting[DecisionParts],
    targets: Targets,
    chosen: ManualAward,
    *,
    at: datetime,
    jobs: Jobs,
    owner: str | None = None,
) -> AwardReport | Job:
    """Award a certification by hand to users, groups and branches, in any mix.

    ``chosen`` has the certification, the dates and the association. More than 100 distinct active
    users make it a background job of ``owner``, or else of the user who acts; its ``results`` are
    reports, for :func:`together`. Each thousand users are one transaction: after a job that failed
    or was discontinued, the same call refuses those who have the award by then, and awards the
    others. The executor may be a pool of processes if the store can be sent to them. Action:
    ``ISSUE_AWARD``, and for a job ``START_JOB``.

    >>> store, at = MemoryStore(), datetime(2024, 7, 1, tzinfo=UTC)
    >>> with store.writing() as transaction:
    ...     transaction.users.put([User("1", "ada"), User("2", "bob", active=False)])
    ...     transaction.certifications.put([Certification("fa", "First aid")])
    >>> system = Platform(store, DOCEBO, UTC).acting_as(SYSTEM)
    >>> chosen = ManualAward("fa", at, datetime(2025, 7, 1, tzinfo=UTC), ExpiryBasis.DATE)
    >>> targets = Targets(users={"1", "2", "3"}, groups={"crow"})
    >>> report = award(system, targets, chosen, at=at, jobs=Jobs(lambda: at))
    >>> report.awarded, report.inactive, report.unknown, report.unknown_groups
    (('1',), ('2',), ('3',), ('crow',))

    Rules: DOC-AWARD-01, DOC-AWARD-02, DOC-AWARD-08, DOC-CERT-13, DOC-JOB-01, INT-29.
    """
    acting.require(Action.ISSUE_AWARD)
    chosen, at = checked("chosen", chosen, ManualAward), instants.utc(at, "at")
    with acting.reading() as view:
        known_certification(view, chosen.certification_id)
        known_source(view, chosen.source)
    expansion = expand(acting, targets)
    skipped = AwardReport(
        inactive=tuple(user.id for user in expansion.inactive),
        unknown=expansion.unknown,
        unknown_groups=expansion.unknown_groups,
        unknown_branches=expansion.unknown_branches,
    )
    users = [user.id for user in expansion.users]
    if not awarding.runs_as_job(len(users)):
        return together([skipped, award_all(acting, users, chosen, at=at)])
    steps = _steps(acting, users, skipped, chosen, at)
    return jobs.submit(acting, f"award {chosen.certification_id}", steps, owner=owner)


def expand(acting: Acting[HasUsers], targets: Targets) -> Expansion:
    """Return whom targets mean in a store; see :func:`certrules.rules.awarding.expand`.

    Action: ``ISSUE_AWARD``.

    Rules: DOC-AWARD-01, INT-29.
    """
    acting.require(Action.ISSUE_AWARD)
    targets = checked("targets", targets, Targets)
    with acting.reading() as view:
        if targets.groups or targets.branches:
            return awarding.expand(targets, view.users.all())
        return awarding.expand(targets, view.users.among(targets.users).values())


def _steps(
    acting: Acting[DecisionParts],
    users: Sequence[str],
    skipped: AwardReport,
    chosen: ManualAward,
    at: datetime,
) -> JobSteps:
    done = 0
    for some in batches(users):
        report = together([skipped, (yield partial(award_all, acting, some, chosen, at=at))])
        skipped = AwardReport()
        done += len(some)
        with acting.reading() as view:
            met = view.users.among([*(user for user, _ in report.refused), *report.inactive])
        names = {id_: user.username for id_, user in met.items()}
        lines = (
            f"awarded: {len(report.awarded)}; done: {done} of {len(users)}",
            *(
                f"user {names.get(id_, id_)} is deactivated, and was skipped"
                for id_ in report.inactive
            ),
            *(f"there is no user {user}" for user in report.unknown),
            *(f"nobody is in group {group}" for group in report.unknown_groups),
            *(f"nobody is in branch {branch}" for branch in report.unknown_branches),
        )
        errors = (
            f"user {names.get(id_, id_)}: {'; '.join(map(str, refused.reasons))}"
            for id_, refused in report.refused
        )
        yield Progress(done, len(users), lines, tuple(errors), report)


def award_all(
    acting: Acting[DecisionParts], users: Iterable[str], chosen: ManualAward, *, at: datetime
) -> AwardReport:
    """Award a certification by hand to users of these ids, in one transaction.

    Raises :class:`~certrules.errors.InvalidValueError` for anything else than several ids, such as
    one id alone. Action: ``ISSUE_AWARD``.

    Rules: DOC-AWARD-02.
    """
    acting.require(Action.ISSUE_AWARD)
    chosen, at = checked("chosen", chosen, ManualAward), instants.utc(at, "at")
    users = tuple(dict.fromkeys(checked("users", users, Iterable[Id])))
    with acting.writing() as transaction:
        found = known_certification(transaction, chosen.certification_id)
        known_source(transaction, chosen.source)
        facts = of_many(transaction, found, users)
        by_hand = partial(awarding.by_hand, chosen=chosen, at=at, policy=acting.policy)
        return decide_each(acting, transaction, users, facts, by_hand)


def decide_each(
    acting: Acting[object],
    transaction: EffectParts,
    users: Sequence[str],
    known: Mapping[str, Facts],
    decide: Callable[[Facts], Decision],
    *,
    dry_run: bool = False,
) -> AwardReport:
    """Decide for each user of whom facts are known, apply it, and return who was awarded.

    A part of which workflows, and a host's own, are made: whether somebody may is asked before.
    ``users`` are all who were asked for, and ``known`` the facts of those whom the store has, by
    id. A dry run changes nothing.

    >>> store, at = MemoryStore(), datetime(2024, 1, 1, tzinfo=UTC)
    >>> system = Platform(store, DOCEBO, UTC).acting_as(SYSTEM)
    >>> known = {"1": Facts(User("1", "ada"), Certification("fa", "First aid"))}
    >>> with store.writing() as transaction:
    ...     report = decide_each(system, transaction, ["1", "2"], known, lambda facts: Refused(()))
    >>> [user_id for user_id, _ in report.refused], report.unknown
    (['1'], ('2',))

    Rules: DOC-AWARD-01.
    """
    decisions = {id_: decide(facts) for id_, facts in known.items()}
    if not dry_run:
        effects = chain.from_iterable(each.effects for each in decisions.values() if each)
        apply(transaction, effects, acting.policy.notifications)
    return AwardReport(
        tuple(id_ for id_, decision in decisions.items() if decision),
        tuple((id_, decision) for id_, decision in decisions.items() if not decision),
        unknown=tuple(id_ for id_ in users if id_ not in known),
    )
