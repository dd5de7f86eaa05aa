"""Runs on both databases."""

from tests.installations import clinic, installation, pg_database

__all__ = ["clinic", "installation", "pg_database"]
