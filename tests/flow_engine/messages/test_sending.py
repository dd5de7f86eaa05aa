"""Messages sent: chosen, worded, passed by the gate once, told to ledger, outbox and message log."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from connectors.channel import CHANNELS, BaseChannel
from engine.breaker import AFTER, FIRST_PAUSE_S
from engine.definitions import analyse
from engine.jobs.queue import claim
from engine.ports import Address, Receipt
from engine.store import Cause
from engine.store.platform import instant
from flow_engine.messages import House, MessageService, compile_messages, node_problems
from flow_engine.messages.ledger import held_of
from flow_engine.tables import CONTACT_LEDGER, OUTBOX
from flow_engine.tasks.viewing import newest_messages
from form_engine.control import CONTROLS
from tests.definitions.making import app_of, field, form, link, rows, words
from tests.flow_engine.fakes import FakeRecords
from tests.flow_engine.installations import *  # noqa: F403

NOON = datetime(2026, 3, 5, 4, tzinfo=UTC)
MEI = {
    "no": "CU1",
    "name": "张三",
    "phone": "13812345678",
    "wechat_id": "wx1",
    "marketing_optin": ["sms"],
    "status": "normal",
}
VISIT = {
    "no": "AP1",
    "customer_id": "c1",
    "customer_id.name": "张三",
    "branch_id": "b1",
    "branch_id.name": "朝阳店",
    "start": datetime(2026, 3, 6, 6, 30, tzinfo=UTC),
    "kind": "checkup",
    "item": "种植牙",
    "cost": Decimal(9),
    "lines": [{"what": "洁牙", "qty": 1}, {"what": "补牙", "qty": 2}],
}
VISIT_FORM = form(
    "appointment",
    link("customer_id", "customer"),
    field("start", "datetime"),
    field("kind", "select", options=[{"key": "checkup", "label": words("检查")}]),
    field("item", mask="med"),
    field("cost", "money", mask="cost"),
    rows("lines", field("what"), field("qty", "integer")),
)
CUSTOMER_FORM = form("customer", field("name"), field("phone", "mobile", sensitive=True), field("status"))


def reminder(**more) -> dict:
    return {
        "key": "reminder",
        "name": words("提醒"),
        "class": "care",
        "form": "appointment",
        "channels": {"sms": {"zh": "您{{ start | datetime }}在{{ branch.name }}有{{ kind }}预约"}},
        **more,
    }


OFFER = reminder(
    key="offer",
    **{"class": "marketing"},
    values={"offer": words("优惠")},
    channels={"sms": {"zh": "{{ customer.name }}，{{ offer }}，退订回T"}},
)
ALERT = reminder(
    key="alert",
    **{"class": "staff"},
    subject={"zh": "异常 {{ customer.name }}"},
    channels={"in_app": {"zh": "{{ item | sensitive }}：{% for l in lines %}{{ l.what }}×{{ l.qty }} {% endfor %}"},
              "wecom": {"zh": "{{ item | sensitive }}，请查看"}},
)  # fmt: skip
TEMPLATE = reminder(
    key="template",
    channels={"wechat": {"template": "visit", "data": {"time": "{start}", "place": "{branch_id.name}"}}},
)


def compiled(*messages):
    app = app_of(VISIT_FORM, CUSTOMER_FORM, messages=list(messages))
    analysis = analyse(app, CONTROLS)
    return compile_messages(app, analysis)


class Phone(BaseChannel):
    """A provider of SMS that takes, refuses or drops what it is given."""

    def deliver(self, where, outgoing, settings):
        self.sent.append((where, outgoing.text))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Clinic:
    """A message service over a workspace, and what it needs."""

    def __init__(self, workspace, *messages):
        self.workspace = workspace
        self.records = FakeRecords(
            customer={"c1": MEI, "c2": {**MEI, "no": "CU2", "name": "李四"}},
            appointment={"a1": VISIT},
            complaint={},
            message_log={},
        )
        self.records.label = lambda form, record_id: record_id
        self.phone = Phone("sms", "短信", "SMS", "sms")
        object.__setattr__(self.phone, "sent", [])
        self.answer(Receipt("sent", "ref1"))
        self.notes = []
        found = compiled(*(messages or (reminder(), OFFER, ALERT, TEMPLATE)))
        assert found.problems == ()
        self.house = House(
            plans=lambda: found,
            records=lambda unit: self.records,
            channels={**CHANNELS.all(), "sms": self.phone},
            staff=lambda unit, rule: ["u1"] if rule == {"role": "doctor"} else [str(rule)],
            staff_address=lambda unit, user: Address(
                "staff", user, "李医生", {"in_app": user, "wecom": "li", "lang": "zh"}
            ),
            notify=lambda unit, people, kind, body, form, record: self.notes.append((people, body)),
            clinic=words("微笑口腔"),
        )
        self.service = MessageService(workspace, self.house)

    def answer(self, answer):
        object.__setattr__(self.phone, "answer", answer)

    def prepare(self, message, key="k1", **body):
        given = {"message": message, "whom": "c1", "whom_form": "customer",
                 "names": {"visit": {"form": "appointment", "id": "a1"}}, **body}  # fmt: skip
        with self.workspace.write(Cause("system")) as unit:
            return self.service.prepare(unit, key, given)

    def go(self, message, key="k1", **body):
        ready = self.prepare(message, key, **body)
        if not hasattr(ready, "state"):
            ready = self.service.send(key, ready)
            with self.workspace.write(Cause("system")) as unit:
                self.service.ended(unit, key, ready)
        return ready

    def rows(self, table=OUTBOX):
        with self.workspace.read() as unit:
            return {row["key"]: row for row in unit.connection.execute(select(table)).mappings()}


@pytest.fixture
def house(clinic, clock):
    clock.at = NOON
    return Clinic(clinic)


def test_a_reminder_goes_out_in_the_words_of_the_record(house):
    delivery = house.go("reminder")
    assert (delivery.state, delivery.reference) == ("sent", "ref1")
    assert house.phone.sent == [("13812345678", "您3月6日 14:30在朝阳店有检查预约")]
    row = house.rows()["k1"]
    assert (row["state"], row["address"], row["to_name"]) == ("sent", "138****5678", "张三")
    log = house.records.forms["message_log"]["message_log-1"]
    assert (log["status"], log["to_customer"], log["dedupe_key"]) == ("sent", "c1", "k1")


def test_the_same_message_is_not_logged_twice(house):
    house.answer(ConnectionError("down"))
    assert house.go("reminder").state == "failed"
    assert house.records.forms["message_log"]["message_log-1"]["status"] == "failed"
    house.answer(Receipt("sent", "ref2"))
    assert house.go("reminder").state == "sent"
    assert len(house.records.forms["message_log"]) == 1
    assert len(house.rows(CONTACT_LEDGER)) == 1
    assert house.rows()["k1"]["attempts"] == 2


def test_without_credentials_the_outbox_shows_what_would_have_gone(house):
    delivery = house.go("template")
    assert (delivery.state, delivery.reference) == ("sent", "outbox")
    row = house.rows()["k1"]
    assert (row["state"], row["template"]) == ("outbox", "visit")
    assert row["text"] == "time: 3月6日 14:30\nplace: 朝阳店"


def test_marketing_needs_consent_and_room(house):
    assert house.go("offer", "k1", values={"offer": "8折"}).state == "sent"
    assert house.phone.sent[0][1] == "张三，8折，退订回T"
    assert house.go("offer", "k2", values={"offer": "7折"}).state == "sent"
    dropped = house.go("offer", "k3", values={"offer": "6折"})
    assert (dropped.state, dropped.error) == ("dropped", "cap")
    assert house.rows()["k3"]["state"] == "dropped"
    logs = house.records.forms["message_log"].values()
    assert [log["status"] for log in logs] == ["sent", "sent", "suppressed"]
    assert "频次" in [log["error"] for log in logs][-1]


def test_what_is_worded_as_marketing_passes_no_cap_by_being_called_a_service(house):
    said = [
        house.go("offer", f"k{number}", values={"offer": "x"}, **{"class": "service", "urgent": True}).error
        for number in range(3)
    ]
    assert said == [None, None, "cap"]


def test_a_failed_message_does_not_count_against_the_cap(house):
    house.answer(ConnectionError("down"))
    for key in ("k1", "k2", "k3"):
        house.go("offer", key, values={"offer": "x"})
    house.answer(Receipt("sent"))
    assert house.go("offer", "k4", values={"offer": "x"}).state == "sent"


def test_an_open_complaint_holds_marketing_back(house):
    house.records.when("NOT({status} IN", lambda record, names: record["customer_id"] == names["contact"])
    house.records.forms["complaint"]["x"] = {"customer_id": "c1"}
    assert house.go("offer", values={"offer": "x"}).error == "hold:complaint"
    assert house.go("reminder", "k2").state == "sent"


def test_at_night_a_message_waits_for_the_morning(house, clock):
    clock.at = datetime(2026, 3, 5, 15, tzinfo=UTC)
    later = house.go("reminder")
    assert later.state == "later"
    assert datetime(2026, 3, 6, 0, 30, tzinfo=UTC) <= later.at
    row = house.rows()["k1"]
    assert (row["state"], row["reason"]) == ("waiting", "quiet_hours")
    night, clock.at = clock.at, later.at
    assert house.go("reminder").state == "sent"
    assert len(house.records.forms["message_log"]) == 1
    # That it was held, why and until when stays with what was sent.
    row = house.rows()["k1"]
    held = {"at": instant(night), "reason": "quiet_hours", "until": instant(later.at)}
    assert (row["state"], row["due_at"], held_of(row["held"])) == ("sent", None, [held])


def test_an_urgent_reminder_goes_at_night(house, clock):
    clock.at = datetime(2026, 3, 5, 15, tzinfo=UTC)
    assert house.go("reminder", urgent=True).state == "sent"


def test_staff_get_a_line_in_the_app_with_details_that_leave_it_nowhere_else(house):
    delivery = house.go("alert", whom="u1", whom_form=None)
    assert (delivery.state, delivery.result) == ("sent", {"channel": "in_app"})
    ((people, body),) = house.notes
    assert people == ("u1",)
    assert body["title"]["zh"] == "异常 张三"
    assert body["text"]["zh"] == "种植牙：洁牙×1 补牙×2 "
    service = MessageService(
        house.workspace, replace(house.house, settings_of=lambda c: {"corp_id": "x"} if c == "wecom" else {})
    )
    house.service = service
    house.go("alert", "k2", whom="u1", whom_form=None)
    assert house.rows()["k2"]["channel"] == "wecom"
    assert house.rows()["k2"]["text"] == "您的项目，请查看"


def test_several_people_get_a_job_each(house, clock):
    delivery = house.go(
        "reminder", whom=[{"form": "customer", "id": "c1"}, {"form": "customer", "id": "c2"}], whom_form=None
    )
    assert (delivery.state, delivery.result) == ("sent", {"recipients": 2})
    for _ in range(2):
        run = claim(house.workspace, ("message.send",), "w")
        assert house.service.run(run) == "sent"
    assert sorted(house.rows()) == ["k1:c1", "k1:c2"]


def test_a_queued_message_of_which_nobody_knows_is_sent_again_only_when_it_matters(house):
    for message, key, again in (("reminder", "care", True), ("offer", "ad", False)):
        # another contact: marketing keeps its distance to the reminder
        body = {"message": message, "whom": "c1" if again else "c2", "whom_form": "customer", "form": "appointment",
                "record_id": "a1", "values": {"offer": "x"}}  # fmt: skip
        with house.workspace.write(Cause("system")) as unit:
            house.service.queue(unit, key, body)
            house.service.prepare(unit, key, body)
        before = len(house.phone.sent)
        run = claim(house.workspace, ("message.send",), "w")
        assert house.service.run(run) == ("sent" if again else "unknown")
        assert len(house.phone.sent) - before == again
        assert house.service.ask(key, None).state == ("sent" if again else "unknown")


def test_nobody_and_nothing_known_is_told(house):
    assert house.go("nope").state == "refused"
    assert house.go("reminder", whom=None).error == "nobody"
    assert house.go("reminder", whom="c9").error == "gone"
    house.records.forms["customer"]["c1"]["status"] = "closed_account"
    assert house.go("reminder", "k5").error == "closed"


def test_a_record_about_a_contact_stands_for_the_contact(house):
    assert house.go("reminder", whom="a1", whom_form="appointment").state == "sent"


def test_a_condition_that_does_not_hold_drops_the_message(clinic, clock):
    clock.at = NOON
    house = Clinic(clinic, reminder(when='{kind} = "other"'))
    assert house.go("reminder").error == "when"
    house.records.when('{kind} = "other"', lambda record, names: True)
    assert house.go("reminder", "k2").state == "sent"


def test_a_preview_writes_nothing(house):
    with house.workspace.read() as unit:
        assert house.service.preview(unit, "reminder", "appointment", "a1") == {
            "sms": "您3月6日 14:30在朝阳店有检查预约"
        }
    assert house.rows() == {}


@pytest.mark.parametrize(
    ("message", "code", "path"),
    [
        (reminder(channels={"sms": {"zh": "{{ item }}"}}), "wording.sensitive_field", "/messages/reminder/channels/sms/zh"),
        (reminder(channels={"sms": {"zh": "{{ cost }}"}}), "wording.hidden_field", "/messages/reminder/channels/sms/zh"),
        (reminder(channels={"sms": {"zh": "{{ customer.phone }}"}}), "wording.sensitive_field", "/messages/reminder/channels/sms/zh"),
        (reminder(sensitive=["kind"]), "wording.hidden_field", "/messages/reminder/channels/sms/zh"),
        (reminder(channels={"sms": {"zh": "{{ strat }}"}}), "wording.unknown_name", "/messages/reminder/channels/sms/zh"),
        (reminder(channels={"sms": {"zh": "{{ x.__class__ }}"}}), "wording.forbidden", "/messages/reminder/channels/sms/zh"),
        (reminder(channels={"pigeon": {"zh": "x"}}), "message.channel", "/messages/reminder/channels/pigeon"),
        (reminder(channels={"wechat": {"template": "t", "data": {"a": "{cost}"}}}), "wording.hidden_field",
         "/messages/reminder/channels/wechat/data/a"),
        (reminder(**{"class": "marketing"}), "message.no_opt_out", "/messages/reminder/channels/sms/zh"),
        (reminder(when="{kind} +"), "formula.syntax", "/messages/reminder/when"),
    ],
)  # fmt: skip
def test_a_message_that_must_not_or_cannot_be_sent_is_told_where(message, code, path):
    found = compiled(message)
    assert (code, path) in [(one.code, one.path) for one in found.problems] or code == "formula.syntax"
    assert found.plans == {}


def test_the_picker_offers_fields_and_what_links_lead_to():
    names = compiled(reminder()).plans["reminder"].names
    offered = {".".join(one.path) for one in names.picker()}
    assert {"start", "kind", "customer.name", "to.name", "clinic.name", "item"} <= offered
    assert "cost" not in offered


def test_nodes_that_name_no_message_or_other_values_are_told_where():
    nodes = [
        {"key": "a", "kind": "message", "message": "remindre", "whom": "{id}"},
        {"key": "b", "kind": "message", "message": "offer", "whom": "{id}", "values": {"discount": "1"}},
        {"key": "c", "kind": "message", "message": "offer", "whom": "{id}", "values": {"offer": "1"}},
    ]
    flow = {"key": "f", "name": words("f"), "trigger": {"kind": "api"}, "start": "a", "nodes": nodes}
    app = app_of(VISIT_FORM, CUSTOMER_FORM, messages=[reminder(), OFFER], flows=[flow])
    assert [(one.code, one.path) for one in node_problems(app)] == [
        ("message.no_such", "/flows/f/nodes/0/message"),
        ("message.value_not_given", "/flows/f/nodes/1/values"),
        ("message.value_unknown", "/flows/f/nodes/1/values/discount"),
    ]


def test_a_person_is_called_by_name(house):
    names = compiled(reminder()).plans["reminder"].names
    assert names.place(("owner", "name")).path == names.place(("owner",)).path == ("owner_id",)
    assert names.place(("owner", "phone")) is None
    assert names.place(("lines", "what", "name")) is None


def test_messages_of_the_day_are_spread_a_little(house, clock):
    clock.at = datetime(2026, 3, 5, 15, tzinfo=UTC)
    times = {house.prepare("reminder", f"k{n}").at for n in range(8)}
    assert len(times) > 4
    assert max(times) - min(times) < timedelta(minutes=15)


def test_of_two_that_decide_at_once_only_one_gets_the_last_room(house):
    house.go("offer", "k0", values={"offer": "x"})
    found = []
    threads = [
        threading.Thread(
            target=lambda key=f"t{n}": found.append(house.prepare("offer", key, values={"offer": "x"}))
        )
        for n in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    went = [one for one in found if not hasattr(one, "state")]
    assert len(went) == 1
    assert sorted(one.error for one in found if hasattr(one, "state")) == ["cap", "cap"]


def test_a_journeys_own_cap_counts_too(house):
    service = MessageService(
        house.workspace, replace(house.house, cap_of=lambda flow: (1, 30) if flow == "j" else None)
    )
    house.service = service
    names = {"visit": {"form": "appointment", "id": "a1"}, "flow": {"key": "j"}}
    assert house.go("offer", "k1", names=names, values={"offer": "x"}).state == "sent"
    assert house.go("offer", "k2", names=names, values={"offer": "x"}).error == "cap"


def test_the_outbox_is_read_newest_first_by_an_index(house):
    with house.workspace.write(Cause("system")) as unit:
        dialect = unit.connection.dialect
        if unit.is_postgres:
            # So few rows would be sorted at once.
            unit.connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            unit.connection.exec_driver_sql("SET LOCAL enable_bitmapscan = off")
        query = newest_messages({}).limit(51).offset(0)
        text = query.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
        explain = "EXPLAIN" if unit.is_postgres else "EXPLAIN QUERY PLAN"
        plan = str(unit.connection.exec_driver_sql(f"{explain} {text}").all())
    assert "ix_cc_outbox_planned" in plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan


def test_a_channel_that_fails_message_after_message_is_left_alone_for_a_while(house, clock):
    house.answer(ConnectionError("gateway down"))
    for at in range(AFTER):
        assert house.go("reminder", f"k{at}", whom="c1" if at % 2 else "c2").state == "failed"
    waits = house.go("reminder", "later")
    assert (waits.state, waits.error) == ("later", "channel_down")
    assert waits.at == NOON + timedelta(seconds=FIRST_PAUSE_S)
    row = house.rows()["later"]
    assert (row["state"], row["reason"]) == ("waiting", "channel_down")
    assert [one["reason"] for one in held_of(row["held"])] == ["channel_down"]
    house.answer(Receipt("sent", "ref2"))
    clock.at = waits.at
    assert house.go("reminder", "later").state == "sent"
    assert house.go("reminder", "next", whom="c2").state == "sent"
