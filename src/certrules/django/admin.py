"""The admin: awards, certifications, renewals and the outbox, read here and changed by workflows.

Whoever has Django's permission to add awards awards by hand; whoever may delete awards takes a
certification away, with its history. Both are decided by the rules, which give their reasons.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import BaseModelAdmin
from django.contrib.admin.widgets import AdminDateWidget
from django.core.exceptions import ValidationError
from django.db.models import Case, Model, Q, QuerySet, Value, When
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html

from certrules import instants
from certrules.cli import names
from certrules.cli.decisions import SENTENCES, sentence
from certrules.cli.failures import UsageError
from certrules.django.hosts import host, system
from certrules.django.models import Assignment, Award, Certification, Event, Renewal
from certrules.errors import CertrulesError
from certrules.model.awards import (
    DECIDED_BY,
    AssociationType,
    AwardKey,
    ExpiryBasis,
    ManualAward,
    Status,
)
from certrules.model.catalog import CertificationStatus, Validity
from certrules.model.decisions import Granted
from certrules.model.effects import RemoveAward
from certrules.model.learning import RenewalState
from certrules.model.notices import EventKind, NoticeKind
from certrules.periods import Unit
from certrules.rules import status, validity
from certrules.rules.awarding import Targets
from certrules.text import folded
from certrules.words import Word
from certrules.workflows import lifecycle, manual_awards
from certrules.workflows.jobs import Jobs
from certrules.workflows.manual_awards import AwardReport

if TYPE_CHECKING:  # a class of Django's admin takes no types when it runs
    _Options = BaseModelAdmin[Any]
    _ModelAdmin = admin.ModelAdmin[Any]
    _Inline = admin.TabularInline[Any, Any]
    _ModelForm = forms.ModelForm[Any]
else:
    _Options, _ModelAdmin = BaseModelAdmin, admin.ModelAdmin
    _Inline, _ModelForm = admin.TabularInline, forms.ModelForm

MOST_USERS = 10_000
"""In how many users' rows a word is searched: no database takes any number of ids."""


class _ReadOnly(_Options):
    """Rows of the host's database, which nobody changes here."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).using(host().using)


class _Rows(_ReadOnly, _ModelAdmin):
    list_per_page = 50
    search_fields = ("search_text",)
    show_full_result_count = False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find the rows in which each word occurs."""
        return queryset.filter(*(self.find(request, each) for each in search_term.split())), False

    def find(self, request: HttpRequest, word: str) -> Q:
        """Return what is true of rows in which a word occurs."""
        return Q(search_text__contains=folded(word))


class _Held(_Rows):
    """Rows of what users have of certifications."""

    def find(self, request: HttpRequest, word: str) -> Q:
        rows = Certification._default_manager.using(host().using)
        found = rows.filter(super().find(request, word)).values("id")
        users = list(islice(host().find_users(word), MOST_USERS + 1))
        if len(users) > MOST_USERS:
            messages.warning(
                request, f"More than {MOST_USERS:,} users are called {word}: say more."
            )
        users = [word, *users[:MOST_USERS]]
        return Q(user_id__in=users) | Q(certification_id__in=found)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)
        _load(changelist.result_list)
        return changelist

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        found = super().get_object(request, object_id, from_field)
        _load([] if found is None else [found])
        return found

    @admin.display(ordering="user_id")
    def user(self, row: Any) -> str:
        return str(row.user_name)

    @admin.display(ordering="certification_id")
    def certification(self, row: Any) -> str:
        return str(row.certification_name)


def _load(rows: Iterable[Any]) -> None:
    """Load what rows refer to, all at once."""
    rows = list(rows)
    with system().reading() as view:
        users = view.users.among({row.user_id for row in rows})
        certifications = view.certifications.among({row.certification_id for row in rows})
        histories = view.awards.histories({(row.user_id, row.certification_id) for row in rows})
        reached = view.events.acknowledged()
    awards = {each.key: each for history in histories.values() for each in history}
    for row in rows:
        row.user_name = users[row.user_id].username if row.user_id in users else row.user_id
        row.certification_name = certifications.get(row.certification_id, row.certification_id)
        row.award = awards.get(AwardKey(row.user_id, row.certification_id, row.cycle))
        row.reached = reached
        row.shown = f"{row.user_name}: {row.certification_name}, cycle {row.cycle}"


