"""How is a decision told: in sentences for people, and as data for programs?"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, tzinfo
from enum import Enum
from itertools import islice
from re import sub
from typing import Any, assert_never

from attrs import fields, has

from certrules import instants
from certrules.cli import arguments, names
from certrules.cli.output import Output
from certrules.errors import OutOfRangeError
from certrules.model.catalog import ItemKind
from certrules.model.decisions import Granted, Reason, Refused
from certrules.model.effects import (
    ArchiveAward,
    ArchiveEnrolment,
    AssignItem,
    CancelNotices,
    CloseRenewal,
    DefineCertification,
    Effect,
    Enrol,
    IssueAward,
    Notify,
    OpenRenewal,
    RemoveAward,
    RemoveCertification,
    ReopenTraining,
    ReplaceAward,
    ResetMaterials,
    UnassignItem,
)
from certrules.model.learning import RenewalOption
from certrules.repositories.protocols import Transaction

__all__ = ["as_json", "day", "plain", "sentences", "tell", "tell_reasons", "tell_zone"]

SHOWN = 20
"""How many changes are told in sentences."""


def as_json(decision: Granted | Refused) -> dict[str, Any]:
    """Return what ``--format json`` says of a decision."""
    told: dict[str, Any] = {
        "granted": bool(decision),
        "reasons": [
            {
                "code": str(reason.code),
                "rule": reason.rule.id,
                "text": reason.text,
                "details": plain(reason.details),
            }
            for reason in decision.reasons
        ],
    }
    if isinstance(decision, Granted):
        told["effects"] = [
            {"effect": _snake(type(effect).__name__), **plain(effect)}
            for effect in decision.effects
        ]
    return told


def _snake(name: str) -> str:
    return sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def plain(value: Any) -> Any:
    """Return a value as JSON has it: attributes by name, instants and days in ISO 8601.

    >>> plain({"unit": Unit.DAYS, "days": (date(2024, 1, 1), None)})
    {'unit': 'days', 'days': ['2024-01-01', None]}
    """
    if has(type(value)):
        return {each.name: plain(getattr(value, each.name)) for each in fields(type(value))}
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, tuple | list | frozenset):
        return [plain(each) for each in value]
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Enum) else value


def tell(
    out: Output,
    view: Transaction,
    decision: Granted | Refused,
    *,
    zone: tzinfo,
    verb: str,
    granted: str = "done",
) -> None:
    """Say what was decided and what follows, in sentences; ``verb`` is what was asked for."""
    if isinstance(decision, Granted):
        out.line((f"{verb}: {granted}", "green"))
        told = sentences(view, decision.effects, zone=zone)
        for sentence in islice(told, SHOWN):
            out.paragraph(sentence, indent=2)
        if left := sum(1 for _ in told):
            out.line(f"  … and {left:,} more changes (all with --format json)")
    else:
        out.line((f"{verb}: refused", "red"))
    tell_reasons(out, decision.reasons)


def tell_reasons(out: Output, reasons: Iterable[Reason]) -> None:
    """Say why, a sentence each, with the id of the rule."""
    for reason in reasons:
        out.paragraph(f"because {reason}", indent=2)


def tell_zone(out: Output, zone: tzinfo) -> None:
    """Say on whose calendar the days are that were told."""
    out.line((f"dates in {arguments.zone_name(zone)}", "dim"))


def sentences(
    view: Transaction, effects: Iterable[Effect | RenewalOption], *, zone: tzinfo
) -> Iterator[str]:
    """Yield what effects change, in sentences; days are those of a zone."""
    for effect in effects:
        yield from _sentence(view, effect, zone)


def _sentence(view: Transaction, effect: Effect | RenewalOption, zone: tzinfo) -> Iterator[str]:
    match effect:
        case IssueAward() | ArchiveAward() | ReplaceAward() | RemoveAward():
            yield _of_award(view, effect, zone)
        case ArchiveEnrolment() | Enrol() | ResetMaterials() | ReopenTraining():
            yield _of_learning(view, effect)
        case OpenRenewal(renewal):
            yield f"the renewal is started; {_by(view, renewal.option)} completes it"
        case CloseRenewal(renewal):
            yield f"the renewal of {names.username(view, renewal.user_id)} is {renewal.state}"
        case RenewalOption():
            yield f"{_by(view, effect)} renews it"
        case AssignItem() | UnassignItem() | DefineCertification() | RemoveCertification():
            yield _of_catalog(view, effect)
        case CancelNotices() | Notify():
            pass  # what others hear of it is in the outbox
        case _:
            assert_never(effect)


def _of_award(
    view: Transaction,
    effect: IssueAward | ArchiveAward | ReplaceAward | RemoveAward,
    zone: tzinfo,
) -> str:
    award = effect.award
    since = day(award.issued_at, zone)
    match effect:
        case IssueAward():
            return f"a new award is issued: from {since}, expires {day(award.expires_at, zone)}"
        case ArchiveAward():
            return f"the award of {since} is archived with its own dates"
        case ReplaceAward():
            return f"the award of {since} is changed"
        case RemoveAward():
            kind = "archived award" if award.archived else "award"
            return f"the {kind} of {names.username(view, award.user_id)} of {since} is lost"
        case _:
            assert_never(effect)


def _of_learning(
    view: Transaction, effect: ArchiveEnrolment | Enrol | ResetMaterials | ReopenTraining
) -> str:
    match effect:
        case ArchiveEnrolment(enrolment):
            what = names.item_words(view, enrolment.kind, enrolment.item_id)
            return f"the enrolment in {what} is archived as it was: {enrolment.status}"
        case Enrol(enrolment):
            what = names.item_words(view, enrolment.kind, enrolment.item_id)
            return f"the user is enrolled in {what}, attempt {enrolment.attempt}"
        case ResetMaterials(_, course, materials):
            what = names.item_words(view, ItemKind.COURSE, course)
            return f"progress in {what} is reset: {', '.join(materials)}"
        case ReopenTraining(_, kind, item):
            return f"{names.item_words(view, kind, item)} is open again"
        case _:
            assert_never(effect)


def _of_catalog(
    view: Transaction,
    effect: AssignItem | UnassignItem | DefineCertification | RemoveCertification,
) -> str:
    match effect:
        case AssignItem(certification, assignment):
            what = names.item_words(view, assignment.kind, assignment.item_id)
            return f"{what} is assigned to {names.certification_words(view, certification)}"
        case UnassignItem(certification, kind, item):
            what = names.item_words(view, kind, item)
            return f"{what} no longer earns {names.certification_words(view, certification)}"
        case DefineCertification(definition):
            return f"certification {definition} is defined anew"
        case RemoveCertification():
            return "the certification is deleted"
        case _:
            assert_never(effect)


def _by(view: Transaction, option: RenewalOption) -> str:
    what = f"completing {names.item_words(view, option.kind, option.item_id)}"
    if option.plan_id is None:
        return what
    return f"{what} through {names.item_words(view, ItemKind.LEARNING_PLAN, option.plan_id)}"


def day(instant: datetime | None, zone: tzinfo) -> str:
    """Return the day of an instant on a zone's calendar; ``never`` for None."""
    if instant is None:
        return "never"
    try:
        return instants.local_day(instant, zone).isoformat()
    except OutOfRangeError:
        return instant.date().isoformat()
