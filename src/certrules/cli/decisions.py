"""Decisions in answers: in sentences for people, and as data for programs."""

from collections.abc import Callable, Iterable, Mapping
from datetime import tzinfo
from functools import partial
from typing import Any

from certrules.cli.names import Words
from certrules.cli.options import zone_name
from certrules.cli.output import Output
from certrules.cli.session import Acting
from certrules.model import effects
from certrules.model.catalog import ItemKind
from certrules.model.decisions import Decision, Granted, Reason, render
from certrules.model.effects import Effect
from certrules.model.learning import RenewalOption, RenewalState
from certrules.model.reasons import say
from certrules.wire import unstructure


def as_json(decision: Decision, zone: tzinfo) -> dict[str, Any]:
    """Return a decision as ``--format json`` shows it, with the texts of reasons in a zone."""
    shown: dict[str, Any] = unstructure(decision, Decision)
    for each, reason in zip(shown["reasons"], decision.reasons, strict=True):
        each["text"] = in_words(reason, zone)
    return shown


def in_words(reason: Reason, zone: tzinfo) -> str:
    """Return the sentence of a reason, with its instants in a zone."""
    return render(reason, say=partial(say, zone=zone))


def answer(
    out: Output,
    acting: Acting,
    decision: Decision,
    verb: str,
    *,
    granted: str = "done",
    zone: tzinfo,
) -> int:
    """Write a decision as the whole answer of a command, and return its exit code.

    ``verb`` is what was asked for. Days are those of a zone, which is named.
    """
    if out.as_json:
        out.data({**as_json(decision, zone), "zone": zone_name(zone)})
        return 0 if decision else 1
    with acting.store.reading() as view:
        show(out, Words(view, zone), decision, verb, granted=granted)
    name_zone(out, zone, decision)
    return 0 if decision else 1


def name_zone(out: Output, zone: tzinfo, *decided: Decision, whose: str = "dates in {}") -> None:
    """Name the zone of the days in decisions that were shown, if there are any."""
    effects = (effect for each in decided if isinstance(each, Granted) for effect in each.effects)
    if any(type(effect) in DATED for effect in effects):
        out.line((whose.format(zone_name(zone)), "dim"))


def show(
    out: Output, words: Words, decision: Decision, verb: str, *, granted: str = "done"
) -> None:
    """Show what was decided and what follows, in sentences."""
    if isinstance(decision, Granted):
        out.line((f"{verb}: {granted}", "green"))
        follows = (*decision.effects, *decision.options)
        changes = [each for each in follows if type(each) in SENTENCES]
        out.some(changes, partial(sentence, words), indent=2)
    else:
        out.line((f"{verb}: refused", "red"))
    show_reasons(out, decision.reasons, words.zone)


def show_reasons(out: Output, reasons: Iterable[Reason], zone: tzinfo) -> None:
    """Show why, a sentence each, with the id of the rule; instants name their zone."""
    for reason in reasons:
        out.paragraph(f"because {in_words(reason, zone)} ({reason.rule})", indent=2)


def sentence(words: Words, change: Effect | RenewalOption) -> str:
    """Return what an effect changes, or what renews an award, as a sentence."""
    return SENTENCES[type(change)](words, change)


def _removed(words: Words, effect: effects.RemoveAward) -> str:
    award = effect.award
    kind = "archived award" if award.archived else "award"
    return f"the {kind} of {words.user(award.user_id)} of {words.issued(award)} is lost"


_CLOSED = {
    RenewalState.COMPLETED: "completed",
    RenewalState.CANCELLED: "cancelled",
    RenewalState.REPLACED: "closed: another award takes the place of the one that it was to renew",
}

SENTENCES: Mapping[type, Callable[[Words, Any], str]] = {
    effects.IssueAward: lambda words, it: (
        f"a new award is issued: from {words.issued(it.award)}, {words.expiry(it.award)}"
    ),
    effects.ArchiveAward: lambda words, it: (
        f"the award of {words.issued(it.award)} is archived with its own dates"
    ),
    effects.ReplaceAward: lambda words, it: (
        f"the award of {words.issued(it.award)} is changed: {words.expiry(it.award)}"
    ),
    effects.RemoveAward: _removed,
    effects.ArchiveEnrolment: lambda words, it: (
        f"the enrolment in {words.item(it.enrolment.kind, it.enrolment.item_id)} is archived "
        f"as it was: {it.enrolment.status}"
    ),
    effects.RecordCompletion: lambda words, it: (
        f"the completion of {words.item(it.completion.kind, it.completion.item_id)} is recorded"
    ),
    effects.RecordExternalTraining: lambda words, it: (
        f"{words.item(ItemKind.EXTERNAL_TRAINING, it.training.id)} is recorded"
    ),
    effects.Enrol: lambda words, it: (
        f"the user is enrolled in {words.item(it.enrolment.kind, it.enrolment.item_id)}, "
        f"attempt {it.enrolment.attempt}"
    ),
    effects.ResetMaterials: lambda words, it: (
        f"progress in {words.item(ItemKind.COURSE, it.course_id)} is reset: "
        f"{', '.join(it.materials)}"
    ),
    effects.ReopenTraining: lambda words, it: f"{words.item(it.kind, it.item_id)} is open again",
    effects.OpenRenewal: lambda words, it: (
        f"the renewal is started; {words.option(it.renewal.option)} completes it"
    ),
    effects.CloseRenewal: lambda words, it: (
        f"the renewal of {words.user(it.renewal.user_id)} is {_CLOSED[it.renewal.state]}"
    ),
    effects.ReopenRenewal: lambda words, it: (
        f"the renewal of {words.user(it.renewal.user_id)} is open again"
    ),
    RenewalOption: lambda words, it: f"{words.option(it)} renews it",
    effects.AssignItem: lambda words, it: (
        f"{words.item(it.assignment.kind, it.assignment.item_id)} is assigned to "
        f"{words.certification(it.certification_id)}"
    ),
    effects.UnassignItem: lambda words, it: (
        f"{words.item(it.kind, it.item_id)} no longer earns "
        f"{words.certification(it.certification_id)}"
    ),
    effects.DefineCertification: lambda _, it: (
        f"certification {it.certification} is now {it.certification.status}"
    ),
    effects.RemoveCertification: lambda *_: "the certification is deleted",
}
"""What each effect changes. Notices and events have no sentence here: they are in the outbox."""

DATED: frozenset[type] = frozenset(
    {effects.IssueAward, effects.ArchiveAward, effects.ReplaceAward, effects.RemoveAward}
)
"""The effects whose sentences show days."""
