"""Department (部门)."""

from engine.schema import closed
from form_engine.controls._links import Link, linking

CONTROL = Link(
    kind="department",
    zh="部门",
    en="Department",
    group="organisation",
    icon="apartment",
    operators="R",
    config_schema=closed(**linking("department")),
    sample={
        "config": {},
        "valid": ["0198c0de-0000-7000-8000-000000000001"],
        "invalid": [["0198c0de-0000-7000-8000-000000000001"], 7, "x" * 100],
    },
)
