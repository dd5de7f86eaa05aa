"""A record was moved into the recycle bin (删除记录). Its condition looks at the record as it was."""

from collections.abc import Mapping
from typing import Any

from engine.schema import KEY, closed
from flow_engine.trigger import Trigger
from flow_engine.triggers._records import CAUSES, DELETED, on


class RecordDeleted(Trigger):
    """Starts once for each deletion."""

    def events(self, config: Mapping[str, Any]) -> frozenset[str]:
        return on(config["form"], *DELETED)


TRIGGER = RecordDeleted(
    kind="record_deleted",
    zh="删除记录",
    en="Record deleted",
    config_schema=closed(("form",), form=KEY, causes=CAUSES),
    sample={"form": "lead"},
)
