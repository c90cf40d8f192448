"""The catalog: what can be earned, for how long, and by finishing what?"""

import re
from datetime import datetime
from typing import Annotated, ClassVar, NamedTuple, Self

from attrs import field

from certrules import instants
from certrules.errors import InvalidValueError
from certrules.model.values import Id, Only, distinct, sequence, value
from certrules.periods import Unit
from certrules.text import is_visible
from certrules.words import Word

_Amount = Annotated[int, Only(range(10**9).__contains__, "a whole number, 0 to 999999999")]


@value
class Validity:
    """How long an award is valid: a whole number of calendar units; zero of any unit is for ever.

    >>> Validity(18, Unit.MONTHS) == Validity.parse("18 months") == Validity.parse("P18M")
    True
    >>> Validity.parse("0 years").never
    True

    Rules: DOC-EXP-01, DOC-EXP-02.
    """

    amount: _Amount
    unit: Unit

    NEVER: ClassVar[Self]
    """The validity that never ends."""

    @property
    def never(self) -> bool:
        """Whether an award of this validity never expires."""
        return self.amount == 0

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``18 months``, ``1 year``, ``never`` or an ISO 8601 duration such as ``P2Y``.

        Raises :class:`~certrules.errors.InvalidValueError` for anything else.
        """
        words = text.strip() if isinstance(text, str) else ""
        if words.casefold() == "never":
            return cls(0, Unit.DAYS)
        if found := _AMOUNT_AND_UNIT.fullmatch(words.casefold()):
            return cls(int(found[1]), Unit(found[2] + "s"))
        if words.startswith("P"):
            return cls._of_duration(words)
        raise InvalidValueError("validity", text, "such as '18 months', 'P18M' or 'never'")

    @classmethod
    def _of_duration(cls, text: str) -> Self:
        months, days = instants.parse_duration(text)
        if months and days:
            raise InvalidValueError("validity", text, "one unit: months and days cannot be mixed")
        if months and "M" not in text:
            return cls(months // 12, Unit.YEARS)
        if text.endswith("W"):
            return cls(days // 7, Unit.WEEKS)
        return cls(months, Unit.MONTHS) if months else cls(days, Unit.DAYS)

    def __str__(self) -> str:
        if self.never:
            return "never"
        unit = str(self.unit)
        return f"{self.amount} {unit[:-1] if self.amount == 1 else unit}"


_AMOUNT_AND_UNIT = re.compile(r"(\d{1,9})\s+(day|week|month|year)s?", re.ASCII)
Validity.NEVER = Validity(0, Unit.DAYS)


def as_validity(given: Validity | str) -> Validity:
    """Return a validity, which may be given as :meth:`Validity.parse` reads it."""
    return Validity.parse(given) if isinstance(given, str) else given


class ItemKind(Word):
    """What kind of learning an item is.

    Rules: DOC-ASSIGN-01, DOC-ASSIGN-09, ALL-TRAIN-01.
    """

    COURSE = "course"
    LEARNING_PLAN = "learning_plan"
    EXTERNAL_TRAINING = "external_training"
    LEARNING_TRACK = "learning_track"


class ItemRef(NamedTuple):
    """Which item: its kind and id."""

    kind: ItemKind
    id: str


@value
class Item:
    """A course, a learning plan, a track or an external activity that can earn a certification.

    ``id`` is the host's, unique within its kind; ``code`` is what people write in files. ``str()``
    gives its name and code, or its id if it has neither.

    >>> print(Item(ItemKind.LEARNING_PLAN, "17", "SEA", "Sea safety"), Item(ItemKind.COURSE, "c1"))
    learning plan Sea safety (SEA) course c1
    """

    kind: ItemKind
    id: Id
    code: str | None = None
    name: str = ""

    def __str__(self) -> str:
        named = _name_and_code(self.name, self.code) if self.name else self.code or self.id
        return f"{self.kind.value.replace('_', ' ')} {named}"


def _name_and_code(name: str, code: str | None) -> str:
    return f"{name} ({code})" if code else name


@value
class Assignment:
    """An item that earns a certification, from the instant at which it was assigned.

    Items of the same ``group`` are alternatives, and every group is needed. The :class:`Criteria`
    say what items without a group mean.

    Rules: DOC-ASSIGN-02, ALL-TRAIN-02.
    """

    kind: ItemKind
    item_id: Id
    assigned_at: datetime
    group: Id | None = None

    @property
    def ref(self) -> ItemRef:
        """The assigned item."""
        return ItemRef(self.kind, self.item_id)


class Criteria(Word):
    """Whether items without a group are alternatives, or all of them are needed.

    Rules: INT-32.
    """

    ANY = "any"
    ALL = "all"


class CertificationStatus(Word):
    """Where a certification stands in its own life; only an active one is issued.

    Rules: INT-31b.
    """

    DRAFT = "draft"
    ACTIVE = "active"
    INACTIVE = "inactive"


_Name = Annotated[
    str, Only(lambda name: any(map(is_visible, name)), "some text: a name is mandatory")
]


@value
class Certification:
    """A certification as its owner defines it.

    ``id`` is the host's. The code is optional, but a file of records can address a certification
    by nothing else. ``validity`` may be given as text, such as ``"2 years"``. ``criteria`` is None
    if the platform's policy decides. ``groups`` are the ids of the user groups that may earn it;
    without any, everybody may.

    ``completion_criteria`` is text for people, in the host's markup. ``skills`` are attained by
    earning it. ``badge_image`` is where its picture lies in the host's media library.
    ``created_by`` is the id of a user. ``str()`` gives its name and code.

    Rules: DOC-CERT-02, DOC-CERT-03, DOC-CERT-04, DOC-CERT-05, DOC-CERT-06, DOC-RENEW-05,
    ALL-BADGE-06, ALL-CERT-01, ALL-CERT-03, ALL-CERT-04, ALL-CERT-05, ALL-CERT-06, ALL-VIS-01.
    """

    id: Id
    name: _Name
    code: str | None = None
    description: str = ""
    validity: Validity = field(default=Validity.NEVER, converter=as_validity)
    retake: bool = False
    status: CertificationStatus = CertificationStatus.ACTIVE
    assignments: tuple[Assignment, ...] = ()
    criteria: Criteria | None = None
    groups: frozenset[str] = field(default=frozenset(), converter=distinct)
    completion_criteria: str = ""
    skills: tuple[str, ...] = field(default=(), converter=sequence)
    badge_image: str | None = None
    created_by: Id | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None

    def __str__(self) -> str:
        return _name_and_code(self.name, self.code)
