"""Transactions of the workflows: decide and apply in one, or commit a thousand at a time."""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

from certrules.model.decisions import Decision
from certrules.model.values import checked
from certrules.repositories.protocols import CoreTransaction
from certrules.workflows.effects import EffectParts, apply
from certrules.workflows.platform import Acting

__all__ = ["BATCH", "DecisionParts", "batches", "decide_and_apply"]

BATCH = 1000
"""How many users, awards or events one transaction commits."""


P = TypeVar("P", bound=EffectParts)
T = TypeVar("T")


class DecisionParts(CoreTransaction, EffectParts, Protocol):
    """What it takes to load the facts of a decision and to apply its effects."""


def decide_and_apply(
    acting: Acting[P], decide: Callable[[P], Decision], *, dry_run: bool = False
) -> Decision:
    """Load facts and decide by ``decide``, and apply the effects in the same transaction."""
    checked("dry_run", dry_run, bool)
    with acting.reading() if dry_run else acting.writing() as transaction:
        decision = decide(transaction)
        if decision and not dry_run:
            apply(transaction, decision.effects, acting.policy.notifications)
        return decision


def batches(
    things: Sequence[T], on_progress: Callable[[int, int], object] | None = None
) -> Iterator[Sequence[T]]:
    """Yield a thousand things at a time, and report after each how many of all are done.

    >>> [len(batch) for batch in batches(range(2500), print)]
    1000 2500
    2000 2500
    2500 2500
    [1000, 1000, 500]
    """
    for start in range(0, len(things), BATCH):
        batch = things[start : start + BATCH]
        yield batch
        if on_progress:
            on_progress(start + len(batch), len(things))
