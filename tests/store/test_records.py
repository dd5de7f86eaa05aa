"""Records are written whole or not at all, with their history, audit line and event."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import text

from engine.definitions.tables import FormTables
from engine.problems import Conflict, NotFound, Rejected
from engine.store import Workspace
from engine.store.records import Earlier
from tests.store.makers import USER, change, create, history, load, right

FULL = {
    "name": "张三",
    "phone": "13800001234",
    "code": "A1",
    "amount": Decimal("120.50"),
    "rate": Decimal("0.125"),
    "visits": 3,
    "is_vip": True,
    "born": date(1990, 2, 3),
    "call_at": datetime(2026, 3, 5, 16, 30, tzinfo=UTC),
    "tags": ("a", "b"),
    "channel": "c1",
    "friends": ("f1", "f2"),
    "chart": {"36": "caries", "11": "crown"},
    "photos": ({"id": "p1", "name": "x.jpg", "size": 1, "mime": "image/jpeg"},),
    "items": ({"what": "implant", "amount": Decimal("9000.00")}, {"what": "crown", "amount": None}),
}


def count(clinic: Workspace, table: str, where: str = "1=1") -> int:
    with clinic.read() as unit:
        return unit.connection.execute(text(f"SELECT count(*) FROM {table} WHERE {where}")).scalar_one()


def column(clinic: Workspace, lead: FormTables, key: str) -> list:
    with clinic.read() as unit:
        table = lead.table
        return [
            row[0]
            for row in unit.connection.execute(
                table.select().with_only_columns(table.c[key]).order_by(table.c.id)
            )
        ]


def test_a_record_comes_back_as_it_was_given(clinic: Workspace, lead: FormTables):
    made = create(clinic, lead, owner_id="u1", **FULL)
    back = load(clinic, lead, made["id"])
    rows = back.pop("items")
    assert [(r["what"], r["amount"]) for r in rows] == [("implant", Decimal("9000.00")), ("crown", None)]
    assert {k: back[k] for k in FULL if k != "items"} == {k: v for k, v in FULL.items() if k != "items"}
    assert (back["revision"], back["created_by"], back["def_version"]) == (1, "u1", 1)
    assert back == {k: v for k, v in made.items() if k != "items"}


def test_records_made_together_are_stored_as_each_by_itself(clinic: Workspace, lead: FormTables):
    unlike = {
        **FULL, "phone": "13900005678", "code": "A2", "amount": Decimal("0"), "visits": 1, "tags": None, "chart": None,
        "call_at": datetime(2026, 3, 6, 1, 30, tzinfo=UTC), "rate": None, "is_vip": False,
    }  # fmt: skip
    twins = [{**one, "name": f"{one['name']}{n}"} for n in range(2) for one in (FULL, unlike)]
    for n, one in enumerate(twins):
        one["phone"], one["code"] = f"1380000{n:04}", f"B{n}"
    with clinic.write(USER) as unit:
        together = unit.insert_many(right(lead, "insert"), [dict(one) for one in twins])
    singly = []
    for n, one in enumerate(twins):
        made = create(clinic, lead, **{**one, "phone": f"1390000{n:04}", "code": f"C{n}"})
        singly.append(made["id"])

    with clinic.read() as unit:
        stored = {row["id"]: dict(row) for row in unit.connection.execute(lead.table.select()).mappings()}
    own = {
        "id",
        "no",
        "code",
        "code__u",
        "phone",
        "phone__b",
        "phone__t",
        "created_at",
        "updated_at",
        "created_at__d",
    }
    for one, other in zip(together, singly, strict=True):
        rows = [{k: v for k, v in stored[i].items() if k not in own} for i in (one, other)]
        assert rows[0] == rows[1]


def test_item_tables_hold_one_row_for_each_tooth_and_friend(clinic: Workspace, lead: FormTables):
    made = create(clinic, lead, **FULL)
    assert count(clinic, "i_lead__chart", "tooth = '36' AND state = 'caries'") == 1
    assert count(clinic, "i_lead__friends") == 2
    change(clinic, lead, made["id"], chart={"21": "missing"}, friends=None)
    assert count(clinic, "i_lead__chart") == 1
    assert count(clinic, "i_lead__friends") == 0


def test_shadow_columns_serve_search_days_and_uniqueness(clinic: Workspace, lead: FormTables):
    create(clinic, lead, **FULL)
    assert column(clinic, lead, "name__s") == ["张三 zhangsan zs"]
    assert column(clinic, lead, "call_at__d") == [date(2026, 3, 6)], "half past midnight in Shanghai"
    assert column(clinic, lead, "phone__b") == [clinic.keys.blind("lead", "phone", "１３８００００１２３４")]
    assert column(clinic, lead, "phone__t") == [clinic.keys.tail("lead", "phone", "1234")]
    assert "1380000" not in column(clinic, lead, "phone")[0]


def test_only_what_changed_is_written_down(clinic: Workspace, lead: FormTables):
    made = create(clinic, lead, **FULL)
    changed = change(clinic, lead, made["id"], name="张三丰", visits=3, phone="13900001234")
    assert changed["revision"] == 2
    newest, first = history(clinic, lead, made["id"])
    assert newest.changes == {"name": ("张三", "张三丰"), "phone": ("13800001234", "13900001234")}
    assert (newest.kind, newest.cause, newest.by, newest.request_id) == ("update", "user", "u1", "r1")
    assert first.changes["amount"] == (None, Decimal("120.50"))


def test_history_keeps_sensitive_values_sealed(clinic: Workspace, lead: FormTables):
    create(clinic, lead, **FULL)
    assert count(clinic, "cc_history", "changes LIKE '%13800001234%'") == 0


def test_saving_the_same_values_changes_nothing(clinic: Workspace, lead: FormTables):
    made = create(clinic, lead, **FULL)
    assert change(clinic, lead, made["id"], name="张三")["revision"] == 1
    assert count(clinic, "cc_history") == 1


def test_rows_of_a_sub_table_keep_their_ids(clinic: Workspace, lead: FormTables):
    made = create(clinic, lead, **FULL)
    second = made["items"][1]
    new = ({**second, "what": "bridge"}, {"what": "scaling", "amount": None})
    after = change(clinic, lead, made["id"], items=new)["items"]
    assert after[0]["id"] == second["id"]
    assert [r["what"] for r in load(clinic, lead, made["id"])["items"]] == ["bridge", "scaling"]
    old, _new = history(clinic, lead, made["id"])[0].changes["items"]
    assert [r["what"] for r in old] == ["implant", "crown"]


def test_disjoint_edits_merge_and_the_same_field_clashes(clinic: Workspace, lead: FormTables):
    made = create(clinic, lead, **FULL)
    change(clinic, lead, made["id"], name="李四")
    with clinic.write(USER) as unit:
        write = right(lead, "update")
        record = unit.load(write, made["id"])
        assert unit.merge(write, record, 1, {"visits": 4}) == {"visits": 4}
        assert unit.merge(write, record, 1, {"name": "李四"}) == {"name": "李四"}
        with pytest.raises(Conflict) as caught:
            unit.merge(write, record, 1, {"name": "王五", "amount": Decimal(1)})
    (clash,) = caught.value.problems
    assert (clash.path, clash.params["yours"], clash.params["theirs"]) == ("/name", "王五", "李四")


def test_a_revision_that_never_was_is_refused(clinic: Workspace, lead: FormTables):
    made = create(clinic, lead, **FULL)
    with clinic.write(USER) as unit, pytest.raises(Conflict):
        write = right(lead, "update")
        unit.merge(write, unit.load(write, made["id"]), 7, {"name": "x"})


@pytest.mark.parametrize(("key", "value"), [("phone", "13800001234"), ("code", "ａ１")])
def test_a_taken_value_is_named_by_its_field(clinic: Workspace, lead: FormTables, key: str, value: str):
    create(clinic, lead, **FULL)
    with pytest.raises(Rejected) as caught:
        create(clinic, lead, **{key: value})
    (problem,) = caught.value.problems
    assert (problem.code, problem.path) == ("store.duplicate", f"/{key}")
    assert count(clinic, "f_lead") == count(clinic, "cc_events") == 1


def test_the_bin_frees_a_unique_value_and_restoring_checks_it(clinic: Workspace, lead: FormTables):
    made = create(clinic, lead, **FULL)
    with clinic.write(USER) as unit:
        write = right(lead, "delete")
        unit.delete(write, unit.load(write, made["id"]))
    with pytest.raises(NotFound):
        load(clinic, lead, made["id"])
    create(clinic, lead, phone="13800001234")
    with pytest.raises(Rejected), clinic.write(USER) as unit:
        write = right(lead, "restore")
        unit.restore(write, unit.load(write, made["id"]))
    assert [e.kind for e in history(clinic, lead, made["id"])] == ["delete", "create"]


def test_a_restored_record_is_whole(clinic: Workspace, lead: FormTables):
    made = create(clinic, lead, **FULL)
    with clinic.write(USER) as unit:
        unit.delete(right(lead, "delete"), unit.load(right(lead, "delete"), made["id"]))
    with clinic.write(USER) as unit:
        back = unit.restore(right(lead, "restore"), unit.load(right(lead, "restore"), made["id"]))
    assert (back["deleted_at"], back["revision"], back["phone"]) == (None, 3, "13800001234")
    assert load(clinic, lead, made["id"])["items"] == made["items"]


def test_purging_leaves_no_row_but_the_history(clinic: Workspace, lead: FormTables):
    made = create(clinic, lead, **FULL)
    with clinic.write(USER) as unit:
        unit.delete(right(lead, "delete"), unit.load(right(lead, "delete"), made["id"]))
    with clinic.write(USER) as unit:
        unit.purge(right(lead, "purge"), unit.load(right(lead, "purge"), made["id"]))
    for table in ("f_lead", "f_lead__items", "i_lead__chart", "i_lead__friends", "cc_file_uses"):
        assert count(clinic, table) == 0, table
    assert count(clinic, "cc_history") == 3


def test_a_write_reaches_only_what_its_right_reaches(clinic: Workspace, lead: FormTables):
    made = create(clinic, lead, owner_id="u2")
    mine = lead.table.c.owner_id == "u1"
    with clinic.write(USER) as unit, pytest.raises(NotFound):
        unit.load(right(lead, "update", mine), made["id"])


def test_a_right_to_update_does_not_delete(clinic: Workspace, lead: FormTables):
    made = create(clinic, lead)
    with clinic.write(USER) as unit, pytest.raises(TypeError):
        write = right(lead, "update")
        unit.delete(write, unit.load(write, made["id"]))


def test_many_records_at_once_are_the_same_as_one_by_one(clinic: Workspace, lead: FormTables):
    rows = [{**FULL, "phone": f"1380000{i:04}", "code": f"C{i}"} for i in range(30)]
    with clinic.write(USER) as unit:
        ids = unit.insert_many(right(lead, "insert"), rows)
    back = load(clinic, lead, ids[7])
    assert (back["phone"], back["amount"], back["chart"], len(back["items"])) == (
        "13800000007",
        Decimal("120.50"),
        FULL["chart"],
        2,
    )
    assert history(clinic, lead, ids[7])[0].changes["phone"] == (None, "13800000007")
    assert (count(clinic, "cc_history"), count(clinic, "cc_events"), count(clinic, "cc_audit")) == (30, 1, 1)
    assert count(clinic, "i_lead__chart") == 60


def test_a_record_brought_in_may_have_a_past(clinic: Workspace, lead: FormTables):
    first, then = datetime(2026, 1, 2, 3, tzinfo=UTC), datetime(2026, 2, 3, 4, tzinfo=UTC)
    row = {"id": "r1", "name": "张三", "code": "C1", "channel": "c2", "created_at": first}
    past = {
        "r1": [
            Earlier(first, "u7", {"channel": "c1", "visits": None}),
            Earlier(then, "u8", {"channel": "c2"}),
        ]
    }
    with clinic.write(USER) as unit:
        unit.insert_many(right(lead, "insert"), [row, {"code": "C2"}], past)
    made = load(clinic, lead, "r1")
    assert (made["revision"], made["updated_at"], made["updated_by"]) == (2, then, "u8")
    changed, created = history(clinic, lead, "r1")
    assert (created.kind, created.at, created.by, created.changes["channel"]) == (
        "create",
        first,
        "u7",
        (None, "c1"),
    )
    assert (changed.kind, changed.at, changed.by, changed.changes) == (
        "update",
        then,
        "u8",
        {"channel": ("c1", "c2")},
    )
    assert (count(clinic, "cc_history"), count(clinic, "cc_events")) == (3, 1)
    change(clinic, lead, "r1", name="李四")
    assert load(clinic, lead, "r1")["revision"] == 3


def test_one_bad_row_among_many_leaves_nothing(clinic: Workspace, lead: FormTables):
    rows = [{"code": f"C{i % 25}"} for i in range(30)]
    with pytest.raises(Rejected), clinic.write(USER) as unit:
        unit.insert_many(right(lead, "insert"), rows)
    assert count(clinic, "f_lead") == count(clinic, "cc_history") == 0


def test_a_savepoint_takes_back_only_its_own(clinic: Workspace, lead: FormTables):
    with clinic.write(USER) as unit:
        unit.insert(right(lead, "insert"), {"code": "A"})
        with pytest.raises(Rejected), unit.savepoint():
            unit.insert(right(lead, "insert"), {"code": "a"})
        unit.insert(right(lead, "insert"), {"code": "B"})
    assert count(clinic, "f_lead") == count(clinic, "cc_history") == count(clinic, "cc_audit") == 2
