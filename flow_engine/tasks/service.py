"""TaskService: everything people do with tasks. Each method opens one unit; what may be seen is decided here."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Protocol

from sqlalchemy import select

from engine.access.account_tables import USERS
from engine.access.actor import Actor
from engine.definitions.validate import Checker
from engine.ids import new_id
from engine.problems import Code, Conflict, Forbidden, NotFound, Rejected
from engine.schema import with_defaults
from engine.store.codec import encode_json
from engine.store.unit import Unit
from flow_engine import store
from flow_engine.action import ACTIONS
from flow_engine.actions.complete import fields_of, needs_comment, node_of
from flow_engine.actions.remove_signers import removable
from flow_engine.actions.send_back import ways_back
from flow_engine.approvals import deadlines
from flow_engine.approvals.deciding import OVER, is_yes
from flow_engine.approvals.rights import for_roles, levels_in
from flow_engine.commanding import FlowCommands
from flow_engine.context import Context
from flow_engine.happenings import TaskAction
from flow_engine.names import Setting
from flow_engine.plan import FlowPlan, NodePlan
from flow_engine.result import Step
from flow_engine.run import Run
from flow_engine.state import Instance, State, Task, Token
from flow_engine.step import first_state
from flow_engine.tasks import listing, words
from flow_engine.tasks.history import history
from flow_engine.tasks.supposing import Supposed, ask, everybody_agrees, name_of, outlook, suppose

NO_TASK = Code("task.not_found", zh="没有这个待办，或它不是您的", en="There is no such task, or it is not yours",
               hint_zh="请回到待办列表", hint_en="Go back to your list")  # fmt: skip
CHANGED = Code("task.changed_since", zh="您看到的内容已被修改，请重新查看后再签名", en="What you saw has changed; look again before you sign",
               hint_zh="刷新页面", hint_en="Reload the page")  # fmt: skip
MANAGERS = Code("task.managers_only", zh="只有流程管理员可以这样做", en="Only those who manage flows may do that",
                hint_zh="请联系管理员", hint_en="Ask an administrator")  # fmt: skip
MOST_AT_ONCE = 100


class TaskForms(Protocol):
    """What tasks need of forms: whether somebody may see a record, and what they see."""

    def read(self, unit: Unit, actor: Actor, form: str, record_id: str) -> Mapping[str, Any] | None:
        """Return `{record, labels, can, masked, title}` as the actor may see it; None where they may not."""

    def is_manager(self, actor: Actor) -> bool:
        """Tell whether the actor manages flows: may look at all of them, hand over and mend."""


class TaskService:
    """Tasks of one workspace."""

    def __init__(self, flows: FlowCommands, forms: TaskForms) -> None:
        self.flows, self.forms = flows, forms
        self.workspace = flows.workspace

    # Lists.

    def mine(self, actor: Actor, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Return `{tasks, more, counts, labels, flows}` of one of my boxes; see `listing.listed`."""
        plans = self.flows.plans
        with self.workspace.read() as unit:
            if asked.get("box") == "started":
                return self._started(unit, actor, asked)
            found, more = listing.listed(unit, actor.user_id, asked)
            tasks = [self.item(unit, actor, task, instance) for task, instance in found]
            return {
                "tasks": tasks,
                "more": more,
                "counts": listing.counts(unit, actor.user_id),
                "labels": {"user": names_of(unit, _people(tasks))},
                "flows": listing.flows_in(found, plans),
            }

    def _started(self, unit: Unit, actor: Actor, asked: Mapping[str, Any]) -> dict[str, Any]:
        found, more = listing.started_by(unit, actor.user_id, asked)
        waiting = listing.open_tasks_of(unit, [one.instance_id for one in found])
        instances = [self.instance_item(unit, one, waiting.get(one.instance_id, ())) for one in found]
        people = {who for one in instances for part in one["waits_for"] for who in part["people"]}
        return {
            "instances": instances,
            "tasks": [],
            "more": more,
            "counts": listing.counts(unit, actor.user_id),
            "labels": {"user": names_of(unit, people)},
            "flows": {one.flow: self._flow_name(unit, one) for one in found},
        }

    def counts(self, actor: Actor) -> dict[str, int]:
        """Return how much waits for me."""
        with self.workspace.read() as unit:
            return listing.counts(unit, actor.user_id)

    def of_record(self, actor: Actor, form: str, record_id: str) -> dict[str, Any]:
        """Return the flows about a record with the tasks open in them, for whoever may see the record."""
        self.flows.plans  # noqa: B018 - a new version is taken up before the unit opens
        with self.workspace.read() as unit:
            if self.forms.read(unit, actor, form, record_id) is None:
                raise NotFound(NO_TASK.at(""))
            found = listing.of_record(unit, form, record_id)
            waiting = listing.open_tasks_of(unit, [one.instance_id for one in found if one.ended_at is None])
            instances = []
            for one in found:
                tasks = waiting.get(one.instance_id, [])
                mine = [
                    self.item(unit, actor, task, one)
                    for task in tasks
                    if task.state == "open" and holds(task, actor)
                ]
                instances.append({**self.instance_item(unit, one, tasks), "mine": mine})
            people = {who for one in instances for part in one["waits_for"] for who in part["people"]}
            people |= {one["started_by"] for one in instances if one["started_by"]}
            return {"instances": instances, "labels": {"user": names_of(unit, people)}}

    def item(self, unit: Unit, actor: Actor, task: Task, instance: Instance) -> dict[str, Any]:
        """Return one line of a list."""
        plan = self._plan(unit, instance)
        node = plan.nodes.get(task.node) if plan is not None else None
        trail = task.data.get("trail") or [{}]
        added = task.data.get("added") or {}
        return {
            "instance_id": instance.instance_id,
            "task_id": task.task_id,
            "round": task.round,
            "kind": task.kind,
            "flow": instance.flow,
            "flow_name": plan.name if plan is not None else {"zh": instance.flow},
            "node": task.node,
            "name": name_of(plan, task.node) if plan is not None else {"zh": task.node},
            "title": instance.title,
            "subject": task.title,
            "form": task.form,
            "record_id": task.record_id,
            "state": task.state,
            "status": instance.status,
            "assignee": task.assignee,
            "owner": task.owner,
            "is_claimable": task.assignee is None and actor.user_id in task.candidates,
            "made_at": task.made_at,
            "due_at": task.due_at,
            "is_late": task.due_at is not None and task.due_at < unit.now and task.state not in OVER,
            "is_stopped": task.state not in OVER and deadlines.has_stopped(task),
            "done_at": task.done_at,
            "action": task.action,
            "way": words.way_words(node.config if node is not None else {}, task.action)
            if task.action
            else None,
            "comment": task.comment,
            "started_by": instance.started_by,
            "started_at": instance.started_at,
            "urged": len(task.data.get("urged", ())),
            "came": trail[-1].get("how") or ("add_signers" if added else None),
            "came_from": trail[-1].get("by") or added.get("by"),
            "parked_until": (task.data.get("parked") or {}).get("until") if task.state == "parked" else None,
            "quick": self._quick(node, task) if task.state == "open" else [],
        }

    def _quick(self, node: NodePlan | None, task: Task) -> list[dict[str, Any]]:
        """Return the ways that need nothing but one press: what a list may offer. Filling in is never one press."""
        if node is None or task.kind == "cc":
            return []
        config, kind = node.config, node_of(task)
        needs_more = (
            config.get("signature")
            or config.get("choose")
            or config.get("items")
            or any("required" in levels_in(level) for level in config.get("fields", {}).values())
            or kind.is_filled_in
            or ("form" in config and task.record_id is None)
        )
        if needs_more:
            return []
        return [
            {
                "way": way,
                "label": words.way_words(config, way),
                "needs_comment": needs_comment(config, way),
                "is_yes": is_yes(way) or way == kind.yes(config),
            }
            for way in kind.decisions(config)
        ]

    def instance_item(self, unit: Unit, instance: Instance, waiting: Sequence[Task]) -> dict[str, Any]:
        """Return one line about an instance: what it is, how it stands, and for whom it waits."""
        plan = self._plan(unit, instance)
        waits: dict[str, dict[str, Any]] = {}
        for task in waiting:
            if task.state == "waiting":
                continue
            name = name_of(plan, task.node) if plan is not None else {"zh": task.node}
            part = waits.setdefault(
                task.node, {"node": task.node, "name": name, "people": [], "due_at": task.due_at, "tasks": []}
            )
            part["people"] += [
                one
                for one in ((task.assignee,) if task.assignee else task.candidates)
                if one not in part["people"]
            ]
            part["tasks"].append(task.task_id)
        return {
            "instance_id": instance.instance_id,
            "flow": instance.flow,
            "flow_name": plan.name if plan is not None else {"zh": instance.flow},
            "version": instance.version,
            "title": instance.title,
            "status": instance.status,
            "outcome": instance.outcome,
            "form": instance.form,
            "record_id": instance.record_id,
            "started_at": instance.started_at,
            "started_by": instance.started_by,
            "ended_at": instance.ended_at,
            "waits_for": list(waits.values()),
        }

    # One task.

    def page(self, actor: Actor, instance_id: str, task_id: int) -> dict[str, Any]:
        """Return everything the page of a task shows. NotFound where it is none of the actor's business."""
        self.flows.plans  # noqa: B018 - a new version is taken up before the unit opens
        with self.workspace.read() as unit:
            instance, plan, state, task = self._found(unit, actor, instance_id, task_id)
            node = plan.nodes[task.node]
            token = state.tokens.get(task.token_id)
            beside = [
                one for one in state.tasks.values() if one.token_id == task.token_id and one.kind != "cc"
            ]
            roles = self._roles(unit, actor, task)
            record = self._record(unit, actor, task, node, roles)
            page: dict[str, Any] = {
                "task": self.item(unit, actor, task, instance),
                "instance": self.instance_item(
                    unit, instance, listing.open_tasks_of(unit, [instance_id]).get(instance_id, ())
                ),
                "node": self._node(plan, node, task, roles),
                "record": record,
                "shown": print_of(instance, task, record),
                "beside": [_seat(one) for one in sorted(beside, key=lambda one: (one.position, one.task_id))],
                "advice": list(task.data.get("advice", ())),
                "ticked": task.data.get("ticked", {}),
                "returned": _returned(unit, instance_id, task, token),
                "paused": (token.data.get("paused") if token is not None else None),
                "actions": [],
                "ways": [],
            }
            if token is not None or task.kind == "cc":
                self._offer(unit, actor, plan, state, task, token, page)
            elif task.done_by == actor.user_id:
                page["actions"] = self._take_back(unit, actor, plan, state, task)
            page["history"] = history(unit, plan, instance)
            page["labels"] = {
                **(record or {}).get("labels", {}),
                "user": {
                    **(record or {}).get("labels", {}).get("user", {}),
                    **names_of(unit, _people_of_page(page)),
                },
            }
            return page

    def _roles(self, unit: Unit, actor: Actor, task: Task) -> frozenset[str]:
        """Return the roles by which a node's field rights are told: one's own, and those of whom one stands for."""
        people = self.flows.ports.people
        if task.owner is None or task.assignee != actor.user_id or people is None:
            return actor.roles
        owner = people.actor(unit, task.owner)
        return actor.roles | (owner.roles if owner is not None else frozenset())

    def _node(self, plan: FlowPlan, node: NodePlan, task: Task, roles: frozenset[str]) -> dict[str, Any]:
        config = node.config
        mode = config.get("mode", "any")
        kept = {
            key: config[key]
            for key in ("guide", "items", "comment", "signature", "ratio", "votes")
            if key in config
        }
        fields = (
            fields_of(config, node_of(task), roles, is_new=task.record_id is None)
            if task.kind != "cc"
            else {"*": "read", **for_roles(config.get("fields", {}), roles)}
        )
        return {
            "key": node.key,
            "kind": node.kind,
            "name": name_of(plan, node.key),
            "mode": mode,
            "mode_words": words.MODES.get(mode),
            "fields": fields,
            "is_new_record": task.record_id is None and "form" in config,
            "choose": [
                {
                    "node": one["node"],
                    "label": one.get("label") or name_of(plan, one["node"]),
                    "least": one.get("least", 1),
                }
                for one in config.get("choose", ())
            ],
            **kept,
        }

    def _record(
        self, unit: Unit, actor: Actor, task: Task, node: NodePlan, roles: frozenset[str]
    ) -> dict[str, Any] | None:
        """Return the record of a task as the actor may see it here: their rights, narrowed by the node."""
        if task.form is None or task.record_id is None:
            return None
        found = self.forms.read(unit, actor, task.form, task.record_id)
        if found is None:
            return None
        fields = for_roles(node.config.get("fields", {}), roles)
        record = dict(found["record"])
        masked = set(found.get("masked", ()))
        others = fields.get("*")
        for key in list(record):
            level = fields.get(key, others if key not in SYSTEM else None)
            if level == "hidden":
                del record[key]
            elif level == "masked" and record[key] is not None:
                record[key] = "•••"
                masked.add(key)
        return {**found, "record": record, "masked": sorted(masked)}

    def _offer(
        self,
        unit: Unit,
        actor: Actor,
        plan: FlowPlan,
        state: State,
        task: Task,
        token: Token | None,
        page: dict[str, Any],
    ) -> None:
        """Put into the page what the actor may do, and what each choice would lead to."""
        world, setting = self.supposed(unit, plan, state.instance)
        run = Run(plan, state, unit.now, setting, actor.user_id)
        context = Context(run, plan.nodes[task.node], token or Token(task.token_id, task.node, 0, task.round))
        for kind in ACTIONS:
            if "manager" in kind.whose and not self.forms.is_manager(actor):
                continue
            if kind.kind == "take_back" and task.state != "done":
                continue
            if not kind.offered(context, task, actor.user_id):
                continue
            one: dict[str, Any] = {"kind": kind.kind, "name": {"zh": kind.zh, "en": kind.en}}
            if kind.kind == "complete":
                page["ways"] = self._ways(world, plan, state, task, actor, setting)
            elif kind.kind == "send_back":
                places = ask(world, ways_back(context))
                one["places"] = [{"node": node, "name": name_of(plan, node)} for node in places]
                if not places:
                    continue
            elif kind.kind == "remove_signers":
                one["tasks"] = [
                    {"task_id": other.task_id, "who": other.assignee}
                    for other in removable(context, actor.user_id)
                ]
            page["actions"].append(one)

    def _ways(
        self, world: Supposed, plan: FlowPlan, state: State, task: Task, actor: Actor, setting: Setting
    ) -> list[dict[str, Any]]:
        config, kind = plan.nodes[task.node].config, node_of(task)
        found = []
        for way in kind.decisions(config):
            found.append(
                {
                    "way": way,
                    "label": words.way_words(config, way),
                    "is_yes": is_yes(way) or way == kind.yes(config),
                    "needs_comment": needs_comment(config, way),
                    "next": self._next(world, plan, state, task, actor, way, setting),
                }
            )
        return found

    def _next(
        self,
        world: Supposed,
        plan: FlowPlan,
        state: State,
        task: Task,
        actor: Actor,
        way: str,
        setting: Setting,
    ) -> list[dict[str, Any]] | None:
        """Return what would come after this choice; None where it cannot be told (it depends on what is written)."""
        config = plan.nodes[task.node].config
        values: dict[str, Any] = {"way": way, "signed": {"supposed": True}}
        values["ticked"] = {item["key"]: True for item in config.get("items", ())}
        values["choose"] = {part["node"]: [actor.user_id] for part in config.get("choose", ())}
        happening = TaskAction(task.task_id, "complete", actor.user_id, task.round, values, "–")
        done = suppose(world, plan, state, happening, world.unit.now, setting)
        return outlook(plan, state, done) if isinstance(done, Step) else None

    def _take_back(
        self, unit: Unit, actor: Actor, plan: FlowPlan, state: State, task: Task
    ) -> list[dict[str, Any]]:
        """Return the offer to take a decision back, aimed at the task that followed it."""
        after = self._followed_by(unit, plan, state, task, actor)
        if after is None:
            return []
        kind = ACTIONS.get("take_back")
        return [
            {
                "kind": "take_back",
                "name": {"zh": kind.zh, "en": kind.en},
                "task_id": after.task_id,
                "round": after.round,
            }
        ]

    def _followed_by(self, unit: Unit, plan: FlowPlan, state: State, task: Task, actor: Actor) -> Task | None:
        world, setting = self.supposed(unit, plan, state.instance)
        for one in state.tasks.values():
            if one.state in OVER or one.kind == "cc" or one.task_id < task.task_id:
                continue
            done = suppose(
                world,
                plan,
                state,
                TaskAction(one.task_id, "take_back", actor.user_id, one.round),
                unit.now,
                setting,
            )
            if isinstance(done, Step):
                return one
        return None

    # Doing it.

    def act(
        self,
        actor: Actor,
        instance_id: str,
        task_id: int,
        action: str,
        values: Mapping[str, Any] | None = None,
        comment: str | None = None,
        key: str | None = None,
        round_: int | None = None,
    ) -> dict[str, Any]:
        """Do something with a task. `key`: the same click twice is done once."""
        kind = ACTIONS.get(action, "/action")
        given = dict(values or {})
        problems = list(_checker(action).problems(given, "/values"))
        if problems:
            raise Rejected(problems)
        if "manager" in kind.whose and not self.forms.is_manager(actor):
            raise Forbidden(MANAGERS.at(""))
        given = dict(with_defaults(kind.config_schema, given))
        self.flows.plans  # noqa: B018 - a new version is taken up before the unit opens
        if "signed" in given:
            self._check_shown(actor, instance_id, task_id, given["signed"])
        happening = TaskAction(task_id, action, actor.user_id, round_, given, (comment or "").strip() or None)
        answer = self.flows.handle(actor, instance_id, happening, key or new_id())
        return {
            "instance_id": instance_id,
            "status": answer.status,
            "outcome": answer.outcome,
            "tasks": list(answer.tasks),
        }

    def _check_shown(self, actor: Actor, instance_id: str, task_id: int, signed: Mapping[str, Any]) -> None:
        """A signature stands under what was shown: refuse it where that has changed since."""
        with self.workspace.read() as unit:
            instance, plan, _, task = self._found(unit, actor, instance_id, task_id)
            record = self._record(unit, actor, task, plan.nodes[task.node], self._roles(unit, actor, task))
            if signed.get("shown") != print_of(instance, task, record):
                raise Conflict(CHANGED.at("/values/signed"))

    def act_many(
        self,
        actor: Actor,
        items: Sequence[Mapping[str, Any]],
        action: str,
        values: Mapping[str, Any],
        comment: str | None,
        key: str,
    ) -> list[dict[str, Any]]:
        """Do the same with many tasks, each by itself: `{instance_id, task_id, ok, problems?}` for each."""
        results = []
        for one in items[:MOST_AT_ONCE]:
            instance_id, task_id = str(one["instance_id"]), int(one["task_id"])
            told: dict[str, Any] = {
                "instance_id": instance_id,
                "task_id": task_id,
                "ok": True,
                "problems": [],
            }
            try:
                self.act(
                    actor,
                    instance_id,
                    task_id,
                    action,
                    values,
                    comment,
                    f"{key}:{instance_id}:{task_id}",
                    one.get("round"),
                )
            except Rejected as refused:
                told |= {"ok": False, "problems": [problem.to_json() for problem in refused.problems]}
            results.append(told)
        return results

    # What would happen.

    def preview(
        self,
        actor: Actor,
        flow: str,
        subject: tuple[str, str] | None,
        values: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Return who would be asked if the flow started now about a record: `{steps, end, problems, labels}`.

        `values`: what the record would hold once saved.
        """
        plan = self.flows.plans.get(flow)
        with self.workspace.read() as unit:
            form, record_id = subject or (None, None)
            if subject is not None and self.forms.read(unit, actor, *subject) is None:
                raise NotFound(NO_TASK.at(""))
            instance = Instance(
                "supposed", flow, plan.version, "running", unit.now, actor.user_id, "supposed", form, record_id,
                branch_id=actor.branch_id,
            )  # fmt: skip
            over = {subject: dict(values)} if subject is not None and values else {}
            world, setting = self.supposed(unit, plan, instance, over)
            found = everybody_agrees(world, plan, first_state(instance), {}, unit.now, setting)
            people = {who for one in found["steps"] for who in one["people"]}
            return {**found, "labels": {"user": names_of(unit, people)}}

    # The parts.

    def _found(
        self, unit: Unit, actor: Actor, instance_id: str, task_id: int
    ) -> tuple[Instance, FlowPlan, State, Task]:
        """Return a task with all around it. NotFound where the actor has nothing to do with it."""
        instance = store.look(unit, instance_id)
        plan = self.flows.plans.of(unit, instance.flow, instance.version)
        state = store.load(unit, instance)
        task = state.tasks.get(task_id) or next(
            (one for one in store.past_tasks(unit, instance_id) if one.task_id == task_id), None
        )
        if task is None or task.node not in plan.nodes:
            raise NotFound(NO_TASK.at(""))
        if not listing.takes_part(unit, instance, actor.user_id) and not self.forms.is_manager(actor):
            raise NotFound(NO_TASK.at(""))
        return instance, plan, state, task

    def supposed(
        self,
        unit: Unit,
        plan: FlowPlan,
        instance: Instance,
        values: Mapping[tuple[str, str], Mapping[str, Any]] | None = None,
    ) -> tuple[Supposed, Setting]:
        """Return a world to suppose things in, and the setting of the instance's formulas."""
        writer = self.flows.ports.service_actor(plan.key, plan.definition)
        world = Supposed(unit, self.flows.ports, writer, instance.instance_id, values=values)
        return world, Setting(
            self.flows.ports.zone_of(instance.branch_id), self.flows.ports.lookups_of(unit, writer)
        )

    def _plan(self, unit: Unit, instance: Instance) -> FlowPlan | None:
        try:
            return self.flows.plans.of(unit, instance.flow, instance.version)
        except Rejected:
            # A version that cannot run any more is still listed; its page says why it stands.
            return None

    def _flow_name(self, unit: Unit, instance: Instance) -> Mapping[str, str]:
        plan = self._plan(unit, instance)
        return plan.name if plan is not None else {"zh": instance.flow}


SYSTEM = frozenset(
    {"id", "no", "revision", "branch_id", "owner_id", "created_at", "created_by", "updated_at", "updated_by"}
)


@lru_cache(maxsize=64)
def _checker(action: str) -> Checker:
    return Checker(ACTIONS.get(action).config_schema)


def holds(task: Task, actor: Actor) -> bool:
    """Tell whether the actor can do the task."""
    return task.assignee == actor.user_id or (task.assignee is None and actor.user_id in task.candidates)


def print_of(instance: Instance, task: Task, record: Mapping[str, Any] | None) -> str:
    """Return the fingerprint of what somebody was shown: the task and the record's values as they saw them."""
    shown = {
        key: value for key, value in ((record or {}).get("record") or {}).items() if not key.startswith("_")
    }
    content = [instance.instance_id, task.node, task.round, task.form, task.record_id, sorted(shown.items())]
    return hashlib.sha256(encode_json(content)).hexdigest()


def names_of(unit: Unit, people: Iterable[str | None]) -> dict[str, str]:
    """Return how people are called, by id."""
    ids = sorted({one for one in people if one})
    if not ids:
        return {}
    query = select(USERS.c.id, USERS.c.name).where(USERS.c.id.in_(ids))
    return {row[0]: row[1] for row in unit.connection.execute(query)}


def _returned(unit: Unit, instance_id: str, task: Task, token: Token | None) -> Mapping[str, Any] | None:
    """Return why it came back: sent back by hand, or by a way of the flow right before this step."""
    if token is None:
        return None
    if token.data.get("returned"):
        found: Mapping[str, Any] = token.data["returned"]
        return found
    past = [one for one in store.past_tasks(unit, instance_id) if one.done_by and one.task_id < task.task_id]
    last = max(past, key=lambda one: (one.done_at is not None, one.done_at, one.task_id), default=None)
    if last is None or last.action != "returned":
        return None
    return {"by": last.done_by, "comment": last.comment, "from": last.node}


def _seat(task: Task) -> dict[str, Any]:
    """Return how one of several people stands to the decision."""
    return {
        "task_id": task.task_id,
        "who": task.assignee,
        "candidates": list(task.candidates) if task.assignee is None else [],
        "owner": task.owner,
        "state": task.state,
        "action": task.action,
        "comment": task.comment,
        "done_at": task.done_at,
        "weight": task.weight,
        "added": task.data.get("added"),
        "parent_id": task.parent_id,
        "auto": words.AUTO.get(str(task.data.get("auto"))) if task.data.get("auto") else None,
        "signed": bool(task.data.get("signed")),
    }


def _people(items: Iterable[Mapping[str, Any]]) -> set[str]:
    keys = ("assignee", "owner", "started_by", "came_from")
    return {one[key] for one in items for key in keys if one.get(key)}


def _people_of_page(page: Mapping[str, Any]) -> set[str | None]:
    found: set[str | None] = set(_people([page["task"]]))
    for one in page["beside"]:
        found |= {one["who"], one["owner"], *one["candidates"], (one["added"] or {}).get("by")}
    found |= {one["by"] for one in page["history"]} | {one["by"] for one in page["advice"]}
    for way in page["ways"]:
        found |= {who for part in way["next"] or () for who in part.get("people", ())}
    for part in page["instance"]["waits_for"]:
        found |= set(part["people"])
    found |= {one.get("by") for one in page["ticked"].values() if isinstance(one, Mapping)}
    if page["returned"]:
        found.add(page["returned"].get("by"))
    return found
