"""Reports and lists: which awards does each show, and what does it say of them?"""

from certrules.rules.reporting.lists import LearnerAward, learner_awards
from certrules.rules.reporting.reports import (
    Report,
    ReportRow,
    renewed_before_expiry,
    report,
    report_row,
    report_visibility,
)

__all__ = [
    "LearnerAward",
    "Report",
    "ReportRow",
    "learner_awards",
    "renewed_before_expiry",
    "report",
    "report_row",
    "report_visibility",
]
