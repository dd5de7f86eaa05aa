"""A small clinic with flows: forms lead, plan and call; everything that the shell of the flow engine does, on real tables."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from sqlalchemy import text

from engine.access.account_tables import USERS
from engine.access.accounts import Account, create_accounts
from engine.access.actor import Actor, system_actor
from engine.clock import VirtualClock
from engine.definitions.tables import build_tables
from engine.events import dispatch
from engine.ids import new_id
from engine.jobs import work
from engine.ports import Delivery
from engine.problems import Rejected
from engine.store import Cause, Workspace
from flow_engine import store
from flow_engine.calendar.service import RecordCalendar
from flow_engine.commanding import Answer
from flow_engine.happenings import TaskAction
from flow_engine.past import past
from flow_engine.plans import FlowPlans, publish
from flow_engine.service import FlowService
from flow_engine.world import FlowPorts
from form_engine.plan import AppPlan
from form_engine.service import RecordService
from server.flows import FlowDesk
from tests.form_engine.making import app, form
from tests.form_engine.making import field as f

Json = Mapping[str, Any]
STAGES = [{"key": key, "label": {"zh": key, "en": key}} for key in ("new", "open", "won", "lost")]
FORMS = (
    form("lead", f("name", required=True), f("stage", "select", options=STAGES), f("score", "integer"),
         f("born", "date"), f("surgery_at", "datetime"), f("contact_at", "datetime"), f("note"),
         f("calls", "rollup", of="call", by="lead_id", aggregate="count"), title="{name}"),
    form("call", f("lead_id", "link", to="lead"), f("what", required=True), f("day"), title="{what}"),
    form("plan", f("name"), f("discount", "integer", max=100), f("state"),
         f("items", "subtable", fields=[f("lead_id", "link", to="lead"), f("times", "integer")]), title="{name}"),
)  # fmt: skip
EVERYTHING = dict.fromkeys(("view", "create", "edit", "delete"), "all")
ROLES = {
    "admin": {
        "key": "admin",
        "name": {"zh": "管理", "en": "Admin"},
        "grants": {"*": {**EVERYTHING, "fields": {"*": "write"}}},
    }
}


def flow(
    key: str, *nodes: Json, trigger: Json | None = None, start: str | None = None, **more: Any
) -> dict[str, Any]:
    return {
        "key": key, "name": {"zh": key, "en": key}, "trigger": trigger or {"kind": "api"},
        "start": start or str(nodes[0]["key"]), "nodes": list(nodes), **more,
    }  # fmt: skip


END = {"key": "end", "kind": "end"}


@dataclass
class Wire:
    """A way out of the house that remembers what it was given. `answers`: what it says, one after another, then `sent`."""

    sent: list[tuple[str, Json]] = field(default_factory=list)
    answers: list[Delivery | Exception] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    ends: list[tuple[str, str]] = field(default_factory=list)
    on_ask: Delivery = field(default_factory=lambda: Delivery("unknown"))

    def prepare(self, unit: Any, key: str, body: Json) -> Json:
        return body

    def send(self, key: str, ready: Json) -> Delivery:
        self.sent.append((key, ready))
        said = self.answers.pop(0) if self.answers else Delivery("sent", "ref", {"ok": True})
        if isinstance(said, Exception):
            raise said
        return said

    def ask(self, key: str, reference: str | None) -> Delivery:
        self.asked.append(key)
        return self.on_ask

    def ended(self, unit: Any, key: str, delivery: Delivery) -> None:
        self.ends.append((key, delivery.state))


class People:
    """Everybody by their id; a role is held by the people whose id begins with it."""

    def __init__(self, house: "House") -> None:
        self._house = house

    def find(self, unit: Any, asked: Any) -> list[Any]:
        rule = asked.rule
        if "user" in rule:
            given = rule["user"]
            return list(given) if isinstance(given, list | tuple) else [given]
        if "role" in rule:
            return [one for one in self._house.people if one.startswith(rule["role"])]
        return [
            one for inner in rule.get("group", ()) for one in self.find(unit, type(asked)(inner, asked.flow))
        ]

    def choose(self, unit: Any, asked: Any) -> str | None:
        return asked.people[0] if asked.people else None

    def name(self, unit: Any, user_id: str) -> str:
        return user_id

    def actor(self, unit: Any, user_id: str) -> Actor | None:
        return self._house.actor(user_id)


class House:
    """A workspace with an app and its flows."""

    def __init__(
        self, workspace: Workspace, clock: VirtualClock, *flows: Json, segments: Json | None = None
    ) -> None:
        self.workspace, self.clock = workspace, clock
        self.people = ["ann", "ben", "cat", "lead1", "lead2", "lead3"]
        self.wire = Wire()
        self.notices: list[tuple[tuple[str, ...], str, Json]] = []
        self.app: AppPlan = self._app(flows, segments)
        workspace.create_tables(build_tables(self.app.shapes))
        self.records = RecordService(workspace, self.app)
        self.plans: FlowPlans = self.publish()
        self.service = FlowService(workspace, lambda: self.plans, self.ports())

    def _app(self, flows: tuple[Json, ...], segments: Json | None = None) -> AppPlan:
        return app(
            *FORMS, roles=ROLES, flows={one["key"]: dict(one) for one in flows}, segments=dict(segments or {})
        )

    def take_up(self, *flows: Json) -> None:
        """Let a new version of the app's flows be in force."""
        self.app = self._app(flows)
        self.plans = self.publish()

    def publish(self) -> FlowPlans:
        with self.workspace.write(Cause("system")) as unit:
            found = publish(unit, self.app.app, self.app.analysis, 1)
        if found.broken:
            raise Rejected(problem for problems in found.broken.values() for problem in problems)
        return found

    def ports(self) -> FlowPorts:
        people = People(self)
        return FlowPorts(
            records=lambda unit, actor: FlowDesk(self.records, unit, actor, people),
            service_actor=lambda key, definition: system_actor(self.workspace.key, f"flow:{key}"),
            people=people,
            calendar=RecordCalendar(
                lambda unit: FlowDesk(self.records, unit, system_actor(self.workspace.key), people)
            ),
            senders={"message": self.wire, "http": self.wire, "webhook": self.wire},
            notify=lambda unit, to, kind, body, form, record: self.notices.append((to, kind, body)),
            zone_of=self.workspace.zone_of,
        )

    def actor(self, name: str = "ann") -> Actor:
        return Actor(self.workspace.key, name, name, name, frozenset({"admin"}))

    # What people do.

    def create(self, form_key: str, by: str = "ann", **values: Any) -> str:
        return str(self.records.create(self.actor(by), form_key, values)["record"]["id"])

    def update(self, form_key: str, record_id: str, by: str = "ann", **values: Any) -> None:
        self.records.update(self.actor(by), form_key, record_id, values)

    def start(
        self, key: str, subject: tuple[str, str] | None = None, once: str | None = None, **values: Any
    ) -> str:
        with self.workspace.write(Cause("user", "ann")) as unit:
            made = self.service.start(unit, self.actor(), key, subject, values, once or new_id())
        assert made is not None
        return made

    def act(self, task: Json, action: str = "complete", key: str | None = None, **values: Any) -> Answer:
        by = values.pop("by", task["assignee"])
        happening = TaskAction(task["task_id"], action, by, task["round"], values)
        return self.service.handle(self.actor(by), task["instance_id"], happening, key or new_id())

    # What happens by itself.

    def settle(self, most: int = 50) -> int:
        """Let the house do what is to do, until it is still."""
        total = 0
        for _ in range(most):
            done = dispatch(self.workspace, (self.service.listen,))
            done += work(self.workspace, self.service.handlers(), "test")
            done += self.service.tick(self.workspace) + self.service.sweep(self.workspace)
            total += done
            if not done:
                return total
        raise AssertionError("the house does not come to rest")

    def pass_time(self, **time: float) -> None:
        self.clock.advance(timedelta(**time))
        self.settle()

    # What can be seen.

    def rows(self, sql: str, **given: Any) -> list[dict[str, Any]]:
        with self.workspace.read() as unit:
            return [dict(row) for row in unit.connection.execute(text(sql), given).mappings()]

    def tasks(self, instance: str | None = None, state: str = "open") -> list[dict[str, Any]]:
        mine = "" if instance is None else " AND instance_id = :i"
        sql = f"SELECT * FROM cc_flow_tasks WHERE state = :s{mine} ORDER BY made_at, instance_id, task_id"
        return self.rows(sql, s=state, **({} if instance is None else {"i": instance}))

    def instances(self, **by: Any) -> list[dict[str, Any]]:
        found = self.rows("SELECT * FROM cc_flow_instances ORDER BY started_at, instance_id")
        return [one for one in found if all(one[key] == value for key, value in by.items())]

    def status(self, instance: str) -> str:
        return str(self.instances(instance_id=instance)[0]["status"])

    def history(self, instance: str) -> list[str]:
        with self.workspace.read() as unit:
            found = list(past(unit, instance))
        assert [one.seq for one in found] == list(range(1, len(found) + 1)), "history has gaps"
        return [f"{one.kind} {one.node or ''}".strip() for one in found]

    def incidents(self, state: str = "open") -> list[dict[str, Any]]:
        with self.workspace.read() as unit:
            return self.service.incidents.shown(unit, state)

    def calls(self) -> list[str]:
        return [
            one["what"]
            for one in self.rows("SELECT what FROM f_call WHERE deleted_at IS NULL ORDER BY created_at, id")
        ]

    def no_orphans(self) -> None:
        """Nothing of an ended instance still stands; what runs can be moved by something."""
        for table in ("tokens", "timers", "subscriptions"):
            over = self.rows(
                f"SELECT x.* FROM cc_flow_{table} x JOIN cc_flow_instances i ON i.instance_id = x.instance_id WHERE i.ended_at IS NOT NULL"
            )
            assert not over, (table, over)
        for one in self.instances():
            self.history(one["instance_id"])
            standing = self.rows(
                "SELECT token_id FROM cc_flow_tokens WHERE instance_id = :i", i=one["instance_id"]
            )
            assert bool(standing) == (one["ended_at"] is None), one


