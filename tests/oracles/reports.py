"""Which awards does a report show? The answer by tests/vectors/reports.md."""

from typing import NamedTuple

from tests.oracles.blocks import Factor, each, full, joined


class Case(NamedTuple):
    """What is given; the defaults are the usual case."""

    report: str = "certifications-users"
    generation: str = "new"
    by: str = "-"
    archived_1: str = "-"
    archived_2: str = "-"
    current: str = "valid"

    @property
    def archived(self) -> dict[str, str]:
        return {"1": self.archived_1, "2": self.archived_2}


def answer(case: Case) -> str:
    """The awards shown, oldest first."""
    shown = [f"{name}:archived" for name, when in case.archived.items() if shows(case.report, when)]
    if case.current != "-":
        ended = case.current in ("at_expiry", "expired")
        shown.append("current:expired" if ended else "current:valid")
    return ";".join(shown)


def shows(report: str, archived: str) -> bool:
    """Users - Certifications shows all; Certifications - Users what was archived before expiry."""
    if archived == "-":
        return False
    return report == "users-certifications" or archived in ("before", "never_expiring")


# The full product.

REPORTS = [
    each("report", "users-certifications certifications-users"),
    each("generation", "old new"),
]
CURRENT = each("current", "valid at_expiry expired never_expiring")
RENEWED = "before across at after never_expiring"
IMPORTED = "before at after never_expiring"
ARCHIVED = [
    *joined(each("by", "renewal"), each("archived_1", RENEWED), each("archived_2", f"- {RENEWED}")),
    *joined(
        each("by", "import"), each("archived_1", IMPORTED), each("archived_2", f"- {IMPORTED}")
    ),
]
NOTHING_ARCHIVED = [*each("current", "-"), *CURRENT]

BLOCKS: dict[str, list[Factor]] = {
    "never archived": [*REPORTS, NOTHING_ARCHIVED],
    "archived": [*REPORTS, ARCHIVED, CURRENT],
}


def cases(block: str) -> list[Case]:
    return [Case(**given) for given in full(BLOCKS[block])]
