"""Looking at flows: instances and where they stand, the messages that went out, and the coverage of follow-ups."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, and_, func, not_, or_, select

from engine.access.actor import Actor
from engine.problems import Code, Forbidden, NotFound
from engine.store.codec import decode_json
from engine.store.platform import from_instant, instant
from engine.store.unit import Unit
from engine.text import Words
from flow_engine import store
from flow_engine.approvals.deciding import OVER
from flow_engine.commanding import FlowCommands
from flow_engine.messages.ledger import held_of
from flow_engine.messages.service import REASONS
from flow_engine.node import NODES, Way
from flow_engine.occurrences import NOT_MISSED
from flow_engine.plan import FlowPlan, NodePlan
from flow_engine.run import LOOK
from flow_engine.state import Instance, State, Task
from flow_engine.tables import EFFECTS, INCIDENTS, INSTANCES, OCCURRENCES, OUTBOX, TOKENS
from flow_engine.tasks import listing, words
from flow_engine.tasks.ahead import lies_ahead, people_of
from flow_engine.tasks.conditions import Called, called_in, in_words
from flow_engine.tasks.history import history
from flow_engine.tasks.service import TaskForms, TaskService, names_of
from flow_engine.tasks.supposing import name_of

NOT_YOURS = Code("flow.not_yours_to_see", zh="没有这个流程，或您无权查看", en="There is no such flow, or it is not yours to see",
                 hint_zh="发起人、参与人和流程管理员可以查看", hint_en="Whoever started it, takes part in it or manages flows may look")  # fmt: skip
REPEATS: Mapping[str, Words] = {
    "yearly": {"zh": "每年（公历）", "en": "every year"},
    "lunar": {"zh": "每年（农历）", "en": "every lunar year"},
}
UNITS: Mapping[str, tuple[str, str]] = {"m": ("分钟", "minutes"), "h": ("小时", "hours"), "d": ("天", "days")}
TOO_LATE = and_(OCCURRENCES.c.state == "skipped", OCCURRENCES.c.reason.not_in(NOT_MISSED))
"""What came to nothing though it was meant: found too late, or it failed."""
MANAGERS = Code("flow.managers_only", zh="只有流程管理员可以查看", en="Only those who manage flows may look at this",
                hint_zh="请联系管理员", hint_en="Ask an administrator")  # fmt: skip
_PLACE = re.compile(r"\{([a-z0-9_.]+)\}")
MOST_LABEL = 32
LIVE = ("running", "failed", "paused")
PAGE = 50
CALL_KEYS = ("key", "instance_id", "node", "kind", "state", "attempts", "planned_at", "updated_at", "error")


class FlowViews:
    """Reads only. Whoever takes part may look at an instance; lists of everything are for those who manage flows."""

    def __init__(self, flows: FlowCommands, forms: TaskForms, tasks: TaskService) -> None:
        self.flows, self.forms, self.tasks = flows, forms, tasks
        self.workspace = flows.workspace

    def flow_list(self, actor: Actor) -> list[dict[str, Any]]:
        """Return the flows in force with how many run, failed and ended in thirty days; broken ones with their problems."""
        self._managers_only(actor)
        plans = self.flows.plans
        i = INSTANCES.c
        with self.workspace.read() as unit:
            query = select(i.flow, i.status, func.count()).group_by(i.flow, i.status)
            counts: dict[str, dict[str, int]] = {}
            for flow, status, count in unit.connection.execute(query):
                counts.setdefault(flow, {})[status] = count
        found = [
            {
                "key": plan.key,
                "name": plan.name,
                "version": plan.version,
                "form": plan.subject,
                "triggers": [_trigger_words(one) for one in plan.triggers],
                "counts": counts.get(plan.key, {}),
                "problems": [],
            }
            for plan in plans.current.values()
        ]
        found += [
            {
                "key": key,
                "name": self.flows.plans.app.of("flows").get(key, {}).get("name", {"zh": key}),
                "version": 0,
                "form": None,
                "triggers": [],
                "counts": counts.get(key, {}),
                "problems": [one.to_json() for one in problems],
            }
            for key, problems in plans.broken.items()
        ]
        return sorted(found, key=lambda one: str(one["key"]))

    def instances(self, actor: Actor, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Return a page of instances, newest first. `asked`: `{flow?, status?, form?, record_id?, q?, offset?, limit?}`."""
        self._managers_only(actor)
        i = INSTANCES.c
        limit = min(int(asked.get("limit") or PAGE), listing.MOST)
        query = select(*(i[key] for key in store.INSTANCE_COLUMNS))
        for key in ("flow", "form", "record_id"):
            if asked.get(key):
                query = query.where(i[key] == asked[key])
        status = asked.get("status")
        if status == "live":
            query = query.where(i.status.in_(LIVE))
        elif status:
            query = query.where(i.status == status)
        if asked.get("q"):
            query = query.where(i.title.contains(str(asked["q"])[:100], autoescape=True))
        query = (
            query.order_by(i.started_at.desc(), i.instance_id.desc())
            .limit(limit + 1)
            .offset(int(asked.get("offset") or 0))
        )
        self.flows.plans  # noqa: B018 - a new version is taken up before the unit opens
        with self.workspace.read() as unit:
            rows = unit.connection.execute(query).all()
            found = [store.instance_of(row) for row in rows[:limit]]
            waiting = listing.open_tasks_of(unit, [one.instance_id for one in found])
            items = [self.tasks.instance_item(unit, one, waiting.get(one.instance_id, ())) for one in found]
            people = {who for one in items for part in one["waits_for"] for who in part["people"]}
            people |= {one["started_by"] for one in items if one["started_by"]}
            self._name_waits(unit, items)
            return {"instances": items, "more": len(rows) > limit, "labels": {"user": names_of(unit, people)}}

    def instance(self, actor: Actor, instance_id: str) -> dict[str, Any]:
        """Return an instance on its canvas: nodes and edges, where it stands, its history, and what may be done with it."""
        self.flows.plans  # noqa: B018 - a new version is taken up before the unit opens
        with self.workspace.read() as unit:
            instance = store.look(unit, instance_id)
            if not self._may_see(unit, actor, instance):
                raise NotFound(NOT_YOURS.at(""))
            plan = self.flows.plans.of(unit, instance.flow, instance.version)
            state = store.load(unit, instance)
            tasks = [
                *store.past_tasks(unit, instance_id),
                *(one for one in state.tasks.values() if one.state not in OVER),
            ]
            tasks.sort(key=lambda one: one.task_id)
            lines = history(unit, plan, instance)
            open_now = [one for one in tasks if one.state not in OVER and one.kind != "cc"]
            incidents = self._incidents(unit, instance_id)
            people = {who for one in tasks for who in (one.assignee, one.done_by, one.owner, *one.candidates)}
            people |= {one["by"] for one in lines} | {instance.started_by}
            places = [] if instance.ended_at is not None else self._ahead(unit, plan, state)
            people |= people_of(places)
            record = None
            if instance.form and instance.record_id:
                seen = self.forms.read(unit, actor, instance.form, instance.record_id)
                record = (
                    {"form": instance.form, "id": instance.record_id, "title": seen["title"]}
                    if seen
                    else None
                )
            return {
                "instance": {
                    **self.tasks.instance_item(unit, instance, open_now),
                    "branch_id": instance.branch_id,
                },
                "record": record,
                "graph": graph(plan, called_in(self.flows.plans.app)),
                "tokens": [
                    {
                        "token_id": one.token_id,
                        "node": one.node,
                        "wait": one.wait,
                        "since": one.since,
                        "scope_id": one.scope_id,
                    }
                    for one in sorted(state.tokens.values(), key=lambda one: one.token_id)
                ],
                "timers": [
                    {"token_id": one.token_id, "key": one.key, "at": one.at}
                    for one in sorted(state.timers.values(), key=lambda one: one.at)
                ],
                "tasks": [_task(plan, one) for one in tasks],
                "history": lines,
                "incidents": incidents,
                "waiting": waiting_words(plan, state),
                "ahead": places,
                "actions": self._actions(actor, instance, state, tasks),
                "labels": {"user": names_of(unit, people)},
            }

    def _ahead(self, unit: Unit, plan: FlowPlan, state: State) -> list[dict[str, Any]]:
        world, setting = self.tasks.supposed(unit, plan, state.instance)
        return lies_ahead(world, plan, state, setting)

    def _actions(self, actor: Actor, instance: Instance, state: State, tasks: Sequence[Task]) -> list[str]:
        """Return what the actor may do with the instance."""
        if instance.ended_at is not None:
            return ["reopen"] if self.forms.is_manager(actor) and instance.parent is None else []
        found = []
        if instance.started_by == actor.user_id and may_withdraw(tasks):
            found.append("withdraw")
        if self.forms.is_manager(actor):
            found += ["cancel", "resume" if instance.status == "paused" else "pause", "jump", "skip"]
            if any(one.wait in ("incident", "retry") for one in state.tokens.values()):
                found.append("retry")
        return found

    def _incidents(self, unit: Unit, instance_id: str) -> list[dict[str, Any]]:
        c = INCIDENTS.c
        query = select(INCIDENTS).where(c.instance_id == instance_id, c.state == "open").order_by(c.at)
        return [
            {
                "id": row["incident_id"],
                "node": row["node"],
                "token_id": row["token_id"],
                "kind": row["kind"],
                "problem": decode_json(row["problem"]),
                "at": from_instant(row["at"]),
            }
            for row in unit.connection.execute(query).mappings()
        ]

    def _name_waits(self, unit: Unit, items: Sequence[dict[str, Any]]) -> None:
        """Say at which step those stand that wait for no person: for a time, a message, a record."""
        silent = {
            one["instance_id"]: one for one in items if not one["waits_for"] and one["ended_at"] is None
        }
        c = TOKENS.c
        query = select(c.instance_id, c.node).where(c.instance_id.in_(list(silent))).order_by(c.token_id)
        for instance_id, node in unit.connection.execute(query) if silent else ():
            item = silent[instance_id]
            plan = self.flows.plans.current.get(item["flow"])
            name = name_of(plan, node) if plan is not None else {"zh": node, "en": node}
            item["waits_for"].append({"node": node, "name": name, "people": [], "due_at": None, "tasks": []})

    def outbox(self, actor: Actor, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Return what was or would be sent, newest first, exactly as it reads; addresses stay masked.

        `asked`: `{state?, channel?, message?, q?, offset?, limit?}`.
        """
        self._managers_only(actor)
        c = OUTBOX.c
        limit = min(int(asked.get("limit") or PAGE), listing.MOST)
        query = newest_messages(asked).limit(limit + 1).offset(int(asked.get("offset") or 0))
        with self.workspace.read() as unit:
            rows = [dict(row) for row in unit.connection.execute(query).mappings()]
            states = unit.connection.execute(select(c.state, func.count()).group_by(c.state)).all()
            calls = (
                select(EFFECTS)
                .where(EFFECTS.c.kind != "message")
                .order_by(EFFECTS.c.planned_at.desc())
                .limit(PAGE)
            )
            out = [dict(row) for row in unit.connection.execute(calls).mappings()]
        return {
            "messages": [
                {
                    **_with_instants(row, "planned_at", "due_at", "sent_at"),
                    "why": _why(row["reason"]),
                    "held": [
                        {
                            "at": from_instant(one["at"]),
                            "until": from_instant(one["until"]),
                            "why": _why(one["reason"]),
                        }
                        for one in held_of(row["held"])
                    ],
                }
                for row in rows[:limit]
            ],
            "more": len(rows) > limit,
            "counts": {str(row[0]): int(row[1]) for row in states},
            "calls": [
                _with_instants({key: row[key] for key in CALL_KEYS}, "planned_at", "updated_at")
                for row in out
            ],
        }

    def coverage(self, actor: Actor, since: str | None = None) -> list[dict[str, Any]]:
        """Return for each follow-up rule what should exist, what does, and what is done: the proof that nobody was forgotten."""
        self._managers_only(actor)
        o = OCCURRENCES.c
        plans = self.flows.plans
        with self.workspace.read() as unit:
            now = instant(unit.now)
            query = select(
                o.trigger,
                o.flow,
                o.form,
                func.count(),
                func.count().filter(o.state == "started"),
                func.count().filter(and_(o.state == "expected", o.due_at >= now)),
                func.count().filter(or_(and_(o.state == "expected", o.due_at < now), TOO_LATE)),
                func.count().filter(and_(o.state == "skipped", not_(TOO_LATE))),
                func.count().filter(o.state == "cancelled"),
            ).group_by(o.trigger, o.flow, o.form)
            if since:
                query = query.where(o.due_at >= since)
            rows = unit.connection.execute(query.order_by(o.flow, o.trigger)).all()
            done = self._done_by_flow(unit, since)
        found = []
        for trigger, flow, form, total, started, ahead, missed, skipped, cancelled in rows:
            plan = plans.current.get(flow)
            due = total - ahead - cancelled
            found.append(
                {
                    "trigger": trigger,
                    "flow": flow,
                    "name": plan.name if plan is not None else {"zh": flow},
                    "rule": _rule_words(plan, trigger),
                    "form": form,
                    "due": due,
                    "started": started,
                    "finished": done.get(trigger, 0),
                    "ahead": ahead,
                    "missed": missed,
                    "skipped": skipped,
                    "cancelled": cancelled,
                    "share": None if due == 0 else str(round((started + skipped) / due, 4)),
                }
            )
        return found

    def _done_by_flow(self, unit: Unit, since: str | None) -> dict[str, int]:
        o, i = OCCURRENCES.c, INSTANCES.c
        query = (
            select(o.trigger, func.count())
            .join(INSTANCES, i.instance_id == o.instance_id)
            .where(i.status == "done")
            .group_by(o.trigger)
        )
        if since:
            query = query.where(o.due_at >= since)
        return {row[0]: row[1] for row in unit.connection.execute(query)}

    def gaps(self, actor: Actor, trigger: str, limit: int = 200) -> dict[str, Any]:
        """Return the occurrences of a rule that are due and have not happened, with their records."""
        self._managers_only(actor)
        o = OCCURRENCES.c
        with self.workspace.read() as unit:
            where = and_(
                o.trigger == trigger,
                or_(TOO_LATE, and_(o.state == "expected", o.due_at < instant(unit.now))),
            )
            rows = unit.connection.execute(
                select(OCCURRENCES).where(where).order_by(o.due_at).limit(limit)
            ).mappings()
            keys = ("record_id", "occurrence", "form", "due_at", "state", "reason", "instance_id")
            gaps = [_with_instants({key: row[key] for key in keys}, "due_at") for row in rows]
            titles = {}
            for one in gaps:
                seen = self.forms.read(unit, actor, one["form"], one["record_id"])
                if seen is not None:
                    titles[one["record_id"]] = seen["title"]
        return {"gaps": [one for one in gaps if one["record_id"] in titles], "titles": titles}

    def _may_see(self, unit: Unit, actor: Actor, instance: Instance) -> bool:
        if self.forms.is_manager(actor) or listing.takes_part(unit, instance, actor.user_id):
            return True
        if instance.form is None or instance.record_id is None:
            return False
        return self.forms.read(unit, actor, instance.form, instance.record_id) is not None

    def _managers_only(self, actor: Actor) -> None:
        if not self.forms.is_manager(actor):
            raise Forbidden(MANAGERS.at(""))


def newest_messages(asked: Mapping[str, Any]) -> Select[Any]:
    """Return the query for messages, newest first."""
    c = OUTBOX.c
    query = select(OUTBOX)
    for key in ("state", "channel", "message"):
        if asked.get(key):
            query = query.where(c[key] == asked[key])
    if asked.get("q"):
        query = query.where(c.text.contains(str(asked["q"])[:100], autoescape=True))
    return query.order_by(c.planned_at.desc(), c.key.desc())


def _why(reason: str | None) -> Words:
    """Return why a message is not sent, or not yet."""
    return REASONS.get(reason or "") or {"zh": reason or "", "en": reason or ""}


def _with_instants(row: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    """Return a row with these columns as instants."""
    return {**row, **{key: from_instant(row[key]) for key in keys if row[key]}}


def may_withdraw(tasks: Sequence[Task]) -> bool:
    """Tell whether the starter may still withdraw: as long as no approver has decided."""
    return not any(one.kind == "approve" and one.state == "done" and one.done_by is not None for one in tasks)


def graph(plan: FlowPlan, called: Called) -> dict[str, Any]:
    """Return a flow as nodes and edges, for the canvas: `{start, nodes, edges}`."""
    nodes: list[dict[str, Any]] = []
    edges: list[dict[str, Any]] = []
    for node in plan.nodes.values():
        kind = NODES.get(node.kind)
        nodes.append(
            {
                "key": node.key,
                "kind": node.kind,
                "kind_name": {"zh": kind.zh, "en": kind.en},
                "group": kind.group,
                "name": name_of(plan, node.key),
                "line": _line(node),
                "region": node.region,
            }
        )
        edges += [
            {
                "key": f"{node.key}.{way.key}",
                "from": node.key,
                "to": way.to,
                "label": _way_label(plan, node, way, called),
            }
            for way in node.ways
            if way.to
        ]
        edges += [
            {"key": f"{node.key}.body.{at}", "from": node.key, "to": body, "label": None, "is_body": True}
            for at, body in enumerate(node.bodies)
        ]
        edges += [
            {
                "key": f"{node.key}.on.{one.key}",
                "from": node.key,
                "to": one.to,
                "label": one.config.get("name"),
                "is_boundary": True,
            }
            for one in node.boundaries
            if one.to
        ]
    return {"start": plan.start, "nodes": nodes, "edges": edges}


def _line(node: NodePlan) -> Mapping[str, str] | None:
    """Return one line of what a node does, where its settings say it in a word."""
    if node.node.group == "human" and "mode" in node.config:
        return words.MODES.get(node.config["mode"])
    return None


def _way_label(plan: FlowPlan, node: NodePlan, way: Way, called: Called) -> Mapping[str, str] | None:
    """Return what stands at an edge: its label, the choice it is, or its condition with fields as people call them."""
    if way.label:
        return way.label
    if len(node.ways) < 2:
        return None
    if node.node.group == "human":
        return words.way_words(node.config, way.key)
    if way.is_default:
        return {"zh": "其他情况", "en": "otherwise"}
    return condition_words(plan, way.when, called) if way.when else None


def condition_words(plan: FlowPlan, formula: str, called: Called) -> Words:
    """Return a condition in words, else with the fields' names for its places: `{plan.discount_rate} >= 0.85` → 整单折扣 ≥ 0.85."""
    said = in_words(formula, plan.subject or "", called)
    if said is not None:
        return {lang: _short(text) for lang, text in said.items()}
    found = {}
    for lang in ("zh", "en"):

        def named(match: re.Match[str], lang: str = lang) -> str:
            *before, key = match[1].split(".")
            form = before[-1] if before else plan.subject or ""
            label = called.fields.get((form, key)) or {}
            return label.get(lang) or label.get("zh") or key

        text = _PLACE.sub(named, formula)
        for sign, shown in (("<>", "≠"), (">=", "≥"), ("<=", "≤")):
            text = text.replace(sign, shown)
        found[lang] = _short(text)
    return found


def _short(text: str) -> str:
    return text if len(text) <= MOST_LABEL else text[: MOST_LABEL - 1] + "…"


def waiting_words(plan: FlowPlan, state: State) -> list[dict[str, Any]]:
    """Return why the instance stands still, place by place."""
    found = []
    for token in sorted(state.tokens.values(), key=lambda one: one.token_id):
        if token.wait is None:
            continue
        mine = [one for one in state.timers.values() if one.token_id == token.token_id and one.key != LOOK]
        at = min((one.at for one in mine), default=None)
        found.append(
            {
                "token_id": token.token_id,
                "node": token.node,
                "name": name_of(plan, token.node),
                "wait": token.wait,
                "since": token.since,
                "until": at,
                "text": WAITS.get(token.wait, WAITS["other"]),
            }
        )
    return found


WAITS: Mapping[str, Mapping[str, str]] = {
    "task": {"zh": "等待有人处理", "en": "waits for somebody to do it"},
    "timer": {"zh": "等待时间到", "en": "waits for a time"},
    "message": {"zh": "等待消息", "en": "waits for a message"},
    "effect": {"zh": "等待对外发送的结果", "en": "waits for what was sent out"},
    "child": {"zh": "等待被调用的流程结束", "en": "waits for the flow it called"},
    "join": {"zh": "等待其他分支", "en": "waits for other branches"},
    "turn": {"zh": "等待其他分支", "en": "waits for other branches"},
    "body": {"zh": "等待内部步骤完成", "en": "waits for the steps inside"},
    "record": {"zh": "等待记录变化", "en": "waits for a record to change"},
    "incident": {"zh": "出现异常，等待处理", "en": "could not go on and waits to be mended"},
    "retry": {"zh": "稍后自动重试", "en": "will be tried again"},
    "other": {"zh": "等待中", "en": "waits"},
}


def _task(plan: FlowPlan, task: Task) -> dict[str, Any]:
    node = plan.nodes.get(task.node)
    return {
        "task_id": task.task_id,
        "token_id": task.token_id,
        "node": task.node,
        "kind": task.kind,
        "state": task.state,
        "who": task.assignee,
        "candidates": list(task.candidates) if task.assignee is None else [],
        "owner": task.owner,
        "action": words.way_words(node.config if node is not None else {}, task.action)
        if task.action
        else None,
        "comment": task.comment,
        "made_at": task.made_at,
        "due_at": task.due_at,
        "done_at": task.done_at,
        "done_by": task.done_by,
        "auto": words.AUTO.get(str(task.data.get("auto"))) if task.data.get("auto") else None,
    }


def _trigger_words(one: Any) -> dict[str, Any]:
    return {
        "key": one.key,
        "kind": one.kind,
        "name": {"zh": one.trigger.zh, "en": one.trigger.en},
        "form": one.form,
    }


def _rule_words(plan: FlowPlan | None, trigger: str) -> Words | None:
    """Return what tells one rule of a flow from its others: how often, and how long before or after the date."""
    found = next((one for one in plan.triggers if f"{plan.key}.{one.key}" == trigger), None) if plan else None
    if found is None:
        return None
    told = [REPEATS[found.config["repeat"]]] if found.config.get("repeat") in REPEATS else []
    told += [_offset_words(str(one)) for one in found.config.get("offsets", ())]
    both = {
        lang: ("、" if lang == "zh" else ", ").join(one[lang] for one in told if one[lang])
        for lang in ("zh", "en")
    }
    return both if both["zh"] else None


def _offset_words(span: str) -> Words:
    """Say how far from the date: `-1d` is a day before."""
    count, unit = span.lstrip("+-")[:-1], span[-1:]
    if not count.strip("0") or unit not in UNITS:
        return {"zh": "", "en": ""}
    zh, en = UNITS[unit]
    is_before = span.startswith("-")
    return {
        "zh": f"提前 {count} {zh}" if is_before else f"{count} {zh}后",
        "en": f"{count} {en} {'before' if is_before else 'after'}",
    }
