"""What becomes of a record when it is written: every rule, alone and together, in rows too."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from form_engine.plan import FormPlan
from tests.form_engine.making import Records, app, field, form, plan, save, told, words

STAGES = [
    {"key": "new", "label": words("New"), "next": ["won"]},
    {"key": "won", "label": words("Won"), "next": [], "requires": ["note"]},
]


def stored(**values: Any) -> dict[str, Any]:
    return {"id": "0198c0de-0000-7000-8000-000000000001", "revision": 1, **values}


# Required, visible, read-only, locked: who wins.


@pytest.mark.parametrize(
    ("settings_", "given_", "code"),
    [
        ({"required": True}, {}, "record.required"),
        ({"required_if": '{kind} = "a"'}, {"kind": "a"}, "record.required"),
        ({"required_if": '{kind} = "a"'}, {"kind": "b"}, None),
        ({"required": True, "visible_if": '{kind} = "a"'}, {"kind": "b"}, None),
        ({"required": True, "visible_if": '{kind} = "a"'}, {"kind": "a"}, "record.required"),
        ({"required": True, "read_only": True}, {}, None),
        ({"required": True, "default": "x"}, {}, None),
        ({"read_only": True}, {"note": "x"}, "record.read_only"),
    ],
)
def test_a_field_is_required_only_where_it_is_visible_and_writable(
    settings_: Mapping[str, Any], given_: Mapping[str, Any], code: str | None
) -> None:
    thing = plan(field("kind"), field("note", **settings_))
    assert told(save(thing, given_)) == ({"/values/note": code} if code else {})


def test_what_the_actor_may_not_write_is_not_asked_of_him() -> None:
    thing = plan(field("name", required=True))
    assert told(save(thing, {}, may_write=lambda key: key != "name")) == {}


def test_flows_fill_what_people_may_not() -> None:
    thing = plan(field("note", read_only=True))
    assert told(save(thing, {"note": "x"})) == {"/values/note": "record.read_only"}
    assert save(thing, {"note": "x"}, cause="flow").values["note"] == "x"


def test_read_only_and_locks_look_at_the_record_before_the_write() -> None:
    thing = plan(
        field("state"),
        field("note", read_only_if='{state} = "closed"'),
        rules=[{"key": "shut", "when": '{state} = "locked"', "lock": True, "unlock": ["state"]}],
    )
    opened = stored(state="open", note="a")
    assert told(save(thing, {"state": "closed", "note": "b"}, opened)) == {}
    assert told(save(thing, {"note": "c"}, stored(state="closed", note="b"))) == {
        "/values/note": "record.read_only"
    }
    assert told(save(thing, {"state": "locked", "note": "b"}, opened)) == {}
    shut = stored(state="locked", note="b")
    assert told(save(thing, {"note": "c"}, shut)) == {"/values/note": "record.locked"}
    assert told(save(thing, {"note": "c"}, shut, cause="flow")) == {"/values/note": "record.locked"}
    assert told(save(thing, {"note": "b"}, shut)) == {}
    assert told(save(thing, {"state": "open"}, shut)) == {}


def test_hidden_values_are_cleared_in_new_records_and_kept_in_old_ones() -> None:
    thing = plan(
        field("kind"),
        field("note", visible_if='{kind} = "a"'),
        field("always", visible_if='{kind} = "a"', on_hidden="clear"),
        field("never", visible_if='{kind} = "a"', on_hidden="keep"),
    )
    made = save(thing, {"kind": "b", "note": "x", "always": "x", "never": "x"}).values
    assert (made["note"], made["always"], made["never"]) == (None, None, "x")
    changed = save(thing, {"kind": "b"}, stored(kind="a", note="x", always="x", never="x"))
    assert changed.changed == {"kind", "always"}


def test_a_section_hides_everything_in_it() -> None:
    thing = plan(
        field("kind"),
        field("note", required=True),
        layout=[{"key": "s", "visible_if": '{kind} = "a"', "items": ["note"]}],
    )
    assert told(save(thing, {"kind": "b"})) == {}
    assert told(save(thing, {"kind": "a"})) == {"/values/note": "record.required"}


def test_hiding_goes_on_from_field_to_field() -> None:
    thing = plan(
        field("a"),
        field("b", visible_if='{a} = "1"'),
        field("c", visible_if='{b} = "1"'),
        field("d", visible_if='{c} = "1"'),
    )
    made = save(thing, {"a": "0", "b": "1", "c": "1", "d": "1"}).values
    assert (made["b"], made["c"], made["d"]) == (None, None, None)


# Defaults and computed fields.


def test_computed_fields_follow_each_other_in_order() -> None:
    thing = plan(
        field("total", "formula", formula="{net} + {tax}", format="money"),
        field("tax", "formula", formula="{net} * 0.06", format="money"),
        field("net", "formula", formula="{qty} * {price}", format="money"),
        field("qty", "integer"),
        field("price", "money"),
    )
    made = save(thing, {"qty": 3, "price": "10.05"}).values
    assert (made["net"], made["tax"], made["total"]) == (Decimal("30.15"), Decimal("1.81"), Decimal("31.96"))
    assert told(save(thing, {"net": "1"})) == {"/values/net": "record.computed"}


def test_a_formula_that_fails_is_stored_as_blank() -> None:
    thing = plan(field("a", "integer"), field("b", "formula", formula="1 / {a}", format="number"))
    assert save(thing, {"a": 0}).values["b"] is None


def test_a_formula_default_follows_until_somebody_writes_the_field() -> None:
    thing = plan(field("qty", "integer"), field("half", "number", default_formula="{qty} / 2"))
    assert save(thing, {"qty": 4}).values["half"] == 2
    assert save(thing, {"qty": 4, "half": "1"}).values["half"] == 1
    untouched = stored(qty=4, half=Decimal("2.0000"))
    assert save(thing, {"qty": 10}, untouched).values["half"] == 5
    assert "half" not in save(thing, {"qty": 10}, stored(qty=4, half=Decimal(1))).values


def test_set_rules_run_once_each_in_order() -> None:
    thing = plan(
        field("a", "integer"), field("b", "integer"), field("c", "formula", formula="{b} + 1", format="integer"),
        rules=[
            {"key": "one", "when": "{a} > 5", "set": {"b": "{a} * 2"}},
            {"key": "two", "when": "{b} > 5", "set": {"a": "0"}},
        ],
    )  # fmt: skip
    made = save(thing, {"a": 6}).values
    assert (made["a"], made["b"], made["c"]) == (0, 12, 13)


def test_check_rules_see_the_record_after_the_write() -> None:
    thing = plan(
        field("low", "integer"), field("high", "integer"), field("note"),
        rules=[{"key": "order", "when": "NOT(ISBLANK({high}))", "check": "{high} >= {low}", "message": words("high < low"), "at": "high"}],
    )  # fmt: skip
    assert told(save(thing, {"low": 3, "high": 2})) == {"/values/high": "record.rule"}
    assert told(save(thing, {"high": 5}, stored(low=3, high=2))) == {}
    assert told(save(thing, {"low": 9}, stored(low=3, high=5))) == {"/values/high": "record.rule"}
    assert told(save(thing, {"note": "x"}, stored(low=3, high=2))) == {}


# Links.

SHOP = app(
    form("kind", field("name")),
    form("item", field("name"), field("price", "money"), field("kind_id", "link", to="kind"), title="{name}"),
    form(
        "sale",
        field("kind_id", "link", to="kind"),
        field(
            "item_id",
            "pick_copy",
            to="item",
            filter="{kind_id} = {form.kind_id}",
            copies=[{"from": "price", "to": "price"}],
        ),
        field("price", "money"),
        field("live", "lookup", path="item_id.price"),
    ),
)
A, B, X, Y = (f"0198c0de-0000-7000-8000-00000000000{n}" for n in range(4))
THINGS = Records(
    kind={A: {"name": "a"}, B: {"name": "b"}},
    item={X: {"price": Decimal("5.00"), "kind_id": A}, Y: {"price": Decimal("7.00"), "kind_id": B}},
)


def sale(given_: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> Any:
    return save(SHOP.forms["sale"], given_, before, related=THINGS)


def test_picking_copies_once_and_the_copy_may_be_changed() -> None:
    assert sale({"kind_id": A, "item_id": X}).values["price"] == Decimal("5.00")
    assert sale({"kind_id": A, "item_id": X, "price": "4"}).values["price"] == Decimal("4.00")
    kept = sale({"price": "6"}, stored(kind_id=A, item_id=X, price=Decimal("5.00")))
    assert kept.changed == {"price"}


def test_a_choice_outside_the_filter_is_refused_and_a_stale_one_cleared() -> None:
    assert told(sale({"kind_id": A, "item_id": Y})) == {"/values/item_id": "link.not_among"}
    moved = sale({"kind_id": B}, stored(kind_id=A, item_id=X, price=Decimal("5.00")))
    assert moved.values["item_id"] is None
    assert moved.problems == ()


# Stages.


@pytest.mark.parametrize(
    ("before", "given_", "cause", "problems"),
    [
        ("new", {"stage": "won", "note": "x"}, "user", {}),
        ("new", {"stage": "won"}, "user", {"/values/note": "stage.requires"}),
        ("won", {"stage": "new"}, "user", {"/values/stage": "stage.no_way"}),
        ("won", {"stage": "new"}, "flow", {"/values/stage": "stage.no_way"}),
        ("won", {"stage": "won"}, "user", {}),
    ],
)
def test_stages_move_along_their_arrows(
    before: str, given_: Mapping[str, Any], cause: str, problems: Mapping[str, str]
) -> None:
    thing = plan(field("stage", "stage", stages=STAGES), field("note"))
    assert told(save(thing, given_, stored(stage=before, note=None), cause=cause)) == problems


def test_a_stage_kept_by_flows_is_not_moved_by_hand() -> None:
    thing = plan(field("stage", "stage", stages=STAGES, by_hand=False), field("note"))
    before = stored(stage="new", note="x")
    assert told(save(thing, {"stage": "won"}, before)) == {"/values/stage": "stage.not_by_hand"}
    assert told(save(thing, {"stage": "won"}, before, cause="flow")) == {}


# Rows.

BILL = plan(
    field("rate", "number", default="1"),
    field(
        "items",
        "subtable",
        max_rows=3,
        fields=[
            field("item", required=True),
            field("qty", "integer", default=1),
            field("price", "money", required_if="{qty} > 1"),
            field("amount", "formula", formula="{qty} * {price} * {form.rate}", format="money"),
            field("why", visible_if="{form.rate} < 1"),
        ],
    ),
    field("total", "formula", formula="SUM({items.amount})", format="money"),
)


def test_rows_are_defaulted_computed_and_checked_like_records() -> None:
    made = save(BILL, {"rate": "2", "items": [{"item": "a", "price": "3", "why": "x"}, {"qty": 2}]})
    assert told(made) == {
        "/values/items/1/item": "record.required",
        "/values/items/1/price": "record.required",
    }
    first = made.values["items"][0]
    assert (first["qty"], first["amount"], first["why"]) == (1, Decimal("6.00"), None)


def test_a_change_of_the_parent_reaches_its_rows_and_comes_back_in_the_total() -> None:
    row = {
        "id": "r1",
        "item": "a",
        "qty": 2,
        "price": Decimal("3.00"),
        "amount": Decimal("6.00"),
        "why": None,
    }
    before = stored(rate=Decimal(1), items=(row,), total=Decimal("6.00"))
    after = save(BILL, {"rate": "0.5"}, before)
    assert after.values["total"] == Decimal("3.00")
    assert after.values["items"][0]["amount"] == Decimal("3.00")
    assert after.changed == {"rate", "items", "total"}


@pytest.mark.parametrize(
    ("items", "is_changed"),
    [
        ([{"id": "r1", "item": "a"}], False),
        ([{"id": "r1", "item": "b"}], True),
        ([{"id": "r1"}, {"item": "b"}], True),
        ([], True),
    ],
)
def test_rows_count_as_changed_where_one_came_went_or_differs(items: list[Any], is_changed: bool) -> None:
    fixed = plan(
        field("note"),
        field("items", "subtable", fields=[field("item")]),
        rules=[
            {
                "key": "kept",
                "when": "CHANGED({items})",
                "check": "ISBLANK({items})",
                "message": words("no"),
                "at": "items",
            }
        ],
    )
    before = stored(items=({"id": "r1", "item": "a"},))
    made = save(fixed, {"items": items}, before)
    assert ("items" in made.changed, bool(told(made))) == (is_changed, is_changed and bool(items))


def test_rows_are_replaced_or_changed_one_by_one() -> None:
    row = {
        "id": "r1",
        "item": "a",
        "qty": 2,
        "price": Decimal("3.00"),
        "amount": Decimal("6.00"),
        "why": None,
    }
    before = stored(rate=Decimal(1), items=(row, {**row, "id": "r2"}), total=Decimal("12.00"))
    replaced = save(BILL, {"items": [{"id": "r2", "qty": 1}]}, before)
    assert [one["id"] for one in replaced.values["items"]] == ["r2"]
    assert replaced.values["total"] == Decimal("3.00")
    changed = save(
        BILL, {"items": [{"_op": "delete", "id": "r1"}, {"_op": "create", "item": "b", "price": "1"}]}, before
    )
    assert changed.values["total"] == Decimal("7.00")
    assert told(save(BILL, {"items": [{"id": "zz", "item": "b"}]}, before)) == {
        "/values/items/0": "rows.unknown_row"
    }


@pytest.mark.parametrize(
    "bad", ["x", 3, {"a": 1}, [1], [None], [["a"]], [{"zz": 1, "item": "a"}], [{"item": {"a": 1}}]]
)
def test_rows_that_are_none_are_problems_not_crashes(bad: Any) -> None:
    assert save(BILL, {"items": bad}).problems


# Laws.


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
EVERY = plan(
    field("name", required=True), field("n", "integer"), field("m", "money"), field("d", "date"), field("t", "datetime"),
    field("b", "boolean"), field("c", "select", options=[{"key": "a", "label": words("a")}]),
    field("cs", "multiselect", options=[{"key": "a", "label": words("a")}]), field("l", "link", to="thing"),
    field("who", "user"), field("stage", "stage", stages=STAGES), field("note"), field("phone", "mobile"),
    field("items", "subtable", fields=[field("x", "integer", required=True)]),
    field("sum", "formula", formula="{n} + {m}", format="money"),
)  # fmt: skip


@given(st.dictionaries(st.sampled_from([*EVERY.by_key, "zz", "id", "owner_id"]), json_values) | json_values)
@settings(max_examples=300)
def test_nothing_a_person_sends_raises(sent: Any) -> None:
    for problem in save(EVERY, sent).problems:
        assert problem.message("zh")
        assert problem.message("en")


names = ("a", "b", "c", "d")
conditions = st.builds(
    lambda key, value: f'{{{key}}} = "{value}"', st.sampled_from(names), st.sampled_from("xy")
)


@st.composite
def forms(draw: Any) -> FormPlan:
    """A form whose fields are visible or required depending on fields before them."""
    fields = []
    for at, key in enumerate(names):
        more: dict[str, Any] = {}
        if at and draw(st.booleans()):
            more["visible_if"] = f'{{{names[draw(st.integers(0, at - 1))]}}} = "x"'
        if draw(st.booleans()):
            more["required_if"] = draw(conditions)
        if draw(st.booleans()):
            more["on_hidden"] = draw(st.sampled_from(["keep", "clear"]))
        fields.append(field(key, **more))
    return plan(*fields)


def naive(thing: FormPlan, values: Mapping[str, str | None]) -> tuple[dict[str, str | None], set[str]]:
    """Work a new record out the plain way: go through the fields in order, hide, clear, then require."""

    def true(formula: str | None) -> bool:
        if formula is None:
            return True
        key, _, value = formula.partition(" = ")
        return after.get(key[1:-1]) == value[1:-1]

    after = dict.fromkeys(names) | dict(values)
    shown = {}
    for key in names:
        said = thing.by_key[key].definition
        shown[key] = true(said.get("visible_if"))
        if not shown[key] and said.get("on_hidden") != "keep":
            after[key] = None
    missing = {
        key
        for key in names
        if (rule := thing.by_key[key].definition.get("required_if"))
        and true(rule)
        and shown[key]
        and after[key] is None
    }
    return after, missing


@given(forms(), st.dictionaries(st.sampled_from(names), st.sampled_from(["x", "y"])))
@settings(max_examples=150, deadline=None)
def test_visibility_and_requirement_agree_with_the_plain_way(thing: FormPlan, values: dict[str, str]) -> None:
    after, missing = naive(thing, values)
    made = save(thing, values)
    assert {key: made.values.get(key) for key in names} == after
    assert set(told(made)) == {f"/values/{key}" for key in missing}


@given(st.integers(-50, 50), st.integers(-50, 50), st.integers(-50, 50))
def test_writing_in_two_steps_computes_what_one_step_does(qty: int, price: int, later: int) -> None:
    thing = plan(
        field("qty", "integer"), field("price", "integer"),
        field("net", "formula", formula="{qty} * {price}", format="integer"),
        field("twice", "formula", formula="{net} * 2", format="integer"),
    )  # fmt: skip
    first = save(thing, {"qty": qty, "price": price}).values
    second = save(thing, {"price": later}, stored(**first))
    at_once = save(thing, {"qty": qty, "price": later}).values
    assert {**first, **second.values} == at_once
