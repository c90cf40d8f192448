"""How Django makes the tables."""
