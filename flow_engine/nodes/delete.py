"""Delete (删除记录): a record into the recycle bin."""

from collections.abc import Generator
from typing import Any

from engine.schema import closed
from flow_engine.acts import Act, Delete
from flow_engine.asking import record_at
from flow_engine.node import Node, NodeContext
from flow_engine.nodes._records import RECORD
from flow_engine.outcome import Go


class DeleteRecord(Node):
    """It can be restored from the bin like one deleted by hand."""

    def enter(self, ctx: NodeContext) -> Generator[Act, Any, Go]:
        form, record_id = yield from record_at(ctx, "record")
        yield Delete(form, record_id)
        ctx.wrote()
        return Go()


NODE = DeleteRecord(
    kind="delete",
    zh="删除记录",
    en="Delete record",
    group="data",
    config_schema=closed(("record",), record=RECORD),
    sample={"record": "{plan}", "to": "end"},
)
