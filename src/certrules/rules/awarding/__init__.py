"""Awarding: who earns a certification, by what, and from when?"""

from certrules.rules.awarding.by_hand import (
    JOB_THRESHOLD,
    Expansion,
    Targets,
    by_hand,
    expand,
    runs_as_job,
)
from certrules.rules.awarding.completing import decide
from certrules.rules.awarding.editing import edit, not_held
from certrules.rules.awarding.evaluating import concerned, evaluate
from certrules.rules.awarding.external import decide_external, record_external
from certrules.rules.awarding.predated import predatable, predate
from certrules.rules.awarding.recording import inferred, record, reopen_training

__all__ = [
    "JOB_THRESHOLD",
    "Expansion",
    "Targets",
    "by_hand",
    "concerned",
    "decide",
    "decide_external",
    "edit",
    "evaluate",
    "expand",
    "inferred",
    "not_held",
    "predatable",
    "predate",
    "record",
    "record_external",
    "reopen_training",
    "runs_as_job",
]
