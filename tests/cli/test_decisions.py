"""Decisions in answers."""

from typing import get_args

from certrules.cli.decisions import SENTENCES
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
