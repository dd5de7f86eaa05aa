"""Store tests run on both databases."""

import pytest

from engine.definitions.tables import FormTables
from engine.store import Workspace
from tests.installations import clinic, installation, pg_database
from tests.store.makers import LEAD, tables_of

__all__ = ["clinic", "installation", "pg_database"]


@pytest.fixture
def lead(clinic: Workspace) -> FormTables:
    """Return the tables of the lead form, made in the clinic."""
    tables = tables_of(LEAD)
    clinic.create_tables(tables)
    return tables["lead"]
