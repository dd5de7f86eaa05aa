"""A condition became true (条件成立): it did not hold before the write, and holds after it; or the clock made it true."""

from collections.abc import Mapping
from typing import Any

from engine.schema import KEY, closed
from flow_engine.settings import CONDITION
from flow_engine.trigger import Trigger
from flow_engine.triggers._records import CAUSES, CREATED, on


class BecameTrue(Trigger):
    """Starts on the edge: saving a record again for which it still holds starts nothing."""

    def events(self, config: Mapping[str, Any]) -> frozenset[str]:
        return on(config["form"], "record.updated", *CREATED)


TRIGGER = BecameTrue(
    kind="became_true",
    zh="条件成立",
    en="Condition became true",
    config_schema=closed(("form", "when"), form=KEY, when=CONDITION, causes=CAUSES),
    sample={"form": "lead", "when": '{stage} = "won"'},
    is_edge=True,
)
