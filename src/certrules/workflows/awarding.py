"""Completions: what is recorded, issued and renewed if somebody has completed something?"""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from itertools import chain

from attrs import evolve, frozen

from certrules import instants
from certrules.errors import InvalidValueError
from certrules.model.awards import Award
from certrules.model.catalog import ItemKind
from certrules.model.decisions import Decision
from certrules.model.facts import Facts
from certrules.model.learning import Completion, ExternalTraining, RenewalState
from certrules.model.people import Action
from certrules.repositories.conflicts import conflict
from certrules.repositories.protocols import CoreTransaction
from certrules.rules import awarding, criteria, renewal
from certrules.workflows import facts
from certrules.workflows.effects import DecisionParts, apply, decide_and_apply
from certrules.workflows.platform import Acting


@frozen
class Completed:
    """What followed from a completion: whether it was recorded, and the decisions on it.

    ``decisions`` are by the ids of the certifications to which the item is assigned, or of which
    it was to complete a renewal; what they grant has been carried out.
    """

    recorded: Decision
    decisions: Mapping[str, Decision]


def complete(acting: Acting[DecisionParts], completion: Completion, *, at: datetime) -> Completed:
    """Record a completion, and issue or renew what it earns, in one transaction.

    ``at`` is the instant of the report. Every certification to which the item is assigned decides
    for itself: if its renewal is open, whether that is completed; otherwise, whether it is earned.
    So does one whose renewal was started by the item, even if it is no longer assigned. A
    completion that cannot be true is not recorded; any other is, with the enrolment, whatever it
    earns. Reported twice, it changes nothing the second time, whatever was taken away in between.
    Action: ``ISSUE_AWARD``.

    >>> store, at = MemoryStore(), datetime(2024, 7, 1, tzinfo=UTC)
    >>> course = Assignment(ItemKind.COURSE, "c1", datetime(2024, 1, 1, tzinfo=UTC))
    >>> with store.writing() as transaction:
    ...     transaction.users.put([User("1", "ada")])
    ...     first_aid = Certification("fa", "First aid", assignments=(course,))
    ...     transaction.certifications.put([first_aid])
    >>> system = Platform(store, DOCEBO, UTC).acting_as(SYSTEM)
    >>> done = Completion("1", ItemKind.COURSE, "c1", at)
    >>> bool(complete(system, done, at=at).decisions["fa"])
    True
    >>> print(complete(system, done, at=at).decisions["fa"].reasons[0].rule)
    DOC-RENEW-03

    Rules: DOC-CERT-11, DOC-CERT-12, DOC-ASSIGN-05, DOC-RENEW-03, ALL-CERT-11, ALL-TRAIN-05,
    INT-12b, INT-33.
    """
    if not isinstance(completion, Completion):
        raise InvalidValueError("completion", completion, "a certrules.Completion")
    acting.require_for(Action.ISSUE_AWARD, completion.user_id)
    at = instants.utc(at, "at")
    with acting.writing() as transaction:
        known, learned = _load(transaction, completion)
        recorded = _record(learned, completion, at=at)
        decisions = {id_: _decide(acting, known[id_], completion, at=at) for id_ in sorted(known)}
        if recorded:
            granted = (each for each in (recorded, *decisions.values()) if each)
            effects = chain.from_iterable(each.effects for each in granted)
            apply(transaction, effects, acting.policy.notifications)
    return Completed(recorded, decisions)


def _load(
    transaction: CoreTransaction, completion: Completion
) -> tuple[Mapping[str, Facts], facts.Learned]:
    """Return the facts of every certification that the item may earn or renew, loaded at once.

    Those are the ones to which it is assigned, and those whose open renewal was to be done by it.
    """
    user = facts.known_user(transaction, completion.user_id)
    item = completion.ref
    renewals = transaction.renewals.of_user(user.id)
    asked = {each.id: each for each in transaction.certifications.assigned(*item)}
    renewing = {
        each.certification_id
        for each in renewals
        if each.state is RenewalState.OPEN and (each.option.kind, each.option.item_id) == item
    }
    asked |= transaction.certifications.among(renewing - asked.keys())
    histories = transaction.awards.histories([(user.id, id_) for id_ in asked])
    awards = [award for cycles in histories.values() for award in cycles]
    return facts.of_user(transaction, user, asked, awards, renewals, items=[item])


