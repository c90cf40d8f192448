"""How does an administrator award a certification, to one user or to a hundred thousand?"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from attrs import evolve, frozen

from certrules import instants
from certrules.model.awards import ManualAward
from certrules.model.decisions import Reason, Refused
from certrules.model.effects import Effect
from certrules.model.facts import Facts
from certrules.model.people import Action, User
from certrules.model.policy import DOCEBO, Policy
from certrules.repositories.protocols import Store, Transaction
from certrules.rules import awarding
from certrules.rules.awarding import Expansion, Targets
from certrules.workflows._effects import carry_out
from certrules.workflows.actors import SYSTEM, Asking, permit
from certrules.workflows.facts import known_certification, known_source
from certrules.workflows.jobs import Job, Jobs, Piece, Work

__all__ = ["AwardReport", "award", "award_all", "expand", "together"]

TOGETHER = 1000
"""How many users are awarded in one transaction."""


@frozen
class AwardReport:
    """Who was awarded, by id; who was refused, and why; and who was not even asked for.

    ``inactive`` are deactivated users, who were skipped, ``unknown`` the ids of nobody, and
    ``unknown_groups`` and ``unknown_branches`` those in which nobody is. ``reasons`` say why nobody
    can be awarded at all, where there was nobody to refuse.
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
        """Whether everybody who was meant was awarded, and everything named is known."""
        return not (
            self.refused
            or self.inactive
            or self.unknown
            or self.unknown_groups
            or self.unknown_branches
            or self.reasons
        )


def together(reports: Iterable[AwardReport]) -> AwardReport:
    """Return what several reports say, as one."""
    parts = list(reports)
    return AwardReport(
        tuple(user for part in parts for user in part.awarded),
        tuple(refusal for part in parts for refusal in part.refused),
        tuple(user for part in parts for user in part.inactive),
        tuple(user for part in parts for user in part.unknown),
        tuple(group for part in parts for group in part.unknown_groups),
        tuple(branch for part in parts for branch in part.unknown_branches),
        tuple(reason for part in parts for reason in part.reasons),
    )


def award(
    store: Store,
    targets: Targets,
    chosen: ManualAward,
    *,
    at: datetime,
    jobs: Jobs,
    actor: Asking = SYSTEM,
    policy: Policy = DOCEBO,
    owner: str | None = None,
) -> AwardReport | Job:
    """Award a certification by hand to users, groups and branches, in any mix.

    ``chosen`` has the certification, the dates and the association. More than 100 distinct active
    users make it a background job of ``owner``, or else of the actor: its ``results`` are reports,
    which :func:`together` makes one. Each thousand users are one transaction, so that a job which
    fails or is discontinued keeps what it has done; asked again, those who have the award by then
    are refused, and the others get it. The executor may be a pool of processes where the store can
    be sent to them. Raises :class:`~certrules.errors.InvalidValueError` for a certification that
    the store does not have, and for a course, plan or track that it does not have and that shall
    have earned the award.

    ``actor`` must be permitted to; see :mod:`certrules.workflows.actors`.

    >>> from certrules.repositories.memory import MemoryStore
    >>> store, at = MemoryStore(), datetime(2024, 7, 1, tzinfo=UTC)
    >>> with store.writing() as transaction:
    ...     transaction.users.put([User("1", "ada"), User("2", "bob", active=False)])
    ...     transaction.certifications.put([Certification("fa", "First aid")])
    >>> chosen = ManualAward("fa", at, datetime(2025, 7, 1, tzinfo=UTC), ExpiryBasis.DATE)
    >>> targets = Targets(users={"1", "2", "3"}, groups={"crow"})
    >>> report = award(store, targets, chosen, at=at, jobs=Jobs(lambda: at))
    >>> report.awarded, report.inactive, report.unknown, report.unknown_groups
    (('1',), ('2',), ('3',), ('crow',))

    Rules: DOC-AWARD-01, DOC-AWARD-02, DOC-AWARD-08, DOC-CERT-13, DOC-JOB-01, INT-29.
    """
    permit(actor, Action.ISSUE_AWARD, policy=policy)
    at = instants.utc(at)
    with store.reading() as view:
        known_certification(view, chosen.certification_id)
        known_source(view, chosen.source)
    expansion = expand(store, targets)
    skipped = AwardReport(
        inactive=tuple(user.id for user in expansion.inactive),
        unknown=expansion.unknown,
        unknown_groups=expansion.unknown_groups,
        unknown_branches=expansion.unknown_branches,
    )
    users = [user.id for user in expansion.users]
    if not awarding.runs_as_job(len(users)):
        return together([skipped, award_all(store, users, chosen, at=at, policy=policy)])
    work = _work(store, users, skipped, chosen, at=at, policy=policy)
    name = f"award {chosen.certification_id}"
    return jobs.submit(name, work, owner=owner, actor=actor, policy=policy)


