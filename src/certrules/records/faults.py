"""What is wrong with a value, before it is known in which row it stands?"""

from attrs import frozen

from certrules.model.records import Fault, FaultCode, RecordField, Severity

__all__ = ["Flaw", "missing", "shortened"]


def shortened(value: str, limit: int = 60) -> str:
    r"""Return a value as it is shown in a message: in quotes, on one line, and not too long.

    >>> shortened("ada\nlovelace")
    "'ada\\nlovelace'"
    >>> shortened("x" * 1000, limit=8)
    "'xxxxxxx…'"
    """
    return repr(value if len(value) <= limit else value[: limit - 1] + "…")


@frozen
class Flaw:
    """What is wrong with a value, and how to mend it, wherever it stands."""

    code: FaultCode
    message: str
    severity: Severity = Severity.ERROR

    def at(self, row: int, line: int, column: str | None, value: str) -> Fault:
        """Return the fault that the flaw is in one place."""
        return Fault(self.code, row, line, column, value, self.message, self.severity)


def missing(field: RecordField) -> Flaw:
    """Return the flaw of a mandatory field that is blank.

    Rules: DOC-CSV-02.
    """
    return Flaw(FaultCode.MISSING_VALUE, f"{field} is blank; every record must give it")
