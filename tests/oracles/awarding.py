"""Does this completion earn the certification? The answer by tests/vectors/awarding.md."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from tests.oracles.blocks import Factor, each, full, joined, together

ASSIGNED = {
    "x": datetime(2025, 3, 1, 12, tzinfo=UTC),
    "y": datetime(2025, 3, 1, 11, tzinfo=UTC),
    "z": datetime(2025, 3, 1, 10, tzinfo=UTC),
}


class Case(NamedTuple):
    """What is given; the defaults are the usual case."""

    criteria: str = "any"
    event: str = "item"
    user: str = "active"
    certification: str = "active"
    visibility: str = "unrestricted"
    held: str = "none"
    reopen: str = "no"
    open_renewal: str = "no"
    x: str = "+1"
    y: str = "none"
    z: str = "none"

    @property
    def holds(self) -> bool:
        return self.held not in ("none", "archived_only")

    @property
    def reopened(self) -> bool:
        return self.reopen == "yes" and self.held == "expired"

    def completed_at(self, item: str) -> datetime:
        return ASSIGNED[item] + timedelta(seconds=int(getattr(self, item)))


class Answer(NamedTuple):
    outcome: str
    reasons: frozenset[str] = frozenset()
    issued_at: str = ""


def answer(case: Case) -> Answer:
    refused = gates(case)
    if case.certification == "gone":
        return Answer("refused", refused & {"DOC-CERT-13", "DOC-DELETE-01"})
    refused |= unmet(case)
    if refused:
        return Answer("refused", refused)
    outcome = "renew" if case.open_renewal == "yes" else "issue"
    remarks = frozenset({"INT-35"} if case.reopened else ())
    return Answer(outcome, remarks, issue(case).strftime("%Y-%m-%dT%H:%M:%SZ"))


def issue(case: Case) -> datetime:
    """The completion; an external training has a date only, which begins at midnight."""
    completed = case.completed_at("x")
    return completed.replace(hour=0, minute=0, second=0) if case.event == "external" else completed


# Gates: each refuses by itself.

GATES: dict[str, Callable[[Case], bool]] = {
    "DOC-CERT-13": lambda case: case.user == "inactive",
    "INT-31b": lambda case: case.certification in ("inactive", "draft"),
    "DOC-DELETE-01": lambda case: case.certification == "gone",
    "ALL-VIS-02": lambda case: case.visibility == "outside",
    "DOC-RENEW-03": lambda case: case.holds and case.open_renewal == "no" and not case.reopened,
}


def gates(case: Case) -> frozenset[str]:
    return frozenset(rule for rule, refuses in GATES.items() if refuses(case))


# Criteria: of each group, one item must be completed strictly after it was assigned.

GROUPS = {"any": ("xyz",), "all": ("x", "y", "z"), "groups": ("xy", "z")}


def unmet(case: Case) -> frozenset[str]:
    if case.event == "external":  # it carries the certification itself
        return frozenset()
    return frozenset(
        "DOC-ASSIGN-07" if completed else "ALL-TRAIN-03"
        for group in GROUPS[case.criteria]
        if "+1" not in (completed := completions(case, group))
    )


def completions(case: Case, group: str) -> list[str]:
    return [when for item in group if (when := getattr(case, item)) != "none"]


# The full product, block by block.

PEOPLE = [
    each("user", "active inactive"),
    each("certification", "active inactive draft gone"),
]
VISIBILITY = each("visibility", "unrestricted inside outside")
CURRENT = "valid expired never_expiring"
HELD = each("held", f"none archived_only {CURRENT}")
WHEN = "none -1 0 +1"
THREE_ITEMS = joined(each("x", "-1 0 +1"), each("y", WHEN), each("z", WHEN))
X_COUNTS = joined(each("x", "+1"), each("y", WHEN), each("z", WHEN))
X_DOES_NOT = joined(each("x", "-1 0"), each("z", WHEN))

BLOCKS: dict[str, list[Factor]] = {
    "any": [
        *PEOPLE,
        VISIBILITY,
        [*HELD, *joined(each("held", CURRENT), each("open_renewal", "yes"))],
        each("x", "-1 0 +1"),
    ],
    "all": [
        each("criteria", "all"),
        VISIBILITY,
        [*HELD, *joined(each("held", CURRENT), each("reopen", "yes"))],
        THREE_ITEMS,
    ],
    "all, by whom": [
        together("criteria visibility", "all inside"),
        *PEOPLE,
        together("x y z", "+1 +1 +1", "+1 none +1", "+1 -1 none"),
    ],
    "groups": [
        each("criteria", "groups"),
        VISIBILITY,
        each("held", "none archived_only valid"),
        [*X_COUNTS, *X_DOES_NOT],
    ],
    "external": [each("event", "external"), *PEOPLE, VISIBILITY, HELD, each("x", "-1 0")],
}


def cases(block: str) -> list[Case]:
    return [Case(**given) for given in full(BLOCKS[block])]
