"""What nodes that read and write records have in common."""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.schema import FORMULA, KEY, Schema
from flow_engine.node import Name
from flow_engine.settings import FILTER, SETS, SORT

RECORD: Schema = {**FORMULA, "x-type": "record"}
"""A formula that gives a record: `{plan}`, `{plan.customer_id}`."""
AS: Schema = KEY
MANY: Mapping[str, Schema] = {"form": KEY, "where": FILTER, "sort": SORT}
SET: Schema = SETS


def named(config: Mapping[str, Any]) -> Iterator[Name]:
    """Yield the name of the record a node makes or finds: `as`, else its form's key."""
    yield Name(config.get("as", config["form"]), form=config["form"])


def name_of(config: Mapping[str, Any]) -> str:
    """Return that name."""
    return str(config.get("as", config["form"]))
