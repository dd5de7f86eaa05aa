"""Number (编号): given by the server from a pattern."""

from engine.schema import closed
from form_engine.controls._numbering import NUMBERING, AutoNumber

CONTROL = AutoNumber(
    kind="auto_number",
    zh="自动编号",
    en="Auto number",
    group="computed",
    icon="number",
    config_schema=closed(**NUMBERING),
    sample={"config": {"pattern": "LD-{YY}{MM}-{SEQ:5}"}, "valid": ["LD-2603-00001"], "invalid": ["a b"]},
)