def _by(field: str, members: Iterable[Word]) -> type[admin.SimpleListFilter]:
    """Return a filter by a field, whose values need not be looked for in a long table."""

    class Filter(admin.SimpleListFilter):
        title, parameter_name = field.replace("_", " "), field

        def lookups(self, *_: Any) -> list[tuple[str, str]]:
            return [(str(each), str(each)) for each in members]

        def queryset(self, _: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
            return queryset.filter(**{field: self.value()}) if self.value() else queryset

    return Filter


class _CertificationFilter(admin.SimpleListFilter):
    title = "certification"
    parameter_name = "certification_id"

    def lookups(self, *_: Any) -> list[tuple[str, str]]:
        rows = Certification._default_manager.using(host().using).order_by("name")
        return list(rows.values_list("id", "name"))

    def queryset(self, _: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(certification_id=self.value()) if self.value() else queryset


class _AwardForm(_ModelForm):
    """What is awarded by hand, and to whom."""

    user = forms.CharField(help_text="A username, or id: and an id.")
    certification = forms.ChoiceField()
    issued_on = forms.DateField(widget=AdminDateWidget)
    expires_on = forms.DateField(widget=AdminDateWidget, required=False)
    always_valid = forms.BooleanField(required=False)

    class Meta:
        model = Award
        fields: Sequence[str] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Certification._default_manager.using(host().using).order_by("name")
        self.fields["certification"].choices = rows.values_list("id", "name")  # type: ignore[attr-defined]
        self.fields["issued_on"].initial = instants.local_day(timezone.now(), system().zone)

    def clean(self) -> dict[str, Any]:
        """Award, or say why not: what is refused is an error of the form."""
        data = super().clean() or {}
        if self.errors:
            return data
        if (data["expires_on"] is None) is not data["always_valid"]:
            raise ValidationError(
                "Either give the day on which it expires, or make it always valid."
            )
        try:
            self._award(data)
        except (CertrulesError, UsageError) as error:
            raise ValidationError(str(error)) from error
        return data

    def _award(self, data: Mapping[str, Any]) -> None:
        acting, at = system(), timezone.now()
        with acting.reading() as view:
            user = names.user(view, data["user"])
        policy, until = acting.policy, data["expires_on"]
        chosen = ManualAward(
            data["certification"],
            instants.issue_instant(data["issued_on"], acting.zone, policy.issue_date),
            until and validity.written_expiry(until, zone=acting.zone, policy=policy),
            ExpiryBasis.DATE if until else ExpiryBasis.ALWAYS_VALID,
            expiry_day=policy.expiry_day,
        )
        targets, jobs = Targets([user.id]), Jobs(timezone.now)
        awarded = manual_awards.award(acting, targets, chosen, at=at, jobs=jobs)
        report = cast("AwardReport", awarded)  # one user makes no job
        if report.refused:
            raise ValidationError([str(each) for each in report.refused[0][1].reasons])
        if not report.awarded:
            raise ValidationError(f"{user.username} is deactivated.")
        rows = Award._default_manager.using(host().using).filter(user_id=user.id)
        self.instance = rows.filter(certification_id=chosen.certification_id).latest("cycle")
        _load([self.instance])


@admin.register(Award)
class _Awards(_Held):
    list_display = ("user", "certification", "standing", "issued", "expires", "days_left", "cycle")
    list_filter = (_by("status", Status), _CertificationFilter, _by("source_type", AssociationType))
    fields = (*list_display, "basis", "source_type", "source_item", "archived_at", "version")
    readonly_fields = list_display[:-1]

    has_add_permission = _ModelAdmin.has_add_permission  # type: ignore[assignment]
    has_delete_permission = _ModelAdmin.has_delete_permission

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the awards with their status at this instant."""
        at = timezone.now()
        whens = (
            When(**{f"{field}__{'lte' if reached else 'gt'}": at}, then=Value(str(each)))
            for each, field, reached in DECIDED_BY
        )
        status_now = Case(*whens, default=Value(str(Status.VALID)))
        return super().get_queryset(request).annotate(status=status_now)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        return super().get_form(request, obj, change, **kwargs) if change else _AwardForm

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields if obj else list(_AwardForm.base_fields)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.readonly_fields if obj else ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Do nothing: the form has awarded it."""

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Return what the users would lose, and why it is refused, if it is."""
        lost: list[str] = []
        protected: list[str] = []
        count = 0
        acting, at = system(), timezone.now()
        _load(objs)  # so that Django's log has names
        with acting.reading() as view:
            words = names.Words(view, acting.zone)
            for user_id, certification_id in _pairs(objs):
                decision = lifecycle.unassign(
                    acting, user_id, certification_id, at=at, dry_run=True
                )
                name = words.certification(certification_id)
                if isinstance(decision, Granted):
                    followed = [each for each in decision.effects if type(each) in SENTENCES]
                    lost += (f"{name}: {sentence(words, each)}" for each in followed)
                    count += sum(isinstance(each, RemoveAward) for each in followed)
                else:
                    protected += (f"{name}: {each}" for each in decision.reasons)
        permitted = self.has_delete_permission(request)
        awards = {str(self.opts.verbose_name_plural): count}
        return lost, awards, set() if permitted else {str(self.opts.verbose_name)}, protected

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Take the certification away from the user, with its history."""
        self.delete_queryset(request, [obj])

    def delete_queryset(self, request: HttpRequest, queryset: Iterable[Any]) -> None:
        """Take the certifications away from the users, with their history."""
        acting, at = system(), timezone.now()
        for user_id, certification_id in _pairs(queryset):
            decision = lifecycle.unassign(acting, user_id, certification_id, at=at)
            if not decision:
                messages.error(request, "; ".join(map(str, decision.reasons)))

    @admin.display(description="status", ordering="status")
    def standing(self, row: Any) -> str:
        return str(row.status)

    @admin.display(ordering="issued_at")
    def issued(self, row: Any) -> str:
        return _unbroken(names.day(row.issued_at, system().zone))

    @admin.display(ordering="expires_at")
    def expires(self, row: Any) -> str:
        return _unbroken(names.expiry(row.award, system().zone))

    @admin.display(description="days left", ordering="expires_at", empty_value="")
    def days_left(self, row: Any) -> int | None:
        if row.award.archived:
            return None
        return status.days_left(row.award, timezone.now(), zone=system().zone)


def _unbroken(text: str) -> str:
    return format_html('<span class="nowrap">{}</span>', text)


def _pairs(rows: Iterable[Any]) -> list[tuple[str, str]]:
    """Return the users and certifications of awards, each once."""
    return list(dict.fromkeys((row.user_id, row.certification_id) for row in rows))


class _Assignments(_ReadOnly, _Inline):
    model = Assignment
    fields = ("kind", "item_id", "assigned_at")
    verbose_name_plural = "earned by"

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return True  # of whoever sees the certification


@admin.register(Certification)
class _Certifications(_Rows):
    list_display = ("name", "code", "status", "validity")
    list_filter = (_by("status", CertificationStatus),)
    fields = ("name", "code", "description", "status", "validity", "retake")
    readonly_fields = ("validity",)
    inlines = (_Assignments,)
    ordering = ("name",)

    @admin.display(ordering="validity_amount")
    def validity(self, row: Any) -> str:
        return str(Validity(row.validity_amount, Unit(row.validity_unit)))


@admin.register(Renewal)
class _Renewals(_Held):
    list_display = ("user", "certification", "state", "started_at", "closed_at", "cycle")
    list_filter = (_by("state", RenewalState), _CertificationFilter)
    fields = (*list_display, "option_kind", "option_item", "option_plan", "retake")
    readonly_fields = ("user", "certification")


class _DeliveredFilter(admin.SimpleListFilter):
    title = "delivery"
    parameter_name = "delivered"

    def lookups(self, *_: Any) -> list[tuple[str, str]]:
        return [("no", "pending"), ("yes", "acknowledged")]

    def queryset(self, _: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        with system().reading() as view:
            until = view.events.acknowledged()
        known = {"no": Q(position__gt=until), "yes": Q(position__lte=until)}
        return queryset.filter(known.get(str(self.value()), Q()))


@admin.register(Event)
class _Outbox(_Held):
    list_display = ("position", "at", "kind", "user", "certification", "acknowledged")
    list_filter = (_DeliveredFilter, _by("kind", (*EventKind, *NoticeKind)), _CertificationFilter)
    fields = (*list_display, "cycle", "item_id")
    readonly_fields = ("user", "certification", "acknowledged")
    ordering = ("-position",)

    @admin.display(boolean=True)
    def acknowledged(self, row: Any) -> bool:
        return bool(row.position <= row.reached)
