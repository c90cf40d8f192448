"""Visibility: who may see and do what?

What neither a rule nor a policy's ``delegated`` grants, is refused. The groups of a certification
are about who can earn it; see :mod:`certrules.rules.issuing`.
"""

from collections.abc import Mapping
from enum import Enum

from attrs import frozen

from certrules.model.decisions import Answer, Granted, Reason, Refused, because
from certrules.model.people import Action, Actor, Permission, Role, Scope
from certrules.model.policy import DOCEBO, Policy
from certrules.model.reasons import ReasonCode
from certrules.model.values import checked
from certrules.rulebook import Rule
from certrules.rules.feature import switched_off


class _Reach(Enum):
    ANYTHING = "anything"
    COMPANY = "company"
    OWN = "own"


@frozen
class _Grant:
    """What a rule gives: to a role (None: any), with all of some permissions, within a scope."""

    rule: Rule
    role: Role | None = None
    permissions: frozenset[Permission] = frozenset()
    reach: _Reach = _Reach.ANYTHING

    def reason(self, code: ReasonCode, actor: Actor, action: Action) -> Reason:
        return because(
            code,
            self.rule,
            actor_id=actor.user_id,
            action=action,
            role=self.role,
            permissions=tuple(sorted(self.permissions, key=str)),
            scope=self.reach.value,
        )

    def covers(self, actor: Actor, scope: Scope) -> bool:
        has_role = self.role is None or self.role in actor.roles
        return has_role and self.permissions <= actor.permissions and self._holds(actor, scope)

    def _holds(self, actor: Actor, scope: Scope) -> bool:
        if self.reach is _Reach.OWN:
            return bool(actor.user_id) and actor.user_id == scope.owner_id
        if self.reach is _Reach.COMPANY:
            return bool(actor.company_id) and actor.company_id == scope.company_id
        return True


_BOTH = frozenset(Permission)
_ANYONE = Scope()
_NAMED = _Grant(Rule.DOC_CERT_09, Role.SUPERADMIN)
_SUPERADMIN = _Grant(Rule.INT_27, Role.SUPERADMIN)
_JOBS = _Grant(Rule.DOC_JOB_03, Role.SUPERADMIN)
_MANAGER = _Grant(Rule.ALL_ROLE_01, Role.ADMINISTRATOR, _BOTH)
_TABLE = (
    _SUPERADMIN,
    _Grant(Rule.ALL_ROLE_04, Role.ADMINISTRATOR, _BOTH),
    _Grant(Rule.ALL_ROLE_06, Role.EXECUTIVE, reach=_Reach.COMPANY),
    _Grant(Rule.ALL_ROLE_06, Role.MANAGER, reach=_Reach.COMPANY),
    _Grant(Rule.ALL_MANAGE_09, reach=_Reach.OWN),
)
_GRANTS: Mapping[Action, tuple[_Grant, ...]] = {
    Action.VIEW_CERTIFICATIONS: (_SUPERADMIN, _MANAGER),
    Action.EXPORT_CERTIFICATIONS: (_SUPERADMIN, _Grant(Rule.INT_30, Role.ADMINISTRATOR, _BOTH)),
    Action.CREATE_CERTIFICATION: (_NAMED, _MANAGER),
    Action.EDIT_CERTIFICATION: (_NAMED, _MANAGER),
    Action.DELETE_CERTIFICATION: (_NAMED, _MANAGER),
    Action.IMPORT_AWARDS: (_NAMED,),
    Action.ISSUE_AWARD: (_NAMED,),
    Action.ISSUE_PREDATED: (_SUPERADMIN, _MANAGER),
    Action.EDIT_AWARD: (_SUPERADMIN,),
    Action.DELETE_AWARD: (_SUPERADMIN, _Grant(Rule.ALL_ROLE_03, Role.ADMINISTRATOR, _BOTH)),
    Action.RENEW_AWARD: (_Grant(Rule.DOC_VIEW_03, reach=_Reach.OWN),),
    Action.VIEW_AWARDS: (
        _SUPERADMIN,
        _Grant(Rule.ALL_ROLE_02, Role.ADMINISTRATOR, frozenset({Permission.CONTENT})),
        _Grant(Rule.ALL_ROLE_02, Role.ADMINISTRATOR, frozenset({Permission.SYSTEM})),
        _Grant(Rule.ALL_ROLE_05, Role.EXECUTIVE, reach=_Reach.COMPANY),
        _Grant(Rule.ALL_ROLE_05, Role.MANAGER, reach=_Reach.COMPANY),
        _Grant(Rule.ALL_ROLE_07, reach=_Reach.OWN),
    ),
    Action.SEARCH_AWARDS: _TABLE,
    Action.EXPORT_AWARDS: _TABLE,
    Action.DOWNLOAD_BADGE: (_Grant(Rule.ALL_ROLE_08, reach=_Reach.OWN),),
    Action.SHARE_BADGE: (_Grant(Rule.ALL_ROLE_09, reach=_Reach.OWN),),
    Action.VERIFY_BADGE: (_Grant(Rule.ALL_ROLE_11),),
    Action.MANAGE_PEOPLE: (_SUPERADMIN,),
    Action.MANAGE_LEARNING: (_SUPERADMIN,),
    Action.START_JOB: (_JOBS, _Grant(Rule.DOC_JOB_03, Role.POWER_USER)),
    Action.VIEW_JOB: (_JOBS, _Grant(Rule.DOC_JOB_03, Role.POWER_USER, reach=_Reach.OWN)),
    Action.MANAGE_NOTIFICATIONS: (
        _Grant(Rule.DOC_NOTIFY_02, Role.SUPERADMIN),
        _Grant(Rule.INT_30, Role.ADMINISTRATOR, _BOTH),
    ),
}


