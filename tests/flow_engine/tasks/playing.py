"""Plays a flow with people in the pure core: a dictionary for a world, a clock one can move."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from engine.definitions.analysis import analyse
from engine.definitions.app import App
from engine.problems import Code, Rejected
from flow_engine.acts import Aggregate, Choose, Create, Due, Fill, Find, Left, Past, People, Read, Update
from flow_engine.calendar.due import Moment, due
from flow_engine.compile import compile_flow
from flow_engine.happenings import InstanceAction, Started, TaskAction, TimerFired
from flow_engine.state import Instance
from flow_engine.step import drive, first_state, step
from form_engine.control import CONTROLS
from tests.flow_engine.worlds import saved

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
BLANK = Code("playing.blank", zh="必填", en="Required")
PLAN = {
    "key": "plan",
    "name": {"zh": "方案", "en": "Plan"},
    "fields": [
        {"key": "discount", "control": "number", "label": {"zh": "折扣", "en": "Discount"}},
        {"key": "note", "control": "text", "label": {"zh": "说明", "en": "Note"}},
        {"key": "seller_id", "control": "user", "label": {"zh": "咨询师", "en": "Seller"}},
        {"key": "booked", "control": "boolean", "label": {"zh": "已约", "en": "Booked"}},
        {"key": "due_at", "control": "datetime", "label": {"zh": "期限", "en": "Due"}},
    ],
}
CALL = {
    "key": "call",
    "name": {"zh": "回访", "en": "Call"},
    "fields": [{"key": "result", "control": "text", "label": {"zh": "结果", "en": "Result"}}],
}
END = {"key": "end", "kind": "end"}


def flow(*nodes, **more):
    """Return the plan of a flow about a plan, started by its creation."""
    definition = {
        "key": "f",
        "name": {"zh": "流程", "en": "Flow"},
        "trigger": {"kind": "record_created", "form": "plan"},
        "start": nodes[0]["key"],
        "nodes": [*nodes, END],
        **more,
    }
    app = App(
        {"key": "t", "name": {"zh": "t"}, "version": "1.0.0"},
        {"forms": {"plan": PLAN, "call": CALL}, "flows": {}},
    )
    return compile_flow(definition, analyse(app, CONTROLS), 1)


def approve(key="ok", who="boss", to="end", **more):
    """Return an approval by a role, or by people named as `user:x`."""
    rule = {"role": who} if isinstance(who, str) else who
    return {"key": key, "kind": "approve", "who": rule, "to": {"approved": to, "rejected": "end"}, **more}


class Play:
    """One instance at work."""

    def __init__(self, plan, roles=None, starter="sam", record=None, proxies=None, managers=None):
        self.plan, self.now = plan, NOW
        self.roles = roles or {}
        self.proxies, self.managers = proxies or {}, managers or {}
        self.records = {
            ("plan", "p1"): {"discount": None, "note": None, "seller_id": "sam", **(record or {})}
        }
        self.past, self.notices, self.filled = [], [], []
        instance = Instance("i1", "f", 1, "running", NOW, starter, "k", "plan", "p1", branch_id="b1")
        self.state = first_state(instance)
        self.do(Started({}))

    def do(self, happening):
        """Let something happen; nothing changes when it is refused."""
        before = dict(self.records)
        try:
            done = drive(step(self.plan, self.state, happening, self.now), self)
        except Rejected:
            self.records = before
            raise
        # Saved and loaded after each step: what comes back is what went in, and goes on from there.
        self.state = saved(done.state)
        assert self.state == done.state
        known = {one.task_id: one for one in self.past}
        known.update(
            {
                one.task_id: one
                for one in (*done.tasks.added, *done.tasks.changed)
                if one.state in ("done", "cancelled")
            }
        )
        self.past = [known[key] for key in sorted(known)]
        self.notices += done.notices
        self.incidents = done.incidents
        return done

    # The world.

    def answer(self, act):
        match act:
            case Read():
                record = self.records.get((act.form, act.record_id), {})
                return {path: record.get(path[0]) for path in act.paths}
            case Fill():
                return self._fill(act)
            case Create():
                self.records[act.form, "new"] = dict(act.values)
                return "new"
            case Update():
                self.records[act.form, act.record_id] = {
                    **self.records[act.form, act.record_id],
                    **act.values,
                }
                return None
            case People():
                return [self._proxy(one) for one in self._people(act.rule)]
            case Due():
                if act.left is not None:
                    return act.start + act.left
                return due(act.start, act.after, Moment(ZoneInfo("Asia/Shanghai")), act.time)
            case Left():
                return act.due_at - self.now
            case Past():
                return self.past
            case Find():
                return []
            case Aggregate():
                return 0
            case Choose():
                return act.people[0]
        raise AssertionError(act)

    def _people(self, rule):
        if "group" in rule:
            return [one for part in rule["group"] for one in self._people(part)]
        if "user" in rule:
            return [] if rule["user"] == "gone" else [rule["user"]]
        if "managers_of" in rule:
            chain, at = [], rule["managers_of"]
            while at in self.managers and len(chain) < rule.get("levels", 1):
                at = self.managers[at]
                chain.append(at)
            return chain
        return list(self.roles.get(rule["role"], ()))

    def _proxy(self, user):
        return (self.proxies[user], user) if user in self.proxies else user

    def _fill(self, act):
        record_id = act.record_id or f"{act.form}-new"
        after = {**self.records.get((act.form, record_id), {}), **act.preset, **act.values}
        blank = [key for key, level in act.fields.items() if level == "required" and after.get(key) is None]
        if blank:
            raise Rejected(BLANK.at(f"/values/{key}") for key in blank)
        self.records[act.form, record_id] = after
        self.filled.append(act)
        return record_id

    # What a test says and asks.

    def act(self, who, action="complete", *, comment=None, task=None, **values):
        """Let somebody do something with their task."""
        found = task or self.task_of(who) or next(one for one in self.tasks() if one.state != "done")
        return self.do(TaskAction(found.task_id, action, who, found.round, values, comment))

    def yes(self, who, **more):
        return self.act(who, way="approved", **more)

    def no(self, who, comment="no", **more):
        return self.act(who, way="rejected", comment=comment, **more)

    def tasks(self):
        return [self.state.tasks[key] for key in sorted(self.state.tasks)]

    def task_of(self, who):
        mine = [
            one
            for one in self.tasks()
            if who in (one.assignee, *one.candidates) and one.state in ("open", "parked", "waiting")
        ]
        return mine[0] if mine else None

    def turn(self):
        """Return who can decide now."""
        return {
            who
            for one in self.tasks()
            if one.state == "open" and one.kind != "cc"
            for who in ((one.assignee,) if one.assignee else one.candidates)
        }

    def at(self):
        """Return the nodes where it stands."""
        return {one.node for one in self.state.tokens.values()}

    @property
    def outcome(self):
        return self.state.instance.status

    def way(self, node):
        """Return how the last task at a node was decided."""
        done = [one for one in self.past if one.node == node and one.state == "done"]
        return done[-1].action if done else None

    def later(self, **span):
        """Move the clock and let every timer that is due happen, in order."""
        self.now += timedelta(**span)
        for _ in range(50):
            waiting = sorted(
                (one for one in self.state.timers.values() if one.at <= self.now),
                key=lambda one: (one.at, one.key),
            )
            if not waiting or self.state.instance.ended_at is not None:
                return
            self.do(TimerFired(waiting[0].token_id, waiting[0].key))

    def instance(self, action, by, **values):
        return self.do(InstanceAction(action, by, values))


def codes(refused):
    """Return the codes of a refusal."""
    return [problem.code for problem in refused.value.problems]


__all__ = ["END", "NOW", "Play", "approve", "codes", "flow", "replace"]
