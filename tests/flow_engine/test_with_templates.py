"""Calendar, contact gate, routing and pools over the real forms of the dental template, with the real records beneath."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from engine.access.accounts import Account, create_accounts
from engine.access.actor import Actor, system_actor
from engine.clock import VirtualClock
from engine.definitions import load_template
from engine.definitions.tables import build_tables
from engine.events import dispatch
from engine.expressions.types import Range
from engine.ids import new_id
from engine.jobs import work
from engine.problems import Rejected
from engine.store import Cause, Installation, Settings
from flow_engine.acts import Choose
from flow_engine.plans import publish
from flow_engine.service import FlowService
from flow_engine.tables import FLOW_TABLES, INSTANCES, OUTBOX
from flow_engine.world import FlowPorts
from form_engine.compile import compile_app
from form_engine.service import RecordService, records
from form_engine.service.records import fill_system
from server.flow_people import FlowPeople
from server.flows import FlowDesk
from server.outside import Outside
from tests.installations import BOTH, pg_database

__all__ = ["pg_database"]

REPOSITORY = Path(__file__).resolve().parents[2]
NOON = datetime(2026, 3, 5, 4, tzinfo=UTC)
MESSAGES = {
    "reminder": {
        "key": "reminder", "name": {"zh": "提醒"}, "class": "care", "form": "appointment",
        "channels": {"sms": {"zh": "{{ customer.name }}，您{{ start_at | datetime }}在{{ branch.short_name }}有预约"}},
    },
    "offer": {
        "key": "offer", "name": {"zh": "优惠"}, "class": "marketing", "form": "customer", "values": {"offer": {"zh": "优惠"}},
        "channels": {"sms": {"zh": "{{ name }}，{{ offer }}，退订回T"}},
    },
    "new_lead": {
        "key": "new_lead", "name": {"zh": "新线索"}, "class": "staff", "form": "lead",
        "channels": {"in_app": {"zh": "新线索：{{ lead.name }}，{{ intent_level }}"}},
    },
}  # fmt: skip
USERS = U1, U2, U3 = new_id(), new_id(), new_id()
POOL = {
    "key": "lead_pool", "name": {"zh": "线索公海"}, "hold": 2, "protect": "1d", "cooldown": "7d",
    "on_enter": {"stage": "pool"}, "recycle": [{"key": "idle", "after": "15d", "since": "created_at", "warn": "2d"}],
}  # fmt: skip


WELCOME = {
    "key": "welcome", "name": {"zh": "迎新"}, "trigger": {"kind": "record_created", "form": "lead", "when": '{name} = "新客"'},
    "start": "clean",
    "nodes": [
        {"key": "clean", "kind": "script", "source": "result = {'note': given['name'] + '!'}", "given": {"name": "{lead.name}"},
         "as": "cleaned", "to": "assign"},
        {"key": "assign", "kind": "assign", "record": "{lead}", "field": "owner_id", "as": "who",
         "rows": [{"key": "all", "who": {"role": "consultant"}, "mode": "rotation"}],
         "to": {"assigned": "tell", "nobody": "end"}},
        {"key": "tell", "kind": "message", "message": "new_lead", "whom": {"user": "{who}"}, "waits": True, "to": "thank"},
        {"key": "thank", "kind": "message", "message": "offer", "whom": "{lead.customer_id}", "values": {"offer": '"8折"'},
         "waits": True, "to": {"sent": "end", "failed": "end"}},
        {"key": "end", "kind": "end"},
    ],
}  # fmt: skip


class Clinic:
    """The dental template with a branch, people, a customer and a few messages."""

    def __init__(self, workspace, clock, plan):
        self.workspace, self.clock, self.plan = workspace, clock, plan
        self.records = RecordService(workspace, plan)
        self.told, self.numbers = [], 0
        people = FlowPeople(lambda unit, account: Actor(workspace.key, account.user_id))
        self.outside = Outside(
            workspace,
            lambda: self.records,
            lambda unit, actor: FlowDesk(self.records, unit, actor, people),
            people,
            lambda unit, to, kind, body, form, record: self.told.append((to, kind)),
        )
        self.actor = system_actor(workspace.key, zone=workspace.zone)
        ports = FlowPorts(
            records=lambda unit, actor: FlowDesk(self.records, unit, actor, people),
            service_actor=lambda key, definition: system_actor(workspace.key, f"flow:{key}"),
            people=FlowPeople(lambda unit, account: self.actor, self.outside.router.choose),
            calendar=self.outside.calendar,
            scripts=self.outside.scripts,
            script_calls=self.outside.script_calls,
            senders=self.outside.senders,
            zone_of=workspace.zone_of,
        )
        with workspace.write(Cause("system")) as unit:
            self.plans = publish(unit, plan.app, plan.analysis, 1)
        assert self.plans.broken == {}, self.plans.broken
        self.flows = FlowService(workspace, lambda: self.plans, ports)

    def settle(self):
        """Let happen what happens by itself."""
        handlers = {**self.flows.handlers(), **self.outside.handlers()}
        for _ in range(20):
            done = dispatch(self.workspace, (self.flows.listen,)) + work(self.workspace, handlers, "test")
            if not done:
                return
        raise AssertionError("it does not come to rest")

    def put(self, form, **values):
        """Put a record in as it stands, whatever its form requires."""
        with self.workspace.write(Cause("system")) as unit:
            desk = self.records.desk(unit, self.actor)
            fill_system(desk, values)
            return str(unit.insert(desk.system_gate.write(form, "insert"), values)["id"])

    def change(self, form, record_id, **values):
        with self.workspace.write(Cause("system")) as unit:
            write = self.records.desk(unit, self.actor).system_gate.write(form, "update")
            unit.update(write, unit.load(write, record_id), values)

    def do(self, what):
        with self.workspace.write(Cause("flow")) as unit:
            return what(unit)

    def send(self, key, message, **body):
        messages = self.outside.messages
        ready = self.do(lambda unit: messages.prepare(unit, key, {"message": message, **body}))
        if not hasattr(ready, "state"):
            ready = messages.send(key, ready)
            self.do(lambda unit: messages.ended(unit, key, ready))
        return ready

    def outbox(self, key):
        with self.workspace.read() as unit:
            return unit.connection.execute(OUTBOX.select().where(OUTBOX.c.key == key)).mappings().one()


@pytest.fixture(scope="module")
def plan():
    app = load_template(REPOSITORY / "templates" / "dental")
    objects = {kind: dict(found) for kind, found in app.objects.items()}
    objects["messages"] = {**objects.get("messages", {}), **MESSAGES}
    objects["flows"] = {"welcome": WELCOME}
    objects["forms"]["lead"] = {**objects["forms"]["lead"], "pools": [POOL]}
    return compile_app(type(app)(app.manifest, objects))


@pytest.fixture(scope="module", params=BOTH)
def clinic(request, tmp_path_factory, plan) -> Iterator[Clinic]:
    url = request.getfixturevalue("pg_database")() if request.param == "postgresql" else None
    clock = VirtualClock(NOON)
    settings = Settings(
        tmp_path_factory.mktemp("dental"), url, pool_size=4, clock=clock, more_tables=(FLOW_TABLES,)
    )
    opened = Installation.open(settings)
    workspace = opened.create("clinic", {"zh": "微笑口腔", "en": "Smile Dental"})
    workspace.create_tables(build_tables(plan.shapes))
    made = Clinic(workspace, clock, plan)
    with workspace.write(Cause("system")) as unit:
        accounts = [Account(one, f"user{n}", f"员工{n}", ("consultant",), ()) for n, one in enumerate(USERS)]
        create_accounts(unit.connection, [(one, "x") for one in accounts], unit.now)
    hours = tuple(
        {"weekday": day, "open": time(9), "close": time(18)} for day in ("mon", "tue", "wed", "thu", "fri")
    )
    made.branch = made.put("branch", name="朝阳店", short_name="朝阳", business_hours=hours)
    yield made
    opened.close()


@pytest.fixture
def mei(clinic):
    """A customer who takes SMS."""
    clinic.clock.at = max(clinic.clock.at + timedelta(days=90), NOON)
    clinic.clock.at = clinic.clock.at.replace(hour=4, minute=0)
    clinic.numbers += 1
    return clinic.put("customer", name="张三", phone=f"138{clinic.numbers:08d}", branch_id=clinic.branch, marketing_optin=("sms",),
                      status="normal")  # fmt: skip


def test_the_messages_and_the_pool_of_the_app_compile(clinic):
    assert clinic.outside.messages.problems() == ()
    assert set(clinic.outside._pool_rules()) == {"lead_pool"}


def test_a_reminder_is_worded_by_the_appointment(clinic, mei):
    start = clinic.clock.at + timedelta(days=1)
    visit = clinic.put(
        "appointment", customer_id=mei, branch_id=clinic.branch, start_at=start, status="confirmed"
    )
    names = {"visit": {"form": "appointment", "id": visit}}
    delivery = clinic.send(f"r{mei}", "reminder", whom=visit, whom_form="appointment", names=names)
    assert delivery.state == "sent", delivery
    row = clinic.outbox(f"r{mei}")
    assert row["text"] == f"张三，您{start.month}月{start.day}日 12:00在朝阳有预约"
    assert (row["state"], row["address"], row["to_id"]) == ("outbox", f"138****{clinic.numbers:04d}", mei)
    with clinic.workspace.read() as unit:
        desk = clinic.records.desk(unit, clinic.actor)
        log = records.read(desk, "message_log", row["log_id"])["record"]
    assert (log["channel"], log["status"], log["to_customer"]) == ("sms", "queued", mei)


def test_marketing_is_held_back_by_what_the_records_say(clinic, mei):
    def offer(key):
        found = clinic.send(f"{key}{mei}", "offer", whom=mei, whom_form="customer", values={"offer": "8折"})
        return found.error or found.state

    assert offer("a") == "sent"
    complaint = clinic.put("complaint", customer_id=mei, status="new", content="x")
    assert offer("b") == "hold:complaint"
    clinic.change("complaint", complaint, status="closed")
    assert offer("c") == "sent"
    assert offer("d") == "cap"
    clinic.clock.advance(timedelta(days=8))
    clinic.change("customer", mei, contraindications=("pregnancy",))
    assert offer("e") == "hold:pregnancy"
    clinic.change("customer", mei, contraindications=(), marketing_optin=("wechat",))
    assert offer("f") == "no_consent"
    clinic.change("customer", mei, marketing_optin=("sms",), optout_at=clinic.clock.at)
    assert offer("g") == "opted_out"
    clinic.change("customer", mei, status="closed_account")
    assert offer("h") == "closed"


def test_a_lead_that_became_a_customer_is_the_customer(clinic, mei):
    lead = clinic.put("lead", name="张三", phone="13812345678", customer_id=mei, stage="new")
    clinic.send(
        f"l{mei}", "offer", whom=lead, whom_form="lead", values={"offer": "x"}, form="customer", record_id=mei
    )
    assert clinic.outbox(f"l{mei}")["to_id"] == mei


def test_staff_are_told_of_a_lead_in_the_app(clinic, mei):
    lead = clinic.put("lead", name="李四", intent_level="a", stage="new")
    names = {"lead": {"form": "lead", "id": lead}}
    assert clinic.send(f"s{lead}", "new_lead", whom=U1, names=names).state == "sent"
    assert clinic.outbox(f"s{lead}")["text"].startswith("新线索：李四，")
    assert clinic.told[-1] == ((U1,), "message")


def test_deadlines_count_in_the_hours_of_the_branch(clinic, mei):
    thursday = datetime(2026, 3, 5, 9, 30, tzinfo=UTC)
    found = clinic.do(
        lambda unit: clinic.outside.calendar.due(unit, thursday, "1h", "business", clinic.branch)
    )
    assert found == datetime(2026, 3, 6, 1, 30, tzinfo=UTC)


def test_the_roster_and_leave_decide_who_is_there(clinic, mei):
    clinic.clock.at = datetime(2027, 3, 4, 2, tzinfo=UTC)  # a Thursday, 10 in the morning
    staff = [clinic.put("staff", user_id=USERS[n - 1], name=f"员工{n}", status="active", specialties=(("implant",) if n == 3 else ()))
             for n in (1, 2, 3)]  # fmt: skip
    day = clinic.clock.at.date()
    clinic.put("roster", staff_id=staff[0], work_date=day, shift="off")
    clinic.put(
        "roster_request", applicant_id=staff[1], kind="leave", status="approved", period=Range(day, day)
    )
    lead = clinic.put("lead", name="x", branch_id=clinic.branch, stage="new")

    def choose(**rule):
        asked = Choose("flow.node.row", rule, USERS, "lead", lead)
        return clinic.do(lambda unit: clinic.outside.router.choose(unit, asked))

    assert [choose(attendance=True) for _ in range(2)] == [U3, U3]
    assert choose(mode="skill", skill=["implant"]) == U3
    clinic.put("lead", name="y", owner_id=U1, stage="new")
    assert choose(mode="least_load") in (U2, U3)


def test_a_lead_goes_into_the_pool_and_is_taken_out(clinic, mei):
    lead = clinic.put("lead", name="z", owner_id=U1, stage="contacted")
    asked = Choose("flow.node.row", {"mode": "pool", "pool": "lead_pool"}, (), "lead", lead)
    assert clinic.do(lambda unit: clinic.outside.router.choose(unit, asked)) is None
    clinic.do(lambda unit: clinic.outside.pools.claim(unit, "lead_pool", lead, U2))
    with clinic.workspace.read() as unit:
        found = records.read(clinic.records.desk(unit, clinic.actor), "lead", lead)["record"]
    assert (found["owner_id"], found["stage"]) == (U2, "pool")
    clinic.clock.advance(timedelta(days=16))
    done = clinic.do(lambda unit: clinic.outside.pools.recycle(unit, "lead_pool"))
    assert done["recycled"] >= 1
    assert lead in clinic.do(lambda unit: clinic.outside.pools.waiting(unit, "lead_pool"))


def test_a_script_reads_and_writes_as_its_actor_may(clinic, mei):
    box = clinic.outside.scripts
    if box.off_because is not None:
        pytest.skip(str(box.off_because.params))
    source = """
