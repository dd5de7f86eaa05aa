"""Writing through the gate: where, which fields, and why."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from engine.access.actor import public_actor, system_actor
from engine.access.query import RecordQuery
from engine.problems import Forbidden, NotFound, Rejected
from tests.access.clinic import Clinic, names, someone

CONSULTANT = {
    "grants": {
        "customer": {
            "view": 'OR(OWN(), {level} = "pool")', "create": "branch", "edit": "own",
            "fields": {"phone": "masked until {owner_id} = ME()", "wechat": "masked until {owner_id} = ME()"},
        },
        "visit": {"view": "all", "create": '{customer_id.owner_id} = ME()', "edit": "all", "fields": {"lines.gain": "read"}},
    },
    "masks": {"cost": "none"},
    "rights": {"reveal": {"daily": 50}},
}  # fmt: skip


def gate_of(clinic: Clinic, **more: Any) -> Any:
    return clinic.gate(clinic.policy(consultant=CONSULTANT), someone("consultant", **more))


def test_a_phone_shows_once_the_record_is_mine(clinic: Clinic) -> None:
    clinic.add("customer", name="1 mine", owner_id="me", phone="13812345678")
    clinic.add("customer", name="2 pool", level="pool", phone="13812345678")
    clinic.add("customer", name="3 theirs", owner_id="x", phone="13812345678")
    page = gate_of(clinic).page(RecordQuery("customer", ("name", "phone"), sort=("name",)))
    assert [(r["name"], r["phone"]) for r in page.records] == [
        ("1 mine", "13812345678"),
        ("2 pool", "138****5678"),
    ]
    loaded = {
        "id": "x",
        "name": "p",
        "level": "pool",
        "phone": "13812345678",
        "owner_id": None,
        "cost": Decimal(1),
    }
    assert gate_of(clinic).readable("customer", loaded)["phone"] == "138****5678"
    mine = gate_of(clinic).readable("customer", {**loaded, "owner_id": "me"})
    assert mine["phone"] == "13812345678"
    assert "cost" not in mine


def test_search_by_a_half_open_phone_stays_within_what_is_open(clinic: Clinic) -> None:
    clinic.add("customer", name="mine", owner_id="me", wechat="alpha")
    clinic.add("customer", name="pool", level="pool", wechat="alphabet")
    page = gate_of(clinic).page(RecordQuery("customer", ("name",), search="alpha"))
    assert names(page.records) == ["mine"]


def test_the_store_gets_a_predicate_for_every_write(clinic: Clinic) -> None:
    mine = clinic.add("customer", name="mine", owner_id="me")
    clinic.add("customer", name="theirs", owner_id="x")
    write = gate_of(clinic).write("customer", "update")
    table = clinic.tables["customer"].table
    assert write.predicate is not None
    assert [row.id for row in clinic.connection.execute(select(table.c.id).where(write.predicate))] == [mine]
    with pytest.raises(Forbidden, match=r"access\.verb_refused"):
        gate_of(clinic).write("customer", "delete")
    with pytest.raises(NotFound):
        gate_of(clinic).write("branch", "insert")


def test_new_records_lie_where_one_may_create(clinic: Clinic) -> None:
    gate = gate_of(clinic)
    write = gate.write("customer", "insert")
    gate.check(write, {"name"}, None, {"name": "n", "branch_id": "b1"})
    with pytest.raises(Forbidden, match=r"access\.out_of_scope"):
        gate.check(write, {"name"}, None, {"name": "n", "branch_id": "b2"})


def test_a_create_rule_may_look_through_a_link(clinic: Clinic) -> None:
    mine, theirs = clinic.add("customer", owner_id="me"), clinic.add("customer", owner_id="x")
    gate = gate_of(clinic)
    write = gate.write("visit", "insert")
    gate.check(write, {"name"}, None, {"name": "v", "customer_id": mine})
    for customer in (theirs, None, "nobody"):
        with pytest.raises(Forbidden):
            gate.check(write, {"name"}, None, {"name": "v", "customer_id": customer})


def test_what_one_may_not_write_is_refused_all_at_once(clinic: Clinic) -> None:
    gate = gate_of(clinic)
    write = gate.write("customer", "update")
    before = {"id": "1", "level": "pool", "owner_id": "x", "phone": "13812345678"}
    with pytest.raises(Forbidden) as refused:
        gate.check(write, ("name", "phone", "cost", "visits", "ghost", "created_at"), before, before)
    assert [(p.code, p.path) for p in refused.value.problems] == [
        ("access.field_not_writable", "/phone"),
        ("access.field_hidden", "/cost"),
        ("access.field_not_writable", "/visits"),
        ("access.field_hidden", "/ghost"),
        ("access.field_not_writable", "/created_at"),
    ]
    gate.check(write, ("name", "phone"), {**before, "owner_id": "me"}, before)


def test_columns_of_a_sub_table_are_guarded_one_by_one(clinic: Clinic) -> None:
    gate = gate_of(clinic)
    write = gate.write("visit", "update")
    row = {"id": "r", "item": "crown", "price": Decimal(1), "gain": Decimal(1)}
    before = {"id": "v", "lines": (row,)}
    gate.check(write, ("lines",), before, {"lines": ({**row, "price": Decimal(2)},)})
    with pytest.raises(Forbidden) as refused:
        gate.check(write, ("lines",), before, {"lines": ({**row, "gain": Decimal(2)},)})
    assert [p.path for p in refused.value.problems] == ["/lines/0/gain"]
    assert gate.kept_columns("visit", "lines", before) == {"gain"}


def test_a_masked_phone_is_revealed_with_the_right_only(clinic: Clinic) -> None:
    record = {"id": "1", "level": "pool", "owner_id": "x", "phone": "13812345678", "cost": Decimal(1)}
    revealed = gate_of(clinic).reveal("customer", record, "phone")
    assert (revealed.value, revealed.daily) == ("13812345678", 50)
    with pytest.raises(Rejected, match=r"access\.field_hidden"):
        gate_of(clinic).reveal("customer", record, "cost")
    looker = clinic.policy(r={"grants": {"customer": {"view": "all"}}})
    with pytest.raises(Forbidden, match=r"access\.no_reveal"):
        clinic.gate(looker, someone("r")).reveal("customer", record, "phone")
    # A cost is not a number to call: no right to reveal opens it.
    nosy = clinic.policy(r={"grants": {"customer": {"view": "all"}}, "rights": {"reveal": True}})
    with pytest.raises(Forbidden, match=r"access\.no_reveal"):
        clinic.gate(nosy, someone("r")).reveal("customer", record, "cost")


def test_explain_names_the_role_and_the_rule(clinic: Clinic) -> None:
    record = {"id": "1", "level": "pool", "owner_id": "x", "created_by": "x"}
    gate = gate_of(clinic)
    seen = gate.explain("customer", record)
    assert [(r.role, r.rule, r.holds) for r in seen] == [
        ("consultant", 'OR(OWN(), {level} = "pool")', True),
        ("", "", True),
    ]
    edited = gate.explain("customer", record, "edit")
    assert [(r.verb, r.holds) for r in edited] == [("view", True), ("edit", False), ("edit", False)]
    assert all(r.words["zh"] and r.words["en"] for r in edited)


def test_a_visitor_of_a_public_form_may_create_it_and_nothing_else(clinic: Clinic) -> None:
    clinic.add("customer", name="张三")
    gate = clinic.gate(clinic.policy(), public_actor("w", "customer", frozenset({"name", "phone"})))
    write = gate.write("customer", "insert")
    gate.check(write, ("name", "phone"), None, {"name": "n", "phone": "1"})
    with pytest.raises(Forbidden):
        gate.check(write, ("name", "level"), None, {"name": "n", "level": "vip"})
    for query in (RecordQuery("customer"), RecordQuery("visit")):
        with pytest.raises(NotFound):
            gate.page(query)
    with pytest.raises(Forbidden):
        gate.write("customer", "update")


def test_the_system_reads_and_writes_everything(clinic: Clinic) -> None:
    clinic.add("customer", name="张三", phone="13812345678", cost=Decimal(3), born=date(2000, 1, 1))
    gate = clinic.gate(clinic.policy(), system_actor("w"))
    record = gate.page(RecordQuery("customer", python=True)).records[0]
    assert (record["phone"], record["cost"], record["born"]) == (
        "13812345678",
        Decimal("3.00"),
        date(2000, 1, 1),
    )
    assert gate.write("customer", "purge").predicate is None


def test_someone_without_a_role_sees_nothing(clinic: Clinic) -> None:
    clinic.add("customer", name="张三")
    for roles in ((), ("ghost",)):
        gate = clinic.gate(clinic.policy(consultant=CONSULTANT), someone(*roles))
        with pytest.raises(NotFound):
            gate.page(RecordQuery("customer"))


def test_a_record_is_mine_when_a_list_of_helpers_holds_me(clinic: Clinic) -> None:
    shape = clinic.shapes["customer"]
    own_by = (*shape.own_by, "helpers")
    shared = Clinic(clinic.connection, {**clinic.shapes, "customer": replace(shape, own_by=own_by)})
    shared.add("customer", name="helped", helpers=("x", "me"), owner_id="x")
    shared.add("customer", name="other", helpers=("x",), owner_id="x")
    for scope in ("own", "OWN()"):
        gate = shared.gate(shared.policy(r={"grants": {"customer": {"view": scope}}}), someone("r"))
        assert names(gate.page(RecordQuery("customer", ("name",))).records) == ["helped"], scope


def test_only_access_seals_statements(repository: Path) -> None:
    sources = [
        p
        for folder in ("engine", "form_engine", "server", "connectors")
        for p in (repository / folder).rglob("*.py")
    ]
    callers = {
        p.parent.name
        for p in sources
        if re.search(r"seal_(query|write)\(|_SEAL", p.read_text(encoding="utf-8"))
    }
    assert callers == {"access"}
