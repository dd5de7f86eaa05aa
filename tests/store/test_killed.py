"""A process that is killed at any moment leaves whole records, and loses none that it had confirmed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from engine.audit import verify
from engine.store import Installation, Settings, Workspace
from tests.store.makers import LEAD, tables_of

WRITER = """
import sys
from pathlib import Path
from engine.store import Installation, Settings
from tests.store.makers import LEAD, create, tables_of
lead = tables_of(LEAD)["lead"]
clinic = Installation.open(Settings(Path(sys.argv[1]), sys.argv[2] or None)).workspace("clinic")
while True:
    create(clinic, lead, name="x", friends=("a", "b"), items=({"what": "y"},))
    print(".", end="", flush=True)
"""


@pytest.mark.parametrize("confirmed", [1, 7, 23])
def test_killed_in_the_middle(
    installation: Installation, clinic: Workspace, repository: Path, confirmed: int
):
    clinic.create_tables(tables_of(LEAD))
    settings: Settings = installation.settings
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(settings.data_dir), settings.database_url or ""],
        stdout=subprocess.PIPE,
        cwd=repository,
        env={**os.environ, "PYTHONPATH": str(repository)},
    )
    assert writer.stdout is not None
    said = len(writer.stdout.read(confirmed))
    writer.kill()
    said += len(writer.stdout.read())
    writer.wait()
    with clinic.read(snapshot=True) as unit:
        found = {
            table: unit.connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
            for table in ("f_lead", "f_lead__items", "i_lead__friends", "cc_history", "cc_events", "cc_audit")
        }
        assert verify(unit).is_whole
    records = found["f_lead"]
    assert records in (said, said + 1), "the last one may be saved but not yet said"
    assert found == {
        "f_lead": records,
        "f_lead__items": records,
        "i_lead__friends": 2 * records,
        "cc_history": records,
        "cc_events": records,
        "cc_audit": records,
    }
