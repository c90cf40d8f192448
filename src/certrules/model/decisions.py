"""Decisions: what does an answer look like, and why is it so?"""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Generic, Literal, Never, TypeVar

from attrs import field

from certrules.errors import InvalidValueError
from certrules.model.details import DETAILS
from certrules.model.effects import Effect
from certrules.model.learning import RenewalOption
from certrules.model.reasons import ENGLISH, ReasonCode, Template, say
from certrules.model.values import checked, value
from certrules.rulebook import Rule


def _details(given: Mapping[str, Any]) -> Mapping[str, Any]:
    if unknown := sorted(set(given) - set(DETAILS)):
        raise InvalidValueError("details", unknown[0], "a detail that DETAILS names")
    return MappingProxyType({name: checked(name, given[name], DETAILS[name]) for name in given})


@value
class Reason:
    """Why it was decided so: a code, the rule that was followed, and the facts that decided.

    The details are values by name: ``user_id`` is an id, ``user`` what people call the user, and
    ``item`` an :class:`~certrules.model.catalog.Item`, so that a text needs nothing else.

    >>> reason = because(ReasonCode.INACTIVE_USER, user_id="1", user="ada")
    >>> print(reason)
    user ada is deactivated (DOC-CERT-13)
    >>> str(reason.code), reason.rule, reason.details["user"]
    ('inactive_user', Rule.DOC_CERT_13, 'ada')
    """

    code: ReasonCode
    rule: Rule
    details: Mapping[str, Any] = field(default={}, converter=_details, hash=False)

    def __reduce__(self) -> tuple[Any, ...]:
        return Reason, (self.code, self.rule, dict(self.details))

    @property
    def text(self) -> str:
        """The reason in English; :func:`render` has other languages."""
        return render(self)

    def __str__(self) -> str:
        return f"{self.text} ({self.rule})"


def because(code: ReasonCode, rule: Rule | None = None, /, **details: Any) -> Reason:
    """Return the reason of a code, with the code's own rule unless another is named."""
    return Reason(code, rule or code.rule, details)


def render(
    reason: Reason,
    texts: Mapping[Any, Template] = ENGLISH,
    *,
    say: Callable[[object], str] = say,
) -> str:
    """Return a reason as a person reads it, in the language of ``texts``.

    The texts are by :class:`~certrules.model.reasons.ReasonCode`, or by its text as a file has it.
    Each has the names of details in braces, or is a function of the details. A code that they lack
    is English. ``say`` writes one detail: an item, a status, an instant, a list;
    ``partial(say, zone=...)`` writes instants in another zone than UTC.
    Raises :class:`~certrules.errors.InvalidValueError` for a text that names other details.

    >>> german = {"inactive_user": "{user} ist deaktiviert"}
    >>> render(because(ReasonCode.INACTIVE_USER, user_id="1", user="ada"), german)
    'ada ist deaktiviert'
    """
    if not isinstance(texts, Mapping):
        raise InvalidValueError("texts", texts, "a mapping from codes of reasons to texts")
    code = reason.code
    template = texts.get(code, texts.get(str(code), ENGLISH[code]))
    if callable(template):
        return template(reason.details)
    try:
        return template.format_map({name: say(value) for name, value in reason.details.items()})
    except (AttributeError, LookupError, ValueError):
        named = ", ".join(f"{{{name}}}" for name in reason.details) or "none"
        expected = f"a text in which the details stand in braces: {named}"
        raise InvalidValueError(f"text of {code}", template, expected) from None


def _all(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    return tuple(reasons)


E_co = TypeVar("E_co", covariant=True)


@value
class Granted(Generic[E_co]):
    """Yes: what follows from it, and why. True in a condition.

    Its type names the effects that can follow: any of them in a :data:`Decision`, none in an
    :data:`Answer`. ``options`` are the ways to start a renewal, if it was asked whether one may be.
    """

    effects: tuple[E_co, ...] = ()
    reasons: tuple[Reason, ...] = field(default=(), converter=_all)
    options: tuple[RenewalOption, ...] = ()

    def __bool__(self) -> Literal[True]:
        return True


@value
class Refused:
    """No: every reason why, not only the first. False in a condition."""

    reasons: tuple[Reason, ...] = field(converter=_all)

    def __bool__(self) -> Literal[False]:
        return False


Answer = Granted[Never] | Refused
"""Yes or no, and why; nothing follows."""

Decision = Granted[Effect] | Refused
"""Yes or no, why, and what follows."""
