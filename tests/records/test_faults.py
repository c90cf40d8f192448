from certrules.model.records import Fault, FaultCode, RecordField, Severity
from certrules.records.faults import Flaw, missing, shortened


def test_long_values_are_shortened() -> None:
    assert len(shortened("x" * 131_072)) == 62


def test_values_of_the_limit_are_shown_whole() -> None:
    assert shortened("x" * 60) == repr("x" * 60)


def test_a_flaw_becomes_a_fault_in_its_place() -> None:
    flaw = Flaw(FaultCode.DATE_UNREADABLE, "not a date", Severity.WARNING)
    assert flaw.at(3, 5, "Issued", "soon") == Fault(
        FaultCode.DATE_UNREADABLE, 3, 5, "Issued", "soon", "not a date", Severity.WARNING
    )


def test_a_missing_value_names_its_field() -> None:
    assert missing(RecordField.TYPE).message.startswith("type is blank")