found = read("customer", given["id"])
update("customer", given["id"], {"vip_note": found["name"] + "!"})
result = [one["name"] for one in find("customer", '{name} = "张三"', limit=1)]
"""

    def run(actor):
        return clinic.do(
            lambda unit: box.run(source, {"id": mei}, clinic.outside.script_calls(unit, actor), 5.0)
        )

    assert run(clinic.actor) == ["张三"]
    with pytest.raises(Rejected) as refused:
        run(Actor(clinic.workspace.key, U1, roles=frozenset({"nobody"})))
    assert "record.not_found" in refused.value.problems[0].message("en") or "no_form" in str(refused.value)
    with clinic.workspace.read() as unit:
        assert (
            records.read(clinic.records.desk(unit, clinic.actor), "customer", mei)["record"]["vip_note"]
            == "张三!"
        )


def test_a_flow_cleans_assigns_tells_and_thanks(clinic, mei):
    if clinic.outside.scripts.off_because is not None:
        pytest.skip("scripts are off here")
    clinic.settle()
    lead = clinic.put("lead", name="新客", customer_id=mei, stage="new", intent_level="a")
    clinic.settle()
    with clinic.workspace.read() as unit:
        instance = (
            unit.connection.execute(INSTANCES.select().where(INSTANCES.c.record_id == lead)).mappings().one()
        )
        sent = [
            dict(row) for row in unit.connection.execute(OUTBOX.select().order_by(OUTBOX.c.key)).mappings()
        ]
        owner = records.read(clinic.records.desk(unit, clinic.actor), "lead", lead)["record"]["owner_id"]
    assert (instance["status"], owner in USERS) == ("done", True)
    mine = {row["message"]: row for row in sent if row["key"].startswith(instance["instance_id"])}
    assert mine["new_lead"]["to_id"] == owner
    assert mine["new_lead"]["state"] == "sent"
    assert (mine["offer"]["to_id"], mine["offer"]["state"]) == (mei, "outbox")
    assert mine["offer"]["text"] == "张三，8折，退订回T"


def test_who_answers_t_gets_no_marketing_any_more(clinic, mei):
    lead = clinic.put("lead", name="a", phone=f"138{clinic.numbers:08d}", consent_contact=True, stage="new")
    messages, phone = clinic.outside.messages, f"138{clinic.numbers:08d}"
    assert clinic.do(lambda unit: messages.take_reply(unit, "sms", phone, "好的")) == 0
    assert clinic.do(lambda unit: messages.take_reply(unit, "sms", "13900000000", "T")) == 0
    assert clinic.do(lambda unit: messages.take_reply(unit, "sms", phone, " 退订。")) == 2
    assert clinic.do(lambda unit: messages.take_reply(unit, "sms", phone, "T")) == 0
    refused = clinic.send(f"o{mei}", "offer", whom=mei, whom_form="customer", values={"offer": "x"})
    assert refused.error == "opted_out"
    with clinic.workspace.read() as unit:
        found = records.read(clinic.records.desk(unit, clinic.actor), "lead", lead)["record"]
    assert found["consent_contact"] is False
