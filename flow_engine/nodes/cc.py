"""Copy (抄送): people are told and may read it; nothing waits for them."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from engine.schema import FORMULA, KEY, WORDS, closed
from flow_engine.acts import Act
from flow_engine.approvals import people as persons
from flow_engine.approvals.human import record_of_task
from flow_engine.approvals.people import PEOPLE
from flow_engine.approvals.rights import FIELDS
from flow_engine.node import Answer, Node, NodeContext
from flow_engine.outcome import Go, NewTask, Outcome

KIND = "cc"


@dataclass(frozen=True)
class Copy(Node):
    """Everybody once."""

    group: str = "human"

    def enter(self, ctx: NodeContext) -> Answer:
        return self._enter(ctx)

    def _enter(self, ctx: NodeContext) -> Generator[Act, Any, Outcome]:
        people = yield from persons.people(ctx, "who")
        title = (yield from ctx.work_out("title")) if "title" in ctx.config else ""
        form, record_id = yield from record_of_task(ctx)
        tasks = tuple(
            NewTask(KIND, one, form=form, record_id=record_id, title=str(title or "")[:200]) for one in people
        )
        return Go("to", tasks=tasks)


NODE = Copy(
    kind=KIND,
    zh="抄送",
    en="Copy to",
    config_schema=closed(
        ("who",),
        who=PEOPLE,
        form={**KEY, "x-kind": "form"},
        record=FORMULA,
        title=FORMULA,
        fields=FIELDS,
        guide=WORDS,
    ),
    sample={"config": {"who": {"role": "finance"}, "to": "end"}, "invalid": [{}, {"who": 3}]},
)
