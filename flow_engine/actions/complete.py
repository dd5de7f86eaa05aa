"""Complete (办理): agree, refuse, or say that it is done; what was written goes into the record first."""

from collections.abc import Collection, Generator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.problems import Code, Problem
from engine.schema import KEY, closed
from flow_engine.action import Action
from flow_engine.actions._asking import noted
from flow_engine.acts import Act, Fill
from flow_engine.approvals.deciding import NO, refuses
from flow_engine.approvals.human import HumanNode, handed, settled_by, with_new_turn
from flow_engine.approvals.people import CHOSEN, ids_of, roles_of
from flow_engine.approvals.rights import OTHERS, WRITABLE, for_roles, levels_in, required, roles_in
from flow_engine.happenings import TaskAction
from flow_engine.node import NODES, Answer, NodeContext
from flow_engine.nodes.task import SKIPPED
from flow_engine.outcome import Go, Notice, Outcome, TaskChange
from flow_engine.state import Task

NO_WAY = Code("task.no_way", zh="这一步没有“{way}”这个选择", en="There is no choice “{way}” at this step",
              hint_zh="可选：{ways}", hint_en="Choose one of: {ways}")  # fmt: skip
COMMENT = Code("task.comment_required", zh="请写明意见", en="Please say why",
               hint_zh="这一步要求填写意见，退回或拒绝时尤其如此", hint_en="This step asks for a comment, above all when refusing or sending back")  # fmt: skip
SIGN = Code("task.sign", zh="请签名", en="Please sign", hint_zh="这一步需要签名确认所看到的内容", hint_en="This step needs a signature under what was shown")  # fmt: skip
TICK = Code("task.tick", zh="“{item}”还没有完成", en="“{item}” is not done yet",
            hint_zh="完成清单上的必做项后再提交", hint_en="Finish the required items of the list first")  # fmt: skip
CHOOSE = Code("task.choose", zh="请为“{node}”选择处理人", en="Choose who decides at “{node}”",
              hint_zh="下一步由您指定处理人", hint_en="You name the people of a later step")  # fmt: skip


@dataclass(frozen=True)
class Complete(Action):
    """`way`: the choice; `values`: what was written into the form; `ticked`: of a list; `choose`: people for later nodes."""

    def noted(self, action: TaskAction) -> Mapping[str, Any]:
        """Return the choice, and of what was written only where: values and signatures are not everybody's to read."""
        kept = {key: value for key, value in action.values.items() if key not in ("values", "signed")}
        if action.values.get("values"):
            kept["written"] = sorted(action.values["values"])
        if "signed" in action.values:
            kept["signed"] = action.values["signed"].get("shown")
        return kept

    def refusals(self, ctx: NodeContext, task: Task, action: TaskAction) -> Iterator[Problem]:
        node, config = node_of(task), ctx.config
        way = action.values.get("way") or node.yes(config)
        ways = node.decisions(config)
        if way not in ways:
            yield NO_WAY.at("/values/way", way=str(way)[:60], ways=", ".join(ways))
            return
        if needs_comment(config, way) and not (action.comment or "").strip():
            yield COMMENT.at("/comment")
        if config.get("signature") and not refuses(way) and not action.values.get("signed"):
            yield SIGN.at("/values/signed")
        if refuses(way):
            return
        if "items" in config:
            ticked = {**task.data.get("ticked", {}), **action.values.get("ticked", {})}
            for item in config["items"]:
                if item.get("required", True) and not ticked.get(item["key"]):
                    yield TICK.at(f"/values/ticked/{item['key']}", item=item["label"])
        if "choose" in config:
            chosen = action.values.get("choose", {})
            for part in config["choose"]:
                if len(ids_of(chosen.get(part["node"]))) < part.get("least", 1):
                    yield CHOOSE.at(f"/values/choose/{part['node']}", node=part.get("label", part["node"]))

    def apply(self, ctx: NodeContext, task: Task, action: TaskAction) -> Answer:
        return self._apply(ctx, task, action)

    def _apply(self, ctx: NodeContext, task: Task, action: TaskAction) -> Generator[Act, Any, Outcome]:
        config, node = ctx.config, node_of(task)
        way = action.values.get("way") or node.yes(config)
        values: dict[str, Any] = {}
        variables: dict[str, Any] = {}
        record_id = task.record_id
        if action.values.get("values") or "fields" in config or (record_id is None and "form" in config):
            record_id = yield from _filled_in(ctx, node, task, action, way)
        if record_id is not None and record_id != task.record_id:
            values["record_id"] = record_id
            variables[config.get("as", config["form"])] = record_id
        stack = task.data.get("delegated", ())
        if stack:
            # 委派: the answer is advice; the task goes back to whoever asked for it.
            data = noted(
                task,
                "advice",
                {"by": action.by, "way": way, "comment": action.comment, "at": ctx.now.isoformat()},
            )
            back = stack[-1]
            back_to = handed(task, back["user"], back.get("owner"), "returned", action.by, ctx.now)
            values |= {
                **back_to,
                "data": {**back_to["data"], "advice": data["advice"], "delegated": list(stack[:-1])},
            }
            told = Notice("task", (back["user"],), {"why": "advice", "by": action.by}, task.task_id)
            return settled_by(ctx, (TaskChange(task.task_id, values),), notices=(told,), variables=variables)
        data = dict(task.data)
        if "signed" in action.values:
            data["signed"] = {**action.values["signed"], "by": action.by, "at": ctx.now.isoformat()}
        if "ticked" in action.values:
            data["ticked"] = _ticks(task, action, ctx)
        if "choose" in config and not refuses(way):
            chosen = {
                part["node"]: list(ids_of(action.values.get("choose", {}).get(part["node"])))
                for part in config["choose"]
            }
            before = ctx.variable(CHOSEN)
            variables[CHOSEN] = {**(before if isinstance(before, Mapping) else {}), **chosen}
        values |= {
            "state": "done", "action": way, "comment": action.comment, "done_at": ctx.now, "done_by": action.by,
            "assignee": task.assignee or action.by, "data": data,
        }  # fmt: skip
        outcome = settled_by(ctx, (TaskChange(task.task_id, values),), variables=variables)
        return outcome if type(outcome) is Go else (yield from with_new_turn(ctx, outcome))


