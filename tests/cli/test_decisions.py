"""Decisions in answers."""

from typing import get_args

from certrules.cli.decisions import SENTENCES
from certrules.model.effects import CancelNotices, Effect, Notify


def test_every_effect_has_a_sentence_but_what_is_in_the_outbox() -> None:
    assert set(get_args(Effect)) - SENTENCES.keys() == {CancelNotices, Notify}
