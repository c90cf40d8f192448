"""Decisions in answers."""

from datetime import UTC, datetime
from io import StringIO
from typing import get_args
from zoneinfo import ZoneInfo

import pytest

from certrules.cli.decisions import SENTENCES, as_json, show_reasons
from certrules.cli.output import Output
from certrules.model.decisions import Refused, because
from certrules.model.effects import (
    CancelNotices,
    CancelOutdatedNotices,
    Effect,
    ForgetNotices,
    IssueBadge,
    Notify,
    RevokeBadge,
    RevokeOutdatedBadge,
    SuspendBadge,
    WithdrawBadge,
)
from certrules.model.reasons import ReasonCode

SILENT = {
    CancelNotices,
    CancelOutdatedNotices,
    ForgetNotices,
    IssueBadge,
    Notify,
    RevokeBadge,
    RevokeOutdatedBadge,
    SuspendBadge,
    WithdrawBadge,
}


def test_every_effect_has_a_sentence_but_those_on_badges_and_the_outbox() -> None:
    assert set(get_args(Effect)) - SENTENCES.keys() == SILENT


@pytest.mark.rule("INT-49")
def test_an_instant_in_a_reason_is_of_the_zone_of_the_answer() -> None:
    later = because(ReasonCode.ISSUED_LATER, issued_at=datetime(2024, 6, 30, 22, tzinfo=UTC))
    says = "the award is issued only later, 2024-07-01 00:00 Europe/Rome"
    (reason,) = as_json(Refused((later,)), ZoneInfo("Europe/Rome"))["reasons"]
    assert reason["text"] == says
    answer = StringIO()
    show_reasons(Output(stream=answer), [later], ZoneInfo("Europe/Rome"))
    assert " ".join(answer.getvalue().split()).startswith(f"because {says}")
