"""Lookup (引用): shows, live, a field of a linked record."""

from engine.schema import closed
from form_engine.controls._computed import Computed, showing
from form_engine.controls._settings import path_of

CONTROL = Computed(
    kind="lookup",
    zh="引用",
    en="Lookup",
    icon="eye",
    config_schema=closed(("path",), path=path_of("引用的字段", "Field looked up"), **showing()),
    sample={"config": {"path": "bill_id.customer_id"}},
)