def _record(learned: facts.Learned, completion: Completion, *, at: datetime) -> Decision:
    attempts = [each for each in learned.enrolments if each.ref == completion.ref]
    earlier = [each for each in learned.completions if each.ref == completion.ref]
    direct = not _through_plan(learned, completion)
    return awarding.record(completion, attempts, earlier, at=at, direct=direct)


def _decide(
    acting: Acting[object], known: Facts, completion: Completion, *, at: datetime
) -> Decision:
    decide = awarding.decide if known.renewal is None else renewal.complete
    return decide(known, completion, at=at, zone=acting.zone, policy=acting.policy)


def _through_plan(learned: facts.Learned, completion: Completion) -> bool:
    """Return whether the user is enrolled in a plan that holds the completed course."""
    if completion.kind is not ItemKind.COURSE:
        return False
    plans = {plan.id for plan in learned.plans if completion.item_id in plan.courses}
    return any(
        each.kind is ItemKind.LEARNING_PLAN and each.item_id in plans and not each.archived
        for each in learned.enrolments
    )


def report_external(
    acting: Acting[DecisionParts], training: ExternalTraining, *, at: datetime
) -> Completed:
    """Record an external training, and issue what it earns, in one transaction.

    Every certification to which it is assigned decides as it does on other completions, see
    :func:`complete`; besides, the one that was chosen for it does. A training that is still to come
    is refused and not recorded. So is one for another certification than it has earned, if an item
    carries one at most. One that was reported before, just as it is, earns nothing again.
    Action: ``ISSUE_AWARD``.

    >>> store, at = MemoryStore(), datetime(2024, 7, 1, tzinfo=UTC)
    >>> with store.writing() as transaction:
    ...     transaction.users.put([User("1", "ada")])
    ...     transaction.certifications.put([Certification("fa", "First aid")])
    >>> system = Platform(store, DOCEBO, UTC).acting_as(SYSTEM)
    >>> course = ExternalTraining("1", "t1", date(2024, 6, 1), "fa")
    >>> decided = report_external(system, course, at=at).decisions["fa"]
    >>> decided.effects[0].award.issued_at.isoformat()
    '2024-06-01T00:00:00+00:00'

    Rules: DOC-CERT-11, DOC-CERT-12, DOC-ASSIGN-04, DOC-ASSIGN-09, DOC-ASSIGN-10, INT-22, INT-43.
    """
    if not isinstance(training, ExternalTraining):
        raise InvalidValueError("training", training, "a certrules.ExternalTraining")
    acting.require_for(Action.ISSUE_AWARD, training.user_id)
    at, user_id, chosen = instants.utc(at, "at"), training.user_id, training.certification_id
    done = criteria.external(training, zone=acting.zone, policy=acting.policy)
    with acting.writing() as transaction:
        reported = {each.id: each for each in transaction.learning.external([user_id])}
        known, learned = _load(transaction, done)
        before = reported.get(training.id)
        earned = before and before.certification_id
        former = facts.load(transaction, user_id, earned) if earned else None
        recorded = _record(learned, done, at=at)
        assigned_to = [each.certification for each in known.values() if each.certification]
        carried = awarding.record_external(
            training, before, former, assigned_to, policy=acting.policy
        )
        if not carried:
            return Completed(carried, {})
        decisions = {id_: _decide(acting, known[id_], done, at=at) for id_ in sorted(known)}
        if chosen is not None and chosen not in known:
            found = facts.load(transaction, user_id, chosen, naming=[done.ref])
            found = evolve(found, external=[*reported.values()])
            decisions[chosen] = awarding.decide_external(
                found, training, at=at, zone=acting.zone, policy=acting.policy
            )
        if recorded:
            granted = (each for each in (recorded, carried, *decisions.values()) if each)
            effects = chain.from_iterable(each.effects for each in granted)
            apply(transaction, effects, acting.policy.notifications)
    return Completed(recorded, decisions)