def node_of(task: Task) -> HumanNode:
    """Return the kind of node a task belongs to."""
    node = NODES.get(task.kind)
    assert isinstance(node, HumanNode)
    return node


def needs_comment(config: Mapping[str, Any], way: str) -> bool:
    """Tell whether this choice must be explained: always, or when it is no consent; skipping always."""
    rule = config.get("comment", "on_refusal")
    return rule == "required" or way == SKIPPED or (rule == "on_refusal" and refuses(way))


def fields_of(
    config: Mapping[str, Any], node: HumanNode, roles: Collection[str] = (), *, is_new: bool = False
) -> Mapping[str, str]:
    """Return the field rights of a node for somebody with these roles, with what it does with fields it does not name.

    Where a node names what may be written of a record that is there, the rest is to be read.
    """
    given = config.get("fields", {})
    others = node.usual_fields
    if not is_new and any(WRITABLE & set(levels_in(level)) for level in given.values()):
        others = "read"
    return {OTHERS: others, **for_roles(given, roles)}


def _filled_in(
    ctx: NodeContext, node: HumanNode, task: Task, action: TaskAction, way: str
) -> Generator[Act, Any, str | None]:
    """Write what was given into the record; on consent what the node requires must be there. Return the record's id."""
    values = action.values.get("values") or {}
    asked_for = roles_in(ctx.config.get("fields", {}))
    roles = (yield from roles_of(ctx, action.by, asked_for)) if asked_for else frozenset()
    fields = fields_of(ctx.config, node, roles, is_new=task.record_id is None)
    is_due = not refuses(way) and (
        bool(required(fields)) or (task.record_id is None and "form" in ctx.config)
    )
    if task.form is None or not (values or is_due):
        return task.record_id
    if way == NO and task.record_id is None:
        return None
    preset = (yield from ctx.filled("preset")) if "preset" in ctx.config and task.record_id is None else {}
    asked = (
        fields
        if not refuses(way)
        else {key: "write" if level == "required" else level for key, level in fields.items()}
    )
    revision = action.values.get("revision")
    record_id: str = yield Fill(action.by, task.form, task.record_id, values, asked, preset, revision)
    ctx.wrote()
    return record_id


def _ticks(task: Task, action: TaskAction, ctx: NodeContext) -> dict[str, Any]:
    ticked = dict(task.data.get("ticked", {}))
    for key, value in action.values["ticked"].items():
        if not value:
            ticked.pop(key, None)
        elif key not in ticked:
            ticked[key] = {"by": action.by, "at": ctx.now.isoformat()}
    return ticked


TICKED = {"type": "object", "additionalProperties": {"type": "boolean"}, "maxProperties": 200}
SETTINGS = closed(
    way=KEY,
    values={"type": "object"},
    revision={"type": ["integer", "null"]},
    ticked=TICKED,
    signed={"type": "object"},
    choose={
        "type": "object",
        "additionalProperties": {"type": "array", "items": {"type": "string"}, "maxItems": 50},
    },
)
ACTION = Complete(
    kind="complete",
    zh="办理",
    en="Complete",
    config_schema=SETTINGS,
    sample={"valid": [{}, {"way": "approved"}], "invalid": [{"way": 3}, {"how": "well"}]},
)
