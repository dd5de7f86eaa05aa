"""Revision (版次)."""

from engine.schema import closed
from form_engine.controls._virtual import Virtual

CONTROL = Virtual(
    kind="record_version",
    zh="版次",
    en="Revision",
    icon="history",
    config_schema=closed(),
    sample={"config": {}},
)
