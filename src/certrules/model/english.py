"""Reasons in English: what does each code say to a person?

The one table of texts. Write another for another language, and give it to
:func:`certrules.model.decisions.render`.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from enum import Enum
from types import MappingProxyType
from typing import Any

from certrules import instants
from certrules.model.reasons import ReasonCode as Code

__all__ = ["ENGLISH", "Template", "say"]

Template = str | Callable[[Mapping[str, Any]], str]
"""A text with the names of details in braces, or, if that is too little, a function of them."""


def say(value: object, *, zone: str | tzinfo = UTC) -> str:
    """Return how a detail is written in English; an instant names the zone in which it is written.

    >>> say((AssociationType.LEARNING_PLAN, datetime(2024, 7, 1, tzinfo=UTC)))
    'learning plan, 2024-07-01 00:00 UTC'
    """
    match value:
        case datetime():
            return instants.written(value, zone)
        case tuple():
            return ", ".join(say(each, zone=zone) for each in value)
        case Enum():
            return str(value).replace("_", " ")
        case _:
            return str(value)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun if number == 1 else noun + 's'}"


def _not_completed(details: Mapping[str, Any]) -> str:
    one, items = len(details["items"]) == 1, say(details["items"])
    return f"{items} is not completed" if one else f"none of {items} is completed"


def _never_valid(details: Mapping[str, Any]) -> str:
    same = details["expires_at"] == details["issued_at"]
    return f"the award would expire {'as' if same else 'before'} it is issued"


def _before_assignment(details: Mapping[str, Any]) -> str:
    was, it = ("was", "it was") if len(details["items"]) == 1 else ("were", "they were")
    return f"{say(details['items'])} {was} assigned only after {it} completed"


def _lost(details: Mapping[str, Any]) -> str:
    awards, users = _counted(details["awards"], "award"), _counted(details["users"], "user")
    return f"this loses {awards} of {users}, {details['archived']} of them archived"


def _protected(details: Mapping[str, Any]) -> str:
    lost = f"{_counted(details['awards'], 'award')} would be lost"
    return f"{lost}: ask for their removal, or deactivate {details['certification']}"


_SCOPES = {"anything": "everybody's", "company": "their company's", "own": "their own"}


def _for(details: Mapping[str, Any]) -> str:
    who = say(details["role"] or ("every user" if details["scope"] == "own" else "anybody"))
    needed = " and ".join(map(say, details["permissions"]))
    holder = f"{who} with {needed}" if needed else who
    return f"{say(details['action'])} is for {holder}: {_SCOPES[details['scope']]}"


# fmt: off
ENGLISH: Mapping[Code, Template] = MappingProxyType(
    {
        Code.INACTIVE_USER: "user {user} is deactivated",
        Code.NO_SUCH_CERTIFICATION: "there is no such certification: deleted, or never made",
        Code.INACTIVE_CERTIFICATION: "certification {certification} is {status}, not active",
        Code.USER_NOT_IN_GROUPS:
            "certification {certification} is for groups to which {user} does not belong",
        Code.SAME_AWARD:
            "the user has this very award already: issued at the same instant, "
            "with the same expiry",
        Code.EXPIRES_BEFORE_ISSUE: _never_valid,
        Code.ALREADY_HELD: "the user holds the certification already",
        Code.NOT_HELD: "the user does not hold the certification",
        Code.COMPLETION_PLAUSIBLE: "nothing speaks against the completion",
        Code.COMPLETION_RECORDED_BEFORE:
            "the completion was recorded before, and earns nothing again",
        Code.COMPLETION_IN_FUTURE: "the completion, {completed_at}, lies in the future",
        Code.COMPLETION_BEFORE_ENROLMENT:
            "the completion is earlier than the enrolment, {enrolled_at}",
        Code.COMPLETION_BEFORE_ASSIGNMENT: _before_assignment,
        Code.ITEM_NOT_ASSIGNED: "{item} is not assigned to {certification}",
        Code.NO_ITEM_ASSIGNED: "no item is assigned to the certification",
        Code.NOT_COMPLETED: _not_completed,
        Code.COMPLETION_RENEWS_NOTHING:
            "the user holds the certification, and completing an item does not renew it",
        Code.EXPIRED_NEEDS_RENEWAL:
            "the award expired on {expires_at}, and completing an item does not renew it: "
            "start its renewal",
        Code.EXPIRED_NOT_RENEWABLE:
            "the award expired on {expires_at}, and completing an item does not renew it",
        Code.EARNED: "{item} was completed",
        Code.AWARD_OF_COMPLETION:
            "this completion of {item} has earned an award already: cycle {cycle}",
        Code.EXPIRED_EARNED_AGAIN:
            "training was open again after the expiry, and the expired award is archived",
        Code.EXTERNAL_FOR_OTHER_CERTIFICATION:
            "{item} was not reported for certification {certification}",
        Code.EXTERNAL_EARNED_OTHER:
            "{item} has earned certification {certification}: unassign that first",
        Code.EXTERNAL_CHOICE_FREE: "nothing speaks against the choice of the certification",
        Code.AWARDED_BY_HAND: "awarded by hand; association: {type}",
        Code.HELD_SO_EDIT: "the user holds the certification already; edit that award instead",
        Code.EXPIRY_REQUIRED: "an award by hand has an expiry date, or is marked as always valid",
        Code.ASSOCIATION_NEEDS_ITEM: "the association {type} needs the id of its item",
        Code.ASSOCIATION_WITHOUT_ITEM: "the association {type} has no item",
        Code.EXTERNAL_CERTIFICATIONS_DISABLED:
            "external certifications are not enabled on this platform",
        Code.LINK_REQUIRED:
            "an external certification needs a provider and a link, for each that it lists",
        Code.LINK_NOT_ALLOWED: "only an external certification has providers and links",
        Code.AWARD_EDITABLE: "an award may be edited",
        Code.AWARD_ARCHIVED: "the award is history, which is not edited",
        Code.NOTHING_CHANGES: "nothing changes",
        Code.PREDATING_POSSIBLE: "to whoever completed its training before",
        Code.PREDATED: "the training was completed before",
        Code.COMPLETED_TOO_EARLY:
            "the training was completed on {completed_at}, before the chosen day",
        Code.TRAINING_EARNED_BEFORE:
            "the training has earned an award, and nothing was completed since",
        Code.TRAINING_REOPENED: "the award has expired",
        Code.TRAINING_STAYS_COMPLETE: "on this platform training stays complete",
        Code.NO_EXPIRED_AWARD: "the user holds no expired award",
        Code.NO_TRAINING_TO_REOPEN: "no training stands as completed before the expiry",
        Code.RENEWABLE_ANY_TIME: "an award may be renewed at any time",
        Code.NO_COURSE_EARNED: "no course earned the award, so none has to be completed now",
        Code.PLAN_EARNED:
            "a learning plan and no course by itself earned the award, so none has to be completed "
            "now",
        Code.EARNING_COURSE_NEVER_TAKEN:
            "the user was never enrolled here in the course that earned the award, so none has to "
            "be completed now",
        Code.NEVER_EXPIRES: "an award that never expires may be renewed too",
        Code.PLAN_WINDOW_FIRST: "the validity period of {plan} comes before that of {item}",
        Code.RENEWAL_DISABLED: "this platform has no renewal",
        Code.SEVERAL_ITEMS_NEEDED:
            "a renewal is done by one item, and the certification needs several",
        Code.ISSUED_LATER: "the award is issued only later, {issued_at}",
        Code.EARNING_COURSE_NOT_COMPLETED:
            "{item}, which earned the award, is not completed: {status}",
        Code.EARNING_COURSE_NOT_ENROLLED:
            "{item}, which earned the award, is not completed: not enrolled",
        Code.RENEWAL_OPEN: "a renewal was started already: complete {item}, or cancel it",
        Code.EARLIER_RENEWAL_OPEN:
            "a renewal of an earlier award was started and not completed: cancel it",
        Code.ALL_COMPLETED: "every assigned item was completed, and retakes are off",
        Code.RETAKES_OFF: "{item} was completed, and retakes are off",
        Code.TAKEN_ELSEWHERE: "{item} cannot be taken here",
        Code.UNKNOWN_ITEM: "there is no {item}",
        Code.NOT_ARCHIVABLE: "the enrolment in {item} is {status}, and cannot be archived",
        Code.NOT_THROUGH_PLAN: "{item} is not taken through {plan}",
        Code.NOT_ADMITTED: "{item} cannot be taken now: the enrolment in {plan} is {status}",
        Code.WINDOW_OVER: "the validity period of {item} is over: {last_day} was its last day",
        Code.NO_SUCH_OPTION: "{item} does not renew the award in this way",
        Code.NOT_BY_COMPLETED: "not by {option}: it was completed, and retakes are off",
        Code.NOT_BY_TAKEN_ELSEWHERE: "not by {option}: it cannot be taken here",
        Code.NOT_BY_UNKNOWN: "not by {option}: there is no such item",
        Code.NOT_BY_ARCHIVING:
            "not by {option}: the enrolment in it is {status}, and cannot be archived",
        Code.NOT_BY_PLAN: "not by {option}: it is not taken through {plan}",
        Code.NOT_BY_ADMISSION: "not by {option}: the enrolment in {plan} is {status}",
        Code.NOT_BY_WINDOW:
            "not by {option}: the validity period of {item} is over: {last_day} was its last day",
        Code.TRACKING_RESET: "earlier tracking is reset, so that it can be retaken",
        Code.NO_EARLIER_ENROLMENT: "nothing is archived or reset: there is no earlier enrolment",
        Code.NOT_YET_COMPLETED: "nothing is archived or reset: the item was not yet completed",
        Code.REQUEST_REPEATED: "this very request was carried out",
        Code.KEY_OF_OTHER_RENEWAL: "the key was used to start another renewal",
        Code.KEY_OF_CLOSED_RENEWAL:
            "the renewal of this key was {state} already: start another with a new key",
        Code.AWARD_CHANGED: "the award has changed since it was looked at",
        Code.CHANGED_SINCE: "the award, its renewal or its training has changed since {at}",
        Code.RENEWED: "the renewal was completed by {item}",
        Code.COMPLETION_ALONE: "no renewal is open, and a completion alone renews nothing",
        Code.STARTED_BY_OTHER_ITEM: "the renewal was started by {item}",
        Code.COMPLETION_BEFORE_START:
            "the completion is not later than the renewal's start, {started_at}",
        Code.COMPLETION_BEFORE_ISSUE:
            "the completion is not later than the award's issue, {issued_at}",
        Code.AWARD_REPLACED: "the award has been renewed or removed meanwhile",
        Code.RENEWAL_CANCELLED: "an open renewal may be given up",
        Code.RENEWAL_REPLACED:
            "the renewal started on {started_at} is closed: another award takes the place of the "
            "one that it was to renew",
        Code.NO_RENEWAL_OPEN: "no renewal is open",
        Code.CANCELLED_BEFORE_START: "the renewal is started only later, {started_at}",
        Code.RECORD_ISSUES: "the user does not hold the certification",
        Code.RECORD_RENEWS: "the user holds it with other dates, and repeats are renewals",
        Code.RENEWAL_ISSUES: "a renewed certification counts as issued",
        Code.RECORD_UPDATES: "the user holds it, and it is updated in place",
        Code.RECORD_UNCHANGED: "the store already says what the record says",
        Code.IN_HISTORY:
            "the record is in the history already, and the user holds another award",
        Code.OLDER_THAN_AWARD:
            "issued on {issued_at}, before the award that the user holds, {held_issued_at}",
        Code.ENDS_VALID_AWARD: "the user's valid award would become {status}",
        Code.GOES_BACK:
            "issued on {issued_at}, before the award that it replaces, {held_issued_at}",
        Code.BEGINS_LATER: "until it begins, {issued_at}, the award that the user holds is current",
        Code.SOURCE_CHANGES: "it was earned by {before}, and now by {after}",
        Code.ITEM_EARNS: "it earns {certification} by what is completed later than {assigned_at}",
        Code.ITEM_ASSIGNED_ALREADY: "{item} is assigned to {certification} already",
        Code.ITEM_EARNS_OTHER: "{item} earns {certification}: unlink it there first",
        Code.ITEM_LEFT_OUT:
            "{item} is assigned in the store and missing here: unlink it first, which removes the "
            "awards that it earned",
        Code.ITEMS_AFTER_CREATION: "items are assigned to a certification that exists already",
        Code.ITEMS_ONE_BY_ONE: "items are assigned and unlinked one by one",
        Code.AWARDS_LOST: _lost,
        Code.NO_AWARD: "the user does not have the certification",
        Code.AWARDS_PROTECTED: _protected,
        Code.DELETION_LOSES_HISTORY:
            "deleting loses history for good; making it inactive keeps what was earned",
        Code.CREATED: "it begins as {status}",
        Code.ATTRIBUTES_CHANGE: "this changes {attributes}",
        Code.ATTRIBUTES_KEPT: "{attributes} cannot be changed: they stay as they were",
        Code.AWARDS_KEEP_EXPIRY: "awards that were made keep their expiry",
        Code.STATUS_CHANGES: "it becomes {status}",
        Code.AWARDS_STAND: "nothing more is issued, and awards that were made stand",
        Code.FROZEN:
            "{attributes} cannot be changed after publication: "
            "deactivate {certification} and create another",
        Code.STATUS_NOT_NEXT: "what is {status} does not become {wanted}",
        Code.NOT_A_DRAFT: "{certification} is {status}: only a draft is published",
        Code.STILL_A_DRAFT: "{certification} is a draft: publish it first",
        Code.VALIDITY_FREE: "{validity} is a whole number of calendar units",
        Code.VALIDITY_LISTED: "{validity} is one of: {validities}",
        Code.VALIDITY_NOT_LISTED: "{validity} is not one of: {validities}",
        Code.IMAGE_NOT_NEEDED: "no badge image is needed here",
        Code.IMAGE_REQUIRED: "a badge image is mandatory for a published certification",
        Code.IMAGE_NOT_CHECKED: "{image} was not looked at: nobody knows whether it can be shown",
        Code.IMAGE_FORMAT_UNKNOWN: "the content is neither a PNG nor a JPEG",
        Code.IMAGE_BROKEN: "the badge image cannot be shown: {fault}",
        Code.IMAGE_TOO_LARGE: "{width} by {height} pixels are more than {side} by {side}",
        Code.IMAGE_AS_RECOMMENDED: "a {format} of {side} by {side} pixels",
        Code.IMAGE_OF_OTHER_SIZE:
            "{width} by {height} pixels are accepted, and {side} by {side} recommended",
        Code.BADGE_ISSUED: "an award can be verified by anyone",
        Code.BADGE_EXISTS: "the award has this badge",
        Code.BADGE_REVOKED: "the badge of this award was revoked for ever",
        Code.BADGE_NOT_CURRENT: "the user holds no award of which this is the badge now",
        Code.BADGE_DATES_REVERSED: "the award expires before it is issued, which no badge can say",
        Code.PERMITTED: _for,
        Code.RESERVED: _for,
        Code.DELEGATED: "{action} is delegated to {role}",
        Code.SWITCHED_OFF: "certifications are switched off on this platform",
        Code.RENEW_LINK_MISSING: "the body has no [renew_link], so that nobody can renew from it",
        Code.SHORT_CODE_MISSPELT: "{short_code} is no short code; did you mean {meant}?",
        Code.SHORT_CODE_UNKNOWN: "{short_code} is no short code; known are {known}",
    }
)
# fmt: on
