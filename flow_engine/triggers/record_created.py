"""A record was created (新增记录): by hand, by a public form, an import, an interface or another flow."""

from collections.abc import Mapping
from typing import Any

from engine.schema import KEY, closed
from flow_engine.trigger import Trigger
from flow_engine.triggers._records import CAUSES, CREATED, on


class RecordCreated(Trigger):
    """Starts once for each new record."""

    def events(self, config: Mapping[str, Any]) -> frozenset[str]:
        return on(config["form"], *CREATED)


TRIGGER = RecordCreated(
    kind="record_created",
    zh="新增记录",
    en="Record created",
    config_schema=closed(("form",), form=KEY, causes=CAUSES),
    sample={"form": "lead", "causes": ["user", "public"]},
)