def expand(
    store: Store,
    targets: Targets,
    *,
    actor: Asking = SYSTEM,
    policy: Policy = DOCEBO,
) -> Expansion:
    """Return whom targets mean in a store; see :func:`certrules.rules.awarding.expand`.

    ``actor`` must be permitted to; see :mod:`certrules.workflows.actors`.

    Rules: DOC-AWARD-01, INT-29.
    """
    permit(actor, Action.ISSUE_AWARD, policy=policy)
    with store.reading() as view:
        if targets.groups or targets.branches:
            return awarding.expand(targets, view.users.all())
        return awarding.expand(targets, view.users.among(targets.users).values())


@frozen
class _Step:
    """Some of the users, and all that it takes to award them; another process can do it."""

    store: Store
    users: tuple[str, ...]
    chosen: ManualAward
    at: datetime
    policy: Policy

    def __call__(self) -> AwardReport:
        return award_all(self.store, self.users, self.chosen, at=self.at, policy=self.policy)


def _work(
    store: Store,
    users: Sequence[str],
    skipped: AwardReport,
    chosen: ManualAward,
    *,
    at: datetime,
    policy: Policy,
) -> Work:
    for start in range(0, len(users), TOGETHER):
        some = tuple(users[start : start + TOGETHER])
        report = together([skipped, (yield _Step(store, some, chosen, at, policy))])
        done = start + len(some)
        said = f"awarded: {len(report.awarded)}; done: {done} of {len(users)}"
        told = _named(store, report)
        yield Piece(done, len(users), (said, *_skipped(told)), tuple(_errors(told)), report)
        skipped = AwardReport()


def _named(store: Store, report: AwardReport) -> AwardReport:
    """Return a report with usernames in place of ids, for people to read."""
    with store.reading() as view:
        known = view.users.among([*(user for user, _ in report.refused), *report.inactive])
    names = {id_: user.username for id_, user in known.items()}
    refused = tuple((names.get(user, user), refusal) for user, refusal in report.refused)
    inactive = tuple(names.get(user, user) for user in report.inactive)
    return evolve(report, refused=refused, inactive=inactive)


def _skipped(report: AwardReport) -> Iterator[str]:
    yield from (f"user {user} is deactivated, and was skipped" for user in report.inactive)
    yield from (f"there is no user {user}" for user in report.unknown)
    yield from (f"nobody is in group {group}" for group in report.unknown_groups)
    yield from (f"nobody is in branch {branch}" for branch in report.unknown_branches)


def _errors(report: AwardReport) -> Iterator[str]:
    for user, refused in report.refused:
        yield f"user {user}: {'; '.join(map(str, refused.reasons))}"


def award_all(
    store: Store,
    users: Sequence[str],
    chosen: ManualAward,
    *,
    at: datetime,
    actor: Asking = SYSTEM,
    policy: Policy = DOCEBO,
) -> AwardReport:
    """Award a certification by hand to users of these ids, in one transaction.

    Raises :class:`~certrules.errors.InvalidValueError` for a certification, course, plan or track
    that the store does not have.

    ``actor`` must be permitted to; see :mod:`certrules.workflows.actors`.

    Rules: DOC-AWARD-02.
    """
    permit(actor, Action.ISSUE_AWARD, policy=policy)
    at = instants.utc(at)
    with store.writing() as transaction:
        known = transaction.users.among(users)
        report, effects = _decide(transaction, known.values(), chosen, at=at, policy=policy)
        carry_out(transaction, effects, policy.notifications)
    return evolve(report, unknown=tuple(user for user in users if user not in known))


def _decide(
    transaction: Transaction,
    users: Iterable[User],
    chosen: ManualAward,
    *,
    at: datetime,
    policy: Policy,
) -> tuple[AwardReport, list[Effect]]:
    people = sorted(users, key=lambda user: user.id)
    certification = known_certification(transaction, chosen.certification_id)
    known_source(transaction, chosen.source)
    pairs = [(user.id, chosen.certification_id) for user in people]
    histories = transaction.awards.histories(pairs)
    awarded: list[str] = []
    refused: list[tuple[str, Refused]] = []
    effects: list[Effect] = []
    for user, pair in zip(people, pairs, strict=True):
        facts = Facts(user, certification, tuple(histories.get(pair, ())))
        decision = awarding.by_hand(facts, chosen, at=at, policy=policy)
        if decision:
            awarded.append(user.id)
            effects.extend(decision.effects)
        else:
            refused.append((user.id, decision))
    return AwardReport(tuple(awarded), tuple(refused)), effects