def evaluate(
    acting: Acting[DecisionParts],
    user_id: str,
    certification_id: str | None = None,
    *,
    at: datetime,
) -> Mapping[str, Decision]:
    """Issue or renew what is due to a user for what the store knows they completed by ``at``.

    For a host that keeps completions itself, and asks afterwards. Each certification decides, or
    the named one alone; those are left out of which the user has completed nothing. Asked twice, it
    changes nothing the second time; but an award that was taken away is due again, as long as what
    earned it is known. See :func:`certrules.rules.awarding.evaluate`. Action: ``ISSUE_AWARD``.

    >>> store, at = MemoryStore(), datetime(2024, 7, 1, tzinfo=UTC)
    >>> course = Assignment(ItemKind.COURSE, "c1", datetime(2024, 1, 1, tzinfo=UTC))
    >>> with store.writing() as transaction:
    ...     transaction.users.put([User("1", "ada")])
    ...     first_aid = Certification("fa", "First aid", assignments=(course,))
    ...     transaction.certifications.put([first_aid])
    ...     transaction.learning.add_completions([Completion("1", ItemKind.COURSE, "c1", at)])
    >>> system = Platform(store, DOCEBO, UTC).acting_as(SYSTEM)
    >>> bool(evaluate(system, "1", at=at)["fa"]), bool(evaluate(system, "1", at=at)["fa"])
    (True, False)

    Rules: DOC-CERT-11, DOC-CERT-12, DOC-RENEW-03, INT-12b, INT-43.
    """
    acting.require_for(Action.ISSUE_AWARD, user_id)
    at = instants.utc(at, "at")
    with acting.writing() as transaction:
        user = facts.known_user(transaction, user_id)
        if certification_id is None:
            asked = {each.id: each for each in transaction.certifications.all()}
        else:
            asked = {certification_id: facts.known_certification(transaction, certification_id)}
        histories = transaction.awards.histories([(user_id, id_) for id_ in asked])
        awards = [award for cycles in histories.values() for award in cycles]
        renewals = transaction.renewals.of_user(user_id)
        loaded, _ = facts.of_user(transaction, user, asked, awards, renewals)
        reported = transaction.learning.external([user_id])
        due = partial(awarding.evaluate, at=at, zone=acting.zone, policy=acting.policy)
        known = {id_: evolve(each, external=reported) for id_, each in loaded.items()}
        decisions = {
            id_: due(each)
            for id_, each in sorted(known.items())
            if certification_id is not None or awarding.concerned(each)
        }
        granted = (each.effects for each in decisions.values() if each)
        apply(transaction, chain.from_iterable(granted), acting.policy.notifications)
    return decisions


def edit(acting: Acting[DecisionParts], changed: Award, *, at: datetime) -> Decision:
    """Give an award other dates or another association.

    ``changed`` is the award as the caller saw it, with what shall be different; if nothing is,
    nothing follows. Notices of another expiry are cancelled. Raises
    :class:`~certrules.errors.ConflictError` if it has changed since then or is gone, and
    :class:`~certrules.errors.InvalidValueError` if the store has not the course, plan or track with
    which it shall be associated, and if anything but its dates and its association is different.
    Action: ``EDIT_AWARD``.

    >>> from attrs import evolve
    >>> store = MemoryStore()
    >>> award = Award("1", "fa", datetime(2024, 1, 1, tzinfo=UTC), None)
    >>> with store.writing() as transaction:
    ...     transaction.certifications.put([Certification("fa", "First aid")])
    ...     transaction.awards.add([award])
    >>> system = Platform(store, DOCEBO, UTC).acting_as(SYSTEM)
    >>> changed = evolve(award, expires_at=datetime(2023, 1, 1, tzinfo=UTC))
    >>> print(edit(system, changed, at=award.issued_at).reasons[0])
    the award would expire before it is issued (INT-08)

    Rules: DOC-AWARD-09, DOC-AWARD-12.
    """
    acting.require_for(Action.EDIT_AWARD, changed.user_id)
    at = instants.utc(at, "at")

    def edit(transaction: DecisionParts) -> Decision:
        history = transaction.awards.history(changed.user_id, changed.certification_id)
        stored = next((award for award in history if award.cycle == changed.cycle), None)
        if stored is None or stored.version != changed.version:
            raise conflict(changed)
        if changed.source != stored.source:
            facts.known_source(transaction, changed.source)
        others = [award for award in history if award.cycle != changed.cycle]
        deleted = transaction.certifications.get(changed.certification_id) is None
        policy = acting.policy
        return awarding.edit(stored, changed, others, at=at, deleted=deleted, policy=policy)

    return decide_and_apply(acting, edit)
