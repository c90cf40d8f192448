"""State diagrams, as SVG: what can become what, drawn from the tables below."""

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from html import escape
from math import hypot
from pathlib import Path
from typing import NamedTuple

from certrules.model.awards import Status
from certrules.model.badges import BadgeState
from certrules.model.catalog import CertificationStatus
from certrules.model.learning import EnrolmentStatus, RenewalState

__all__ = ["DIAGRAMS", "pictures"]

STATES = Path(__file__).parent.parent / "explanation" / "states"
WIDE, HIGH, ACROSS, DOWN = 130, 40, 290, 120


class Diagram(NamedTuple):
    """The states of one enum: a column and a row for each, and what leads from one to another."""

    states: type[Enum]
    places: Mapping[str, tuple[float, float]]
    changes: Sequence[tuple[str, str, str]]


DIAGRAMS = {
    "certification": Diagram(
        CertificationStatus,
        {"draft": (0, 0), "active": (1, 0), "inactive": (1, 1)},
        [
            ("draft", "active", "publish"),
            ("draft", "inactive", "publish as inactive"),
            ("active", "inactive", "deactivate"),
            ("inactive", "active", "activate"),
        ],
    ),
    "award": Diagram(
        Status,
        {"not yet valid": (0, 0), "valid": (1, 0), "expired": (2, 0), "archived": (1.5, 1.2)},
        [
            ("not yet valid", "valid", "issue instant"),
            ("valid", "expired", "expiry instant"),
            ("valid", "archived", "renewed before expiry"),
            ("expired", "archived", "renewed after expiry"),
        ],
    ),
    "renewal": Diagram(
        RenewalState,
        {"open": (0, 1), "completed": (1, 0), "cancelled": (1, 1), "replaced": (1, 2)},
        [
            ("open", "completed", "item completed"),
            ("open", "cancelled", "cancel or removal"),
            ("open", "replaced", "another award issued"),
        ],
    ),
    "enrolment": Diagram(
        EnrolmentStatus,
        {
            "waiting": (0, 0),
            "to confirm": (0, 1),
            "overbooked": (0, 2),
            "enrolled": (1, 1),
            "in progress": (2, 1),
            "completed": (3, 1),
            "suspended": (1.5, 2),
        },
        [
            ("waiting", "enrolled", ""),
            ("to confirm", "enrolled", ""),
            ("overbooked", "enrolled", ""),
            ("enrolled", "in progress", "first access"),
            ("in progress", "completed", "completion"),
            ("enrolled", "suspended", ""),
            ("in progress", "suspended", ""),
        ],
    ),
    "badge": Diagram(
        BadgeState,
        {
            "not yet valid": (0, 0),
            "valid": (1, 0),
            "expired": (2, 0),
            "suspended": (1, 1.2),
            "revoked": (1.8, 1.2),
            "replaced": (0.6, 1.2),
        },
        [
            ("not yet valid", "valid", "issue instant"),
            ("valid", "expired", "expiry instant"),
            ("valid", "suspended", "suspend"),
            ("suspended", "valid", "lift"),
            ("valid", "revoked", ""),
            ("valid", "replaced", "award renewed"),
        ],
    ),
}


def pictures() -> dict[Path, str]:
    """Every diagram: path -> SVG."""
    return {STATES / f"{name}.svg": _svg(name, each) for name, each in DIAGRAMS.items()}


def _svg(name: str, diagram: Diagram) -> str:
    columns = max(column for column, _ in diagram.places.values())
    rows = max(row for _, row in diagram.places.values())
    width, height = columns * ACROSS + WIDE + 40, rows * DOWN + HIGH + 40
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" role="img" aria-label="States: {escape(name)}" '
        'font-family="sans-serif" font-size="13" text-anchor="middle">'
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" '
        'markerHeight="8" orient="auto"><path d="M0 0 8 4 0 8z" fill="#555"/></marker></defs>'
    )
    return "\n".join([head, *_arrows(diagram), *_boxes(diagram), "</svg>\n"])


def _middle(place: tuple[float, float]) -> tuple[float, float]:
    return place[0] * ACROSS + WIDE / 2 + 20, place[1] * DOWN + HIGH / 2 + 20


def _boxes(diagram: Diagram) -> Iterator[str]:
    for state, place in diagram.places.items():
        x, y = _middle(place)
        yield (
            f'<rect x="{x - WIDE / 2:.0f}" y="{y - HIGH / 2:.0f}" width="{WIDE}" height="{HIGH}" '
            f'rx="8" fill="#eef3fb" stroke="#3b5b92"/><text x="{x:.0f}" y="{y + 5:.0f}">'
            f"{escape(state)}</text>"
        )


def _arrows(diagram: Diagram) -> Iterator[str]:
    pairs = {(start, end) for start, end, _ in diagram.changes}
    for start, end, label in diagram.changes:
        (x1, y1), (x2, y2) = (_middle(diagram.places[each]) for each in (start, end))
        length = hypot(x2 - x1, y2 - y1)
        dx, dy = (x2 - x1) / length, (y2 - y1) / length
        aside = 12 if (end, start) in pairs else 0  # two ways, side by side
        x1, x2, y1, y2 = x1 - dy * aside, x2 - dy * aside, y1 + dx * aside, y2 + dx * aside
        leave = min(WIDE / 2 / abs(dx) if dx else length, HIGH / 2 / abs(dy) if dy else length)
        yield (
            f'<path d="M{x1 + dx * leave:.0f} {y1 + dy * leave:.0f} '
            f'L{x2 - dx * leave:.0f} {y2 - dy * leave:.0f}" stroke="#555" fill="none" '
            'marker-end="url(#tip)"/>'
        )
        if label:
            yield _label(label, (x1 + x2) / 2, (y1 + y2) / 2, dx, dy)


def _label(label: str, x: float, y: float, dx: float, dy: float) -> str:
    """Write above a level arrow, to the left of one that goes down, to the right of others."""
    if abs(dy) < 0.1:
        anchor, y = "middle", y - 7
    elif dy > 0 and dx >= 0:
        anchor, x, y = "end", x - 8, y + 10
    else:
        anchor, x, y = "start", x + 10, y + 10
    return (
        f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" font-size="12" fill="#333">'
        f"{escape(label)}</text>"
    )