def may(actor: Actor, action: Action, scope: Scope = _ANYONE, *, policy: Policy = DOCEBO) -> Answer:
    """Decide whether somebody may do something to the awards, badge or job of a scope.

    The reasons of a grant are all that grant it; those of a refusal, all that would have. No
    effects follow. What a delegated administrator may do, they may do to everybody's. Raises
    :class:`~certrules.errors.InvalidValueError` for what is no actor, action or scope.

    >>> ada, boss = Actor("ada"), Actor("bob", {Role.MANAGER}, company_id="acme")
    >>> may(ada, Action.VIEW_AWARDS, Scope(owner_id="ada")).reasons[0].rule
    Rule.ALL_ROLE_07
    >>> bool(may(boss, Action.VIEW_AWARDS, Scope(owner_id="ada", company_id="acme")))
    True
    >>> for reason in may(ada, Action.CREATE_CERTIFICATION).reasons:
    ...     print(reason)
    certification.create is for superadmin: everybody's (DOC-CERT-09)
    certification.create is for administrator with content and system: everybody's (ALL-ROLE-01)

    Rules: ALL-MANAGE-09, ALL-PREDATE-07, ALL-ROLE-01, ALL-ROLE-02, ALL-ROLE-03, ALL-ROLE-04,
    ALL-ROLE-05, ALL-ROLE-06, ALL-ROLE-07, ALL-ROLE-08, ALL-ROLE-09, ALL-ROLE-11, DOC-CERT-01,
    DOC-CERT-09, DOC-JOB-03, INT-27, INT-30, INT-41, X-ALL-3.
    """
    checked("actor", actor, Actor)
    checked("action", action, Action)
    checked("scope", scope, Scope)
    if off := switched_off(policy):
        return Refused(off)
    covering = (each for each in _GRANTS[action] if each.covers(actor, scope))
    delegated = sorted((role for role, what in policy.delegated if what is action), key=str)
    reasons = [
        *(each.reason(ReasonCode.PERMITTED, actor, action) for each in covering),
        *(
            because(ReasonCode.DELEGATED, actor_id=actor.user_id, action=action, role=role)
            for role in delegated
            if role in actor.roles
        ),
    ]
    if reasons:
        return Granted(reasons=reasons)
    return Refused(each.reason(ReasonCode.RESERVED, actor, action) for each in _GRANTS[action])
