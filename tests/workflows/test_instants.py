"""Is a naive instant a mistake in every workflow, also where there is nothing to do?"""

from collections.abc import Callable
from datetime import date, datetime

import pytest

from certrules import Award, Completion, ExternalTraining, ItemKind, ManualAward, RenewalOption
from certrules.errors import NaiveDatetimeError
from certrules.repositories.protocols import Store, Transaction
from certrules.rules.awarding import Targets
from certrules.rules.reporting import Report
from certrules.workflows import awarding, backfill, lifecycle, manual_awards, renewal, reporting
from certrules.workflows.jobs import Jobs
from tests.workflows.conftest import T0, acting

NAIVE = T0.replace(tzinfo=None)
BY_A = RenewalOption(ItemKind.COURSE, "A")
DONE = Completion("ada", ItemKind.COURSE, "X", T0)
TRAINING = ExternalTraining("ada", "t1", date(2024, 1, 1))
AWARD = Award("ada", "fa", T0, None)
MANUAL = ManualAward("fa", T0, None)


def report(store: Store[Transaction], at: datetime) -> None:
    with store.reading() as view:
        list(reporting.report(acting(store), view, Report.USERS_CERTIFICATIONS, at=at))


WORKFLOWS: dict[str, Callable[[Store[Transaction], datetime], object]] = {
    "complete": lambda store, at: awarding.complete(acting(store), DONE, at=at),
    "report external": lambda store, at: awarding.report_external(acting(store), TRAINING, at=at),
    "edit": lambda store, at: awarding.edit(acting(store), AWARD, at=at),
    "award": lambda store, at: manual_awards.award(
        acting(store), Targets(), MANUAL, at=at, jobs=Jobs(lambda: T0)
    ),
    "award all": lambda store, at: manual_awards.award_all(acting(store), [], MANUAL, at=at),
    "predate": lambda store, at: backfill.issue_predated(acting(store), "fa", since=None, at=at),
    "decide": lambda store, at: renewal.decide(acting(store), "ada", "gone", at=at),
    "start": lambda store, at: renewal.start(acting(store), "ada", "gone", BY_A, at=at),
    "cancel": lambda store, at: renewal.cancel(acting(store), "ada", "gone", at=at),
    "unlink": lambda store, at: lifecycle.unlink(acting(store), "fa", ItemKind.COURSE, "X", at=at),
    "unassign": lambda store, at: lifecycle.unassign(acting(store), "ada", "fa", at=at),
    "delete": lambda store, at: lifecycle.delete(acting(store), "fa", at=at, dry_run=True),
    "report": report,
    "learner": lambda store, at: reporting.learner(acting(store), "ada", at=at),
}


@pytest.mark.rule("DOC-TZ-01")
@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_a_naive_instant_is_a_mistake(store: Store[Transaction], workflow: str) -> None:
    with pytest.raises(NaiveDatetimeError):
        WORKFLOWS[workflow](store, NAIVE)
