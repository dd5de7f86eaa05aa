"""Team (团队)."""

from engine.schema import closed
from form_engine.controls._links import Link, linking

CONTROL = Link(
    kind="team",
    zh="团队",
    en="Team",
    group="organisation",
    icon="team",
    operators="R",
    config_schema=closed(**linking("team")),
    sample={
        "config": {},
        "valid": ["0198c0de-0000-7000-8000-000000000001"],
        "invalid": [["0198c0de-0000-7000-8000-000000000001"], 7, "x" * 100],
    },
)
