"""Forms change while the clinic works: nothing is lost, everything is said before."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import inspect, text

from engine.definitions.shape import FieldShape, FormShape
from engine.definitions.tables import Tables
from engine.problems import Conflict, Rejected
from engine.store import Workspace
from engine.store.changes import (
    ChangePlan,
    apply_changes,
    archived,
    plan_changes,
    purge_archived,
    unconverted,
)
from engine.store.changes.conversion import UnconvertibleError, convert
from engine.value_type import Range
from tests.store.makers import USER, change, create, field, form, history, load, tables_of


def opened(clinic: Workspace, *shapes: FormShape) -> Tables:
    tables = tables_of(*shapes)
    clinic.create_tables(tables)
    return tables


def plan(clinic: Workspace, old: Tables | None, new: Tables, required: Any = ()) -> ChangePlan:
    with clinic.read() as unit:
        return plan_changes(unit, old, new, required)


def apply(clinic: Workspace, old: Tables | None, *shapes: FormShape) -> Tables:
    new = tables_of(*shapes, version=2)
    apply_changes(clinic, plan(clinic, old, new), USER)
    return new


def lead(*fields: FieldShape, **more: Any) -> FormShape:
    return form("lead", *fields, **more)


def indexes(clinic: Workspace, table: str) -> set[str]:
    with clinic.read() as unit:
        return {i["name"] for i in inspect(unit.connection).get_indexes(table)}


def kinds(made: ChangePlan) -> list[tuple[str, str, str | None]]:
    return [(s.kind, s.form, s.field) for s in made.steps]


def test_a_new_form_and_a_new_field(clinic: Workspace):
    old = opened(clinic, lead(field("name")))
    made = create(clinic, old["lead"], name="张三")
    wanted = (lead(field("name"), field("age", "integer", indexed=True)), form("visit", field("note")))
    assert kinds(plan(clinic, old, tables_of(*wanted))) == [
        ("add_field", "lead", "age"),
        ("add_form", "visit", None),
    ]
    new = apply(clinic, old, *wanted)
    assert change(clinic, new["lead"], made["id"], age=30)["age"] == 30
    create(clinic, new["visit"], note="x")
    assert indexes(clinic, "f_lead") == {
        str(i.name) for i in new["lead"].table.indexes if i.info["dialect"] == clinic.dialect
    }


def test_the_first_version_is_a_change_from_nothing(clinic: Workspace):
    new = apply(clinic, None, lead(field("name")))
    assert create(clinic, new["lead"], name="x")["name"] == "x"


def test_a_removed_field_comes_back_with_its_values(clinic: Workspace):
    old = opened(clinic, lead(field("name", search="name"), field("code", unique=())))
    made = create(clinic, old["lead"], name="张三", code="A")
    create(clinic, old["lead"], name="李四")
    without = tables_of(lead(field("name", search="name")))
    assert [(s.kind, s.field, s.rows) for s in plan(clinic, old, without).steps] == [
        ("remove_field", "code", 1)
    ]
    middle = apply(clinic, old, lead(field("name", search="name")))
    change(clinic, middle["lead"], made["id"], name="张三丰")
    with clinic.read() as unit:
        assert [(a["kind"], a["field"]) for a in archived(unit)] == [("removed", "code")]
    back = tables_of(lead(field("name", search="name"), field("code", unique=())))
    assert [(s.kind, s.rows) for s in plan(clinic, middle, back).steps] == [("restore_field", 1)]
    new = apply(clinic, middle, lead(field("name", search="name"), field("code", unique=())))
    assert load(clinic, new["lead"], made["id"])["code"] == "A"
    with clinic.read() as unit:
        assert archived(unit) == []
    with pytest.raises(Rejected):
        create(clinic, new["lead"], code="a")


def test_a_removed_form_comes_back_with_its_records(clinic: Workspace):
    old = opened(clinic, lead(field("name")), form("visit", field("note")))
    made = create(clinic, old["visit"], note="x")
    middle = apply(clinic, old, lead(field("name")))
    again = tables_of(lead(field("name")), form("visit", field("note")))
    assert [(s.kind, s.rows) for s in plan(clinic, middle, again).steps] == [("restore_form", 1)]
    new = apply(clinic, middle, lead(field("name")), form("visit", field("note")))
    assert load(clinic, new["visit"], made["id"])["note"] == "x"


def test_a_retype_converts_lists_what_it_cannot_and_keeps_the_old(clinic: Workspace):
    old = opened(clinic, lead(field("age"), field("name")))
    ids = [create(clinic, old["lead"], age=age)["id"] for age in ("30", "三十", None, "41")]
    wanted = lead(field("age", "integer", indexed=True), field("name"))
    (step,) = plan(clinic, old, tables_of(wanted)).steps
    assert (step.kind, step.rows, step.failing, [s.value for s in step.samples]) == ("retype", 3, 1, ["三十"])
    assert "1" in step.words("zh")
    new = apply(clinic, old, wanted)
    assert [load(clinic, new["lead"], i)["age"] for i in ids] == [30, None, None, 41]
    with clinic.read() as unit:
        (kept,) = archived(unit)
        assert unconverted(unit, kept["id"]) == [(ids[1], "三十")]
        old_values = unit.connection.execute(
            text(f"SELECT {kept['column_name']} FROM f_lead ORDER BY id")
        ).scalars()
        assert list(old_values) == ["30", "三十", None, "41"]
    assert history(clinic, new["lead"], ids[1])[0].changes["age"] == (None, "三十"), "history still reads"


def test_retyping_twice_keeps_both_old_columns(clinic: Workspace):
    one = opened(clinic, lead(field("x")))
    made = create(clinic, one["lead"], x="7")
    two = apply(clinic, one, lead(field("x", "integer")))
    three = apply(clinic, two, lead(field("x", "decimal", config={"scale": 2})))
    assert load(clinic, three["lead"], made["id"])["x"] == Decimal("7.00")
    with clinic.read() as unit:
        assert [a["column_name"] for a in archived(unit)] == ["x__old_2", "x__old_1"]


def test_a_field_becomes_sensitive_and_plain_again(clinic: Workspace):
    plain, secret = field("phone", search="phone"), field("phone", search="phone", sensitive=True)
    one = opened(clinic, lead(plain))
    made = create(clinic, one["lead"], phone="13800001234")
    two = apply(clinic, one, lead(secret))
    assert load(clinic, two["lead"], made["id"])["phone"] == "13800001234"
    with clinic.read() as unit:
        stored = unit.connection.execute(text("SELECT phone, phone__b FROM f_lead")).one()
    assert stored.phone.startswith("v1.")
    assert stored.phone__b == clinic.keys.blind("lead", "phone", "13800001234")
    three = apply(clinic, two, lead(plain))
    assert load(clinic, three["lead"], made["id"])["phone"] == "13800001234"


def test_links_become_many_links_with_their_item_table(clinic: Workspace):
    to = {"to": "lead"}
    one = opened(clinic, lead(field("friend", "reference", config=to)))
    made = create(clinic, one["lead"], friend="f1")
    two = apply(clinic, one, lead(field("friend", "references", config=to)))
    assert load(clinic, two["lead"], made["id"])["friend"] == ("f1",)
    with clinic.read() as unit:
        assert unit.connection.execute(text("SELECT value FROM i_lead__friend")).scalars().all() == ["f1"]


def test_search_and_uniqueness_are_added_to_old_records(clinic: Workspace):
    one = opened(clinic, lead(field("name")))
    create(clinic, one["lead"], name="张三")
    wanted = lead(field("name", search="name", unique=()))
    assert [s.kind for s in plan(clinic, one, tables_of(wanted)).steps] == ["reindex", "tighten_unique"]
    two = apply(clinic, one, wanted)
    with clinic.read() as unit:
        assert unit.connection.execute(text("SELECT name__s FROM f_lead")).scalar() == "张三 zhangsan zs"
    with pytest.raises(Rejected):
        create(clinic, two["lead"], name=" 张三")


def test_repeated_values_stop_a_field_from_becoming_unique(clinic: Workspace):
    one = opened(clinic, lead(field("code")))
    ids = {create(clinic, one["lead"], code=code)["id"] for code in ("A", "ａ")}
    create(clinic, one["lead"], code="B")
    made = plan(clinic, one, tables_of(lead(field("code", unique=()))))
    step = made.steps[-1]
    assert (step.kind, step.failing, {s.record_id for s in step.samples}) == ("tighten_unique", 2, ids)
    with pytest.raises(Conflict):
        apply_changes(clinic, made, USER)
    assert create(clinic, one["lead"], code="A")["code"] == "A", "nothing was changed"


def test_fewer_options_and_required_fields_say_whom_they_concern(clinic: Workspace):
    options = [{"key": "hot"}, {"key": "cold"}]
    one = opened(clinic, lead(field("heat", "choice", config={"options": options}), field("name")))
    made = create(clinic, one["lead"], heat="cold")
    new = tables_of(lead(field("heat", "choice", config={"options": options[:1]}), field("name")))
    fewer, required = plan(clinic, one, new, {("lead", "name")}).steps
    assert (fewer.kind, fewer.failing, fewer.samples[0].record_id) == ("tighten_options", 1, made["id"])
    assert (required.kind, required.failing) == ("tighten_required", 1)
    assert not fewer.is_blocking


def test_a_sub_table_gains_and_loses_columns(clinic: Workspace):
    def bill(*columns: FieldShape) -> FormShape:
        rows = FormShape("items", {}, {c.key: c for c in columns}, parent="bill")
        return form("bill", field("items", "rows", rows=rows))

    one = opened(clinic, bill(field("what"), field("qty")))
    made = create(clinic, one["bill"], items=({"what": "crown", "qty": "2"},))
    wanted = bill(field("qty", "integer"), field("price", "money"))
    assert kinds(plan(clinic, one, tables_of(wanted))) == [
        ("remove_field", "bill.items", "what"),
        ("retype", "bill.items", "qty"),
        ("add_field", "bill.items", "price"),
    ]
    two = apply(clinic, one, wanted)
    (row,) = load(clinic, two["bill"], made["id"])["items"]
    assert (row["qty"], row["price"]) == (2, None)


def test_a_sub_table_is_added_removed_and_restored(clinic: Workspace):
    rows = field("items", "rows", rows=FormShape("items", {}, {"what": field("what")}, parent="lead"))
    one = opened(clinic, lead(field("name")))
    two = apply(clinic, one, lead(field("name"), rows))
    made = create(clinic, two["lead"], items=({"what": "x"},))
    three = apply(clinic, two, lead(field("name")))
    assert "items" not in load(clinic, three["lead"], made["id"])
    four = apply(clinic, three, lead(field("name"), rows))
    assert [r["what"] for r in load(clinic, four["lead"], made["id"])["items"]] == ["x"]


def test_purging_a_field_that_was_only_worked_out_is_impossible(clinic: Workspace):
    worked_out = field("sum", "money", stored=False, formula="1")
    one = opened(clinic, lead(field("name"), worked_out))
    apply(clinic, one, lead(field("name")))
    with clinic.read() as unit:
        assert archived(unit) == []


def test_a_sub_table_that_becomes_text_is_kept_as_a_table(clinic: Workspace):
    rows = field("items", "rows", rows=FormShape("items", {}, {"what": field("what")}, parent="lead"))
    one = opened(clinic, lead(field("name"), rows))
    create(clinic, one["lead"], items=({"what": "x"},))
    (step,) = plan(clinic, one, tables_of(lead(field("name"), field("items")))).steps
    assert (step.kind, step.failing) == ("retype", 1)
    apply(clinic, one, lead(field("name"), field("items")))
    with clinic.read() as unit:
        (kept,) = archived(unit)
        assert unit.connection.execute(text("SELECT what FROM f_lead__items")).scalar() == "x"
    purge_archived(clinic, kept["id"])
    with clinic.read() as unit:
        names = inspect(unit.connection).get_table_names(schema=clinic.room.schema)
    assert "f_lead" in names
    assert "f_lead__items" not in names


def test_a_key_of_another_type_makes_room_for_itself(clinic: Workspace):
    one = opened(clinic, lead(field("x"), field("name")))
    made = create(clinic, one["lead"], x="text")
    two = apply(clinic, one, lead(field("name")))
    three = apply(clinic, two, lead(field("name"), field("x", "integer")))
    assert load(clinic, three["lead"], made["id"])["x"] is None
    with clinic.read() as unit:
        assert unit.connection.execute(text("SELECT x__old_1 FROM f_lead")).scalar() == "text"


def test_publishing_and_switching_are_one(clinic: Workspace):
    one = opened(clinic, lead(field("age")))
    made = create(clinic, one["lead"], age="30")

    def fails(connection: Any) -> None:
        raise ZeroDivisionError

    new = tables_of(lead(field("age", "integer")))
    with pytest.raises(ZeroDivisionError):
        apply_changes(clinic, plan(clinic, one, new), USER, on_switch=fails)
    assert load(clinic, one["lead"], made["id"])["age"] == "30", "the old version works on"
    apply_changes(clinic, plan(clinic, one, new), USER)
    assert load(clinic, new["lead"], made["id"])["age"] == 30, "and a second try goes through"


def test_records_written_while_filling_are_not_missed(clinic: Workspace):
    one = opened(clinic, lead(field("age")))
    made = create(clinic, one["lead"], age="30")
    new = tables_of(lead(field("age", "integer")))
    late = []

    def meanwhile(rows: int) -> None:
        change(clinic, one["lead"], made["id"], age="31")
        late.append(create(clinic, one["lead"], age="32")["id"])

    apply_changes(clinic, plan(clinic, one, new), USER, progress=meanwhile)
    assert [load(clinic, new["lead"], i)["age"] for i in (made["id"], late[0])] == [31, 32]


def test_purging_lets_go_of_archived_data_for_good(clinic: Workspace):
    one = opened(clinic, lead(field("name"), field("code")))
    create(clinic, one["lead"], code="A")
    two = apply(clinic, one, lead(field("name")))
    with clinic.read() as unit:
        (kept,) = archived(unit)
    purge_archived(clinic, kept["id"])
    with clinic.read() as unit:
        assert archived(unit) == []
        assert "code" not in {c["name"] for c in inspect(unit.connection).get_columns("f_lead")}
    with pytest.raises(Rejected):
        purge_archived(clinic, kept["id"])
    assert create(clinic, two["lead"], name="x")["name"] == "x"


OPTIONS = {"options": [{"key": "a", "label": {"zh": "甲"}}, {"key": "b", "label": {"zh": "乙"}}]}
SAMPLES: dict[str, tuple[dict[str, Any], list[Any]]] = {
    "text": ({}, ["a", "12", "12.50", "2026-03-01", "是", "09:30", "随便"]),
    "integer": ({}, [0, -7, 12]),
    "decimal": ({"scale": 3}, [Decimal("1.250"), Decimal("3.000")]),
    "money": ({}, [Decimal("120.00"), Decimal("0.05")]),
    "boolean": ({}, [True, False]),
    "date": ({}, [date(2026, 3, 1)]),
    "datetime": ({}, [datetime(2026, 3, 1, 1, 0, tzinfo=UTC)]),
    "time": ({}, [time(9, 30)]),
    "date_range": ({}, [Range(date(2026, 3, 1), date(2026, 3, 5))]),
    "time_range": ({}, [Range(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC))]),
    "choice": (OPTIONS, ["a", "b"]),
    "choices": (OPTIONS, [("a",), ("a", "b")]),
    "reference": ({"to": "x"}, ["r1"]),
    "references": ({"to": "x"}, [("r1",), ("r1", "r2")]),
    "person": ({}, ["u1"]),
    "persons": ({}, [("u1", "u2")]),
    "files": ({}, [({"id": "f1", "name": "a.txt", "size": 1, "mime": "text/plain"},)]),
    "geo": ({}, [{"lng": 121.5, "lat": 31.2}]),
    "structured": ({}, [{"36": "caries"}]),
}


def pair_of(old: str, new: str) -> tuple[FieldShape, FieldShape]:
    return field("x", old, config=SAMPLES[old][0]), field("x", new, config=SAMPLES[new][0])


@pytest.mark.parametrize("new_kind", SAMPLES)
@pytest.mark.parametrize("old_kind", SAMPLES)
def test_every_value_is_converted_or_named_never_dropped(old_kind: str, new_kind: str):
    old, new = pair_of(old_kind, new_kind)
    for value in SAMPLES[old_kind][1]:
        found, left = convert_or_name(value, old, new)
        assert (found is None) == bool(left)
        assert old_kind != new_kind or not left, "the same type keeps everything"
        if found is not None:
            assert new.type.parse(new.type.to_json(found, new.config), new.config, "") == found


def convert_or_name(value: Any, old: FieldShape, new: FieldShape) -> tuple[Any, str]:
    try:
        return convert(value, old, new), ""
    except UnconvertibleError as error:
        return None, error.text


def test_every_value_becomes_readable_text():
    for kind, (config, values) in SAMPLES.items():
        old = field("x", kind, config=config)
        assert all(convert(value, old, field("x")) for value in values), kind


def test_numbers_are_never_rounded_in_passing():
    old, new = field("x", "decimal", config={"scale": 3}), field("x", "decimal", config={"scale": 1})
    assert convert(Decimal("1.500"), old, new) == Decimal("1.5")
    for target in (new, field("x", "integer")):
        with pytest.raises(UnconvertibleError):
            convert(Decimal("1.250"), old, target)


def test_all_types_at_once_on_the_database(clinic: Workspace):
    """One form whose every field moves to the next type in the list: each value arrives, or is listed."""
    names = list(SAMPLES)
    old = form("all", *(field(f"x_{k}", k, config=SAMPLES[k][0]) for k in names))
    after = {k: names[(i + 1) % len(names)] for i, k in enumerate(names)}
    new = form("all", *(field(f"x_{k}", after[k], config=SAMPLES[after[k]][0]) for k in names))
    one = opened(clinic, old)
    values = {f"x_{k}": SAMPLES[k][1][0] for k in names}
    made = create(clinic, one["all"], **values)
    two = apply(clinic, one, new)
    record = load(clinic, two["all"], made["id"])
    with clinic.read() as unit:
        listed = {a["field"] for a in archived(unit) if unconverted(unit, a["id"])}
    arrived = {key for key in values if record[key] is not None}
    assert arrived | listed == set(values)
    assert not arrived & listed


def test_going_back_to_the_old_type_gives_back_what_could_not_be_converted(clinic: Workspace):
    one = opened(clinic, lead(field("age"), field("name")))
    ids = [create(clinic, one["lead"], age=age)["id"] for age in ("三十", "30岁", " 41", "52")]
    two = apply(clinic, one, lead(field("age", "integer"), field("name")))
    change(clinic, two["lead"], ids[1], age=31)
    change(clinic, two["lead"], ids[3], age=None)
    three = apply(clinic, two, lead(field("age"), field("name")))
    assert [load(clinic, three["lead"], i)["age"] for i in ids] == ["三十", "31", " 41", None]
    with clinic.read() as unit:
        first = archived(unit)[-1]
        assert [i for i, _ in unconverted(unit, first["id"])] == [ids[1]], "what came back is off the list"
