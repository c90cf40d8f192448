"""The sample data of ``certrules demo``."""
