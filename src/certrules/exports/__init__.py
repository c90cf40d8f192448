"""Exports for other programs: tables as CSV and as workbooks, expiries as a calendar."""
