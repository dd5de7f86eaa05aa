"""Branch (分院)."""

from engine.schema import closed
from form_engine.controls._links import Link, linking

CONTROL = Link(
    kind="branch",
    zh="分院",
    en="Branch",
    group="organisation",
    icon="shop",
    operators="R",
    config_schema=closed(**linking("branch")),
    sample={
        "config": {},
        "valid": ["0198c0de-0000-7000-8000-000000000001"],
        "invalid": [["0198c0de-0000-7000-8000-000000000001"], 7, "x" * 100],
    },
)
