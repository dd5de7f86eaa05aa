"""Comment (评论): a word to whoever decides, kept in the history; nothing moves."""

from collections.abc import Iterator
from dataclasses import dataclass

from engine.problems import Problem
from engine.schema import array, closed
from flow_engine.action import Action
from flow_engine.actions._asking import PERSON
from flow_engine.actions.complete import COMMENT
from flow_engine.approvals.human import open_tasks, people_of
from flow_engine.happenings import TaskAction
from flow_engine.node import Answer, NodeContext
from flow_engine.outcome import Hold, Notice
from flow_engine.state import Task


@dataclass(frozen=True)
class Comment(Action):
    """`mention`: people to tell besides those who decide and whoever started it."""

    is_optional: bool = True
    whose: frozenset[str] = frozenset({"holder", "other", "waiting"})

    def refusals(self, ctx: NodeContext, task: Task, action: TaskAction) -> Iterator[Problem]:
        if not (action.comment or "").strip():
            yield COMMENT.at("/comment")

    def apply(self, ctx: NodeContext, task: Task, action: TaskAction) -> Answer:
        deciding = [who for one in open_tasks(ctx.tasks) for who in people_of(one)]
        starter = [ctx.instance.started_by] if ctx.instance.started_by else []
        heard = dict.fromkeys([*deciding, *starter, *action.values.get("mention", ())])
        heard.pop(action.by, None)
        told = Notice("comment", tuple(heard), {"by": action.by, "comment": action.comment}, task.task_id)
        return Hold("task", notices=(told,) if heard else ())


ACTION = Comment(
    kind="comment",
    zh="评论",
    en="Comment",
    config_schema=closed(mention=array(PERSON, maxItems=20)),
    sample={"valid": [{}, {"mention": ["u1"]}], "invalid": [{"mention": "u1"}]},
)
