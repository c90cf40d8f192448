"""May this user press "Renew"? The answer by tests/vectors/renewal.md."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from tests.oracles.blocks import Factor, each, full, joined, together


class Case(NamedTuple):
    """What is given; the defaults are the usual case."""

    user: str = "active"
    certification: str = "active"
    retake: str = "on"
    award: str = "valid"
    source: str = "course"
    open_renewal: str = "no"
    assigned: str = "A"
    status_a: str = "completed"
    window_a: str = "open"
    reach_a: str = "direct"
    window_p: str = "none"
    window_q: str = "none"
    place_p: str = "sure"
    status_b: str = "none"
    window_b: str = "open"
    started_from: str = "-"

    @property
    def items(self) -> list[str]:
        return [] if self.assigned == "none" else self.assigned.split("+")

    @property
    def held(self) -> bool:
        return self.award not in ("none", "archived_only")

    @property
    def windows(self) -> dict[str, str]:
        return {"A": self.window_a, "B": self.window_b, "P": self.window_p, "Q": self.window_q}

    def status(self, item: str) -> str:
        plan = "completed" if self.status_a == "completed" else "in_progress"
        if self.place_p != "sure":
            plan = self.place_p
        return {"A": self.status_a, "B": self.status_b, "P": plan}[item]


class Answer(NamedTuple):
    outcome: str
    reasons: frozenset[str] = frozenset()
    options: frozenset[str] = frozenset()


def answer(case: Case) -> Answer:
    """Refuse by gates, and by the reasons of all items if none is left; else every open way."""
    if case.certification == "gone":
        return Answer("refused", gates(case) & {"INT-24", "DOC-DELETE-01"})
    against = {item: item_reasons(case, item) for item in case.items}
    left = [item for item, reasons in against.items() if not reasons]
    refused = gates(case)
    if not left:
        refused |= together_with_others(case, frozenset().union(*against.values()))
    if refused:
        return Answer("refused", refused)
    options = frozenset(name for item in left for name, shut, _ in ways(case, item) if not shut)
    return Answer("granted", remarks(case, options), options)


# Gates: each refuses by itself.

GATES: dict[str, Callable[[Case], bool]] = {
    "INT-24": lambda case: case.user == "inactive",
    "INT-31b": lambda case: case.certification in ("inactive", "draft"),
    "DOC-DELETE-01": lambda case: case.certification == "gone",
    "DOC-RENEW-01": lambda case: not case.held,
    "DOC-RENEW-02": lambda case: (
        case.held
        and case.source == "course"
        and case.status_a not in ("completed", "none")
        and case.open_renewal == "no"
    ),
    "INT-12b": lambda case: case.open_renewal == "yes",
    "INT-19": lambda case: not case.items,
}


def gates(case: Case) -> frozenset[str]:
    return frozenset(rule for rule, refuses in GATES.items() if refuses(case))


# Items: each is an option unless something speaks against it.

COMPLETED_BEFORE = ("completed", "archived", "re_enrolled")
NOT_ARCHIVABLE = ("waiting", "to_confirm", "suspended", "overbooking")


def item_reasons(case: Case, item: str) -> frozenset[str]:
    reasons = set()
    if case.retake == "off" and case.status(item) in COMPLETED_BEFORE:
        reasons.add("DOC-RENEW-07")
    if case.retake == "on" and case.status(item) in NOT_ARCHIVABLE:
        reasons.add("X-ARCH-1")
    if all(shut for _, shut, _ in ways(case, item)):
        reasons.update(rule for _, _, rule in ways(case, item))
    return frozenset(reasons)


def together_with_others(case: Case, reasons: frozenset[str]) -> frozenset[str]:
    """With retakes off and all items completed, DOC-RENEW-08 stands in place of DOC-RENEW-07."""
    all_completed = all(case.status(item) in COMPLETED_BEFORE for item in case.items)
    if "DOC-RENEW-07" in reasons and all_completed:
        return reasons - {"DOC-RENEW-07"} | {"DOC-RENEW-08"}
    return reasons


# Ways to an item: the name of each, whether it is shut, and by which rule it would be.

Way = tuple[str, bool, str]


def ways(case: Case, item: str) -> Iterator[Way]:
    if item == "B":
        yield way(case, "B", "B")
    elif item == "P":
        unsure = case.place_p != "sure" and case.retake == "off"  # otherwise X-ARCH-1 says it
        yield ("P", True, "INT-13") if unsure else way(case, "P", "A", through="P")
    else:
        yield from ways_to_a(case)


def ways_to_a(case: Case) -> Iterator[Way]:
    """Any plan that holds the course bars the direct way."""
    reached = case.reach_a if case.started_from == "-" else case.started_from
    plans = [place for place in reached.split("+") if place != "direct"]
    for plan in plans:
        if plan == "P" and case.place_p != "sure":
            yield "A@P", True, "INT-13"
        else:
            yield way(case, f"A@{plan}", "A", through=plan)
    if not plans:
        yield way(case, "A", "A")


def way(case: Case, name: str, course: str, through: str | None = None) -> Way:
    """A plan's window decides if it has one; otherwise the course's does."""
    if through and case.windows[through] != "none":
        return name, case.windows[through] == "over", "DOC-RENEW-16"
    return name, case.windows[course] == "over", "DOC-RENEW-14"


def remarks(case: Case, options: Iterable[str]) -> frozenset[str]:
    """The reasons that a granted renewal must give."""
    said = {
        "INT-19": case.source in ("manual", "external")
        or (case.source == "course" and case.status_a == "none"),
        "INT-19b": case.award == "never_expiring",
        "INT-13": case.window_a == "over" and all("@" in name for name in options),
    }
    return frozenset(rule for rule, applies in said.items() if applies)


# The full product, block by block.

RETAKE = each("retake", "on off")
PEOPLE = [
    each("user", "active inactive"),
    each("certification", "active inactive draft gone"),
    RETAKE,
    each("open_renewal", "no yes"),
]
FOUR_STATUSES = each("status_a", "none in_progress completed suspended")
NEVER_HELD = joined(
    together("award source", "none none"), FOUR_STATUSES, each("window_a", "open over")
)
HELD_BY_COURSE = joined(
    each("source", "course manual external"), FOUR_STATUSES, each("window_a", "open over")
)
HELD_BY_PLAN = joined(
    together("source assigned reach_a", "plan P P"),
    each("status_a", "none in_progress completed"),
    each("window_p", "open over"),
)
EVER_HELD = joined(
    each("award", "valid at_expiry expired never_expiring archived_only"),
    [*HELD_BY_COURSE, *HELD_BY_PLAN],
)

COURSE_B = joined(each("status_b", "none in_progress completed"), each("window_b", "open over"))
PERHAPS_B = [{"assigned": "A"}, *joined(each("assigned", "A+B"), COURSE_B)]
THREE_WINDOWS = "none open over"
THROUGH_P = joined(each("reach_a", "P"), each("window_p", THREE_WINDOWS))
THROUGH_P_AND_Q = joined(
    each("reach_a", "P+Q"), each("window_p", THREE_WINDOWS), each("window_q", THREE_WINDOWS)
)
DIRECT_AND_P = joined(each("reach_a", "direct+P"), each("window_p", THREE_WINDOWS))
REACHED = [
    *together("reach_a window_p", "direct none", "P last"),
    *(*THROUGH_P, *THROUGH_P_AND_Q, *DIRECT_AND_P),
]
STARTED = [
    *joined([*THROUGH_P, *DIRECT_AND_P], each("started_from", "P")),
    *joined(THROUGH_P_AND_Q, each("started_from", "P Q")),
]
TEN_STATUSES = each(
    "status_a",
    "none enrolled in_progress completed waiting to_confirm suspended overbooking archived"
    " re_enrolled",
)

REACHED_P = [
    *THROUGH_P,
    *DIRECT_AND_P,
    *joined(each("reach_a", "P+Q"), each("window_q", "open over")),
]
PLACED = [
    *joined(
        REACHED_P,
        together(
            "source assigned",
            *("course A", "course A+P", "plan P", "manual A", "manual P", "manual A+B"),
        ),
    ),
    *joined(REACHED_P, each("source", "course manual"), each("started_from", "P")),
]

BLOCKS: dict[str, list[Factor]] = {
    "gate": [*PEOPLE, [*NEVER_HELD, *EVER_HELD]],
    "window": [
        each("window_a", "none open last over"),
        REACHED,
        PERHAPS_B,
        RETAKE,
        each("status_a", "in_progress completed"),
        each("source", "course manual"),
    ],
    "status": [
        TEN_STATUSES,
        each("window_a", "open over"),
        together("reach_a window_p", "direct none", "P open", "P over"),
        PERHAPS_B,
        RETAKE,
        each("source", "course manual external"),
    ],
    "plan": [
        [*each("assigned", "P A+P"), *joined(each("assigned", "P+B A+P+B"), COURSE_B)],
        each("status_a", "none in_progress completed"),
        each("window_a", THREE_WINDOWS),
        joined(each("reach_a", "P"), each("window_p", "none open last over")),
        RETAKE,
        each("source", "plan manual"),
    ],
    "unassigned": [
        together("assigned status_a", "none none"),
        each("source", "manual external"),
        *PEOPLE,
    ],
    "other": [
        together("assigned status_a", "B none"),
        each("status_b", "none enrolled in_progress completed suspended archived re_enrolled"),
        each("window_b", "none open last over"),
        RETAKE,
        each("source", "manual external"),
    ],
    "place": [
        each("place_p", "sure waiting to_confirm suspended overbooking"),
        PLACED,
        each("window_a", "open over"),
        RETAKE,
        each("status_a", "in_progress completed"),
    ],
    "start": [
        STARTED,
        each("window_a", "open over"),
        RETAKE,
        each("status_a", "in_progress completed"),
        each("source", "course manual"),
    ],
}


def cases(block: str) -> list[Case]:
    return [Case(**given) for given in full(BLOCKS[block])]