class CheckedHouse(House):
    """A house that looks, whenever something was done, whether what its process keeps is what is stored."""

    def act(self, task: Json, action: str = "complete", key: str | None = None, **values: Any) -> Answer:
        try:
            return super().act(task, action, key, **values)
        finally:
            self.kept_is_what_is_stored(task["instance_id"])

    def settle(self, most: int = 50) -> int:
        done = super().settle(most)
        for one in self.instances():
            self.kept_is_what_is_stored(one["instance_id"])
        return done

    def kept_is_what_is_stored(self, instance: str) -> None:
        """What the process still holds to be the state of an instance is what its rows say, to the last type."""
        with self.workspace.read(snapshot=True) as unit:
            [row] = unit.connection.execute(
                text("SELECT stamp, revision FROM cc_flow_instances WHERE instance_id = :i"), {"i": instance}
            )
            known = self.service.kept.get(instance)
            if known is not None and (known[0], known[1].instance.revision) == tuple(row):
                assert in_full(known[1]) == in_full(store.load(unit, store.look(unit, instance)))


def in_full(value: Any) -> Any:
    """Return a value in which a list is no tuple and a whole number no decimal one; the order of keys does not count."""
    if isinstance(value, Struct):
        return type(value), [in_full(getattr(value, key)) for key in value.__struct_fields__]
    if isinstance(value, Mapping):
        return dict, {key: in_full(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return type(value), [in_full(inner) for inner in value]
    return type(value), value


def create_people(workspace: Workspace, names: tuple[str, ...]) -> None:
    with workspace.write(Cause("system")) as unit:
        create_accounts(
            unit.connection, [(Account(one, one, one, ("admin",), ()), "x") for one in names], unit.now
        )


Maker = Callable[..., CheckedHouse]
__all__ = ["END", "USERS", "CheckedHouse", "House", "Maker", "Wire", "datetime", "flow"]
