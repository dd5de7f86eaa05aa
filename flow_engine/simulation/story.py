"""What happens in a trial run, told in order: tasks, decisions, waits, changes, messages, calls, ends."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from engine.problems import Problem
from engine.store.unit import Unit
from engine.text import Words
from flow_engine.commanding import FlowCommands
from flow_engine.messages.service import LOG, reason_words
from flow_engine.plan import FlowPlan
from flow_engine.result import Entry, Step
from flow_engine.state import State, Task
from flow_engine.store import from_at
from flow_engine.tables import EFFECTS, OUTBOX
from flow_engine.tasks import words
from flow_engine.tasks.supposing import name_of

Line = dict[str, Any]
MaySee = Callable[[str, str], bool]
VERBS: Mapping[str, Words] = {
    "record.created": {"zh": "新增", "en": "created"},
    "record.updated": {"zh": "修改", "en": "changed"},
    "record.deleted": {"zh": "删除", "en": "deleted"},
    "record.restored": {"zh": "恢复", "en": "restored"},
    "record.purged": {"zh": "彻底删除", "en": "removed for good"},
}
SYSTEM = frozenset({"updated_at", "updated_by", "revision"})
UNTOLD = frozenset({"record"})
"""Lines of history that say nothing to whoever reads a trial: what comes of them is told by itself."""


class Story:
    """The lines of one trial. `may_see(form, field)`: whether values may be shown to whoever asked."""

    def __init__(self, flows: FlowCommands, may_see: MaySee) -> None:
        self._flows, self.may_see = flows, may_see
        self.lines: list[Line] = []
        self.tasks: list[tuple[str, Task]] = []
        """Tasks that were made and nobody has looked at yet, by instance."""
        self.instances: dict[str, str] = {}
        """The instances that moved, with their flows."""
        self.records: set[str] = set()
        """The records that were written."""
        self._messages: dict[str, str] = {}
        self._calls: dict[str, str] = {}

    def tell(self, unit: Unit, kind: str, text: Words, **more: Any) -> None:
        """Add a line."""
        self.lines.append({"at": unit.now, "kind": kind, "text": text, **more})

    # Steps.

    def step(self, unit: Unit, plan: FlowPlan, old: State, done: Step) -> None:
        """Tell a step of an instance."""
        instance = done.state.instance
        self.instances[instance.instance_id] = instance.flow
        for entry in done.history:
            self._entry(unit, plan, done, entry)
        for task in done.tasks.added:
            if task.kind != "cc":
                self.tasks.append((instance.instance_id, task))
            self._task(unit, plan, instance.instance_id, task)
        for one in done.incidents:
            text = {"zh": one.problem.message("zh"), "en": one.problem.message("en")}
            self._line(unit, plan, instance.instance_id, one.node, "incident", text)

    def _entry(self, unit: Unit, plan: FlowPlan, done: Step, entry: Entry) -> None:
        instance_id = done.state.instance.instance_id
        token = done.state.tokens.get(entry.token_id) if entry.token_id is not None else None
        if entry.kind == "waits":
            if token is not None and token.wait != "task":
                self._wait(unit, plan, done, entry, token.wait or "")
            return
        if entry.kind in UNTOLD:
            return
        kind = "decided" if entry.kind == "task" else entry.kind
        text = words.say(plan, entry.kind, entry.node, entry.data)
        by = self._flows.name_of(unit, entry.by) if entry.kind in ("task", "action") and entry.by else None
        more = {"by": by} if by else {}
        if entry.data.get("comment"):
            more["comment"] = entry.data["comment"]
        if entry.kind == "finished":
            more["outcome"] = done.state.instance.outcome or done.state.instance.status
        self._line(unit, plan, instance_id, entry.node, kind, text, **more)

    def _wait(self, unit: Unit, plan: FlowPlan, done: Step, entry: Entry, what: str) -> None:
        until = min((one.at for key, one in done.state.timers.items() if key[0] == entry.token_id), default=None)  # fmt: skip
        node = name_of(plan, entry.node or "")
        text = {lang: _WAITS[lang].format(node=node.get(lang) or node.get("zh", "")) for lang in ("zh", "en")}
        self._line(
            unit,
            plan,
            done.state.instance.instance_id,
            entry.node,
            "waits",
            text,
            waits_for=what,
            until=until,
        )

    def _task(self, unit: Unit, plan: FlowPlan, instance_id: str, task: Task) -> None:
        ids = (task.assignee,) if task.assignee else task.candidates
        people = [self._flows.name_of(unit, one) for one in ids]
        title = task.title or (name_of(plan, task.node).get("zh", task.node))
        kind = "cc" if task.kind == "cc" else "task"
        text = {
            "zh": f"{'抄送' if kind == 'cc' else '待办'}：{title} → {'、'.join(people) or '无人'}",
            "en": f"{'Copy' if kind == 'cc' else 'Task'}: {title} → {', '.join(people) or 'nobody'}",
        }
        self._line(
            unit,
            plan,
            instance_id,
            task.node,
            kind,
            text,
            people=list(ids),
            names=people,
            due_at=task.due_at,
        )

    def _line(
        self,
        unit: Unit,
        plan: FlowPlan,
        instance_id: str,
        node: str | None,
        kind: str,
        text: Words,
        **more: Any,
    ) -> None:
        self.tell(unit, kind, text, flow=plan.key, instance_id=instance_id, node=node, **more)

    # Records.

    def event(self, unit: Unit, kind: str, form: str | None, record_id: str | None, body: Any) -> None:
        """Tell what an event of the outbox says about a record; what messages note down is told by themselves."""
        if record_id is None or form is None or not kind.startswith("record."):
            return
        self.records.add(record_id)
        if form != LOG and kind in VERBS:
            self._change(unit, kind, form, record_id, body)

    def _change(self, unit: Unit, kind: str, form: str, record_id: str, body: Mapping[str, Any]) -> None:
        records = self._flows.ports.records(unit, self._flows.ports.service_actor("trial", {}))
        changed = [one for one in body.get("changed", ()) if one not in SYSTEM]
        shown = [one for one in changed if self.may_see(form, one) and records.knows(form, (one,))]
        paths = frozenset((one,) for one in shown)
        before, after = records.change(form, record_id, int(body.get("revision") or 1), paths)
        fields = {one: [_json((before or {}).get((one,))), _json((after or {}).get((one,)))] for one in shown}
        label = records.label(form, record_id)
        text = {lang: self._change_words(lang, kind, form, label, changed) for lang in ("zh", "en")}
        self.tell(
            unit,
            "change",
            text,
            verb=kind.partition(".")[2],
            form=form,
            record_id=record_id,
            title=label,
            changed=changed,
            fields=fields,
            by=body.get("by"),
        )

    def _change_words(self, lang: str, kind: str, form: str, label: str, changed: Sequence[str]) -> str:
        known = self._flows.plans.app.of("forms").get(form, {})
        fields = {one["key"]: one.get("label", {}) for one in known.get("fields", ())}
        listed = [_in(lang, fields.get(one, {}), one) for one in changed]
        said = f"{VERBS[kind][lang]} {_in(lang, known.get('name', {}), form)} {label}".strip()
        return said + (f"{_COLON[lang]}{_COMMA[lang].join(listed)}" if listed else "")

    # What leaves the house.

    def look_outside(self, unit: Unit) -> None:
        """Tell messages and calls that are new or stand differently now."""
        for instance_id in list(self.instances):
            self._look_at_messages(unit, instance_id)
            self._look_at_calls(unit, instance_id)

    def _look_at_messages(self, unit: Unit, instance_id: str) -> None:
        c = OUTBOX.c
        mine = (c.key >= f"{instance_id}:") & (c.key < f"{instance_id};")
        for row in unit.connection.execute(select(OUTBOX).where(mine).order_by(c.planned_at, c.key)).all():
            if self._messages.get(row.key) == row.state:
                continue
            self._messages[row.key] = row.state
            why = {lang: reason_words(row.reason, lang) for lang in ("zh", "en")} if row.reason else None
            to = row.to_name or row.to_id
            text = {lang: _message(lang, row.state, row.message, to, why) for lang in ("zh", "en")}
            self.tell(
                unit,
                "message",
                text,
                flow=self.instances[instance_id],
                instance_id=instance_id,
                node=_node_of(row.key),
                message=row.message,
                message_kind=row.kind,
                channel=row.channel,
                to={"kind": row.to_kind, "form": row.to_form, "id": row.to_id, "name": row.to_name},
                address=row.address,
                subject=row.subject,
                body=row.text,
                state=row.state,
                reason=row.reason,
                due_at=from_at(row.due_at),
            )

    def _look_at_calls(self, unit: Unit, instance_id: str) -> None:
        c = EFFECTS.c
        query = select(c.key, c.kind, c.node, c.state, c.error).where(
            c.instance_id == instance_id, c.kind != "message"
        )
        for row in unit.connection.execute(query.order_by(c.planned_at, c.key)).all():
            if self._calls.get(row.key) == row.state:
                continue
            self._calls[row.key] = row.state
            text = {
                "zh": f"对外“{row.kind}”：{row.state}",
                "en": f"Outside call “{row.kind}”: {row.state}",
            }
            self.tell(
                unit,
                "call",
                text,
                flow=self.instances[instance_id],
                instance_id=instance_id,
                node=row.node,
                state=row.state,
                error=row.error,
            )

    def refused(self, unit: Unit, instance_id: str, node: str, problems: Sequence[Problem]) -> None:
        """Tell that an answer given beforehand was not accepted."""
        text = {"zh": problems[0].message("zh"), "en": problems[0].message("en")}
        self.tell(
            unit,
            "refused",
            text,
            flow=self.instances.get(instance_id),
            instance_id=instance_id,
            node=node,
            problems=[one.to_json() for one in problems],
        )


_COLON: Words = {"zh": "：", "en": ": "}
_COMMA: Words = {"zh": "、", "en": ", "}
_WAITS: Words = {"zh": "在“{node}”等待", "en": "Waits at “{node}”"}
_STATES: Mapping[str, Words] = {
    "waiting": {"zh": "消息稍后发送", "en": "Message to go later"},
    "dropped": {"zh": "消息不发送", "en": "Message not sent"},
    "failed": {"zh": "消息发送失败", "en": "Message failed"},
}


def _in(lang: str, said: Words, otherwise: str) -> str:
    return said.get(lang) or said.get("zh") or otherwise


def _message(lang: str, state: str, message: str, to: str, why: Words | None) -> str:
    said = _STATES.get(state, {"zh": "发送消息", "en": "Message"})[lang]
    return f"{said}：{message} → {to}" + (f"（{why[lang]}）" if why else "")


def _node_of(key: str) -> str | None:
    parts = key.split(":")
    return parts[2] if len(parts) >= 4 else None


def _json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Mapping):
        return {str(key): _json(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_json(one) for one in value]
    return value if isinstance(value, str | int | bool | type(None)) else str(value)
