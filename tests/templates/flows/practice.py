"""A dental practice with a handful of people: what its flows do is played by a clock and by clicks."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from engine.access.accounts import Account, create_accounts
from engine.access.actor import system_actor
from engine.clock import VirtualClock
from engine.expressions.types import Range
from engine.ids import new_id
from engine.store import Cause
from engine.store.platform import from_instant, instant
from form_engine.service import records
from form_engine.service.records import fill_system
from server.clinics import House
from server.installing import install
from server.settings import Settings

REPOSITORY = Path(__file__).resolve().parents[3]
MONDAY = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
"""Ten in the morning in Shanghai, an ordinary working day."""
STAFF = {
    "boss": "group_admin", "director": "director", "lead": "consultant_lead", "ann": "consultant", "ben": "consultant", "net": "online_consultant",
    "doc": "doctor", "doc2": "doctor", "nurse": "nurse", "desk": "front_desk", "care": "service", "market": "marketing", "money": "finance", "store": "warehouse",
}  # fmt: skip
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Json = dict[str, Any]


class Practice:
    """One installed dental app. People are named by the keys of `STAFF`; `id_of` gives their user ids."""

    def __init__(self, home: Path, database_url: str | None = None, public_url: str = "") -> None:
        self.clock = VirtualClock(MONDAY)
        settings = Settings(home=home, DATABASE_URL=database_url, public_url=public_url)  # type: ignore[call-arg]
        self.house = House(settings, self.clock)
        self.clinic = install(self.house, "dental", REPOSITORY / "templates" / "dental")
        self.workspace = self.clinic.workspace
        self.user = {name: new_id() for name in STAFF}
        self.staff: dict[str, str] = {}
        self.numbers = 0
        self._people()
        self.settle()

    def close(self) -> None:
        self.house.close()

    def _people(self) -> None:
        hours = [{"weekday": day, "open": time(9), "close": time(18)} for day in WEEK]
        self.branch = self.put("branch", name="齐悦口腔朝阳店", short_name="朝阳店", phone="010-85550001", status="open",
                               business_hours=tuple(hours))  # fmt: skip
        above = {"ann": "lead", "ben": "lead", "net": "lead", "lead": "director", "director": "boss"}
        for name, role in STAFF.items():
            chief = self.user.get(above.get(name, ""))
            self.staff[name] = self.put("staff", user_id=self.user[name], name=name, role_key=role, supervisor_id=chief, status="active", hire_date=date(2024, 1, 8),
                                        branches=(self.branch,), branch_id=self.branch)  # fmt: skip
        made = [
            Account(
                user_id=self.user[name], login=name, name=name, roles=(role,), branches=(self.branch,), branch_id=self.branch,
                staff_id=self.staff[name], supervisor_id=self.user.get(above.get(name, "")),
            )
            for name, role in STAFF.items()
        ]  # fmt: skip
        with self.workspace.write(Cause("system")) as unit:
            create_accounts(unit.connection, [(one, "x") for one in made], unit.now)

    # What people do.

    def put(self, form: str, **values: Any) -> str:
        """Put a record in as it stands, whatever its form asks; flows hear of it as of any other."""
        service = self.clinic.service
        with self.workspace.write(Cause("user")) as unit:
            desk = service.desk(unit, self.system)
            fill_system(desk, values)
            return str(unit.insert(desk.system_gate.write(form, "insert"), values)["id"])

    def create(self, form: str, by: str | None = None, **values: Any) -> str:
        """Create a record by all rules of its form: as a person, else as somebody who may everything."""
        if by is not None:
            return str(self.clinic.service.create(self.actor(by), form, values)["record"]["id"])
        service = self.clinic.service
        with self.workspace.write(Cause("user")) as unit:
            desk = service.desk(unit, self.system)
            return str(records.create(desk, form, values, system={"branch_id": self.branch}))

    def put_in(self, form: str, record_id: str, **values: Any) -> None:
        """Write values as they stand, whatever the form allows."""
        service = self.clinic.service
        with self.workspace.write(Cause("user")) as unit:
            write = service.desk(unit, self.system).system_gate.write(form, "update")
            unit.update(write, unit.load(write, record_id), values)

    def change(self, form: str, record_id: str, by: str | None = None, **values: Any) -> None:
        if by is not None:
            self.clinic.service.update(self.actor(by), form, record_id, values)
            return
        service = self.clinic.service
        with self.workspace.write(Cause("user")) as unit:
            records.update(service.desk(unit, self.system), form, record_id, values, None)

    def lead(self, **values: Any) -> str:
        self.numbers += 1
        given = {
            "name": f"线索{self.numbers}", "phone": f"1380000{self.numbers:04d}", "channel_id": self.one("channel", "status = 'enabled'"), "intent_items": ["implant"],
        }  # fmt: skip
        return self.create("lead", **{**given, **values})

    def customer(self, **values: Any) -> str:
        self.numbers += 1
        given = {
            "name": f"患者{self.numbers}", "gender": "female", "phone": f"1390000{self.numbers:04d}", "first_channel": self.one("channel", "status = 'enabled'"),
            "consultant_id": self.user["ann"], "doctor_id": self.staff["doc"], "service_id": self.user["care"],
            "marketing_optin": ["sms", "wechat"], "optin_evidence": "前台签字", "wechat_id": f"wx_{self.numbers:06d}",
        }  # fmt: skip
        return self.create("customer", **{**given, **values})

    def item(self, name: str = "拔牙", **values: Any) -> str:
        self.numbers += 1
        given = {
            "code": f"T{self.numbers}",
            "name": name,
            "price": 1000,
            "minutes": 30,
            "dept": "dentistry",
            "status": "enabled",
        }
        return self.put("service_item", **{**given, **values})

    def actor(self, name: str) -> Any:
        return self.clinic.actor(name)

    @property
    def system(self) -> Any:
        return system_actor("dental", zone=self.workspace.zone)

    def act(
        self,
        task: Json,
        action: str,
        values: Json | None = None,
        comment: str | None = None,
        by: str | None = None,
    ) -> Json:
        """Do something with a task, as who it waits for."""
        name = by or self.name(task["assignee"]) or self.name(next(iter(task["candidates"] or []), None))
        tasking = self.clinic.tasking
        return dict(
            tasking.tasks.act(
                self.actor(str(name)), task["instance_id"], task["task_id"], action, values, comment, new_id()
            )
        )

    def complete(self, task: Json, by: str | None = None, comment: str | None = None, **values: Any) -> Json:
        return self.act(task, "complete", {"values": values} if values else {}, comment, by)

    def decide(self, task: Json, way: str, comment: str | None = None, by: str | None = None) -> Json:
        return self.act(task, "complete", {"way": way}, comment, by)

    # What happens by itself.

    def settle(self) -> None:
        """Let everything be done that is to do now."""
        for _ in range(200):
            if not self.house.work_once():
                return
        raise AssertionError("the practice does not come to rest")

    def pass_time(self, **span: float) -> None:
        self.go_to(self.clock.at + timedelta(**span))

    def go_to(self, at: datetime) -> None:
        """Move the clock from one due time to the next, so that what is due in between happens in its order."""
        # Reports have one night in the end, as when a visitor puts the clock forward.
        self.clinic.is_put_forward = True
        while self.clock.at < at:
            sql = "SELECT min(at) AS due FROM cc_flow_timers WHERE at > :now UNION ALL SELECT min(due_at) FROM cc_flow_occurrences WHERE state = 'expected' AND due_at > :now"
            found = min(
                (one["due"] for one in self.rows(sql, now=instant(self.clock.at)) if one["due"]), default=None
            )
            step = (
                timedelta(hours=12)
                if found is None
                else max(timedelta(minutes=5), from_instant(found) - self.clock.at)
            )
            self.clock.advance(min(at - self.clock.at, step, timedelta(hours=12)))
            self.settle()
        self.clinic.is_put_forward = False
        self.settle()

    # What can be seen.

    def rows(self, sql: str, **given: Any) -> list[Json]:
        with self.workspace.read() as unit:
            return [dict(row) for row in unit.connection.execute(text(sql), given).mappings()]

    @staticmethod
    def cause(kind: str) -> Cause:
        return Cause(kind)  # type: ignore[arg-type]

    def reason(self) -> str:
        """Return the first reason of refunds that the app knows."""
        return str(self.clinic.plan.lists["refund_reason"]["options"][0]["key"])

    @staticmethod
    def days(first: Any, last: Any) -> Range:
        return Range(first, last)

    def one(self, form: str, where: str = "1 = 1") -> str:
        return str(self.rows(f"SELECT id FROM f_{form} WHERE {where} ORDER BY created_at, id")[0]["id"])

    def find(self, form: str, formula: str) -> list[Json]:
        """Return the records for which a formula holds, oldest first, as the API shows them."""
        flows = self.clinic.flows
        with self.workspace.read() as unit:
            found = flows.ports.records(unit, self.system).find(form, formula, {}, ("created_at",))
        return [self.record(form, one) for one in found]

    def record(self, form: str, record_id: str) -> Json:
        service = self.clinic.service
        with self.workspace.read() as unit:
            return dict(records.read(service.desk(unit, self.system), form, record_id)["record"])

    def instances(self, flow: str, record_id: str | None = None) -> list[Json]:
        found = self.rows(
            "SELECT * FROM cc_flow_instances WHERE flow = :f ORDER BY started_at, instance_id", f=flow
        )
        return [one for one in found if record_id in (None, one["record_id"])]

    def ran(self, flow: str, record_id: str | None = None) -> list[str]:
        """Return how the runs of a flow stand, oldest first."""
        return [str(one["status"]) for one in self.instances(flow, record_id)]

    def tasks(
        self, flow: str, record_id: str | None = None, node: str | None = None, state: str = "open"
    ) -> list[Json]:
        """Return the tasks of a flow about a record; `candidates` as a list."""
        found = self.rows(
            "SELECT t.*, i.record_id AS subject FROM cc_flow_tasks t JOIN cc_flow_instances i ON i.instance_id = t.instance_id "
            "WHERE i.flow = :f AND t.state = :s ORDER BY t.made_at, t.task_id", f=flow, s=state
        )  # fmt: skip
        for one in found:
            given = one.get("candidates")
            one["candidates"] = json.loads(given) if isinstance(given, str) else given
        return [one for one in found if record_id in (None, one["subject"]) and node in (None, one["node"])]

    def task(self, flow: str, record_id: str | None = None, node: str | None = None) -> Json:
        found = self.tasks(flow, record_id, node)
        assert len(found) == 1, [(one["node"], one["assignee"]) for one in found]
        return found[0]

    def outbox(self, message: str, to: str | None = None) -> list[Json]:
        found = self.rows("SELECT * FROM cc_outbox WHERE message = :m ORDER BY key", m=message)
        return [one for one in found if to in (None, one["to_id"])]

    def incidents(self) -> list[Json]:
        return self.rows("SELECT * FROM cc_flow_incidents WHERE state = 'open'")

    def name(self, user_id: str | None) -> str | None:
        return next((name for name, one in self.user.items() if one == user_id), None)

    def no_incidents(self) -> None:
        assert [(one["flow"], one["node"], one["problem"]) for one in self.incidents()] == []


def local(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    """Return an instant of March 2026 by the clock of Shanghai."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


def names(found: list[Mapping[str, Any]], key: str) -> list[Any]:
    return [one[key] for one in found]
