"""Reports: what became of the rows of an import."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import tzinfo

from attrs import Factory, define, frozen

from certrules.instants import IssueDateConvention
from certrules.model.awards import Award
from certrules.model.decisions import Reason
from certrules.model.policy import Duplicates
from certrules.model.records import Fault, FaultCode
from certrules.records import RecordsFile
from certrules.rules.importing import Outcome

KEPT_FAULTS = 1_000
"""How many faults a report or a log holds; every one of them goes to ``on_refused``."""


@frozen
class Change:
    """A row that renews or updates an award: the award before and after, and whose it is.

    ``went_back`` says whether the award after was issued earlier, ``reasons`` what else follows:
    the award before is current until then, or a renewal of it is closed.

    Rules: INT-12b, INT-44, INT-46.
    """

    row: int
    line: int
    username: str
    certification_code: str
    outcome: Outcome
    before: Award
    after: Award
    reasons: tuple[Reason, ...] = ()

    @property
    def went_back(self) -> bool:
        """Whether the award is older than the one before."""
        return self.after.issued_at < self.before.issued_at


@frozen
class ImportReport:
    """What an import did or, as a dry run, would do.

    Every data row counts once among ``outcomes``. ``faults`` are those of the refused rows, in file
    order, but only the first 1,000, so that a file which is all wrong fits in memory:
    ``fault_counts`` counts all of them by code, and ``on_refused`` of :func:`run` is given each.
    ``warnings`` give the first of each code, and how many rows have it. ``shifted`` counts the rows
    whose issue date is another calendar date in UTC than the file says, as it is for most zones
    east of Greenwich. ``superseded_by_refused`` counts the superseded rows whose last row was
    refused: the last of repeated rows counts even then, since an older one would be a guess.
    ``changes`` are the rows that renewed or updated an award, and ``went_back`` those of them by
    which it is older than before; of each the first 1,000.

    Rules: INT-10, INT-17b, INT-44.
    """

    outcomes: Mapping[Outcome, int]
    faults: tuple[Fault, ...]
    fault_counts: Mapping[FaultCode, int]
    warnings: tuple[tuple[Fault, int], ...]
    changes: tuple[Change, ...]
    went_back: tuple[Change, ...]
    shifted: int
    superseded_by_refused: int
    zone: tzinfo
    issue_date: IssueDateConvention
    duplicates: Duplicates
    dry_run: bool

    @property
    def imported(self) -> int:
        """How many rows changed the store: issued, renewed or updated."""
        changing = (Outcome.ISSUED, Outcome.RENEWED, Outcome.UPDATED)
        return sum(self.outcomes.get(outcome, 0) for outcome in changing)

    @property
    def rows(self) -> int:
        """How many data rows the file has."""
        return sum(self.outcomes.values())


@define
class Tally:
    """What some of the rows came to; it grows no larger with more of them."""

    outcomes: Counter[Outcome] = Factory(Counter)
    faults: list[Fault] = Factory(list)
    fault_counts: Counter[FaultCode] = Factory(Counter)
    warnings: dict[FaultCode, tuple[Fault, int]] = Factory(dict)
    changes: list[Change] = Factory(list)
    went_back: list[Change] = Factory(list)
    shifted: int = 0
    superseded_by_refused: int = 0

    @property
    def rows(self) -> int:
        """How many data rows were done."""
        return self.outcomes.total()

    def refuse(self, faults: Sequence[Fault]) -> None:
        """Count a refused row."""
        self.outcomes[Outcome.REFUSED] += 1
        self.faults += faults[: KEPT_FAULTS - len(self.faults)]
        self.fault_counts.update(fault.code for fault in faults)

    def warn(self, warning: Fault, times: int = 1) -> None:
        """Keep the first warning of each code, and how often there was one."""
        first, before = self.warnings.get(warning.code, (warning, 0))
        self.warnings[warning.code] = (first, before + times)

    def change(self, change: Change) -> None:
        """Keep a change, if there are not too many."""
        self.changes += [change][: KEPT_FAULTS - len(self.changes)]
        if change.went_back:
            self.went_back += [change][: KEPT_FAULTS - len(self.went_back)]

    def add(self, later: "Tally") -> None:
        """Count what later rows came to."""
        self.outcomes.update(later.outcomes)
        self.faults += later.faults[: KEPT_FAULTS - len(self.faults)]
        self.fault_counts.update(later.fault_counts)
        self.shifted += later.shifted
        self.superseded_by_refused += later.superseded_by_refused
        self.changes += later.changes[: KEPT_FAULTS - len(self.changes)]
        self.went_back += later.went_back[: KEPT_FAULTS - len(self.went_back)]
        for warning, times in later.warnings.values():
            self.warn(warning, times)

    def report(self, file: RecordsFile, *, duplicates: Duplicates, dry_run: bool) -> ImportReport:
        """Return what it all came to."""
        return ImportReport(
            outcomes=self.outcomes,
            faults=tuple(self.faults),
            fault_counts=self.fault_counts,
            warnings=tuple(self.warnings.values()),
            changes=tuple(self.changes),
            went_back=tuple(self.went_back),
            shifted=self.shifted,
            superseded_by_refused=self.superseded_by_refused,
            zone=file.zone,
            issue_date=file.issue_date,
            duplicates=duplicates,
            dry_run=dry_run,
        )
