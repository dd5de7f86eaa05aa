"""Why did this start or not, why does it wait, which version is it, what comes next; which follow-ups there should be and are."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select

from engine.store.codec import decode_json
from engine.store.platform import instant
from engine.store.unit import Unit
from flow_engine import store
from flow_engine.commanding import FlowCommands
from flow_engine.occurrences import NOT_MISSED
from flow_engine.past import past
from flow_engine.plan import FlowPlan, NodePlan
from flow_engine.plans import newest
from flow_engine.state import State, Token
from flow_engine.tables import EFFECTS, INSTANCES, OCCURRENCES, TRIGGER_LOG

Words = Mapping[str, str]
VERDICTS: Mapping[str, Words] = {
    "started": {"zh": "已启动", "en": "Started"},
    "known": {"zh": "同一事件（或“只一次”的条件）已启动过", "en": "Started before for the same occasion, or by “once per”"},
    "condition": {"zh": "条件不成立", "en": "Its condition did not hold"},
    "before_rule": {"zh": "在规则启用之前已到期", "en": "It was due before the rule came into force"},
    "came_true": {"zh": "条件随时间成立，已启动", "en": "Its condition came true with time, and it started"},
    "not_yet": {"zh": "条件尚不成立；随时间会自动再查看", "en": "Its condition does not hold yet; it is looked at again as time goes by"},
    "held_before": {"zh": "条件在保存前已成立，不算变为成立", "en": "Its condition held before the save already"},
    "not_changed": {"zh": "关注的字段没有变化", "en": "The fields it minds did not change"},
    "not_from": {"zh": "字段原来的值不在范围内", "en": "The field did not come from one of the values"},
    "not_to": {"zh": "字段变成的值不在范围内", "en": "The field did not become one of the values"},
    "not_below": {"zh": "没有低于阈值", "en": "It is not below the threshold"},
    "was_below": {"zh": "此前已低于阈值", "en": "It was below the threshold already"},
    "other_cause": {"zh": "来源不在范围内（例如导入或其他流程）", "en": "Written by somebody it does not mind, e.g. an import or a flow"},
    "other_outcome": {"zh": "流程结果不在范围内", "en": "Another outcome than those it minds"},
    "no_record": {"zh": "记录已不存在", "en": "The record is gone"},
    "looping": {"zh": "流程互相触发，已暂停", "en": "Held back: flows set each other off"},
    "error": {"zh": "启动出错，见异常列表", "en": "It failed to start; see the incidents"},
}  # fmt: skip
MOST = 50


class Explaining:
    """Answers questions about the flows of one workspace."""

    def __init__(self, flows: FlowCommands) -> None:
        self._flows = flows

    def triggers(self, unit: Unit, record_id: str, flow: str | None = None) -> list[dict[str, Any]]:
        """Return what was judged about a record, newest first: `{at, form, verdicts: [{flow, trigger, verdict, words}]}`."""
        c = TRIGGER_LOG.c
        query = select(TRIGGER_LOG).where(c.record_id == record_id).order_by(c.id.desc()).limit(MOST)
        found = []
        for row in unit.connection.execute(query):
            verdicts = [_verdict(*one) for one in decode_json(row.verdicts)]
            shown = [one for one in verdicts if flow in (None, one["flow"])]
            if shown:
                found.append({"at": row.at, "form": row.form, "event": row.event, "verdicts": shown})
        return found

    def instance(self, unit: Unit, instance_id: str) -> dict[str, Any]:
        """Return where an instance stands, what each place waits for, and where it can go from there. NotFound."""
        instance = store.look(unit, instance_id)
        state = store.load(unit, instance)
        plan = self._flows.plans.of(unit, instance.flow, instance.version)
        return {
            "instance": instance_id,
            "flow": instance.flow,
            "name": plan.name,
            "title": instance.title,
            "status": instance.status,
            "outcome": instance.outcome,
            "version": instance.version,
            "newest_version": newest(unit, instance.flow),
            "started_at": instant(instance.started_at),
            "started_by": instance.started_by,
            "places": [self._place(unit, state, plan, token) for token in state.tokens.values()],
        }

    def _place(self, unit: Unit, state: State, plan: FlowPlan, token: Token) -> dict[str, Any]:
        node = plan.nodes.get(token.node)
        return {
            "node": token.node,
            "name": node.name if node is not None else {},
            "kind": node.kind if node is not None else None,
            "wait": token.wait,
            "since": store.at_text(token.since),
            "for": list(self._waits(unit, state, token)),
            "next": _next(plan, node) if node is not None else [],
        }

    def _waits(self, unit: Unit, state: State, token: Token) -> Iterator[dict[str, Any]]:
        for task in state.tasks.values():
            if task.token_id == token.token_id and task.state in store.CLAIMABLE:
                who = [
                    self._flows.name_of(unit, one)
                    for one in ([task.assignee] if task.assignee else task.candidates)
                ]
                yield {
                    "kind": "task",
                    "task_id": task.task_id,
                    "state": task.state,
                    "who": who,
                    "due_at": store.at_text(task.due_at),
                }
        for timer in state.timers.values():
            if timer.token_id == token.token_id:
                yield {
                    "kind": "timer",
                    "key": timer.key,
                    "at": instant(timer.at),
                    "moves": timer.anchor is not None,
                }
        for one in state.subscriptions:
            if one.token_id == token.token_id:
                kind = "record" if one.name.startswith("record:") else "message"
                yield {"kind": kind, "name": one.name.removeprefix("record:"), "key": one.key}
        if token.wait == "effect":
            c = EFFECTS.c
            mine = (c.instance_id == state.instance.instance_id) & (c.token_id == token.token_id)
            query = select(c.kind, c.state, c.attempts, c.error, c.updated_at).where(mine)
            for row in unit.connection.execute(query).mappings():
                yield {"kind": "effect", **{f"effect_{key}": value for key, value in row.items()}}
        if token.wait == "child":
            c = INSTANCES.c
            mine = (c.parent_id == state.instance.instance_id) & (c.parent_token == token.token_id)
            for row in unit.connection.execute(
                select(c.instance_id, c.flow, c.status).where(mine)
            ).mappings():
                yield {"kind": "child", **row}

    def history(self, unit: Unit, instance_id: str) -> list[dict[str, Any]]:
        """Return the history of an instance, oldest first, without gaps: for replay on the canvas."""
        store.look(unit, instance_id)
        return [one._asdict() for one in past(unit, instance_id)]

    def coverage(
        self, unit: Unit, since: datetime, until: datetime, flow: str | None = None
    ) -> list[dict[str, Any]]:
        """Return, by rule, what was due in a period: expected, started, done, overdue, skipped, cancelled.

        `expected` are those that should have come: all but the cancelled ones and those whose condition did not hold.
        """
        o, i = OCCURRENCES.c, INSTANCES.c
        query = (
            select(
                o.trigger,
                o.flow,
                o.form,
                func.sum(case((o.state == "started", 1), else_=0)).label("started"),
                func.sum(case((i.status == "done", 1), else_=0)).label("done"),
                func.sum(case(((o.state == "expected") & (o.due_at <= unit.now_text), 1), else_=0)).label(
                    "overdue"
                ),
                func.sum(case(((o.state == "expected") & (o.due_at > unit.now_text), 1), else_=0)).label(
                    "to_come"
                ),
                func.sum(case(((o.state == "skipped") & o.reason.not_in(NOT_MISSED), 1), else_=0)).label(
                    "missed"
                ),
                func.sum(case(((o.state == "skipped") & o.reason.in_(NOT_MISSED), 1), else_=0)).label(
                    "not_meant"
                ),
                func.sum(case((o.state == "cancelled", 1), else_=0)).label("cancelled"),
            )
            .outerjoin(INSTANCES, i.instance_id == o.instance_id)
            .where(o.due_at >= instant(since), o.due_at < instant(until))
            .group_by(o.trigger, o.flow, o.form)
            .order_by(o.trigger)
        )
        if flow is not None:
            query = query.where(o.flow == flow)
        found = []
        for row in unit.connection.execute(query).mappings():
            counts = {
                key: int(value) if key not in ("trigger", "flow", "form") else value
                for key, value in row.items()
            }
            expected = counts["started"] + counts["overdue"] + counts["missed"]
            covered = counts["started"] / expected if expected else 1.0
            found.append({**counts, "expected": expected, "coverage": round(covered, 4)})
        return found


def _verdict(trigger: str, verdict: str, *_: Any) -> dict[str, Any]:
    flow, _dot, key = trigger.partition(".")
    return {
        "flow": flow,
        "trigger": key,
        "verdict": verdict,
        "words": VERDICTS.get(verdict, {"zh": verdict, "en": verdict}),
    }


def _next(plan: FlowPlan, node: NodePlan) -> list[dict[str, Any]]:
    """Return the ways on from a node: what happens next."""
    found = []
    for way, target in node.targets.items():
        to = plan.nodes.get(target)
        found.append({"way": way, "node": target, "name": to.name if to is not None else {}})
    for one in node.boundaries:
        found.append(
            {
                "way": f"on.{one.key}",
                "node": one.to,
                "name": plan.nodes[one.to].name if one.to in plan.nodes else {},
            }
        )
    return found
