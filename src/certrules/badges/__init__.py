"""Badges that anyone can verify: Open Badges 3.0 credentials, signed, baked and checked."""
