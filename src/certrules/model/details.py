"""Details of reasons: what is each of them, by its name?"""

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from certrules.model.awards import AssociationType, Status
from certrules.model.badges import ImageFormat
from certrules.model.catalog import CertificationStatus, Item, Validity
from certrules.model.learning import EnrolmentStatus, RenewalState
from certrules.model.people import Action, Permission, Role

DETAILS: Mapping[str, Any] = MappingProxyType(
    {
        "action": Action,
        "actor_id": str | None,
        "after": str,
        "archived": int,
        "archived_at": datetime,
        "assigned_at": datetime,
        "at": datetime,
        "attributes": tuple[str, ...],
        "award_status": Status,
        "awards": int,
        "badge_id": str,
        "before": str,
        "certification": str,
        "certification_id": str,
        "completed_at": datetime,
        "cycle": int,
        "enrolled_at": datetime,
        "enrolment_status": EnrolmentStatus,
        "expected_version": tuple[int, int],
        "expires_at": datetime | None,
        "fault": str,
        "format": ImageFormat,
        "groups": tuple[str, ...],
        "height": int,
        "held_cycle": int | None,
        "held_expires_at": datetime | None,
        "held_issued_at": datetime,
        "image": str,
        "issued_at": datetime,
        "item": Item,
        "items": tuple[Item, ...],
        "known": tuple[str, ...],
        "last_day": date,
        "meant": str,
        "needed": int,
        "notification_id": str,
        "option": Item,
        "permissions": tuple[Permission, ...],
        "plan": Item,
        "plan_id": str | None,
        "renewals": int,
        "role": Role | None,
        "scope": str,
        "short_code": str,
        "side": int,
        "since": datetime,
        "started_at": datetime,
        "started_cycle": int,
        "state": RenewalState,
        "status": CertificationStatus,
        "type": AssociationType,
        "user": str,
        "user_id": str,
        "users": int,
        "validities": tuple[Validity, ...],
        "validity": Validity,
        "version": tuple[int, int],
        "wanted": CertificationStatus,
        "width": int,
    }
)
"""What every detail of a reason is, by its name: it means the same in every reason."""
